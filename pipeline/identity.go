package pipeline

import (
	"net/netip"
	"strings"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
)

// Identity says what is ours: the addresses we listen on or are advertised
// under, and our domains. It is immutable and shared by all loops.
type Identity struct {
	Name string // for Server header fields; "" sends none

	// Local tells whether an address is one of this host, for listeners that are
	// bound to every address. Any loop may call it, for a message each. nil knows
	// of loopback alone.
	Local func(ip netip.Addr) bool

	domains []string // lower case
	speaks  [netio.NumTransports]families
	hosts   []identityHost
}

// families are the families of the addresses that a transport has listeners on.
type families struct{ ip4, ip6 bool }

type identityHost struct {
	name string     // lower case, when it is no IP address
	ip   netip.Addr // else; unspecified stands for every address of its family
	port uint16
}

// is reports whether h is ip and port.
func (h *identityHost) is(ip netip.Addr, port uint16, id *Identity) bool {
	switch {
	case h.port != port:
		return false
	case h.ip == ip:
		return true
	case !h.ip.IsUnspecified() || h.ip.Is4() != ip.Is4():
		return false
	}
	return ip.IsLoopback() || id.Local != nil && id.Local(ip)
}

// NewIdentity returns the Identity of a server with these listeners and
// domains.
func NewIdentity(name string, listeners []netio.ListenerConfig, domains []string) *Identity {
	id := &Identity{Name: name}
	for _, d := range domains {
		id.domains = append(id.domains, strings.ToLower(d))
	}
	for _, l := range listeners {
		id.addHost(l.Addr.Addr(), "", l.Addr.Port())
		id.addFamily(l.Transport, l.Addr.Addr().Unmap())
		if l.Advertise != "" {
			id.addAdvertised(l.Advertise, l.Addr.Port())
		}
	}
	return id
}

// addFamily notes what a listener speaks. One without an address is a fault of the
// configuration, which nobody knows what it was to be.
func (id *Identity) addFamily(t netio.Transport, ip netip.Addr) {
	if !ip.IsValid() {
		for i := range id.speaks {
			id.speaks[i] = families{true, true}
		}
		return
	}
	f := &id.speaks[t]
	f.ip4, f.ip6 = f.ip4 || ip.Is4(), f.ip6 || ip.Is6()
}

func (id *Identity) addHost(ip netip.Addr, name string, port uint16) {
	id.hosts = append(id.hosts, identityHost{name: strings.ToLower(name), ip: ip.Unmap(), port: port})
}

// addAdvertised adds "host" or "host:port".
func (id *Identity) addAdvertised(s string, port uint16) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		id.addHost(ap.Addr(), "", ap.Port())
		return
	}
	if ip, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		id.addHost(ip, "", port)
		return
	}
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		port = 0
		for _, d := range s[i+1:] {
			port = port*10 + uint16(d-'0')
		}
		s = s[:i]
	}
	id.addHost(netip.Addr{}, s, port)
}

// OwnsDomain reports whether host is one of our domains.
func (id *Identity) OwnsDomain(host []byte) bool {
	for _, d := range id.domains {
		if parser.EqualFold(host, d) {
			return true
		}
	}
	return false
}

// Owns reports whether the URI u, which lies in buf, names this server: one
// of our domains, or an address and port that we listen on or advertise.
// Without a port it is the default one of its scheme and transport that
// counts (RFC 3261 §19.1.2).
func (id *Identity) Owns(buf []byte, u *sip.URI) bool {
	if u.Scheme != sip.SchemeSIP && u.Scheme != sip.SchemeSIPS {
		return false
	}
	host := u.Host.Of(buf)
	port := uriPort(u)
	if ip, ok := u.IP(buf); ok {
		ip = ip.Unmap()
		for i := range id.hosts {
			if id.hosts[i].is(ip, port, id) {
				return true
			}
		}
		return false
	}
	for i := range id.hosts {
		if h := &id.hosts[i]; h.name != "" && h.port == port && parser.EqualFold(host, h.name) {
			return true
		}
	}
	return id.OwnsDomain(host)
}

// uriPort returns the port of u, or the default one.
func uriPort(u *sip.URI) uint16 {
	switch {
	case u.Port != 0:
		return u.Port
	case u.Transport == sip.TransportWS:
		return 80
	case u.Transport == sip.TransportWSS:
		return 443
	case u.Scheme == sip.SchemeSIPS || u.Transport == sip.TransportTLS:
		return 5061
	}
	return 5060
}

// WhyUnreachable tells what keeps every request from being sent to t, as long as
// the server listens where it does: that no listener has its transport, or none
// of them an address of its family. CauseNone is nothing.
func (id *Identity) WhyUnreachable(t *Target) Cause {
	f, to := id.speaks[t.Transport], t.Addr.Addr().Unmap()
	switch {
	case !f.ip4 && !f.ip6:
		return CauseUnsupportedTransport
	case to.Is4() && !f.ip4:
		return CauseNoIPv4
	case to.Is6() && !f.ip6:
		return CauseNoIPv6
	}
	return CauseNone
}
