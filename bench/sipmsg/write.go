package sipmsg

import (
	"bytes"
	"strconv"
)

const sdp = "v=0\r\no=- 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" +
	"m=audio 40000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"

// Ends of messages, from the headers about the body on.
var (
	EndWithSDP = "Content-Type: application/sdp\r\nContent-Length: " + strconv.Itoa(len(sdp)) + "\r\n\r\n" + sdp
	EndEmpty   = "Content-Length: 0\r\n\r\n"
)

// AppendResponse appends a response to v, a request (RFC 3261 §8.2.6.2). A To
// without tag gets one, the letter b and tag. In end is what comes after the
// headers that are repeated; nil: no body.
func (v *View) AppendResponse(dst []byte, status string, tag, end []byte) []byte {
	dst = append(dst, "SIP/2.0 "...)
	dst = append(dst, status...)
	dst = append(dst, "\r\n"...)
	for _, line := range v.echo {
		dst = append(dst, line...)
	}
	dst = append(dst, "To: "...)
	dst = append(dst, v.To...)
	if !bytes.Contains(v.To, []byte(";tag=")) {
		dst = append(dst, ";tag=b"...)
		dst = append(dst, tag...)
	}
	dst = append(dst, "\r\n"...)
	if end == nil {
		return append(dst, EndEmpty...)
	}
	return append(dst, end...)
}

// AppendRoutes appends the route set of a dialog, one Route header for each
// element of Record-Route: in message order for the callee, reversed for the caller
// (RFC 3261 §12.1.1, §12.1.2).
func (v *View) AppendRoutes(dst []byte, reversed bool) []byte {
	if !reversed {
		for _, r := range v.Records {
			for len(r) > 0 {
				n := firstElement(r)
				dst = appendRoute(dst, r[:n])
				r = r[min(n+1, len(r)):]
			}
		}
		return dst
	}
	for i := len(v.Records) - 1; i >= 0; i-- {
		for r := v.Records[i]; len(r) > 0; {
			at := lastElement(r)
			dst = appendRoute(dst, r[at:])
			r = r[:max(at-1, 0)]
		}
	}
	return dst
}

func appendRoute(dst, value []byte) []byte {
	dst = append(dst, "Route: "...)
	dst = append(dst, trimSpace(value)...)
	return append(dst, "\r\n"...)
}

// firstElement is the length of the first element of a comma-separated list of
// name-addrs; a comma between '<' and '>' separates nothing.
func firstElement(list []byte) int {
	inside := false
	for i, c := range list {
		switch {
		case c == '<':
			inside = true
		case c == '>':
			inside = false
		case c == ',' && !inside:
			return i
		}
	}
	return len(list)
}

// lastElement is where the last element of list begins.
func lastElement(list []byte) int {
	at := 0
	for {
		n := firstElement(list[at:])
		if at+n >= len(list) {
			return at
		}
		at += n + 1
	}
}
