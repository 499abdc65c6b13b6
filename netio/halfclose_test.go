package netio_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"net"
	"testing"
	"time"

	"sluice/netio"
)

// half is what a test knows of connections that their peers have half-closed.
type half struct {
	net    *netio.Net
	o      netio.Options
	kept   chan *netio.Conn // nil: could not be kept
	closed chan error
}

func openHalf(t *testing.T, change func(o *netio.Options, proto *node)) *half {
	t.Helper()
	h := &half{o: listen(local(netio.TCP)), kept: make(chan *netio.Conn, 10), closed: make(chan error, 10)}
	proto := node{
		half: func(c *netio.Conn) {
			if !c.KeepWriting() {
				c = nil
			}
			h.kept <- c
		},
		closed: func(_ *netio.Conn, err error) { h.closed <- err },
	}
	if change != nil {
		change(&h.o, &proto)
	}
	h.net = open(t, h.o, proto)
	return h
}

func (h *half) dial(t *testing.T) *net.TCPConn {
	t.Helper()
	c := dialTCP(t, h.net.Listeners()[0].Addr)
	echoes(t, c)
	return c
}

func (h *half) close(t *testing.T, c *net.TCPConn) *netio.Conn {
	t.Helper()
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	kept := wait(t, h.kept)
	if kept == nil {
		t.Fatal("not kept")
	}
	return kept
}

// TestHalfClose: a client that has ended its sending gets what is written later, is counted until then, and its descriptor is returned.
func TestHalfClose(t *testing.T) {
	h := openHalf(t, func(o *netio.Options, _ *node) { o.MaxConns = 1 })
	openPoller(t)
	before := descriptors(t)
	for range 3 {
		c := h.dial(t)
		kept := h.close(t, c)
		on(t, kept.Loop(), func(*node) { kept.Write([]byte("first ")) })
		other := dialTCP(t, h.net.Listeners()[0].Addr)
		if _, err := other.Read(make([]byte, 1)); err == nil {
			t.Error("a connection more than there may be is served: a half-closed one does not count")
		}
		other.Close()
		on(t, kept.Loop(), func(*node) { kept.Write([]byte("second")); kept.Finish() })
		if got, err := io.ReadAll(c); err != nil || string(got) != "first second" {
			t.Errorf("got %q, %v", got, err)
		}
		if err := wait(t, h.closed); err != io.EOF {
			t.Errorf("closed: got %v, want io.EOF", err)
		}
		c.Close()
	}
	noMore(t, "descriptors", before, descriptors)
	if got := value(t, h.o.Stats, "sluice_connections_half_closed_total"); got != 3 {
		t.Errorf("counted %d, want 3", got)
	}
}

// TestHalfCloseOfACloser: who has closed looks the same, until a write has brought a reset.
func TestHalfCloseOfACloser(t *testing.T) {
	h := openHalf(t, nil)
	before := descriptors(t)
	c := h.dial(t)
	c.Close()
	kept := wait(t, h.kept)
	taken := true
	for end := time.Now().Add(patience); time.Now().Before(end); { // the reset comes when it comes
		if on(t, kept.Loop(), func(*node) { taken = kept.Write([]byte("x")) }); !taken {
			break
		}
	}
	if taken {
		t.Error("writing never failed")
	}
	if err := wait(t, h.closed); err == nil || err == io.EOF {
		t.Errorf("closed: got %v, want what went wrong", err)
	}
	noMore(t, "descriptors", before, descriptors)
}

// TestFinishWithACloser: who has closed is told from who reads on by what becomes of the last write.
func TestFinishWithACloser(t *testing.T) {
	h := openHalf(t, nil)
	before := descriptors(t)
	for range 20 {
		c := h.dial(t)
		c.Close()
		kept := wait(t, h.kept)
		on(t, kept.Loop(), func(*node) { kept.Write([]byte("lost")); kept.Finish() })
		if err := wait(t, h.closed); err == nil || err == io.EOF {
			t.Errorf("closed: got %v, want what went wrong", err)
		}
	}
	noMore(t, "descriptors", before, descriptors)
}

// TestHalfCloseAndReset: a reset that is there already when the end is seen closes at once.
func TestHalfCloseAndReset(t *testing.T) {
	h := openHalf(t, nil)
	c := h.dial(t)
	opened := make(chan struct{})
	held, done := make(chan struct{}), make(chan struct{})
	for _, l := range h.net.Loops() {
		l.Post(netio.Mail{Data: func(*node) { opened <- struct{}{}; <-held; done <- struct{}{} }})
	}
	for range h.net.Loops() {
		wait(t, opened)
	}
	_ = c.CloseWrite()
	_ = c.SetLinger(0)
	c.Close()
	close(held)
	for range h.net.Loops() {
		wait(t, done)
	}
	if err := wait(t, h.closed); err == nil {
		t.Error("closed by nobody")
	}
	select {
	case kept := <-h.kept:
		if kept != nil {
			t.Error("kept")
		}
	default: // gnet has seen the reset itself
	}
}

// TestHalfCloseSlowReader: a client reads later what its socket has no room for; nothing is lost.
func TestHalfCloseSlowReader(t *testing.T) {
	const size = 12 << 20
	all := make([]byte, size)
	_, _ = rand.Read(all)
	h := openHalf(t, func(o *netio.Options, _ *node) { o.MaxWriteQueue = size })
	c := h.dial(t)
	kept := h.close(t, c)
	on(t, kept.Loop(), func(*node) {
		for rest := all; len(rest) > 0; {
			k := min(100_000, len(rest))
			if !kept.Write(rest[:k]) {
				t.Error("refused below the limit")
				return
			}
			rest = rest[k:]
		}
		kept.Finish()
		if kept.State() != netio.StateOpen {
			t.Error("closed before all is out")
		}
	})
	if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, all) {
		t.Errorf("got %d bytes, %v, want all %d", len(got), err, size)
	}
	if err := wait(t, h.closed); err != io.EOF {
		t.Errorf("closed: got %v, want io.EOF", err)
	}
}

// TestHalfCloseWithAQueue: what waits when the client ends its sending, and has no room even then, is not lost without being counted.
func TestHalfCloseWithAQueue(t *testing.T) {
	h := openHalf(t, func(o *netio.Options, proto *node) {
		o.MaxWriteQueue = 32 << 20
		proto.data = func(c *netio.Conn, b []byte) {
			if c.Write(b); string(b) == "flood" {
				for range 320 {
					c.Write(make([]byte, 100_000))
				}
			}
		}
	})
	c := h.dial(t)
	_ = c.SetReadBuffer(4096)
	if _, err := c.Write([]byte("flood")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	_ = c.CloseWrite()
	if err := wait(t, h.closed); err != netio.ErrSlowReader {
		t.Errorf("closed: got %v, want ErrSlowReader", err)
	}
	if got := value(t, h.o.Stats, "sluice_slow_readers_total"); got != 1 {
		t.Errorf("counted %d, want 1", got)
	}
}

// TestCloseWithHalfClosed: Net.Close ends them.
func TestCloseWithHalfClosed(t *testing.T) {
	openPoller(t)
	before := descriptors(t)
	h := openHalf(t, nil)
	var peers []*net.TCPConn
	for range 4 {
		c := h.dial(t)
		h.close(t, c)
		peers = append(peers, c)
	}
	if err := h.net.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range peers {
		if err := wait(t, h.closed); err != netio.ErrStopped {
			t.Errorf("closed: got %v, want ErrStopped", err)
		}
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("client: got %v, want io.EOF", err)
		}
		c.Close()
	}
	noMore(t, "descriptors", before, descriptors)
}
