package relay

import (
	"sluice/parser/sip"
)

// DefaultMaxForwards is what a request gets that came without (RFC 3261 §16.6
// step 3).
const DefaultMaxForwards = 70

// SetMaxForwards makes n the Max-Forwards of the request m as it goes out.
func SetMaxForwards(e *sip.Edits, m *sip.Message, n int) {
	if i := m.First(sip.HeaderMaxForwards); i >= 0 {
		e.ReplaceUint(m.Header(i).Value, uint64(n))
		return
	}
	at := m.HeadersStart()
	e.InsertString(at, "Max-Forwards: ")
	e.InsertUint(at, uint64(n))
	e.InsertString(at, "\r\n")
}
