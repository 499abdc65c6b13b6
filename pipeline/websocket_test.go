package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"sluice/netio"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// The connections of two WebSocket clients.
const (
	aliceWS = "192.0.2.1:40001"
	bobWS   = "192.0.2.2:40002"
)

// wsCallee is a Net with bob on a WebSocket, on the loop given.
func wsCallee(t *testing.T, loops, loop int) (*pipelinetest.Net, *peer) {
	t.Helper()
	users := router{}
	n := pipelinetest.New(t, stages(users), pipelinetest.Options{Loops: loops})
	bob := connect(n, netio.WS, bobWS, loop)
	users["bob"] = []pipeline.Target{{Transport: netio.WS, Flow: bob.c.ID()}}
	return n, bob
}

func TestWebSocketToUDP(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}))
	caller := connect(n, netio.WS, aliceWS)
	caller.send(over("WS", request("INVITE", "1 ", "inv", "")))
	caller.expect("SIP/2.0 100 ")
	inv := expectSent(n, bob, "INVITE ")[0]
	rr := pipelinetest.Header(inv, "Record-Route")
	if len(rr) != 2 || !strings.HasSuffix(rr[0], "@192.0.2.254:5060;lr>") || !strings.HasSuffix(rr[1], "@192.0.2.254:80;transport=ws;lr>") {
		t.Errorf("Record-Route: %q, want bob's side and then alice's", rr)
	}
	// What she sends in a binary frame is answered in one.
	n.FromUDP(bob, respond(inv, "180 Ringing"))
	if b := n.Loops[0].Written(caller.c); len(b) == 0 || b[0] != 0x81 {
		t.Errorf("180 comes in %x, want a text frame", b[:min(len(b), 2)])
	}
	caller.feed(string(masked(t, ws.OpBinary, over("WS", request("OPTIONS", "2 ", "opt", "")))))
	expectSent(n, bob, "OPTIONS ")
	n.FromUDP(bob, respond(inv, "200 OK"))
	b := n.Loops[0].Written(caller.c)
	if len(b) < 4 || b[0] != 0x82 || !strings.HasPrefix(string(b[4:]), "SIP/2.0 200 ") {
		t.Fatalf("200 comes as %q, want a binary frame", b)
	}
	ok := string(b[4:])
	caller.send(over("WS", request("ACK", "1 ", "ack", "b1", routeSet(ok))))
	expectSent(n, bob, "ACK ")
	// Her Contact is of no use to bob; the route leads to her connection.
	n.FromUDP(bob, fromBob(inv, "BYE", "7", "sip:alice@df7jal23ls0d.invalid;transport=ws"))
	bye := caller.expect("BYE sip:alice@df7jal23ls0d.invalid;transport=ws ")[0]
	if via := pipelinetest.Header(bye, "Via"); !strings.HasPrefix(via[0], "SIP/2.0/WS 192.0.2.254:80;") {
		t.Errorf("Via of the BYE: %q, want ours over WS", via)
	}
	caller.send(respond(bye, "200 OK"))
	expectSent(n, bob, "SIP/2.0 200 ")
	n.Advance(40 * time.Second)
	n.Sent() // the OPTIONS was repeated, in vain
	n.Idle()
}

// A call between two WebSockets of two loops: everything is handed over.
func TestWebSocketToWebSocket(t *testing.T) {
	n, callee := wsCallee(t, 2, 1)
	caller := connect(n, netio.WS, aliceWS, 0)
	invite := over("WS", request("INVITE", "1 ", "inv", ""))
	caller.feed(string(masked(t, ws.OpText, invite))[:200]) // in two reads
	caller.feed(string(masked(t, ws.OpText, invite))[200:])
	caller.expect("SIP/2.0 100 ")
	inv := callee.expect("INVITE ")[0]
	if rr := pipelinetest.Header(inv, "Record-Route"); len(rr) != 2 {
		t.Errorf("Record-Route: %q, want two", rr)
	}
	handed := n.Count("sluice_loop_handovers_total")
	if handed != 1 {
		t.Errorf("%d handovers for the INVITE, want 1", handed)
	}
	callee.send(respond(inv, "180 Ringing"), respond(inv, "200 OK"))
	ok := caller.expect("SIP/2.0 180 ", "SIP/2.0 200 ")[1]
	caller.send(over("WS", request("ACK", "1 ", "ack", "b1", routeSet(ok))))
	callee.expect("ACK ")
	caller.send(over("WS", request("INVITE", "2 ", "reinv", "b1", routeSet(ok))))
	caller.expect("SIP/2.0 100 ")
	again := callee.expect("INVITE ")[0]
	if rr := pipelinetest.Header(again, "Record-Route"); len(rr) != 0 {
		t.Errorf("Record-Route of a re-INVITE: %q, want none", rr)
	}
	callee.send(respond(again, "488 Not Acceptable Here"))
	callee.expect("ACK ")
	caller.expect("SIP/2.0 488 ")
	caller.send(over("WS", request("ACK", "2 ", "reinv", "b1")))
	callee.send(fromBob(inv, "BYE", "7", "sip:alice@df7jal23ls0d.invalid;transport=ws"))
	caller.send(respond(caller.expect("BYE ")[0], "200 OK"))
	callee.expect("SIP/2.0 200 ")
	n.Advance(40 * time.Second)
	caller.expect()
	callee.expect()
	n.Idle()
}

func TestCancelBetweenLoops(t *testing.T) {
	n, callee := wsCallee(t, 2, 1)
	caller := connect(n, netio.WS, aliceWS, 0)
	caller.send(over("WS", request("INVITE", "1 ", "inv", "")))
	inv := callee.expect("INVITE ")[0]
	callee.send(respond(inv, "180 Ringing"))
	caller.send(over("WS", request("CANCEL", "1 ", "inv", "")))
	caller.expect("SIP/2.0 100 ", "SIP/2.0 180 ", "SIP/2.0 200 ")
	callee.send(respond(callee.expect("CANCEL ")[0], "200 OK"), respond(inv, "487 Request Terminated"))
	callee.expect("ACK ")
	caller.expect("SIP/2.0 487 ")
	caller.send(over("WS", request("ACK", "1 ", "inv", "b1")))
	n.Advance(40 * time.Second)
	n.Idle()
}

// A flow that is gone is 430, whichever loop had it (RFC 5626 §5.3).
func TestFlowGone(t *testing.T) {
	for _, c := range []struct {
		name         string
		loops, owner int
	}{{"on this loop", 1, 0}, {"on another loop", 2, 1}} {
		t.Run(c.name, func(t *testing.T) {
			n, callee := wsCallee(t, c.loops, c.owner)
			n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
			inv := callee.expect("INVITE ")[0]
			callee.send(respond(inv, "200 OK"))
			ok := expectSent(n, alice, "SIP/2.0 100 ", "SIP/2.0 200 ")[1]
			callee.h.ClosePeer(callee.c)
			n.FromUDP(alice, request("ACK", "1 ", "ack", "b1", routeSet(ok)))
			expectSent(n, alice) // an ACK is never answered
			n.FromUDP(alice, request("BYE", "2 ", "bye", "b1", routeSet(ok)))
			expectSent(n, alice, "SIP/2.0 430 Flow Failed\r\n")
			n.FromUDP(alice, request("OPTIONS", "3 ", "opt", ""))
			expectSent(n, alice, "SIP/2.0 430 Flow Failed\r\n")
			n.Advance(40 * time.Second)
			n.Idle()
		})
	}
}

// A client that closes its connection can give no answer any more, also when
// it has rung. Nobody waits for a timer.
func TestFlowClosesBeforeTheAnswer(t *testing.T) {
	for _, c := range []struct {
		name         string
		loops, owner int
		rings        bool
	}{
		{"on this loop", 1, 0, false},
		{"on this loop, ringing", 1, 0, true},
		{"on another loop", 2, 1, false},
		{"on another loop, ringing", 2, 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, callee := wsCallee(t, c.loops, c.owner)
			n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
			n.FromUDP(alice, request("INVITE", "2 ", "other", ""))
			inv := callee.expect("INVITE ", "INVITE ")
			if c.rings {
				callee.send(respond(inv[0], "180 Ringing"))
			}
			n.Sent()
			callee.send(respond(inv[1], "200 OK"))
			expectSent(n, alice, "SIP/2.0 200 ")
			callee.h.ClosePeer(callee.c)
			n.Advance(0)
			got := expectSent(n, alice, "SIP/2.0 430 Flow Failed\r\n")[0]
			n.FromUDP(alice, request("ACK", "1 ", "inv", toTag(got)))
			n.Advance(40 * time.Second)
			n.Idle()
		})
	}
}

// A server that closes its connection when it has rung may open another one
// for its final response (RFC 3261 §18.2.2).
func TestAnswerOverAnotherConnection(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}))
	n.FromUDP(alice, target(bobTCP, request("INVITE", "1 ", "inv", "")))
	d := dial(n, bob)
	d.Succeed()
	callee := &peer{n, n.Loops[0], d.Conn}
	inv := callee.expect("INVITE ")[0]
	callee.send(respond(inv, "180 Ringing"))
	callee.h.ClosePeer(callee.c)
	expectSent(n, alice, "SIP/2.0 100 ", "SIP/2.0 180 ")
	connect(n, netio.TCP, "192.0.2.2:40002").send(respond(inv, "200 OK"))
	expectSent(n, alice, "SIP/2.0 200 ")
	n.Advance(40 * time.Second)
	n.Idle()
}

// handshakes is a stage that judges handshakes.
type handshakes struct {
	judge func(h *pipeline.Handshake) pipeline.Verdict
	seen  int
	token pipeline.Token
}

func (*handshakes) Name() string { return "handshakes" }

func (s *handshakes) OnHandshake(h *pipeline.Handshake) pipeline.Verdict {
	s.seen++
	s.token = h.Token()
	return s.judge(h)
}

// resumer is a handshakes that goes on by itself.
type resumer struct {
	handshakes
	events []pipeline.Event
	resume func(h *pipeline.Handshake) pipeline.Verdict
}

func (r *resumer) OnHandshakeResume(h *pipeline.Handshake, ev pipeline.Event) pipeline.Verdict {
	r.events = append(r.events, ev)
	return r.resume(h)
}

func pass(*pipeline.Handshake) pipeline.Verdict { return pipeline.Continue }
func park(*pipeline.Handshake) pipeline.Verdict { return pipeline.Suspend }

// open begins a handshake and does not look at the answer.
func open(n *pipelinetest.Net) *peer {
	p := &peer{n: n, h: n.Loops[0]}
	p.c = p.h.Open(netio.WS, n.WS, aliceAt)
	p.feed(upgrade)
	return p
}

func TestHandshakeVerdicts(t *testing.T) {
	for _, c := range []struct {
		name   string
		judge  func(h *pipeline.Handshake) pipeline.Verdict
		want   []string // in the answer; nil: none
		closed bool
		second int // handshakes that the second stage sees
	}{
		{"continue", pass, []string{"HTTP/1.1 101 ", "\r\nSec-WebSocket-Protocol: sip\r\n"}, false, 1},
		{"continue with headers", func(h *pipeline.Handshake) pipeline.Verdict {
			h.AddHeaders("X-One: 1\r\n")
			h.AddHeaders("X-Two: 2\r\n")
			return pipeline.Continue
		}, []string{"HTTP/1.1 101 ", "\r\nX-One: 1\r\nX-Two: 2\r\n"}, false, 1},
		{"reject", func(h *pipeline.Handshake) pipeline.Verdict { return h.Reject(403, "Not From Here", "X-Why: you\r\n") },
			[]string{"HTTP/1.1 403 Not From Here\r\n", "\r\nX-Why: you\r\n"}, true, 0},
		{"drop", func(*pipeline.Handshake) pipeline.Verdict { return pipeline.Drop }, nil, true, 0},
		{"handled without an answer", func(*pipeline.Handshake) pipeline.Verdict { return pipeline.Handled }, nil, true, 0},
		{"panic", func(*pipeline.Handshake) pipeline.Verdict { panic("the password is hunter2") }, []string{"HTTP/1.1 500 "}, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			first, second := &handshakes{judge: c.judge}, &handshakes{judge: pass}
			n := pipelinetest.New(t, stages(first, second))
			p := open(n)
			got := string(p.h.Written(p.c))
			for _, w := range c.want {
				if !strings.Contains(got, w) {
					t.Errorf("answered\n%s\nwant it to have %q", got, w)
				}
			}
			if c.want == nil && got != "" || strings.Contains(got, "hunter2") {
				t.Errorf("answered %q", got)
			}
			if p.h.Shut(p.c) != c.closed || second.seen != c.second {
				t.Errorf("closed %t, the second stage saw %d; want %t, %d", p.h.Shut(p.c), second.seen, c.closed, c.second)
			}
			replace(n, stages(forwarder{}))
			checkDrained(t, n.Program)
			n.Idle()
		})
	}
}

// replace swaps the program of n for one with other stages.
func replace(n *pipelinetest.Net, stages func(*pipeline.LoopBuilder) []pipeline.Stage) {
	n.Edge.Swap(pipeline.BuildWith(n.Spec, n.NetLoops(), stages))
	n.Advance(0)
}

func checkDrained(t *testing.T, p *pipeline.Program) {
	t.Helper()
	select {
	case <-p.Drained():
	default:
		t.Error("the old program has not drained")
	}
}

func TestHandshakeSees(t *testing.T) {
	var path, source string
	stage := &handshakes{judge: func(h *pipeline.Handshake) pipeline.Verdict {
		path, source = string(h.Req.Target.Of(h.Req.Buf)), h.Source.String()
		if h.Conn.Remote() != h.Source {
			t.Errorf("comes from %v over a connection from %v", h.Source, h.Conn.Remote())
		}
		return pipeline.Continue
	}}
	open(pipelinetest.New(t, stages(stage)))
	if path != "/" || source != alice {
		t.Errorf("the stage saw %q from %s, want / from %s", path, source, alice)
	}
}

func TestSuspendedHandshake(t *testing.T) {
	r := &resumer{handshakes: handshakes{judge: park}, resume: func(h *pipeline.Handshake) pipeline.Verdict {
		h.AddHeaders("X-Late: 1\r\n")
		return pipeline.Continue
	}}
	second := &handshakes{judge: pass}
	n := pipelinetest.New(t, stages(r, second, router{}))
	p := open(n)
	p.send(over("WS", request("OPTIONS", "1 ", "early", ""))) // it should have waited
	if got := p.h.Written(p.c); len(got) != 0 || second.seen != 0 {
		t.Fatalf("while parked: answered %q, the second stage saw %d; want nothing", got, second.seen)
	}
	post(n, r.token, pipeline.Event{Code: 7})
	if got := string(p.h.Written(p.c)); !strings.HasPrefix(got, "HTTP/1.1 101 ") || !strings.Contains(got, "X-Late: 1\r\n") {
		t.Errorf("answered %q, want 101", got)
	}
	if len(r.events) != 1 || r.events[0].Kind != pipeline.EventPosted || r.events[0].Code != 7 || second.seen != 1 {
		t.Errorf("resumed with %+v, the second stage saw %d; want what was posted, and 1", r.events, second.seen)
	}
	n.FromUDP(bob, respond(expectSent(n, bob, "OPTIONS ")[0], "200 OK"))
	p.expect("SIP/2.0 200 ")
	post(n, r.token, pipeline.Event{})
	if len(r.events) != 1 || n.Count("sluice_stage_stale_tokens_total") != 1 {
		t.Error("a spent token resumed the handshake")
	}
	n.Advance(40 * time.Second)
	n.Idle()
}

func TestSuspendedHandshakeEnds(t *testing.T) {
	again := func(h *pipeline.Handshake) pipeline.Verdict { return h.Reject(401, "Who Are You", "") }
	for _, c := range []struct {
		name   string
		resume func(h *pipeline.Handshake) pipeline.Verdict // nil: the stage does not resume
		end    func(n *pipelinetest.Net, p *peer, tok pipeline.Token)
		want   string
		closed bool
	}{
		{"rejected", again, func(n *pipelinetest.Net, _ *peer, tok pipeline.Token) { post(n, tok, pipeline.Event{}) }, "HTTP/1.1 401 Who Are You\r\n", true},
		{"dropped", func(*pipeline.Handshake) pipeline.Verdict { return pipeline.Drop },
			func(n *pipelinetest.Net, _ *peer, tok pipeline.Token) { post(n, tok, pipeline.Event{}) }, "", true},
		{"panics", func(*pipeline.Handshake) pipeline.Verdict { panic("oops") },
			func(n *pipelinetest.Net, _ *peer, tok pipeline.Token) { post(n, tok, pipeline.Event{}) }, "HTTP/1.1 500 ", true},
		{"in time, told to nobody", nil, func(n *pipelinetest.Net, _ *peer, tok pipeline.Token) { post(n, tok, pipeline.Event{}) }, "HTTP/1.1 101 ", false},
		{"too late", again, func(n *pipelinetest.Net, _ *peer, _ pipeline.Token) { n.Advance(11 * time.Second) }, "HTTP/1.1 401 ", true},
		{"too late, told to nobody", nil, func(n *pipelinetest.Net, _ *peer, _ pipeline.Token) { n.Advance(11 * time.Second) }, "HTTP/1.1 503 ", true},
		{"expelled", nil, func(n *pipelinetest.Net, _ *peer, _ pipeline.Token) {
			n.Edge.Expel(n.Program)
			n.Advance(0)
		}, "HTTP/1.1 503 ", true},
		{"closed by the client", again, func(n *pipelinetest.Net, p *peer, tok pipeline.Token) {
			p.h.ClosePeer(p.c)
			post(n, tok, pipeline.Event{})
		}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &resumer{handshakes: handshakes{judge: park}, resume: c.resume}
			var stage pipeline.Stage = r
			if c.resume == nil {
				stage = &r.handshakes
			}
			n := pipelinetest.New(t, stages(stage))
			p := open(n)
			replace(n, stages(forwarder{})) // what began on the old program ends on it
			c.end(n, p, r.token)
			if got := string(p.h.Written(p.c)); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
				t.Errorf("answered %q, want %q", got, c.want)
			}
			if got := p.h.Shut(p.c); got != c.closed {
				t.Errorf("closed %t, want %t", got, c.closed)
			}
			checkDrained(t, n.Program)
			n.Idle()
		})
	}
}

func TestHandshakeWhileDraining(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}))
	n.Edge.Drain()
	n.Advance(0)
	p := open(n)
	if got := string(p.h.Written(p.c)); !strings.HasPrefix(got, "HTTP/1.1 503 ") || !strings.Contains(got, "Retry-After: ") || !p.h.Shut(p.c) {
		t.Errorf("answered %q, want 503 with Retry-After and an end", got)
	}
}

// What a stage panics at takes the one message with it, not what comes
// behind it in the same read.
func TestPanicOnStream(t *testing.T) {
	bomb := pipeline.RequestFunc(func(x *pipeline.Exchange) pipeline.Verdict {
		if x.Req.Method == sip.MethodInfo {
			panic("oops")
		}
		return pipeline.Continue
	})
	for _, transport := range []netio.Transport{netio.TCP, netio.WS} {
		n := pipelinetest.New(t, stages(bomb, router{}))
		caller := connect(n, transport, aliceWS)
		caller.send(over(transport.Upper(), request("INFO", "1 ", "one", "")), over(transport.Upper(), request("OPTIONS", "2 ", "two", "")),
			over(transport.Upper(), request("INFO", "3 ", "three", "")))
		caller.expect("SIP/2.0 500 ", "SIP/2.0 500 ")
		n.FromUDP(bob, respond(expectSent(n, bob, "OPTIONS ")[0], "200 OK"))
		caller.expect("SIP/2.0 200 ")
		if got := n.Count("sluice_stage_panics_total"); got != 2 {
			t.Errorf("%s: %d panics counted, want 2", transport, got)
		}
		n.Advance(40 * time.Second)
		n.Idle()
	}
}
