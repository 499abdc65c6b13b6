package main

import (
	"fmt"

	"sluice/bench/sipmsg"
)

// A subscriber renders what one client says.
type subscriber struct {
	user   string
	via    string // WS or WSS
	number int
}

func newSubscriber(number int, transport string) subscriber {
	s := subscriber{user: fmt.Sprintf("user%06d", number), via: "WS", number: number}
	if transport == "wss" {
		s.via = "WSS"
	}
	return s
}

// contact has the parameter transport=ws with TLS too (RFC 7118 §5.2.3), and a
// host that says that there is no address (§5).
func (s *subscriber) contact() string {
	return "<sip:" + s.user + "@" + s.user + ".invalid;transport=ws>"
}

// appendRegister appends a REGISTER as a browser with Outbound sends it (RFC 5626 §4.2).
func (s *subscriber) appendRegister(dst []byte) []byte {
	return fmt.Appendf(dst, "REGISTER sip:%[1]s SIP/2.0\r\nVia: SIP/2.0/%[2]s %[3]s.invalid;branch=z9hG4bKr%[3]s\r\nMax-Forwards: 69\r\n"+
		"From: <sip:%[3]s@%[1]s>;tag=r%[3]s\r\nTo: <sip:%[3]s@%[1]s>\r\nCall-ID: r%[3]s@%[3]s.invalid\r\nCSeq: 1 REGISTER\r\n"+
		"Contact: %[4]s;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-%012[5]d>\";reg-id=1;expires=3600\r\nExpires: 3600\r\n"+
		"Allow: INVITE,ACK,CANCEL,BYE,UPDATE,MESSAGE,OPTIONS,REFER,INFO,NOTIFY\r\nSupported: path,gruu,outbound\r\n"+
		"User-Agent: sluice-connections\r\n%[6]s",
		domain, s.via, s.user, s.contact(), s.number, sipmsg.EndEmpty)
}

// appendInvite appends the INVITE of a call.
func (s *subscriber) appendInvite(dst []byte, to *subscriber, callID string) []byte {
	return fmt.Appendf(dst, "INVITE sip:%[1]s@%[2]s SIP/2.0\r\nVia: SIP/2.0/%[3]s %[4]s.invalid;branch=z9hG4bKi%[5]s\r\nMax-Forwards: 69\r\n"+
		"From: <sip:%[4]s@%[2]s>;tag=a%[5]s\r\nTo: <sip:%[1]s@%[2]s>\r\nCall-ID: %[5]s\r\nCSeq: 1 INVITE\r\nContact: %[6]s\r\n"+
		"Allow: INVITE,ACK,CANCEL,BYE\r\nSupported: outbound\r\n%[7]s",
		to.user, domain, s.via, s.user, callID, s.contact(), sipmsg.EndWithSDP)
}

// appendWithin appends ACK or BYE to the 2xx of an INVITE: to its Contact, along
// its Record-Route in reverse (RFC 3261 §12.1.2, §12.2.1.1).
func (s *subscriber) appendWithin(dst []byte, method sipmsg.Method, cseq int, answer *sipmsg.View) []byte {
	dst = fmt.Appendf(dst, "%[1]s %[2]s SIP/2.0\r\nVia: SIP/2.0/%[3]s %[4]s.invalid;branch=z9hG4bK%[1]s%[5]s\r\nMax-Forwards: 69\r\n",
		method, sipmsg.AddrSpec(answer.Contact), s.via, s.user, answer.CallID)
	dst = answer.AppendRoutes(dst, true)
	return fmt.Appendf(dst, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n%s",
		answer.From, answer.To, answer.CallID, cseq, method, sipmsg.EndEmpty)
}

// appendOK appends the 200 to a request; with Contact and body to an INVITE.
func (s *subscriber) appendOK(dst []byte, request *sipmsg.View) []byte {
	var end []byte
	if request.Method == sipmsg.MethodInvite {
		end = fmt.Appendf(nil, "Contact: %s\r\nAllow: INVITE,ACK,CANCEL,BYE\r\n%s", s.contact(), sipmsg.EndWithSDP)
	}
	return request.AppendResponse(dst, "200 OK", []byte(s.user), end)
}
