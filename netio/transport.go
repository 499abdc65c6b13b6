package netio

// Transport is how a message travels: the transport parameter of RFC 3261 §19.1.1 and RFC 7118 §5.2.
type Transport uint8

// The transports.
const (
	UDP Transport = iota
	TCP
	TLS
	WS
	WSS
	NumTransports // how many there are
)

var transportNames = [NumTransports][2]string{
	UDP: {"udp", "UDP"}, TCP: {"tcp", "TCP"}, TLS: {"tls", "TLS"}, WS: {"ws", "WS"}, WSS: {"wss", "WSS"},
}

// String is the lower-case name, as in a URL or URI parameter.
func (t Transport) String() string {
	if t >= NumTransports {
		return "unknown"
	}
	return transportNames[t][0]
}

// Upper is the name as in a Via header field.
func (t Transport) Upper() string {
	if t >= NumTransports {
		return "UNKNOWN"
	}
	return transportNames[t][1]
}

// Reliable tells whether t is a reliable transport in the sense of RFC 3261 §17: everything but UDP.
func (t Transport) Reliable() bool { return t != UDP }

// Secure tells whether t runs over TLS.
func (t Transport) Secure() bool { return t == TLS || t == WSS }

// ParseTransport finds a transport by its lower-case name.
func ParseTransport(name string) (Transport, bool) {
	for t := range NumTransports {
		if transportNames[t][0] == name {
			return t, true
		}
	}
	return 0, false
}

// Dialable tells whether a peer can be reached by opening a connection to it. A WebSocket client cannot: RFC 7118 §5.
func (t Transport) Dialable() bool { return t != WS && t != WSS }
