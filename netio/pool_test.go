package netio

import (
	"fmt"
	"testing"
)

func newPoolLoop(t *testing.T) *Loop {
	t.Helper()
	l, _ := NewLoopForTest(0, Options{}, nil)
	return l
}

func TestBufSizes(t *testing.T) {
	l := newPoolLoop(t)
	for _, n := range []int{0, 1, 512, 513, 1024, 1025, 2048, 4095, 4096, 4097, 16384, 16385, 65535, 65536, 65537, 1 << 20} {
		b := l.Acquire(n)
		if len(b.B) != 0 || cap(b.B) < n {
			t.Errorf("%d: got len %d, cap %d", n, len(b.B), cap(b.B))
		}
		b.B = append(b.B[:cap(b.B)], "beyond its capacity"...)
		b.Release()
		again := l.Acquire(n)
		if pooled := n <= maxPooled; (again == b) != pooled {
			t.Errorf("%d: reused %v, want %v", n, again == b, pooled)
		}
		if len(again.B) != 0 || cap(again.B) < n {
			t.Errorf("%d reused: got len %d, cap %d", n, len(again.B), cap(again.B))
		}
		again.Release()
	}
}

func TestBufReferences(t *testing.T) {
	l := newPoolLoop(t)
	b := l.Acquire(1)
	b.Retain()
	b.Release()
	if l.Acquire(1) == b {
		t.Fatal("reused while it has an owner")
	}
	b.Release()
	if l.Acquire(1) != b {
		t.Fatal("not reused although it has no owner")
	}
	b.Release()
	defer func() {
		if recover() == nil {
			t.Error("released twice without a panic")
		}
	}()
	b.Release()
}

func TestBufFreeListsAreBounded(t *testing.T) {
	l := newPoolLoop(t)
	for class, c := range bufClasses {
		var all []*Buf
		for range c.keep + 10 {
			all = append(all, l.Acquire(c.size))
		}
		for _, b := range all {
			b.Release()
		}
		if got := l.pool.count[class]; got != c.keep {
			t.Errorf("class %d: kept %d, want %d", c.size, got, c.keep)
		}
	}
	if l.pool.out != 0 {
		t.Errorf("%d buffers are out", l.pool.out)
	}
}

func TestMailboxGoesRound(t *testing.T) {
	var box mailbox
	box.init(5) // rounded up to 8
	var m Mail
	next, taken := uint64(0), uint64(0)
	for round := range 10 {
		for box.put(&Mail{Token: next}) {
			next++
		}
		if next-taken != 8 {
			t.Fatalf("round %d: holds %d, want 8", round, next-taken)
		}
		for range round%8 + 1 {
			if !box.take(&m) || m.Token != taken {
				t.Fatalf("round %d: got %d, want %d", round, m.Token, taken)
			}
			taken++
		}
	}
	for box.take(&m) {
		taken++
	}
	if taken != next || box.ready() {
		t.Errorf("took %d of %d", taken, next)
	}
}

func TestConnIDs(t *testing.T) {
	for _, tc := range []struct {
		loop             int
		slot, generation uint32
	}{{0, 0, 1}, {255, 1<<24 - 1, 1<<32 - 1}, {3, 70000, 5}} {
		id := connID(tc.loop, tc.slot, tc.generation)
		if id == 0 || id.Loop() != tc.loop || id.slot() != tc.slot || id.generation() != tc.generation {
			t.Errorf("%+v: got %d %d %d", tc, id.Loop(), id.slot(), id.generation())
		}
	}
}

// TestGenerationsComeRound: an id is not zero even after four billion connections in one slot.
func TestGenerationsComeRound(t *testing.T) {
	l := newPoolLoop(t)
	c := &Conn{loop: l}
	l.table.add(c)
	l.table.unlink(c)
	l.table.remove(c)
	l.table.slots[0].generation = 1<<32 - 1
	l.table.add(c)
	if c.id.generation() != 1 || c.id.slot() != 0 {
		t.Errorf("got slot %d, generation %d", c.id.slot(), c.id.generation())
	}
}

func TestTransports(t *testing.T) {
	for _, tc := range []struct {
		transport        Transport
		lower, upper     string
		reliable, secure bool
	}{
		{UDP, "udp", "UDP", false, false},
		{TCP, "tcp", "TCP", true, false},
		{TLS, "tls", "TLS", true, true},
		{WS, "ws", "WS", true, false},
		{WSS, "wss", "WSS", true, true},
	} {
		got := fmt.Sprint(tc.transport, tc.transport.Upper(), tc.transport.Reliable(), tc.transport.Secure())
		if want := fmt.Sprint(tc.lower, tc.upper, tc.reliable, tc.secure); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if parsed, ok := ParseTransport(tc.lower); !ok || parsed != tc.transport {
			t.Errorf("parse %s: got %v, %v", tc.lower, parsed, ok)
		}
	}
	if _, ok := ParseTransport("sctp"); ok || Transport(200).String() != "unknown" || Transport(200).Upper() != "UNKNOWN" {
		t.Error("an unknown transport was known")
	}
}
