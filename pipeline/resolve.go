package pipeline

import (
	"net/netip"

	"sluice/netio"
	"sluice/parser/sip"
)

// TargetOf returns where the URI u, which lies in buf, leads: its transport, the
// IP address that is its maddr or its host, and its port (RFC 3263 §4.1, §4.2).
// Names are not resolved. The cause says why it leads nowhere.
func TargetOf(buf []byte, u *sip.URI) (Target, Cause) {
	var t Target
	secure := u.Scheme == sip.SchemeSIPS
	if !secure && u.Scheme != sip.SchemeSIP {
		return t, CauseUnsupportedURIScheme
	}
	switch u.Transport {
	case sip.TransportNone:
		if secure {
			t.Transport = netio.TLS
		}
	case sip.TransportUDP:
		if secure {
			return t, CauseUnsupportedTransport
		}
	case sip.TransportTCP:
		t.Transport = netio.TCP
		if secure {
			t.Transport = netio.TLS // RFC 3261 §26.2.2
		}
	case sip.TransportTLS:
		t.Transport = netio.TLS
	default: // a WebSocket client is reached over its connection alone (RFC 7118 §5)
		return t, CauseUnsupportedTransport
	}
	ip, ok := address(buf, *u)
	if !ok {
		return t, CauseNoDNS
	}
	port := u.Port
	if port == 0 {
		port = 5060
		if t.Transport == netio.TLS {
			port = 5061
		}
	}
	t.Addr = netip.AddrPortFrom(ip.Unmap(), port)
	return t, CauseNone
}

// address returns the IP address that u is sent to: its maddr, which is
// written as a host is (RFC 3261 §19.1.1), or its host.
func address(buf []byte, u sip.URI) (netip.Addr, bool) {
	if !u.Maddr.Empty() {
		u.Host = u.Maddr
	}
	return u.IP(buf)
}
