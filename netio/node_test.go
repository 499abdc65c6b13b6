package netio_test

import (
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/stats"
)

// patience is how long a test waits for something that should happen at once.
const patience = 30 * time.Second

// node is a handler made of what the test wants to see. What it leaves out echoes, or does nothing.
type node struct {
	loop     *netio.Loop
	start    func(n *node)
	datagram func(n *node, ln *netio.Listener, from netip.AddrPort, b []byte)
	open     func(c *netio.Conn)
	data     func(c *netio.Conn, b []byte)
	half     func(c *netio.Conn)
	closed   func(c *netio.Conn, err error)
	mail     func(n *node, m *netio.Mail)
	stop     func(n *node)
}

func (n *node) OnStart(l *netio.Loop) {
	n.loop = l
	if n.start != nil {
		n.start(n)
	}
}

func (n *node) OnDatagram(ln *netio.Listener, from netip.AddrPort, b []byte) {
	if n.datagram != nil {
		n.datagram(n, ln, from, b)
		return
	}
	n.send(ln, from, b)
}

func (n *node) send(ln *netio.Listener, to netip.AddrPort, b []byte) {
	buf := n.loop.Acquire(len(b))
	buf.B = append(buf.B, b...)
	n.loop.SendTo(ln, to, buf)
	buf.Release()
}

func (n *node) OnOpen(c *netio.Conn) {
	if n.open != nil {
		n.open(c)
	}
}

func (n *node) OnData(c *netio.Conn, b []byte) {
	if n.data != nil {
		n.data(c, b)
		return
	}
	c.Write(b)
}

func (n *node) OnHalfClose(c *netio.Conn) {
	if n.half != nil {
		n.half(c)
	}
}

func (n *node) OnClose(c *netio.Conn, err error) {
	if n.closed != nil {
		n.closed(c, err)
	}
}

func (n *node) OnMail(m *netio.Mail) {
	if f, ok := m.Data.(func(*node)); ok {
		f(n)
		return
	}
	if n.mail != nil {
		n.mail(n, m)
	}
}

func (n *node) OnStop(*netio.Loop) {
	if n.stop != nil {
		n.stop(n)
	}
}

// open opens a Net of nodes like proto and closes it when the test ends.
func open(t testing.TB, o netio.Options, proto node) *netio.Net {
	t.Helper()
	n, err := netio.Open(o, func(*netio.Loop) netio.Handler { n := proto; return &n })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// on runs f on a loop and waits for it.
func on(t testing.TB, l *netio.Loop, f func(n *node)) {
	t.Helper()
	done := make(chan struct{})
	if !l.Post(netio.Mail{Data: func(n *node) { f(n); close(done) }}) {
		t.Fatal("mailbox is full")
	}
	wait(t, done)
}

func wait[T any](t testing.TB, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatal("nothing happened")
		panic("unreachable")
	}
}

func local(transport netio.Transport) netio.ListenerConfig {
	return netio.ListenerConfig{Transport: transport, Addr: netip.MustParseAddrPort("127.0.0.1:0")}
}

func listen(configs ...netio.ListenerConfig) netio.Options {
	return netio.Options{Loops: 2, Listeners: configs, Stats: stats.New()}
}

// value is what a counter of netio shows, or the sum of those of its labels that have all of these, key and value.
func value(t testing.TB, r *stats.Registry, name string, labels ...string) (sum uint64) {
	t.Helper()
	found := false
	for _, m := range r.Metrics() {
		if m.Name == name && has(m.Labels, labels) {
			sum, found = sum+r.Sum(m.ID), true
		}
	}
	if !found {
		t.Fatalf("no metric %s%v", name, labels)
	}
	return sum
}

func has(all, some []string) bool {
	for i := 0; i < len(some); i += 2 {
		if at := slices.Index(all, some[i]); at < 0 || all[at+1] != some[i+1] {
			return false
		}
	}
	return true
}

func dialUDP(t testing.TB, to netip.AddrPort) *net.UDPConn {
	t.Helper()
	for {
		c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
		if err != nil {
			t.Fatal(err)
		}
		if c.LocalAddr().(*net.UDPAddr).AddrPort() == to { // nobody has that port, so the kernel may choose it: c would talk to itself
			c.Close()
			continue
		}
		t.Cleanup(func() { c.Close() })
		_ = c.SetDeadline(time.Now().Add(patience))
		return c
	}
}

func dialTCP(t testing.TB, to netip.AddrPort) *net.TCPConn {
	t.Helper()
	c, err := net.DialTimeout("tcp", to.String(), patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	return c.(*net.TCPConn)
}

// echoes checks that what is written to c comes back.
func echoes(t testing.TB, c net.Conn) {
	t.Helper()
	if _, err := c.Write([]byte("echo")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 16)
	if n, err := c.Read(b); err != nil || string(b[:n]) != "echo" {
		t.Fatalf("got %q, %v, want an echo", b[:n], err)
	}
}
