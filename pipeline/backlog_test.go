package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// TestKeptAnswersCount: what is kept for a client that has ended its sending counts like what waits to be written, until we know that the client has
// it, or the connection is closed.
func TestKeptAnswersCount(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(p *peer, inv string)
	}{
		{"acknowledged", func(p *peer, inv string) {
			p.h.Silence(p.c, false)
			p.n.FromUDP(bob, respond(inv, "180 Ringing"))
		}},
		{"closed", func(p *peer, _ string) { p.h.Break(p.c, netio.ErrStopped) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, _ := timed(t, pipeline.ConnLimits{})
			caller := connect(n, netio.TCP, aliceFar)
			ask := func(method, id string) string {
				caller.send(over("TCP", request(method, "1 ", id, "")))
				return expectSent(n, bob, method+" ")[0]
			}
			one, two, inv := ask("OPTIONS", "one"), ask("OPTIONS", "two"), ask("INVITE", "three")
			caller.received()
			halfClose(caller)
			caller.h.Silence(caller.c, true)
			for _, req := range []string{one, two} {
				n.FromUDP(bob, respond(req, "200 OK\r\nX-Long: "+strings.Repeat("x", 10000)))
			}
			caller.expect("SIP/2.0 200 ", "SIP/2.0 200 ")
			if got := n.Count("sluice_write_waiting_bytes"); got < 20000 || got > 21000 {
				t.Errorf("%d bytes wait, want those of two answers", got)
			}
			c.end(caller, inv)
			if got := n.Count("sluice_write_waiting_bytes"); got != 0 {
				t.Errorf("%d bytes wait, want none", got)
			}
		})
	}
}

// TestBacklogBlame: we have closed whoever had to go for what waits; it is the fault of who reads too little, not of one of all.
func TestBacklogBlame(t *testing.T) {
	for _, c := range []struct {
		err  error
		bans int64
	}{
		{netio.ErrSlowReader, 1},
		{netio.ErrBacklog, 0},
	} {
		t.Run(c.err.Error(), func(t *testing.T) {
			w, lim := &watch{}, pipelinetest.DefaultLimits
			lim.Source = pipeline.SourceLimits{BanAfter: 1, BanTime: time.Minute}
			n := pipelinetest.New(t, stages(w, router{}), pipelinetest.Options{Limits: lim})
			p := connect(n, netio.TCP, aliceFar)
			p.h.Break(p.c, c.err)
			if got := w.ended(); got != "local_closed" {
				t.Errorf("closed: got %q, want local_closed", got)
			}
			if got := n.Count("sluice_bans_total"); got != c.bans {
				t.Errorf("%d bans, want %d", got, c.bans)
			}
		})
	}
}
