package netio_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sluice/netio"
	"sluice/netio/stats"
)

// silent is an address whose kernel answers no more connection requests, there and at all of 127.0.0.0/8: its queue is full and nobody accepts.
func silent(t *testing.T) netip.AddrPort {
	t.Helper()
	ln, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(ln) })
	if err := errors.Join(unix.Bind(ln, &unix.SockaddrInet4{}), unix.Listen(ln, 0)); err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(ln)
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		c, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(c) })
		_ = unix.Connect(c, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: sa.(*unix.SockaddrInet4).Port})
	}
	full := func() bool { // of a listener these are the length of its queue and the most that it takes
		queue := tcpInfo(t, ln)
		return queue.Unacked > queue.Sacked
	}
	for end := time.Now().Add(patience); !full(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("the queue is not full")
		}
	}
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(sa.(*unix.SockaddrInet4).Port))
}

func tcpInfo(t *testing.T, fd int) *unix.TCPInfo {
	t.Helper()
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestDialTimeout(t *testing.T) {
	closed := make(chan error, 1)
	o := netio.Options{Loops: 1, DialTimeout: 50 * time.Millisecond}
	n := open(t, o, node{closed: func(c *netio.Conn, err error) { closed <- err }})
	to := silent(t)
	on(t, n.Loops()[0], func(n *node) { _, _ = n.loop.Dial(netio.TCP, netip.Addr{}, to) })
	var timeout net.Error
	if err := wait(t, closed); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("got %v, want a time-out", err)
	}
}

func TestCloseDoesNotWaitForDials(t *testing.T) {
	closed := make(chan error, 200)
	n := open(t, netio.Options{Loops: 1, DialTimeout: time.Hour}, node{closed: func(c *netio.Conn, err error) { closed <- err }})
	to := silent(t)
	on(t, n.Loops()[0], func(n *node) {
		for range 200 { // more than there are dialers
			if _, err := n.loop.Dial(netio.TCP, netip.Addr{}, to); err != nil {
				t.Error(err)
			}
		}
	})
	done := make(chan error, 1)
	go func() { done <- n.Close() }()
	if err := wait(t, done); err != nil {
		t.Error(err)
	}
	for range 200 {
		if err := wait(t, closed); err == nil {
			t.Error("got no error")
		}
	}
}

// TestTooManyDials: an address that does not answer gets its share of the dials and no more, and all of them theirs.
func TestTooManyDials(t *testing.T) {
	o := netio.Options{Loops: 2, DialTimeout: time.Hour, MaxDials: 7, DialsPerAddr: 5, Stats: stats.New()}
	n := open(t, o, node{})
	dead := silent(t)
	at := func(addr string) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr(addr), dead.Port()) }
	for i, step := range []struct {
		name string
		to   netip.AddrPort
		want error
	}{
		{"1", dead, nil}, {"2", dead, nil}, {"3", dead, nil}, {"4", dead, nil}, {"5", dead, nil},
		{"one too many for the address", dead, netio.ErrBusyAddr},
		{"another port of it", netip.AddrPortFrom(dead.Addr(), 9), netio.ErrBusyAddr},
		{"another address", at("127.0.0.2"), nil}, {"the last", at("127.0.0.3"), nil},
		{"one too many", at("127.0.0.4"), netio.ErrTooManyDials},
	} {
		on(t, n.Loops()[i%2], func(n *node) {
			if _, err := n.loop.Dial(netio.TCP, netip.Addr{}, step.to); err != step.want {
				t.Errorf("%s: got %v, want %v", step.name, err, step.want)
			}
		})
	}
	if got := value(t, o.Stats, "sluice_dials_refused_total"); got != 3 {
		t.Errorf("counted %d, want 3", got)
	}
}

// TestDialsMakeRoom: what has ended is not counted.
func TestDialsMakeRoom(t *testing.T) {
	closed := make(chan error, 1)
	n := open(t, netio.Options{Loops: 1, MaxDials: 1, DialsPerAddr: 1}, node{closed: func(_ *netio.Conn, err error) { closed <- err }})
	for range 3 {
		on(t, n.Loops()[0], func(n *node) {
			if _, err := n.loop.Dial(netio.TCP, netip.Addr{}, refused(t)); err != nil {
				t.Error(err)
			}
		})
		if err := wait(t, closed); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v", err)
		}
	}
}

// TestLoopThatDies: when gnet ends by itself the handler still gets its OnClose and OnStop, and Died tells.
func TestLoopThatDies(t *testing.T) {
	closed, stopped := make(chan error, 10), make(chan int, 2)
	n := open(t, listen(local(netio.UDP), local(netio.TCP)), node{
		closed: func(_ *netio.Conn, err error) { closed <- err },
		stop:   func(n *node) { stopped <- n.loop.Index() },
	})
	c := dialTCP(t, n.Listeners()[1].Addr) // dealt to loop 0
	echoes(t, c)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := netio.KillLoop(ctx, n, 0); err != nil {
		t.Fatal(err)
	}
	if err := wait(t, n.Died()); err == nil {
		t.Error("died of nothing")
	}
	wait(t, closed)
	if got := wait(t, stopped); got != 0 {
		t.Errorf("loop %d stopped, want 0", got)
	}
	answers(t, n.Listeners()[0]) // the other one serves all
	for range 3 {
		answers(t, n.Listeners()[1])
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
}

// TestTaskForLostConnection: a task that is about a connection may run in the very event that tells of its end, as one of a TLS handshake does
// that the peer has left at the same time.
func TestTaskForLostConnection(t *testing.T) {
	opened, closed := make(chan *netio.Conn, 2), make(chan error, 2)
	held, free, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	o := listen(local(netio.TCP))
	o.Loops = 1
	n := open(t, o, node{
		open:   func(c *netio.Conn) { opened <- c },
		data:   func(*netio.Conn, []byte) { close(held); <-free },
		closed: func(_ *netio.Conn, err error) { closed <- err },
	})
	going := dialTCP(t, n.Listeners()[0].Addr)
	c := wait(t, opened)
	holding := dialTCP(t, n.Listeners()[0].Addr)
	wait(t, opened)
	if _, err := holding.Write([]byte("hold the loop")); err != nil {
		t.Fatal(err)
	}
	wait(t, held)
	leave(t, going) // is the next event
	n.Loops()[0].Exec(func() {
		for range 3 {
			c.Write(make([]byte, 40_000)) // the second is too much to wait
		}
		close(done)
	})
	close(free)
	wait(t, done)
	if err := wait(t, closed); err != nil && err != io.EOF {
		t.Errorf("got %v, want io.EOF", err)
	}
}

// leave closes a connection once its peer's kernel has the end of it.
func leave(t *testing.T, c *net.TCPConn) {
	t.Helper()
	raw, err := c.SyscallConn()
	if err == nil {
		err = c.CloseWrite()
	}
	if err != nil {
		t.Fatal(err)
	}
	const finWait2 = 5 // TCP_FIN_WAIT2 of linux/tcp_states.h: what was sent is acknowledged
	state := uint8(0)
	for end := time.Now().Add(patience); state != finWait2; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("the end is not acknowledged: state %d", state)
		}
		if err := raw.Control(func(fd uintptr) { state = tcpInfo(t, int(fd)).State }); err != nil {
			t.Fatal(err)
		}
	}
	c.Close()
}
