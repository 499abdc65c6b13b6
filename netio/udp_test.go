package netio_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"sync/atomic"
	"testing"

	"sluice/netio"
)

// TestUDPEcho sends thousands of datagrams from many sockets through two loops, in bursts that make the loops drain batches.
func TestUDPEcho(t *testing.T) {
	const sockets, bursts, burst = 32, 8, 40
	var served [2]atomic.Int64
	o := listen(local(netio.UDP))
	n := open(t, o, node{datagram: func(n *node, ln *netio.Listener, from netip.AddrPort, b []byte) {
		served[n.loop.Index()].Add(1)
		n.send(ln, from, b)
	}})
	for s := range sockets {
		c := dialUDP(t, n.Listeners()[0].Addr)
		payload := bytes.Repeat([]byte{byte(s)}, 600)
		seen := make(map[uint32]bool)
		for b := range bursts {
			for i := range burst {
				binary.BigEndian.PutUint32(payload, uint32(b*burst+i))
				if _, err := c.Write(payload); err != nil {
					t.Fatal(err)
				}
			}
			got := make([]byte, 1000)
			for range burst {
				m, err := c.Read(got)
				if err != nil {
					t.Fatalf("socket %d: after %d answers: %v", s, len(seen), err)
				}
				if !bytes.Equal(got[4:m], payload[4:]) {
					t.Fatalf("socket %d: a damaged answer", s)
				}
				seen[binary.BigEndian.Uint32(got)] = true
			}
		}
		if len(seen) != bursts*burst {
			t.Errorf("socket %d: %d different answers, want %d", s, len(seen), bursts*burst)
		}
	}
	const all = sockets * bursts * burst
	if a, b := served[0].Load(), served[1].Load(); a == 0 || b == 0 || a+b != all {
		t.Errorf("the loops served %d and %d, want %d together", a, b, all)
	}
	if err := n.Close(); err != nil { // the loops have counted what they did
		t.Fatal(err)
	}
	for name, want := range map[string]uint64{
		"sluice_udp_datagrams_received_total": all, "sluice_udp_datagrams_sent_total": all,
		"sluice_udp_received_bytes_total": all * 600, "sluice_udp_sent_bytes_total": all * 600,
		"sluice_udp_send_errors_total": 0, "sluice_udp_send_dropped_total": 0,
	} {
		if got := value(t, o.Stats, name); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
}

func TestUDPOnBothAddressFamilies(t *testing.T) {
	v6 := netio.ListenerConfig{Transport: netio.UDP, Addr: netip.MustParseAddrPort("[::1]:0")}
	n := open(t, listen(local(netio.UDP), v6), node{})
	for _, ln := range n.Listeners() {
		c := dialUDP(t, ln.Addr)
		for range 3 {
			echoes(t, c)
		}
	}
}

// TestUDPWildcards: the IPv6 wildcard does not take IPv4's port, and both survive being removed and listened on again.
func TestUDPWildcards(t *testing.T) {
	v4 := netio.ListenerConfig{Transport: netio.UDP, Addr: netip.MustParseAddrPort("0.0.0.0:0")}
	v6 := netio.ListenerConfig{Transport: netio.UDP, Addr: netip.MustParseAddrPort("[::]:0")}
	n := open(t, listen(v4, v6), node{})
	v4, v6 = config(n.Listeners()[0]), config(n.Listeners()[1])
	err := n.SetListeners([]netio.ListenerConfig{v4, v6, {Transport: netio.UDP, Addr: netip.AddrPortFrom(v6.Addr.Addr(), v4.Addr.Port())}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := func(addr string, of netio.ListenerConfig) *netio.Listener {
		return &netio.Listener{Transport: netio.UDP, Addr: netip.AddrPortFrom(netip.MustParseAddr(addr), of.Addr.Port())}
	}
	answers(t, at("127.0.0.1", v4))
	answers(t, at("::1", v6))
	answers(t, at("::1", v4))
	if err := n.SetListeners(nil, nil); err != nil {
		t.Fatal(err)
	}
	refuses(t, at("127.0.0.1", v4))
	refuses(t, at("::1", v6))
	refuses(t, at("::1", v4))
	if err := n.SetListeners([]netio.ListenerConfig{v4, v6}, nil); err != nil {
		t.Fatal(err)
	}
	answers(t, at("127.0.0.1", v4))
	answers(t, at("::1", v6))
}

func TestUDPSizes(t *testing.T) {
	sizes := make(chan int, 10)
	n := open(t, listen(local(netio.UDP)), node{datagram: func(n *node, ln *netio.Listener, from netip.AddrPort, b []byte) {
		sizes <- len(b)
		n.send(ln, from, b)
	}})
	c := dialUDP(t, n.Listeners()[0].Addr)
	got := make([]byte, 1<<16)
	for _, size := range []int{1, 1500, 9000, 65507, 0} {
		if _, err := c.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		if s := wait(t, sizes); s != size {
			t.Errorf("received %d bytes, want %d", s, size)
		}
		if size == 0 {
			continue // arrives, but is not sent
		}
		if m, err := c.Read(got); err != nil || m != size {
			t.Errorf("answered with %d bytes, %v, want %d", m, err, size)
		}
	}
}

// TestUDPSendsFirst: a loop can send before anything was received.
func TestUDPSendsFirst(t *testing.T) {
	n := open(t, listen(local(netio.UDP)), node{})
	c := dialUDP(t, n.Listeners()[0].Addr)
	to := c.LocalAddr().(interface{ AddrPort() netip.AddrPort }).AddrPort()
	for _, l := range n.Loops() {
		on(t, l, func(n2 *node) { n2.send(n.Listeners()[0], to, []byte("hello")) })
		b := make([]byte, 10)
		if m, err := c.Read(b); err != nil || string(b[:m]) != "hello" {
			t.Errorf("loop %d: got %q, %v", l.Index(), b[:m], err)
		}
	}
}

// TestUDPSendErrors: what cannot be sent is counted and does not hold up the rest of the batch.
func TestUDPSendErrors(t *testing.T) {
	o := listen(local(netio.UDP))
	n := open(t, o, node{})
	c := dialUDP(t, n.Listeners()[0].Addr)
	to := c.LocalAddr().(interface{ AddrPort() netip.AddrPort }).AddrPort()
	ln := n.Listeners()[0]
	on(t, n.Loops()[0], func(n *node) {
		n.send(ln, netip.MustParseAddrPort("[::1]:9"), []byte("another family"))
		n.send(ln, to, []byte("first"))
		n.send(ln, to, make([]byte, 65535))                                             // EMSGSIZE
		n.send(ln, netip.MustParseAddrPort("127.255.255.255:9"), []byte("a broadcast")) // EACCES
		n.send(ln, to, []byte("second"))
	})
	b := make([]byte, 100)
	for _, want := range []string{"first", "second"} {
		if m, err := c.Read(b); err != nil || string(b[:m]) != want {
			t.Errorf("got %q, %v, want %q", b[:m], err, want)
		}
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if got := value(t, o.Stats, "sluice_udp_send_errors_total"); got != 3 {
		t.Errorf("got %d errors, want 3", got)
	}
}
