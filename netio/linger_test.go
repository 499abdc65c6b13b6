package netio_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"testing"

	"sluice/netio"
)

const welcome = "welcome"

// goodbye is a handler that closes whoever says anything, and tells him last.
func goodbye(last []byte) node {
	return node{
		open: func(c *netio.Conn) { c.Write([]byte(welcome)) },
		data: func(c *netio.Conn, _ []byte) { c.Write(last); c.Close(nil) },
	}
}

// sends writes n bytes to whom it was welcomed by, as somebody who does not listen meanwhile.
func sends(t testing.TB, c net.Conn, n int) {
	t.Helper()
	if _, err := io.ReadFull(c, make([]byte, len(welcome))); err != nil {
		t.Errorf("welcome: %v", err)
	}
	if _, err := c.Write(make([]byte, n)); err != nil {
		t.Errorf("sending: %v", err)
	}
}

// hears checks that the last that comes is want.
func hears(t testing.TB, c net.Conn, want []byte) {
	t.Helper()
	if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes, %v, want %d and io.EOF", len(got), err, len(want))
	}
}

// TestLastWord: a client that sends much and reads afterwards gets the last word, of TLS with its close_notify.
func TestLastWord(t *testing.T) {
	a := newAuthority(t)
	dials := map[netio.Transport]func(t *testing.T, ln *netio.Listener) net.Conn{
		netio.TCP: func(t *testing.T, ln *netio.Listener) net.Conn { return dialTCP(t, ln.Addr) },
		netio.TLS: func(t *testing.T, ln *netio.Listener) net.Conn {
			return dialTLS(t, ln.Addr, &tls.Config{ServerName: "sip.example.com", RootCAs: a.ca.Pool})
		},
	}
	last := []byte("goodbye")
	o := listen(local(netio.TCP), secure(netio.TLS, a.config()))
	n := open(t, o, goodbye(last))
	const rounds = 20
	before := descriptors(t)
	for _, ln := range n.Listeners() {
		t.Run(ln.Transport.String(), func(t *testing.T) {
			for range rounds {
				c := dials[ln.Transport](t, ln)
				sends(t, c, 5<<20)
				hears(t, c, last)
				c.Close()
			}
		})
	}
	noMore(t, "lingering connections", 0, func(t *testing.T) int { return int(value(t, o.Stats, "sluice_connections_lingering")) })
	noMore(t, "descriptors", before, descriptors)
	for name, want := range map[string]uint64{"sluice_connections_lingered_total": 2 * rounds, "sluice_connections_linger_cut_total": 0} {
		if got := value(t, o.Stats, name); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
}

// TestLongLastWord: our sending ends behind what gnet had queued.
func TestLongLastWord(t *testing.T) {
	const size = 12 << 20
	last := bytes.Repeat([]byte("goodbye."), size/8)
	o := listen(local(netio.TCP))
	o.MaxWriteQueue = size
	n := open(t, o, goodbye(last))
	c := dialTCP(t, n.Listeners()[0].Addr)
	sends(t, c, 1<<20)
	hears(t, c, last)
}

// TestLingeringIsBounded: who goes on sending is closed.
func TestLingeringIsBounded(t *testing.T) {
	o := listen(local(netio.TCP))
	n := open(t, o, goodbye([]byte("goodbye")))
	c := dialTCP(t, n.Listeners()[0].Addr)
	sent := 0
	for b := make([]byte, 1<<20); sent < 64<<20; sent += len(b) {
		if _, err := c.Write(b); err != nil {
			break
		}
	}
	if sent < 16<<20 || sent == 64<<20 {
		t.Errorf("closed after %d bytes", sent)
	}
	if got := value(t, o.Stats, "sluice_connections_linger_cut_total"); got != 1 {
		t.Errorf("cut %d, want 1", got)
	}
}

// TestLingeringCountsForMaxConns: a descriptor is a descriptor.
func TestLingeringCountsForMaxConns(t *testing.T) {
	o := listen(local(netio.TCP))
	o.MaxConns = 1
	n := open(t, o, goodbye([]byte("goodbye")))
	lingering := func(t *testing.T) int { return int(value(t, o.Stats, "sluice_connections_lingering")) }
	before := descriptors(t)
	for range 3 {
		c := dialTCP(t, n.Listeners()[0].Addr)
		sends(t, c, 1)
		hears(t, c, []byte("goodbye"))
		other := dialTCP(t, n.Listeners()[0].Addr)
		if _, err := other.Read(make([]byte, 1)); err == nil {
			t.Error("a connection more than there may be is served: a lingering one does not count")
		}
		other.Close()
		c.Close()
		noMore(t, "lingering connections", 0, lingering)
	}
	noMore(t, "descriptors", before, descriptors)
}

// TestCloseWithLingering: Net.Close does not wait for them.
func TestCloseWithLingering(t *testing.T) {
	openPoller(t)
	before := descriptors(t)
	n := open(t, listen(local(netio.TCP)), goodbye([]byte("goodbye")))
	var peers []net.Conn
	for range 20 {
		c := dialTCP(t, n.Listeners()[0].Addr)
		sends(t, c, 1)
		hears(t, c, []byte("goodbye"))
		peers = append(peers, c)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range peers {
		c.Close()
	}
	noMore(t, "descriptors", before, descriptors)
}
