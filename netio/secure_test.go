package netio_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/tlsio"
)

var tlsVersions = []uint16{tls.VersionTLS12, tls.VersionTLS13}

func TestSecureOrderOfEvents(t *testing.T) {
	a := newAuthority(t)
	for _, v := range tlsVersions {
		w := newWorld(t, a, netio.Options{}, func(c *tlsio.Config) { c.ClientAuth = tlsio.ClientRequest })
		var ids []string
		w.judge = func(c *netio.Conn, pc *netio.PeerCert) bool {
			if c.State() != netio.StateOpening || pc.Dialled {
				t.Errorf("state %v, dialled %v", c.State(), pc.Dialled)
			}
			ids = pc.Identities
			c.Write([]byte("early "))
			return true
		}
		w.open = func(c *netio.Conn) { c.Write([]byte("hello")) }
		p := w.connect(0)
		if w.h.Loop().ConnTo(netio.TLS, p.c.Remote()) != nil {
			t.Error("a connection in its handshake is found by its peer's address")
		}
		p.handshake()
		if w.h.Loop().ConnTo(netio.TLS, p.c.Remote()) != p.c {
			t.Error("an open connection is not found by its peer's address")
		}
		w.h.Feed(p.c, p.seal("ping"))
		w.h.Feed(p.c, p.session.Close(nil))
		p.receive(w.h.Written(p.c))
		if got, want := w.take(), []string{"peer", "open", "data ping", "close EOF"}; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", tls.VersionName(v), got, want)
		}
		if !slices.Equal(ids, []string{"client.example.com"}) {
			t.Errorf("got identities %q", ids)
		}
		if string(p.got) != "early hello" || p.err != io.EOF {
			t.Errorf("client: got %q, %v, want all and io.EOF", p.got, p.err)
		}
	}
}

// TestRecordsSplitEverywhere: wherever the bytes of records are cut, the same comes out.
func TestRecordsSplitEverywhere(t *testing.T) {
	a := newAuthority(t)
	for _, v := range tlsVersions {
		w := newWorld(t, a, netio.Options{})
		p := w.established(v)
		for at, size := 0, 1; at <= size; at++ {
			b := append(p.seal("first"), p.seal("second")...)
			size = len(b)
			w.h.Feed(p.c, b[:at])
			w.h.Feed(p.c, b[at:])
			if got, want := w.take(), []string{"data first", "data second"}; !slices.Equal(got, want) {
				t.Fatalf("%s: cut at %d: got %q, want %q", tls.VersionName(v), at, got, want)
			}
		}
		b := append(p.seal("byte"), p.seal(strings.Repeat("x", 5000))...)
		for i := range b {
			w.h.Feed(p.c, b[i:i+1])
		}
		if got, want := w.take(), []string{"data byte", "data " + strings.Repeat("x", 5000)}; !slices.Equal(got, want) {
			t.Errorf("%s: byte by byte: got %.200q", tls.VersionName(v), got)
		}
		w.h.ClosePeer(p.c)
		if got := w.h.Outstanding(); got != 0 {
			t.Errorf("%s: %d buffers are not given back", tls.VersionName(v), got)
		}
	}
}

// TestPeerGoesInMidRecord: the half record is given back.
func TestPeerGoesInMidRecord(t *testing.T) {
	w := newWorld(t, newAuthority(t), netio.Options{})
	p := w.established(0)
	b := p.seal("never whole")
	w.h.Feed(p.c, b[:len(b)-1])
	w.h.ClosePeer(p.c)
	if got, want := w.take(), []string{"close EOF"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := w.h.Outstanding(); got != 0 {
		t.Errorf("%d buffers are not given back", got)
	}
}

// TestHandlerClosesBetweenRecords: what came along behind is not looked at, and the peer is told.
func TestHandlerClosesBetweenRecords(t *testing.T) {
	w := newWorld(t, newAuthority(t), netio.Options{})
	p := w.established(0)
	w.data = func(c *netio.Conn, b []byte) { c.Write([]byte("goodbye")); c.Close(nil) }
	b := append(p.seal("first"), p.seal("second")...)
	w.h.Feed(p.c, append(b, 1, 2))
	if got, want := w.take(), []string{"data first", "close"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	p.receive(w.h.Written(p.c))
	if string(p.got) != "goodbye" || p.err != io.EOF {
		t.Errorf("client: got %q, %v, want all and io.EOF", p.got, p.err)
	}
	if !w.h.Shut(p.c) || w.h.Outstanding() != 0 {
		t.Errorf("shut %v, %d buffers are not given back", w.h.Shut(p.c), w.h.Outstanding())
	}
}

// TestStalledHandshake: at every boundary of a record, and within records, a client that says no more is closed in time.
func TestStalledHandshake(t *testing.T) {
	a := newAuthority(t)
	for _, v := range tlsVersions {
		whole := newWorld(t, a, netio.Options{}).established(v).sent
		stops := []int{0, 1, 4, 5, 6}
		for _, at := range boundaries(whole) {
			stops = append(stops, at-1, at)
		}
		for _, stop := range stops {
			if stop >= len(whole) {
				continue
			}
			t.Run(fmt.Sprint(tls.VersionName(v), " ", stop), func(t *testing.T) {
				before := runtime.NumGoroutine()
				w := newWorld(t, a, netio.Options{})
				p := w.connect(v)
				p.budget = stop
				if p.handshake() {
					t.Fatalf("done with %d of %d bytes", stop, len(whole))
				}
				w.h.Advance(netio.DefaultHandshake - time.Millisecond)
				if got := w.take(); len(got) > 0 {
					t.Errorf("too early: %q", got)
				}
				w.h.Advance(2 * time.Second)
				if got, want := w.take(), []string{"close " + netio.ErrHandshakeTimeout.Error()}; !slices.Equal(got, want) {
					t.Errorf("got %q, want %q", got, want)
				}
				if !w.h.Shut(p.c) || w.h.Loop().NumConns() != 0 {
					t.Error("the connection is not closed")
				}
				if !p.done {
					p.session.Abort(io.EOF)
				}
				noMore(t, "goroutines", before, func(*testing.T) int { return runtime.NumGoroutine() })
			})
		}
	}
}

// TestSlowHandshake: a byte a second is too slow.
func TestSlowHandshake(t *testing.T) {
	w := newWorld(t, newAuthority(t), netio.Options{HandshakeTimeout: 4 * time.Second})
	p := w.connect(0)
	p.wait()
	p.progress()
	for i := range 5 {
		w.h.Feed(p.c, p.toSend[i:i+1])
		w.h.Advance(time.Second)
	}
	if got, want := w.take(), []string{"close " + netio.ErrHandshakeTimeout.Error()}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestHalfOpenHandshakes: 10,000 that have begun cost no goroutine, 300 that have said hello cost one each up to the limit, beyond which
// they are refused; and all of it comes back.
func TestHalfOpenHandshakes(t *testing.T) {
	o := listen()
	o.MaxHandshakes = 100
	w := newWorld(t, newAuthority(t), o)
	p := w.connect(0)
	p.wait()
	p.progress()
	before := runtime.NumGoroutine()
	for range 10_000 {
		peers++
		c := w.h.Open(netio.TLS, w.ln, p.c.Remote())
		w.h.Feed(c, p.toSend[:len(p.toSend)-1])
	}
	noMore(t, "goroutines without any for handshakes that have not begun", before, func(*testing.T) int { return runtime.NumGoroutine() })
	for range 300 {
		c := w.h.Open(netio.TLS, w.ln, p.c.Remote())
		w.h.Feed(c, p.toSend)
	}
	noMore(t, "goroutines and 100", before+100, func(*testing.T) int { return runtime.NumGoroutine() })
	w.h.Advance(netio.DefaultHandshake + time.Second)
	if got := w.h.Loop().NumConns(); got != 0 {
		t.Errorf("%d connections are left", got)
	}
	late, refused := value(t, o.Stats, "sluice_tls_handshake_timeouts_total"), value(t, o.Stats, "sluice_tls_handshakes_refused_total")
	if refused < 200 || late+refused != 10_301 {
		t.Errorf("counted %d timeouts and %d refused, want 10,301 in all and at least 200 refused", late, refused)
	}
	noMore(t, "goroutines", before, func(*testing.T) int { return runtime.NumGoroutine() })
	w.h.Stop()
	if got := w.h.Outstanding(); got != 0 {
		t.Errorf("%d buffers are not given back", got)
	}
}

// TestRefusedServerGetsNothing: what waits for a connection is for the server that it should have led to.
func TestRefusedServerGetsNothing(t *testing.T) {
	w := newWorld(t, newAuthority(t), netio.Options{})
	w.judge = func(*netio.Conn, *netio.PeerCert) bool { return false }
	c, err := w.h.Loop().DialWith(netio.TLS, peerAddr, netio.DialOptions{ServerName: "sip.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	c.Write([]byte("a secret"))
	if w.h.Dials()[0].SucceedPeer(&netio.PeerCert{Dialled: true}) {
		t.Error("opened")
	}
	if got := w.h.Written(c); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	if got, want := w.take(), []string{"peer", "close " + netio.ErrPeerCert.Error()}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := w.h.Outstanding(); got != 0 {
		t.Errorf("%d buffers are not given back", got)
	}
}

func TestConnToServer(t *testing.T) {
	w := newWorld(t, newAuthority(t), netio.Options{})
	l := w.h.Loop()
	var conns []*netio.Conn
	for _, name := range []string{"a.example.com", "b.example.com", "a.example.com"} {
		c, err := l.DialWith(netio.TLS, peerAddr, netio.DialOptions{ServerName: name})
		if err != nil {
			t.Fatal(err)
		}
		if c.ServerName() != name {
			t.Errorf("got %q, want %q", c.ServerName(), name)
		}
		conns = append(conns, c)
	}
	any := func(*netio.Conn) bool { return true }
	for name, want := range map[string]*netio.Conn{"a.example.com": conns[2], "b.example.com": conns[1], "c.example.com": nil, "": nil} {
		if got := l.ConnToServer(netio.TLS, peerAddr, name, any); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
	if got := l.ConnToServer(netio.TLS, peerAddr, "a.example.com", func(c *netio.Conn) bool { return c != conns[2] }); got != conns[0] {
		t.Errorf("one that is not good: got %v, want the older one", got)
	}
	conns[2].Close(nil)
	if got := l.ConnToServer(netio.TLS, peerAddr, "a.example.com", any); got != conns[0] {
		t.Error("an older connection is not found")
	}
}

func TestPeerRefused(t *testing.T) {
	a := newAuthority(t)
	for _, tc := range []struct {
		name  string
		judge func(c *netio.Conn, pc *netio.PeerCert) bool
		want  string
	}{
		{"by verdict", func(*netio.Conn, *netio.PeerCert) bool { return false }, "close " + netio.ErrPeerCert.Error()},
		{"by Close", func(c *netio.Conn, _ *netio.PeerCert) bool { c.Close(nil); return true }, "close"},
	} {
		w := newWorld(t, a, netio.Options{})
		w.judge = func(c *netio.Conn, pc *netio.PeerCert) bool {
			c.Write([]byte("for somebody else"))
			return tc.judge(c, pc)
		}
		p := w.connect(0)
		p.handshake()
		if got, want := w.take(), []string{"peer", tc.want}; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", tc.name, got, want)
		}
		if p.receive(w.h.Written(p.c)); p.err != io.EOF || len(p.got) > 0 {
			t.Errorf("%s: client: got %q, %v, want nothing and io.EOF", tc.name, p.got, p.err)
		}
	}
}

// TestBadRecordCloses: and the peer gets its alert.
func TestBadRecordCloses(t *testing.T) {
	w := newWorld(t, newAuthority(t), netio.Options{})
	p := w.established(0)
	b := p.seal("x")
	b[len(b)-1] ^= 1
	w.h.Feed(p.c, b)
	if got, want := w.take(), []string{"close local error: tls: bad record MAC"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if p.receive(w.h.Written(p.c)); p.err == nil || !strings.Contains(p.err.Error(), "bad record MAC") {
		t.Errorf("client: got %v", p.err)
	}
}

func TestNotTLSCloses(t *testing.T) {
	o := listen()
	w := newWorld(t, newAuthority(t), o)
	c := w.h.Open(netio.TLS, w.ln, peerAddr)
	w.h.Feed(c, []byte("OPTIONS sip:example.com SIP/2.0\r\n"))
	if got, want := w.take(), []string{"close " + tlsio.ErrNotTLS.Error()}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := value(t, o.Stats, "sluice_tls_handshake_errors_total"); got != 1 {
		t.Errorf("counted %d, want 1", got)
	}
}

// TestPreface: a line before the handshake tells the peer's address, wherever it is cut.
func TestPreface(t *testing.T) {
	a := newAuthority(t)
	line := "PROXY 198.51.100.7:4711\n"
	behind := netip.MustParseAddrPort("198.51.100.7:4711")
	for cut := range len(line) + 1 {
		w := newWorld(t, a, netio.Options{})
		calls := 0
		w.before = func(c *netio.Conn, b []byte) (int, bool) {
			calls++
			head, _, whole := strings.Cut(string(b), "\n")
			if !whole {
				return 0, true
			}
			c.SetRemote(netip.MustParseAddrPort(strings.TrimPrefix(head, "PROXY ")))
			return len(head) + 1, false
		}
		p := w.connect(0)
		w.h.Feed(p.c, []byte(line[:cut]))
		p.toSend = append([]byte(line[cut:]), p.toSend...)
		p.handshake()
		if p.err != nil || p.c.State() != netio.StateOpen || p.c.Remote() != behind {
			t.Fatalf("cut at %d: client: %v, connection %v from %v", cut, p.err, p.c.State(), p.c.Remote())
		}
		if calls > 2 {
			t.Errorf("cut at %d: asked %d times", cut, calls)
		}
		if w.h.Loop().ConnTo(netio.TLS, behind) != p.c || w.h.Loop().ConnTo(netio.TLS, peerAddr) != nil {
			t.Errorf("cut at %d: it is not found by its address", cut)
		}
		w.h.ClosePeer(p.c)
		if got := w.h.Outstanding(); got != 0 {
			t.Errorf("cut at %d: %d buffers are not given back", cut, got)
		}
	}
}

// TestPrefaceRefused: by the handler, and by us when it does not end.
func TestPrefaceRefused(t *testing.T) {
	a := newAuthority(t)
	for _, tc := range []struct {
		name   string
		before func(c *netio.Conn, b []byte) (int, bool)
		want   string
	}{
		{"by the handler", func(c *netio.Conn, b []byte) (int, bool) { c.Close(io.ErrUnexpectedEOF); return 0, false }, "close unexpected EOF"},
		{"without an end", func(c *netio.Conn, b []byte) (int, bool) { return 0, true }, "close " + tlsio.ErrNotTLS.Error()},
	} {
		w := newWorld(t, a, netio.Options{})
		w.before = tc.before
		c := w.h.Open(netio.TLS, w.ln, peerAddr)
		for range 10 {
			w.h.Feed(c, make([]byte, 1000))
		}
		if got, want := w.take(), []string{tc.want}; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", tc.name, got, want)
		}
		if got := w.h.Outstanding(); got != 0 {
			t.Errorf("%s: %d buffers are not given back", tc.name, got)
		}
	}
}

// TestSecureSlowReader: ciphertext that is not read counts like plaintext.
func TestSecureSlowReader(t *testing.T) {
	w := newWorld(t, newAuthority(t), netio.Options{MaxWriteQueue: 100_000})
	p := w.established(0)
	w.h.Block(p.c, true)
	chunk := make([]byte, 10_000)
	taken := 0
	for p.c.Write(chunk) {
		taken++
	}
	if taken != 9 {
		t.Errorf("took %d chunks, want 9", taken)
	}
	if got, want := w.take(), []string{"close " + netio.ErrSlowReader.Error()}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSecureWritesTogether: what one callback writes goes out in as few records as it fits in.
func TestSecureWritesTogether(t *testing.T) {
	w := newWorld(t, newAuthority(t), netio.Options{})
	p := w.established(0)
	w.data = func(c *netio.Conn, b []byte) {
		for range 20 {
			c.Write(make([]byte, 1000))
		}
	}
	w.h.Feed(p.c, p.seal("go"))
	b := w.h.Written(p.c)
	if got := len(boundaries(b)); got != 2 {
		t.Errorf("got %d records for 20,000 bytes, want 2", got)
	}
	if p.receive(b); len(p.got) != 20_000 {
		t.Errorf("got %d bytes, want 20,000", len(p.got))
	}
}
