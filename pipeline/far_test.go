package pipeline_test

import (
	"testing"
	"time"

	"sluice/netio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// farCallee is a Net of two loops with connection limits; bob is connected to
// loop 1 by TCP.
func farCallee(t *testing.T, idle time.Duration) (*pipelinetest.Net, *watch, *peer) {
	t.Helper()
	lim := pipelinetest.DefaultLimits
	lim.Conn.IdleIn = idle
	w, users := &watch{}, router{}
	n := pipelinetest.New(t, stages(w, users), pipelinetest.Options{Limits: lim, Loops: 2})
	p := connect(n, netio.TCP, bobWS, 1)
	users["bob"] = []pipeline.Target{{Transport: netio.TCP, Flow: p.c.ID()}}
	return n, w, p
}

// TestIdleAfterFarRequests: a connection over which another loop's request went
// is idle when the request has its answer, wherever that came, or has got none.
func TestIdleAfterFarRequests(t *testing.T) {
	for _, c := range []struct {
		name, method string
		answer       func(n *pipelinetest.Net, p *peer, req string)
	}{
		{"answered there", "OPTIONS", func(_ *pipelinetest.Net, p *peer, req string) { p.send(respond(req, "200 OK")) }},
		{"answered over another connection", "OPTIONS", func(n *pipelinetest.Net, _ *peer, req string) {
			connect(n, netio.TCP, "192.0.2.2:40009", 1).send(respond(req, "200 OK"))
		}},
		{"answered on the request's loop", "OPTIONS", func(n *pipelinetest.Net, _ *peer, req string) {
			n.FromUDP(bob, respond(req, "200 OK"))
		}},
		{"not answered", "OPTIONS", func(*pipelinetest.Net, *peer, string) {}},
		{"not answered INVITE", "INVITE", func(*pipelinetest.Net, *peer, string) {}},
		{"refused INVITE", "INVITE", func(_ *pipelinetest.Net, p *peer, req string) { p.send(respond(req, "486 Busy Here")) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			const idle = 20 * time.Second
			n, w, p := farCallee(t, idle)
			n.FromUDP(alice, request(c.method, "1 ", "far", ""))
			req := p.expect(c.method + " ")[0]
			if got := n.Count("sluice_loop_handovers_total"); got != 1 {
				t.Fatalf("%d handovers, want one to bob's loop", got)
			}
			n.Advance(time.Second)
			c.answer(n, p, req)
			for range 200 {
				n.Advance(time.Second)
			}
			if got := w.ended(); got != "idle" {
				t.Errorf("closed: %q, want idle", got)
			}
			n.Sent()
			n.Idle()
		})
	}
}

// TestFarRequestIsNotIdle: while an answer is awaited the connection stays.
func TestFarRequestIsNotIdle(t *testing.T) {
	n, w, p := farCallee(t, 20*time.Second)
	n.FromUDP(alice, request("INVITE", "1 ", "far", ""))
	p.send(respond(p.expect("INVITE ")[0], "180 Ringing"))
	for range 100 {
		n.Advance(time.Second)
	}
	if got := w.ended(); got != "" {
		t.Errorf("closed: %q, while the callee rings", got)
	}
}

// TestFarCancelSettlesNothing: what answers a CANCEL leaves the INVITE waiting,
// so the loss of its connection ends it.
func TestFarCancelSettlesNothing(t *testing.T) {
	n, callee := wsCallee(t, 2, 1)
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	callee.send(respond(callee.expect("INVITE ")[0], "180 Ringing"))
	n.FromUDP(alice, request("CANCEL", "1 ", "inv", ""))
	expectSent(n, alice, "SIP/2.0 100 ", "SIP/2.0 180 ", "SIP/2.0 200 ")
	callee.send(respond(callee.expect("CANCEL ")[0], "200 OK"))
	callee.h.ClosePeer(callee.c)
	n.Advance(0)
	expectSent(n, alice, "SIP/2.0 487 ")
}
