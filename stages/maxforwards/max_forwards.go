// Package maxforwards is stage max-forwards: it bounds how many hops a
// request may still take (RFC 3261 §16.3 step 3, §16.6 step 3).
package maxforwards

import (
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/relay"
)

func init() {
	pipeline.Register(pipeline.Info{
		ID:    "max-forwards",
		New:   func() pipeline.Module { return &MaxForwards{Limit: relay.DefaultMaxForwards} },
		Needs: []pipeline.Fact{pipeline.FactValid},
	})
}

// MaxForwards holds the settings of the stage.
type MaxForwards struct {
	// Limit is the highest value that a request leaves with; one that comes
	// with more, or with none, gets it.
	Limit int `toml:"limit" min:"1" max:"255"`
}

// NewStage implements pipeline.Module.
func (m *MaxForwards) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) {
	return &stage{m.Limit}, nil
}

type stage struct{ limit int }

func (*stage) Name() string { return "max-forwards" }

// OnRequest implements pipeline.RequestHandler.
func (s *stage) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	n, err := x.Req.MaxForwards()
	switch {
	case err != parser.OK || n > s.limit:
		x.SetMaxForwards(s.limit)
	case n == 0:
		return x.Reply(sip.TooManyHops)
	default:
		x.SetMaxForwards(n - 1)
	}
	return pipeline.Continue
}

var _ pipeline.RequestHandler = (*stage)(nil)
