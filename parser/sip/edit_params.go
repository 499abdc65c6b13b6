package sip

import "sluice/parser"

// SetURIParam gives the parameter called name of u, a URI within m that its view
// or a Parse function found, the value, or adds it; an empty value makes it a
// flag. Each parameter is set once in an Edits. Only a sip, sips or tel URI that is the
// Request-URI or stands in angle brackets has parameters of its own: of any
// other nothing is changed, and the outcome is ErrURI.
func (e *Edits) SetURIParam(m *Message, u *URI, name, value string) parser.Err {
	if !m.ownsParams(u) {
		return parser.ErrURI
	}
	end := u.Text.End()
	if !u.Headers.Empty() {
		end = u.Headers.Start() - 1
	}
	e.setParam(m.Buf, u.Params, end, name, value)
	return parser.OK
}

// RemoveURIParam removes the parameter called name of u, which is as for
// SetURIParam; it reports whether it was there.
func (e *Edits) RemoveURIParam(m *Message, u *URI, name string) bool {
	return m.ownsParams(u) && e.removeParam(m.Buf, u.Params, name)
}

// ownsParams reports whether what follows ';' in u belongs to it (RFC 3261
// §20.10).
func (m *Message) ownsParams(u *URI) bool {
	if u.Scheme == SchemeNone || u.Scheme == SchemeOther {
		return false
	}
	end := u.Text.End()
	return u.Text == m.URIText || end < len(m.Buf) && m.Buf[end] == '>'
}

// SetViaParam gives the parameter called name of v, an element within m, the
// value, or adds it; an empty value makes it a flag. Each parameter is set once
// in an Edits.
func (e *Edits) SetViaParam(m *Message, v *Via, name, value string) {
	e.setParam(m.Buf, v.Params, v.Text.End(), name, value)
}

// RemoveViaParam removes the parameter called name of v, an element within m; it
// reports whether it was there.
func (e *Edits) RemoveViaParam(m *Message, v *Via, name string) bool {
	return e.removeParam(m.Buf, v.Params, name)
}

// setParam sets a parameter of the list params, which end stands behind.
func (e *Edits) setParam(buf []byte, params parser.Span, end int, name, value string) {
	at, ok := paramSpan(buf, params, name)
	from := len(e.text)
	if !ok {
		at = parser.MakeSpan(end, end)
		e.text = append(e.text, ';')
	}
	e.text = append(e.text, name...)
	if value != "" {
		e.text = append(e.text, '=')
		e.text = append(e.text, value...)
	}
	e.put(e.edit(at, from))
}

// removeParam removes a parameter of the list params, however often it is there,
// each time with the ';' before it.
func (e *Edits) removeParam(buf []byte, params parser.Span, name string) (found bool) {
	for at, ok := paramSpan(buf, params, name); ok; at, ok = paramSpan(buf, params, name) {
		start := at.Start() - 1
		for buf[start] != ';' {
			start--
		}
		e.Remove(parser.MakeSpan(start, at.End()))
		found = true
		params = parser.MakeSpan(min(at.End()+1, params.End()), params.End())
	}
	return found
}

// AddHeaderBefore adds a header above the i-th of m, which First or Last found;
// if they found none, above all others.
func (e *Edits) AddHeaderBefore(m *Message, i int, name string, value []byte) {
	off := m.HeadersStart()
	if i >= 0 {
		off = m.Line(i).Start()
	}
	e.addHeader(off, name, value)
}

// AddHeaderAfter adds a header below the i-th of m, which First or Last found;
// if they found none, below all others.
func (e *Edits) AddHeaderAfter(m *Message, i int, name string, value []byte) {
	off := m.HeadersEnd()
	if i >= 0 {
		off = m.Line(i).End()
	}
	e.addHeader(off, name, value)
}
