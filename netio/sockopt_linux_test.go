package netio

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// options are what getsockopt shows of a socket.
type options struct {
	receive, send, dscp               int
	alive, idle, interval, count, nag int
	userTimeout                       int
}

func optionsOf(t *testing.T, fd int, tr Transport, inet6 bool) (o options) {
	t.Helper()
	get := func(level, option int) int {
		v, err := unix.GetsockoptInt(fd, level, option)
		if err != nil {
			t.Errorf("option %d/%d: %v", level, option, err)
		}
		return v
	}
	o.receive, o.send = get(unix.SOL_SOCKET, unix.SO_RCVBUF)/2, get(unix.SOL_SOCKET, unix.SO_SNDBUF)/2
	if inet6 {
		o.dscp = get(unix.IPPROTO_IPV6, unix.IPV6_TCLASS) >> 2
	} else {
		o.dscp = get(unix.IPPROTO_IP, unix.IP_TOS) >> 2
	}
	if tr == UDP {
		return o
	}
	o.alive, o.nag = get(unix.SOL_SOCKET, unix.SO_KEEPALIVE), get(unix.IPPROTO_TCP, unix.TCP_NODELAY)
	o.idle, o.interval = get(unix.IPPROTO_TCP, unix.TCP_KEEPIDLE), get(unix.IPPROTO_TCP, unix.TCP_KEEPINTVL)
	o.count, o.userTimeout = get(unix.IPPROTO_TCP, unix.TCP_KEEPCNT), get(unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT)
	return o
}

// meet is a handler that shows the connections that it gets.
type meet struct {
	tell
	conns chan *Conn
}

func (h *meet) OnOpen(c *Conn) { h.conns <- c }

func startMeet(t *testing.T, o Options) (*Net, *meet) {
	t.Helper()
	h := &meet{tell{came: make(chan *Listener, 10)}, make(chan *Conn, 10)}
	o.Loops = 1
	n, err := Open(o, func(*Loop) Handler { return h })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n, h
}

// sockets are the options of all that a listener has: its UDP sockets, or a connection that was accepted and one that was dialled.
func sockets(t *testing.T, n *Net, h *meet, ln *Listener) map[string]options {
	t.Helper()
	all := make(map[string]options)
	inet6, l := ln.Addr.Addr().Is6(), n.loops[0]
	if ln.Transport == UDP {
		l.call(func() { all["udp"] = optionsOf(t, n.engines[0].socketOf(ln).fd, UDP, inet6) })
		return all
	}
	l.call(func() {
		if _, err := l.DialWith(ln.Transport, ln.Addr, DialOptions{From: ln}); err != nil {
			t.Error(err)
		}
	})
	for range 2 {
		c := <-h.conns
		l.call(func() {
			name := "accepted"
			if c.Dialled() {
				name = "dialled"
				if c.Listener() != nil || l.ListenerOf(c.ID()) != ln || c.Local().Addr() != ln.Addr.Addr() {
					t.Errorf("dialled from %v in the name of %v", c.Local(), l.ListenerOf(c.ID()))
				}
			}
			all[name] = optionsOf(t, c.sock.Fd(), TCP, inet6)
		})
	}
	return all
}

// TestSocketSettings: what a listener's configuration says is what its sockets have, also when a reload says otherwise.
func TestSocketSettings(t *testing.T) {
	usual := options{alive: 1, nag: 1, idle: 60, interval: 15, count: 4, userTimeout: 120_000}
	for _, tc := range []struct {
		name string
		cfg  ListenerConfig
		late bool // listened on while the loops run
	}{
		{"udp", everywhere(UDP, "127.0.0.1:0"), false},
		{"udp later", everywhere(UDP, "127.0.0.1:0"), true},
		{"udp over IPv6", everywhere(UDP, "[::1]:0"), false},
		{"udp on every address", everywhere(UDP, "0.0.0.0:0"), false},
		{"tcp", everywhere(TCP, "127.0.0.1:0"), false},
		{"tcp over IPv6", everywhere(TCP, "[::1]:0"), false},
		{"ws", everywhere(WS, "127.0.0.1:0"), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.cfg.ReceiveBuffer, tc.cfg.SendBuffer, tc.cfg.DSCP = 100_000, 200_000, 24
			o := Options{Listeners: []ListenerConfig{tc.cfg}}
			if tc.late {
				o.Listeners = nil
			}
			n, h := startMeet(t, o)
			if tc.late {
				if err := n.SetListeners([]ListenerConfig{tc.cfg}, nil); err != nil {
					t.Fatal(err)
				}
			}
			check := func(what string, receive, send, dscp int) {
				ln := n.Listeners()[0]
				for name, got := range sockets(t, n, h, ln) {
					want := usual
					if name == "udp" {
						want = options{}
					}
					want.receive, want.send, want.dscp = receive, send, dscp
					if got != want {
						t.Errorf("%s, %s: got %+v, want %+v", what, name, got, want)
					}
				}
			}
			check("at first", 100_000, 200_000, 24)
			before := n.Listeners()[0]
			tc.cfg.ReceiveBuffer, tc.cfg.SendBuffer, tc.cfg.DSCP = 150_000, 250_000, 46
			if err := n.SetListeners([]ListenerConfig{tc.cfg}, nil); err != nil {
				t.Fatal(err)
			}
			if now := n.Listeners()[0]; now == before || now.Addr != before.Addr {
				t.Errorf("got %v, want a new listener at %v", now, before)
			}
			check("after a change", 150_000, 250_000, 46)
		})
	}
}

// TestKeepAliveSettings: TCP's own keep-alives can be set, and left out.
func TestKeepAliveSettings(t *testing.T) {
	for _, tc := range []struct {
		name  string
		after time.Duration
		want  options
	}{
		{"often", 10 * time.Second, options{alive: 1, nag: 1, idle: 10, interval: 3, count: 4, userTimeout: 22_000}},
		{"as often as can be", time.Second / 2, options{alive: 1, nag: 1, idle: 1, interval: 1, count: 4, userTimeout: 5_000}},
		{"never", -1, options{nag: 1}},
	} {
		n, h := startMeet(t, Options{KeepAlive: tc.after, Listeners: []ListenerConfig{everywhere(TCP, "127.0.0.1:0")}})
		for name, got := range sockets(t, n, h, n.Listeners()[0]) {
			got.receive, got.send = 0, 0
			if got.alive == 0 {
				got.idle, got.interval, got.count = 0, 0, 0 // the kernel's defaults, which are not used
			}
			if got != tc.want {
				t.Errorf("%s, %s: got %+v, want %+v", tc.name, name, got, tc.want)
			}
		}
	}
}

// TestBuffersThatAreCut: the administrator is told, with both figures.
func TestBuffersThatAreCut(t *testing.T) {
	var text lockedBuffer
	ln, err := NewListener(0, ListenerConfig{Transport: TCP, ReceiveBuffer: 10_000_000, SendBuffer: 500_000}, netip.MustParseAddrPort("192.0.2.1:5060"))
	if err != nil {
		t.Fatal(err)
	}
	n := &Net{opt: Options{Logger: slog.New(slog.NewTextHandler(&text, nil))}}
	n.warnOfBuffers(ln, 4_194_304, 500_000)
	n.warnOfBuffers(ln, 10_000_000, 500_000)
	got := text.String()
	if strings.Count(got, "\n") != 1 || !strings.Contains(got, "level=WARN") || !strings.Contains(got, "receive_buffer: see net.core.rmem_max") ||
		!strings.Contains(got, "listener=tcp://192.0.2.1:5060 wanted=10000000 got=4194304") {
		t.Errorf("got\n%s", got)
	}
}

// TestBuffersOfTheKernel: nobody is warned of what the kernel grants, and what it cuts is seen. No kernel grants the largest.
func TestBuffersOfTheKernel(t *testing.T) {
	var text lockedBuffer
	cfg := everywhere(UDP, "127.0.0.1:0")
	cfg.ReceiveBuffer, cfg.SendBuffer = 1<<31-1, 65536
	n, _ := startMeet(t, Options{Listeners: []ListenerConfig{cfg}, Logger: slog.New(slog.NewTextHandler(&text, nil))})
	if got := text.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "receive_buffer") || !strings.Contains(got, "wanted=2147483647") {
		t.Errorf("got\n%s", got)
	}
	cfg.Addr, cfg.SendBuffer = n.Listeners()[0].Addr, 1<<31-1
	if err := n.SetListeners([]ListenerConfig{cfg}, nil); err != nil {
		t.Fatal(err)
	}
	if got := text.String(); strings.Count(got, "\n") != 3 || !strings.Contains(got, "send_buffer") {
		t.Errorf("after a change: got\n%s", got)
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// TestBindError: the kernel's "permission denied" alone does not say what is missing.
func TestBindError(t *testing.T) {
	denied := &net.OpError{Op: "listen", Err: syscall.EACCES}
	for _, tc := range []struct {
		err  error
		port uint16
		want string
	}{
		{denied, 80, "permission denied: a port below 1024 needs root or CAP_NET_BIND_SERVICE"},
		{denied, 5060, "permission denied"},
		{&net.OpError{Op: "listen", Err: syscall.EADDRINUSE}, 80, "address already in use"},
	} {
		err := bindError(tc.err, tc.port)
		if err.Error() != tc.want || !errors.Is(err, errors.Unwrap(tc.err)) {
			t.Errorf("got %v, want %s", err, tc.want)
		}
	}
}
