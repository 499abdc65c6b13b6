package sip

import "sluice/parser"

//go:generate ragel -Z -G2 -o zvia.go via.rl
//go:generate sed -i "/^[/][/]line /d" zvia.go
//go:generate gofmt -w zvia.go

// A Via is one element of a Via header field (RFC 3261 §20.42). Spans are into
// the buffer it was parsed from.
type Via struct {
	Transport Transport
	RportSet  bool   // ;rport is there, with or without a value
	Rport     uint16 // its value, 0 when absent
	Port      uint16 // of sent-by, 0 when absent

	Text          parser.Span // the whole element
	TransportText parser.Span
	Host          parser.Span // of sent-by, with the brackets of an IPv6 reference
	Params        parser.Span // without the ';' before them
	Branch        parser.Span
	Received      parser.Span // the value, with brackets if they were written
	RportSpan     parser.Span // the whole parameter, name and value
	Maddr         parser.Span

	seen viaParams
}

// viaParams is a set of the parameters that count.
type viaParams uint8

const (
	viaBranch viaParams = 1 << iota
	viaReceived
	viaRport
	viaMaddr
)

// ParseVia reads the element that begins at off, after white space, and ends
// with buf or before a comma; it returns where it ended.
func ParseVia(buf []byte, off int, v *Via) (int, parser.Err) {
	if next := plainVia(buf, off, v); next > 0 {
		return next, parser.OK
	}
	return scanVia(buf, off, v)
}

// viaVersion is what a Via begins with, but for exotic ones: the machine is
// entered behind it.
const viaVersion = "SIP/2.0/"

// setParam notes the parameter buf[name:end], whose name ends at nameEnd and
// whose value begins at value, if that is not 0. A parameter that counts may be
// there only once (RFC 3261 §7.3.1).
func (v *Via) setParam(buf []byte, name, nameEnd, value, end int) parser.Err {
	p := lookupViaParam(buf[name:nameEnd])
	if v.seen&p != 0 {
		return parser.ErrParam
	}
	v.seen |= p
	if p == viaRport {
		return v.setRport(buf, name, value, end)
	}
	if value > 0 {
		v.setValue(p, parser.MakeSpan(value, end))
	}
	return parser.OK
}

// lookupViaParam returns which of the parameters that count is called name, 0 if
// none is.
func lookupViaParam(name []byte) viaParams {
	switch string(name) {
	case "branch":
		return viaBranch
	case "received":
		return viaReceived
	case "rport":
		return viaRport
	case "maddr":
		return viaMaddr
	}
	switch {
	case parser.EqualFold(name, "branch"):
		return viaBranch
	case parser.EqualFold(name, "received"):
		return viaReceived
	case parser.EqualFold(name, "rport"):
		return viaRport
	case parser.EqualFold(name, "maddr"):
		return viaMaddr
	}
	return 0
}

func (v *Via) setValue(p viaParams, at parser.Span) {
	switch p {
	case viaBranch:
		v.Branch = at
	case viaReceived:
		v.Received = at
	case viaMaddr:
		v.Maddr = at
	}
}

// setRport notes rport, which has no value in a request (RFC 3581 §3).
func (v *Via) setRport(buf []byte, name, value, end int) parser.Err {
	v.RportSet = true
	v.RportSpan = parser.MakeSpan(name, end)
	if value == 0 {
		return parser.OK
	}
	n, ok := parseNumber(buf[value:end])
	if !ok || n == 0 || n > portMax {
		return parser.ErrPort
	}
	v.Rport = uint16(n)
	return parser.OK
}

// viaErr says what is wrong with an element that got as far as the parts that
// are not 0.
func viaErr(host, port, params int) parser.Err {
	switch {
	case params != 0:
		return parser.ErrVia
	case port != 0:
		return parser.ErrPort
	case host != 0:
		return parser.ErrHost
	}
	return parser.ErrVia
}
