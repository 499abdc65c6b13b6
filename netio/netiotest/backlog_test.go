package netiotest_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/netio/stats"
)

const (
	kB    = 1000
	share = 100 * kB // of a source
	whole = 800 * kB
)

var errReset = errors.New("reset")

// piling is a loop whose peers do not read.
type piling struct {
	*parting
	closed map[*netio.Conn]error
	halved int // connections that were told of as half-closed
	t      *testing.T
}

func startPiling(t *testing.T, memory int) *piling {
	t.Helper()
	o := netio.Options{MaxWriteQueue: share, MaxWriteMemory: memory, Stats: stats.New()}
	o.Prefer = func(peer netip.Addr) bool { return peer == peer2.Addr() }
	p := &piling{&parting{recorder: &recorder{on: make(map[string]func(*netio.Conn))}, o: o, h: netiotest.NewLoop(t, 0, o)}, make(map[*netio.Conn]error), 0, t}
	p.h.SetHandler(p)
	return p
}

func (p *piling) OnClose(c *netio.Conn, err error) { p.closed[c] = err }

func (p *piling) OnHalfClose(c *netio.Conn) {
	p.halved++
	c.KeepWriting()
}

// deaf returns a connection of a peer who does not read.
func (p *piling) deaf(peer netip.AddrPort) *netio.Conn {
	c := p.openFrom(peer)
	p.h.Block(c, true)
	return c
}

// pile opens n connections of a source and writes to each.
func (p *piling) pile(n, size int, peer netip.AddrPort) (conns []*netio.Conn) {
	for range n {
		c := p.deaf(peer)
		c.Write(make([]byte, size))
		conns = append(conns, c)
	}
	return conns
}

// waits checks how much waits in all.
func (p *piling) waits(want int) {
	p.t.Helper()
	if got := p.count("sluice_write_waiting_bytes"); got != uint64(want) {
		p.t.Errorf("%d bytes wait, want %d", int64(got), want)
	}
}

// ended checks with what error the connections have ended, nil: they have not.
func (p *piling) ended(want error, conns ...*netio.Conn) {
	p.t.Helper()
	for i, c := range conns {
		if got := p.closed[c]; got != want {
			p.t.Errorf("connection %d: got %v, want %v", i, got, want)
		}
	}
}

// over checks that nothing is left when all connections are closed.
func (p *piling) over() {
	p.t.Helper()
	p.h.Stop()
	p.waits(0)
	if n := p.h.Loop().Wheel().Len(); n != 0 || p.h.Outstanding() != 0 {
		p.t.Errorf("%d timers and %d buffers are left", n, p.h.Outstanding())
	}
}

// TestBacklogOfSource: a source has its share, and those of its connections go that have much.
func TestBacklogOfSource(t *testing.T) {
	p := startPiling(t, whole)
	small := p.pile(10, kB, peer1)
	large := p.pile(4, 20*kB, peer1)
	other := p.pile(1, 90*kB, source(1))
	p.waits((10 + 80 + 90) * kB)
	last := p.deaf(peer1)
	if last.Write(make([]byte, 15*kB)); p.closed[last] != netio.ErrSlowReader {
		t.Errorf("it has most and what the source has grows: got %v, want ErrSlowReader", p.closed[last])
	}
	small[0].Write(make([]byte, 5*kB))
	small[1].Write(make([]byte, 6*kB))
	p.ended(nil, small...)
	p.ended(nil, large...)
	p.h.Advance(20 * time.Millisecond) // nobody who has much has grown: they are looked for before it is time
	p.ended(netio.ErrSlowReader, large[0])
	p.ended(nil, append(append(small, large[1:]...), other...)...)
	p.waits((21 + 60 + 90) * kB)
	if got, all := p.count("sluice_write_memory_closed_total"), p.count("sluice_slow_readers_total"); got != 2 || all != 0 {
		t.Errorf("counted %d, and %d for a full queue; want 2 and none", got, all)
	}
	p.over()
}

// TestBacklogOfTrunk: no limit of a source is for it, but that of all is.
func TestBacklogOfTrunk(t *testing.T) {
	p := startPiling(t, whole)
	trunk := p.pile(8, 100*kB, peer2)
	p.waits(whole)
	p.ended(nil, trunk...)
	fresh := p.pile(1, kB, peer1)
	p.ended(nil, fresh...)
	p.h.Advance(60 * time.Millisecond)
	p.ended(netio.ErrBacklog, trunk[0])
	p.ended(nil, append(trunk[1:], fresh...)...)
	p.waits(701 * kB)
	p.over()
}

// TestBacklogOfAll: when there is too much, who comes and reads, or has little waiting, stays; who has much goes.
func TestBacklogOfAll(t *testing.T) {
	p := startPiling(t, whole)
	var hostile []*netio.Conn
	for i := range 20 {
		hostile = append(hostile, p.pile(1, 50*kB, source(i))...)
	}
	p.ended(nil, hostile[:16]...)
	p.ended(netio.ErrBacklog, hostile[16:]...)
	p.waits(whole)
	fresh := p.pile(10, kB, peer1)
	p.ended(nil, fresh...)
	reader := p.openFrom(source(200))
	if reader.Write(make([]byte, 90*kB)); len(p.h.Written(reader)) != 90*kB {
		t.Error("what is read does not arrive")
	}
	p.h.Advance(60 * time.Millisecond)
	p.ended(nil, append(fresh, reader)...)
	p.waits((15*50 + 10) * kB)
	p.over()
}

// TestBacklogOfHoarders: connections that have little do not make much of what a
// reader has waiting, while others have more.
func TestBacklogOfHoarders(t *testing.T) {
	p := startPiling(t, whole)
	var hoarders []*netio.Conn
	for i := range 7 {
		hoarders = append(hoarders, p.pile(1, 80*kB, source(i))...)
	}
	slow := p.pile(1, 30*kB, source(100))[0]
	var many []*netio.Conn
	for i := range 205 {
		many = append(many, p.pile(1, kB, source(101+i%100))...)
	}
	p.waits((7*80 + 30 + 205) * kB)
	crowd := p.pile(10, 2*kB, peer1)
	slow.Write(make([]byte, kB))
	p.ended(nil, slow)
	p.h.Advance(60 * time.Millisecond)
	p.ended(netio.ErrBacklog, hoarders[0])
	p.ended(nil, append(append(append(hoarders[1:], crowd...), many...), slow)...)
	p.over()
}

// TestBacklogWithoutBound: zero in the configuration.
func TestBacklogWithoutBound(t *testing.T) {
	p := startPiling(t, -1)
	conns := p.pile(20, 90*kB, peer1)
	p.h.Advance(time.Second)
	p.ended(nil, conns...)
	p.waits(20 * 90 * kB)
	p.over()
}

// TestBacklogCounts: what waits, of whatever kind, until it waits no more.
func TestBacklogCounts(t *testing.T) {
	half := func(p *piling) *netio.Conn {
		c := p.deaf(peer1)
		p.h.HalfClose(c)
		return c
	}
	for _, tc := range []struct {
		name  string
		begin func(p *piling) *netio.Conn
		want  int
		end   func(p *piling, c *netio.Conn)
	}{
		{"read at last", func(p *piling) *netio.Conn { return p.pile(1, 10*kB, peer1)[0] }, 10 * kB,
			func(p *piling, c *netio.Conn) { p.h.Block(c, false); p.h.Advance(60 * time.Millisecond) }},
		{"closed by its peer", func(p *piling) *netio.Conn { return p.pile(1, 10*kB, peer1)[0] }, 10 * kB,
			func(p *piling, c *netio.Conn) { p.h.ClosePeer(c) }},
		{"reset", func(p *piling) *netio.Conn { return p.pile(1, 10*kB, peer1)[0] }, 10 * kB,
			func(p *piling, c *netio.Conn) { p.h.Break(c, errReset) }},
		{"being opened", func(p *piling) *netio.Conn {
			c, _ := p.h.Loop().Dial(netio.TCP, netip.Addr{}, peer1)
			c.Write(make([]byte, 4*kB))
			c.Write(make([]byte, 6*kB))
			return c
		}, 10 * kB, func(p *piling, _ *netio.Conn) { p.h.Dials()[0].Succeed() }},
		{"not to be opened", func(p *piling) *netio.Conn {
			c, _ := p.h.Loop().Dial(netio.TCP, netip.Addr{}, peer1)
			c.Write(make([]byte, 10*kB))
			return c
		}, 10 * kB, func(p *piling, _ *netio.Conn) { p.h.Dials()[0].Fail(errReset) }},
		{"half-closed", func(p *piling) *netio.Conn { c := half(p); c.Write(make([]byte, 10*kB)); return c }, 10 * kB,
			func(p *piling, c *netio.Conn) { p.h.Block(c, false); p.h.Advance(20 * time.Millisecond) }},
		{"kept by the handler", func(p *piling) *netio.Conn { c := half(p); c.Keeps(3 * kB); c.Keeps(10 * kB); return c }, 10 * kB,
			func(_ *piling, c *netio.Conn) { c.Keeps(0) }},
		{"kept by the handler, and closed", func(p *piling) *netio.Conn { c := half(p); c.Keeps(10 * kB); return c }, 10 * kB,
			func(_ *piling, c *netio.Conn) { c.Close(nil); c.Keeps(1) }},
		{"a last word", func(p *piling) *netio.Conn { c := p.pile(1, 10*kB, peer1)[0]; c.Close(nil); return c }, 10 * kB,
			func(p *piling, c *netio.Conn) { p.h.Advance(6 * time.Second) }},
		{"closed without one", func(p *piling) *netio.Conn { c := p.pile(1, 10*kB, peer1)[0]; c.Close(errReset); return c }, 0,
			func(*piling, *netio.Conn) {}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := startPiling(t, whole)
			c := tc.begin(p)
			p.waits(tc.want)
			p.h.Advance(50 * time.Millisecond)
			p.waits(tc.want)
			tc.end(p, c)
			p.waits(0)
			p.over()
		})
	}
}

// TestBacklogCloses: what cannot be written to any more gives way as well.
func TestBacklogCloses(t *testing.T) {
	p := startPiling(t, whole)
	lingers := p.pile(1, 90*kB, peer1)[0]
	lingers.Close(nil)
	kept := p.deaf(peer1)
	p.h.HalfClose(kept)
	if kept.Keeps(5 * kB); p.closed[kept] != nil {
		t.Fatal("closed below the limit")
	}
	p.pile(3, 2*kB, peer1)
	if p.h.Gone(lingers) {
		t.Fatal("the lingering one is closed before the loop has looked")
	}
	p.h.Advance(60 * time.Millisecond)
	if !p.h.Gone(lingers) || p.closed[kept] != nil {
		t.Errorf("closed: got %v and %v, want the one that lingers", p.h.Gone(lingers), p.closed[kept])
	}
	p.waits(11 * kB)
	if kept.Keeps(95 * kB); p.closed[kept] != netio.ErrSlowReader {
		t.Errorf("with much that is kept: got %v, want ErrSlowReader", p.closed[kept])
	}
	p.pile(1, 40*kB, peer1)
	c, _ := p.h.Loop().Dial(netio.TCP, netip.Addr{}, peer1)
	if c.Write(make([]byte, 60*kB)) || p.closed[c] != netio.ErrBacklog {
		t.Errorf("being opened: got %v, want ErrBacklog", p.closed[c])
	}
	p.over()
}

// TestBacklogAtTheEnd: who has to go for what was written just before its end is not told of as half-closed.
func TestBacklogAtTheEnd(t *testing.T) {
	p := startPiling(t, whole)
	p.pile(1, 90*kB, peer1)
	c := p.deaf(peer1)
	p.h.Loop().Exec(func() { c.Write(make([]byte, 95*kB)) })
	p.h.HalfClose(c)
	p.ended(netio.ErrSlowReader, c)
	if p.halved != 0 {
		t.Error("told of when it was closed")
	}
	p.over()
}
