package netiotest_test

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"slices"
	"testing"

	"sluice/netio"
)

func TestStream(t *testing.T) {
	h, r := start(t)
	c := h.Open(netio.TCP, tcp, peer1)
	want(t, r, "open")
	if c.State() != netio.StateOpen || c.Remote() != peer1 || c.Local() != tcp.Addr || c.Listener() != tcp || c.Dialled() || c.Transport() != netio.TCP {
		t.Errorf("got %+v", c)
	}
	r.data = func(c *netio.Conn, b []byte) {
		c.Write([]byte("one "))
		c.Write(b)
		if got := h.Written(c); len(got) != 0 {
			t.Errorf("written within the callback: %q", got)
		}
	}
	h.Feed(c, []byte("two"))
	want(t, r, `data "two"`)
	if got := h.Written(c); string(got) != "one two" {
		t.Errorf("written: got %q", got)
	}
	c.Write([]byte("now"))
	if got := h.Written(c); string(got) != "now" {
		t.Errorf("written outside of a callback: got %q", got)
	}
	id := c.ID()
	if h.Loop().Conn(id) != c || h.Loop().NumConns() != 1 {
		t.Error("not found by its id")
	}
	h.ClosePeer(c)
	want(t, r, "close EOF")
	if h.Loop().Conn(id) != nil || c.State() != netio.StateClosed || c.Write([]byte("x")) || h.Loop().NumConns() != 0 || h.Shut(c) {
		t.Error("still there after the peer closed it")
	}
	if again := h.Open(netio.TCP, tcp, peer1); again.ID() == id {
		t.Error("an id was used twice")
	}
	if h.Outstanding() != 0 {
		t.Errorf("%d buffers were not released", h.Outstanding())
	}
}

func TestCloseIsReportedLater(t *testing.T) {
	h, r := start(t)
	mine := errors.New("mine")
	r.data = func(c *netio.Conn, b []byte) {
		c.Write([]byte("bye"))
		c.Close(mine)
		c.Close(errors.New("not this one"))
		if c.State() != netio.StateClosed || c.Write([]byte("more")) {
			t.Error("not closed at once")
		}
		if len(r.events) != 2 {
			t.Errorf("OnClose from within Close: %q", r.events)
		}
	}
	c := h.Open(netio.TCP, tcp, peer1)
	h.Feed(c, []byte("x"))
	want(t, r, "open", `data "x"`, "close mine")
	if got := h.Written(c); string(got) != "bye" || !h.Shut(c) {
		t.Errorf("written %q, shut %v", got, h.Shut(c))
	}
	h.Feed(c, []byte("late"))
	h.ClosePeer(c)
	want(t, r)
}

func TestClosingOneInOnCloseOfAnother(t *testing.T) {
	h, r := start(t)
	a, b := h.Open(netio.TCP, tcp, peer1), h.Open(netio.TCP, tcp, peer2)
	r.take()
	r.on["close first"] = func(*netio.Conn) { b.Write([]byte("goodbye")); b.Close(errors.New("second")) }
	a.Close(errors.New("first"))
	want(t, r, "close first", "close second")
	if got := h.Written(b); string(got) != "goodbye" {
		t.Errorf("written: got %q", got)
	}
}

func TestSlowReader(t *testing.T) {
	h, r := start(t, netio.Options{MaxWriteQueue: 100 << 10})
	c := h.Open(netio.TCP, tcp, peer1)
	h.Block(c, true)
	chunk := bytes.Repeat([]byte("x"), 30<<10)
	for i := range 3 {
		if !c.Write(chunk) {
			t.Fatalf("write %d refused below the limit", i)
		}
	}
	h.Block(c, false)
	if got := len(h.Written(c)); got != 90<<10 {
		t.Fatalf("written: got %d bytes", got)
	}
	h.Block(c, true)
	for range 3 {
		if !c.Write(chunk) {
			t.Fatal("what was read by the peer still counts")
		}
	}
	if c.Write(chunk) {
		t.Error("written beyond the limit")
	}
	want(t, r, "open", "close "+netio.ErrSlowReader.Error())
	if h.Outstanding() != 0 {
		t.Errorf("%d buffers were not released", h.Outstanding())
	}
}

func TestLargeWritesKeepTheirOrder(t *testing.T) {
	h, r := start(t)
	c := h.Open(netio.TCP, tcp, peer1)
	var all []byte
	r.data = func(c *netio.Conn, _ []byte) {
		for i, n := range []int{10, 1000, 1025, 60000, 6000, 70000, 1, 65536, 200000, 3} {
			p := bytes.Repeat([]byte{byte('a' + i)}, n)
			all = append(all, p...)
			if !c.Write(p) {
				t.Fatalf("write %d refused", i)
			}
		}
	}
	h.Feed(c, []byte("go"))
	if !bytes.Equal(h.Written(c), all) {
		t.Error("the peer got something else")
	}
	if h.Outstanding() != 0 {
		t.Errorf("%d buffers were not released", h.Outstanding())
	}
}

func TestConnTo(t *testing.T) {
	h, _ := start(t)
	l := h.Loop()
	a := h.Open(netio.TCP, tcp, peer1)
	b := h.Open(netio.TCP, tcp, peer1)
	c, err := l.Dial(netio.TCP, netip.Addr{}, peer1)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name string
		do   func()
		want *netio.Conn
	}{
		{"newest wins, even while opening", func() {}, c},
		{"one in the middle closes", func() { b.Close(nil) }, c},
		{"the newest closes", func() { c.Close(nil) }, a},
		{"it turns out to be another peer's", func() { a.SetRemote(peer2) }, nil},
		{"and back", func() { a.SetRemote(peer1) }, a},
		{"the last closes", func() { h.ClosePeer(a) }, nil},
	} {
		step.do()
		if got := l.ConnTo(netio.TCP, peer1); got != step.want {
			t.Errorf("%s: got %p, want %p", step.name, got, step.want)
		}
	}
	h.Open(netio.WS, tcp, peer1)
	if l.ConnTo(netio.TCP, peer1) != nil {
		t.Error("another transport was taken for the same")
	}
}

// Every connection is met once, whatever closes on the way.
func TestConns(t *testing.T) {
	h, _ := start(t)
	a, gone := h.Open(netio.TCP, tcp, peer1), h.Open(netio.TCP, tcp, peer1)
	b, err := h.Loop().Dial(netio.TCP, netip.Addr{}, peer2)
	if err != nil {
		t.Fatal(err)
	}
	c := h.Open(netio.TCP, tcp, peer2)
	h.ClosePeer(gone)
	var met []*netio.Conn
	h.Loop().Exec(func() {
		for conn := range h.Loop().Conns {
			met = append(met, conn)
			a.Close(nil)
			b.Close(nil)
		}
	})
	h.RunMail()
	if !slices.Equal(met, []*netio.Conn{a, c}) {
		t.Errorf("met %v, want %v", met, []*netio.Conn{a, c})
	}
	for range h.Loop().Conns {
		break
	}
}

func TestDial(t *testing.T) {
	h, r := start(t)
	c, err := h.Loop().Dial(netio.TCP, netip.MustParseAddr("192.0.2.9"), peer1)
	if err != nil {
		t.Fatal(err)
	}
	if c.State() != netio.StateOpening || !c.Dialled() || c.Listener() != nil || h.Loop().Conn(c.ID()) != c {
		t.Errorf("got %+v", c)
	}
	c.Write([]byte("early "))
	c.Write([]byte("bird"))
	r.on["open"] = func(c *netio.Conn) { c.Write([]byte(" sings")) }
	dials := h.Dials()
	if len(dials) != 1 || dials[0].Conn != c || dials[0].Remote != peer1 || dials[0].Local != netip.MustParseAddr("192.0.2.9") {
		t.Fatalf("got %+v", dials)
	}
	if !dials[0].Succeed() {
		t.Fatal("closed?")
	}
	want(t, r, "open")
	if got := h.Written(c); string(got) != "early bird sings" {
		t.Errorf("written: got %q", got)
	}
	if c.State() != netio.StateOpen || c.Local().Addr() != netip.MustParseAddr("192.0.2.9") {
		t.Errorf("state %v, local %v", c.State(), c.Local())
	}
}

func TestDialFails(t *testing.T) {
	h, r := start(t, netio.Options{MaxWriteQueue: 10})
	c, _ := h.Loop().Dial(netio.TCP, netip.Addr{}, peer1)
	c.Write([]byte("lost"))
	h.Dials()[0].Fail(errors.New("refused"))
	want(t, r, "close refused")

	c, _ = h.Loop().Dial(netio.TLS, netip.Addr{}, peer1)
	c.Close(errors.New("changed my mind"))
	want(t, r, "close changed my mind")
	if h.Dials()[0].Succeed() {
		t.Error("succeeded after it was closed")
	}

	c, _ = h.Loop().Dial(netio.TCP, netip.Addr{}, peer1)
	if c.Write(make([]byte, 11)) {
		t.Error("more than the write queue holds was taken while opening")
	}
	want(t, r) // but the connection, and what waits for it, stay
	h.Dials()[0].Fail(io.ErrUnexpectedEOF)
	want(t, r, "close "+io.ErrUnexpectedEOF.Error())

	if _, err := h.Loop().Dial(netio.UDP, netip.Addr{}, peer1); err != netio.ErrNotStream {
		t.Errorf("udp: got %v", err)
	}
	if h.Outstanding() != 0 || h.Loop().NumConns() != 0 {
		t.Errorf("%d buffers, %d connections left", h.Outstanding(), h.Loop().NumConns())
	}
}
