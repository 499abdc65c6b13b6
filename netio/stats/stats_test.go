package stats_test

import (
	"strings"
	"sync"
	"testing"

	"sluice/netio/stats"
)

func TestSumsRowsAndShared(t *testing.T) {
	r := stats.New()
	r.Loops(2)
	id := r.Counter("sluice_things_total", "Things.")
	other := r.Counter("sluice_others_total", "Others.")
	r.Loop(0).Inc(id)
	r.Loop(1).Add(id, 5)
	r.Shared().Inc(id)
	r.Loop(0).Inc(other)
	if got, want := r.Sum(id), uint64(7); got != want {
		t.Errorf("sum: got %d, want %d", got, want)
	}
	if got, want := r.Loop(1).Value(id), uint64(5); got != want {
		t.Errorf("loop 1: got %d, want %d", got, want)
	}
}

func TestGaugeGoesBelowZeroPerRow(t *testing.T) {
	r := stats.New()
	r.Loops(2)
	id := r.Gauge("sluice_level", "Level.")
	r.Loop(0).Move(id, -3)
	r.Loop(1).Set(id, 1)
	r.Shared().Move(id, -1)
	if got, want := r.SumGauge(id), int64(-3); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

func TestLoopsKeepsValues(t *testing.T) {
	r := stats.New()
	r.Loops(1)
	id := r.Counter("sluice_things_total", "Things.")
	r.Loop(0).Inc(id)
	r.Loops(3)
	r.Loop(2).Inc(id)
	if got, want := r.Sum(id), uint64(2); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

func TestRegisteringAgain(t *testing.T) {
	r := stats.New()
	a := r.Counter("sluice_a_total", "A.", "transport", "udp")
	if again := r.Counter("sluice_a_total", "A.", "transport", "udp"); again != a {
		t.Errorf("same metric: got %d, want %d", again, a)
	}
	if b := r.Counter("sluice_a_total", "A.", "transport", "tcp"); b == a {
		t.Error("another label value got the same id")
	}
	for name, register := range map[string]func(){
		"another kind":          func() { r.Gauge("sluice_a_total", "A.") },
		"label without a value": func() { r.Counter("sluice_b_total", "B.", "transport") },
		"too many": func() {
			for i := range stats.MaxMetrics {
				r.Counter("sluice_c_total", "C.", "n", strings.Repeat("x", i))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			register()
		})
	}
}

// TestReadersAndWriters is for the race detector: each row has one writer, everything else only reads.
func TestReadersAndWriters(t *testing.T) {
	r := stats.New()
	r.Loops(4)
	id := r.Counter("sluice_things_total", "Things.")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 1000 {
				r.Loop(i).Inc(id)
				r.Shared().Inc(id)
				_ = r.Sum(id)
			}
		})
	}
	wg.Wait()
	if got, want := r.Sum(id), uint64(8000); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}
