package relay

import (
	"encoding/base64"
	"encoding/binary"

	"sluice/netio"
	"sluice/pipeline/txn"
)

// A FlowKey signs the user part of the URIs that we put into Record-Route.
// That user part, the token, says two things: that we wrote the URI for this
// very call, so a request that carries it in Route may be relayed to wherever
// the call's peer says it is, without making us an open relay; and, where the
// peer can be reached only over the connection that it opened, which
// connection that is (RFC 5626 §5.1).
type FlowKey struct{ key txn.BranchKey }

// NewFlowKey returns the key made of secret.
func NewFlowKey(secret [16]byte) *FlowKey { return &FlowKey{txn.NewBranchKey(secret)} }

// The bytes of a token before base64: transport, connection, tag; a token
// without a connection leaves that out.
const (
	plainLen = 1 + tagLen
	flowLen  = 1 + 8 + tagLen
	tagLen   = 8

	// MaxTokenLen is the length of the longest token.
	MaxTokenLen = (flowLen*8 + 5) / 6
)

// base64url without padding: letters, digits, '-' and '_', all of which may
// stand in a user part (RFC 3261 §25.1) and in a parameter.
var tokenEncoding = base64.RawURLEncoding

// Append appends the token for one side of the call callID: its transport,
// and the connection that leads to the peer, 0 for none.
func (k *FlowKey) Append(dst []byte, t netio.Transport, flow netio.ConnID, callID []byte) []byte {
	var raw [flowLen]byte
	raw[0] = byte(t)
	n := 1
	if flow != 0 {
		binary.BigEndian.PutUint64(raw[1:], uint64(flow))
		n += 8
	}
	binary.BigEndian.PutUint64(raw[n:], k.tag(raw[:n], callID))
	return tokenEncoding.AppendEncode(dst, raw[:n+tagLen])
}

// Parse returns what Append put into token. It is false for every token that
// was not made with k, or for another call.
func (k *FlowKey) Parse(token, callID []byte) (t netio.Transport, flow netio.ConnID, ok bool) {
	var raw [flowLen]byte
	if len(token) > MaxTokenLen {
		return 0, 0, false
	}
	n, err := tokenEncoding.Decode(raw[:], token)
	if err != nil || n != plainLen && n != flowLen {
		return 0, 0, false
	}
	signed := raw[:n-tagLen]
	if binary.BigEndian.Uint64(raw[n-tagLen:]) != k.tag(signed, callID) {
		return 0, 0, false
	}
	if n == flowLen {
		flow = netio.ConnID(binary.BigEndian.Uint64(raw[1:]))
	}
	return netio.Transport(raw[0]), flow, true
}

func (k *FlowKey) tag(signed, callID []byte) uint64 { return k.key.LoopCookie(signed, callID) }
