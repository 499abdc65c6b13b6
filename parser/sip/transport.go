package sip

import "sluice/parser"

// A Transport is a transport protocol as Via and the transport parameter of a
// URI name it.
type Transport uint8

const (
	TransportNone  Transport = iota // not given
	TransportUDP                    // RFC 3261
	TransportTCP                    // RFC 3261
	TransportTLS                    // RFC 3261
	TransportSCTP                   // RFC 4168
	TransportWS                     // RFC 7118
	TransportWSS                    // RFC 7118
	TransportOther                  // a token that is none of these
	NumTransports
)

var transportUpper = [NumTransports]string{
	TransportUDP: "UDP", TransportTCP: "TCP", TransportTLS: "TLS",
	TransportSCTP: "SCTP", TransportWS: "WS", TransportWSS: "WSS",
}

var transportLower = [NumTransports]string{
	TransportUDP: "udp", TransportTCP: "tcp", TransportTLS: "tls",
	TransportSCTP: "sctp", TransportWS: "ws", TransportWSS: "wss",
}

// Upper returns the name as Via writes it, "" for TransportNone and
// TransportOther.
func (t Transport) Upper() string {
	if t >= NumTransports {
		return ""
	}
	return transportUpper[t]
}

// Lower returns the name as the transport parameter of a URI writes it, "" for
// TransportNone and TransportOther.
func (t Transport) Lower() string {
	if t >= NumTransports {
		return ""
	}
	return transportLower[t]
}

// LookupTransport returns the transport that name is, without regard to case:
// TransportNone for an empty name, TransportOther for one that is not known.
func LookupTransport(name []byte) Transport {
	switch string(name) {
	case "":
		return TransportNone
	case "UDP", "udp":
		return TransportUDP
	case "TCP", "tcp":
		return TransportTCP
	}
	for t := TransportUDP; t < TransportOther; t++ {
		if parser.EqualFold(name, transportLower[t]) {
			return t
		}
	}
	return TransportOther
}
