package tlsio

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"math"
	"testing"
	"time"

	"sluice/netio/tlsio/tlstest"
)

// TestTickets: after what has become of the server's rules and the client's certificate meanwhile, a client that has a ticket of before and a
// good certificate gets its connection, by the ticket or by a full handshake, and the next one by a new ticket.
func TestTickets(t *testing.T) {
	f, g := newFixture(t), newFixture(t)
	both := x509.NewCertPool()
	both.AddCert(f.ca.Cert.TLS.Leaf)
	both.AddCert(g.ca.Cert.TLS.Leaf)
	again := x509.NewCertPool()
	again.AddCert(f.ca.Cert.TLS.Leaf)
	issue := func(ca *tlstest.CA, long bool) *tls.Certificate {
		return &ca.Issue(t, tlstest.Leaf{DNS: []string{"client.example.com"}, Long: long}).TLS
	}
	ofF, ofG, long, none := issue(f.ca, false), issue(g.ca, false), issue(f.ca, true), &tls.Certificate{}
	below := issue(f.ca.Intermediate(t, "Test intermediate"), true)
	for _, tc := range []struct {
		name          string
		auth          ClientAuth // before, and after unless that says otherwise
		before, after *tls.Certificate
		change        func(c *Config)
		later         time.Duration
		resumed       bool
	}{
		{"nothing", ClientVerify, ofF, ofF, nil, 0, true},
		{"the same authority read again", ClientVerify, ofF, ofF, func(c *Config) { c.Roots = again }, 0, true},
		{"another authority", ClientVerify, ofF, ofG, func(c *Config) { c.Roots = g.ca.Pool }, 0, false},
		{"one more authority", ClientVerify, ofF, ofF, func(c *Config) { c.Roots = both }, 0, false},
		{"another authority where the certificate is asked for", ClientRequest, ofF, ofG, func(c *Config) { c.Roots = g.ca.Pool }, 0, false},
		{"another authority where none is asked for", ClientNone, none, none, func(c *Config) { c.Roots = g.ca.Pool }, 0, true},
		{"certificates are asked for", ClientNone, ofF, ofF, func(c *Config) { c.ClientAuth = ClientRequest }, 0, false},
		{"certificates are verified", ClientRequire, ofF, ofF, func(c *Config) { c.ClientAuth = ClientVerify }, 0, false},
		{"certificates are not asked for", ClientVerify, ofF, ofF, func(c *Config) { c.ClientAuth = ClientNone }, 0, false},
		{"90 minutes", ClientVerify, long, long, nil, 90 * time.Minute, true},
		{"the certificate has expired", ClientVerify, ofF, long, nil, 90 * time.Minute, false},
		{"the certificate has expired, and is not verified", ClientRequest, ofF, long, nil, 90 * time.Minute, false},
		{"the authority below has expired", ClientVerify, below, long, nil, 90 * time.Minute, false},
	} {
		for _, v := range versions {
			t.Run(tls.VersionName(v)+" "+tc.name, func(t *testing.T) {
				now := time.Now()
				config := Config{Certificates: []tls.Certificate{f.ec.TLS}, Roots: f.ca.Pool, ClientAuth: tc.auth, MinVersion: v, MaxVersion: v, Time: func() time.Time { return now }}
				server, client := NewContext(&config), f.client()
				has := tc.before
				client.current.Load().client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return has, nil }
				resumable(t, server, client)
				next := config
				if tc.change != nil {
					tc.change(&next)
				}
				server.Update(&next)
				now, has = now.Add(tc.later), tc.after
				for i, want := range []bool{tc.resumed, true} {
					s, c := pair(t, server, client, "ec.example.com")
					if s.peer.Resumed != want {
						t.Errorf("connection %d: got resumed %v, want %v", i+1, s.peer.Resumed, want)
					}
					if wanted := next.ClientAuth != ClientNone && tc.after != none; wanted != (s.peer.Verified == nil) {
						t.Errorf("connection %d: got %v, want a verified client %v", i+1, s.peer.Verified, wanted)
					}
					s.send([]byte("brings the ticket along"))
					flow(s, c)
				}
			})
		}
	}
}

// TestForeignTicket: one without the marks of ours is none.
func TestForeignTicket(t *testing.T) {
	f := newFixture(t)
	endlessly := binary.BigEndian.AppendUint64(make([]byte, 8), math.MaxInt64)
	for _, extra := range [][][]byte{nil, {nil}, {endlessly[:ticketLen-1]}, {endlessly, nil}} {
		server, client := f.server(), f.client()
		n := server.current.Load()
		ours := n.server.WrapSession
		n.server.WrapSession = func(cs tls.ConnectionState, s *tls.SessionState) ([]byte, error) {
			s.Extra = extra
			return server.server.EncryptTicket(cs, s)
		}
		resumable(t, server, client)
		n.server.WrapSession = ours
		if s, _ := pair(t, server, client, "ec.example.com"); s.peer.Resumed {
			t.Errorf("%v: resumed", extra)
		}
	}
}
