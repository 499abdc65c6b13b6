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

// wrapSession makes a ticket.
func (n *compiled) wrapSession(keys *tls.Config) func(tls.ConnectionState, *tls.SessionState) ([]byte, error) {
	return func(cs tls.ConnectionState, s *tls.SessionState) ([]byte, error) {
		mark := binary.BigEndian.AppendUint64(make([]byte, 0, ticketLen), n.clients.number)
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
		if number != n.clients.number || n.now().Unix() >= int64(until) {
			return nil, nil
		}
		return s, nil
	}
}

// goodUntil is when the chain of a client that is good stops being so. One that is not does not get worse; crypto/tls itself resumes no
// session of a leaf that is out of date.
func goodUntil(chain []*x509.Certificate, roots *x509.CertPool, now time.Time) time.Time {
	until, err := verifyChain(chain, roots, now)
	if err != nil {
		return endless
	}
	return until
}
