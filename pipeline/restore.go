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

// parties are From, with its tag, and To, without, as a client has sent them; nil
// for what went out the same.
type parties struct{ from, to []byte }

// parties returns those of x. They are valid as long as x.
func (x *Exchange) parties() (p parties) {
	if x.fromSet {
		p.from = x.Req.Value(sip.HeaderFrom)
	}
	if to, err := x.Req.To(); x.toSet && err == parser.OK {
		p.to = party(x.Req.Buf, to).Of(x.Req.Buf)
	}
	return p
}

// restore makes From and To of the response m those that the client knows
// (RFC 3261 §8.2.6.2): all but the To tag, which is the callee's.
func (p *parties) restore(edits *sip.Edits, m *sip.Message) {
	if p.from != nil {
		edits.SetHeader(m, sip.HeaderFrom, p.from)
	}
	if to, err := m.To(); p.to != nil && err == parser.OK {
		edits.Replace(party(m.Buf, to), p.to)
	}
}

// keepParties has s restore From and To in the 2xx that come when x is over.
func (s *serverTxn) keepParties(x *Exchange) {
	if s.parties != nil || !x.fromSet && !x.toSet {
		return
	}
	p := x.parties()
	s.parties = s.e.loop.Acquire(len(p.from) + len(p.to))
	s.parties.B = append(append(s.parties.B, p.from...), p.to...)
	s.fromLen = len(p.from)
}

// restore is parties.restore for what keepParties has kept.
func (s *serverTxn) restore(edits *sip.Edits, m *sip.Message) {
	if s.parties == nil {
		return
	}
	var p parties
	if s.fromLen > 0 {
		p.from = s.parties.B[:s.fromLen]
	}
	if len(s.parties.B) > s.fromLen {
		p.to = s.parties.B[s.fromLen:]
	}
	p.restore(edits, m)
}
