package pipeline

import (
	"net/netip"
	"slices"
	"strings"

	"sluice/parser/http1"
)

// HandshakeRules say for whom WebSockets are opened. An empty list stands for
// any.
type HandshakeRules struct {
	// Hosts are names by which clients know us, in lower case, an IPv6 address in
	// brackets: with a port for that port, without for every one.
	Hosts []string

	// Paths are those of the request target, as clients write them.
	Paths []string

	// Origins are those of the pages whose browsers may connect, as
	// http1.AppendOrigin has them. A request without Origin comes from no browser
	// and passes: who is none could send any (RFC 6455 §10.2).
	Origins []string
}

// A closedDoor is what a handshake is refused with, and how that is counted.
type closedDoor struct {
	metric metric
	status int
	why    string
}

var (
	wrongHost   = closedDoor{metricHostsRefused, 403, "this host is not served here\n"}
	wrongPath   = closedDoor{metricPathsRefused, 404, "nothing is served here\n"}
	wrongOrigin = closedDoor{metricOriginsRefused, 403, "not for pages of this origin\n"}
)

// judge returns what closes the door to a handshake, nil if nothing does. secure
// tells whether it came over TLS.
func (r *HandshakeRules) judge(req *http1.Request, secure bool) *closedDoor {
	switch {
	case len(r.Hosts) > 0 && !r.knowsHost(req.Authority(), secure):
		return &wrongHost
	case len(r.Paths) > 0 && !slices.Contains(r.Paths, pathOf(req)):
		return &wrongPath
	case len(r.Origins) > 0 && !r.knowsOrigin(req):
		return &wrongOrigin
	}
	return nil
}

func pathOf(req *http1.Request) string {
	if req.Path.Empty() {
		return "/"
	}
	return string(req.Path.Of(req.Buf))
}

func (r *HandshakeRules) knowsHost(authority []byte, secure bool) bool {
	host, port, ok := http1.SplitHost(authority)
	if !ok {
		return false
	}
	name := strings.ToLower(strings.TrimSuffix(string(host), "."))
	if ip, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil && ip.Is6() {
		name = "[" + ip.String() + "]"
	}
	scheme := "ws"
	if secure {
		scheme = "wss"
	}
	number := strings.TrimLeft(string(port), "0")
	if number == "" {
		number = http1.DefaultPort([]byte(scheme))
	}
	return slices.Contains(r.Hosts, name) || slices.Contains(r.Hosts, name+":"+number)
}

func (r *HandshakeRules) knowsOrigin(req *http1.Request) bool {
	origin, there := req.Value("Origin")
	if !there {
		return true
	}
	normal, ok := http1.AppendOrigin(nil, origin)
	return ok && req.Count("Origin") == 1 && slices.Contains(r.Origins, string(normal))
}
