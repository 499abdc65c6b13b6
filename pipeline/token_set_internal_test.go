package pipeline

import (
	"log/slog"
	"math/rand/v2"
	"testing"

	"sluice/netio/stats"
)

// TestTokenSet: it does what a map does, whatever comes and goes.
func TestTokenSet(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, tokens := range []int{1, 5, 40, 3000} {
		var s tokenSet
		want := map[Token]bool{}
		for range 20000 {
			tok := makeToken(1, uint32(rng.IntN(tokens)+1), uint32(rng.IntN(2)))
			if rng.IntN(2) == 0 {
				s.add(tok)
				want[tok] = true
			} else {
				s.remove(tok)
				delete(want, tok)
			}
			if s.len() != len(want) || 2*s.n > len(s.slots) {
				t.Fatalf("of %d tokens: %d in %d slots, want %d", tokens, s.len(), len(s.slots), len(want))
			}
		}
		for tok := range s.all {
			if !want[tok] {
				t.Errorf("of %d tokens: got %x, which is not there", tokens, tok)
			}
			delete(want, tok)
		}
		if len(want) > 0 {
			t.Errorf("of %d tokens: %d are missed", tokens, len(want))
		}
	}
}

// TestTokenSetEmpty: nothing can be found in nothing, and what was large goes.
func TestTokenSetEmpty(t *testing.T) {
	var none *tokenSet
	none.remove(1)
	for range none.all {
		t.Error("there is something in nil")
	}
	if none.len() != 0 {
		t.Errorf("nil has %d", none.len())
	}
	var s tokenSet
	for _, size := range []uint32{100, keepTokenSlots} {
		for i := range size {
			s.add(makeToken(1, i+1, 1))
		}
		slots := len(s.slots)
		for i := range size {
			s.remove(makeToken(1, i+1, 1))
		}
		if keeps := slots <= keepTokenSlots; s.len() != 0 || (len(s.slots) == slots) != keeps {
			t.Errorf("after %d: %d are left in %d slots of %d, want them kept: %v", size, s.len(), len(s.slots), slots, keeps)
		}
		s.remove(makeToken(1, 1, 1))
	}
}

// TestFlowFull: a transaction that a connection could not remember has no place
// on it.
func TestFlowFull(t *testing.T) {
	st := stats.New()
	st.Loops(1)
	p := NewEdge(EdgeOptions{Loops: 1, Stats: st, Log: slog.New(slog.DiscardHandler), MaxTransactions: 16})
	f := &flow{e: p.engines[0]}
	for i := range uint32(maxFar) {
		if !f.expect(makeToken(1, i+1, 1)) {
			t.Fatalf("transaction %d has no place", i)
		}
	}
	if f.expect(makeToken(1, maxFar+1, 1)) {
		t.Error("one too many has a place")
	}
	f.settle(makeToken(1, 7, 1))
	if !f.expect(makeToken(1, maxFar+1, 1)) {
		t.Error("there is no place although one has its answer")
	}
	if got := p.stats.SumGauge(p.ids[metricFlowFull]); got != 1 {
		t.Errorf("counted %d, want 1", got)
	}
}
