//go:build !race && linux

package netio

import (
	"testing"
)

func TestBatchAllocatesNothing(t *testing.T) {
	a, b := newBench(t, false), newBench(t, true)
	payload := make([]byte, 600)
	lost := 0
	got := testing.AllocsPerRun(200, func() {
		if round(a, b, recvBatch, payload) != recvBatch {
			lost++
		}
	})
	if got != 0 || lost != 0 {
		t.Errorf("got %v allocations per batch, %d incomplete batches, want none", got, lost)
	}
}

func TestMailAllocatesNothing(t *testing.T) {
	b := newBench(t, false)
	got := testing.AllocsPerRun(200, func() {
		b.run(func(b *bench) {
			for range 100 {
				b.loop.Post(Mail{Data: b})
			}
		})
	})
	if got != 0 {
		t.Errorf("got %v allocations, want none", got)
	}
}

func TestPoolAllocatesNothing(t *testing.T) {
	b := newBench(t, false)
	got := testing.AllocsPerRun(200, func() {
		for _, n := range []int{0, 1, 1024, 1025, 2048, 4096, 16384, 65536} {
			buf := b.loop.Acquire(n)
			buf.Retain().Release()
			buf.Release()
		}
	})
	if got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}

// TestWakeUpAllocatesNothing: an idle wake-up with a timer armed, and the bell.
func TestWakeUpAllocatesNothing(t *testing.T) {
	done := make(chan struct{}, 1)
	n, err := Open(Options{Loops: 1}, func(*Loop) Handler { return &bench{mail: done} })
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	l := n.loops[0]
	got := testing.AllocsPerRun(1000, func() {
		l.Post(Mail{})
		<-done
	})
	if got != 0 {
		t.Errorf("got %v allocations per wake-up, want 0", got)
	}
}
