package sip

import (
	"bytes"

	"sluice/parser"
)

// Values iterates the elements of the comma lists of all headers with one id,
// in the order of the message. Commas in quoted strings and angle brackets do
// not separate; empty elements are passed over. It is a value; use it as
//
//	for v := m.Values(HeaderRoute); v.Next(); {
//		... v.Span() ...
//	}
type Values struct {
	m      *Message
	span   parser.Span
	pos    int // where the next element begins
	end    int // of the value of header
	header int16
	err    parser.Err
}

// Values returns an iterator that stands before the first element.
func (m *Message) Values(id HeaderID) Values {
	v := Values{m: m, header: int16(m.First(id))}
	v.enter()
	return v
}

// enter goes to the beginning of the header's value.
func (v *Values) enter() {
	if v.header < 0 {
		return
	}
	value := v.m.headers[v.header].Value
	v.pos, v.end = value.Start(), value.End()
}

// Span returns the element, without white space around it.
func (v *Values) Span() parser.Span { return v.span }

// HeaderIndex returns the index of the header that the element is in.
func (v *Values) HeaderIndex() int { return int(v.header) }

// Err returns ErrHeaderValue if a quoted string or an angle bracket was not
// closed; what follows it was given as part of the element.
func (v *Values) Err() parser.Err { return v.err }

// Last reports whether no element of the same header follows.
func (v *Values) Last() bool {
	for i := v.pos; i < v.end; i++ {
		if c := v.m.Buf[i]; c != ',' && !isLWS(c) {
			return false
		}
	}
	return true
}

// Next goes to the next element; it reports whether there is one.
func (v *Values) Next() bool {
	for v.header >= 0 {
		for v.pos < v.end {
			start := v.pos
			stop := v.element()
			v.pos = stop + 1
			v.span = trimLWS(v.m.Buf, start, stop)
			if v.span.Len > 0 {
				return true
			}
		}
		v.header = int16(v.m.Next(int(v.header)))
		v.enter()
	}
	v.span = parser.Span{}
	return false
}

// element returns the offset of the comma that ends the element at pos, or
// the end of the value.
func (v *Values) element() int {
	buf := v.m.Buf[:v.end]
	for i := v.pos; i < len(buf); i++ {
		switch buf[i] {
		case ',':
			return i
		case '"':
			i = quoteEnd(buf, i)
		case '<':
			if n := bytes.IndexByte(buf[i:], '>'); n < 0 {
				i = len(buf)
			} else {
				i += n
			}
		default:
			continue
		}
		if i >= len(buf) {
			v.err = parser.ErrHeaderValue
		}
	}
	return len(buf)
}

// quoteEnd returns the offset of the quote that ends the quoted string at i,
// len(buf) if none does.
func quoteEnd(buf []byte, i int) int {
	for i++; i < len(buf); i++ {
		switch buf[i] {
		case '"':
			return i
		case '\\':
			i++
		}
	}
	return len(buf)
}

// trimLWS returns buf[start:end] without white space around it.
func trimLWS(buf []byte, start, end int) parser.Span {
	for start < end && isLWS(buf[start]) {
		start++
	}
	for end > start && isLWS(buf[end-1]) {
		end--
	}
	return parser.MakeSpan(start, end)
}

// HasToken reports whether token is among the elements of the headers with id,
// without regard to case: an option tag of Supported, a method of Allow.
func (m *Message) HasToken(id HeaderID, token string) bool {
	for v := m.Values(id); v.Next(); {
		if parser.EqualFold(v.span.Of(m.Buf), token) {
			return true
		}
	}
	return false
}
