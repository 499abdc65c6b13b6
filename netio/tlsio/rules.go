package tlsio

import "crypto/x509"

// rules are what is wanted of the certificates of peers: of clients, or of servers. They have a number, which is all that tickets need: their
// keys do not outlive the process.
type rules struct {
	auth   ClientAuth
	roots  *x509.CertPool
	void   bool // nobody goes by them any more
	number uint64
}

// next are the rules that follow r, with the same number if they are the same.
func (r rules) next(auth ClientAuth, roots *x509.CertPool) rules {
	n := rules{auth: auth, number: r.number}
	if auth != ClientNone { // else nobody is to be vouched for
		n.roots = roots
	}
	if r.void || n.auth != r.auth || !n.roots.Equal(r.roots) {
		n.number++
	}
	return n
}

// end are the rules that follow r when there are none.
func (r rules) end() rules { return rules{void: true, number: r.number + 1} }
