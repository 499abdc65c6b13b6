package netio

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestHandOverOfHandshakes: a connection whose handshake has begun with the old listener comes to it, one that begins then to the new one.
func TestHandOverOfHandshakes(t *testing.T) {
	for _, tc := range []struct{ exact, every string }{{"127.0.0.1", "0.0.0.0"}, {"::1", "::"}} {
		exact := netip.AddrPortFrom(netip.MustParseAddr(tc.exact), FreePort(t))
		n, h := startTell(t, Options{Listeners: []ListenerConfig{{Transport: TCP, Addr: exact}}})
		old := n.bound[0]
		dial := func() net.Conn {
			c, err := net.Dial("tcp", old.ln.Addr.String())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			_ = c.SetDeadline(time.Now().Add(10 * time.Second))
			return c
		}
		// For the kernel the handshake is over when data has come.
		old.acceptor.control(func(fd int) { _ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, 10) })
		begun := dial()
		n.letBeside(n.bound, true)
		opened, err := n.bind([]ListenerConfig{{Transport: TCP, Addr: netip.AddrPortFrom(netip.MustParseAddr(tc.every), exact.Port())}}, n.bound)
		if err != nil {
			t.Fatal(err)
		}
		opened[0].acceptor.start()
		old.acceptor.control(divert)
		for _, step := range []struct {
			conn net.Conn
			want *Listener
		}{{dial(), opened[0].ln}, {begun, old.ln}} {
			b := make([]byte, 10)
			if _, err := step.conn.Write([]byte("echo")); err != nil {
				t.Fatal(err)
			}
			if m, err := step.conn.Read(b); err != nil || string(b[:m]) != "echo" {
				t.Errorf("got %q, %v", b[:m], err)
			}
			if ln := <-h.came; ln.base() != step.want {
				t.Errorf("came to %v, want %v", ln, step.want)
			}
		}
		opened[0].close()
	}
}

// TestAcceptedBeforeTheEnd: what waits to be accepted when a listener is removed is served.
func TestAcceptedBeforeTheEnd(t *testing.T) {
	const waiting = 50
	n, h := startTell(t, Options{})
	opened, err := n.bind([]ListenerConfig{everywhere(TCP, "127.0.0.1:0")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := opened[0].acceptor
	for range waiting { // nobody accepts yet
		c, err := net.Dial("tcp", a.tcp.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	_ = a.tcp.SetDeadline(time.Now())
	a.start()
	a.retire()
	for range waiting {
		select {
		case <-h.came:
		case <-time.After(10 * time.Second):
			t.Fatal("not all were served")
		}
	}
}

// TestEndWithoutDescriptors: an acceptor that is to end, and refuses for want of descriptors, ends.
func TestEndWithoutDescriptors(t *testing.T) {
	n, _ := startTell(t, Options{})
	opened, err := n.bind([]ListenerConfig{everywhere(TCP, "127.0.0.1:0")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := opened[0].acceptor
	defer a.close()
	defer a.closeReserve()
	a.endBy(time.Now())
	if a.shed() {
		t.Error("nobody waits, and yet somebody was refused")
	}
	ended := make(chan error, 1)
	go func() {
		_, err := a.tcp.AcceptTCP()
		ended <- err
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want the end", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it goes on to wait for connections")
	}
}

// TestDatagramsUntilTheEnd: datagrams can be sent from a listener that is removed as long as it takes to remove those of streams.
func TestDatagramsUntilTheEnd(t *testing.T) {
	asked, answer := make(chan struct{}, 2), make(chan struct{})
	admit := func(*Listener, netip.Addr, int, time.Duration) bool {
		asked <- struct{}{} // by the acceptor, and then by a loop
		<-answer
		return true
	}
	n, _ := startTell(t, Options{Admit: admit, Listeners: []ListenerConfig{everywhere(UDP, "127.0.0.1:0"), everywhere(TCP, "127.0.0.1:0")}})
	datagrams, streams := n.bound[0], n.bound[1].acceptor
	c, err := net.Dial("tcp", streams.tcp.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	<-asked
	done := make(chan error)
	go func() { done <- n.SetListeners(nil, nil) }()
	<-streams.stop // it was not waited for any longer
	there := func() (sockets int) {
		n.eachLoop(func(e *engine) {
			if e.socketOf(datagrams.ln) != nil {
				sockets++
			}
		})
		return sockets
	}
	if got := there(); got != len(n.engines) {
		t.Errorf("before the end: %d sockets, want %d", got, len(n.engines))
	}
	close(answer)
	if err := <-done; err != nil || there() != 0 {
		t.Errorf("at the end: got %v and %d sockets, want none", err, there())
	}
}

// TestChangeOwner: the kernel sees the sockets as a user's.
func TestChangeOwner(t *testing.T) {
	uid := os.Getuid()
	if uid == 0 {
		uid = 12345
	}
	n, _ := startTell(t, Options{Listeners: []ListenerConfig{everywhere(TCP, "127.0.0.1:0"), everywhere(UDP, "127.0.0.1:0"), everywhere(UDP, "[::]:0")}})
	if err := n.ChangeOwner(uid, os.Getgid()); err != nil {
		t.Fatal(err)
	}
	check := func(fd int) {
		var st unix.Stat_t
		if err := unix.Fstat(fd, &st); err != nil || int(st.Uid) != uid {
			t.Errorf("got owner %d, %v, want %d", st.Uid, err, uid)
		}
	}
	n.bound[0].acceptor.control(check)
	n.eachLoop(func(e *engine) {
		if len(e.all) != 2 {
			t.Errorf("%d sockets", len(e.all))
		}
		for _, s := range e.all {
			check(s.fd)
		}
	})
}

// TestSocketError: a socket with an error is read on.
func TestSocketError(t *testing.T) {
	n, h := startTell(t, Options{Listeners: []ListenerConfig{everywhere(UDP, "127.0.0.1:0")}})
	nobody, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	c, err := net.Dial("udp4", n.Listeners()[0].Addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	n.eachLoop(func(e *engine) {
		fd := e.all[0].fd
		for _, peer := range []net.Addr{nobody.LocalAddr(), c.LocalAddr()} {
			if err := unix.Connect(fd, sockaddrOf(peer.(*net.UDPAddr).AddrPort())); err != nil {
				t.Error(err)
			}
			_, _ = unix.Write(fd, []byte("x")) // nobody refuses it: an error waits to be read
		}
	})
	if _, err := c.Write([]byte("echo")); err != nil {
		t.Fatal(err)
	}
	select {
	case <-h.came:
	case <-time.After(10 * time.Second):
		t.Error("nothing is read any more")
	}
}

// TestPlacesAreGivenBack: a poller does not grow with the listeners that there were.
func TestPlacesAreGivenBack(t *testing.T) {
	n, _ := startTell(t, Options{})
	for range 5 {
		for _, cfgs := range [][]ListenerConfig{{everywhere(UDP, "127.0.0.1:0"), everywhere(UDP, "127.0.0.2:0")}, nil} {
			if err := n.SetListeners(cfgs, nil); err != nil {
				t.Fatal(err)
			}
			n.eachLoop(func(e *engine) {
				if len(e.all) != len(cfgs) || len(e.poller.sockets) > 2 {
					t.Errorf("%d sockets in %d places, want %d in 2", len(e.all), len(e.poller.sockets), len(cfgs))
				}
			})
		}
	}
}
