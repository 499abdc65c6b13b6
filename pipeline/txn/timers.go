package txn

import (
	"cmp"
	"time"
)

// Timers holds the values of RFC 3261 Table 4 and RFC 6026 §8.11 for
// transactions over unreliable transports. All are positive. Timers A, E and G
// begin at T1; I and K are T4.
type Timers struct {
	T1 time.Duration // estimate of the round-trip time
	T2 time.Duration // longest interval of Timers E and G
	T4 time.Duration // longest life of a message in the network

	B time.Duration // INVITE client: no response at all
	C time.Duration // INVITE client of a proxy: no final response; more than 3 min (RFC 3261 §16.6 step 11)
	D time.Duration // INVITE client: wait for retransmitted 300 to 699; at least 32 s
	F time.Duration // non-INVITE client: no final response
	H time.Duration // INVITE server: no ACK for a 300 to 699
	J time.Duration // non-INVITE server: wait for retransmitted requests
	L time.Duration // INVITE server: wait for retransmitted requests after a 2xx
	M time.Duration // INVITE client: wait for further 2xx
}

// The defaults of RFC 3261 Table 4.
const (
	DefaultT1 = 500 * time.Millisecond
	DefaultT2 = 4 * time.Second
	DefaultT4 = 5 * time.Second
)

// NewTimers returns the timers that follow from T1, T2 and T4, of which 0 means
// the default (RFC 3261 Table 4). Timer C is a second above the 3 minutes that
// it must exceed.
func NewTimers(t1, t2, t4 time.Duration) Timers {
	t := Timers{T1: cmp.Or(t1, DefaultT1), T2: cmp.Or(t2, DefaultT2), T4: cmp.Or(t4, DefaultT4), C: 181 * time.Second}
	t.B = 64 * t.T1
	t.D = max(t.B, 32*time.Second)
	t.F, t.H, t.J, t.L, t.M = t.B, t.B, t.B, t.B, t.B
	return t
}

// DefaultTimers returns the defaults of RFC 3261 Table 4.
func DefaultTimers() Timers { return NewTimers(0, 0, 0) }
