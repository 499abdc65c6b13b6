package netiotest_test

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
)

// halving is a recorder that keeps connections when the test says so.
type halving struct {
	*recorder
	h    *netiotest.Harness
	keep func(c *netio.Conn)
}

func (r *halving) OnHalfClose(c *netio.Conn) {
	r.note("half", c)
	if r.keep != nil {
		r.keep(c)
	}
}

func startHalving(t *testing.T, o netio.Options) *halving {
	t.Helper()
	r := &halving{recorder: &recorder{on: make(map[string]func(*netio.Conn))}, h: netiotest.NewLoop(t, 0, o)}
	r.keep = func(c *netio.Conn) {
		if !c.KeepWriting() || !c.HalfClosed() {
			t.Error("not kept")
		}
	}
	r.h.SetHandler(r)
	r.take()
	return r
}

// TestHalfClosed: what is kept is written to, found to be answered and for nothing else, and closed when it is finished.
func TestHalfClosed(t *testing.T) {
	r := startHalving(t, netio.Options{})
	h, l := r.h, r.h.Loop()
	c := h.Open(netio.TCP, tcp, peer1)
	h.HalfClose(c)
	if l.ConnTo(netio.TCP, peer1) != nil || l.Conn(c.ID()) != nil || l.ConnToAnswer(c.ID()) != c || l.NumConns() != 1 {
		t.Error("it can be found for more than answers, or is not counted")
	}
	c.SetRemote(peer2)
	if l.ConnTo(netio.TCP, peer2) != nil {
		t.Error("it can be found by its new address")
	}
	for _, s := range []string{"one", "two"} {
		if !c.Write([]byte(s)) || string(h.Written(c)) != s {
			t.Errorf("%q is not written at once", s)
		}
	}
	want(t, r.recorder, "open", "half")
	c.Finish()
	want(t, r.recorder, "close EOF")
	c.Finish()
	if !h.Shut(c) || l.NumConns() != 0 || c.Write([]byte("three")) || c.State() != netio.StateClosed || l.ConnToAnswer(c.ID()) != nil {
		t.Error("it is not closed")
	}
	want(t, r.recorder)
}

// TestEndsOfHalfClosed: every other way in which it ends.
func TestEndsOfHalfClosed(t *testing.T) {
	for _, tc := range []struct {
		name string
		end  func(r *halving, c *netio.Conn)
		want string
	}{
		{"closed by us", func(_ *halving, c *netio.Conn) { c.Close(errors.New("why")) }, "close why"},
		{"stopped", func(r *halving, _ *netio.Conn) { r.h.Stop() }, "close " + netio.ErrStopped.Error()},
		{"reset upon a write", func(r *halving, c *netio.Conn) {
			r.h.ClosePeer(c)
			if !c.Write([]byte("lost")) {
				t.Error("the first write after the end is refused")
			}
			if c.Write([]byte("refused")) {
				t.Error("a write after the reset is taken")
			}
		}, "close broken pipe"},
		{"acknowledged after it is finished", func(r *halving, c *netio.Conn) {
			r.h.Silence(c, true)
			c.Write([]byte("last"))
			c.Finish()
			c.Finish()
			r.h.Advance(time.Second)
			if c.Write([]byte("more")) || r.h.Loop().ConnToAnswer(c.ID()) != nil {
				t.Error("it can be written to, or found")
			}
			if got := r.take(); len(got) > 0 || !r.h.Shut(c) || r.h.Gone(c) {
				t.Errorf("got %q, our sending has ended: %v, the socket is closed: %v", got, r.h.Shut(c), r.h.Gone(c))
			}
			r.h.Silence(c, false)
			r.h.Advance(20 * time.Millisecond)
		}, "close EOF"},
		{"reset after it is finished", func(r *halving, c *netio.Conn) {
			r.h.Silence(c, true)
			r.h.ClosePeer(c)
			c.Write([]byte("last"))
			c.Finish()
			r.h.Silence(c, false)
			r.h.Advance(20 * time.Millisecond)
		}, "close broken pipe"},
		{"never acknowledged", func(r *halving, c *netio.Conn) {
			r.h.Silence(c, true)
			c.Write([]byte("last"))
			r.h.Advance(time.Second)
			c.Finish()
			r.h.Advance(2*time.Second + 20*time.Millisecond)
		}, "close EOF"},
		{"reset without another write", func(r *halving, c *netio.Conn) {
			r.h.ClosePeer(c)
			c.Write([]byte("lost"))
			r.h.Advance(20 * time.Millisecond)
		}, "close broken pipe"},
		{"too much waits", func(r *halving, c *netio.Conn) {
			r.h.Block(c, true)
			for c.Write(make([]byte, 1000)) {
			}
		}, "close " + netio.ErrSlowReader.Error()},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := startHalving(t, netio.Options{MaxWriteQueue: 10_000})
			c := r.h.Open(netio.TCP, tcp, peer1)
			r.h.HalfClose(c)
			want(t, r.recorder, "open", "half")
			tc.end(r, c)
			if got := r.take(); len(got) == 0 || got[0] != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			r.h.Advance(time.Second)
			if r.h.Outstanding() != 0 || r.h.Loop().NumConns() != 0 {
				t.Errorf("%d buffers and %d connections are left", r.h.Outstanding(), r.h.Loop().NumConns())
			}
		})
	}
}

// TestTooManyUnsure: beyond a number, acknowledgements are not waited for.
func TestTooManyUnsure(t *testing.T) {
	const most = 1024
	r := startHalving(t, netio.Options{})
	for i := range most + 1 {
		c := r.h.Open(netio.TCP, tcp, peer1)
		r.h.HalfClose(c)
		r.h.Silence(c, true)
		c.Write([]byte("last"))
		c.Finish()
		if closed := c.State() == netio.StateClosed; closed != (i == most) {
			t.Fatalf("%d: closed at once: %v", i, closed)
		}
	}
	r.h.Advance(3 * time.Second)
	if n := r.h.Loop().NumConns(); n != 0 {
		t.Errorf("%d connections are left", n)
	}
}

// TestHalfClosedWithoutRoom: what the socket does not take goes out later, in order, and before the connection is closed.
func TestHalfClosedWithoutRoom(t *testing.T) {
	r := startHalving(t, netio.Options{})
	h := r.h
	c := h.Open(netio.TCP, tcp, peer1)
	h.HalfClose(c)
	h.Block(c, true)
	var all []byte
	for i := range 50 {
		b := bytes.Repeat([]byte{byte('A' + i)}, 3000)
		if all = append(all, b...); !c.Write(b) {
			t.Fatal("refused")
		}
	}
	c.Finish()
	h.Advance(time.Second)
	if got := h.Written(c); len(got) > 0 || c.State() != netio.StateOpen {
		t.Fatalf("%d bytes are written, the connection is %v", len(got), c.State())
	}
	h.Block(c, false)
	h.Advance(100 * time.Millisecond)
	if got := h.Written(c); !bytes.Equal(got, all) {
		t.Errorf("got %d bytes, want %d in their order", len(got), len(all))
	}
	want(t, r.recorder, "open", "half", "close EOF")
	if h.Outstanding() != 0 {
		t.Errorf("%d buffers are left", h.Outstanding())
	}
}

// TestNotKept: connections that are closed when their peer ends its sending.
func TestNotKept(t *testing.T) {
	for _, tc := range []struct {
		name      string
		transport netio.Transport
		before    func(r *halving, c *netio.Conn)
		keep      func(c *netio.Conn)
		want      []string
	}{
		{"by the handler", netio.TCP, nil, nil, []string{"half", "close EOF"}},
		{"closed by the handler", netio.TCP, nil, func(c *netio.Conn) { c.Close(io.ErrUnexpectedEOF) }, []string{"half", "close unexpected EOF"}},
		{"finished at once", netio.TCP, nil, func(c *netio.Conn) { c.KeepWriting(); c.Finish() }, []string{"half", "close EOF"}},
		{"a WebSocket", netio.WS, nil, nil, []string{"close EOF"}},
		{"a slow reader", netio.TCP, func(r *halving, c *netio.Conn) { r.h.Block(c, true); c.Write([]byte("x")) }, nil, []string{"close " + netio.ErrSlowReader.Error()}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := startHalving(t, netio.Options{})
			r.keep = tc.keep
			c := r.h.Open(tc.transport, tcp, peer1)
			r.take()
			if c.KeepWriting() {
				t.Error("kept without need")
			}
			if tc.before != nil {
				tc.before(r, c)
			}
			r.h.HalfClose(c)
			want(t, r.recorder, tc.want...)
			if r.h.Outstanding() != 0 || r.h.Loop().NumConns() != 0 {
				t.Error("something is left")
			}
		})
	}
}

// TestWrittenBeforeTheEnd: what timers and tasks of the same wake-up have written goes out before the connection closes.
func TestWrittenBeforeTheEnd(t *testing.T) {
	r := startHalving(t, netio.Options{})
	r.keep = nil
	c := r.h.Open(netio.TCP, tcp, peer1)
	r.h.Loop().Exec(func() { c.Write([]byte("goodbye")) })
	r.h.HalfClose(c)
	if got := r.h.Written(c); string(got) != "goodbye" || c.State() != netio.StateClosed {
		t.Errorf("got %q on a connection that is %v", got, c.State())
	}
}

// TestHalfClosedCounts: for its source too, until it is closed.
func TestHalfClosedCounts(t *testing.T) {
	var others int
	r := startHalving(t, netio.Options{Admit: func(_ *netio.Listener, _ netip.Addr, n int, _ time.Duration) bool { others = n; return true }})
	c := r.h.Open(netio.TCP, tcp, peer1)
	r.h.HalfClose(c)
	r.h.Open(netio.TCP, tcp, netip.AddrPortFrom(peer1.Addr(), 1))
	if others != 1 {
		t.Errorf("half-closed: the source has %d others, want 1", others)
	}
	c.Finish()
	r.h.Open(netio.TCP, tcp, netip.AddrPortFrom(peer1.Addr(), 2))
	if others != 1 {
		t.Errorf("closed: the source has %d others, want 1", others)
	}
}
