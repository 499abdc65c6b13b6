package main

import (
	"bytes"
	"fmt"
	"strconv"
)

const sdp = "v=0\r\no=- 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" +
	"m=audio 40000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"

// status is the code of a response, 0 for a request.
func status(msg []byte) int {
	rest, ok := bytes.CutPrefix(msg, []byte("SIP/2.0 "))
	if !ok || len(rest) < 3 {
		return 0
	}
	n, err := strconv.Atoi(string(rest[:3]))
	if err != nil {
		return 0
	}
	return n
}

// method is that of a request or, of a response, that of its CSeq.
func method(msg []byte) []byte {
	if status(msg) == 0 {
		m, _, _ := bytes.Cut(msg, []byte(" "))
		return m
	}
	cseq := header(msg, "CSeq")
	return cseq[bytes.LastIndexByte(cseq, ' ')+1:]
}

// header is the value of the first line of that name, nil if there is none.
func header(msg []byte, name string) []byte {
	for v := range headers(msg, name) {
		return v
	}
	return nil
}

// headers yields the values of the lines of that name, in order. What the
// server sends is not folded, and names are in full.
func headers(msg []byte, name string) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for line := range headLines(msg) {
			n, value, ok := bytes.Cut(line, []byte(":"))
			if ok && len(n) == len(name) && bytes.EqualFold(n, []byte(name)) && !yield(bytes.TrimSpace(value)) {
				return
			}
		}
	}
}

// headLines yields the header lines with their line ends.
func headLines(msg []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		_, msg, _ = bytes.Cut(msg, []byte("\n"))
		for {
			end := bytes.IndexByte(msg, '\n')
			if end <= 1 || !yield(msg[:end+1]) {
				return
			}
			msg = msg[end+1:]
		}
	}
}

// uri is the URI of a name-addr, and the value itself if it is none.
func uri(value []byte) []byte {
	open, end := bytes.IndexByte(value, '<'), bytes.IndexByte(value, '>')
	if open < 0 || end < open {
		return value
	}
	return value[open+1 : end]
}

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
		"User-Agent: sluice-connections\r\nContent-Length: 0\r\n\r\n",
		domain, s.via, s.user, s.contact(), s.number)
}

// appendInvite appends the INVITE of a call.
func (s *subscriber) appendInvite(dst []byte, to *subscriber, callID string) []byte {
	return fmt.Appendf(dst, "INVITE sip:%[1]s@%[2]s SIP/2.0\r\nVia: SIP/2.0/%[3]s %[4]s.invalid;branch=z9hG4bKi%[5]s\r\nMax-Forwards: 69\r\n"+
		"From: <sip:%[4]s@%[2]s>;tag=a%[5]s\r\nTo: <sip:%[1]s@%[2]s>\r\nCall-ID: %[5]s\r\nCSeq: 1 INVITE\r\nContact: %[6]s\r\n"+
		"Allow: INVITE,ACK,CANCEL,BYE\r\nSupported: outbound\r\nContent-Type: application/sdp\r\nContent-Length: %[7]d\r\n\r\n%[8]s",
		to.user, domain, s.via, s.user, callID, s.contact(), len(sdp), sdp)
}

// appendWithin appends ACK or BYE to the 2xx of an INVITE: to its Contact, along
// its Record-Route in reverse (RFC 3261 §12.1.2, §12.2.1.1).
func (s *subscriber) appendWithin(dst []byte, name string, cseq int, answer []byte) []byte {
	callID := header(answer, "Call-ID")
	dst = fmt.Appendf(dst, "%s %s SIP/2.0\r\nVia: SIP/2.0/%s %s.invalid;branch=z9hG4bK%s%s\r\nMax-Forwards: 69\r\n",
		name, uri(header(answer, "Contact")), s.via, s.user, name, callID)
	var routes [][]byte
	for v := range headers(answer, "Record-Route") {
		routes = append(routes, bytes.Split(v, []byte(","))...)
	}
	for i := len(routes) - 1; i >= 0; i-- {
		dst = fmt.Appendf(dst, "Route: %s\r\n", bytes.TrimSpace(routes[i]))
	}
	return fmt.Appendf(dst, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContent-Length: 0\r\n\r\n",
		header(answer, "From"), header(answer, "To"), callID, cseq, name)
}

// appendOK appends the 200 to a request (RFC 3261 §8.2.6.2).
func (s *subscriber) appendOK(dst, request []byte) []byte {
	dst = append(dst, "SIP/2.0 200 OK\r\n"...)
	for line := range headLines(request) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch string(name) {
		case "Via", "Record-Route", "From", "Call-ID", "CSeq":
			dst = append(dst, line...)
		case "To":
			dst = fmt.Appendf(dst, "To: %s", bytes.TrimSpace(value))
			if !bytes.Contains(value, []byte(";tag=")) {
				dst = append(append(dst, ";tag=b"...), s.user...)
			}
			dst = append(dst, "\r\n"...)
		}
	}
	if string(method(request)) != "INVITE" {
		return append(dst, "Content-Length: 0\r\n\r\n"...)
	}
	return fmt.Appendf(dst, "Contact: %s\r\nAllow: INVITE,ACK,CANCEL,BYE\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s",
		s.contact(), len(sdp), sdp)
}
