package tlsio

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Errors of PeerCert.Verified, besides those of crypto/x509.
var (
	ErrNoCertificate = errors.New("tls: the peer has no certificate")
	ErrIdentity      = errors.New("tls: the certificate is not the server's")

	// ErrNotVerified is in the chain of the error of a handshake that failed because of the peer's certificate.
	ErrNotVerified = errors.New("tls: the peer could not be verified")
)

// PeerCert is what a finished TLS handshake told about the peer.
type PeerCert struct {
	Chain      []*x509.Certificate // leaf first, its DER in Raw; empty when the peer sent none
	Verified   error               // nil when the chain and, for a server, its identity were found good
	Identities []string            // SIP domains of the leaf (RFC 5922 §7.1), in lower case; worth something only when Verified is nil
	Dialled    bool                // we are the client
	Resumed    bool                // the session is that of an earlier connection

	proof *proof // nil: there was no handshake
}

func newPeerCert(cs *tls.ConnectionState, verified error) *PeerCert {
	pc := &PeerCert{Chain: cs.PeerCertificates, Verified: verified, Resumed: cs.DidResume}
	if len(pc.Chain) > 0 {
		pc.Identities = Identities(pc.Chain[0])
	}
	return pc
}

func refusal(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrNotVerified, err)
}

var (
	oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidSIPDomain      = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 20} // RFC 5924 §4.1
)

// Identities are the SIP domains that a certificate is for (RFC 5922 §7.1), in lower case: the hosts of its sip URIs without a user; if it
// has none, its DNS names; if it has no alternative names at all, the common name.
func Identities(cert *x509.Certificate) []string {
	var ids []string
	for _, u := range cert.URIs {
		// url.Parse, by which the certificate was read, leaves a URI without slashes in Opaque, up to its question mark.
		if u.Scheme == "sip" && u.Opaque != "" && !strings.Contains(u.Opaque, "@") {
			ids = append(ids, hostOf(u.Opaque))
		}
	}
	if ids != nil {
		return ids
	}
	for _, name := range cert.DNSNames {
		ids = append(ids, normalHost(name))
	}
	hasNames := slices.ContainsFunc(cert.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidSubjectAltName) })
	if cn := normalHost(cert.Subject.CommonName); !hasNames && isDomain(cn) {
		ids = append(ids, cn)
	}
	return ids
}

// hostOf is the host of "host:port;parameters".
func hostOf(rest string) string {
	rest, _, _ = strings.Cut(rest, ";")
	if end := strings.IndexByte(rest, ']'); end >= 0 {
		return normalHost(rest[:end+1])
	}
	host, _, _ := strings.Cut(rest, ":")
	return normalHost(host)
}

// normalHost is a host in the form in which identities are kept (RFC 5922 §7.2): lower case, no dot at the end, addresses in their shortest form
// and without brackets.
func normalHost(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if addr, ok := hostAddr(host); ok {
		return addr.String()
	}
	return host
}

// hostAddr is the address that a host is, with brackets or without, if it is one. netip.ParseAddr allocates for what is none, so names do not get
// there: they have no colon, and their last label does not begin with a digit.
func hostAddr(host string) (addr netip.Addr, ok bool) {
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	last := host[strings.LastIndexByte(host, '.')+1:]
	if strings.IndexByte(host, ':') < 0 && (last == "" || last[0] < '0' || last[0] > '9') {
		return addr, false
	}
	addr, err := netip.ParseAddr(host)
	return addr, err == nil
}

// IsFor tells whether the certificate is for a host, that of a SIP URI, whichever side of the connection the peer is on. It is worth something
// only when Verified is nil.
func (pc *PeerCert) IsFor(host string) bool {
	var leaf *x509.Certificate
	if len(pc.Chain) > 0 {
		leaf = pc.Chain[0]
	}
	return isFor(leaf, pc.Identities, host)
}

// isFor tells whether a leaf with these identities is for a host (RFC 5922 §7.2): the whole name has to be equal, wildcards stand for nothing. RFC
// 5922 knows domains only; an address has to be among the addresses that the certificate is for.
func isFor(leaf *x509.Certificate, ids []string, host string) bool {
	host = strings.TrimSuffix(host, ".")
	addr, ok := hostAddr(host)
	if !ok {
		return slices.ContainsFunc(ids, func(id string) bool { return strings.EqualFold(id, host) })
	}
	var room [64]byte
	name := addr.AppendTo(room[:0])
	if slices.ContainsFunc(ids, func(id string) bool { return id == string(name) }) {
		return true
	}
	return leaf != nil && slices.ContainsFunc(leaf.IPAddresses, func(ip net.IP) bool {
		have, ok := netip.AddrFromSlice(ip)
		return ok && have.Unmap() == addr.Unmap()
	})
}

// isDomain tells whether a common name is a domain name rather than somebody's name.
func isDomain(s string) bool {
	return strings.Contains(s, ".") && len(s) <= 253 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.'
	})
}

// endless is an end of validity for who has none.
var endless = time.Unix(1<<40, 0)

// verifyChain verifies a chain up to one of roots (nil: the system's), and tells until when it is good: as long as the best of its ways.
func verifyChain(chain []*x509.Certificate, roots *x509.CertPool, now time.Time) (until time.Time, err error) {
	paths, err := chainsOf(chain, roots, now)
	for _, path := range paths {
		end := endless
		for _, c := range path {
			if c.NotAfter.Before(end) {
				end = c.NotAfter
			}
		}
		if end.After(until) {
			until = end
		}
	}
	return until, err
}

// chainsOf are the ways that lead from a leaf to roots.
func chainsOf(chain []*x509.Certificate, roots *x509.CertPool, now time.Time) ([][]*x509.Certificate, error) {
	if len(chain) == 0 {
		return nil, ErrNoCertificate
	}
	o := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool(), KeyUsages: usages(chain[0]), CurrentTime: now}
	for _, c := range chain[1:] {
		o.Intermediates.AddCert(c)
	}
	return chain[0].Verify(o)
}

// usages are the extended key usages of which a certificate must have one, if it has any. RFC 5924 has one of its own for SIP. A peer that
// calls is the same that is called, so either of the web's usages will do on either side: public authorities no longer sign for clients.
func usages(leaf *x509.Certificate) []x509.ExtKeyUsage {
	if slices.ContainsFunc(leaf.UnknownExtKeyUsage, oidSIPDomain.Equal) {
		return []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	}
	return []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
}

// verifyServer verifies a server's chain, as verifyChain does, and that it is the one that we mean to reach (RFC 5922 §7.3).
func verifyServer(chain []*x509.Certificate, roots *x509.CertPool, now time.Time, name string) (until time.Time, err error) {
	until, err = verifyChain(chain, roots, now)
	if err != nil {
		return until, err
	}
	if ids := Identities(chain[0]); !isFor(chain[0], ids, name) {
		return until, fmt.Errorf("%w: it is for %q, not for %q", ErrIdentity, ids, name)
	}
	return until, nil
}
