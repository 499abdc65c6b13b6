//go:build !race

package pipeline

import "testing"

// TestTokenSetAllocatesNothing: once it has grown.
func TestTokenSetAllocatesNothing(t *testing.T) {
	var s tokenSet
	round := func() {
		for i := range uint32(1000) {
			s.add(makeToken(2, i+1, 7))
		}
		for i := range uint32(1000) {
			s.remove(makeToken(2, i+1, 7))
		}
	}
	round()
	if got := testing.AllocsPerRun(10, round); got != 0 {
		t.Errorf("got %v allocations, want none", got)
	}
}
