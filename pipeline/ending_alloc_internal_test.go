//go:build !race

package pipeline

import (
	"io"
	"log/slog"
	"net/netip"
	"testing"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/netio/stats"
)

// TestLoggingNothingAllocatesNothing: where debug is not logged, the end of a
// connection and what is refused cost nothing more for it.
func TestLoggingNothingAllocatesNothing(t *testing.T) {
	st := stats.New()
	st.Loops(1)
	h := netiotest.NewLoop(t, 0, netio.Options{Stats: st})
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	p := NewEdge(EdgeOptions{Loops: 1, Stats: st, Log: log, MaxTransactions: 16})
	h.SetHandler(p.Engine(0))
	ln := netiotest.NewListener(0, netio.TCP, "192.0.2.254:5060")
	e, peer := p.Engine(0), netip.MustParseAddr("192.0.2.1")
	e.loop = h.Loop()
	p.Install(BuildWith(Spec{Profiles: map[string]*Profile{}, Identity: &Identity{}}, []*netio.Loop{h.Loop()}, func(*LoopBuilder) []Stage { return nil }))
	c := h.Open(netio.TCP, ln, netip.AddrPortFrom(peer, 5060))
	f := c.Link.(*flow)
	if got := testing.AllocsPerRun(100, func() {
		e.logEnd(c, f, netio.ErrSlowReader)
		f.OnRefuse(&f.link, 403, "no\n")
		p.logRefused(ln, peer, "banned")
	}); got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}
