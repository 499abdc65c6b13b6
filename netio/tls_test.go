package netio_test

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/tlsio"
	"sluice/netio/tlsio/tlstest"
)

// judging is a node that is told of peers' certificates.
type judging struct {
	node
	judge func(c *netio.Conn, pc *netio.PeerCert) bool
}

func (j *judging) OnPeerCert(c *netio.Conn, pc *netio.PeerCert) bool {
	return j.judge == nil || j.judge(c, pc)
}

func openJudging(t testing.TB, o netio.Options, proto judging) *netio.Net {
	t.Helper()
	n, err := netio.Open(o, func(*netio.Loop) netio.Handler { j := proto; return &j })
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

// secure is a listener with TLS.
func secure(transport netio.Transport, c *tlsio.Config) netio.ListenerConfig {
	l := local(transport)
	l.TLS = c
	return l
}

// dialTLS connects a client of the standard library, which shares no code with netio but crypto/tls.
func dialTLS(t testing.TB, to netip.AddrPort, c *tls.Config) *tls.Conn {
	t.Helper()
	conn := tls.Client(dialTCP(t, to), c)
	if err := conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestSecureListeners(t *testing.T) {
	a := newAuthority(t)
	n := open(t, listen(secure(netio.TLS, a.config()), secure(netio.WSS, a.config())), node{})
	for _, ln := range n.Listeners() {
		for _, v := range tlsVersions {
			c := dialTLS(t, ln.Addr, &tls.Config{ServerName: "sip.example.com", RootCAs: a.ca.Pool, MinVersion: v, MaxVersion: v})
			for range 3 {
				echoes(t, c)
			}
			if err := c.CloseWrite(); err != nil {
				t.Error(err)
			}
			if _, err := c.Read(make([]byte, 1)); err != io.EOF {
				t.Errorf("%v: got %v, want io.EOF by the peer's close_notify", ln, err)
			}
		}
	}
}

func TestSecureListenerNeedsTLS(t *testing.T) {
	_, err := netio.Open(netio.Options{Loops: 1, Listeners: []netio.ListenerConfig{local(netio.WSS)}}, func(*netio.Loop) netio.Handler { return &node{} })
	if !errors.Is(err, netio.ErrNoTLS) {
		t.Errorf("got %v, want ErrNoTLS", err)
	}
}

// TestSecurePartialWrites writes more than the kernel takes at once to a peer that reads.
func TestSecurePartialWrites(t *testing.T) {
	const size, chunk = 4 << 20, 100_000
	all := make([]byte, size)
	_, _ = rand.Read(all)
	a := newAuthority(t)
	o := listen(secure(netio.TLS, a.config()))
	o.MaxWriteQueue = 2 * size
	n := open(t, o, node{data: func(c *netio.Conn, b []byte) {
		for rest := all; len(rest) > 0; {
			k := min(chunk, len(rest))
			if !c.Write(rest[:k]) {
				t.Error("refused below the limit")
				return
			}
			rest = rest[k:]
		}
	}})
	c := dialTLS(t, n.Listeners()[0].Addr, &tls.Config{InsecureSkipVerify: true})
	if _, err := c.Write([]byte("go")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, size)
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, all) {
		t.Errorf("got something else, %v", err)
	}
}

// TestSecureDial: both ends are ours.
func TestSecureDial(t *testing.T) {
	a := newAuthority(t)
	peers := make(chan *netio.PeerCert, 2)
	tell := func(_ *netio.Conn, pc *netio.PeerCert) bool { peers <- pc; return true }
	server := openJudging(t, listen(secure(netio.TLS, a.config(func(c *tlsio.Config) { c.ClientAuth = tlsio.ClientVerify }))), judging{judge: tell})
	got := make(chan string, 10)
	closed := make(chan error, 1)
	own := a.config(func(c *tlsio.Config) { c.Certificates = []tls.Certificate{a.client.TLS} })
	client := openJudging(t, listen(secure(netio.TLS, own)), judging{
		judge: tell,
		node: node{
			open:   func(c *netio.Conn) { got <- "open " + c.State().String() },
			data:   func(c *netio.Conn, b []byte) { got <- string(b) },
			closed: func(c *netio.Conn, err error) { closed <- err },
		},
	})
	var conn *netio.Conn
	dial := func(o netio.DialOptions) {
		t.Helper()
		on(t, client.Loops()[0], func(n *node) {
			var err error
			if conn, err = n.loop.DialWith(netio.TLS, server.Listeners()[0].Addr, o); err != nil {
				t.Fatal(err)
			}
			conn.Write([]byte("early"))
		})
	}
	for i := range 2 {
		dial(netio.DialOptions{ServerName: "SIP.example.com"})
		one, other := wait(t, peers), wait(t, peers)
		if one.Dialled == other.Dialled || one.Verified != nil || other.Verified != nil {
			t.Errorf("got %+v, %+v", one, other)
		}
		if want := i > 0; one.Resumed != want || other.Resumed != want {
			t.Errorf("connection %d: resumed %v, %v, want %v", i, one.Resumed, other.Resumed, want)
		}
		for _, want := range []string{"open open", "early"} {
			if s := wait(t, got); s != want {
				t.Errorf("got %q, want %q", s, want)
			}
		}
		on(t, client.Loops()[0], func(*node) { conn.Close(nil) })
		if err := wait(t, closed); err != nil {
			t.Errorf("got %v", err)
		}
	}
	for _, o := range []netio.DialOptions{{ServerName: "other.example.com"}, {}} { // without a name it is the address
		dial(o)
		if err := wait(t, closed); !errors.Is(err, netio.ErrPeerCert) || !errors.Is(err, tlsio.ErrIdentity) {
			t.Errorf("%+v: got %v, want ErrPeerCert", o, err)
		}
	}
	on(t, client.Loops()[0], func(n *node) {
		if _, err := n.loop.DialWith(netio.TLS, server.Listeners()[0].Addr, netio.DialOptions{TLS: "nobody's"}); err != netio.ErrNoTLS {
			t.Errorf("got %v, want ErrNoTLS", err)
		}
	})
}

// TestSecureDialStalls: a server that does not answer, and one that does not speak TLS.
func TestSecureDialStalls(t *testing.T) {
	a := newAuthority(t)
	for _, tc := range []struct {
		name   string
		answer string
		want   error
	}{
		{"silent", "", netio.ErrHandshakeTimeout},
		{"not TLS", "SIP/2.0 400 Bad Request\r\n\r\n", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				if c, err := l.Accept(); err == nil {
					_, _ = c.Write([]byte(tc.answer))
					_, _ = io.Copy(io.Discard, c)
					c.Close()
				}
			}()
			closed := make(chan error, 1)
			o := listen(secure(netio.TLS, a.config()))
			o.HandshakeTimeout = 200 * time.Millisecond
			n := open(t, o, node{
				open:   func(*netio.Conn) { t.Error("opened") },
				closed: func(_ *netio.Conn, err error) { closed <- err },
			})
			on(t, n.Loops()[0], func(n *node) {
				if _, err := n.loop.Dial(netio.TLS, netip.Addr{}, l.Addr().(*net.TCPAddr).AddrPort()); err != nil {
					t.Error(err)
				}
			})
			err = wait(t, closed)
			if err == nil || tc.want != nil && err != tc.want {
				t.Errorf("got %v, want %v", err, tc.want)
			}
			if got := value(t, o.Stats, "sluice_dial_errors_total"); got != 1 {
				t.Errorf("counted %d dial errors, want 1", got)
			}
		})
	}
}

// TestReloadedCertificates: connections live on, new ones get the new certificate, and sessions are still resumed.
func TestReloadedCertificates(t *testing.T) {
	a, b := newAuthority(t), newAuthority(t)
	n := open(t, listen(secure(netio.TLS, a.config())), node{})
	ln := n.Listeners()[0]
	client := &tls.Config{InsecureSkipVerify: true, ClientSessionCache: tls.NewLRUClientSessionCache(4), ServerName: "sip.example.com"}
	serial := func(c *tls.Conn) string { return c.ConnectionState().PeerCertificates[0].SerialNumber.String() }
	old := dialTLS(t, ln.Addr, client)
	echoes(t, old)
	if err := n.SetListeners([]netio.ListenerConfig{secure(netio.TLS, b.config())}, nil); err != nil {
		t.Fatal(err)
	}
	if n.Listeners()[0] != ln {
		t.Error("the listener was replaced")
	}
	echoes(t, old)
	resumed := dialTLS(t, ln.Addr, client)
	echoes(t, resumed)
	if !resumed.ConnectionState().DidResume {
		t.Error("the session is forgotten")
	}
	fresh := dialTLS(t, ln.Addr, &tls.Config{InsecureSkipVerify: true})
	echoes(t, fresh)
	if got, want := serial(fresh), b.server.TLS.Leaf.SerialNumber.String(); got != want {
		t.Errorf("got certificate %s, want %s", got, want)
	}
	if err := n.SetListeners([]netio.ListenerConfig{secure(netio.TLS, a.config(func(c *tlsio.Config) { c.Name = "other" }))}, nil); err != nil {
		t.Fatal(err)
	}
	if n.Listeners()[0] == ln {
		t.Error("a listener with another TLS is the same")
	}
	if got, want := serial(dialTLS(t, ln.Addr, client)), a.server.TLS.Leaf.SerialNumber.String(); got != want {
		t.Errorf("another name: got certificate %s, want %s", got, want)
	}
	echoes(t, old)
	if err := n.SetListeners([]netio.ListenerConfig{{Transport: netio.TLS, Addr: ln.Addr}}, nil); !errors.Is(err, netio.ErrNoTLS) {
		t.Errorf("without certificates: got %v, want ErrNoTLS", err)
	}
}

// TestNoGoroutinePerConnection: there are as many with 1,000 idle connections as with 10.
func TestNoGoroutinePerConnection(t *testing.T) {
	a := newAuthority(t)
	n := open(t, listen(secure(netio.TLS, a.config())), node{})
	client := &tls.Config{InsecureSkipVerify: true}
	dial := func(count int) {
		for range count {
			echoes(t, dialTLS(t, n.Listeners()[0].Addr, client))
		}
	}
	dial(10)
	before := goroutines(t)
	dial(990)
	noMore(t, "goroutines", before, goroutines)
}

// TestCloseWithHandshakes: nothing is left when a Net closes amid them.
func TestCloseWithHandshakes(t *testing.T) {
	a := newAuthority(t)
	before := goroutines(t)
	n, err := netio.Open(listen(secure(netio.TLS, a.config())), func(*netio.Loop) netio.Handler { return &node{} })
	if err != nil {
		t.Fatal(err)
	}
	c := tls.Client(&deaf{dialTCP(t, n.Listeners()[0].Addr), make(chan struct{})}, &tls.Config{InsecureSkipVerify: true})
	done := make(chan error, 1)
	go func() { done <- c.Handshake() }()
	<-c.NetConn().(*deaf).said
	if err := n.Close(); err != nil {
		t.Error(err)
	}
	if err := wait(t, done); err == nil {
		t.Error("the handshake went well")
	}
	noMore(t, "goroutines", before, goroutines)
}

// deaf is a connection whose reader gets nothing before the peer closes.
type deaf struct {
	net.Conn
	said chan struct{}
}

func (d *deaf) Write(b []byte) (int, error) {
	n, err := d.Conn.Write(b)
	select {
	case <-d.said:
	default:
		close(d.said)
	}
	return n, err
}

func (d *deaf) Read([]byte) (int, error) {
	_, _ = io.Copy(io.Discard, d.Conn)
	return 0, io.EOF
}

// TestServerNameChoosesCertificate: over a real connection, by the name that the client asks for.
func TestServerNameChoosesCertificate(t *testing.T) {
	a := newAuthority(t)
	second := a.ca.Issue(t, tlstest.Leaf{DNS: []string{"second.example.com"}, RSA: true})
	n := open(t, listen(secure(netio.TLS, a.config(func(c *tlsio.Config) { c.Certificates = append(c.Certificates, second.TLS) }))), node{})
	for name, want := range map[string][]string{"sip.example.com": {"sip.example.com"}, "second.example.com": {"second.example.com"}, "nobody.example.com": {"sip.example.com"}, "": {"sip.example.com"}} {
		c := dialTLS(t, n.Listeners()[0].Addr, &tls.Config{InsecureSkipVerify: true, ServerName: name})
		if got := c.ConnectionState().PeerCertificates[0].DNSNames; !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// TestDataBehindTheHandshake: a client sends all that it may have queued right behind its handshake, of the standard library and of our own
// kind, with a session or without.
func TestDataBehindTheHandshake(t *testing.T) {
	data := make([]byte, netio.DefaultMaxWriteQueue)
	_, _ = rand.Read(data)
	a := newAuthority(t)
	for _, v := range tlsVersions {
		t.Run(tls.VersionName(v), func(t *testing.T) {
			all := make(chan []byte, 3)
			received := make(map[*netio.Conn][]byte)
			o := listen(secure(netio.TLS, a.config(func(c *tlsio.Config) { c.MaxVersion = v })))
			o.Loops = 1
			server := open(t, o, node{
				data: func(c *netio.Conn, b []byte) {
					received[c] = append(received[c], b...)
					if n := len(received[c]); n == 1 {
						c.Write(b) // brings the ticket along
					} else if n >= len(data) {
						all <- received[c]
					}
				},
				closed: func(c *netio.Conn, err error) {
					if n := len(received[c]); n > 1 && n < len(data) {
						t.Errorf("got %d bytes, then %v", n, err)
					}
				},
			})
			to := server.Listeners()[0].Addr
			check := func(who string) {
				t.Helper()
				if got := wait(t, all); !bytes.Equal(got, data) {
					t.Errorf("%s: got %d bytes, or others, want %d", who, len(got), len(data))
				}
			}
			config := &tls.Config{InsecureSkipVerify: true, ServerName: "sip.example.com", ClientSessionCache: tls.NewLRUClientSessionCache(4)}
			first := dialTLS(t, to, config)
			if _, err := first.Write([]byte("1")); err != nil {
				t.Fatal(err)
			}
			if _, err := first.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			for _, resumed := range []bool{true, false} {
				if !resumed {
					config.ClientSessionCache = nil
				}
				wire := &corked{Conn: dialTCP(t, to)}
				c := tls.Client(wire, config)
				if _, err := c.Write(data); err != nil {
					t.Error(err)
				}
				if got := c.ConnectionState().DidResume; got != resumed {
					t.Errorf("got resumed %v, want %v", got, resumed)
				}
				if err := wire.flush(); err != nil {
					t.Error(err)
				}
				check(fmt.Sprint("resumed ", resumed))
			}
			client := open(t, listen(secure(netio.TLS, a.config())), node{data: func(*netio.Conn, []byte) {}})
			on(t, client.Loops()[0], func(n *node) {
				c, err := n.loop.DialWith(netio.TLS, to, netio.DialOptions{ServerName: "sip.example.com"})
				if err != nil || !c.Write(data) {
					t.Errorf("dial: %v", err)
				}
			})
			check("of our own kind")
			if got := value(t, o.Stats, "sluice_tls_handshake_floods_total"); got != 0 {
				t.Errorf("counted %d floods", got)
			}
		})
	}
}

// corked is a connection that writes at once what was written since it was read.
type corked struct {
	net.Conn
	kept []byte
}

func (c *corked) Write(b []byte) (int, error) {
	c.kept = append(c.kept, b...)
	return len(b), nil
}

func (c *corked) Read(b []byte) (int, error) {
	if err := c.flush(); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

func (c *corked) flush() error {
	_, err := c.Conn.Write(c.kept)
	c.kept = nil
	return err
}
