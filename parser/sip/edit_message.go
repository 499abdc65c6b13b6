package sip

import (
	"net/netip"
	"strconv"

	"sluice/parser"
)

// RemoveHeader removes the i-th header of m, its whole line.
func (e *Edits) RemoveHeader(m *Message, i int) { e.Remove(m.Line(i)) }

// RemoveElement removes the top element of the headers of m with id: the whole
// line when the element is alone, else the element and its comma. Called again,
// it removes the next.
func (e *Edits) RemoveElement(m *Message, id HeaderID) {
	for v := m.Values(id); v.Next(); {
		at := v.Span()
		if e.removed(at) {
			continue
		}
		if v.Last() {
			at = m.Line(v.HeaderIndex())
		} else {
			v.Next()
			at = parser.MakeSpan(at.Start(), v.Span().Start())
		}
		e.discard(at)
		e.Remove(at)
		return
	}
}

// SetHeader makes value the value of the header of m with id: it replaces that
// of the first and removes the others, or adds the header below all others if
// there is none. Set again, the last value holds. HeaderOther sets nothing.
func (e *Edits) SetHeader(m *Message, id HeaderID, value []byte) {
	if id == HeaderOther {
		return
	}
	set := false
	for i := m.First(id); i >= 0; i = m.Next(i) {
		switch {
		case e.removed(m.Line(i)):
		case set:
			e.RemoveHeader(m, i)
		default:
			set = true
			e.setValue(m, m.headers[i].Value, value)
		}
	}
	if !set {
		e.setMissing(m, id, value)
	}
}

// setValue replaces the value at. The byte before it, white space or the
// colon, goes with it, so that there is something to replace when it is empty.
func (e *Edits) setValue(m *Message, at parser.Span, value []byte) {
	at = parser.MakeSpan(at.Start()-1, at.End())
	e.discard(at)
	from := len(e.text)
	if m.Buf[at.Off] == ':' {
		e.text = append(e.text, ':')
	}
	e.text = append(e.text, ' ')
	e.text = append(e.text, value...)
	e.put(e.edit(at, from))
}

// setMissing adds a header that m does not have, once.
func (e *Edits) setMissing(m *Message, id HeaderID, value []byte) {
	from := len(e.text)
	e.appendLine(id.String(), value)
	for i := range e.ops {
		if o := &e.ops[i]; o.added == id {
			o.from, o.to = uint32(from), uint32(len(e.text))
			return
		}
	}
	o := e.edit(parser.MakeSpan(m.HeadersEnd(), m.HeadersEnd()), from)
	o.added = id
	e.put(o)
}

// AddHeaderTop adds a header above all others.
func (e *Edits) AddHeaderTop(m *Message, name string, value []byte) {
	e.addHeader(m.HeadersStart(), name, value)
}

// AddHeaderEnd adds a header below all others.
func (e *Edits) AddHeaderEnd(m *Message, name string, value []byte) {
	e.addHeader(m.HeadersEnd(), name, value)
}

func (e *Edits) addHeader(off int, name string, value []byte) {
	from := len(e.text)
	e.appendLine(name, value)
	e.put(e.edit(parser.MakeSpan(off, off), from))
}

func (e *Edits) appendLine(name string, value []byte) {
	e.text = append(e.text, name...)
	e.text = append(e.text, ": "...)
	e.text = append(e.text, value...)
	e.text = append(e.text, "\r\n"...)
}

// FixVia notes in the top Via of m where the request came from: received when
// sent-by is not the source address (RFC 3261 §18.2.1) or rport is asked for,
// and the value of rport (RFC 3581 §4). What the client itself put there is
// replaced. The outcome is that of TopVia; a malformed Via is left alone.
func (e *Edits) FixVia(m *Message, src netip.AddrPort) parser.Err {
	v, err := m.TopVia()
	if err != parser.OK {
		return err
	}
	f := makeViaFix(m.Buf, v, src)
	var text [64]byte
	if v.RportSet {
		e.Replace(v.RportSpan, appendRport(text[:0], src))
	}
	if f.insert {
		e.Insert(v.Text.End(), appendReceived(append(text[:0], ';'), src))
	} else if f.replace {
		e.Replace(f.at, appendReceived(text[:0], src))
	}
	return parser.OK
}

// A viaFix says what becomes of the received parameter.
type viaFix struct {
	insert  bool
	replace bool
	at      parser.Span // of the whole parameter
}

func makeViaFix(buf []byte, v *Via, src netip.AddrPort) (f viaFix) {
	if v.seen&viaReceived != 0 {
		if at, ok := paramSpan(buf, v.Params, "received"); ok {
			return viaFix{replace: true, at: at}
		}
	}
	if v.RportSet {
		return viaFix{insert: true}
	}
	ip, ok := v.IP(buf)
	return viaFix{insert: !ok || ip.Unmap() != sourceIP(src)}
}

// sourceIP returns the address of src as Via has it.
func sourceIP(src netip.AddrPort) netip.Addr { return src.Addr().Unmap().WithZone("") }

// appendReceived appends the received parameter with the source address, which
// has no brackets when it is IPv6 (RFC 3261 §25.1).
func appendReceived(dst []byte, src netip.AddrPort) []byte {
	return sourceIP(src).AppendTo(append(dst, "received="...))
}

// appendRport appends the rport parameter with the source port.
func appendRport(dst []byte, src netip.AddrPort) []byte {
	dst = append(dst, "rport="...)
	return strconv.AppendUint(dst, uint64(src.Port()), 10)
}
