package netio

import "crypto/x509"

// PeerCert is what a finished TLS handshake told about the peer.
type PeerCert struct {
	Chain    []*x509.Certificate // leaf first; empty when the peer sent none
	Verified error               // nil when the chain and, for a server, its identity were found good
	Dialled  bool                // we are the client
}
