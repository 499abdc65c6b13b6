package relay

import (
	"strconv"

	"sluice/parser/sip"
)

// DefaultMaxBreadth is what a request gets that came without Max-Breadth, and
// the most that one may bring (RFC 5393 §5.3.3).
const DefaultMaxBreadth = 60

// MaxBreadth returns the Max-Breadth of the request m as the response context
// takes it: one that is missing, malformed or too large counts as the default.
func MaxBreadth(m *sip.Message) int {
	if !m.Has(sip.HeaderMaxBreadth) {
		return DefaultMaxBreadth
	}
	n, ok := 0, false
	for _, c := range m.Value(sip.HeaderMaxBreadth) {
		if c < '0' || c > '9' || n > DefaultMaxBreadth {
			return DefaultMaxBreadth
		}
		n, ok = n*10+int(c-'0'), true
	}
	if !ok || n > DefaultMaxBreadth {
		return DefaultMaxBreadth
	}
	return n
}

// SetMaxBreadth makes n the one Max-Breadth of the request m as it goes out.
func SetMaxBreadth(e *sip.Edits, m *sip.Message, n int) {
	if !m.Has(sip.HeaderMaxBreadth) {
		at := m.HeadersStart()
		if n == DefaultMaxBreadth {
			e.InsertString(at, "Max-Breadth: 60\r\n")
			return
		}
		e.InsertString(at, "Max-Breadth: ")
		e.InsertUint(at, uint64(n))
		e.InsertString(at, "\r\n")
		return
	}
	var text [8]byte
	e.SetHeader(m, sip.HeaderMaxBreadth, strconv.AppendUint(text[:0], uint64(n), 10))
}
