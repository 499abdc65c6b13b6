package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"sluice/parser/http1"
)

// A Transport is how SIP is carried by a listener.
type Transport string

// The transports of this build.
const (
	UDP  Transport = "udp"
	TCP  Transport = "tcp"
	SIPS Transport = "tls" // SIP over TLS
	WS   Transport = "ws"  // RFC 7118
	WSS  Transport = "wss"
)

// stream reports whether t is carried by TCP connections.
func (t Transport) stream() bool { return t != UDP }

// secure reports whether t runs over TLS.
func (t Transport) secure() bool { return t == SIPS || t == WSS }

// A URL is where a listener listens: "udp://192.0.2.1:5060", with an IPv6
// address in brackets. Port 0 lets the system choose a port.
type URL struct {
	Transport Transport
	Addr      netip.AddrPort
}

// String returns the URL as it is written in the file.
func (u URL) String() string { return string(u.Transport) + "://" + u.Addr.String() }

// UnmarshalText parses a URL.
func (u *URL) UnmarshalText(b []byte) error {
	scheme, rest, ok := strings.Cut(string(b), "://")
	if !ok {
		return errors.New(`want transport://address:port, such as "udp://192.0.2.1:5060"`)
	}
	t := Transport(strings.ToLower(scheme))
	switch t {
	case UDP, TCP, SIPS, WS, WSS:
	default:
		return fmt.Errorf("%s is no transport (udp, tcp, tls, ws, wss)", quote(scheme))
	}
	a, err := addrPort(rest)
	if err != nil {
		return err
	}
	u.Transport, u.Addr = t, a
	return nil
}

// addrPort parses "192.0.2.1:5060" and "[2001:db8::1]:5060".
func addrPort(s string) (none netip.AddrPort, err error) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return none, errors.New("want address:port, an IPv6 address in brackets")
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return none, fmt.Errorf("%s is not an IP address", quote(host))
	}
	if a.Zone() != "" {
		return none, errors.New("an address with a zone cannot stand in a SIP message (RFC 3261 §25.1)")
	}
	if a.IsMulticast() {
		return none, errors.New("is a multicast address")
	}
	p, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return none, fmt.Errorf("%s is not a port, 0 to 65535", quote(port))
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(p)), nil
}

// domain returns a host name or IP literal (IPv6 in brackets) in its normal
// form: lower case, no dot at the end.
func domain(s string) (normal, reason string) {
	if in, ok := strings.CutPrefix(s, "["); ok && strings.HasSuffix(in, "]") {
		a, err := netip.ParseAddr(strings.TrimSuffix(in, "]"))
		if err != nil || !a.Is6() || a.Zone() != "" {
			return s, quote(s) + " is not an IPv6 address in brackets"
		}
		return "[" + a.String() + "]", ""
	}
	normal = strings.ToLower(strings.TrimSuffix(s, "."))
	odd := strings.ContainsFunc(normal, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
	})
	_, ok := dns.IsDomainName(normal)
	if !ok || odd || normal == "" || looksLikeIPv4(normal) {
		return s, quote(s) + " is not a host name or an IP address (IPv6 in brackets)"
	}
	return normal, ""
}

// looksLikeIPv4 reports whether a host ends in a label of digits and yet is no
// IPv4 address: the last label of a host name begins with a letter (RFC 3261
// §25.1, toplabel).
func looksLikeIPv4(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	_, notDigits := strconv.ParseUint(last, 10, 64)
	_, notAddr := netip.ParseAddr(host)
	return notDigits == nil && notAddr != nil
}

// optionalAddrPort returns address and port in their normal form, "" for "off".
func optionalAddrPort(s string) (normal, reason string) {
	if s == "" || s == "off" {
		return "", ""
	}
	a, err := addrPort(s)
	if err != nil {
		return s, quote(s) + ": " + err.Error()
	}
	return a.String(), ""
}

// hostport is domain with an optional port.
func hostport(s string) (normal, reason string) {
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.HasSuffix(s, "]") {
		host, port = s[:i], s[i:]
		if p, err := strconv.ParseUint(port[1:], 10, 16); err != nil || p == 0 {
			return s, quote(s) + ": " + quote(port[1:]) + " is not a port, 1 to 65535"
		}
	}
	host, reason = domain(host)
	return host + port, reason
}

// normalOrigin returns the origin of a page in its normal form.
func normalOrigin(s string) (normal, reason string) {
	b, ok := http1.AppendOrigin(nil, []byte(s))
	if !ok {
		return s, quote(s) + ` is no origin such as "https://example.com", or "null"`
	}
	return string(b), ""
}

// absolutePath says what is wrong with the path of a URI.
func absolutePath(s string) (reason string) {
	odd := strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '?' || r == '#' })
	if odd || !strings.HasPrefix(s, "/") {
		return quote(s) + ` is no path such as "/sip"`
	}
	return ""
}

// isProducts reports whether s is what a Server header field may hold but for
// comments: product tokens with a space between (RFC 3261 §25.1, server-val).
func isProducts(s string) bool {
	for product := range strings.SplitSeq(s, " ") {
		name, version, slash := strings.Cut(product, "/")
		if !isToken(name) || slash && !isToken(version) {
			return false
		}
	}
	return true
}

func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("-.!%*_+`'~", r)
	})
}
