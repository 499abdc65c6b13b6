package sip

import (
	"net/netip"

	"sluice/parser"
)

// findParam returns the parameter called name in params, which is a list
// separated by ';' in buf. Quoted strings may hold a ';'.
func findParam(buf []byte, params parser.Span, name string) (p param, ok bool) {
	pos, end := params.Start(), params.End()
	for pos < end {
		p = nextParam(buf[:end], pos)
		if parser.EqualFold(p.name.Of(buf), name) {
			return p, true
		}
		pos = p.next
	}
	return param{}, false
}

// paramSpan returns the whole parameter called name.
func paramSpan(buf []byte, params parser.Span, name string) (at parser.Span, ok bool) {
	p, ok := findParam(buf, params, name)
	return parser.MakeSpan(p.name.Start(), p.value.End()), ok
}

// paramValue returns the value of the parameter called name.
func paramValue(buf []byte, params parser.Span, name string) (value parser.Span, ok bool) {
	p, ok := findParam(buf, params, name)
	return p.value, ok
}

// A param is one parameter of a list.
type param struct {
	name, value parser.Span
	next        int // where the next begins
}

// nextParam reads the parameter that begins at pos, up to the next ';' or the
// end of buf.
func nextParam(buf []byte, pos int) (p param) {
	eq, i := -1, pos
scan:
	for ; i < len(buf); i++ {
		switch buf[i] {
		case ';':
			break scan
		case '=':
			if eq < 0 {
				eq = i
			}
		case '"':
			i = min(quoteEnd(buf, i), len(buf)-1)
		}
	}
	p.next = i + 1
	if eq < 0 {
		p.name = trimLWS(buf, pos, i)
		p.value = parser.MakeSpan(p.name.End(), p.name.End())
		return p
	}
	p.name = trimLWS(buf, pos, eq)
	p.value = trimLWS(buf, eq+1, i)
	return p
}

// Param returns the value of the URI parameter called name, without regard to
// case; ok says whether it is there.
func (u *URI) Param(buf []byte, name string) (value parser.Span, ok bool) {
	return paramValue(buf, u.Params, name)
}

// Param returns the value of the header parameter called name, without regard
// to case; ok says whether it is there. A quoted string has its quotes.
func (n *NameAddr) Param(buf []byte, name string) (value parser.Span, ok bool) {
	return paramValue(buf, n.Params, name)
}

// Param returns the value of the parameter called name, without regard to
// case; ok says whether it is there.
func (v *Via) Param(buf []byte, name string) (value parser.Span, ok bool) {
	return paramValue(buf, v.Params, name)
}

// IP returns the host if that is an IP address.
func (u *URI) IP(buf []byte) (netip.Addr, bool) { return parseIP(u.Host.Of(buf)) }

// IP returns the host of sent-by if that is an IP address.
func (v *Via) IP(buf []byte) (netip.Addr, bool) { return parseIP(v.Host.Of(buf)) }

// ReceivedIP returns the address of the received parameter.
func (v *Via) ReceivedIP(buf []byte) (netip.Addr, bool) { return parseIP(v.Received.Of(buf)) }
