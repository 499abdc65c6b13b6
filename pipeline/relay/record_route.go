package relay

import (
	"sluice/netio"
	"sluice/parser/sip"
)

// A Side is one side of a call as Record-Route names it.
type Side struct {
	Transport netio.Transport
	SentBy    string       // where we are reached on that side
	Flow      netio.ConnID // the connection that leads to the peer; 0: its Contact does
	Secure    bool         // the request is for a SIPS URI (RFC 3261 §16.6 step 4)
}

// InsertRecordRoute inserts our Record-Route at offset at. Where the two
// sides differ, or one has a connection to be found again, it is two: the one
// on top for the callee's side, the other for the caller's (RFC 5658 §3). So
// in a later request of the call the last Route of ours names the far side,
// whoever sends it.
func InsertRecordRoute(e *sip.Edits, at int, k *FlowKey, caller, callee Side, callID []byte) {
	insertSide(e, at, k, callee, callID)
	if caller != callee || caller.Flow != 0 {
		insertSide(e, at, k, caller, callID)
	}
}

func insertSide(e *sip.Edits, at int, k *FlowKey, s Side, callID []byte) {
	var token [MaxTokenLen]byte
	scheme := "Record-Route: <sip:"
	if s.Secure {
		scheme = "Record-Route: <sips:"
	}
	e.InsertString(at, scheme)
	e.Insert(at, k.Append(token[:0], s.Transport, s.Flow, callID))
	e.InsertString(at, "@")
	e.InsertString(at, s.SentBy)
	if s.Transport != netio.UDP && !(s.Secure && s.Transport == netio.TLS) { // what sips means anyway
		e.InsertString(at, ";transport=")
		e.InsertString(at, uriTransport(s.Transport))
	}
	e.InsertString(at, ";lr>\r\n")
}

// uriTransport returns the transport parameter for t. WebSockets have one for
// both, ws (RFC 7118 §5.2).
func uriTransport(t netio.Transport) string {
	if t == netio.WSS {
		return netio.WS.String()
	}
	return t.String()
}
