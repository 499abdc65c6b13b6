package pipeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// canceled is a stage that notes which requests are cancelled, and how. It parks
// those of a user, and panics when it hears of those of another.
type canceled struct {
	log    *[]string
	parks  string
	panics string
}

func (canceled) Name() string { return "canceled" }

func (s canceled) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	if s.parks != "" && strings.Contains(string(x.Req.Value(sip.HeaderVia)), s.parks) {
		x.Token()
		return pipeline.Suspend
	}
	return pipeline.Continue
}

func (s canceled) OnCancel(x *pipeline.Exchange) {
	*s.log = append(*s.log, fmt.Sprintf("canceled %v, gone %v", x.Canceled(), x.CallerGone()))
	if s.panics != "" && strings.Contains(string(x.Req.Value(sip.HeaderVia)), s.panics) {
		panic("no")
	}
}

const goneOnce = "canceled true, gone true"

// TestCallerGone: an INVITE is cancelled when its client cannot be told any more
// how it goes on, and only then.
func TestCallerGone(t *testing.T) {
	for _, c := range []struct {
		name      string
		transport netio.Transport
		via       string // what she calls herself
		rings     string
		canceled  bool
	}{
		{"WebSocket", netio.WS, "192.0.2.1:5060", "180 Ringing", true},
		{"WebSocket, not ringing", netio.WS, "192.0.2.1:5060", "100 Trying", true},
		{"TLS without a port", netio.TLS, "alice.example.com", "180 Ringing", true},
		{"TLS with a port", netio.TLS, "192.0.2.1:5061", "180 Ringing", false},
		{"TCP", netio.TCP, "192.0.2.1:5060", "180 Ringing", false},
		{"TCP without a port", netio.TCP, "192.0.2.1", "180 Ringing", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log []string
			n := pipelinetest.New(t, stages(canceled{log: &log}, router{}))
			caller := &peer{n: n, h: n.Loops[0]}
			if c.transport == netio.TLS {
				caller.c = caller.h.Open(netio.TLS, netiotest.NewListener(3, netio.TLS, "192.0.2.254:5061"), aliceAt)
			} else {
				caller = connect(n, c.transport, aliceFar)
			}
			msg := over(c.transport.Upper(), request("INVITE", "1 ", "inv", ""))
			caller.send(strings.Replace(msg, "192.0.2.1:5060", c.via, 1))
			inv := toBob(n, "INVITE ")
			n.FromUDP(bob, respond(inv, c.rings))
			caller.h.ClosePeer(caller.c)
			if !c.canceled {
				if got := n.Sent(); len(got) != 0 || len(log) != 0 {
					t.Errorf("sent %v, the stage saw %v, want nothing", got, log)
				}
				return
			}
			cancel := expectSent(n, bob, "CANCEL ")[0]
			n.FromUDP(bob, respond(cancel, "200 OK"))
			n.FromUDP(bob, respond(inv, "487 Request Terminated"))
			expectSent(n, bob, "ACK ")
			if got := strings.Join(log, ", "); got != goneOnce {
				t.Errorf("the stage saw %q, want %q", got, goneOnce)
			}
			if gone, cancels := n.Count("sluice_sip_callers_gone_total"), n.Count("sluice_sip_cancels_total"); gone != 1 || cancels != 0 {
				t.Errorf("counted %d gone and %d CANCELs, want 1 and 0", gone, cancels)
			}
			n.Advance(40 * time.Second)
			expectSent(n, bob)
			n.Idle()
		})
	}
}

// TestCallerGoneEarly: the CANCEL waits for a provisional response (RFC 3261
// §9.1), and none goes to who never answers.
func TestCallerGoneEarly(t *testing.T) {
	for _, answers := range []bool{true, false} {
		n := pipelinetest.New(t, stages(router{}))
		caller := connect(n, netio.WS, aliceWS)
		caller.send(over("WS", request("INVITE", "1 ", "inv", "")))
		inv := toBob(n, "INVITE ")
		caller.h.ClosePeer(caller.c)
		expectSent(n, bob)
		if answers {
			n.FromUDP(bob, respond(inv, "180 Ringing"))
			n.FromUDP(bob, respond(expectSent(n, bob, "CANCEL ")[0], "200 OK"))
			n.FromUDP(bob, respond(inv, "487 Request Terminated"))
		}
		for range 80 {
			n.Advance(time.Second)
		}
		n.Sent()
		n.Idle()
	}
}

// TestCallerGoneCrossing: a 2xx that crosses the CANCEL has nobody to take it;
// nothing is left of it here.
func TestCallerGoneCrossing(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}))
	caller := connect(n, netio.WS, aliceWS)
	caller.send(over("WS", request("INVITE", "1 ", "inv", "")))
	inv := toBob(n, "INVITE ")
	n.FromUDP(bob, respond(inv, "180 Ringing"))
	caller.h.ClosePeer(caller.c)
	expectSent(n, bob, "CANCEL ")
	for range 3 {
		n.FromUDP(bob, respond(inv, "200 OK"))
	}
	for range 80 {
		n.Advance(time.Second)
		for _, p := range n.Sent() {
			if !strings.HasPrefix(p.Text, "CANCEL ") {
				t.Errorf("sent %s", p.Text)
			}
		}
	}
	n.Idle()
}

// TestCallerGoneFork: all branches are cancelled, wherever they are.
func TestCallerGoneFork(t *testing.T) {
	var log []string
	fork := &forked{}
	n := pipelinetest.New(t, stages(canceled{log: &log}, fork), pipelinetest.Options{Loops: 2})
	far := connect(n, netio.WS, bobWS, 1)
	fork.to = []pipeline.Hop{{Flow: far.c.ID(), Transport: netio.WS, FlowOnly: true}, {}}
	caller := connect(n, netio.WS, aliceWS, 0)
	caller.send(over("WS", request("INVITE", "1 ", "inv", "")))
	near, there := toBob(n, "INVITE "), far.expect("INVITE ")[0]
	n.FromUDP(bob, respond(near, "180 Ringing"))
	far.send(respond(there, "180 Ringing"))
	caller.h.ClosePeer(caller.c)
	n.Advance(0)
	n.FromUDP(bob, respond(expectSent(n, bob, "CANCEL ")[0], "200 OK"))
	far.send(respond(far.expect("CANCEL ")[0], "200 OK"), respond(there, "487 Request Terminated"))
	n.FromUDP(bob, respond(near, "487 Request Terminated"))
	took(t, "gone", &log, goneOnce)
	n.Advance(40 * time.Second)
	n.Sent()
	n.Idle()
}

// forked is a stage that sends requests to several hops at once.
type forked struct{ to []pipeline.Hop }

func (*forked) Name() string { return "forked" }

func (s *forked) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	for _, h := range s.to {
		x.AddHop(h)
	}
	return x.Forward()
}

func (*forked) OnResolve(_ *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	if h := b.Hop(); h.Flow != 0 {
		b.AddTarget(pipeline.Target{Flow: h.Flow, Transport: h.Transport})
	} else {
		b.AddTarget(toUDP)
	}
	return pipeline.Continue
}

// TestCallerGoneOthers: what else came on the connection goes on, or is over.
func TestCallerGoneOthers(t *testing.T) {
	var log []string
	n := pipelinetest.New(t, stages(canceled{log: &log, parks: "parked", panics: "ring2"}, router{}))
	caller := connect(n, netio.WS, aliceWS)
	var rings []string
	for _, id := range []string{"ring1", "answered", "refused", "ring2", "parked", "ring3"} {
		caller.send(over("WS", request("INVITE", "1 ", id, "")))
		if id == "parked" {
			expectSent(n, bob)
			continue
		}
		inv := toBob(n, "INVITE ")
		status := "180 Ringing"
		switch id {
		case "answered":
			status = "200 OK"
		case "refused":
			status = "486 Busy Here"
		default:
			rings = append(rings, inv)
		}
		n.FromUDP(bob, respond(inv, status))
	}
	caller.send(over("WS", request("OPTIONS", "1 ", "options", "")))
	opt := toBob(n, "OPTIONS ")
	caller.send(over("WS", request("CANCEL", "1 ", "ring1", "")))
	cancels := []string{toBob(n, "CANCEL ")}
	took(t, "CANCEL", &log, "canceled true, gone false")

	caller.h.ClosePeer(caller.c)
	cancels = append(cancels, expectSent(n, bob, "CANCEL ", "CANCEL ")...)
	took(t, "gone", &log, strings.Join([]string{goneOnce, goneOnce, goneOnce}, ", "))
	for i, inv := range rings {
		n.FromUDP(bob, respond(cancels[i], "200 OK"))
		n.FromUDP(bob, respond(inv, "487 Request Terminated"))
	}
	n.FromUDP(bob, respond(opt, "200 OK"))
	n.Advance(40 * time.Second)
	n.Sent()
	n.Idle()
	if got := n.Count("sluice_sip_callers_gone_total"); got != 3 {
		t.Errorf("%d gone, want 3", got)
	}
}

// TestCallerGoneWithUs: a server that stops leaves calls as they are.
func TestCallerGoneWithUs(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}))
	caller := connect(n, netio.WS, aliceWS)
	caller.send(over("WS", request("INVITE", "1 ", "inv", "")))
	n.FromUDP(bob, respond(toBob(n, "INVITE "), "180 Ringing"))
	n.Loops[0].Stop()
	expectSent(n, bob)
}
