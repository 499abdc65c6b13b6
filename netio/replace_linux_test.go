package netio_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sluice/netio"
)

// another binds a socket as another program would, with options of SOL_SOCKET set, and listens if it is TCP.
func another(t *testing.T, ln netio.ListenerConfig, options ...int) (int, error) {
	t.Helper()
	family, kind := unix.AF_INET, unix.SOCK_STREAM
	var sa unix.Sockaddr = &unix.SockaddrInet4{Port: int(ln.Addr.Port()), Addr: ln.Addr.Addr().Unmap().As4()}
	if ln.Transport == netio.UDP {
		kind = unix.SOCK_DGRAM
	}
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, option := range options {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err = unix.Bind(fd, sa); err == nil && kind == unix.SOCK_STREAM {
		err = unix.Listen(fd, 10)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func at(t netio.Transport, addr string, port uint16) netio.ListenerConfig {
	return netio.ListenerConfig{Transport: t, Addr: netip.AddrPortFrom(netip.MustParseAddr(addr), port)}
}

// stillAnswers is answers, and leaves no descriptors behind.
func stillAnswers(t *testing.T, ln *netio.Listener) {
	t.Helper()
	t.Run("answers", func(t *testing.T) { answers(t, ln) })
}

// TestPortOfRemovedListener: it is free at once, can be listened on again, and is only somebody else's while he has it.
func TestPortOfRemovedListener(t *testing.T) {
	for _, transport := range []netio.Transport{netio.UDP, netio.TCP} {
		for _, addr := range []string{"127.0.0.1", "0.0.0.0"} {
			t.Run(transport.String()+" "+addr, func(t *testing.T) {
				n := open(t, listen(at(transport, addr, netio.FreePort(t)), local(netio.TCP)), node{})
				gone, stays := config(n.Listeners()[0]), config(n.Listeners()[1])
				reach := &netio.Listener{Transport: transport, Addr: at(transport, "127.0.0.1", gone.Addr.Port()).Addr}
				before := descriptors(t)
				for range 3 {
					stillAnswers(t, reach)
					if err := n.SetListeners([]netio.ListenerConfig{stays}, nil); err != nil {
						t.Fatal(err)
					}
					fd, err := another(t, gone, unix.SO_REUSEADDR)
					if err != nil {
						t.Fatalf("another program: %v", err)
					}
					if err := n.SetListeners([]netio.ListenerConfig{gone, stays}, nil); !errors.Is(err, syscall.EADDRINUSE) {
						t.Errorf("while another has it: got %v, want EADDRINUSE", err)
					}
					unix.Close(fd)
					if err := n.SetListeners([]netio.ListenerConfig{gone, stays}, nil); err != nil {
						t.Fatal(err)
					}
				}
				stillAnswers(t, reach)
				noMore(t, "descriptors", before, descriptors)
			})
		}
	}
}

// TestReplace: a listener on one address and one on every address take each other's place.
func TestReplace(t *testing.T) {
	for _, transport := range []netio.Transport{netio.UDP, netio.TCP} {
		for _, tc := range []struct{ exact, every string }{{"127.0.0.1", "0.0.0.0"}, {"::1", "::"}} {
			t.Run(transport.String()+" "+tc.exact, func(t *testing.T) {
				n := open(t, listen(at(transport, tc.exact, netio.FreePort(t))), node{})
				reach := n.Listeners()[0]
				var kept net.Conn
				if transport == netio.TCP {
					kept = dialTCP(t, reach.Addr)
					echoes(t, kept)
				}
				before := descriptors(t)
				for range 3 {
					for _, addr := range []string{tc.every, tc.exact} {
						cfg := at(transport, addr, reach.Addr.Port())
						if err := n.SetListeners([]netio.ListenerConfig{cfg}, nil); err != nil {
							t.Fatal(err)
						}
						if ln := n.Listeners()[0]; ln.Addr != cfg.Addr {
							t.Fatalf("got %v, want %v", ln, cfg.Addr)
						}
						stillAnswers(t, reach)
						if transport == netio.TCP {
							echoes(t, kept)
						}
					}
				}
				noMore(t, "descriptors", before, descriptors)
				if tc.exact == "127.0.0.1" {
					refuses(t, &netio.Listener{Transport: transport, Addr: at(transport, "127.0.0.2", reach.Addr.Port()).Addr})
				}
				if _, err := another(t, at(transport, "127.0.0.1", reach.Addr.Port()), unix.SO_REUSEADDR); tc.exact == "127.0.0.1" && err == nil {
					t.Error("another program is let in beside")
				}
			})
		}
	}
}

// TestReplaceRefused: when the new listener cannot be bound, or another one with it, the old one has not gone. Whoever has one of the addresses
// is noticed, whether he would share it or not.
func TestReplaceRefused(t *testing.T) {
	for _, tc := range []struct {
		transport netio.Transport
		options   []int
	}{
		{netio.UDP, nil}, {netio.UDP, []int{unix.SO_REUSEPORT}}, {netio.UDP, []int{unix.SO_REUSEADDR}},
		{netio.TCP, nil}, {netio.TCP, []int{unix.SO_REUSEADDR}},
	} {
		t.Run(fmt.Sprint(tc.transport, tc.options), func(t *testing.T) {
			n := open(t, listen(at(tc.transport, "127.0.0.1", netio.FreePort(t))), node{})
			ln := n.Listeners()[0]
			fd, err := another(t, at(tc.transport, "127.0.0.2", ln.Addr.Port()), tc.options...)
			if err != nil {
				t.Fatal(err)
			}
			every, other := at(tc.transport, "0.0.0.0", ln.Addr.Port()), netio.TCP
			if tc.transport == netio.TCP {
				other = netio.UDP
			}
			stillAnswers(t, ln)
			before := descriptors(t)
			for range 2 {
				want := "listen " + tc.transport.String() + "://" + every.Addr.String() + ": address already in use"
				if err := n.SetListeners([]netio.ListenerConfig{every, local(other)}, nil); err == nil || err.Error() != want {
					t.Fatalf("got %v, want %s", err, want)
				}
				if now := n.Listeners(); len(now) != 1 || now[0] != ln {
					t.Errorf("got %v, want what was there before", now)
				}
				stillAnswers(t, ln)
			}
			noMore(t, "descriptors", before, descriptors)
			if _, err := another(t, config(ln), unix.SO_REUSEADDR); err == nil {
				t.Error("another program is let in beside")
			}
			unix.Close(fd)
			if err := n.SetListeners([]netio.ListenerConfig{every}, nil); err != nil {
				t.Fatal(err)
			}
			stillAnswers(t, ln)
		})
	}
	t.Run("one that stays", func(t *testing.T) {
		n := open(t, listen(at(netio.UDP, "127.0.0.1", netio.FreePort(t)), at(netio.TCP, "127.0.0.1", netio.FreePort(t))), node{})
		for _, ln := range n.Listeners() {
			err := n.SetListeners([]netio.ListenerConfig{config(ln), at(ln.Transport, "0.0.0.0", ln.Addr.Port())}, nil)
			if !errors.Is(err, syscall.EADDRINUSE) {
				t.Errorf("%v: got %v, want EADDRINUSE", ln, err)
			}
		}
	})
}

// TestReplaceLosesNoDatagram: each of many is answered while listeners take each other's place.
func TestReplaceLosesNoDatagram(t *testing.T) {
	const all, window, each = 6000, 20, 200
	n := open(t, listen(at(netio.UDP, "127.0.0.1", netio.FreePort(t))), node{})
	exact := config(n.Listeners()[0])
	every := at(netio.UDP, "0.0.0.0", exact.Addr.Port())
	c := dialUDP(t, exact.Addr)
	seen := make([]bool, all)
	receive := func() {
		b := make([]byte, 16)
		if m, err := c.Read(b); err != nil || m != 4 {
			t.Fatalf("%d were lost: got %d bytes, %v", len(slices.DeleteFunc(slices.Clone(seen), func(s bool) bool { return s })), m, err)
		}
		seen[binary.BigEndian.Uint32(b)] = true
	}
	changed := make(chan error, 1)
	for i := range all {
		if i%each == 0 {
			if i > 0 {
				if err := wait(t, changed); err != nil {
					t.Fatal(err)
				}
			}
			go func() {
				cfg := []netio.ListenerConfig{every, exact}[i/each%2]
				changed <- n.SetListeners([]netio.ListenerConfig{cfg}, nil)
			}()
		}
		b := binary.BigEndian.AppendUint32(nil, uint32(i))
		if _, err := c.Write(b); err != nil {
			t.Fatal(err)
		}
		if i >= window {
			receive()
		}
	}
	for range window {
		receive()
	}
	if slices.Contains(seen, false) {
		t.Error("one was answered twice, another not at all")
	}
	if err := wait(t, changed); err != nil {
		t.Fatal(err)
	}
}

// TestReplaceRefusesNoConnection: every connection that is opened meanwhile is served.
func TestReplaceRefusesNoConnection(t *testing.T) {
	n := open(t, listen(at(netio.TCP, "127.0.0.1", netio.FreePort(t))), node{})
	exact := config(n.Listeners()[0])
	every := at(netio.TCP, "0.0.0.0", exact.Addr.Port())
	changed := make(chan error, 1)
	go func() {
		for i := range 6 {
			if err := n.SetListeners([]netio.ListenerConfig{[]netio.ListenerConfig{every, exact}[i%2]}, nil); err != nil {
				changed <- err
				return
			}
		}
		changed <- nil
	}()
	for opened := 0; ; opened++ {
		select {
		case err := <-changed:
			if err != nil {
				t.Error(err)
			}
			if opened < 12 {
				t.Errorf("%d connections were opened meanwhile, want some for each change", opened)
			}
			return
		default:
		}
		c := dialTCP(t, exact.Addr)
		echoes(t, c)
		c.Close()
	}
}

// TestHandOver: as soon as a listener is replaced, new connections are the new one's, while the old one is still there for those that have begun.
func TestHandOver(t *testing.T) {
	of := make(chan *netio.Listener, 1000)
	n := open(t, listen(at(netio.TCP, "127.0.0.1", netio.FreePort(t))), node{open: func(c *netio.Conn) { of <- c.Listener() }})
	exact := n.Listeners()[0].Addr
	set := func(addr string) error {
		return n.SetListeners([]netio.ListenerConfig{at(netio.TCP, addr, exact.Port())}, nil)
	}
	comesTo := func() *netio.Listener {
		c := dialTCP(t, exact)
		echoes(t, c)
		c.Close()
		return wait(t, of)
	}
	for range 20 { // a machine that stands still may miss the time in between
		old := n.Listeners()[0]
		if ln := comesTo(); ln != old {
			t.Fatalf("came to %v", ln)
		}
		changed := make(chan error, 1)
		go func() { changed <- set("0.0.0.0") }()
		during := false
		for !during && len(changed) == 0 {
			during = comesTo() != old && len(changed) == 0
		}
		if err := wait(t, changed); err != nil {
			t.Fatal(err)
		}
		if during {
			return
		}
		if err := set("127.0.0.1"); err != nil {
			t.Fatal(err)
		}
	}
	t.Error("the new listener got no connection before the old one had gone")
}

// TestTaken: when SetListeners tells what it has taken over, what is new serves nobody yet, though it can be reached, and what goes still serves.
func TestTaken(t *testing.T) {
	for _, transport := range []netio.Transport{netio.UDP, netio.TCP} {
		var port atomic.Uint32 // of who must not serve
		var early atomic.Int32
		serves := func(ln *netio.Listener) {
			if uint32(ln.Addr.Port()) == port.Load() {
				early.Add(1)
			}
		}
		n := open(t, listen(at(transport, "127.0.0.1", netio.FreePort(t))), node{
			datagram: func(n *node, ln *netio.Listener, from netip.AddrPort, b []byte) { serves(ln); n.send(ln, from, b) },
			open:     func(c *netio.Conn) { serves(c.Listener()) },
		})
		old, fresh := n.Listeners()[0], at(transport, "127.0.0.1", netio.FreePort(t))
		port.Store(uint32(fresh.Addr.Port()))
		var c net.Conn
		err := n.SetListeners([]netio.ListenerConfig{fresh}, func(all []*netio.Listener) {
			if len(all) != 1 || all[0].Addr != fresh.Addr || n.Listeners()[0] != all[0] {
				t.Errorf("got %v, want %v", all, fresh.Addr)
			}
			answers(t, old)
			if transport == netio.UDP {
				c = dialUDP(t, fresh.Addr)
			} else {
				c = dialTCP(t, fresh.Addr)
			}
			if _, err := c.Write([]byte("early")); err != nil {
				t.Error(err)
			}
			for range 10 {
				for _, l := range n.Loops() {
					on(t, l, func(*node) {})
				}
			}
			port.Store(0)
		})
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 16)
		if m, err := c.Read(b); err != nil || string(b[:m]) != "early" {
			t.Errorf("%v: got %q, %v", transport, b[:m], err)
		}
		if got := early.Load(); got != 0 {
			t.Errorf("%v: served before the end", transport)
		}
		refuses(t, old)
	}
}

// TestSendingForReplaced: what is under way is sent in the name of the listener that it began with, from the address that its peer knows.
func TestSendingForReplaced(t *testing.T) {
	heard := make(chan *netio.Listener, 100)
	o := listen(at(netio.UDP, "127.0.0.1", netio.FreePort(t)))
	n := open(t, o, node{datagram: func(n *node, ln *netio.Listener, from netip.AddrPort, b []byte) {
		heard <- ln
		n.send(ln, from, b)
	}})
	l := n.Loops()[0]
	shared := n.Listeners()[0].Addr.Port()
	every := at(netio.UDP, "0.0.0.0", shared)
	one, two := at(netio.UDP, "127.0.0.1", shared), at(netio.UDP, "127.0.0.2", shared)
	heardAt := func(cfg netio.ListenerConfig) (*net.UDPConn, *netio.Listener) { // as it is known to the loop
		c := dialUDP(t, cfg.Addr)
		echoes(t, c)
		return c, wait(t, heard)
	}
	reaches := func(what string, ln *netio.Listener, c *net.UDPConn) {
		t.Helper()
		on(t, l, func(n *node) { n.send(ln, c.LocalAddr().(*net.UDPAddr).AddrPort(), []byte(what)) })
		b := make([]byte, 100)
		if m, err := c.Read(b); err != nil || string(b[:m]) != what { // c is connected: it hears nobody else
			t.Errorf("%s: got %q, %v", what, b[:m], err)
		}
	}
	set := func(cfgs ...netio.ListenerConfig) {
		t.Helper()
		if err := n.SetListeners(cfgs, nil); err != nil {
			t.Fatal(err)
		}
	}
	first := n.Listeners()[0]
	c1, _ := heardAt(one)
	set(every)
	whole := n.Listeners()[0]
	reaches("of one that every address replaced", first, c1)
	c2, face := heardAt(two)
	named := every
	named.Advertise = "sip.example.com"
	set(named)
	reaches("of one that was replaced and renamed", first, c1)
	reaches("of a face that was renamed", face, c2)
	set(one, two)
	reaches("of one that came back", first, c1)
	reaches("of a face that became a listener", face, c2)
	reaches("of every address", whole, c1)
	set(every)
	reaches("of one of two that every address replaced", first, c1)
	reaches("of a face that was a listener meanwhile", face, c2)
	set(one)
	reaches("of one that stays", first, c1)
	failed := value(t, o.Stats, "sluice_udp_send_errors_total")
	on(t, l, func(n *node) { n.send(face, c2.LocalAddr().(*net.UDPAddr).AddrPort(), []byte("nothing")) })
	got := uint64(0) // until the loop settles
	for end := time.Now().Add(patience); got == 0 && time.Now().Before(end); runtime.Gosched() {
		got = value(t, o.Stats, "sluice_udp_send_errors_total") - failed
	}
	if got != 1 {
		t.Errorf("of an address that is no longer served: got %d errors, want 1", got)
	}
}

// TestManySockets: more than are reported at a time, each with something to read.
func TestManySockets(t *testing.T) {
	const many = 150
	var cfgs []netio.ListenerConfig
	for range many {
		cfgs = append(cfgs, local(netio.UDP))
	}
	n := open(t, listen(cfgs...), node{})
	stall, stalled := make(chan struct{}), make(chan struct{}, 2)
	for _, l := range n.Loops() {
		l.Exec(func() { stalled <- struct{}{}; <-stall })
		wait(t, stalled)
	}
	var peers []*net.UDPConn
	for _, ln := range n.Listeners() {
		for range 2 {
			c := dialUDP(t, ln.Addr)
			if _, err := c.Write([]byte("echo")); err != nil {
				t.Fatal(err)
			}
			peers = append(peers, c)
		}
	}
	close(stall)
	b := make([]byte, 16)
	for i, c := range peers {
		if m, err := c.Read(b); err != nil || string(b[:m]) != "echo" {
			t.Fatalf("socket %d: got %q, %v", i, b[:m], err)
		}
	}
	for i := range n.Listeners() { // places that are given back are taken again
		if i%2 == 0 {
			cfgs[i] = config(n.Listeners()[i])
		}
	}
	if err := n.SetListeners(cfgs, nil); err != nil {
		t.Fatal(err)
	}
	for _, ln := range n.Listeners() {
		echoes(t, dialUDP(t, ln.Addr))
	}
}

// TestPrivateSocket: what gnet begins with takes no port.
func TestPrivateSocket(t *testing.T) {
	before := udpPorts(t)
	open(t, listen(), node{})
	if after := udpPorts(t); after > before {
		t.Errorf("got %d UDP sockets with a port, want %d", after, before)
	}
}

// udpPorts counts the UDP sockets of this process that have a port.
func udpPorts(t *testing.T) int {
	t.Helper()
	count := 0
	for fd := range 4096 {
		if kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE); err != nil || kind != unix.SOCK_DGRAM {
			continue
		}
		if sa, err := unix.Getsockname(fd); err == nil {
			if sa, ok := sa.(*unix.SockaddrInet4); ok && sa.Port != 0 {
				count++
			}
		}
	}
	return count
}

func TestReplacedTransport(t *testing.T) {
	n := open(t, listen(at(netio.TCP, "127.0.0.1", netio.FreePort(t))), node{})
	ln := n.Listeners()[0]
	if err := n.SetListeners([]netio.ListenerConfig{at(netio.WS, "0.0.0.0", ln.Addr.Port())}, nil); err != nil {
		t.Fatal(err)
	}
	if now := n.Listeners()[0]; !strings.HasPrefix(now.String(), "ws://0.0.0.0:") {
		t.Errorf("got %v", now)
	}
	answers(t, ln)
}

// TestFailedReplaceTakesNothing: a listener on one address, which would take what comes from the one on every address, is bound when all the
// others are.
func TestFailedReplaceTakesNothing(t *testing.T) {
	for _, transport := range []netio.Transport{netio.UDP, netio.TCP} {
		n := open(t, listen(at(transport, "0.0.0.0", netio.FreePort(t))), node{})
		port := n.Listeners()[0].Addr.Port()
		taken := at(transport, "127.0.0.1", netio.FreePort(t))
		fd, err := another(t, taken)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		changed := make(chan error, 1)
		for range 20 {
			go func() {
				changed <- n.SetListeners([]netio.ListenerConfig{at(transport, "127.0.0.1", port), taken}, nil)
			}()
			for done := false; !done; done = len(changed) > 0 {
				reach := at(transport, "127.0.0.1", port).Addr
				if transport == netio.UDP {
					echoes(t, dialUDP(t, reach))
				} else {
					echoes(t, dialTCP(t, reach))
				}
			}
			if err := wait(t, changed); !errors.Is(err, syscall.EADDRINUSE) {
				t.Errorf("got %v, want EADDRINUSE", err)
			}
		}
	}
}
