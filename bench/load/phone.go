package main

import (
	"fmt"
	"net/netip"

	"sluice/bench/sipmsg"
)

// request is one kind of request that a phone sends; each has its own texts.
type request uint8

const (
	requestInvite request = iota
	requestAck
	requestBye
	requestCalleeBye // sent by the callee, so its From is the INVITE's To
	requestOptions
	requestRegister
	requests
)

// requestOf says for each request its method, its CSeq number and the letter
// that keeps its branch apart from the call's other branches.
var requestOf = [requests]struct {
	method sipmsg.Method
	cseq   int
	letter byte
	tag    byte // of From: 'a' is the caller's, 'b' the callee's
}{
	requestInvite:    {sipmsg.MethodInvite, 1, 'i', 'a'},
	requestAck:       {sipmsg.MethodAck, 1, 'k', 'a'},
	requestBye:       {sipmsg.MethodBye, 2, 'y', 'a'},
	requestCalleeBye: {sipmsg.MethodBye, 1, 'z', 'b'},
	requestOptions:   {sipmsg.MethodOptions, 1, 'o', 'a'},
	requestRegister:  {sipmsg.MethodRegister, 1, 'r', 'a'},
}

// A phone is one user behind one flow, with everything it says rendered in advance.
type phone struct {
	flow   *flow  // what its requests leave by; nil for a TCP phone that is only called
	to     []byte // how To names it
	record []byte // how To of its REGISTER names it
	target []byte // Request-URI that reaches it through the server

	head   [requests]template // Via, Max-Forwards, From
	tail   [requests]template // Call-ID, CSeq and what follows
	answer []byte             // the end of its 200 to an INVITE
	ring   []byte             // the end of its 180
}

// A place is where a phone can be reached.
type place struct {
	transport transport
	addr      netip.AddrPort // UDP and TCP: where it listens
	domain    string         // of the server's registrar
	run       string         // keeps the Call-IDs of runs apart
}

// newPhone renders the texts of user. A UDP or TCP phone is called at its address
// and a WebSocket phone at its registration: it has no address, and says so with a
// host under .invalid (RFC 7118 §5).
func newPhone(user string, at place, f *flow) *phone {
	host, params, aor := at.addr.String(), "", "sip:"+user+"@"+at.addr.Addr().String()
	target := "sip:" + user + "@" + host
	switch at.transport {
	case transportTCP:
		params = ";transport=tcp"
		target += params
	case transportWS:
		host, params = user+".invalid", ";transport=ws"
		aor = "sip:" + user + "@" + at.domain
		target = aor
	}
	contact := "sip:" + user + "@" + host + params
	record := "sip:" + user + "@" + at.domain
	p := &phone{flow: f, to: []byte("<" + aor + ">"), record: []byte("<" + record + ">"), target: []byte(target)}
	for r := range requests {
		from := aor
		if r == requestRegister {
			from = record
		}
		p.head[r], p.tail[r] = render(r, host, from, contact, at)
	}
	p.answer = fmt.Appendf(nil, "Contact: <%s>\r\nAllow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\n"+
		"%s", contact, sipmsg.EndWithSDP)
	p.ring = fmt.Appendf(nil, "Contact: <%s>\r\n%s", contact, sipmsg.EndEmpty)
	return p
}

func render(r request, host, from, contact string, at place) (head, tail template) {
	is := requestOf[r]
	head = newTemplate(fmt.Sprintf("Via: SIP/2.0/%s %s;branch=z9hG4bK%s%s%c\r\nMax-Forwards: 70\r\nFrom: <%s>;tag=%c%s\r\n",
		viaTransport[at.transport], host, at.run, refMark, is.letter, from, is.tag, refMark))
	text := fmt.Sprintf("Call-ID: %s%s@%s\r\nCSeq: %d %s\r\n", at.run, refMark, callIDHost, is.cseq, is.method)
	switch r {
	case requestInvite:
		text += fmt.Sprintf("Contact: <%s>\r\nAllow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\nUser-Agent: sluice-load\r\n"+
			"%s", contact, sipmsg.EndWithSDP)
	case requestRegister:
		text += fmt.Sprintf("Contact: <%s>\r\nExpires: 3600\r\n%s", contact, sipmsg.EndEmpty)
	default:
		text += sipmsg.EndEmpty
	}
	return head, newTemplate(text)
}

const callIDHost = "load.invalid"

var viaTransport = [...]string{transportUDP: "UDP", transportTCP: "TCP", transportWS: "WS"}

// outgoing is what one request of a call adds to its phone's texts.
type outgoing struct {
	head   request // ACK for a failure has the Via of the INVITE (RFC 3261 §17.1.1.3)
	tail   request
	uri    []byte
	routes []byte
	to     []byte
}

// appendRequest appends the request o of the call that ref names.
func (p *phone) appendRequest(dst []byte, o *outgoing, ref *[refLen]byte) []byte {
	dst = append(dst, requestOf[o.tail].method.String()...)
	dst = append(dst, ' ')
	dst = append(dst, o.uri...)
	dst = append(dst, " SIP/2.0\r\n"...)
	dst = p.head[o.head].appendTo(dst, ref)
	dst = append(dst, o.routes...)
	dst = append(dst, "To: "...)
	dst = append(dst, o.to...)
	dst = append(dst, "\r\n"...)
	return p.tail[o.tail].appendTo(dst, ref)
}
