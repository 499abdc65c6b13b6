package pipeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// expectClosed fails the test unless the peer's connection is closed, which the
// stages were told to be his doing.
func (p *peer) expectClosed(w *watch, want bool) {
	p.n.TB.Helper()
	if got := p.h.Shut(p.c); got != want {
		p.n.TB.Fatalf("the connection is shut: %v, want %v", got, want)
	}
	if got := w.ended(); (got == "peer_closed") != want {
		p.n.TB.Fatalf("got told %q, want peer_closed: %v", got, want)
	}
}

// A caller who ends his sending still gets all responses, and is closed with the
// last one (RFC 3261 §18.2.2).
func TestHalfClose(t *testing.T) {
	for _, c := range []struct {
		name     string
		requests []string // call IDs, of INVITEs and others
		answers  []string // of each request
	}{
		{"INVITE", []string{"INVITE a"}, []string{"180 Ringing", "200 OK"}},
		{"INVITE, refused", []string{"INVITE a"}, []string{"180 Ringing", "486 Busy Here"}},
		{"another method", []string{"OPTIONS a"}, []string{"200 OK"}},
		{"several", []string{"OPTIONS a", "INVITE b", "MESSAGE c"}, []string{"200 OK"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, w := timed(t, pipeline.ConnLimits{})
			caller := connect(n, netio.TCP, aliceFar)
			var forwarded []string
			for _, r := range c.requests {
				method, id, _ := strings.Cut(r, " ")
				caller.send(over("TCP", request(method, "1 ", id, "")))
				forwarded = append(forwarded, expectSent(n, bob, method+" ")...)
			}
			caller.received()                // 100s
			caller.feed("OPTIONS sip:never") // what never becomes whole is no request
			halfClose(caller)
			for i, r := range forwarded {
				for _, a := range c.answers {
					caller.expectClosed(w, false)
					n.FromUDP(bob, respond(r, a))
					caller.expect("SIP/2.0 " + a)
				}
				caller.expectClosed(w, i == len(forwarded)-1)
			}
			noDial(n)
			if got := n.Count("sluice_connections_half_closed_total"); got != 1 {
				t.Errorf("%d connections were half-closed, want 1", got)
			}
			n.Sent()
			n.Advance(40 * time.Second)
			n.Idle()
		})
	}
}

// Who has all answers is closed at once, and so is whose transport has an end of
// its own.
func TestNoHalfClose(t *testing.T) {
	for _, c := range []struct {
		name      string
		transport netio.Transport
		send      string
	}{
		{"nothing was asked", netio.TCP, ""},
		{"half a request", netio.TCP, "OPTIONS sip:bob@example.com SIP/2.0\r\n"},
		{"answered", netio.TCP, over("TCP", target("sip:nobody@elsewhere.example.com", request("OPTIONS", "1 ", "opt", "")))},
		{"a WebSocket", netio.WS, string(masked(t, 1, over("WS", request("INVITE", "1 ", "inv", ""))))},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, w := timed(t, pipeline.ConnLimits{})
			p := connect(n, c.transport, aliceFar)
			p.feed(c.send)
			p.received()
			halfClose(p)
			if got := w.ended(); got != "peer_closed" {
				t.Errorf("closed: %q, want peer_closed", got)
			}
		})
	}
	t.Run("TLS", func(t *testing.T) {
		n, w := timed(t, pipeline.ConnLimits{})
		s := secure(t, &peer{n: n, h: n.Loops[0]}, netio.TLS)
		s.feed(s.record(over("TLS", request("INVITE", "1 ", "inv", ""))))
		expectSent(n, bob, "INVITE ")
		halfClose(s.peer)
		if got := w.ended(); got != "peer_closed" {
			t.Errorf("closed: %q, want peer_closed", got)
		}
	})
}

// What takes too long goes the way of a connection that has closed.
func TestHalfCloseTimeout(t *testing.T) {
	for name, lim := range map[string]pipeline.ConnLimits{
		"alone":                      {},
		"not what was due before it": {MessageTimeout: message, IdleIn: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			n, w := timed(t, lim)
			caller := connect(n, netio.TCP, aliceFar)
			caller.send(over("TCP", request("INVITE", "1 ", "inv", "")), "half a me")
			inv := expectSent(n, bob, "INVITE ")[0]
			halfClose(caller)
			n.FromUDP(bob, respond(inv, "180 Ringing"))
			n.Advance(32*time.Second - 10*time.Millisecond)
			caller.expect("SIP/2.0 100 ", "SIP/2.0 180 ")
			caller.expectClosed(w, false)
			n.Advance(30 * time.Millisecond)
			caller.expectClosed(w, true)
			if got := n.Count("sluice_connections_half_closed_timeouts_total"); got != 1 {
				t.Errorf("%d timeouts, want 1", got)
			}
			n.FromUDP(bob, respond(inv, "200 OK"))
			d := dial(n, alice)
			d.Succeed()
			(&peer{n, n.Loops[0], d.Conn}).expect("SIP/2.0 200 ")
			closePeer(&peer{n, n.Loops[0], d.Conn})
			n.Advance(40 * time.Second)
			n.Idle()
		})
	}
}

// A request that nobody answers does not hold the connection for longer than
// itself.
func TestHalfCloseWithoutAnswer(t *testing.T) {
	n, w := timed(t, pipeline.ConnLimits{})
	caller := connect(n, netio.TCP, aliceFar)
	caller.send(over("TCP", request("OPTIONS", "1 ", "opt", "")))
	n.Advance(10 * time.Second)
	halfClose(caller)
	n.Advance(21 * time.Second)
	caller.expectClosed(w, false)
	n.Advance(time.Second + 20*time.Millisecond) // Timer F
	caller.expectClosed(w, true)
	if got := n.Count("sluice_connections_half_closed_timeouts_total"); got != 0 {
		t.Errorf("%d timeouts, want none", got)
	}
	caller.expect()
	n.Sent()
	n.Advance(40 * time.Second)
	n.Idle()
}

// Who ends its sending cannot answer: what waits for that fails at once, and so
// does what comes later. Its own requests are answered.
func TestHalfCloseOfACallee(t *testing.T) {
	n, w := timed(t, pipeline.ConnLimits{})
	n.FromUDP(alice, target(bobTCP, request("OPTIONS", "1 ", "one", "")))
	d := dial(n, bob)
	d.Succeed()
	callee := &peer{n, n.Loops[0], d.Conn}
	callee.expect("OPTIONS ")
	callee.send(strings.Replace(target("sip:alice@192.0.2.1:5060", over("TCP", request("MESSAGE", "1 ", "two", ""))), "192.0.2.1:5060;branch", "192.0.2.2:5062;branch", 1))
	msg := expectSent(n, alice, "MESSAGE ")[0]
	halfClose(callee)
	expectSent(n, alice, "SIP/2.0 500 Connection Error\r\n")
	n.FromUDP(alice, target(bobTCP, request("OPTIONS", "2 ", "three", "")))
	dial(n, bob).Fail(errRefused) // another connection
	expectSent(n, alice, "SIP/2.0 500 ")
	callee.expectClosed(w, false)
	n.FromUDP(alice, respond(msg, "200 OK"))
	callee.expect("SIP/2.0 200 ")
	callee.expectClosed(w, true)
	n.Advance(40 * time.Second)
	n.Idle()
}

// The flow to a peer who sends no more is gone for requests, from every loop.
func TestHalfClosedFlow(t *testing.T) {
	for loop := range 2 {
		t.Run(fmt.Sprintf("from loop %d", loop), func(t *testing.T) {
			users := router{"carol": nil}
			n := pipelinetest.New(t, stages(users), pipelinetest.Options{Loops: 2})
			caller := connect(n, netio.TCP, aliceFar)
			users["carol"] = []pipeline.Target{{Flow: caller.c.ID(), Transport: netio.TCP}}
			caller.send(over("TCP", request("INVITE", "1 ", "inv", "")))
			inv := expectSent(n, bob, "INVITE ")[0]
			caller.received()
			halfClose(caller)
			n.FromUDP(bob, target("sip:carol@example.com", strings.Replace(request("OPTIONS", "1 ", "opt", ""), "192.0.2.1:5060;branch", "192.0.2.2:5062;branch", 1)), loop)
			if got := n.SentTo(bob); !strings.HasPrefix(got, "SIP/2.0 430 ") {
				t.Errorf("got %q, want 430 at once", pipelinetest.StartLine(got))
			}
			caller.expect()
			n.FromUDP(bob, respond(inv, "486 Busy Here"))
			caller.expect("SIP/2.0 486 ")
			n.Sent()
			n.Advance(40 * time.Second)
			n.Idle()
		})
	}
}

// What is written to a peer who has closed, before its reset has come, is lost. A
// 2xx is repeated by the callee, and then goes where the client listens.
func TestLostToACloser(t *testing.T) {
	n, _ := timed(t, pipeline.ConnLimits{})
	caller := connect(n, netio.TCP, aliceFar)
	caller.send(over("TCP", request("INVITE", "1 ", "inv", "")))
	inv := expectSent(n, bob, "INVITE ")[0]
	caller.received()
	closePeer(caller)
	n.FromUDP(bob, respond(inv, "200 OK"))
	noDial(n)
	n.Advance(500 * time.Millisecond)
	n.FromUDP(bob, respond(inv, "200 OK"))
	d := dial(n, alice)
	d.Succeed()
	(&peer{n, n.Loops[0], d.Conn}).expect("SIP/2.0 200 ")
	n.Advance(40 * time.Second)
	n.Idle()
}
