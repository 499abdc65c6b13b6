//go:build e2e

package e2e_test

import (
	"strings"
	"testing"
)

// TestCallerGone: a phone does not ring on for a caller who has closed the only
// connection by which the answer could reach him. One over TCP may be connected to.
func TestCallerGone(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	for _, from := range []string{"ws", "wss", "tcp"} {
		for _, to := range []string{"udp", "wss"} {
			t.Run(from+" to "+to, func(t *testing.T) {
				caller, callee := s.pair(t, from, to)
				before := s.metric("sluice_sip_callers_gone_total")
				ours := caller.invite(callee.aor())
				invite := callee.request("INVITE")
				callee.answer(invite, 180, "Ringing")
				caller.response(ours.invite, 180)
				caller.out.close()
				if webSocket(from) {
					callee.answer(callee.request("CANCEL"), 200, "OK")
					callee.answer(invite, 487, "Request Terminated")
					callee.request("ACK")
					s.count(t, "sluice_sip_callers_gone_total", before+1)
					return
				}
				callee.answer(invite, 486, "Busy Here")
				caller.response(ours.invite, 486)
				callee.request("ACK")
				if n := callee.pending("CANCEL"); n != 0 {
					t.Error("cancelled")
				}
			})
		}
	}
}

// TestTooLargeForUDP: what no datagram can carry, and TCP cannot either, is
// refused at once.
func TestTooLargeForUDP(t *testing.T) {
	t.Parallel()
	s := start(t)
	caller, callee := s.pair(t, "ws", "udp")
	for _, method := range []string{"MESSAGE", "INVITE"} {
		m := caller.newRequest(method, callee.aor())
		m.add("Contact", "<"+caller.contact()+">")
		m.add("Content-Type", "text/plain")
		m.body = strings.Repeat("x", 65000)
		m.body += strings.Repeat("x", 65500-len(m.String()))
		caller.send(caller.out, m)
		caller.response(m, 513)
	}
	callerHangsUp(t, caller, callee)
}
