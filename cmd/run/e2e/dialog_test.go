//go:build e2e

package e2e_test

import (
	"fmt"
	"slices"
	"strings"
)

// sdp is a body for an offer or an answer.
func sdp(name string) string {
	return "v=0\r\no=" + name + " 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" +
		"m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
}

// A dialog is a phone's side of a call (RFC 3261 §12).
type dialog struct {
	p      *phone
	callID string
	local  string   // From of our requests
	remote string   // To of our requests
	target string   // the peer's Contact
	routes []string // Route of our requests
	seq    int
	invite *message // the last INVITE that we sent
}

// invite begins a call.
func (p *phone) invite(uri string) *dialog {
	p.t.Helper()
	m := p.newRequest("INVITE", uri)
	m.add("Contact", "<"+p.contact()+">")
	m.add("X-Passed-On", "Byte  for\tbyte")
	m.add("Content-Type", "application/sdp")
	m.body = sdp(p.name)
	p.send(p.out, m)
	return &dialog{p: p, callID: m.value("Call-ID"), local: m.value("From"), remote: m.value("To"), seq: 1, invite: m}
}

// confirm takes the 2xx for our INVITE and sends the ACK. The first one makes
// the dialog: its route set is the Record-Route reversed (§12.1.2).
func (d *dialog) confirm(ok *message) {
	d.p.t.Helper()
	if d.target == "" {
		d.remote = ok.value("To")
		d.routes = ok.values("Record-Route")
		slices.Reverse(d.routes)
	}
	d.target = addrURI(ok.value("Contact"))
	ack := d.newRequest("ACK")
	ack.replace("CSeq", d.invite.value("CSeq")[:strings.IndexByte(d.invite.value("CSeq"), ' ')]+" ACK")
	d.seq--
	d.p.send(d.p.out, ack)
}

// refuseAck sends the ACK for a failure: it belongs to the INVITE transaction
// (§17.1.1.3).
func (d *dialog) refuseAck(resp *message) {
	d.p.t.Helper()
	d.p.send(d.p.out, d.sibling("ACK", resp.value("To")))
}

// cancel sends a CANCEL for our INVITE (§9.1).
func (d *dialog) cancel() *message {
	d.p.t.Helper()
	m := d.sibling("CANCEL", d.invite.value("To"))
	d.p.send(d.p.out, m)
	return m
}

// sibling makes a request that belongs to the transaction of our INVITE.
func (d *dialog) sibling(method, to string) *message {
	m := &message{start: strings.Replace(d.invite.start, "INVITE", method, 1)}
	for _, f := range d.invite.fields {
		switch f.name {
		case "Via", "Max-Forwards", "Route", "From", "Call-ID":
			m.add(f.name, f.value)
		}
	}
	m.add("To", to)
	m.add("CSeq", strings.Replace(d.invite.value("CSeq"), "INVITE", method, 1))
	return m
}

// newRequest makes a request within the dialog (§12.2.1.1).
func (d *dialog) newRequest(method string) *message {
	d.seq++
	m := &message{start: method + " " + d.target + " SIP/2.0"}
	m.add("Via", d.p.via())
	m.add("Max-Forwards", "70")
	for _, r := range d.routes {
		m.add("Route", r)
	}
	m.add("From", d.local)
	m.add("To", d.remote)
	m.add("Call-ID", d.callID)
	m.add("CSeq", fmt.Sprintf("%d %s", d.seq, method))
	return m
}

// reinvite sends a new offer within the dialog.
func (d *dialog) reinvite() *message {
	d.p.t.Helper()
	m := d.newRequest("INVITE")
	m.add("Contact", "<"+d.p.contact()+">")
	m.add("Content-Type", "application/sdp")
	m.body = sdp(d.p.name)
	d.invite = m
	d.p.send(d.p.out, m)
	return m
}

// bye hangs up.
func (d *dialog) bye() *message {
	d.p.t.Helper()
	m := d.newRequest("BYE")
	d.p.send(d.p.out, m)
	return m
}

// replace changes the value of a field.
func (m *message) replace(name, value string) {
	for i := range m.fields {
		if m.fields[i].name == name {
			m.fields[i].value = value
		}
	}
}

// answer answers a request, on the link it came on.
func (p *phone) answer(req *message, status int, reason string) *message {
	p.t.Helper()
	m := req.reply(status, reason, "to-"+p.name)
	if req.method() == "INVITE" && status < 300 {
		m.add("Contact", "<"+p.contact()+">")
		if status >= 200 {
			m.add("Content-Type", "application/sdp")
			m.body = sdp(p.name)
		}
	}
	p.send(req.link, m)
	return m
}

// accept answers an INVITE with 200. The dialog's route set is the
// Record-Route as it stands (§12.1.1).
func (p *phone) accept(req *message) *dialog {
	p.t.Helper()
	ok := p.answer(req, 200, "OK")
	return &dialog{
		p: p, callID: req.value("Call-ID"), local: ok.value("To"), remote: req.value("From"),
		target: addrURI(req.value("Contact")), routes: req.values("Record-Route"),
	}
}
