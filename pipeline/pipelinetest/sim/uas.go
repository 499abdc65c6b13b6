package sim

import (
	"strings"
	"time"
)

// A uas is a server transaction of a phone (RFC 3261 §17.2), with what the
// user behind it does about 2xx (§13.3.1.4).
type uas struct {
	p     *phone
	req   *message
	s     *stream // the request came on
	tag   string  // ours
	last  *message
	acked bool
	d     *dialog // of an INVITE that was answered with a tag
	prack func()  // a PRACK came for the provisional response
}

// request takes a request off the network.
func (p *phone) request(m *message, s *stream) {
	switch m.method {
	case "ACK":
		p.acknowledged(m)
		return
	case "CANCEL":
		p.cancelled(m, s)
		return
	}
	if t := p.servers[m.key(m.method)]; t != nil {
		if t.last != nil && (t.last.status < 200 || t.last.status >= 300 || m.method != "INVITE") {
			p.send(t.last, t.s) // a 2xx for an INVITE has a schedule of its own
		}
		return
	}
	t := &uas{p: p, req: m, s: s, tag: m.toTag}
	p.servers[m.key(m.method)] = t
	switch {
	case m.toTag != "":
		p.inDialog(t)
	case m.method == "INVITE":
		t.tag = p.w.token("c")
		t.invited()
	default:
		t.tag = p.w.token("c")
		t.asked()
	}
}

// final reports whether the request has its final response.
func (t *uas) final() bool { return t.last != nil && t.last.status >= 200 }

// reply answers. A final response other than 2xx to an INVITE is repeated
// until its ACK comes (Timers G and H), and so is a 2xx, by the user.
func (t *uas) reply(status int, reason string, more ...field) {
	if t.final() {
		return
	}
	t.last = t.compose(status, reason, more)
	t.p.send(t.last, t.s)
	if status < 200 || t.req.method != "INVITE" {
		return
	}
	deadline := t.p.w.now + 64*t1
	if status < 300 || !t.p.transport.Reliable() {
		t.again(t1, deadline)
	}
	if status < 300 {
		t.p.w.after(64*t1, func() {
			if !t.acked {
				t.p.w.count("2xx without ACK")
				t.d.bye() // §13.3.1.4
			}
		})
	}
}

func (t *uas) again(d, deadline time.Duration) {
	t.p.w.after(d, func() {
		if !t.acked && t.p.w.now < deadline {
			t.p.send(t.last, t.s)
			t.again(min(2*d, t2), deadline)
		}
	})
}

// compose makes a response, and the dialog that it creates or confirms.
func (t *uas) compose(status int, reason string, more []field) *message {
	m := &message{status: status, reason: reason}
	m.fields = make([]field, 0, 12)
	creates := status > 100 && status < 300 && t.req.method == "INVITE"
	for _, f := range t.req.fields {
		switch f.name {
		case "Via", "From", "Call-ID", "CSeq":
			m.fields = append(m.fields, f)
		case "Record-Route":
			if creates {
				m.fields = append(m.fields, f)
			}
		case "To":
			if status > 100 && !strings.Contains(f.value, ";tag=") {
				f.value += ";tag=" + t.tag
			}
			m.fields = append(m.fields, f)
		}
	}
	if creates {
		m.add("Contact", "<"+t.p.contact()+">")
		if t.d == nil {
			t.d = t.p.calledDialog(t)
		}
	}
	m.fields = append(m.fields, more...)
	return m.seal()
}

// acknowledged takes an ACK: of a failure by its branch, of a 2xx by dialog.
func (p *phone) acknowledged(m *message) {
	if t := p.servers[m.key("INVITE")]; t != nil && t.final() && t.last.status >= 300 {
		t.acked = true
		return
	}
	if d := p.dialogs[dialogKey(m.callID, m.toTag, m.fromTag)]; d != nil && d.answering != nil && d.answering.req.seq == m.seq {
		if t := d.answering; !t.acked {
			t.acked = true
			d.established()
		}
	}
}

// cancelled takes a CANCEL (§9.2).
func (p *phone) cancelled(m *message, s *stream) {
	c := p.servers[m.key("CANCEL")]
	if c == nil {
		c = &uas{p: p, req: m, s: s, tag: p.w.token("c")}
		p.servers[m.key("CANCEL")] = c
	}
	if c.final() {
		p.send(c.last, c.s)
		return
	}
	t := p.servers[m.key("INVITE")]
	if t == nil {
		c.reply(481, "Call/Transaction Does Not Exist")
		return
	}
	c.tag = t.tag
	c.reply(200, "OK")
	if t.final() {
		p.w.count("CANCEL crossed a final response")
	}
	t.reply(487, "Request Terminated")
}
