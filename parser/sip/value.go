package sip

import "sluice/parser"

//go:generate ragel -Z -G2 -o zvalue.go value.rl
//go:generate sed -i "/^[/][/]line /d" zvalue.go
//go:generate gofmt -w zvalue.go

// MaxParams is how many parameters a [Value] may have.
const MaxParams = 12

// A Value is one element of a header field that is a word with parameters:
// Event, Session-Expires, Reason and their like. Spans are into the buffer it
// was parsed from.
type Value struct {
	Text    parser.Span // the whole element
	Word    parser.Span // with the quotes of a quoted string
	Comment parser.Span // without the parentheses around it
	Params  parser.Span // without the ';' before them

	n      uint8
	params [MaxParams]valueParam
}

type valueParam struct{ name, value parser.Span }

// ParseValue reads the element that begins at off, after white space, and ends
// with buf or before a comma; it returns where it ended. More than [MaxParams]
// parameters are refused with ErrTooLong.
func ParseValue(buf []byte, off int, v *Value) (int, parser.Err) {
	return scanValue(buf, off, v)
}

func (v *Value) reset() {
	v.Text, v.Word, v.Comment, v.Params = parser.Span{}, parser.Span{}, parser.Span{}, parser.Span{}
	v.n = 0
}

// add notes a parameter whose value begins at value, if that is not 0.
func (v *Value) add(name, nameEnd, value, end int) parser.Err {
	if int(v.n) == len(v.params) {
		return parser.ErrTooLong
	}
	p := &v.params[v.n]
	v.n++
	p.name = parser.MakeSpan(name, nameEnd)
	p.value = parser.MakeSpan(nameEnd, nameEnd)
	if value > 0 {
		p.value = parser.MakeSpan(value, end)
	}
	return parser.OK
}

// NumParams returns the number of parameters.
func (v *Value) NumParams() int { return int(v.n) }

// ParamAt returns the i-th parameter. A quoted string has its quotes.
func (v *Value) ParamAt(i int) (name, value parser.Span) {
	return v.params[i].name, v.params[i].value
}

// Param returns the value of the first parameter called name, without regard to
// case; ok says whether it is there. A quoted string has its quotes.
func (v *Value) Param(buf []byte, name string) (value parser.Span, ok bool) {
	for i := range v.params[:v.n] {
		if p := &v.params[i]; parser.EqualFold(p.name.Of(buf), name) {
			return p.value, true
		}
	}
	return parser.Span{}, false
}

// delta returns the seconds that the parameter called name gives; 0 without it.
func (v *Value) delta(buf []byte, name string) (uint32, parser.Err) {
	at, ok := v.Param(buf, name)
	if !ok {
		return 0, parser.OK
	}
	return parseDelta(at.Of(buf))
}

// valueErr says what is wrong with an element, whose parameters begin at params
// if that is not 0.
func valueErr(params int) parser.Err {
	if params != 0 {
		return parser.ErrParam
	}
	return parser.ErrHeaderValue
}

// parseDelta reads delta-seconds (RFC 3261 §25.1), less than 2**32.
func parseDelta(b []byte) (uint32, parser.Err) {
	n, ok := parseNumber(b)
	if !ok || n > 1<<32-1 {
		return 0, parser.ErrNumber
	}
	return uint32(n), parser.OK
}

// within returns s without its first and last byte if these are open and close.
func within(buf []byte, s parser.Span, open, close byte) parser.Span {
	if s.Len >= 2 && buf[s.Start()] == open && buf[s.End()-1] == close {
		return parser.MakeSpan(s.Start()+1, s.End()-1)
	}
	return s
}

// unquoted returns s without the quotes around it; what is escaped stays so.
func unquoted(buf []byte, s parser.Span) parser.Span { return within(buf, s, '"', '"') }
