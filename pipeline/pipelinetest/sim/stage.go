package sim

import (
	"time"

	"sluice/pipeline"
)

func init() {
	pipeline.Register(pipeline.Info{
		ID:    "sim",
		New:   func() pipeline.Module { return &module{} },
		Needs: []pipeline.Fact{pipeline.FactValid},
		Gives: []pipeline.Fact{pipeline.FactRoute},
	})
}

// A module is the stage that knows where the phones are. It sees each request
// once, whatever the network did to it.
type module struct{ w *World }

// settings hand the World to its module.
type settings struct{ w *World }

// Decode implements pipeline.Settings.
func (s settings) Decode(dst any) error {
	if m, ok := dst.(*module); ok {
		m.w = s.w
	}
	return nil
}

// NewStage implements pipeline.Module.
func (m *module) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) { return &stage{m.w}, nil }

type stage struct{ w *World }

func (*stage) Name() string { return "sim" }

// OnRequest implements pipeline.RequestHandler. Some requests wait, as they
// would for a database.
func (s *stage) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	w := s.w
	w.check.delivered(string(x.Req.Buf[:x.Req.HeadLen()]))
	if x.Routed() || !w.chance(8) || string(x.Req.MethodText.Of(x.Req.Buf)) == "ACK" {
		return s.route(x)
	}
	w.count("suspended")
	token := x.Token()
	w.after(w.upTo(pick(w, waits)), func() {
		w.net.Edge.Post(token, pipeline.Event{})
		w.settle()
	})
	return pipeline.Suspend
}

// waits are how long; the shorter ones end before the 100 of a parked INVITE.
var waits = []weighted[time.Duration]{{50, 150 * time.Millisecond}, {50, 2 * time.Second}}

// OnResume implements pipeline.Resumer.
func (s *stage) OnResume(x *pipeline.Exchange, _ *pipeline.Branch, _ pipeline.Event) pipeline.Verdict {
	return s.route(x)
}

// route adds the hops of a call, or of one phone that was asked for by name.
func (s *stage) route(x *pipeline.Exchange) pipeline.Verdict {
	if x.Routed() {
		return pipeline.Continue
	}
	u, _ := x.Req.RequestURI() // stage sanity has seen it
	user := string(u.User.Of(x.Req.Buf))
	for _, h := range s.w.hops(user) {
		x.AddHop(s.w.hopTo(h))
	}
	return pipeline.Continue
}

// hops returns whom a user stands for.
func (w *World) hops(user string) []hop {
	if g := w.groups[user]; g != nil {
		return g
	}
	for _, p := range w.phones {
		if p.user == user {
			return []hop{{p, 1000}}
		}
	}
	return nil
}

// hopTo says how a phone is reached: by its connection, even one that has
// just broken, or by its address.
func (w *World) hopTo(h hop) pipeline.Hop {
	out := pipeline.Hop{RequestURI: []byte(h.p.contact()), Q: h.q}
	if h.p.transport.Reliable() && (!h.p.transport.Dialable() || w.chance(50)) {
		out.FlowOnly = !h.p.transport.Dialable()
		out.Flow, out.Transport = h.p.flow, h.p.transport
	}
	return out
}

var (
	_ pipeline.RequestHandler = (*stage)(nil)
	_ pipeline.Resumer        = (*stage)(nil)
)
