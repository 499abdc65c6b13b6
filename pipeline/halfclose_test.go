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

// Who has closed its socket has read nothing of what is written then: the final
// responses go to the address in the Via as soon as the reset is there (RFC 3261
// §18.2.2), and nowhere twice.
func TestLostToACloser(t *testing.T) {
	later := func(n *pipelinetest.Net, p *peer) {
		p.h.Silence(p.c, true)
		n.Advance(time.Second)
		noDial(n)
		p.h.Silence(p.c, false)
		n.Advance(20 * time.Millisecond)
	}
	for _, c := range []struct {
		name   string
		method string
		before []string // provisional responses, after the close
		answer string
		silent bool // until a second after the answer
	}{
		{"OPTIONS", "OPTIONS", nil, "200 OK", false},
		{"OPTIONS, refused", "OPTIONS", nil, "404 Not Found", false},
		{"INVITE", "INVITE", nil, "200 OK", false},
		{"INVITE, refused", "INVITE", nil, "486 Busy Here", false},
		{"INVITE, refused after it has rung", "INVITE", []string{"180 Ringing", "183 Session Progress"}, "486 Busy Here", false},
		{"OPTIONS, far away", "OPTIONS", nil, "200 OK", true},
		{"INVITE, refused, far away", "INVITE", []string{"180 Ringing"}, "486 Busy Here", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, w := timed(t, pipeline.ConnLimits{})
			caller := connect(n, netio.TCP, aliceFar)
			caller.send(over("TCP", request(c.method, "1 ", "one", "")))
			req := expectSent(n, bob, c.method+" ")[0]
			caller.received()
			closePeer(caller)
			caller.h.Silence(caller.c, c.silent)
			for _, b := range c.before {
				n.FromUDP(bob, respond(req, b))
			}
			n.FromUDP(bob, respond(req, c.answer))
			if c.silent {
				noDial(n)
				later(n, caller)
			}
			caller.expectClosed(w, true)
			d := dial(n, alice)
			d.Succeed()
			client := &peer{n, n.Loops[0], d.Conn}
			client.expect("SIP/2.0 " + c.answer)
			n.Sent()
			n.Advance(40 * time.Second)
			client.expect()
			closePeer(client)
			n.Idle()
		})
	}
}

// Of several final responses those that were lost are sent again, and those alone.
func TestLostOfSeveral(t *testing.T) {
	n, _ := timed(t, pipeline.ConnLimits{})
	caller := connect(n, netio.TCP, aliceFar)
	var forwarded []string
	for _, id := range []string{"a", "b", "c", "d"} {
		caller.send(over("TCP", request("OPTIONS", "1 ", id, "")))
		forwarded = append(forwarded, expectSent(n, bob, "OPTIONS ")...)
	}
	answer := func(i int) { n.FromUDP(bob, respond(forwarded[i], "200 OK")) }
	halfClose(caller)
	answer(0)
	caller.expect("SIP/2.0 200 ")
	closePeer(caller)
	caller.h.Silence(caller.c, true)
	answer(1)
	answer(2)
	caller.h.Silence(caller.c, false)
	noDial(n)
	n.Advance(20 * time.Millisecond)
	d := dial(n, alice)
	d.Succeed()
	client := &peer{n, n.Loops[0], d.Conn}
	client.expect("SIP/2.0 200 ", "SIP/2.0 200 ")
	answer(3) // of a client that is known to have closed
	client.expect("SIP/2.0 200 ")
	noDial(n)
	n.Advance(40 * time.Second)
	closePeer(client)
	n.Idle()
}

// A client of which nothing is heard is not waited for for long, and is not taken
// for one that has closed.
func TestNoAcknowledgement(t *testing.T) {
	n, w := timed(t, pipeline.ConnLimits{})
	caller := connect(n, netio.TCP, aliceFar)
	caller.send(over("TCP", request("INVITE", "1 ", "one", "")))
	inv := expectSent(n, bob, "INVITE ")[0]
	caller.received()
	halfClose(caller)
	caller.h.Silence(caller.c, true)
	n.FromUDP(bob, respond(inv, "200 OK"))
	caller.expect("SIP/2.0 200 ")
	if !caller.h.Shut(caller.c) || caller.h.Gone(caller.c) {
		t.Error("our sending has not ended, or the socket is closed")
	}
	n.Advance(500 * time.Millisecond)
	n.FromUDP(bob, respond(inv, "200 OK")) // again: nothing more can be written to the connection
	d := dial(n, alice)
	d.Succeed()
	client := &peer{n, n.Loops[0], d.Conn}
	client.expect("SIP/2.0 200 ")
	n.Advance(1490 * time.Millisecond)
	if caller.h.Gone(caller.c) {
		t.Error("closed before its time")
	}
	n.Advance(20 * time.Millisecond)
	if !caller.h.Gone(caller.c) || w.events[len(w.events)-1] != "close "+aliceFar+" peer_closed" {
		t.Errorf("not closed in time: %q", w.events)
	}
	n.Advance(20 * time.Second)
	n.FromUDP(bob, respond(inv, "200 OK"))
	client.expect("SIP/2.0 200 ")
	n.Advance(20 * time.Second)
	client.expect()
	closePeer(client)
	n.Idle()
}

// What is kept to be sent again is bounded.
func TestManyLost(t *testing.T) {
	n, _ := timed(t, pipeline.ConnLimits{})
	caller := connect(n, netio.TCP, aliceFar)
	var forwarded []string
	for _, id := range []string{"a", "b", "c"} {
		caller.send(over("TCP", request("OPTIONS", "1 ", id, "")))
		forwarded = append(forwarded, expectSent(n, bob, "OPTIONS ")...)
	}
	closePeer(caller)
	caller.h.Silence(caller.c, true)
	for _, r := range forwarded {
		n.FromUDP(bob, respond(r, "200 OK\r\nX-Long: "+strings.Repeat("x", 50000)))
	}
	caller.h.Silence(caller.c, false)
	n.Advance(20 * time.Millisecond)
	d := dial(n, alice)
	d.Succeed()
	client := &peer{n, n.Loops[0], d.Conn}
	client.expect("SIP/2.0 200 ", "SIP/2.0 200 ")
	n.Advance(40 * time.Second)
	closePeer(client)
	n.Idle()
}
