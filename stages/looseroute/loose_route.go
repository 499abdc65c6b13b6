// Package looseroute is stage loose-route: it takes our own Route values off
// a request and follows what they say (RFC 3261 §16.4).
package looseroute

import (
	"sluice/netio/stats"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
)

func init() {
	pipeline.Register(pipeline.Info{
		ID:    "loose-route",
		New:   func() pipeline.Module { return &LooseRoute{} },
		Needs: []pipeline.Fact{pipeline.FactValid},
	})
}

// LooseRoute holds the settings of the stage: it has none.
type LooseRoute struct{ metrics metrics }

type metrics struct{ signed, unsigned stats.ID }

// Provision implements pipeline.Provisioner.
func (m *LooseRoute) Provision(s *pipeline.Setup) error {
	m.metrics.signed = s.Stats.Counter("sluice_loose_route_signed_total", "Requests that followed a route of ours.")
	m.metrics.unsigned = s.Stats.Counter("sluice_loose_route_unsigned_total", "Requests with a Route that names us but that we did not write.")
	return nil
}

// NewStage implements pipeline.Module.
func (m *LooseRoute) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) {
	return &stage{metrics: m.metrics}, nil
}

type stage struct{ metrics metrics }

func (*stage) Name() string { return "loose-route" }

// OnRequest implements pipeline.RequestHandler.
//
// A route that we signed for this very call says where the request goes: over
// the connection that its token names, or to the next Route or the
// Request-URI. One that only names us is taken off (a client's outbound proxy
// setting), and what is then to be done is for the stages after this one to
// say: nobody becomes a relay by writing our name into a Route.
func (s *stage) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	if !x.Req.Has(sip.HeaderRoute) {
		return pipeline.Continue
	}
	r, err := x.TakeRoutes()
	if err != parser.OK {
		return x.Reply(badRoute)
	}
	if r.Taken == 0 {
		return pipeline.Continue
	}
	if !r.Signed {
		x.Loop().Stats().Inc(s.metrics.unsigned)
		return pipeline.Continue
	}
	x.Loop().Stats().Inc(s.metrics.signed)
	h := pipeline.Hop{Flow: r.Flow, Transport: r.Transport}
	if !r.Next.Empty() {
		h = pipeline.Hop{Next: r.Next.Of(x.Req.Buf)}
	}
	h.FlowOnly = h.Flow != 0 && !h.Transport.Dialable()
	x.AddHop(h)
	x.SetRouted()
	return pipeline.Continue
}

var badRoute = sip.BadRequest.WithReason("Malformed Route")

var _ pipeline.RequestHandler = (*stage)(nil)
