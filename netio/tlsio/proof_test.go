package tlsio

import (
	"crypto/x509"
	"testing"
	"time"

	"sluice/netio/tlsio/tlstest"
)

// TestGoodFor: how long a peer counts as verified, after what has become of the rules meanwhile.
func TestGoodFor(t *testing.T) {
	ca, other := tlstest.NewCA(t, "Test CA"), tlstest.NewCA(t, "Other CA")
	const host = "peer.example.com"
	leaf := tlstest.Leaf{DNS: []string{host}}
	long := leaf
	long.Long = true
	certs := map[string]*tlstest.Cert{
		"hour": ca.Issue(t, leaf), "day": ca.Issue(t, long), "under hour": ca.Intermediate(t, "Below").Issue(t, long),
		"other": other.Issue(t, long), "another host": ca.Issue(t, tlstest.Leaf{DNS: []string{"b.example.com"}}),
	}
	pool := func(list ...*tlstest.CA) *x509.CertPool {
		p := x509.NewCertPool()
		for _, ca := range list {
			p.AddCert(ca.Cert.TLS.Leaf)
		}
		return p
	}
	const never, hour, day = 0, time.Hour, 24 * time.Hour
	roots := func(list ...*tlstest.CA) func(*Config) { return func(c *Config) { c.Roots = pool(list...) } }
	asking := func(a ClientAuth) func(*Config) { return func(c *Config) { c.ClientAuth = a } }
	trusting := func(c *Config) { c.TrustServers = true }
	for _, tc := range []struct {
		name, cert     string
		before, after  func(*Config)
		elapsed        time.Duration
		retired        bool
		client, server time.Duration
	}{
		{name: "a leaf of an hour", cert: "hour", client: hour, server: hour},
		{name: "a leaf of a day", cert: "day", client: day, server: day},
		{name: "an authority below of an hour", cert: "under hour", client: hour, server: hour},
		{name: "nobody's", cert: "other", client: never, server: never},
		{name: "another host's", cert: "another host", client: hour, server: never},
		{name: "an untrusted server that will do", cert: "other", before: trusting, client: never, server: forever},
		{name: "the same authority", cert: "day", after: roots(ca), client: day, server: day},
		{name: "one more authority", cert: "day", after: roots(ca, other), client: day, server: day},
		{name: "one more authority, late", cert: "hour", after: roots(ca, other), elapsed: 2 * hour, client: never, server: never},
		{name: "another authority", cert: "day", after: roots(other), client: never, server: never},
		{name: "the right authority at last", cert: "other", after: roots(other), client: day, server: day},
		{name: "clients are asked for no certificate", cert: "day", after: asking(ClientNone), client: never, server: day},
		{name: "clients must have one", cert: "day", after: asking(ClientVerify), client: day, server: day},
		{name: "servers need not be verified", cert: "other", after: trusting, client: never, server: forever},
		{name: "servers need to be verified", cert: "other", before: trusting, after: func(c *Config) { c.TrustServers = false }, client: never, server: never},
		{name: "not in use", cert: "day", retired: true, client: never, server: never},
		{name: "not in use, where anybody would do", cert: "other", before: trusting, retired: true, client: never, server: never},
	} {
		t.Run(tc.name, func(t *testing.T) {
			config := &Config{ClientAuth: ClientRequest, Roots: ca.Pool}
			if tc.before != nil {
				tc.before(config)
			}
			x := NewContext(config)
			chain := certs[tc.cert].Chain(t)
			client, server := x.JudgeClient(chain), x.JudgeServer(chain, host)
			if tc.after != nil {
				next := *config
				tc.after(&next)
				x.Update(&next)
			}
			if tc.retired {
				x.Retire()
			}
			for _, p := range []struct {
				who  string
				peer *PeerCert
				want time.Duration
			}{{"client", client, tc.client}, {"server", server, tc.server}} {
				for range 2 { // the second time it is known
					got := p.peer.GoodFor(tc.elapsed)
					if got.Round(time.Minute) != p.want.Round(time.Minute) {
						t.Errorf("%s: got %v, want %v", p.who, got, p.want)
					}
				}
			}
		})
	}
}

// TestGoodForWithoutHandshake: what is made up is what it says.
func TestGoodForWithoutHandshake(t *testing.T) {
	if got := (&PeerCert{}).GoodFor(time.Hour); got != forever {
		t.Errorf("good: got %v, want forever", got)
	}
	if got := (&PeerCert{Verified: ErrNoCertificate}).GoodFor(0); got != 0 {
		t.Errorf("bad: got %v, want 0", got)
	}
}

// TestGoodForAfterRetire: a handshake that ends when nobody goes by its Context any more proves nothing.
func TestGoodForAfterRetire(t *testing.T) {
	ca := tlstest.NewCA(t, "Test CA")
	x := NewContext(&Config{ClientAuth: ClientRequest, Roots: ca.Pool})
	x.Retire()
	pc := x.JudgeClient(ca.Issue(t, tlstest.Leaf{}).Chain(t))
	if got := pc.GoodFor(0); got != 0 || pc.Verified != nil {
		t.Errorf("got %v (%v), want 0 for who was verified", got, pc.Verified)
	}
}
