package tlsio

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"time"
)

// A ticket says in SessionState.Extra what it depends on besides what crypto/tls knows of: by which rules for certificates of clients the
// session came about, and until when the client's is good. When that is no longer so UnwrapSession knows no session, and the client gets a full
// handshake, in which it can show another certificate. To find it out later, in VerifyConnection, would be the end of the connection, and with
// TLS 1.3 of each that the client tries.
const ticketLen = 16 // the rules and, in seconds of Unix time, until when

// rules are what a server wants of clients' certificates. They have a number, which is all that tickets need: their keys do not outlive the process.
type rules struct {
	auth   ClientAuth
	roots  *x509.CertPool
	number uint64
}

// next are the rules of c, with the number of r if they are the same.
func (r rules) next(c *Config) rules {
	n := rules{auth: c.ClientAuth, number: r.number}
	if c.ClientAuth != ClientNone { // else nobody is to be vouched for
		n.roots = c.Roots
	}
	if n.auth != r.auth || !n.roots.Equal(r.roots) {
		n.number++
	}
	return n
}

// wrapSession makes a ticket.
func (n *compiled) wrapSession(keys *tls.Config) func(tls.ConnectionState, *tls.SessionState) ([]byte, error) {
	return func(cs tls.ConnectionState, s *tls.SessionState) ([]byte, error) {
		mark := binary.BigEndian.AppendUint64(make([]byte, 0, ticketLen), n.rules.number)
		mark = binary.BigEndian.AppendUint64(mark, uint64(goodUntil(cs.PeerCertificates, n.Roots, n.now()).Unix()))
		s.Extra = append(s.Extra, mark)
		return keys.EncryptTicket(cs, s)
	}
}

// unwrapSession is the session of a ticket, nil when there is none that may be resumed.
func (n *compiled) unwrapSession(keys *tls.Config) func([]byte, tls.ConnectionState) (*tls.SessionState, error) {
	return func(ticket []byte, cs tls.ConnectionState) (*tls.SessionState, error) {
		s, err := keys.DecryptTicket(ticket, cs)
		if s == nil || err != nil {
			return nil, err
		}
		if len(s.Extra) != 1 || len(s.Extra[0]) != ticketLen {
			return nil, nil
		}
		number, until := binary.BigEndian.Uint64(s.Extra[0]), binary.BigEndian.Uint64(s.Extra[0][8:])
		if number != n.rules.number || n.now().Unix() >= int64(until) {
			return nil, nil
		}
		return s, nil
	}
}

// endless is an end of validity for who has none.
var endless = time.Unix(1<<40, 0)

// goodUntil is when the chain of a client that is good stops being so. One that is not does not get worse; crypto/tls itself resumes no
// session of a leaf that is out of date.
func goodUntil(chain []*x509.Certificate, roots *x509.CertPool, now time.Time) time.Time {
	paths, err := chainsOf(chain, roots, now)
	if err != nil {
		return endless
	}
	var until time.Time
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
	return until
}
