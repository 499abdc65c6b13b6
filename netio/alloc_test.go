//go:build !race && linux

package netio

import (
	"net"
	"net/netip"
	"testing"
)

func TestBatchAllocatesNothing(t *testing.T) {
	for _, at := range [][4]byte{{127, 0, 0, 1}, {}} {
		a, b := newBench(t, false), newBenchOn(t, true, at)
		payload, to := make([]byte, 600), netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), b.ln.Addr.Port())
		lost := 0
		got := testing.AllocsPerRun(200, func() {
			if round(a, b, recvBatch, to, payload) != recvBatch {
				lost++
			}
		})
		if got != 0 || lost != 0 {
			t.Errorf("%v: got %v allocations per batch, %d incomplete batches, want none", b.ln, got, lost)
		}
	}
}

// TestFacingAllocatesNothing: neither for a peer that is known nor, but for the face, for a new one.
func TestFacingAllocatesNothing(t *testing.T) {
	b := newBenchOn(t, false, [4]byte{})
	defer b.e.closeProbes()
	for name, step := range map[string]byte{"known": 0, "new": 1} {
		peer := [4]byte{127, 0, 0, 1}
		got := testing.AllocsPerRun(200, func() {
			peer[3] += step
			if ln := b.loop.Facing(b.ln, netip.AddrFrom4(peer)); ln == b.ln {
				t.Error("no route")
			}
		})
		if got != 0 {
			t.Errorf("%s: got %v allocations, want 0", name, got)
		}
	}
}

// TestRefusalAllocatesNothing: neither does a datagram that the system refuses.
func TestRefusalAllocatesNothing(t *testing.T) {
	b := newBench(t, false)
	b.refused = make([]refusal, 0, 1000)
	big := b.loop.Acquire(recvRoom)
	big.B = big.B[:recvRoom]
	got := testing.AllocsPerRun(200, func() {
		b.run(func(b *bench) {
			for range 3 {
				b.loop.SendFor(1, b.ln, b.ln.Addr, big)
			}
		})
	})
	if got != 0 || len(b.refused) != 3*201 {
		t.Errorf("got %v allocations, want none; told of %d, want %d", got, len(b.refused), 3*201)
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

// TestDatagramAllocatesNothing: one that wakes the loop, gnet's share included.
func TestDatagramAllocatesNothing(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "0.0.0.0:0"} {
		n, h := startTell(t, Options{Listeners: []ListenerConfig{everywhere(UDP, addr)}})
		c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), n.Listeners()[0].Addr.Port())))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		b := make([]byte, 100)
		got := testing.AllocsPerRun(500, func() {
			_, _ = c.Write(b)
			_, _ = c.Read(b)
			<-h.came
		})
		if got != 0 {
			t.Errorf("%s: got %v allocations, want 0", addr, got)
		}
	}
}
