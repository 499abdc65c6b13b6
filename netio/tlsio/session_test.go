package tlsio

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
)

var versions = []uint16{tls.VersionTLS12, tls.VersionTLS13}

func TestRecordLen(t *testing.T) {
	for _, tc := range []struct {
		name string
		b    []byte
		want int
	}{
		{"nothing", nil, 0},
		{"half a header", []byte{23, 3, 3, 0}, 0},
		{"empty", []byte{23, 3, 3, 0, 0}, 5},
		{"small", []byte{23, 3, 3, 1, 2, 9, 9}, 263},
		{"largest", []byte{23, 3, 3, 0x48, 0}, 5 + 18432},
		{"too large", []byte{23, 3, 3, 0x48, 1}, 5},
	} {
		if got := RecordLen(tc.b); got != tc.want {
			t.Errorf("%s: got %d, want %d", tc.name, got, tc.want)
		}
	}
}

func TestEcho(t *testing.T) {
	f := newFixture(t)
	for _, v := range versions {
		for _, name := range []string{"ec.example.com", "rsa.example.com"} {
			t.Run(tls.VersionName(v)+" "+name, func(t *testing.T) {
				s, c := pair(t, versioned(f.server(), v), f.client(), name)
				if got := c.peer.Chain[0].DNSNames[0]; got != name || c.peer.Verified != nil || !c.peer.Dialled {
					t.Errorf("client: got %s, %v, %v", got, c.peer.Verified, c.peer.Dialled)
				}
				if len(s.peer.Chain) != 0 || s.peer.Verified != ErrNoCertificate || s.peer.Dialled {
					t.Errorf("server: got %+v", s.peer)
				}
				for _, size := range []int{1, 600, MaxPlaintext, 5*MaxPlaintext + 7} {
					b := bytes.Repeat([]byte("x"), size)
					c.send(b)
					flow(s, c)
					s.send(s.got)
					flow(s, c)
					if !bytes.Equal(s.got, b) || !bytes.Equal(c.got, b) {
						t.Errorf("%d bytes: server got %d, client %d", size, len(s.got), len(c.got))
					}
					s.got, c.got = nil, nil
				}
				c.toSend = c.session.Close(nil)
				flow(s, c)
				if s.err != io.EOF {
					t.Errorf("close: got %v, want io.EOF", s.err)
				}
			})
		}
	}
}

// TestSealedLen: what Seal makes fits into the room that it asks for, with every suite.
func TestSealedLen(t *testing.T) {
	f := newFixture(t)
	for _, id := range []uint16{0, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256} {
		server := f.server()
		if id != 0 {
			versioned(server, tls.VersionTLS12).current.Load().server.CipherSuites = []uint16{id}
		}
		s, _ := pair(t, server, f.client(), "ec.example.com")
		for _, n := range []int{0, 1, 15, 16, MaxPlaintext - 1, MaxPlaintext, MaxPlaintext + 1, 10 * MaxPlaintext} {
			s.toSend = nil
			s.send(make([]byte, n))
			if len(s.toSend) > SealedLen(n) {
				t.Errorf("%s: %d bytes become %d, want at most %d", tls.CipherSuiteName(id), n, len(s.toSend), SealedLen(n))
			}
		}
	}
}

// TestHandshakeByteByByte: nothing depends on how bytes arrive.
func TestHandshakeByteByByte(t *testing.T) {
	f := newFixture(t)
	for _, v := range versions {
		p := NewPool(Limits{Workers: 1})
		s, c := accept(t, versioned(f.server(), v), p), dial(t, f.client(), p, "ec.example.com")
		for !s.done || !c.done {
			for _, way := range [][2]*side{{c, s}, {s, c}} {
				b := way[0].toSend
				way[0].toSend = nil
				for i := range b {
					way[1].receive(b[i : i+1])
				}
			}
			switch {
			case len(s.toSend)+len(c.toSend) > 0:
			case !c.done && c.waits():
				c.await()
			case !s.done && s.waits():
				s.await()
			default:
				runtime.Gosched()
			}
		}
		if s.err != nil || c.err != nil {
			t.Fatalf("%s: server: %v, client: %v", tls.VersionName(v), s.err, c.err)
		}
		c.send([]byte("hello"))
		flow(s, c)
		if string(s.got) != "hello" {
			t.Errorf("got %q", s.got)
		}
	}
}

// TestTemporary is a tripwire for new releases of Go: a Read that fails with a Temporary error leaves the connection as it was, wherever in a
// record it happens. Open depends on it where a record carries no data.
func TestTemporary(t *testing.T) {
	f := newFixture(t)
	for _, v := range versions {
		s, c := pair(t, versioned(f.server(), v), f.client(), "ec.example.com")
		b := make([]byte, 100)
		for at := range len("0123456789") + 22 {
			c.send([]byte("0123456789"))
			record := c.toSend
			c.toSend = nil
			s.session.in = record[:at]
			if n, err := s.session.conn.Read(b); n != 0 || err != errDry {
				t.Fatalf("%s: %d bytes of a record: got %d, %v, want a temporary error", tls.VersionName(v), at, n, err)
			}
			if n, err := s.session.conn.Read(b); n != 0 || err != errDry {
				t.Fatalf("%s: again: got %d, %v, want a temporary error", tls.VersionName(v), n, err)
			}
			s.session.in = record[at:]
			if n, err := s.session.conn.Read(b); err != nil || string(b[:n]) != "0123456789" {
				t.Fatalf("%s: the rest behind %d bytes: got %q, %v", tls.VersionName(v), at, b[:n], err)
			}
		}
	}
	if e, ok := errDry.(net.Error); !ok || !e.Temporary() || e.Timeout() {
		t.Error("errDry is no temporary error")
	}
}

// TestTicketCarriesNoData: the record with a session ticket comes behind the handshake of TLS 1.3.
func TestTicketCarriesNoData(t *testing.T) {
	f := newFixture(t)
	p := NewPool(Limits{})
	// A server that asks for no certificate sends its tickets along with its handshake.
	s, c := accept(t, f.server(func(c *Config) { c.ClientAuth = ClientRequest }), p), dial(t, f.client(), p, "ec.example.com")
	c.await()
	pass(c, s)
	s.await()
	pass(s, c)
	c.await()
	pass(c, s)
	s.await()
	if !c.done || !s.done || len(s.toSend) == 0 {
		t.Fatalf("client done %v, server done %v, %d bytes of tickets", c.done, s.done, len(s.toSend))
	}
	dst := make([]byte, MaxPlaintext)
	n, err := c.session.Open(dst, s.toSend[:RecordLen(s.toSend)])
	if n != 0 || err != nil {
		t.Errorf("got %d, %v, want nothing", n, err)
	}
}

// TestBadRecords: each ends the session with an error and tells the peer.
func TestBadRecords(t *testing.T) {
	f := newFixture(t)
	for _, v := range versions {
		for _, tc := range []struct {
			name string
			harm func(record []byte) []byte
		}{
			{"type", func(b []byte) []byte { b[0] = 99; return b }},
			{"version", func(b []byte) []byte { b[1] = 4; return b }},
			{"one bit", func(b []byte) []byte { b[len(b)-1] ^= 1; return b }},
			{"too long", func(b []byte) []byte { b[3], b[4] = 0xff, 0xff; return b }},
			{"empty", func(b []byte) []byte { b[3], b[4] = 0, 0; return b[:5] }},
			{"handshake in clear", func([]byte) []byte { return []byte{22, 3, 3, 0, 4, 1, 0, 0, 0} }},
		} {
			t.Run(tls.VersionName(v)+" "+tc.name, func(t *testing.T) {
				s, c := pair(t, versioned(f.server(), v), f.client(), "ec.example.com")
				c.send([]byte("hello"))
				c.toSend = tc.harm(c.toSend)
				pass(c, s)
				if s.err == nil || isEOF(s.err) || len(s.got) > 0 {
					t.Errorf("got %q, %v, want an error", s.got, s.err)
				}
				if len(s.toSend) == 0 {
					t.Error("the peer is not told")
				}
				if b := s.session.Close(nil); len(b) > 0 {
					t.Error("a broken session says good-bye")
				}
			})
		}
	}
}

// TestNotTLS: who does not speak TLS is found out without a goroutine.
func TestNotTLS(t *testing.T) {
	f := newFixture(t)
	for _, b := range []string{"GET / HTTP/1.1\r\n\r\n", "OPTIONS sip:a SIP/2.0\r\n", "\r\n", "\x16\x02\x00", "\x15\x03\x01\x00\x02\x01\x00", "\x80\x2e\x01\x00\x02"} {
		p := NewPool(Limits{})
		s := accept(t, f.server(), p)
		for i := range b {
			if s.receive([]byte{b[i]}); s.done {
				break
			}
		}
		if !errors.Is(s.err, ErrNotTLS) || p.Active() != 0 {
			t.Errorf("%q: got %v, %d goroutines", b, s.err, p.Active())
		}
	}
}

// TestGarbageInAHello: what looks like TLS from outside is refused by crypto/tls, with an alert.
func TestGarbageInAHello(t *testing.T) {
	f := newFixture(t)
	for _, b := range []string{
		"\x16\x03\x01\x00\x00",
		"\x16\x03\x01\x00\x04\x01\x00\x00\x00",
		"\x16\x03\x01\x00\x04\x02\x00\x00\x00",
		"\x16\x03\x01\xff\xff",
		"\x16\x03\x01\x00\x10" + strings.Repeat("\xff", 16),
		"\x16\x03\x01\x00\x04\x01\xff\xff\xff",
	} {
		s := accept(t, f.server(), NewPool(Limits{}))
		s.receive([]byte(b))
		s.await()
		if !s.done || s.err == nil || len(s.toSend) == 0 {
			t.Errorf("%q: got %v, %v, %d bytes for the peer", b, s.done, s.err, len(s.toSend))
		}
	}
}

// hello is a ClientHello.
func hello(t *testing.T, f *fixture) []byte {
	t.Helper()
	c := dial(t, f.client(), NewPool(Limits{}), "ec.example.com")
	c.await()
	c.session.Abort(io.EOF)
	return c.toSend
}

func TestServerNames(t *testing.T) {
	f := newFixture(t)
	any := f.client(func(c *Config) { c.TrustServers = true })
	for _, tc := range []struct{ name, want string }{
		{"ec.example.com", "ec.example.com"},
		{"RSA.Example.Com.", "rsa.example.com"},
		{"nobody.example.com", "ec.example.com"},
		{"192.0.2.1", "ec.example.com"},
	} {
		_, c := pair(t, f.server(), any, tc.name)
		if got := c.peer.Chain[0].DNSNames[0]; got != tc.want {
			t.Errorf("%s: got the certificate of %s, want %s", tc.name, got, tc.want)
		}
		if verified := c.peer.Verified == nil; verified != (strings.EqualFold(strings.TrimSuffix(tc.name, "."), tc.want)) {
			t.Errorf("%s: got %v", tc.name, c.peer.Verified)
		}
	}
}

// TestVersions: nobody speaks less than TLS 1.2, and a server that wants 1.3 gets it or nothing.
func TestVersions(t *testing.T) {
	f := newFixture(t)
	for _, tc := range []struct {
		server, client uint16
		want           bool
	}{
		{tls.VersionTLS12, tls.VersionTLS12, true}, {tls.VersionTLS12, tls.VersionTLS13, true}, {0, tls.VersionTLS12, true},
		{tls.VersionTLS13, tls.VersionTLS12, false}, {tls.VersionTLS13, tls.VersionTLS13, true},
		{tls.VersionTLS10, tls.VersionTLS11, false}, {0, tls.VersionTLS10, false},
	} {
		p := NewPool(Limits{})
		s := accept(t, f.server(func(c *Config) { c.MinVersion = tc.server }), p)
		c := dial(t, versioned(f.client(), tc.client), p, "ec.example.com")
		flow(s, c)
		if got := s.err == nil && c.err == nil; got != tc.want {
			t.Errorf("server at least %s, client %s: got %v, %v, want ok %v", tls.VersionName(tc.server), tls.VersionName(tc.client), s.err, c.err, tc.want)
		}
	}
}

func TestResumption(t *testing.T) {
	f := newFixture(t)
	g := newFixture(t)
	mine := func(c *Config) { c.Certificates = []tls.Certificate{f.ec.TLS} }
	for _, v := range versions {
		for _, tc := range []struct {
			name   string
			before func(c *Config)
			after  func(c *Config)
			want   bool
		}{
			{"same", func(*Config) {}, nil, true},
			{"new certificates", func(*Config) {}, func(c *Config) { c.Certificates = []tls.Certificate{f.rs.TLS, f.ec.TLS} }, true},
			{"client verified", func(c *Config) { c.ClientAuth = ClientVerify }, nil, true},
			{"now a certificate is wanted", func(*Config) {}, func(c *Config) { c.ClientAuth = ClientVerify }, false},
		} {
			t.Run(fmt.Sprint(tls.VersionName(v), " ", tc.name), func(t *testing.T) {
				server, client := versioned(f.server(tc.before), v), f.client(mine)
				s, c := pair(t, server, client, "ec.example.com")
				s.send([]byte("brings the ticket along"))
				flow(s, c)
				if s.peer.Resumed || c.peer.Resumed {
					t.Error("resumed at first")
				}
				if tc.after != nil {
					next := &Config{Certificates: []tls.Certificate{f.ec.TLS, f.rs.TLS}, Roots: f.ca.Pool}
					tc.after(next)
					server.Update(next)
					versioned(server, v)
				}
				s, c = pair(t, server, client, "ec.example.com")
				if s.peer.Resumed != tc.want || c.peer.Resumed != tc.want {
					t.Errorf("got %v, %v, want %v", s.peer.Resumed, c.peer.Resumed, tc.want)
				}
				if len(c.peer.Chain) == 0 || c.peer.Verified != nil {
					t.Errorf("client: got %d certificates, %v", len(c.peer.Chain), c.peer.Verified)
				}
			})
		}
		t.Run(tls.VersionName(v)+" another authority", func(t *testing.T) {
			server, client := versioned(f.server(func(c *Config) { c.ClientAuth = ClientVerify }), v), f.client(mine)
			s, c := pair(t, server, client, "ec.example.com")
			s.send([]byte("brings the ticket along"))
			flow(s, c)
			server.Update(&Config{Certificates: []tls.Certificate{f.ec.TLS}, Roots: g.ca.Pool, ClientAuth: ClientVerify})
			versioned(server, v)
			p := NewPool(Limits{})
			s, c = accept(t, server, p), dial(t, client, p, "ec.example.com")
			flow(s, c)
			if !errors.Is(s.err, ErrNotVerified) {
				t.Errorf("got %v, want ErrNotVerified", s.err)
			}
		})
	}
}
