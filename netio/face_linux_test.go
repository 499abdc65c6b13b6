package netio

import (
	"net"
	"net/netip"
	"testing"
	"time"
)

// tell is a handler that tells which listener something came to, and echoes.
type tell struct {
	loop *Loop
	came chan *Listener
}

func (h *tell) OnStart(l *Loop)          { h.loop = l }
func (h *tell) OnOpen(c *Conn)           { h.came <- c.Listener() }
func (h *tell) OnData(c *Conn, b []byte) { c.Write(b) }
func (h *tell) OnClose(*Conn, error)     {}
func (h *tell) OnMail(*Mail)             {}
func (h *tell) OnStop(*Loop)             {}

func (h *tell) OnDatagram(ln *Listener, from netip.AddrPort, b []byte) {
	h.came <- ln
	buf := h.loop.Acquire(len(b))
	buf.B = append(buf.B, b...)
	h.loop.SendTo(ln, from, buf)
	buf.Release()
}

// startTell starts one loop with listeners.
func startTell(t *testing.T, o Options) (*Net, *tell) {
	t.Helper()
	h := &tell{came: make(chan *Listener, 100)}
	o.Loops = 1
	n, err := Open(o, func(*Loop) Handler { return h })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n, h
}

func everywhere(t Transport, addr string) ListenerConfig {
	return ListenerConfig{Transport: t, Addr: netip.MustParseAddrPort(addr)}
}

// TestFaces: what comes to one of the addresses of a listener on all is known to have come there, and answered from there.
func TestFaces(t *testing.T) {
	named := everywhere(UDP, "0.0.0.0:0")
	named.Advertise = "sip.example.com"
	n, h := startTell(t, Options{Listeners: []ListenerConfig{
		everywhere(UDP, "0.0.0.0:0"), everywhere(UDP, "[::]:0"), everywhere(TCP, "0.0.0.0:0"), everywhere(TCP, "[::]:0"), named,
	}})
	all := n.Listeners()
	for _, tc := range []struct {
		name, addr, advertised string
		ln                     *Listener
	}{
		{"udp", "127.0.0.1", "", all[0]},
		{"udp at another address", "127.0.0.2", "", all[0]},
		{"udp over IPv6", "::1", "", all[1]},
		{"tcp", "127.0.0.1", "", all[2]},
		{"tcp at another address", "127.7.7.7", "", all[2]},
		{"tcp over IPv6", "::1", "", all[3]},
		{"advertised", "127.0.0.9", "sip.example.com", all[4]},
	} {
		t.Run(tc.name, func(t *testing.T) {
			at := netip.AddrPortFrom(netip.MustParseAddr(tc.addr), tc.ln.Addr.Port())
			network := tc.ln.Transport.String()
			c, err := net.Dial(network, at.String()) // connected: an answer from elsewhere would not get through
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(10 * time.Second))
			for range 3 { // the second datagram wakes the loop anew
				if _, err := c.Write([]byte("echo")); err != nil {
					t.Fatal(err)
				}
				b := make([]byte, 10)
				if n, err := c.Read(b); err != nil || string(b[:n]) != "echo" {
					t.Fatalf("got %q, %v", b[:n], err)
				}
			}
			ln := <-h.came
			sentBy := at.String()
			if tc.advertised != "" {
				sentBy = netip.AddrPortFrom(at.Addr(), at.Port()).String()
				sentBy = tc.advertised + sentBy[len(tc.addr):]
			}
			if ln.Addr != at || ln.SentBy != sentBy || ln.Index != tc.ln.Index || ln.base() != tc.ln {
				t.Errorf("came to %v, known as %s, want %v, %s", ln, ln.SentBy, at, sentBy)
			}
			for len(h.came) > 0 {
				if again := <-h.came; again != ln {
					t.Errorf("the same address has two faces: %p and %p", ln, again)
				}
			}
		})
	}
}

// TestFacing: a listener on every address shows a peer the address at which the kernel's route to it begins.
func TestFacing(t *testing.T) {
	named, exact := everywhere(UDP, "0.0.0.0:0"), everywhere(UDP, "127.0.0.1:0")
	named.Advertise = "sip.example.com"
	n, _ := startTell(t, Options{Listeners: []ListenerConfig{everywhere(UDP, "0.0.0.0:0"), everywhere(TCP, "[::]:0"), named, exact}})
	all, l := n.Listeners(), n.Loops()[0]
	faceAt := func(ln *Listener, addr string) string {
		return netip.AddrPortFrom(netip.MustParseAddr(addr), ln.Addr.Port()).String()
	}
	routed := func(network, peer string) string { // whatever this machine's routes are
		c, err := net.Dial(network, peer)
		if err != nil {
			return ""
		}
		defer c.Close()
		return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().String()
	}
	for _, tc := range []struct {
		name string
		ln   *Listener
		peer string
		want string // address
	}{
		{"loopback", all[0], "127.0.0.1", "127.0.0.1"},
		{"another address of loopback", all[0], "127.3.3.3", "127.0.0.1"},
		{"loopback IPv6", all[1], "::1", "::1"},
		{"mapped", all[0], "::ffff:127.0.0.1", "127.0.0.1"},
		{"far away", all[0], "198.51.100.7", routed("udp4", "198.51.100.7:9")},
		{"far away IPv6", all[1], "2001:db8::7", routed("udp6", "[2001:db8::7]:9")},
		{"no route", all[0], "255.255.255.255", ""},
		{"another family", all[0], "::1", ""},
		{"another family too", all[1], "127.0.0.1", ""},
		{"advertised", all[2], "127.0.0.1", ""},
		{"exact", all[3], "198.51.100.7", ""},
	} {
		want := tc.ln.Addr.String()
		if tc.want != "" {
			want = faceAt(tc.ln, tc.want)
		}
		for range 2 {
			var got, back *Listener
			l.call(func() {
				got = l.Facing(tc.ln, netip.MustParseAddr(tc.peer))
				back = l.Facing(got, netip.MustParseAddr(tc.peer))
			})
			if got.Addr.String() != want || got.base() != tc.ln || back != got {
				t.Errorf("%s: got %v, and of that %v, want %s", tc.name, got, back, want)
			}
		}
	}
	l.call(func() {
		if l.Facing(nil, netip.MustParseAddr("127.0.0.1")) != nil {
			t.Error("nobody has a face")
		}
	})
}

// TestRoutesAreAskedForSeldom: one system call for a peer, until the route is old.
func TestRoutesAreAskedForSeldom(t *testing.T) {
	peer, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	r := &router{Driver: nil, local: map[netip.Addr]netip.Addr{peer: netip.MustParseAddr("10.0.0.1")}}
	l, control := NewLoopForTest(0, Options{}, r)
	ln, err := NewListener(0, everywhere(UDP, "0.0.0.0:5060"), netip.MustParseAddrPort("0.0.0.0:5060"))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name  string
		now   time.Duration
		peer  netip.Addr
		want  string
		asked int
	}{
		{"first", 0, peer, "10.0.0.1:5060", 1},
		{"again", routeLife - 1, peer, "10.0.0.1:5060", 1},
		{"old", routeLife, peer, "10.0.0.1:5060", 2},
		{"no route", routeLife, other, "0.0.0.0:5060", 3},
		{"still none", routeLife + noRouteLife - 1, other, "0.0.0.0:5060", 3},
		{"perhaps now", routeLife + noRouteLife, other, "0.0.0.0:5060", 4},
	} {
		control.Advance(step.now)
		if got := l.Facing(ln, step.peer); got.SentBy != step.want || r.asked != step.asked {
			t.Errorf("%s: got %s after %d questions, want %s after %d", step.name, got.SentBy, r.asked, step.want, step.asked)
		}
	}
}

// router is a driver that knows routes and nothing else.
type router struct {
	Driver
	local map[netip.Addr]netip.Addr
	asked int
}

func (r *router) Wake() {}

func (r *router) LocalAddr(peer netip.Addr) netip.Addr {
	r.asked++
	return r.local[peer]
}

// TestFacesAreBounded: who can choose among many addresses of ours cannot fill the memory.
func TestFacesAreBounded(t *testing.T) {
	ln, err := NewListener(0, everywhere(UDP, "0.0.0.0:5060"), netip.MustParseAddrPort("0.0.0.0:5060"))
	if err != nil {
		t.Fatal(err)
	}
	var f faces
	for i := range 3 * maxFaces {
		addr := netip.AddrFrom4([4]byte{127, 1, byte(i >> 8), byte(i)})
		if face := f.at(ln, addr); face.Addr.Addr() != addr {
			t.Fatalf("got %v, want %v", face, addr)
		}
		if len(f) > maxFaces {
			t.Fatalf("%d faces", len(f))
		}
	}
	for _, addr := range []netip.Addr{{}, netip.IPv4Unspecified(), netip.MustParseAddr("224.0.0.1")} {
		if got := f.at(ln, addr); got != ln {
			t.Errorf("%v: got %v", addr, got)
		}
	}
}

// TestListenerOf: other loops know in whose name a connection is.
func TestListenerOf(t *testing.T) {
	l, control := NewLoopForTest(3, Options{}, &router{})
	ln, err := NewListener(0, everywhere(TCP, "192.0.2.1:5060"), netip.MustParseAddrPort("192.0.2.1:5060"))
	if err != nil {
		t.Fatal(err)
	}
	control.Start(&tell{came: make(chan *Listener, 1)})
	c := control.Accept(TCP, ln, ln.Addr, netip.MustParseAddrPort("192.0.2.9:40000"))
	if got := l.ListenerOf(c.ID()); got != ln {
		t.Errorf("got %v, want %v", got, ln)
	}
	for _, id := range []ConnID{0, c.ID() + 1<<32, 4<<56 | c.ID()} {
		if got := l.ListenerOf(id); got != nil {
			t.Errorf("%x: got %v", id, got)
		}
	}
	control.Lost(c, nil)
	if got := l.ListenerOf(c.ID()); got != nil {
		t.Errorf("closed: got %v", got)
	}
}

// TestBatchOnEveryAddress: bursts through a socket on every address, each answered from where it was sent to.
func TestBatchOnEveryAddress(t *testing.T) {
	a, b := newBench(t, false), newBenchOn(t, true, [4]byte{})
	for i, burst := range []int{1, 32, 33, 100} {
		at := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, byte(2 + i)}), b.ln.Addr.Port())
		if got := round(a, b, burst, at, make([]byte, 600)); got != burst || a.source != at {
			t.Errorf("burst of %d: %d answers from %v, want them from %v", burst, got, a.source, at)
		}
	}
	if a.loop.pool.out != 0 || b.loop.pool.out != 0 {
		t.Error("buffers were not released")
	}
	// One that was told its address does not pass it on to the next socket of its loop.
	b.e.batch.ask(false)
	if b.e.batch.rx[0].hdr.Control != nil || b.e.batch.rx[0].hdr.Controllen != 0 {
		t.Error("still asking")
	}
	b.e.batch.leaveFrom(0, netip.Addr{})
	if b.e.batch.tx[0].hdr.Control != nil || b.e.batch.tx[0].hdr.Controllen != 0 {
		t.Error("still leaving from somewhere")
	}
}
