package tlsio

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"testing"

	"sluice/netio/tlsio/tlstest"
)

func TestIdentities(t *testing.T) {
	ca := tlstest.NewCA(t, "Test CA")
	for _, tc := range []struct {
		name string
		leaf tlstest.Leaf
		want []string
	}{
		{"none", tlstest.Leaf{}, nil},
		{"sip URI", tlstest.Leaf{URIs: []string{"sip:Example.COM"}}, []string{"example.com"}},
		{"scheme in upper case", tlstest.Leaf{URIs: []string{"SIP:example.com"}}, []string{"example.com"}},
		{"port and parameters", tlstest.Leaf{URIs: []string{"sip:example.com:5061;transport=tls", "sip:b.example.com;lr", "sip:c.example.com?x=y"}}, []string{"example.com", "b.example.com", "c.example.com"}},
		{"addresses", tlstest.Leaf{URIs: []string{"sip:192.0.2.1", "sip:[2001:DB8:0::1]:5061"}}, []string{"192.0.2.1", "2001:db8::1"}},
		{"sip URI before DNS", tlstest.Leaf{URIs: []string{"sip:example.com"}, DNS: []string{"other.example.com"}}, []string{"example.com"}},
		{"user", tlstest.Leaf{URIs: []string{"sip:alice@example.com"}}, nil},
		{"user, then DNS", tlstest.Leaf{URIs: []string{"sip:alice@example.com"}, DNS: []string{"example.com"}}, []string{"example.com"}},
		{"other schemes", tlstest.Leaf{URIs: []string{"sips:example.com", "https://example.com/"}, DNS: []string{"a.example.com"}}, []string{"a.example.com"}},
		{"several DNS names", tlstest.Leaf{DNS: []string{"A.example.com", "*.example.com"}}, []string{"a.example.com", "*.example.com"}},
		{"DNS before common name", tlstest.Leaf{CommonName: "cn.example.com", DNS: []string{"a.example.com"}}, []string{"a.example.com"}},
		{"common name", tlstest.Leaf{CommonName: "CN.example.com"}, []string{"cn.example.com"}},
		{"common name beside an address", tlstest.Leaf{CommonName: "cn.example.com", IPs: []string{"192.0.2.1"}}, nil},
		{"common name of a person", tlstest.Leaf{CommonName: "Alice Example"}, nil},
		{"common name without a dot", tlstest.Leaf{CommonName: "alice"}, nil},
	} {
		if got := Identities(ca.Issue(t, tc.leaf).TLS.Leaf); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

// TestIsFor: what a peer counts as, whichever side it is on (RFC 5922 §7.2).
func TestIsFor(t *testing.T) {
	ca := tlstest.NewCA(t, "Test CA")
	for _, tc := range []struct {
		name string
		leaf tlstest.Leaf
		yes  []string
		no   []string
	}{
		{"DNS", tlstest.Leaf{DNS: []string{"a.example.com", "b.example.com"}},
			[]string{"a.example.com", "b.example.com", "A.Example.COM", "b.example.com."}, []string{"", "example.com", "c.example.com", "a.example.com.b", "1.2.3.4"}},
		{"DNS that looks like an address", tlstest.Leaf{DNS: []string{"sbc.1st", "sbc1"}}, []string{"sbc.1st", "SBC.1ST", "sbc1"}, []string{"1st", "sbc"}},
		{"wildcard", tlstest.Leaf{DNS: []string{"*.example.com"}}, nil, []string{"a.example.com", "example.com"}},
		{"URI", tlstest.Leaf{URIs: []string{"sip:example.com", "sip:[2001:db8::1]:5061", "sip:192.0.2.9"}},
			[]string{"example.com", "[2001:DB8::0:1]", "2001:db8::1", "192.0.2.9"}, []string{"192.0.2.8", "2001:db8::2"}},
		{"address", tlstest.Leaf{DNS: []string{"example.com"}, IPs: []string{"192.0.2.1", "2001:db8::1"}},
			[]string{"192.0.2.1", "[2001:db8::1]", "::ffff:192.0.2.1", "example.com"}, []string{"192.0.2.2", "192.0.2.01"}},
		{"nothing", tlstest.Leaf{}, nil, []string{"", "example.com", "192.0.2.1"}},
	} {
		cert := ca.Issue(t, tc.leaf).TLS.Leaf
		pc := &PeerCert{Chain: []*x509.Certificate{cert}, Identities: Identities(cert)}
		for want, hosts := range map[bool][]string{true: tc.yes, false: tc.no} {
			for _, host := range hosts {
				if got := pc.IsFor(host); got != want {
					t.Errorf("%s: %q: got %v, want %v", tc.name, host, got, want)
				}
			}
		}
	}
	if (&PeerCert{}).IsFor("192.0.2.1") {
		t.Error("no certificate is for an address")
	}
}

// TestServerIdentity: what a client makes of servers (RFC 5922 §7.2 and §7.3).
func TestServerIdentity(t *testing.T) {
	ca, other := tlstest.NewCA(t, "Test CA"), tlstest.NewCA(t, "Other CA")
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	sipDomain := []asn1.ObjectIdentifier{oidSIPDomain}
	for _, tc := range []struct {
		name   string
		by     *tlstest.CA
		leaf   tlstest.Leaf
		dialed string
		want   error // nil: good; of these types otherwise
	}{
		{"DNS", ca, tlstest.Leaf{DNS: []string{"example.com"}}, "example.com", nil},
		{"case and a last dot", ca, tlstest.Leaf{DNS: []string{"example.com"}}, "EXAMPLE.com.", nil},
		{"sip URI", ca, tlstest.Leaf{URIs: []string{"sip:example.com"}}, "example.com", nil},
		{"common name", ca, tlstest.Leaf{CommonName: "example.com"}, "example.com", nil},
		{"through an intermediate", ca.Intermediate(t, "Under"), tlstest.Leaf{DNS: []string{"example.com"}}, "example.com", nil},
		{"DNS beside a sip URI", ca, tlstest.Leaf{URIs: []string{"sip:other.example"}, DNS: []string{"example.com"}}, "example.com", ErrIdentity},
		{"wildcard", ca, tlstest.Leaf{DNS: []string{"*.example.com"}}, "sip.example.com", ErrIdentity},
		{"the wildcard itself", ca, tlstest.Leaf{DNS: []string{"*.example.com"}}, "*.example.com", nil},
		{"suffix", ca, tlstest.Leaf{DNS: []string{"example.com"}}, "sip.example.com", ErrIdentity},
		{"no name", ca, tlstest.Leaf{}, "example.com", ErrIdentity},
		{"address", ca, tlstest.Leaf{IPs: []string{"192.0.2.1"}}, "192.0.2.1", nil},
		{"IPv6 address", ca, tlstest.Leaf{IPs: []string{"2001:db8::1"}}, "[2001:DB8::0:1]", nil},
		{"another address", ca, tlstest.Leaf{IPs: []string{"192.0.2.1"}}, "192.0.2.2", ErrIdentity},
		{"another authority", other, tlstest.Leaf{DNS: []string{"example.com"}}, "example.com", authority},
		{"self-signed", ca, tlstest.Leaf{DNS: []string{"example.com"}, SelfSigned: true}, "example.com", authority},
		{"expired", ca, tlstest.Leaf{DNS: []string{"example.com"}, Expired: true}, "example.com", invalid},
		{"not yet valid", ca, tlstest.Leaf{DNS: []string{"example.com"}, Early: true}, "example.com", invalid},
		{"for servers", ca, tlstest.Leaf{DNS: []string{"example.com"}, Usages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, "example.com", nil},
		{"for clients", ca, tlstest.Leaf{DNS: []string{"example.com"}, Usages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, "example.com", nil},
		{"for SIP", ca, tlstest.Leaf{DNS: []string{"example.com"}, OIDs: sipDomain}, "example.com", nil},
		{"for mail", ca, tlstest.Leaf{DNS: []string{"example.com"}, Usages: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}}, "example.com", invalid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cert := tc.by.Issue(t, tc.leaf)
			server := NewContext(&Config{Certificates: []tls.Certificate{cert.TLS}})
			for _, trust := range []bool{false, true} {
				client := NewContext(&Config{Roots: ca.Pool, TrustServers: trust})
				p := NewPool(Limits{})
				s, c := accept(t, server, p), dial(t, client, p, tc.dialed)
				flow(s, c)
				err := c.err
				if trust {
					if c.err != nil {
						t.Fatalf("trusting: got %v", c.err)
					}
					err = c.peer.Verified
				} else if tc.want != nil && !errors.Is(err, ErrNotVerified) {
					t.Errorf("got %v, want ErrNotVerified", err)
				}
				if !is(err, tc.want) {
					t.Errorf("trusting %v: got %v, want %T", trust, err, tc.want)
				}
			}
		})
	}
}

// is tells whether err is want, or of its type if that is one of crypto/x509.
func is(err, want error) bool {
	switch want.(type) {
	case nil:
		return err == nil
	case x509.UnknownAuthorityError:
		_, ok := errors.AsType[x509.UnknownAuthorityError](err)
		return ok
	case x509.CertificateInvalidError:
		_, ok := errors.AsType[x509.CertificateInvalidError](err)
		return ok
	}
	return errors.Is(err, want)
}

// TestClientCertificates: every mode with every sort of client.
func TestClientCertificates(t *testing.T) {
	f := newFixture(t)
	other := tlstest.NewCA(t, "Other CA")
	leaf := tlstest.Leaf{URIs: []string{"sip:client.example.com"}}
	with := func(change func(*tlstest.Leaf)) tlstest.Leaf {
		l := leaf
		change(&l)
		return l
	}
	good := f.ca.Issue(t, leaf)
	clients := []struct {
		name string
		cert *tlstest.Cert
		bad  error // what Verified says
	}{
		{"no certificate", nil, ErrNoCertificate},
		{"good", good, nil},
		{"good RSA", f.ca.Issue(t, with(func(l *tlstest.Leaf) { l.RSA = true })), nil},
		{"for servers only", f.ca.Issue(t, with(func(l *tlstest.Leaf) { l.Usages = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })), nil},
		{"self-signed", f.ca.Issue(t, with(func(l *tlstest.Leaf) { l.SelfSigned = true })), x509.UnknownAuthorityError{}},
		{"another authority", other.Issue(t, leaf), x509.UnknownAuthorityError{}},
		{"expired", f.ca.Issue(t, with(func(l *tlstest.Leaf) { l.Expired = true })), x509.CertificateInvalidError{}},
	}
	modes := []struct {
		name string
		mode ClientAuth
		ok   func(cert *tlstest.Cert, bad error) bool
	}{
		{"none", ClientNone, func(*tlstest.Cert, error) bool { return true }},
		{"request", ClientRequest, func(*tlstest.Cert, error) bool { return true }},
		{"require", ClientRequire, func(cert *tlstest.Cert, _ error) bool { return cert != nil }},
		{"verify", ClientVerify, func(cert *tlstest.Cert, bad error) bool { return cert != nil && bad == nil }},
	}
	for _, v := range versions {
		for _, m := range modes {
			for _, cl := range clients {
				t.Run(tls.VersionName(v)+" "+m.name+" "+cl.name, func(t *testing.T) {
					server := versioned(f.server(func(c *Config) { c.ClientAuth = m.mode }), v)
					client := f.client()
					if cl.cert != nil { // also where the server's list of authorities has none of ours
						client.current.Load().client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &cl.cert.TLS, nil }
					}
					p := NewPool(Limits{})
					s, c := accept(t, server, p), dial(t, client, p, "ec.example.com")
					flow(s, c)
					if got, want := s.err == nil, m.ok(cl.cert, cl.bad); got != want {
						t.Fatalf("got %v, want ok %v", s.err, want)
					}
					if s.err != nil {
						if len(c.toSend)+len(s.toSend) > 0 {
							flow(s, c)
						}
						return
					}
					want, ids := cl.bad, []string{"client.example.com"}
					if m.mode == ClientNone || cl.cert == nil {
						want, ids = ErrNoCertificate, nil
					}
					if !is(s.peer.Verified, want) || !slices.Equal(s.peer.Identities, ids) {
						t.Errorf("got %v for %q, want %T for %q", s.peer.Verified, s.peer.Identities, want, ids)
					}
				})
			}
		}
	}
}
