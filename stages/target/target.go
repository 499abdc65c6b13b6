// Package target is stage target: it has the request forwarded, and turns each
// hop into addresses and connections when it is that hop's turn (RFC 3261
// §16.6 step 7).
package target

import (
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
)

func init() {
	pipeline.Register(pipeline.Info{
		ID:    "target",
		New:   func() pipeline.Module { return &Target{} },
		Needs: []pipeline.Fact{pipeline.FactRoute},
		Gives: []pipeline.Fact{pipeline.FactTargets},
	})
}

// Target holds the settings of the stage: it has none.
type Target struct{}

// NewStage implements pipeline.Module.
func (*Target) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) { return stage{}, nil }

type stage struct{}

func (stage) Name() string { return "target" }

// OnRequest implements pipeline.RequestHandler.
func (stage) OnRequest(x *pipeline.Exchange) pipeline.Verdict { return x.Forward() }

// OnResolve implements pipeline.ResolveHandler: the targets of a hop are the
// connection it names, and the address of its URI unless the connection is the
// only way.
func (stage) OnResolve(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	h := b.Hop()
	if h.Flow != 0 {
		b.AddTarget(pipeline.Target{Flow: h.Flow, Transport: h.Transport})
		if h.FlowOnly {
			return pipeline.Continue
		}
	}
	buf, u, ok := nextURI(x, h)
	switch {
	case !ok:
		b.Fail(pipeline.CauseUnsupportedURIScheme)
	case x.Identity().Owns(buf, &u):
		b.Fail(pipeline.CauseDestinationMyself)
	default:
		stripMaddr(x, b, buf, &u)
		t, why := pipeline.TargetOf(buf, &u)
		if why != pipeline.CauseNone {
			b.Fail(why)
			break
		}
		b.AddTarget(t)
		b.SetServerName(u.Host.Of(buf))
	}
	return pipeline.Continue
}

// stripMaddr takes a maddr that names us off u, which lies in buf, and off the
// request: it has done its work by leading here (RFC 3261 §16.4).
func stripMaddr(x *pipeline.Exchange, b *pipeline.Branch, buf []byte, u *sip.URI) {
	if u.Maddr.Empty() {
		return
	}
	here := *u
	here.Host = u.Maddr
	if !x.Identity().Owns(buf, &here) {
		return
	}
	u.Maddr = parser.Span{}
	if own, err := x.Req.RequestURI(); err == parser.OK && !own.Maddr.Empty() && b.Hop().RequestURI == nil {
		x.Edits.RemoveURIParam(x.Req, own, "maddr")
	}
}

// nextURI returns the URI that says where hop h leads: its own, else the top
// Route that is left, else the Request-URI.
func nextURI(x *pipeline.Exchange, h *pipeline.Hop) ([]byte, sip.URI, bool) {
	var u sip.URI
	text := h.Next
	switch {
	case text != nil:
	case h.Route != nil:
		return routeURI(h.Route)
	case h.RequestURI != nil:
		text = h.RequestURI
	default:
		text = x.NextURI()
	}
	_, err := sip.ParseURI(text, 0, &u)
	return text, u, err == parser.OK
}

// routeURI returns the first URI of a Path that a request is sent along.
func routeURI(route []byte) ([]byte, sip.URI, bool) {
	var na sip.NameAddr
	_, err := sip.ParseNameAddr(route, 0, &na)
	return route, na.URI, err == parser.OK
}

var (
	_ pipeline.RequestHandler = stage{}
	_ pipeline.ResolveHandler = stage{}
)
