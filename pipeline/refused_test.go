package pipeline_test

import (
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"sluice/netio/netiotest"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// TestRefusedDatagram: a request that the system does not send fails at once
// (RFC 3261 §8.1.3.1), and the next target is tried.
func TestRefusedDatagram(t *testing.T) {
	carol := "192.0.2.3:5062"
	toCarol := pipeline.Target{Addr: netip.MustParseAddrPort(carol)}
	for _, c := range []struct {
		name, method string
		err          syscall.Errno
		targets      []pipeline.Target
		answer       string // at once; "" when carol gets the request
		saw          string
		blacklisted  int64
	}{
		{"too large", "OPTIONS", syscall.EMSGSIZE, []pipeline.Target{toUDP}, "SIP/2.0 513 Message Too Large\r\n", "too_large", 0},
		{"INVITE too large", "INVITE", syscall.EMSGSIZE, []pipeline.Target{toUDP}, "SIP/2.0 513 Message Too Large\r\n", "too_large", 0},
		{"no route", "OPTIONS", syscall.ENETUNREACH, []pipeline.Target{toUDP}, "SIP/2.0 500 Connection Error\r\n", "connection_error", 1},
		{"forbidden", "INVITE", syscall.EPERM, []pipeline.Target{toUDP}, "SIP/2.0 500 Connection Error\r\n", "connection_error", 1},
		{"no route, and another target", "INVITE", syscall.EHOSTUNREACH, []pipeline.Target{toUDP, toCarol}, "", "connection_error", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log []string
			profile := short
			profile.UseBlacklist, profile.BlacklistTime = true, time.Minute
			n := pipelinetest.New(t, stages(recorder{"r", &log}, router{"bob": c.targets}), pipelinetest.Options{Profile: profile})
			n.Loops[0].RefuseDatagrams(func(p netiotest.Packet) syscall.Errno {
				if p.To == bobAt {
					return c.err
				}
				return 0
			})
			n.FromUDP(alice, request(c.method, "1 ", "one", ""))
			got := n.Sent()
			last := got[len(got)-1]
			switch {
			case c.answer == "":
				if last.To != carol || !strings.HasPrefix(last.Text, c.method) {
					t.Fatalf("got %v, want the request to go to carol", got)
				}
				n.FromUDP(carol, respond(last.Text, "486 Busy Here"))
				got = n.Sent()
				last = got[len(got)-1]
			case last.To != alice || !strings.HasPrefix(last.Text, c.answer):
				t.Fatalf("got %v, want %q", got, c.answer)
			}
			if c.method == "INVITE" {
				n.FromUDP(alice, request("ACK", "1 ", "one", toTag(last.Text)))
			}
			if !strings.Contains(strings.Join(log, ", "), c.saw+" r") {
				t.Errorf("the stage saw %q, want %s", log, c.saw)
			}
			if got := n.Count("sluice_blacklist_added_total"); got != c.blacklisted {
				t.Errorf("%d blacklisted, want %d", got, c.blacklisted)
			}
			n.Advance(40 * time.Second)
			n.Sent()
			n.Idle()
		})
	}
}

// TestRefusedRetransmission: a way that is gone is noticed with the next attempt;
// a callee who has answered is waited for.
func TestRefusedRetransmission(t *testing.T) {
	for _, c := range []struct{ name, method, provisional, answer string }{
		{"INVITE", "INVITE", "", "SIP/2.0 500 "},
		{"another", "OPTIONS", "", "SIP/2.0 500 "},
		{"INVITE that rings", "INVITE", "180 Ringing", ""},
	} {
		n := pipelinetest.New(t, stages(router{}))
		n.FromUDP(alice, request(c.method, "1 ", "one", ""))
		req := toBob(n, c.method)
		if c.provisional != "" {
			n.FromUDP(bob, respond(req, c.provisional))
			n.Sent()
		}
		n.Loops[0].RefuseDatagrams(func(p netiotest.Packet) syscall.Errno {
			if p.To == bobAt {
				return syscall.ENETUNREACH
			}
			return 0
		})
		n.Advance(600 * time.Millisecond)
		if c.answer != "" {
			expectSent(n, alice, c.answer)
			continue
		}
		expectSent(n, alice)
		n.FromUDP(bob, respond(req, "200 OK"))
		expectSent(n, alice, "SIP/2.0 200 ")
	}
}

// TestRefusedResponse: for a response nobody is told, and all ends in its time.
func TestRefusedResponse(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}))
	n.Loops[0].RefuseDatagrams(func(p netiotest.Packet) syscall.Errno {
		if p.To == aliceAt {
			return syscall.EMSGSIZE
		}
		return 0
	})
	n.FromUDP(alice, request("OPTIONS", "1 ", "one", ""))
	n.FromUDP(bob, respond(toBob(n, "OPTIONS "), "200 OK"))
	expectSent(n, alice)
	n.Advance(40 * time.Second)
	n.Idle()
}
