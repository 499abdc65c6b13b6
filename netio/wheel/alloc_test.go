//go:build !race

package wheel_test

import (
	"testing"
	"time"

	"sluice/netio/wheel"
)

func TestAllocatesNothing(t *testing.T) {
	w := wheel.New(0)
	events := make([]*event, 1000)
	for i := range events {
		events[i] = newEvent("", nil)
	}
	var now time.Duration
	got := testing.AllocsPerRun(100, func() {
		for i, e := range events {
			w.Arm(&e.Timer, now, time.Duration(i)*17*time.Millisecond)
		}
		for _, e := range events[:300] {
			w.Disarm(&e.Timer)
		}
		_, _ = w.Next()
		now += time.Minute
		w.Advance(now)
	})
	if got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}

// BenchmarkTransaction is a timer's usual life: armed for long, disarmed soon.
func BenchmarkTransaction(b *testing.B) {
	w := wheel.New(0)
	events := make([]*event, 1<<16)
	for i := range events {
		events[i] = newEvent("", nil)
	}
	b.ReportAllocs()
	var now time.Duration
	i := 0
	for b.Loop() {
		e := events[i&(1<<16-1)]
		w.Arm(&e.Timer, now, 32*time.Second)
		now += 10 * time.Microsecond
		w.Advance(now)
		i++
	}
}

func BenchmarkAdvanceIdle(b *testing.B) {
	w := wheel.New(0)
	e := newEvent("", nil)
	w.Arm(&e.Timer, 0, 1000*time.Hour)
	for b.Loop() {
		w.Advance(time.Second)
	}
}
