package netio_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"sluice/netio"
)

func TestAddressInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	tcp := taken.Addr().(*net.TCPAddr).AddrPort()
	udp := bound(t, unix.SOCK_DGRAM, unix.SO_REUSEPORT) // another server's, which would let us in
	before := descriptors(t)
	_, err = netio.Open(netio.Options{Loops: 2, Listeners: []netio.ListenerConfig{
		local(netio.UDP), {Transport: netio.TLS, Addr: tcp}, {Transport: netio.UDP, Addr: udp}, local(netio.TCP),
	}}, func(*netio.Loop) netio.Handler { return &node{} })
	want := fmt.Sprintf("listen tls://%s: address already in use\nlisten udp://%s: address already in use", tcp, udp)
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Error("the cause is not wrapped")
	}
	noMore(t, "descriptors", before, descriptors)
}

func TestListenersThatMakeNoSense(t *testing.T) {
	for _, tc := range []struct {
		name   string
		config netio.ListenerConfig
		want   string
	}{
		{"no address", netio.ListenerConfig{Transport: netio.UDP}, "address is missing"},
		{"no transport", netio.ListenerConfig{Transport: 77, Addr: local(netio.UDP).Addr}, "transport or address"},
		{"not ours", netio.ListenerConfig{Transport: netio.TCP, Addr: netip.MustParseAddrPort("192.0.2.99:0")}, "cannot assign requested address"},
		{"advertise", netio.ListenerConfig{Transport: netio.TCP, Addr: local(netio.TCP).Addr, Advertise: "a b"}, "advertise"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := netio.Open(netio.Options{Loops: 1, Listeners: []netio.ListenerConfig{tc.config}}, func(*netio.Loop) netio.Handler { return &node{} })
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

func TestSentBy(t *testing.T) {
	for _, tc := range []struct{ addr, advertise, want string }{
		{"192.0.2.1:5060", "", "192.0.2.1:5060"},
		{"[2001:db8::1]:5060", "", "[2001:db8::1]:5060"},
		{"[fe80::1%lo]:5060", "", "[fe80::1]:5060"},
		{"192.0.2.1:5060", "sip.example.com", "sip.example.com:5060"},
		{"192.0.2.1:5060", "sip.example.com:5080", "sip.example.com:5080"},
		{"192.0.2.1:5060", "2001:db8::2", "[2001:db8::2]:5060"},
		{"192.0.2.1:5060", "[2001:db8::2]", "[2001:db8::2]:5060"},
		{"192.0.2.1:5060", "[2001:db8::2]:5080", "[2001:db8::2]:5080"},
		{"192.0.2.1:5060", "host:", ""},
		{"192.0.2.1:5060", "host:0", ""},
		{"192.0.2.1:5060", "host:99999", ""},
		{"192.0.2.1:5060", "a:b:c", ""},
		{"192.0.2.1:5060", "evil\r\nVia: x", ""},
	} {
		addr := netip.MustParseAddrPort(tc.addr)
		ln, err := netio.NewListener(0, netio.ListenerConfig{Addr: addr, Advertise: tc.advertise}, addr)
		switch {
		case tc.want == "" && err == nil:
			t.Errorf("%q: got %q, want an error", tc.advertise, ln.SentBy)
		case tc.want != "" && (err != nil || ln.SentBy != tc.want):
			t.Errorf("%s %q: got %v, %v, want %s", tc.addr, tc.advertise, ln, err, tc.want)
		}
	}
}

func config(ln *netio.Listener) netio.ListenerConfig {
	return netio.ListenerConfig{Transport: ln.Transport, Addr: ln.Addr}
}

// refuses checks that nobody listens there any more.
func refuses(t *testing.T, ln *netio.Listener) {
	t.Helper()
	if ln.Transport != netio.UDP {
		if c, err := net.Dial("tcp", ln.Addr.String()); err == nil {
			c.Close()
			t.Errorf("%v still accepts", ln)
		}
		return
	}
	for range 4 { // from several ports, as the loops share them
		c := dialUDP(t, ln.Addr)
		_, _ = c.Write([]byte("anybody there?"))
		if _, err := c.Read(make([]byte, 100)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%v: got %v, want connection refused", ln, err)
		}
		c.Close() // its port may be the next to be listened on
	}
}

// answers checks that a listener serves; UDP from several ports, so that every loop has its turn.
func answers(t *testing.T, ln *netio.Listener) {
	t.Helper()
	if ln.Transport != netio.UDP {
		echoes(t, dialTCP(t, ln.Addr))
		return
	}
	for range 8 {
		c := dialUDP(t, ln.Addr)
		echoes(t, c)
		echoes(t, c)
	}
}

func TestSetListeners(t *testing.T) {
	n := open(t, listen(local(netio.UDP), local(netio.TCP)), node{})
	before := n.Listeners()
	udp, tcp := before[0], before[1]
	kept := dialTCP(t, tcp.Addr)
	echoes(t, kept)
	answers(t, udp)

	// Others are added; what was there stays the very same.
	if err := n.SetListeners([]netio.ListenerConfig{local(netio.TCP), config(tcp), local(netio.UDP), config(udp)}, nil); err != nil {
		t.Fatal(err)
	}
	now := n.Listeners()
	tcp2, udp2 := now[0], now[2]
	if now[1] != tcp || now[3] != udp {
		t.Error("listeners that stay were replaced")
	}
	for _, ln := range now {
		answers(t, ln)
	}

	// The first ones go; their connections stay.
	if err := n.SetListeners([]netio.ListenerConfig{config(tcp2), config(udp2)}, nil); err != nil {
		t.Fatal(err)
	}
	refuses(t, tcp)
	refuses(t, udp)
	answers(t, tcp2)
	answers(t, udp2)
	echoes(t, kept)

	// The first ones come back, the others go.
	if err := n.SetListeners([]netio.ListenerConfig{config(udp), config(tcp)}, nil); err != nil {
		t.Fatal(err)
	}
	refuses(t, tcp2)
	refuses(t, udp2)
	for i, ln := range n.Listeners() {
		if ln == before[i] || ln.Addr != before[i].Addr {
			t.Errorf("listener %d: got %v, a new one was due", i, ln)
		}
		answers(t, ln)
	}
	seen := make(map[int]bool)
	for _, ln := range append(append(before, now...), n.Listeners()...) {
		seen[ln.Index] = true
	}
	if len(seen) != 6 {
		t.Errorf("%d different indexes, want 6", len(seen))
	}

	if err := n.SetListeners(nil, nil); err != nil {
		t.Fatal(err)
	}
	refuses(t, tcp)
	refuses(t, udp)
	echoes(t, kept)
}

func TestSetListenersAllOrNothing(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	n := open(t, listen(local(netio.UDP), local(netio.TCP)), node{})
	udp, tcp := n.Listeners()[0], n.Listeners()[1]
	if err := n.SetListeners([]netio.ListenerConfig{config(tcp)}, nil); err != nil { // leaves a muted socket
		t.Fatal(err)
	}
	free := netio.ListenerConfig{Transport: netio.UDP, Addr: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.99"), refused(t).Port())} // at an address that no other test uses
	before := descriptors(t)
	err = n.SetListeners([]netio.ListenerConfig{free, config(udp), {Transport: netio.TCP, Addr: taken.Addr().(*net.TCPAddr).AddrPort()}}, nil)
	if want := fmt.Sprintf("listen tcp://%s: address already in use", taken.Addr()); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if got := n.Listeners(); len(got) != 1 || got[0] != tcp {
		t.Errorf("got %v, want what was there before", got)
	}
	noMore(t, "descriptors", before, descriptors)
	answers(t, tcp)
	refuses(t, udp)
	refuses(t, &netio.Listener{Transport: netio.UDP, Addr: free.Addr})
}

func TestSetListenersRenames(t *testing.T) {
	got := make(chan *netio.Listener, 10)
	n := open(t, listen(local(netio.UDP), local(netio.TCP)), node{
		datagram: func(n *node, ln *netio.Listener, from netip.AddrPort, b []byte) { got <- ln; n.send(ln, from, b) },
		open:     func(c *netio.Conn) { got <- c.Listener() },
	})
	old := n.Listeners()
	udp, tcp := config(old[0]), config(old[1])
	udp.Advertise, tcp.Advertise, tcp.Transport = "sip.example.com", "sip.example.com", netio.WS
	if err := n.SetListeners([]netio.ListenerConfig{udp, tcp}, nil); err != nil {
		t.Fatal(err)
	}
	now := n.Listeners()
	for i := range now {
		if i == 0 {
			echoes(t, dialUDP(t, udp.Addr))
		} else {
			echoes(t, dialTCP(t, tcp.Addr))
		}
		if ln := wait(t, got); ln != now[i] || ln.Addr != old[i].Addr || !strings.HasPrefix(ln.SentBy, "sip.example.com:") {
			t.Errorf("got %v %s", ln, ln.SentBy)
		}
	}
	if now[1].Transport != netio.WS {
		t.Errorf("transport: got %v", now[1].Transport)
	}
	c := dialUDP(t, udp.Addr) // what is under way may still be answered in the old listener's name
	to := c.LocalAddr().(*net.UDPAddr).AddrPort()
	on(t, n.Loops()[0], func(n *node) { n.send(old[0], to, []byte("late")) })
	b := make([]byte, 10)
	if m, err := c.Read(b); err != nil || string(b[:m]) != "late" {
		t.Errorf("got %q, %v", b[:m], err)
	}
}

func TestStopAccepting(t *testing.T) {
	n := open(t, listen(local(netio.UDP), local(netio.TCP)), node{})
	kept := dialTCP(t, n.Listeners()[1].Addr)
	echoes(t, kept)
	n.StopAccepting()
	refuses(t, n.Listeners()[1])
	answers(t, n.Listeners()[0])
	echoes(t, kept)
	if err := n.SetListeners(nil, nil); err != netio.ErrDraining {
		t.Errorf("got %v, want ErrDraining", err)
	}
}
