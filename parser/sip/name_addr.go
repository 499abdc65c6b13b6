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
	return scanNameAddr(buf, off, n)
}

func displaySpan(start, end int) (s parser.Span) {
	if end > start {
		s = parser.MakeSpan(start, end)
	}
	return s
}
