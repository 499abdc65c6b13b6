package sip

import "strconv"

// An OptionsRequest is an OPTIONS that a server originates (RFC 3261 §11.1): to see
// whether a peer answers, and what it can do.
type OptionsRequest struct {
	URI     string // the Request-URI, and the URI of To
	Via     string // one element, with its branch
	From    string // a name-addr with its tag
	CallID  string
	CSeq    uint32
	Headers string // header lines to add, each ended by CRLF
}

// AppendOptions appends the request that r is, without a body.
func AppendOptions(dst []byte, r *OptionsRequest) []byte {
	dst = append(dst, "OPTIONS "...)
	dst = append(dst, r.URI...)
	dst = append(dst, " SIP/2.0\r\nVia: "...)
	dst = append(dst, r.Via...)
	dst = append(dst, "\r\nMax-Forwards: 70\r\nFrom: "...)
	dst = append(dst, r.From...)
	dst = append(dst, "\r\nTo: <"...)
	dst = append(dst, r.URI...)
	dst = append(dst, ">\r\nCall-ID: "...)
	dst = append(dst, r.CallID...)
	dst = append(dst, "\r\nCSeq: "...)
	dst = strconv.AppendUint(dst, uint64(r.CSeq), 10)
	dst = append(dst, " OPTIONS\r\nAccept: application/sdp\r\n"...)
	dst = append(dst, r.Headers...)
	return append(dst, "Content-Length: 0\r\n\r\n"...)
}
