// Package tlstest makes certificates for tests: authorities, and what they sign.
package tlstest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"testing"
	"time"
)

// CA is an authority.
type CA struct {
	Cert *Cert
	Pool *x509.CertPool // with this authority alone
}

// Cert is a certificate with its key.
type Cert struct {
	TLS     tls.Certificate
	CertPEM []byte // with those of intermediate authorities behind it
	KeyPEM  []byte // PKCS #8
}

const (
	usual  = time.Hour // that a certificate is valid
	longer = 24 * time.Hour
)

// Leaf is what a certificate is to say. The zero value is one without names that is valid for an hour.
type Leaf struct {
	CommonName string
	DNS        []string
	URIs       []string
	IPs        []string
	Usages     []x509.ExtKeyUsage
	OIDs       []asn1.ObjectIdentifier // extended key usages that crypto/x509 has no name for
	RSA        bool                    // the key; else it is EC
	Expired    bool                    // since an hour
	Early      bool                    // valid in an hour
	Long       bool                    // valid for a day
	SelfSigned bool
}

// NewCA makes an authority that is valid for a day.
func NewCA(tb testing.TB, name string) *CA {
	tb.Helper()
	t := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	validFor(t, longer)
	ca := &CA{Cert: sign(tb, t, newKey(tb, false), nil), Pool: x509.NewCertPool()}
	ca.Pool.AddCert(ca.Cert.TLS.Leaf)
	return ca
}

// Issue makes a certificate that the authority has signed.
func (ca *CA) Issue(tb testing.TB, l Leaf) *Cert {
	tb.Helper()
	t := &x509.Certificate{
		Subject: pkix.Name{CommonName: l.CommonName}, DNSNames: l.DNS, ExtKeyUsage: l.Usages,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	for _, s := range l.URIs {
		u, err := url.Parse(s)
		check(tb, err)
		t.URIs = append(t.URIs, u)
	}
	for _, s := range l.IPs {
		t.IPAddresses = append(t.IPAddresses, net.ParseIP(s))
	}
	t.UnknownExtKeyUsage = l.OIDs
	switch {
	case l.Expired:
		t.NotBefore, t.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
	case l.Early:
		t.NotBefore, t.NotAfter = time.Now().Add(time.Hour), time.Now().Add(2*time.Hour)
	case l.Long:
		validFor(t, longer)
	}
	parent := ca.Cert
	if l.SelfSigned {
		parent = nil
	}
	return sign(tb, t, newKey(tb, l.RSA), parent)
}

// Intermediate makes an authority under ca that is valid for an hour. What it issues carries its certificate along.
func (ca *CA) Intermediate(tb testing.TB, name string) *CA {
	tb.Helper()
	t := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	return &CA{Cert: sign(tb, t, newKey(tb, false), ca.Cert), Pool: ca.Pool}
}

// Chain is what a peer with the certificate shows.
func (c *Cert) Chain(tb testing.TB) []*x509.Certificate {
	tb.Helper()
	var chain []*x509.Certificate
	for _, der := range c.TLS.Certificate {
		cert, err := x509.ParseCertificate(der)
		check(tb, err)
		chain = append(chain, cert)
	}
	return chain
}

func newKey(tb testing.TB, useRSA bool) crypto.Signer {
	tb.Helper()
	if useRSA {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		check(tb, err)
		return key
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(tb, err)
	return key
}

// sign makes the certificate t for key; without a parent it signs itself.
func sign(tb testing.TB, t *x509.Certificate, key crypto.Signer, parent *Cert) *Cert {
	tb.Helper()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	check(tb, err)
	t.SerialNumber = serial
	if t.NotAfter.IsZero() {
		validFor(t, usual)
	}
	issuer, signer := t, key
	if parent != nil {
		issuer, signer = parent.TLS.Leaf, parent.TLS.PrivateKey.(crypto.Signer)
	}
	der, err := x509.CreateCertificate(rand.Reader, t, issuer, key.Public(), signer)
	check(tb, err)
	leaf, err := x509.ParseCertificate(der)
	check(tb, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	check(tb, err)
	c := &Cert{TLS: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}}
	if parent != nil && parent.TLS.Leaf.Issuer.CommonName != parent.TLS.Leaf.Subject.CommonName {
		c.TLS.Certificate = append(c.TLS.Certificate, parent.TLS.Certificate...)
	}
	for _, der := range c.TLS.Certificate {
		c.CertPEM = append(c.CertPEM, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	c.KeyPEM = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	return c
}

// validFor makes t valid from now on, or rather from shortly before.
func validFor(t *x509.Certificate, d time.Duration) {
	t.NotBefore, t.NotAfter = time.Now().Add(-time.Minute), time.Now().Add(d)
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
