package netio_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
)

// turnedAway checks that the connection is closed without a word.
func turnedAway(t *testing.T, c net.Conn) {
	t.Helper()
	if n, err := c.Read(make([]byte, 1)); err == nil {
		t.Fatalf("got %d bytes, want the connection closed", n)
	}
}

// The connections of a source are counted over all loops, whoever closes them.
func TestConnectionsPerSource(t *testing.T) {
	const limit = 3
	for _, c := range []struct {
		name  string
		close func(n *netio.Net, id netio.ConnID, client net.Conn)
	}{
		{"closed by the peer", func(_ *netio.Net, _ netio.ConnID, client net.Conn) { client.Close() }},
		{"closed by us", func(n *netio.Net, id netio.ConnID, _ net.Conn) {
			l := n.Loops()[id.Loop()]
			on(t, l, func(*node) { l.Conn(id).Close(nil) })
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			opened, closed := make(chan netio.ConnID, 16), make(chan struct{}, 16)
			o := listen(local(netio.TCP))
			o.Admit = func(_ *netio.Listener, peer netip.Addr, others int, _ time.Duration) bool {
				return peer.IsLoopback() && others < limit
			}
			n := open(t, o, node{
				open:   func(c *netio.Conn) { opened <- c.ID() },
				closed: func(*netio.Conn, error) { closed <- struct{}{} },
			})
			to := n.Listeners()[0].Addr
			for range 3 { // what is closed makes room, each time
				var clients []net.Conn
				var ids []netio.ConnID
				for range limit {
					clients = append(clients, dialTCP(t, to))
					ids = append(ids, wait(t, opened))
				}
				for range 2 {
					turnedAway(t, dialTCP(t, to))
				}
				for i, client := range clients {
					echoes(t, client)
					c.close(n, ids[i], client)
					wait(t, closed)
				}
			}
			if got := value(t, o.Stats, "sluice_connections_refused_total"); got != 6 {
				t.Errorf("%d refused, want 6", got)
			}
		})
	}
}

// SetRemote moves a connection from one source to the other.
func TestSourceMoves(t *testing.T) {
	var others []int
	h := netiotest.NewLoop(t, 0, netio.Options{Admit: func(_ *netio.Listener, _ netip.Addr, n int, _ time.Duration) bool {
		others = append(others, n)
		return true
	}})
	h.SetHandler(&node{})
	ln := netiotest.NewListener(0, netio.TCP, "192.0.2.254:5060")
	at := func(addr string) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr(addr), 5060) }
	var conns []*netio.Conn
	for range 3 {
		conns = append(conns, h.Open(netio.TCP, ln, at("192.0.2.1")))
	}
	for _, c := range []struct {
		name, to string
		want     int
	}{{"to another", "192.0.2.2", 0}, {"to itself", "192.0.2.1", 1}, {"to one that is there", "192.0.2.2", 1}} {
		conn := conns[0]
		conns = append(conns[1:], conn)
		if got := conn.SetRemote(at(c.to)); got != c.want {
			t.Errorf("%s: %d others, want %d", c.name, got, c.want)
		}
	}
	for _, c := range conns {
		h.ClosePeer(c)
	}
	h.Open(netio.TCP, ln, at("192.0.2.1"))
	h.Open(netio.TCP, ln, at("192.0.2.2"))
	if got := others[len(others)-2:]; got[0] != 0 || got[1] != 0 {
		t.Errorf("others when all have closed: %v, want none", got)
	}
}

func TestProxied(t *testing.T) {
	prefixes := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}
	at := netip.MustParseAddrPort("192.0.2.254:5060")
	ln, err := netio.NewListener(0, netio.ListenerConfig{Transport: netio.TCP, Addr: at, Proxies: prefixes}, at)
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "11.0.0.1": false, "2001:db8::1": true, "2001:db9::1": false,
	} {
		if got := ln.Proxied(netip.MustParseAddr(from)); got != want {
			t.Errorf("%s: got %v, want %v", from, got, want)
		}
	}
	if (*netio.Listener)(nil).Proxied(at.Addr()) {
		t.Error("a connection that we opened comes through nobody")
	}
}

// A reload that names other load balancers is for the connections to come.
func TestProxiesChange(t *testing.T) {
	opened := make(chan bool, 1)
	o := listen(local(netio.TCP))
	n := open(t, o, node{open: func(c *netio.Conn) { opened <- c.Listener().Proxied(c.Remote().Addr()) }})
	config := netio.ListenerConfig{Transport: netio.TCP, Addr: n.Listeners()[0].Addr}
	for _, prefix := range []string{"127.0.0.0/8", "10.0.0.0/8", "127.0.0.1/32"} {
		config.Proxies = []netip.Prefix{netip.MustParsePrefix(prefix)}
		if err := n.SetListeners([]netio.ListenerConfig{config}, nil); err != nil {
			t.Fatal(err)
		}
		dialTCP(t, config.Addr)
		if got, want := wait(t, opened), prefix != "10.0.0.0/8"; got != want {
			t.Errorf("%s: got %v, want %v", prefix, got, want)
		}
	}
}
