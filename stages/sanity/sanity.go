// Package sanity is stage sanity: it refuses what a proxy must not forward
// (RFC 3261 §16.3).
package sanity

import (
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
)

func init() {
	pipeline.Register(pipeline.Info{
		ID:    "sanity",
		New:   func() pipeline.Module { return &Sanity{} },
		Gives: []pipeline.Fact{pipeline.FactValid},
	})
}

// Sanity holds the settings of the stage: it has none.
type Sanity struct{}

// NewStage implements pipeline.Module.
func (*Sanity) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) { return &stage{}, nil }

type stage struct{ unsupported []byte }

func (*stage) Name() string { return "sanity" }

// OnRequest implements pipeline.RequestHandler. What the transaction layer
// needs (Via, From, To, Call-ID, CSeq) was checked before.
func (s *stage) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	m := x.Req
	u, err := m.RequestURI()
	if err != parser.OK {
		return x.Reply(badURI)
	}
	switch {
	case u.Scheme == sip.SchemeSIP:
	case u.Scheme == sip.SchemeSIPS && !x.Transport.Secure(): // §26.2.2: every hop is, and the answers and later requests come this way
		return x.Reply(sipsNeedsTLS)
	case u.Scheme == sip.SchemeSIPS:
	default: // §16.3 step 2
		return x.Reply(sip.UnsupportedURIScheme)
	}
	if !u.Headers.Empty() { // §19.1.1, RFC 4475 §3.1.2.11
		return x.Reply(badURIHeaders)
	}
	if _, err := m.MaxForwards(); err != parser.OK && err != parser.ErrMissing { // step 3
		return x.Reply(badMaxForwards)
	}
	if m.Has(sip.HeaderProxyRequire) && m.Method != sip.MethodAck && m.Method != sip.MethodCancel { // step 5
		if v := s.proxyRequire(x); v != pipeline.Continue {
			return v
		}
	}
	if m.Has(sip.HeaderRoute) {
		if _, err := m.TopRoute(); err != parser.OK {
			return x.Reply(badRoute)
		}
	}
	return pipeline.Continue
}

var (
	sipsNeedsTLS   = sip.Forbidden.WithReason("SIPS Needs TLS")
	badURIHeaders  = sip.BadRequest.WithReason("Header Fields in Request-URI")
	badURI         = sip.BadRequest.WithReason("Malformed Request-URI")
	badMaxForwards = sip.BadRequest.WithReason("Malformed Max-Forwards")
	badRoute       = sip.BadRequest.WithReason("Malformed Route")
)

// proxyRequire refuses the options that Proxy-Require asks of us; we know
// none. The answer lists them.
func (s *stage) proxyRequire(x *pipeline.Exchange) pipeline.Verdict {
	s.unsupported = s.unsupported[:0]
	for vs := x.Req.Values(sip.HeaderProxyRequire); vs.Next(); {
		tag := vs.Span().Of(x.Req.Buf)
		if len(tag) == 0 {
			continue
		}
		s.unsupported = append(s.unsupported, "Unsupported: "...)
		s.unsupported = append(s.unsupported, tag...)
		s.unsupported = append(s.unsupported, "\r\n"...)
	}
	if len(s.unsupported) == 0 {
		return pipeline.Continue
	}
	return x.ReplyHeaders(sip.BadExtension, s.unsupported)
}

var _ pipeline.RequestHandler = (*stage)(nil)
