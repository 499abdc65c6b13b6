//go:build e2e

package e2e_test

import (
	"net"
	"slices"
	"strings"
	"testing"
)

// transports are those of a server that start has started, allTransports
// those of startTLS too.
var (
	transports    = []string{"udp", "tcp", "ws"}
	allTransports = []string{"udp", "tcp", "tls", "ws", "wss"}
)

// A scene is what happens between two phones that are registered.
type scene struct {
	name string
	play func(t *testing.T, caller, callee *phone)
}

var scenes = []scene{
	{"caller hangs up", callerHangsUp},
	{"callee hangs up", calleeHangsUp},
	{"cancelled while it rings", cancelled},
	{"busy", busy},
	{"new offer from either side", newOffers},
	{"seen on the way", seenOnTheWay},
}

// TestCallsOverOneConnection calls a phone that listens nowhere: its Contact
// names its end of the connection to the server, which has to be used.
func TestCallsOverOneConnection(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	for _, from := range allTransports {
		for _, to := range []string{"tcp", "tls"} {
			t.Run(from+" to "+to, func(t *testing.T) {
				caller, callee := newPhone(t, s, from), newPhone(t, s, to)
				callee.listener.Close()
				callee.sentBy = callee.out.(streamLink).conn.LocalAddr().String()
				callee.register(600)
				callerHangsUp(t, caller, callee)
				calleeHangsUp(t, caller, callee)
			})
		}
	}
}

// TestCallsAcrossLoops calls until messages had to be handed from the loop
// that received them to the one they belong to. Which loop gets a socket is
// chance; that it is always the same one has a chance of 1 in 2^20.
func TestCallsAcrossLoops(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, to := range transports {
		t.Run(to, func(t *testing.T) {
			callee := newPhone(t, s, to)
			callee.register(600)
			before := s.metric("sluice_loop_handovers_total")
			for range 20 {
				caller := newPhone(t, s, "udp")
				callerHangsUp(t, caller, callee)
				calleeHangsUp(t, caller, callee)
				if s.metric("sluice_loop_handovers_total") > before {
					return
				}
			}
			t.Error("no message was handed to the other loop")
		})
	}
}

// setUp makes a call up to its ACK and checks what both phones see of it.
func setUp(t *testing.T, caller, callee *phone) (ours, theirs *dialog) {
	t.Helper()
	ours = caller.invite(callee.aor())
	got := callee.request("INVITE")
	checkRelayed(t, ours.invite, got)
	if want := callee.contact(); got.uri() != want {
		t.Errorf("Request-URI of INVITE: got %s, want %s", got.uri(), want)
	}
	caller.response(ours.invite, 100)

	callee.answer(got, 180, "Ringing")
	ringing := caller.response(ours.invite, 180)
	checkVias(t, ringing, 1)

	theirs = callee.accept(got)
	ok := caller.response(ours.invite, 200)
	checkVias(t, ok, 1)
	if ok.body != sdp(callee.name) {
		t.Errorf("body of 200: got %q, want %q", ok.body, sdp(callee.name))
	}
	if want, has := got.values("Record-Route"), ok.values("Record-Route"); !slices.Equal(has, want) {
		t.Errorf("Record-Route of 200: got %q, want %q", has, want)
	}

	ours.confirm(ok)
	ack := callee.request("ACK")
	if want := callee.contact(); ack.uri() != want {
		t.Errorf("Request-URI of ACK: got %s, want %s", ack.uri(), want)
	}
	if routes := ack.values("Route"); len(routes) != 0 {
		t.Errorf("Route of ACK at the callee: got %q, want none", routes)
	}
	return ours, theirs
}

// checkRelayed checks a request that went through the server.
func checkRelayed(t *testing.T, sent, got *message) {
	t.Helper()
	checkVias(t, got, 2)
	if hops := got.value("Max-Forwards"); hops != "69" {
		t.Errorf("Max-Forwards: got %q, want 69", hops)
	}
	if got.body != sent.body {
		t.Errorf("body: got %q, want %q", got.body, sent.body)
	}
	for _, name := range []string{"From", "To", "Call-ID", "CSeq", "Contact", "X-Passed-On"} {
		if got.value(name) != sent.value(name) {
			t.Errorf("%s: got %q, want %q", name, got.value(name), sent.value(name))
		}
	}
	routes := got.values("Record-Route")
	if len(routes) == 0 {
		t.Error("no Record-Route")
	}
	for _, r := range routes {
		if !strings.Contains(r, ";lr") {
			t.Errorf("Record-Route %q: no lr", r)
		}
	}
}

func checkVias(t *testing.T, m *message, want int) {
	t.Helper()
	if vias := m.values("Via"); len(vias) != want {
		t.Errorf("Vias of %q: got %q, want %d", m.start, vias, want)
	}
}

// hangUp ends a call from d's side.
func hangUp(t *testing.T, d *dialog, peer *phone) {
	t.Helper()
	bye := d.bye()
	got := peer.request("BYE")
	if got.value("Call-ID") != d.callID {
		t.Errorf("Call-ID of BYE: got %s, want %s", got.value("Call-ID"), d.callID)
	}
	if routes := got.values("Route"); len(routes) != 0 {
		t.Errorf("Route of BYE at %s: got %q, want none", peer.name, routes)
	}
	checkVias(t, got, 2)
	peer.answer(got, 200, "OK")
	checkVias(t, d.p.response(bye, 200), 1)
}

func callerHangsUp(t *testing.T, caller, callee *phone) {
	t.Helper()
	ours, _ := setUp(t, caller, callee)
	hangUp(t, ours, callee)
}

func calleeHangsUp(t *testing.T, caller, callee *phone) {
	t.Helper()
	_, theirs := setUp(t, caller, callee)
	hangUp(t, theirs, caller)
}

// cancelled: both transactions of the caller get their answer, and the ACK
// that the callee gets is the server's (RFC 3261 §9.2, §16.10, §17.1.1.3).
func cancelled(t *testing.T, caller, callee *phone) {
	d := caller.invite(callee.aor())
	got := callee.request("INVITE")
	callee.answer(got, 180, "Ringing")
	caller.response(d.invite, 180)

	cancel := d.cancel()
	caller.response(cancel, 200)
	atCallee := callee.request("CANCEL")
	if atCallee.branch() != got.branch() {
		t.Errorf("branch of CANCEL: got %s, want that of the INVITE, %s", atCallee.branch(), got.branch())
	}
	checkVias(t, atCallee, 1) // RFC 3261 §9.1: a CANCEL has one
	callee.answer(atCallee, 200, "OK")
	failed(t, caller, callee, d, got, 487, "Request Terminated")
}

func busy(t *testing.T, caller, callee *phone) {
	d := caller.invite(callee.aor())
	got := callee.request("INVITE")
	failed(t, caller, callee, d, got, 486, "Busy Here")
}

// failed has the callee refuse an INVITE. The caller's ACK goes no further
// than the server.
func failed(t *testing.T, caller, callee *phone, d *dialog, got *message, status int, reason string) {
	t.Helper()
	callee.answer(got, status, reason)
	resp := caller.response(d.invite, status)
	checkVias(t, resp, 1)
	ack := callee.request("ACK")
	if ack.branch() != got.branch() {
		t.Errorf("branch of ACK: got %s, want that of the INVITE, %s", ack.branch(), got.branch())
	}
	checkVias(t, ack, 1)
	d.refuseAck(resp)

	fence(t, caller, callee)
	if n := callee.pending("ACK") + callee.count(ack) - 1; n != 0 {
		t.Errorf("ACKs at the callee: got %d, want 1", n+1)
	}
}

// fence sends a request from one phone to the other. What was sent before it
// has arrived when it has.
func fence(t *testing.T, from, to *phone) {
	t.Helper()
	m := from.ask("OPTIONS", to.aor())
	to.answer(to.request("OPTIONS"), 200, "OK")
	from.response(m, 200)
}

func newOffers(t *testing.T, caller, callee *phone) {
	ours, theirs := setUp(t, caller, callee)
	offer(t, ours, callee)
	offer(t, theirs, caller)
	hangUp(t, ours, callee)
}

// offer has d's phone send an INVITE within the dialog.
func offer(t *testing.T, d *dialog, peer *phone) {
	t.Helper()
	m := d.reinvite()
	got := peer.request("INVITE")
	if got.value("Call-ID") != d.callID || got.body != m.body {
		t.Errorf("INVITE within the dialog: got Call-ID %s and body %q, want %s and %q",
			got.value("Call-ID"), got.body, d.callID, m.body)
	}
	peer.answer(got, 200, "OK")
	d.confirm(d.p.response(m, 200))
	if ack := peer.request("ACK"); ack.value("CSeq") != strings.Replace(m.value("CSeq"), "INVITE", "ACK", 1) {
		t.Errorf("CSeq of ACK: got %s, want that of %s", ack.value("CSeq"), m.value("CSeq"))
	}
}

// notFound calls a phone that has unregistered: nobody is there, and RFC 3261
// §16.5 wants 480 or 404.
func notFound(t *testing.T, caller, callee *phone) {
	t.Helper()
	d := caller.invite(callee.aor())
	resp := caller.final(d.invite)
	if s := resp.status(); s != 404 && s != 480 {
		t.Errorf("call to an unregistered phone: got %q, want 404 or 480", resp.start)
	}
	d.refuseAck(resp)
}

// TestSourceAddress: an answer goes to where the request came from, whatever
// its Via says (RFC 3261 §18.2.1, RFC 3581).
func TestSourceAddress(t *testing.T) {
	t.Parallel()
	s := start(t)
	callee := newPhone(t, s, "udp")
	callee.register(600)
	caller := newPhone(t, s, "udp")
	_, port, _ := net.SplitHostPort(caller.sentBy)
	caller.sentBy = "192.0.2.7:9"
	m := caller.ask("OPTIONS", callee.aor())
	got := callee.request("OPTIONS")
	via := got.values("Via")[1]
	if param(via, "received") != "127.0.0.1" || param(via, "rport") != port {
		t.Errorf("Via: got %q, want received=127.0.0.1 and rport=%s", via, port)
	}
	callee.answer(got, 200, "OK")
	caller.response(m, 200)
}
