package netio

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"sluice/netio/tlsio"
)

// Listener is a bound address, shared by all loops. It never changes; two Listeners of one Net never have the same Index, even if one
// replaces the other; but one that is bound to every address shares it with its faces.
type Listener struct {
	Index     int
	Transport Transport
	Addr      netip.AddrPort // as bound: a port of 0 is resolved
	SentBy    string         // host:port for a Via header field (RFC 3261 §18.1.1); IPv6 in brackets

	config ListenerConfig
	tls    *tlsio.Context // nil: no TLS
	whole  *Listener      // what this is a face of; nil: it is none
}

// String is the listener as a URL, as in the configuration.
func (ln *Listener) String() string { return listenURL(ln.Transport, ln.Addr) }

func listenURL(t Transport, addr netip.AddrPort) string { return t.String() + "://" + addr.String() }

// NewListener describes a bound address. Open makes the listeners of a Net; this is for tests without sockets, where bytes are plaintext unless
// UseTLS says otherwise.
func NewListener(index int, config ListenerConfig, bound netip.AddrPort) (*Listener, error) {
	sentBy, err := sentBy(config.Advertise, bound)
	if err != nil {
		return nil, err
	}
	return &Listener{Index: index, Transport: config.Transport, Addr: bound, SentBy: sentBy, config: config}, nil
}

// UseTLS makes a listener of a test do real handshakes.
func (ln *Listener) UseTLS(x *tlsio.Context) { ln.tls = x }

// sentBy completes what is advertised with the bound port.
func sentBy(advertise string, bound netip.AddrPort) (string, error) {
	if advertise == "" {
		return ownSentBy(bound), nil
	}
	host, port, err := net.SplitHostPort(advertise)
	if err != nil {
		host, port = strings.TrimSuffix(strings.TrimPrefix(advertise, "["), "]"), strconv.Itoa(int(bound.Port()))
		if strings.Contains(host, ":") && !validIPv6(host) {
			return "", fmt.Errorf("advertise %q: neither host nor host:port", advertise)
		}
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || host == "" || strings.ContainsAny(host, " \t\r\n;,/@<>\"") {
		return "", fmt.Errorf("advertise %q: neither host nor host:port", advertise)
	}
	return net.JoinHostPort(host, port), nil
}

// ownSentBy is how an address of ours stands in a Via header field, where there is no place for a zone.
func ownSentBy(addr netip.AddrPort) string {
	return netip.AddrPortFrom(addr.Addr().WithZone(""), addr.Port()).String()
}

func validIPv6(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Is6()
}
