//go:build e2e

package e2e_test

import (
	"fmt"
	"testing"
	"time"
)

// impatient shortens what may be: a server then gives up after seconds. Until then
// it repeats nothing, as a patient one.
func impatient(c *settings) {
	patient(c)
	c.profile += "timer_B = \"2s\"\ntimer_C = \"8s\"\ntimer_F = \"2s\"\n"
}

// repeat sends m again, and waits until a response has come n times.
func repeat(t *testing.T, s *server, p *phone, m, resp *message, n int) {
	t.Helper()
	p.send(p.out, m)
	what := fmt.Sprintf("%q %d times", resp.start, n)
	s.until(t, soon, what, func() bool { return p.count(resp) == n })
}

// TestRetransmittedInvite: the callee sees an INVITE once; the caller gets the
// last response again (RFC 3261 §17.2.1).
func TestRetransmittedInvite(t *testing.T) {
	t.Parallel()
	s := start(t, patient)
	caller, callee := newPhone(t, s, "udp"), newPhone(t, s, "udp")
	callee.register(600)

	d := caller.invite(callee.aor())
	got := callee.request("INVITE")
	trying := caller.response(d.invite, 100)
	repeat(t, s, caller, d.invite, trying, 2)

	callee.answer(got, 180, "Ringing")
	ringing := caller.response(d.invite, 180)
	repeat(t, s, caller, d.invite, ringing, 2)
	repeat(t, s, caller, d.invite, ringing, 3)

	callee.answer(got, 486, "Busy Here")
	refused := caller.response(d.invite, 486)
	before := caller.count(refused) // timer G may have fired
	caller.send(caller.out, d.invite)
	s.until(t, soon, "486 again", func() bool { return caller.count(refused) > before })
	d.refuseAck(refused)
	callee.request("ACK")

	fence(t, caller, callee)
	if n := callee.count(got); n != 1 {
		t.Errorf("INVITEs at the callee: got %d, want 1", n)
	}
	s.count(t, "sluice_sip_retransmissions_received_total", 4)
}

// TestRetransmittedRequest is the same for a request that is no INVITE
// (RFC 3261 §17.2.2).
func TestRetransmittedRequest(t *testing.T) {
	t.Parallel()
	s := start(t)
	caller, callee := newPhone(t, s, "udp"), newPhone(t, s, "tcp")
	callee.register(600)

	m := caller.ask("MESSAGE", callee.aor())
	got := callee.request("MESSAGE")
	caller.send(caller.out, m)
	callee.answer(got, 200, "OK")
	ok := caller.response(m, 200)
	repeat(t, s, caller, m, ok, 2)

	fence(t, caller, callee)
	if n := callee.count(got); n != 1 {
		t.Errorf("MESSAGEs at the callee: got %d, want 1", n)
	}
}

// TestSilentCallee: 408 when timer B fires, and until then the INVITE is sent
// again (RFC 3261 §17.1.1.2, §16.8).
func TestSilentCallee(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *settings) { c.profile = "timer_B = \"5500ms\"\n" }) // 2 s from the repetitions before and after
	for _, tt := range []struct {
		transport string
		invites   int // at T1, 3 T1, 7 T1 again
	}{{"udp", 4}, {"tcp", 1}, {"ws", 1}} {
		t.Run(tt.transport, func(t *testing.T) {
			t.Parallel()
			caller, callee := newPhone(t, s, "udp"), newPhone(t, s, tt.transport)
			callee.register(600)
			began := time.Now()
			d := caller.invite(callee.aor())
			got := callee.request("INVITE")
			resp := caller.responseWithin(2*soon, d.invite, 408)
			if took := time.Since(began); took < 5400*time.Millisecond || took > 5500*time.Millisecond+late {
				t.Errorf("408 after %v, want 5.5s", took)
			}
			d.refuseAck(resp)
			if n := callee.count(got); n != tt.invites {
				t.Errorf("INVITEs at the callee: got %d, want %d", n, tt.invites)
			}
			if n := callee.pending("INVITE"); n != 0 {
				t.Errorf("INVITEs of another transaction at the callee: got %d, want 0", n)
			}
		})
	}
}

// TestRingingForever: timer C ends what rings too long with a CANCEL
// (RFC 3261 §16.8).
func TestRingingForever(t *testing.T) {
	t.Parallel()
	s := start(t, impatient)
	caller, callee := newPhone(t, s, "ws"), newPhone(t, s, "udp")
	callee.register(600)
	d := caller.invite(callee.aor())
	got := callee.request("INVITE")
	callee.answer(got, 180, "Ringing")
	caller.response(d.invite, 180)

	cancel := callee.next(8*time.Second+soon, "CANCEL", func(m *message) bool { return m.method() == "CANCEL" })
	callee.answer(cancel, 200, "OK")
	callee.answer(got, 487, "Request Terminated")
	callee.request("ACK")
	resp := caller.final(d.invite)
	if s := resp.status(); s != 408 && s != 487 {
		t.Errorf("final response: got %q, want 408 or 487", resp.start)
	}
	d.refuseAck(resp)
}

// TestUnreachableCallee: nobody listens there, which is known at once.
func TestUnreachableCallee(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			caller := newPhone(t, s, transport)
			d := caller.invite("sip:nobody@" + freeAddr(t) + ";transport=tcp")
			resp := caller.final(d.invite)
			if resp.status()/100 != 5 {
				t.Errorf("final response: got %q, want 5xx", resp.start)
			}
			d.refuseAck(resp)
		})
	}
}

// TestCalleeGoesWhileItRings: when the WebSocket closes over which a call
// rings, no answer can come any more (RFC 3261 §17.1.4), and the caller hears
// of it at once: on whichever loops the two are.
func TestCalleeGoesWhileItRings(t *testing.T) {
	t.Parallel()
	s := start(t, impatient)
	for range 6 {
		caller, callee := newPhone(t, s, "udp"), newPhone(t, s, "ws")
		callee.register(600)
		d := caller.invite(callee.aor())
		callee.answer(callee.request("INVITE"), 180, "Ringing")
		caller.response(d.invite, 180)
		began := time.Now()
		callee.out.close()
		d.refuseAck(caller.final(d.invite))
		if took := time.Since(began); took > late { // timer C has 8 s
			t.Errorf("final response after %v, want at once", took)
		}
	}
}

// TestTablesRunEmpty does all that leaves a transaction behind and waits
// until the last timer has fired: 64 T1 for most.
func TestTablesRunEmpty(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *settings) { c.profile = "timer_B = \"10s\"\ntimer_F = \"10s\"\n" })
	for _, from := range transports {
		for _, to := range transports {
			caller, callee := newPhone(t, s, from), newPhone(t, s, to)
			callee.register(600)
			callerHangsUp(t, caller, callee)
			busy(t, caller, callee)
			cancelled(t, caller, callee)
		}
		leaveBehind(t, newPhone(t, s, from), newPhone(t, s, "udp"))
	}
	gauges := []string{"sluice_exchanges", "sluice_server_transactions", "sluice_client_transactions"}
	for _, g := range gauges { // what was begun last ends after 10 s
		if s.metric(g) == 0 {
			t.Errorf("%s right after the calls: got 0", g)
		}
	}
	for _, g := range gauges {
		s.until(t, 90*time.Second, g+" is 0", func() bool { return s.metric(g) == 0 })
	}
	s.count(t, "sluice_sip_silent_timeouts_total", 3)
}

// leaveBehind begins what is never ended: a refusal and an answer that are
// not acknowledged, an INVITE and an OPTIONS that are not answered.
func leaveBehind(t *testing.T, caller, callee *phone) {
	t.Helper()
	callee.register(600)
	d := caller.invite(callee.aor())
	callee.answer(callee.request("INVITE"), 486, "Busy Here")
	caller.response(d.invite, 486)

	d = caller.invite(callee.aor())
	callee.accept(callee.request("INVITE"))
	caller.response(d.invite, 200)

	caller.ask("OPTIONS", callee.aor())
	callee.request("OPTIONS")
	caller.invite(callee.aor())
	callee.request("INVITE")
}
