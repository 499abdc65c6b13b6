package sip

import "sluice/parser"

// MinExpires returns the seconds that Min-Expires gives; ErrMissing if there is
// none.
func (m *Message) MinExpires() (uint32, parser.Err) { return m.delta(HeaderMinExpires) }

// FlowTimer returns the seconds that Flow-Timer gives (RFC 5626 §10); ErrMissing
// if there is none.
func (m *Message) FlowTimer() (uint32, parser.Err) { return m.delta(HeaderFlowTimer) }

// RSeq returns the value of RSeq (RFC 3262 §7.1); ErrMissing if there is none.
func (m *Message) RSeq() (uint32, parser.Err) {
	n, e := m.delta(HeaderRSeq)
	if e == parser.OK && n == 0 {
		return 0, parser.ErrNumber
	}
	return n, e
}

func (m *Message) delta(id HeaderID) (uint32, parser.Err) {
	i := m.First(id)
	if i < 0 {
		return 0, parser.ErrMissing
	}
	return parseDelta(m.headers[i].Value.Of(m.Buf))
}

// SessionExpires returns Session-Expires; ErrMissing if there is none.
func (m *Message) SessionExpires() (SessionExpires, parser.Err) {
	return m.sessionExpires(HeaderSessionExpires)
}

// MinSE returns Min-SE; ErrMissing if there is none.
func (m *Message) MinSE() (SessionExpires, parser.Err) { return m.sessionExpires(HeaderMinSE) }

func (m *Message) sessionExpires(id HeaderID) (s SessionExpires, e parser.Err) {
	i := m.First(id)
	if i < 0 {
		return s, parser.ErrMissing
	}
	at := m.headers[i].Value
	next, e := ParseSessionExpires(m.Buf[:at.End()], at.Start(), &s)
	if e == parser.OK && next != at.End() {
		e = parser.ErrHeaderValue
	}
	return s, e
}

// Event returns Event; ErrMissing if there is none.
func (m *Message) Event() (ev Event, e parser.Err) {
	i := m.First(HeaderEvent)
	if i < 0 {
		return ev, parser.ErrMissing
	}
	at := m.headers[i].Value
	next, e := ParseEvent(m.Buf[:at.End()], at.Start(), &ev)
	if e == parser.OK && next != at.End() {
		e = parser.ErrHeaderValue
	}
	return ev, e
}
