package tlsio

import (
	"crypto/tls"
	"testing"

	"sluice/netio/tlsio/tlstest"
)

// TestChoice: the certificate that a client gets, by the name that it asks for and the algorithms that it knows.
func TestChoice(t *testing.T) {
	ca := tlstest.NewCA(t, "Test CA")
	leaves := []tlstest.Leaf{
		{CommonName: "first", DNS: []string{"one.example.com"}},
		{CommonName: "rsa", DNS: []string{"one.example.com", "old.example.com"}, RSA: true},
		{CommonName: "wild", DNS: []string{"*.example.com"}},
		{CommonName: "uri", URIs: []string{"sip:sip.example.com"}, DNS: []string{"edge.example.com", "Web.example.net"}},
		{CommonName: "two", DNS: []string{"two.example.com"}},
		{CommonName: "cn.example.org"},
	}
	var certs []tls.Certificate
	for _, l := range leaves {
		certs = append(certs, ca.Issue(t, l).TLS)
	}
	certs[3].Leaf = nil
	offers := newOffers(append(certs, tls.Certificate{Certificate: [][]byte{{1, 2, 3}}, PrivateKey: certs[0].PrivateKey}))
	all := []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256, tls.PSSWithSHA256}
	rsa, ec, none := all[1:], all[:1], []tls.SignatureScheme{tls.Ed25519}
	for _, tc := range []struct {
		name, sni  string
		algorithms []tls.SignatureScheme
		want       string
	}{
		{"no name", "", all, "first"},
		{"no name, RSA", "", rsa, "rsa"},
		{"no name, nothing fits", "", none, "first"},
		{"name", "one.example.com", all, "first"},
		{"name, RSA", "one.example.com", rsa, "rsa"},
		{"name of the RSA one", "old.example.com", all, "rsa"},
		{"name of the RSA one, EC: a wildcard", "old.example.com", ec, "wild"},
		{"name of an EC one, RSA: any", "two.example.com", rsa, "rsa"},
		{"name in a URI", "sip.example.com", all, "uri"},
		{"case", "SIP.Example.Com", all, "uri"},
		{"a DNS name beside a URI, as browsers do", "web.example.net", all, "uri"},
		{"exact before a wildcard", "two.example.com", all, "two"},
		{"wildcard", "three.example.com", all, "wild"},
		{"a wildcard is one label", "a.b.example.com", all, "first"},
		{"a wildcard is a label", "example.com", all, "first"},
		{"common name", "cn.example.org", all, "cn.example.org"},
		{"unknown", "example.net", all, "first"},
		{"unknown, RSA", "example.net", rsa, "rsa"},
		{"unknown, nothing fits", "example.net", none, "first"},
	} {
		hello := &tls.ClientHelloInfo{ServerName: tc.sni, SignatureSchemes: tc.algorithms, SupportedVersions: []uint16{tls.VersionTLS13}}
		if got := choose(offers, hello).Leaf; got == nil && tc.want != "uri" || got != nil && got.Subject.CommonName != tc.want {
			t.Errorf("%s: got %v, want %s", tc.name, got, tc.want)
		}
	}
}

// TestChoiceInHandshakes: crypto/tls asks for every client, in both versions.
func TestChoiceInHandshakes(t *testing.T) {
	f := newFixture(t)
	uri := f.ca.Issue(t, tlstest.Leaf{CommonName: "uri", URIs: []string{"sip:sip.example.com"}}).TLS
	for _, v := range versions {
		server := f.server(func(c *Config) {
			c.MinVersion, c.MaxVersion, c.Certificates = v, v, append(c.Certificates, uri)
		})
		if _, c := pair(t, server, f.client(), "sip.example.com"); c.peer.Verified != nil || c.peer.Chain[0].Subject.CommonName != "uri" {
			t.Errorf("%s: got %v, of %v", tls.VersionName(v), c.peer.Verified, c.peer.Chain[0].Subject)
		}
	}
	for _, name := range []string{"192.0.2.1", "nobody.example.com"} { // an address is not asked for (RFC 6066 §3)
		old := versioned(f.client(func(c *Config) { c.TrustServers = true }), tls.VersionTLS12)
		old.current.Load().client.CipherSuites = []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
		if _, c := pair(t, f.server(), old, name); c.peer.Chain[0].DNSNames[0] != "rsa.example.com" {
			t.Errorf("%s: got %q, want the RSA certificate", name, c.peer.Chain[0].DNSNames)
		}
	}
}
