package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

const trunkTCP = "sip:bob@trunk.example.com:5062;transport=tcp"

// ring has alice call a URI over a connection that is opened for it, or over
// that of one of these trunks, and the callee ring.
func (n *trunkNet) ring(uri string, trunks ...*peer) (callee *peer, inv string) {
	n.TB.Helper()
	n.FromUDP(alice, target(uri, request("INVITE", "1 ", "inv", "")))
	callee, d, inv := n.where(trunks...)
	if callee == nil {
		d.Succeed()
		callee = &peer{n.Net, n.Loops[0], d.Conn}
		inv = callee.expect("INVITE ")[0]
	}
	callee.send(respond(inv, "180 Ringing"))
	expectSent(n.Net, alice, "SIP/2.0 100 ", "SIP/2.0 180 ")
	return callee, inv
}

// dialled takes the dial for what follows an INVITE, and returns its peer.
func (n *trunkNet) dialled(to, server string) *peer {
	n.TB.Helper()
	p, d, _ := n.where()
	if p != nil || d == nil || d.Remote.String() != to || d.Conn.ServerName() != server {
		n.TB.Fatalf("got dial %+v, want one to %s (%s)", d, to, server)
	}
	d.Succeed()
	return &peer{n.Net, n.Loops[0], d.Conn}
}

// TestCancelAfterClose: a CANCEL whose connection has closed goes over another
// one to the same server (RFC 5923 §8.1), and so does the ACK that follows.
func TestCancelAfterClose(t *testing.T) {
	for _, tc := range []struct{ name, uri, to, server string }{
		{"TCP", trunkTCP, "192.0.2.9:5062", ""},
		{"TLS", trunkURI, trunkAt, "trunk.example.com"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := newTrunkNet(t, accepting)
			callee, inv := n.ring(tc.uri)
			callee.h.ClosePeer(callee.c)
			n.FromUDP(alice, target(tc.uri, request("CANCEL", "1 ", "inv", "")))
			expectSent(n.Net, alice, "SIP/2.0 200 ")
			again := n.dialled(tc.to, tc.server)
			cancel := again.expect("CANCEL " + tc.uri + " ")[0]
			if got, want := pipelinetest.Header(cancel, "Via")[0], pipelinetest.Header(inv, "Via")[0]; got != want {
				t.Errorf("got Via %q, want that of the INVITE, %q", got, want)
			}
			again.send(respond(cancel, "200 OK"), respond(inv, "487 Request Terminated"))
			again.expect("ACK ")
			expectSent(n.Net, alice, "SIP/2.0 487 ")
			if got := n.Count("sluice_sip_connections_reopened_total"); got != 1 {
				t.Errorf("counted %d, want 1", got)
			}
			n.finish(again)
		})
	}
}

// TestAckAfterClose: a callee whose connection has closed sends its refusal over
// another one (RFC 3261 §18.2.2); the ACK goes where the INVITE went (§17.1.1.3).
func TestAckAfterClose(t *testing.T) {
	for _, open := range []bool{false, true} {
		n := newTrunkNet(t, accepting)
		callee, inv := n.ring(trunkTCP)
		callee.h.ClosePeer(callee.c)
		var ours *peer
		if open { // for another request
			n.call("OPTIONS", trunkTCP)
			n.dials[len(n.dials)-1].Succeed()
			ours = &peer{n.Net, n.Loops[0], n.dials[len(n.dials)-1].Conn}
			ours.expect("OPTIONS ")
		}
		theirs := connect(n.Net, netio.TCP, "192.0.2.9:40000")
		theirs.send(respond(inv, "486 Busy Here"))
		expectSent(n.Net, alice, "SIP/2.0 486 ")
		if !open {
			ours = n.dialled("192.0.2.9:5062", "")
		}
		ours.expect("ACK " + trunkTCP + " ")
		theirs.expect()
		n.finish(ours, theirs)
	}
}

// TestCancelAfterHalfClose: a peer that has ended its sending could not answer
// where it is.
func TestCancelAfterHalfClose(t *testing.T) {
	n := newTrunkNet(t, accepting)
	callee, _ := n.ring(trunkTCP)
	callee.send(strings.Replace(request("OPTIONS", "1 ", "owed", ""), "SIP/2.0/UDP 192.0.2.1", "SIP/2.0/TCP 192.0.2.9", 1))
	expectSent(n.Net, bob, "OPTIONS ") // keeps the connection open
	callee.h.HalfClose(callee.c)
	n.FromUDP(alice, target(trunkTCP, request("CANCEL", "1 ", "inv", "")))
	expectSent(n.Net, alice, "SIP/2.0 200 ")
	again := n.dialled("192.0.2.9:5062", "")
	again.expect("CANCEL ")
	callee.expect()
	n.finish(again, callee)
}

// TestCancelRefused: where nobody takes it, the INVITE ends as one whose callee
// does not react.
func TestCancelRefused(t *testing.T) {
	n := newTrunkNet(t, accepting)
	callee, _ := n.ring(trunkTCP)
	callee.h.ClosePeer(callee.c)
	n.FromUDP(alice, target(trunkTCP, request("CANCEL", "1 ", "inv", "")))
	expectSent(n.Net, alice, "SIP/2.0 200 ")
	_, d, _ := n.where()
	d.Fail(errRefused)
	n.Advance(32*time.Second + 100*time.Millisecond)
	expectSent(n.Net, alice, "SIP/2.0 487 ")
	n.finish()
}

// TestCloseIsForgotten: a transaction in the place of one whose connection had
// closed has nothing of that.
func TestCloseIsForgotten(t *testing.T) {
	n := newTrunkNet(t, accepting)
	callee, inv := n.ring(trunkTCP)
	callee.h.ClosePeer(callee.c)
	theirs := connect(n.Net, netio.TCP, "192.0.2.9:40000")
	theirs.send(respond(inv, "200 OK"))
	expectSent(n.Net, alice, "SIP/2.0 200 ")
	n.Advance(40 * time.Second)
	n.FromUDP(alice, request("INVITE", "2 ", "udp", ""))
	n.FromUDP(bob, respond(toBob(n.Net, "INVITE "), "180 Ringing"))
	n.FromUDP(alice, request("CANCEL", "2 ", "udp", ""))
	toBob(n.Net, "CANCEL ")
	n.finish(theirs)
}

// TestCancelAfterAliasClosed: it goes over another alias of the trunk, if there
// is one, or over a connection that we open.
func TestCancelAfterAliasClosed(t *testing.T) {
	for loop := range 2 {
		for _, second := range []bool{false, true} {
			n := newTrunkNet(t, accepting)
			trunk := n.connect(loop, trunkCert)
			n.ask(trunk, aliasVia)
			_, inv := n.ring(trunkURI, trunk)
			other := n.connect(1, trunkCert)
			if second {
				n.ask(other, aliasVia)
			}
			trunk.h.ClosePeer(trunk.c)
			netiotest.RunMail(n.Loops...)
			n.FromUDP(alice, target(trunkURI, request("CANCEL", "1 ", "inv", "")))
			expectSent(n.Net, alice, "SIP/2.0 200 ")
			again := other
			if !second {
				again = n.dialled(trunkAt, "trunk.example.com")
			}
			again.send(respond(again.expect("CANCEL ")[0], "200 OK"), respond(inv, "487 Request Terminated"))
			again.expect("ACK ")
			expectSent(n.Net, alice, "SIP/2.0 487 ")
			n.finish(again, other)
		}
	}
}

// TestCancelOfFlowStaysLost: who can be reached over one connection only is not
// looked for elsewhere; one that has merely ended its sending may read on.
func TestCancelOfFlowStaysLost(t *testing.T) {
	for _, tc := range []struct {
		name string
		end  func(p *peer)
		want []string
	}{
		{"closed", closePeer, nil},
		{"half-closed", func(p *peer) {
			p.send(strings.Replace(request("OPTIONS", "1 ", "owed", ""), "SIP/2.0/UDP 192.0.2.1", "SIP/2.0/TCP 192.0.2.2", 1))
			p.h.HalfClose(p.c)
		}, []string{"CANCEL "}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			users := router{"carol": {{Transport: netio.UDP, Addr: bobAt}}}
			n := pipelinetest.New(t, stages(users), pipelinetest.Options{Profile: short})
			callee := connect(n, netio.TCP, bobWS)
			users["bob"] = []pipeline.Target{{Transport: netio.TCP, Flow: callee.c.ID()}}
			n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
			callee.send(respond(callee.expect("INVITE ")[0], "180 Ringing"))
			users["bob"] = users["carol"] // for what keeps the connection open
			tc.end(callee)
			n.FromUDP(alice, request("CANCEL", "1 ", "inv", ""))
			noDial(n)
			callee.expect(tc.want...)
			for range 2 {
				n.Advance(40 * time.Second)
				noDial(n)
			}
			n.Sent()
			n.Idle()
		})
	}
}
