package txn

import (
	"math/rand/v2"
	"testing"
	"time"
)

// What holds after every step of any walk.
func checkInvariants(t *testing.T, m *Machine, now time.Duration) {
	t.Helper()
	at, armed := m.Next()
	if armed && at <= 0 {
		t.Fatalf("%v %v: deadline %v", m.Kind, m.State, at)
	}
	server := m.Kind == InviteServer || m.Kind == NonInviteServer
	waits := m.State == Trying || m.State == Proceeding
	switch {
	case m.State == Terminated && *m != (Machine{Kind: m.Kind, State: Terminated, Reliable: m.Reliable}):
		t.Fatalf("Terminated with a deadline: %+v", *m)
	case m.State == Idle:
		t.Fatalf("%v: back in Idle", m.Kind)
	case m.State != Terminated && !(server && waits) && !armed:
		t.Fatalf("%v %v reliable=%v: nothing will ever end it", m.Kind, m.State, m.Reliable)
	case server && waits && armed:
		t.Fatalf("%v %v: deadline %v while the transaction user has the word", m.Kind, m.State, at)
	}
}

// Any sequence of events and any jumps of the clock: Done once, no action and
// no deadline after it, and a client always ends by itself.
func TestRandomWalk(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	timers := DefaultTimers()
	for range 20000 {
		var m Machine
		now := time.Duration(rng.Int64N(int64(time.Hour)))
		m.Start(Kind(rng.IntN(int(numKinds))), rng.IntN(2) == 0, now, &timers)
		done := 0
		took := func(do Action) {
			t.Helper()
			if done > 0 && do != 0 {
				t.Fatalf("%v: %v after Done", m.Kind, do)
			}
			if do&Done != 0 {
				done++
			}
			if (m.State == Terminated) != (done == 1) {
				t.Fatalf("%v %v: Done given %d times", m.Kind, m.State, done)
			}
			checkInvariants(t, &m, now)
		}
		for range rng.IntN(12) {
			now += time.Duration(rng.ExpFloat64() * float64(2*time.Second))
			if rng.IntN(2) == 0 {
				took(m.Expire(now, &timers))
				if at, ok := m.Next(); ok && at <= now {
					t.Fatalf("%v %v: deadline %v is not after %v", m.Kind, m.State, at, now)
				}
				continue
			}
			e := Event(rng.IntN(int(numEvents)))
			if e == Abandon && rng.IntN(8) != 0 {
				continue
			}
			took(m.Handle(e, now, &timers))
		}
		// The transaction user of a server answers in the end.
		took(m.Handle(SendFinal, now, &timers))
		for {
			at, ok := m.Next()
			if !ok {
				break
			}
			now = max(now, at)
			took(m.Expire(now, &timers))
		}
		if m.State != Terminated || done != 1 {
			t.Fatalf("%v reliable=%v: ended in %v, Done given %d times", m.Kind, m.Reliable, m.State, done)
		}
	}
}
