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

// parting is a recorder that says goodbye to whoever says anything.
type parting struct {
	*recorder
	h *netiotest.Harness
	o netio.Options
}

func startParting(t *testing.T, o netio.Options) *parting {
	t.Helper()
	o.Stats = stats.New()
	p := &parting{recorder: &recorder{on: make(map[string]func(*netio.Conn))}, o: o, h: netiotest.NewLoop(t, 0, o)}
	p.data = func(c *netio.Conn, _ []byte) { c.Write([]byte("goodbye")); c.Close(nil) }
	p.h.SetHandler(p)
	p.take()
	return p
}

// open returns a connection whose peer does not mind that it is closed.
func (p *parting) open() *netio.Conn { return p.openFrom(peer1) }

func (p *parting) openFrom(peer netip.AddrPort) *netio.Conn {
	c := p.h.Open(netio.TCP, tcp, peer)
	p.h.Stay(c)
	return c
}

func (p *parting) count(name string) uint64 {
	for _, m := range p.o.Stats.Metrics() {
		if m.Name == name {
			return p.o.Stats.Sum(m.ID)
		}
	}
	panic("no metric " + name)
}

// counts checks how many linger now, and how many have been closed before their peers.
func (p *parting) counts(t *testing.T, now, cut uint64) {
	t.Helper()
	for name, want := range map[string]uint64{"sluice_connections_lingering": now, "sluice_connections_linger_cut_total": cut} {
		if got := p.count(name); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
}

// TestLinger: what was closed with a last word is over for the handler; the socket stays until the peer is done, or has had enough.
func TestLinger(t *testing.T) {
	for _, tc := range []struct {
		name string
		end  func(p *parting, c *netio.Conn)
		cut  uint64
	}{
		{"the peer closes", func(p *parting, c *netio.Conn) { p.h.ClosePeer(c) }, 0},
		{"the peer resets", func(p *parting, c *netio.Conn) { p.h.Break(c, errors.New("reset")) }, 0},
		{"too long", func(p *parting, _ *netio.Conn) { p.h.Advance(20 * time.Millisecond) }, 1},
		{"too much", func(p *parting, c *netio.Conn) {
			for range 16 << 4 {
				p.h.Feed(c, make([]byte, 64<<10))
			}
		}, 1},
		{"the end", func(p *parting, _ *netio.Conn) { p.h.Stop(); p.take() }, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := startParting(t, netio.Options{})
			c := p.open()
			p.h.Feed(c, []byte("hello"))
			want(t, p.recorder, "open", `data "hello"`, "close <nil>")
			if got := string(p.h.Written(c)); got != "goodbye" || !p.h.Shut(c) || p.h.Gone(c) {
				t.Fatalf("written %q, our sending has ended: %v, the socket is closed: %v", got, p.h.Shut(c), p.h.Gone(c))
			}
			l := p.h.Loop()
			if l.NumConns() != 0 || l.ConnToAnswer(c.ID()) != nil || l.ConnTo(netio.TCP, peer1) != nil || c.Write([]byte("more")) {
				t.Error("it can be found, or written to")
			}
			p.h.Advance(5*time.Second - 10*time.Millisecond)
			p.h.Feed(c, []byte("more"))
			p.counts(t, 1, 0)
			tc.end(p, c)
			p.counts(t, 0, tc.cut)
			if got := p.count("sluice_connections_lingered_total"); got != 1 {
				t.Errorf("%d have lingered, want 1", got)
			}
			p.h.Feed(c, []byte("more"))
			want(t, p.recorder)
			if tc.cut > 0 && !p.h.Gone(c) || l.Wheel().Len() != 0 || p.h.Outstanding() != 0 {
				t.Error("something is left")
			}
		})
	}
}

// TestLingerUntilAllIsOut: our sending ends behind what the socket had no room for.
func TestLingerUntilAllIsOut(t *testing.T) {
	p := startParting(t, netio.Options{})
	c := p.open()
	p.h.Block(c, true)
	p.h.Feed(c, []byte("hello"))
	p.h.Advance(time.Second)
	if p.h.Shut(c) {
		t.Fatal("our sending has ended before all is out")
	}
	p.h.Block(c, false)
	p.h.Advance(60 * time.Millisecond)
	if got := string(p.h.Written(c)); got != "goodbye" || !p.h.Shut(c) {
		t.Errorf("written %q, our sending has ended: %v", got, p.h.Shut(c))
	}
	p.h.Advance(5 * time.Second)
	p.counts(t, 0, 1)
}

// TestNoLinger: who is not told anything, or does not deserve it, is closed at once.
func TestNoLinger(t *testing.T) {
	for _, tc := range []struct {
		name  string
		close func(p *parting, c *netio.Conn)
	}{
		{"nothing was said", func(_ *parting, c *netio.Conn) { c.Close(nil) }},
		{"nothing was said now", func(_ *parting, c *netio.Conn) { c.Write([]byte("before")); c.Close(nil) }},
		{"for an error", func(p *parting, c *netio.Conn) {
			p.data = func(c *netio.Conn, _ []byte) { c.Write([]byte("goodbye")); c.Close(errors.New("why")) }
			p.h.Feed(c, []byte("hello"))
		}},
		{"a slow reader", func(p *parting, c *netio.Conn) {
			p.h.Block(c, true)
			for c.Write(make([]byte, 1000)) {
			}
		}},
		{"the end", func(p *parting, c *netio.Conn) {
			p.h.Loop().Exec(func() { c.Write([]byte("goodbye")); c.Close(nil) })
			p.h.Stop()
		}},
		{"reset in between", func(p *parting, c *netio.Conn) {
			p.data = func(c *netio.Conn, _ []byte) {
				c.Write([]byte("goodbye"))
				c.Close(nil)
				p.h.Break(c, errors.New("reset"))
			}
			p.h.Feed(c, []byte("hello"))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := startParting(t, netio.Options{MaxWriteQueue: 10_000})
			c := p.open()
			tc.close(p, c)
			p.counts(t, 0, 0)
			if got := p.count("sluice_connections_lingered_total"); got != 0 || p.h.Loop().Wheel().Len() != 0 {
				t.Errorf("%d linger, want none", got)
			}
		})
	}
	t.Run("not open yet", func(t *testing.T) {
		p := startParting(t, netio.Options{})
		c, err := p.h.Loop().Dial(netio.TCP, netip.Addr{}, peer1)
		if err != nil {
			t.Fatal(err)
		}
		c.Write([]byte("goodbye"))
		c.Close(nil)
		p.counts(t, 0, 0)
	})
}

// source is the i-th of some 250 addresses, none of them another's peer.
func source(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}), 5060)
}

// TestTooManyLinger: beyond a number they are closed at once, until there is room again.
func TestTooManyLinger(t *testing.T) {
	const most, more = 1024, 10
	p := startParting(t, netio.Options{})
	var conns []*netio.Conn
	for i := range most + more {
		c := p.openFrom(source(i % 100))
		p.h.Feed(c, []byte("hello"))
		if got := string(p.h.Written(c)); got != "goodbye" {
			t.Fatalf("got %q", got)
		}
		conns = append(conns, c)
	}
	p.counts(t, most, more)
	for i, c := range conns {
		if p.h.Gone(c) != (i >= most) {
			t.Fatalf("%d: closed at once: %v", i, p.h.Gone(c))
		}
	}
	for _, c := range conns[5:500] {
		p.h.ClosePeer(c)
	}
	p.counts(t, most-495, more)
	p.h.Feed(p.open(), []byte("hello"))
	p.counts(t, most-494, more)
	p.h.Advance(6 * time.Second)
	p.counts(t, 0, most-494+more)
}

// TestLingeringCounts: for its source, until its socket is closed.
func TestLingeringCounts(t *testing.T) {
	var others int
	p := startParting(t, netio.Options{Admit: func(_ *netio.Listener, _ netip.Addr, n int, _ time.Duration) bool { others = n; return true }})
	c := p.open()
	p.h.Feed(c, []byte("hello"))
	p.open()
	if others != 1 {
		t.Errorf("lingering: the source has %d others, want 1", others)
	}
	p.h.ClosePeer(c)
	p.open()
	if others != 1 {
		t.Errorf("closed: the source has %d others, want 1", others)
	}
}

// TestLingerEndsWithItsWord: a peer that closes upon our FIN, which had to wait, leaves no timer.
func TestLingerEndsWithItsWord(t *testing.T) {
	p := startParting(t, netio.Options{})
	c := p.h.Open(netio.TCP, tcp, peer1)
	p.h.Block(c, true)
	p.h.Feed(c, []byte("hello"))
	p.counts(t, 1, 0)
	p.h.Block(c, false)
	p.h.Advance(50 * time.Millisecond)
	p.counts(t, 0, 0)
	if due := p.h.Loop().Wheel().Len(); due != 0 {
		t.Errorf("%d timers are left", due)
	}
}
