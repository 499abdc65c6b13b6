package sim

import (
	"slices"
	"time"
)

// A dialog is one side of a call (RFC 3261 §12).
type dialog struct {
	p             *phone
	callID        string
	local, remote string // as in From and To, with tags
	target        string // Contact of the other side
	routes        []string
	seq           int
	answering     *uas     // the INVITE of the other side that was answered last
	acks          *message // the ACK for the 2xx of our last INVITE
	ackOf         int      // its sequence number
	pracked       bool     // the provisional response was acknowledged
	up            bool     // confirmed
	ended         bool
	pending       bool // an INVITE of ours is open
}

func dialogKey(callID, local, remote string) string { return callID + "|" + local + "|" + remote }

// calledDialog makes the dialog of who answers t.
func (p *phone) calledDialog(t *uas) *dialog {
	m := t.req
	d := &dialog{
		p: p, callID: m.callID, local: m.get("To") + ";tag=" + t.tag, remote: m.get("From"),
		target: uriOf(m.get("Contact")), routes: m.all("Record-Route"), seq: 100, answering: t,
	}
	p.dialogs[dialogKey(m.callID, t.tag, m.fromTag)] = d
	return d
}

// callingDialog finds or makes the dialog that a response belongs to.
func (p *phone) callingDialog(req, resp *message) *dialog {
	key := dialogKey(resp.callID, resp.fromTag, resp.toTag)
	if d := p.dialogs[key]; d != nil {
		return d
	}
	routes := resp.all("Record-Route")
	slices.Reverse(routes)
	d := &dialog{
		p: p, callID: req.callID, local: resp.get("From"), remote: resp.get("To"),
		target: uriOf(resp.get("Contact")), routes: routes, seq: req.seq,
	}
	p.dialogs[key] = d
	return d
}

// request sends a request within the dialog.
func (d *dialog) request(method string, then func(resp *message), more ...field) {
	d.seq++
	m := d.p.compose(method, d.target, d.local, d.remote, d.callID, d.seq, d.routes)
	m.fields = append(m.fields, more...)
	d.p.w.count(method + " in a dialog")
	d.p.start(m.seal(), then)
}

// ack acknowledges a 2xx: in a transaction of its own, the same message for
// each repetition (§13.2.2.4).
func (d *dialog) ack(resp *message) {
	if d.acks == nil || d.ackOf != resp.seq {
		d.ackOf = resp.seq
		d.acks = d.p.compose("ACK", d.target, d.local, d.remote, d.callID, resp.seq, d.routes).seal()
	}
	d.p.send(d.acks, nil)
}

// bye hangs up, once.
func (d *dialog) bye() {
	if d.ended {
		return
	}
	d.ended = true
	d.request("BYE", func(resp *message) {
		if resp != nil {
			d.p.w.count("BYE answered")
		}
	})
}

// established is told that our 2xx was acknowledged: the called side talks a
// while, and sometimes hangs up first.
func (d *dialog) established() {
	w := d.p.w
	if !d.up {
		d.up = true
		w.count("established")
	}
	if w.chance(20) {
		w.after(w.upTo(5*time.Second), func() { d.say("INFO") })
	}
	if w.chance(40) {
		w.after(time.Second+w.upTo(15*time.Second), d.bye)
	}
}

// say sends a request that leaves the dialog as it is.
func (d *dialog) say(method string) {
	if d.ended {
		return
	}
	if method == "INVITE" {
		d.reinvite()
		return
	}
	d.request(method, func(resp *message) { d.heard(resp) })
}

// reinvite sends an INVITE within the dialog; its 2xx is acknowledged like
// that of the first.
func (d *dialog) reinvite() {
	if d.pending {
		return
	}
	d.pending = true
	d.request("INVITE", func(resp *message) {
		switch {
		case resp == nil || resp.status >= 200:
			d.pending = false
			if resp != nil && resp.status < 300 {
				d.ack(resp)
			} else {
				d.heard(resp)
			}
		}
	})
}

// heard ends a dialog that the other side knows nothing of, or that cannot be
// reached any more (§12.2.1.2).
func (d *dialog) heard(resp *message) {
	if resp == nil || resp.status == 408 || resp.status == 481 || resp.status == 430 {
		d.bye()
	}
}

// inDialog takes a request that has a To tag.
func (p *phone) inDialog(t *uas) {
	m, w := t.req, p.w
	d := p.dialogs[dialogKey(m.callID, m.toTag, m.fromTag)]
	t.tag = m.toTag
	if d == nil || d.ended && m.method != "BYE" {
		t.reply(481, "Call/Transaction Does Not Exist")
		return
	}
	switch m.method {
	case "BYE":
		if d.ended {
			w.count("BYE crossed BYE")
		}
		d.ended = true
		t.reply(200, "OK")
	case "INVITE":
		d.reinvited(t)
	case "PRACK":
		if i := d.answering; i != nil && i.prack != nil {
			i.prack()
		}
		t.reply(200, "OK")
	default:
		w.after(w.upTo(700*time.Millisecond), func() { t.reply(200, "OK") })
	}
}

// reinvited takes a re-INVITE. One that crosses ours is refused (§14.2).
func (d *dialog) reinvited(t *uas) {
	w := d.p.w
	t.d = d
	switch {
	case d.pending:
		t.reply(491, "Request Pending")
	case d.answering != nil && (!d.answering.acked || !d.answering.final()) && d.answering.req.fromTag == t.req.fromTag:
		t.reply(500, "Server Internal Error", field{"Retry-After", "3"})
	case w.chance(15):
		t.reply(488, "Not Acceptable Here")
	default:
		d.answering = t
		w.after(w.upTo(time.Second), func() { t.reply(200, "OK") })
	}
}
