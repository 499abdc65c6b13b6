package registrar

import (
	"context"
	"log/slog"
	"time"

	"sluice/netio"
	"sluice/netio/wheel"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
)

const (
	// sweepEvery and sweepSegments pace the sweep: a loop alone has been
	// through a full table after 128 s.
	sweepEvery    = time.Second
	sweepSegments = 8
)

// stage is the registrar on one loop.
type stage struct {
	set   *Registrar
	table *table
	loop  *netio.Loop // nil while a configuration is only checked
	flows *flows
	timer wheel.Timer // sweeps; armed while there is something to sweep

	aor     []byte // scratch, as are the following
	request request
	list    []binding
	headers []byte
}

// Name implements pipeline.Stage.
func (*stage) Name() string { return "registrar" }

// OnRequest implements pipeline.RequestHandler.
//
// A REGISTER is ours if its Request-URI or its To names one of our domains:
// clients that know the server by address only put that into the Request-URI.
// Any other request is ours if its Request-URI names a user in one of our
// domains and no route says where it goes.
func (s *stage) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	if len(s.set.hosts) == 0 {
		return pipeline.Continue
	}
	m := x.Req
	u, err := m.RequestURI()
	if err != parser.OK {
		return pipeline.Continue
	}
	ours := s.set.owns(m.Buf, u)
	if m.Method == sip.MethodRegister {
		to, err := m.To()
		if ours || err == parser.OK && s.set.owns(m.Buf, &to.URI) {
			return s.register(x)
		}
		return pipeline.Continue
	}
	if !ours || u.User.Empty() || x.Routed() {
		return pipeline.Continue
	}
	return s.lookup(x, u)
}

// OnOpen implements pipeline.ConnHandler.
func (*stage) OnOpen(*netio.Conn) pipeline.Verdict { return pipeline.Continue }

// OnClose implements pipeline.ConnHandler. Clients that could be reached over
// c alone have gone; the bindings of others stay.
func (s *stage) OnClose(c *netio.Conn, _ pipeline.Cause) {
	first, more, ok := s.flows.take(c.ID())
	if !ok {
		return
	}
	removed := s.table.lost(c.ID(), first, s.set.MaxBindings, s.logGone)
	for _, hash := range more {
		removed += s.table.lost(c.ID(), hash, s.set.MaxBindings, s.logGone)
	}
	if removed > 0 {
		c.Loop().Stats().Move(s.set.ids.bindings, int64(-removed))
	}
}

// watch makes sure that what ends is swept up. The timer is armed here, on
// the loop, and not where stages are made, which is off it.
func (s *stage) watch() {
	if !s.timer.Armed() {
		s.loop.Wheel().Arm(&s.timer, s.loop.Now(), sweepEvery)
	}
}

// Expire implements wheel.Owner: the next part of the sweep.
func (s *stage) Expire(_ *wheel.Timer, now time.Duration) time.Duration {
	if s.set.closed.Load() {
		return 0
	}
	removed := s.table.sweep(now, sweepSegments, s.set.MaxBindings, s.logEnded)
	if removed > 0 {
		s.loop.Stats().Move(s.set.ids.bindings, int64(-removed))
	}
	if s.table.bindings.Load() == 0 {
		return 0
	}
	return sweepEvery
}

func (s *stage) logEnded(aor []byte, b *binding) { s.debug("binding has ended", aor, b) }
func (s *stage) logGone(aor []byte, b *binding) {
	s.debug("binding is gone with its connection", aor, b)
}

func (s *stage) debug(what string, aor []byte, b *binding) {
	if s.set.log.Enabled(context.Background(), slog.LevelDebug) {
		s.set.log.LogAttrs(context.Background(), slog.LevelDebug, what, slog.String("user", string(aor)), slog.Any("binding", b))
	}
}

var (
	_ pipeline.RequestHandler = (*stage)(nil)
	_ pipeline.ConnHandler    = (*stage)(nil)
	_ wheel.Owner             = (*stage)(nil)
)
