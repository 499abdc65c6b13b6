package sip

import "strconv"

// A NewRequest is a request that a server originates (RFC 3261 §8.1.1). Its
// strings stand in the message as they are.
type NewRequest struct {
	Method      string
	URI         string // the Request-URI
	Via         string // one element, with its branch; "" for none, which is to be added
	MaxForwards uint8
	From        string // a name-addr with its tag
	To          string // a name-addr
	CallID      string
	CSeq        uint32
	Headers     string // header lines to add, each ended by CRLF
	Body        []byte
}

// AppendNewRequest appends the request that r is.
func AppendNewRequest(dst []byte, r *NewRequest) []byte {
	dst = append(dst, r.Method...)
	dst = append(dst, ' ')
	dst = append(dst, r.URI...)
	if r.Via != "" {
		dst = append(dst, " SIP/2.0\r\nVia: "...)
		dst = append(dst, r.Via...)
		dst = append(dst, "\r\nMax-Forwards: "...)
	} else {
		dst = append(dst, " SIP/2.0\r\nMax-Forwards: "...)
	}
	dst = strconv.AppendUint(dst, uint64(r.MaxForwards), 10)
	dst = append(dst, "\r\nFrom: "...)
	dst = append(dst, r.From...)
	dst = append(dst, "\r\nTo: "...)
	dst = append(dst, r.To...)
	dst = append(dst, "\r\nCall-ID: "...)
	dst = append(dst, r.CallID...)
	dst = append(dst, "\r\nCSeq: "...)
	dst = strconv.AppendUint(dst, uint64(r.CSeq), 10)
	dst = append(dst, ' ')
	dst = append(dst, r.Method...)
	dst = append(dst, "\r\n"...)
	dst = append(dst, r.Headers...)
	dst = append(dst, "Content-Length: "...)
	dst = strconv.AppendUint(dst, uint64(len(r.Body)), 10)
	dst = append(dst, "\r\n\r\n"...)
	return append(dst, r.Body...)
}
