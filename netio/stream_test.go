package netio_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sluice/netio"
)

func TestStreamEcho(t *testing.T) {
	v6 := netio.ListenerConfig{Transport: netio.WS, Addr: netip.MustParseAddrPort("[::1]:0")}
	opened := make(chan *netio.Conn, 10)
	n := open(t, listen(local(netio.TCP), v6), node{open: func(c *netio.Conn) { opened <- c }})
	for _, ln := range n.Listeners() {
		loops := make(map[int]bool)
		for range 2 {
			c := dialTCP(t, ln.Addr)
			for range 3 {
				echoes(t, c)
			}
			got := wait(t, opened)
			peer := c.LocalAddr().(*net.TCPAddr).AddrPort()
			if got.Listener() != ln || got.Transport() != ln.Transport || got.Remote() != peer || got.Local() != ln.Addr || got.Dialled() {
				t.Errorf("%v: got %v %v %v %v", ln, got.Listener(), got.Transport(), got.Remote(), got.Local())
			}
			loops[got.Loop().Index()] = true
		}
		if len(loops) != 2 {
			t.Errorf("%v: the loops were not dealt connections in turn", ln)
		}
	}
}

func TestPeerCloses(t *testing.T) {
	closed := make(chan error, 1)
	n := open(t, listen(local(netio.TCP)), node{closed: func(c *netio.Conn, err error) { closed <- err }})
	c := dialTCP(t, n.Listeners()[0].Addr)
	echoes(t, c)
	c.Close()
	if err := wait(t, closed); err != nil && err != io.EOF {
		t.Errorf("got %v, want io.EOF", err)
	}
	c = dialTCP(t, n.Listeners()[0].Addr)
	echoes(t, c)
	_ = c.SetLinger(0)
	c.Close()
	if err := wait(t, closed); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: got %v", err)
	}
}

func TestCloseWritesWhatIsPending(t *testing.T) {
	closed := make(chan error, 1)
	why := errors.New("why")
	n := open(t, listen(local(netio.TCP)), node{
		data:   func(c *netio.Conn, b []byte) { c.Write([]byte("goodbye")); c.Close(why) },
		closed: func(c *netio.Conn, err error) { closed <- err },
	})
	c := dialTCP(t, n.Listeners()[0].Addr)
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(c); err != nil || string(got) != "goodbye" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := wait(t, closed); err != why {
		t.Errorf("got %v, want %v", err, why)
	}
}

// TestPartialWrites writes more than the kernel takes at once to a peer that reads.
func TestPartialWrites(t *testing.T) {
	const size, chunk = 12 << 20, 100_000
	all := make([]byte, size)
	_, _ = rand.Read(all)
	o := listen(local(netio.TCP))
	o.MaxWriteQueue = size
	n := open(t, o, node{data: func(c *netio.Conn, b []byte) {
		for rest := all; len(rest) > 0; {
			k := min(chunk, len(rest))
			if !c.Write(rest[:k]) {
				t.Error("refused below the limit")
				return
			}
			rest = rest[k:]
		}
	}})
	c := dialTCP(t, n.Listeners()[0].Addr)
	if _, err := c.Write([]byte("go")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, size)
	if _, err := io.ReadFull(c, got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, all) {
		t.Error("the peer got something else")
	}
}

func TestPeerThatNeverReads(t *testing.T) {
	closed := make(chan error, 1)
	o := listen(local(netio.TCP))
	o.MaxWriteQueue = 256 << 10
	n := open(t, o, node{
		data: func(c *netio.Conn, b []byte) {
			chunk := make([]byte, 64<<10)
			for range 1 << 10 { // 64 MiB, more than socket buffers ever hold
				if !c.Write(chunk) {
					return
				}
			}
			t.Error("64 MiB were taken for a peer that does not read")
		},
		closed: func(c *netio.Conn, err error) { closed <- err },
	})
	c := dialTCP(t, n.Listeners()[0].Addr)
	if _, err := c.Write([]byte("go")); err != nil {
		t.Fatal(err)
	}
	if err := wait(t, closed); err != netio.ErrSlowReader {
		t.Errorf("got %v, want ErrSlowReader", err)
	}
	if got := value(t, o.Stats, "sluice_slow_readers_total"); got != 1 {
		t.Errorf("counted %d, want 1", got)
	}
}

func TestDialEcho(t *testing.T) {
	server := open(t, listen(local(netio.TCP)), node{})
	got := make(chan string, 10)
	closed := make(chan error, 1)
	client := open(t, netio.Options{Loops: 1}, node{
		open:   func(c *netio.Conn) { got <- fmt.Sprint("open ", c.Dialled(), c.Local().Addr()) },
		data:   func(c *netio.Conn, b []byte) { got <- string(b) },
		closed: func(c *netio.Conn, err error) { closed <- err },
	})
	var conn *netio.Conn
	on(t, client.Loops()[0], func(n *node) {
		var err error
		conn, err = n.loop.Dial(netio.TCP, netip.MustParseAddr("127.0.0.1"), server.Listeners()[0].Addr)
		if err != nil {
			t.Fatal(err)
		}
		if conn.State() != netio.StateOpening || n.loop.ConnTo(netio.TCP, server.Listeners()[0].Addr) != conn {
			t.Errorf("state %v", conn.State())
		}
		conn.Write([]byte("early"))
	})
	if s := wait(t, got); s != "open true 127.0.0.1" {
		t.Errorf("got %q", s)
	}
	if s := wait(t, got); s != "early" {
		t.Errorf("got %q", s)
	}
	on(t, client.Loops()[0], func(*node) { conn.Close(nil) })
	if err := wait(t, closed); err != nil {
		t.Errorf("got %v", err)
	}
}

// refused is an address where nobody listens, and nobody else can while the test runs.
func refused(t *testing.T) netip.AddrPort {
	t.Helper()
	return bound(t, unix.SOCK_STREAM)
}

// bound is where a socket with such options is bound until the test ends.
func bound(t *testing.T, kind int, options ...int) netip.AddrPort {
	t.Helper()
	syscall.ForkLock.RLock()
	fd, err := unix.Socket(unix.AF_INET, kind, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	for _, o := range options {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, o, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(sa.(*unix.SockaddrInet4).Port))
}

func TestDialRefused(t *testing.T) {
	closed := make(chan error, 1)
	o := listen()
	n := open(t, o, node{
		open:   func(c *netio.Conn) { t.Error("opened") },
		closed: func(c *netio.Conn, err error) { closed <- err },
	})
	on(t, n.Loops()[1], func(n *node) {
		if _, err := n.loop.Dial(netio.TCP, netip.Addr{}, refused(t)); err != nil {
			t.Error(err)
		}
	})
	if err := wait(t, closed); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v, want connection refused", err)
	}
	on(t, n.Loops()[1], func(n *node) {
		if got := n.loop.NumConns(); got != 0 {
			t.Errorf("%d connections left", got)
		}
	})
	if got := value(t, o.Stats, "sluice_dial_errors_total"); got != 1 {
		t.Errorf("counted %d, want 1", got)
	}
}

// TestDialManyAtOnce: each ends, and none is lost.
func TestDialManyAtOnce(t *testing.T) {
	const dials = 300
	server := open(t, listen(local(netio.TCP)), node{})
	opened, closed := make(chan bool, dials), make(chan error, dials)
	client := open(t, netio.Options{Loops: 2}, node{
		open:   func(c *netio.Conn) { opened <- true },
		closed: func(c *netio.Conn, err error) { closed <- err },
	})
	nobody := refused(t)
	for _, l := range client.Loops() {
		on(t, l, func(n *node) {
			for i := range dials / 2 {
				to := server.Listeners()[0].Addr
				if i%3 == 0 {
					to = nobody
				}
				if _, err := n.loop.Dial(netio.TCP, netip.Addr{}, to); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range dials / 3 {
		if err := wait(t, closed); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v", err)
		}
	}
	for range dials - dials/3 {
		wait(t, opened)
	}
}

func TestDialClosedMeanwhile(t *testing.T) {
	accepted := make(chan error, 1)
	server := open(t, listen(local(netio.TCP)), node{closed: func(c *netio.Conn, err error) { accepted <- err }})
	closed := make(chan error, 1)
	client := open(t, netio.Options{Loops: 1}, node{
		open:   func(c *netio.Conn) { t.Error("opened") },
		closed: func(c *netio.Conn, err error) { closed <- err },
	})
	why := errors.New("why")
	on(t, client.Loops()[0], func(n *node) {
		c, err := n.loop.Dial(netio.TCP, netip.Addr{}, server.Listeners()[0].Addr)
		if err != nil {
			t.Fatal(err)
		}
		c.Close(why)
	})
	if err := wait(t, closed); err != why {
		t.Errorf("got %v", err)
	}
	wait(t, accepted) // the other side sees it come and go
}

func TestTooManyConns(t *testing.T) {
	o := listen(local(netio.TCP))
	o.MaxConns = 3
	n := open(t, o, node{})
	var held []*net.TCPConn
	for range 3 {
		c := dialTCP(t, n.Listeners()[0].Addr)
		echoes(t, c)
		held = append(held, c)
	}
	c := dialTCP(t, n.Listeners()[0].Addr)
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("one too many was served")
	}
	on(t, n.Loops()[0], func(n *node) {
		if _, err := n.loop.Dial(netio.TCP, netip.Addr{}, held[0].RemoteAddr().(*net.TCPAddr).AddrPort()); err != netio.ErrTooManyConns {
			t.Errorf("dial: got %v", err)
		}
	})
	if got := value(t, o.Stats, "sluice_connections_refused_total"); got != 2 {
		t.Errorf("counted %d, want 2", got)
	}
	closed := make(chan struct{})
	held[0].Close()
	go func() { // room again, as soon as the loop has noticed
		defer close(closed)
		for {
			c, err := net.Dial("tcp", n.Listeners()[0].Addr.String())
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("x"))
			_, err = c.Read(make([]byte, 1))
			c.Close()
			if err == nil {
				return
			}
		}
	}()
	wait(t, closed)
}

// TestPlacesAreKept: strangers leave the last places to those who are preferred, and to what we open.
func TestPlacesAreKept(t *testing.T) {
	o := listen(local(netio.TCP))
	o.MaxConns = 32
	o.Prefer = func(peer netip.Addr) bool { return peer == netip.MustParseAddr("127.0.0.77") }
	n := open(t, o, node{})
	to := n.Listeners()[0].Addr
	from := func(ip string) (served bool) {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(ip)}}
		c, err := d.Dial("tcp", to.String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		_, _ = c.Write([]byte("x"))
		_, err = c.Read(make([]byte, 1))
		return err == nil
	}
	for i := range 30 {
		if !from("127.0.0.1") {
			t.Fatalf("connection %d of a stranger was refused", i)
		}
	}
	if from("127.0.0.1") {
		t.Error("a stranger got a place that is kept")
	}
	if !from("127.0.0.77") {
		t.Error("who is preferred got none")
	}
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	on(t, n.Loops()[0], func(n *node) {
		if _, err := n.loop.Dial(netio.TCP, netip.Addr{}, server.Addr().(*net.TCPAddr).AddrPort()); err != nil {
			t.Errorf("dial: got %v", err)
		}
	})
	if from("127.0.0.77") {
		t.Error("one too many was served")
	}
}
