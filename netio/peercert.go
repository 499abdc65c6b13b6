package netio

import "sluice/netio/tlsio"

// PeerCert is what a finished TLS handshake told about the peer.
type PeerCert = tlsio.PeerCert
