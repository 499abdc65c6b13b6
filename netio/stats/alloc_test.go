//go:build !race

package stats_test

import (
	"testing"

	"sluice/netio/stats"
)

func TestCountingAllocatesNothing(t *testing.T) {
	r := stats.New()
	r.Loops(1)
	id := r.Counter("sluice_things_total", "Things.")
	l := r.Loop(0)
	if got := testing.AllocsPerRun(1000, func() { l.Inc(id); r.Shared().Inc(id); _ = r.Sum(id) }); got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}

func BenchmarkInc(b *testing.B) {
	r := stats.New()
	r.Loops(1)
	id := r.Counter("sluice_things_total", "Things.")
	l := r.Loop(0)
	b.ReportAllocs()
	for b.Loop() {
		l.Inc(id)
	}
}
