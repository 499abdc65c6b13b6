package netio_test

import (
	"crypto/tls"
	"net"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/stats"
	"sluice/netio/tlsio"
)

// stallFrom sends a ClientHello from an address, and nothing more once the server has answered.
func stallFrom(t *testing.T, from string, ln *netio.Listener) {
	t.Helper()
	c := dialFrom(t, from, ln)
	said := make(chan error, 1)
	go func() {
		// The first Read gives the server's answer away.
		said <- tls.Client(&answered{Conn: c}, &tls.Config{InsecureSkipVerify: true}).Handshake()
	}()
	if err := wait(t, said); err != errAnswered {
		t.Fatalf("got %v, want an answer", err)
	}
}

func dialFrom(t *testing.T, from string, ln *netio.Listener) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.Dial("tcp", ln.Addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	return c
}

// errAnswered ends the handshake of an answered connection.
var errAnswered = net.ErrClosed

// answered is a connection that ends when the peer says something.
type answered struct{ net.Conn }

func (a *answered) Read(b []byte) (int, error) {
	if _, err := a.Conn.Read(b); err != nil {
		return 0, err
	}
	return 0, errAnswered
}
func (a *answered) Close() error { return nil }

// TestOneSourceFillsTheHandshakes: when one source has taken all room for handshakes, another still gets in at once, and what we dial does.
func TestOneSourceFillsTheHandshakes(t *testing.T) {
	const room = 8
	a := newAuthority(t)
	o := listen(secure(netio.TLS, a.config()))
	o.MaxHandshakes, o.HandshakeTimeout = room, time.Hour
	n := open(t, o, node{})
	other := open(t, listen(secure(netio.TLS, a.config())), node{})
	ln := n.Listeners()[0]
	for range room {
		stallFrom(t, "127.0.0.1", ln)
	}
	opened := make(chan error, 4*room)
	on(t, n.Loops()[0], func(n *node) {
		n.open = func(*netio.Conn) { opened <- nil }
		n.closed = func(_ *netio.Conn, err error) { opened <- err }
		if _, err := n.loop.DialWith(netio.TLS, other.Listeners()[0].Addr, netio.DialOptions{ServerName: "sip.example.com"}); err != nil {
			t.Error(err)
		}
	})
	if err := wait(t, opened); err != nil {
		t.Errorf("dial: got %v", err)
	}
	for range 3 {
		c := tls.Client(dialFrom(t, "127.0.0.2", ln), &tls.Config{InsecureSkipVerify: true})
		echoes(t, c)
	}
}

// TestHandshakeFlood: who sends more than is kept for it during its handshake is cut off and counted.
func TestHandshakeFlood(t *testing.T) {
	o := netio.Options{MaxWriteQueue: 100_000, Stats: stats.New()}
	w := newWorld(t, newAuthority(t), o)
	hello := func() []byte {
		p := w.connect(0)
		for len(p.toSend) == 0 {
			p.wait()
			p.progress()
		}
		return p.toSend
	}()
	for _, tc := range []struct {
		size   int
		floods uint64
	}{{64<<10 + 100_000, 0}, {64<<10 + tlsio.SealedLen(100_000) + 1, 1}} {
		p := w.connect(0)
		w.h.Feed(p.c, append(hello[:len(hello):len(hello)], make([]byte, tc.size-len(hello))...))
		if got := value(t, o.Stats, "sluice_tls_handshake_floods_total"); got != tc.floods {
			t.Errorf("%d bytes: counted %d floods, want %d", tc.size, got, tc.floods)
		}
		p.c.Close(nil)
	}
}
