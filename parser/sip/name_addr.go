package sip

import "sluice/parser"

//go:generate ragel -Z -G2 -o zname_addr.go name_addr.rl
//go:generate sed -i "/^[/][/]line /d" zname_addr.go
//go:generate gofmt -w zname_addr.go

// A NameAddr is one element of From, To, Contact, Route, Record-Route, Path and
// their like: a name-addr or an addr-spec, with its header parameters. Spans
// are into the buffer it was parsed from.
type NameAddr struct {
	Star    bool        // Contact: *
	Text    parser.Span // the whole element
	Display parser.Span // as written, with the quotes of a quoted string
	URIText parser.Span // without angle brackets
	Params  parser.Span // header parameters, without the ';' before them
	Tag     parser.Span
	URI     URI
}

// ParseNameAddr reads the element that begins at off, after white space, and
// ends with buf or before a comma; it returns where it ended.
func ParseNameAddr(buf []byte, off int, n *NameAddr) (int, parser.Err) {
	if next := plainNameAddr(buf, off, n); next > 0 {
		return next, parser.OK
	}
	return scanNameAddr(buf, off, n)
}

// setParam notes the parameter buf[name:nameEnd], whose value is buf[value:end]
// if value is not 0. A tag with a value may be there only once (RFC 3261 §7.3.1).
func (n *NameAddr) setParam(buf []byte, name, nameEnd, value, end int) parser.Err {
	if value == 0 || nameEnd-name != len("tag") || !parser.EqualFold(buf[name:nameEnd], "tag") {
		return parser.OK
	}
	if !n.Tag.Empty() {
		return parser.ErrParam
	}
	n.Tag = parser.MakeSpan(value, end)
	return parser.OK
}

func displaySpan(start, end int) (s parser.Span) {
	if end > start {
		s = parser.MakeSpan(start, end)
	}
	return s
}
