package pipeline

import (
	"sluice/parser"
	"sluice/parser/sip"
)

// SetFrom has the request go out with another name-addr in From: "Alice"
// <sip:alice@example.com>, without parameters. The tag stays, and the
// responses that the client gets carry what it sent. It reports false when the
// request's From cannot be read.
func (x *Exchange) SetFrom(nameAddr []byte) bool {
	n, err := x.Req.From()
	x.fromSet = x.setParty(nameAddr, n, err) || x.fromSet
	return err == parser.OK
}

// SetTo is SetFrom for To.
func (x *Exchange) SetTo(nameAddr []byte) bool {
	n, err := x.Req.To()
	x.toSet = x.setParty(nameAddr, n, err) || x.toSet
	return err == parser.OK
}

func (x *Exchange) setParty(nameAddr []byte, n *sip.NameAddr, err parser.Err) bool {
	if err != parser.OK {
		return false
	}
	x.Edits.Replace(party(x.Req.Buf, n), nameAddr)
	return true
}

// party returns the span of n in buf without its parameters.
func party(buf []byte, n *sip.NameAddr) parser.Span {
	end := n.URIText.End()
	if end < n.Text.End() && buf[end] == '>' {
		end++
	}
	return parser.MakeSpan(n.Text.Start(), end)
}

// restore makes From and To of the response m those that the client knows
// (RFC 3261 §8.2.6.2): all but the To tag, which is the callee's.
func (x *Exchange) restore(edits *sip.Edits, m *sip.Message) {
	if x.fromSet {
		edits.SetHeader(m, sip.HeaderFrom, x.Req.Value(sip.HeaderFrom))
	}
	if !x.toSet {
		return
	}
	was, err := x.Req.To()
	to, err2 := m.To()
	if err == parser.OK && err2 == parser.OK {
		edits.Replace(party(m.Buf, to), party(x.Req.Buf, was).Of(x.Req.Buf))
	}
}
