package tlsio

import (
	"crypto/tls"
	"crypto/x509"
)

// offer is a certificate that a server can show, and whom it is for.
type offer struct {
	cert *tls.Certificate
	leaf *x509.Certificate // nil: it cannot be read, which is for the handshake to find out
	ids  []string
}

func newOffers(certs []tls.Certificate) []offer {
	list := make([]offer, len(certs))
	for i := range certs {
		o := offer{cert: &certs[i], leaf: certs[i].Leaf}
		if o.leaf == nil && len(o.cert.Certificate) > 0 {
			o.leaf, _ = x509.ParseCertificate(o.cert.Certificate[0])
		}
		if o.leaf != nil {
			o.ids = Identities(o.leaf)
		}
		list[i] = o
	}
	return list
}

// isSIPDomain: clients of SIP take the certificate for that name (RFC 5922 §7.2).
func (o *offer) isSIPDomain(name string) bool { return o.leaf != nil && isFor(o.leaf, o.ids, name) }

// isWebHost: browsers do, by its DNS names and their wildcards (RFC 6125 §6.4).
func (o *offer) isWebHost(name string) bool {
	return o.leaf != nil && o.leaf.VerifyHostname(name) == nil
}

// choose finds the certificate for a client: the first for the name that it asks for, as SIP has it and else as the Web has it, of those with
// which it can do by its algorithms; else the first of these; else the first. crypto/tls would not know names that stand in URIs only.
func choose(offers []offer, hello *tls.ClientHelloInfo) *tls.Certificate {
	nameless := *hello // SupportsCertificate looks at the name as well
	nameless.ServerName = ""
	var web, any *tls.Certificate
	for i := range offers {
		o := &offers[i]
		if nameless.SupportsCertificate(o.cert) != nil {
			continue
		}
		if any == nil {
			any = o.cert
		}
		if hello.ServerName == "" {
			break
		}
		if o.isSIPDomain(hello.ServerName) {
			return o.cert
		}
		if web == nil && o.isWebHost(hello.ServerName) {
			web = o.cert
		}
	}
	switch {
	case web != nil:
		return web
	case any != nil:
		return any
	}
	return offers[0].cert
}
