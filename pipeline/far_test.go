package pipeline_test

import (
	"fmt"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
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

// fill takes all room in the mailbox of a loop, until that next runs.
func fill(h *netiotest.Harness) {
	for h.Loop().Post(netio.Mail{}) {
	}
}

// TestSettledInTheEnd: that a request has ended is told when the mailbox of its
// connection's loop has room for it, so that the connection may be idle.
func TestSettledInTheEnd(t *testing.T) {
	n, w, p := farCallee(t, 60*time.Second)
	n.FromUDP(alice, request("OPTIONS", "1 ", "far", ""))
	p.expect("OPTIONS ")
	fill(n.Loops[1])
	n.Loops[0].Advance(33 * time.Second) // it times out
	if got := n.Count("sluice_client_transactions"); got != 0 {
		t.Fatalf("%d transactions, want none", got)
	}
	n.Advance(0) // there is room again
	n.Loops[1].Advance(33 * time.Second)
	n.Loops[0].Advance(time.Second)
	n.Advance(61 * time.Second)
	if got := w.ended(); got != "idle" {
		t.Errorf("closed: %q, want idle", got)
	}
	n.Sent()
	n.Idle()
}

// TestLostInTheEnd: so is that a connection is gone on which others wait.
func TestLostInTheEnd(t *testing.T) {
	n, _, p := farCallee(t, 0)
	for i := range 3 {
		n.FromUDP(alice, request("OPTIONS", "1 ", fmt.Sprint("far", i), ""))
	}
	p.expect("OPTIONS ", "OPTIONS ", "OPTIONS ")
	fill(n.Loops[0])
	p.h.ClosePeer(p.c)
	n.Advance(0)
	expectSent(n, alice)
	n.Advance(time.Second)
	expectSent(n, alice, "SIP/2.0 430 ", "SIP/2.0 430 ", "SIP/2.0 430 ")
	n.Advance(40 * time.Second)
	n.Idle()
}

// TestManyFarRequests: when a connection closes all of the requests fail at once
// that other loops have sent on it, also the oldest of very many.
func TestManyFarRequests(t *testing.T) {
	const many = 6000 // more than its loop's mailbox takes at a time
	n, _, p := farCallee(t, 0)
	for i := range many {
		n.FromUDP(alice, request("OPTIONS", "1 ", fmt.Sprint("far", i), ""))
	}
	if got := len(p.received()); got != many {
		t.Fatalf("bob got %d requests, want %d", got, many)
	}
	p.h.ClosePeer(p.c)
	n.Advance(time.Second)
	if got := len(n.Sent()); got != many {
		t.Errorf("%d requests have failed, want %d", got, many)
	}
	n.Advance(40 * time.Second)
	n.Sent()
	n.Idle()
}
