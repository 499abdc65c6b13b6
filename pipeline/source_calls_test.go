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

// toBob takes what was sent to bob, with that start, and drops the rest.
func toBob(n *pipelinetest.Net, start string) string {
	n.TB.Helper()
	var got string
	for _, p := range n.Sent() {
		if p.To == bob && strings.HasPrefix(p.Text, start) {
			got = p.Text
		}
	}
	if got == "" {
		n.TB.Fatalf("bob got no %s", start)
	}
	return got
}

// established is bounded with a call between alice and bob that is up; it
// returns the route of alice's requests in it. The second in which it began is
// over.
func established(t *testing.T, messages, loops int) (*pipelinetest.Net, string) {
	t.Helper()
	n, _ := bounded(t, pipeline.SourceLimits{Messages: messages}, loops)
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	inv := toBob(n, "INVITE ")
	n.FromUDP(bob, respond(inv, "200 OK"))
	route := routeSet(expectSent(n, alice, "SIP/2.0 200 ")[0])
	if route == "" {
		t.Fatal("no Record-Route")
	}
	n.FromUDP(alice, request("ACK", "1 ", "ack", "b1", route))
	expectSent(n, bob, "ACK ")
	n.Advance(2 * time.Second)
	return n, route
}

// exhaust has alice send as many requests as she may in a second.
func exhaust(n *pipelinetest.Net, messages int) {
	for _, msg := range options(0, messages) {
		n.FromUDP(alice, msg)
	}
	n.Sent()
}

// TestLimitSparesCalls: over its limit a source, with many users behind it, goes
// on with the calls that it has, and with nothing else.
func TestLimitSparesCalls(t *testing.T) {
	const limit = 4
	n, route := established(t, limit, 1)
	other := strings.Replace(route, "sip:", "sip:A", 1)
	proxies := "Route: <sip:proxy.example.com;lr>, <sip:192.0.2.254;lr>\r\n"
	for _, c := range []struct {
		name, method, toTag, route string
		passes                     bool
	}{
		{"BYE", "BYE", "b1", route, true},
		{"re-INVITE", "INVITE", "b1", route, true},
		{"ACK", "ACK", "b1", route, true},
		{"behind an outbound proxy", "BYE", "b1", proxies + route, true},
		{"far down", "BYE", "b1", proxies + proxies + route, false},
		{"without a To tag", "INVITE", "", route, false},
		{"without a Route", "BYE", "b1", "", false},
		{"with another token", "BYE", "b1", other, false},
		{"with another's Route", "BYE", "b1", "Route: <sip:bob@192.0.2.254;lr>\r\n", false},
		{"with a malformed Route", "BYE", "b1", "Route: <sip:\r\n" + route, false},
		{"ACK without a Route", "ACK", "b1", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			exhaust(n, limit)
			limited := n.Count("sluice_sip_limited_total")
			n.FromUDP(alice, request(c.method, "2 ", strings.ReplaceAll(c.name, " ", ""), c.toTag, c.route))
			forwarded, refused := tally(n)
			limited = n.Count("sluice_sip_limited_total") - limited
			if want := map[bool]int64{false: 1, true: 0}[c.passes]; limited != want {
				t.Errorf("%d counted as limited, want %d", limited, want)
			}
			if answered := refused == 1; answered != (!c.passes && c.method != "ACK") {
				t.Errorf("%d refused", refused)
			}
			if c.passes != (forwarded == 1) && !strings.Contains(c.route, "proxy") { // which goes to the proxy
				t.Errorf("%d forwarded, passes: %v", forwarded, c.passes)
			}
			n.Advance(40 * time.Second)
			n.Sent()
		})
	}
}

// TestLimitOfCalls: a token of a call is no key to a flood.
func TestLimitOfCalls(t *testing.T) {
	const limit = 4
	for _, method := range []string{"INFO", "ACK"} {
		n, route := established(t, limit, 1)
		for second := range 3 {
			exhaust(n, limit)
			for i := range 3 * limit {
				n.FromUDP(alice, request(method, "2 ", fmt.Sprintf("%d.%d", second, i), "b1", route))
			}
			wantRefused := 2 * limit
			if method == "ACK" {
				wantRefused = 0
			}
			if f, r := tally(n); f != limit || r != wantRefused {
				t.Errorf("%s, second %d: %d forwarded and %d refused, want %d and %d", method, second, f, r, limit, wantRefused)
			}
			n.Advance(40 * time.Second)
			n.Sent()
		}
	}
}

// TestLimitDropsAcks: ACKs that belong to nothing are as many as other requests;
// those that belong to a transaction, or a refusal, have their way.
func TestLimitDropsAcks(t *testing.T) {
	const limit = 3
	n, _ := bounded(t, pipeline.SourceLimits{Messages: limit}, 2)
	for i := range 20 {
		n.FromUDP(alice, request("ACK", "1 ", fmt.Sprintf("ack%d", i), "b1"), i%2)
	}
	if f, r := tally(n); f != limit || r != 0 {
		t.Errorf("%d forwarded and %d refused, want %d and none", f, r, limit)
	}
	if got := n.Count("sluice_sip_limited_total"); got != 20-limit {
		t.Errorf("%d counted, want %d", got, 20-limit)
	}
	n.FromUDP(alice, request("INVITE", "1 ", "late", ""))
	refused := expectSent(n, alice, "SIP/2.0 503 ")[0]
	n.FromUDP(alice, request("ACK", "1 ", "late", toTag(refused)))
	n.Advance(time.Second)
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	n.FromUDP(bob, respond(toBob(n, "INVITE "), "486 Busy Here"))
	n.Sent()
	exhaust(n, limit-1) // besides the INVITE
	n.FromUDP(alice, request("ACK", "1 ", "inv", "b1"))
	n.Advance(400 * time.Millisecond) // before Timer G
	for _, p := range n.Sent() {
		if strings.HasPrefix(p.Text, "SIP/2.0 486 ") {
			t.Error("486 is repeated after its ACK")
		}
	}
	if got := n.Count("sluice_sip_limited_total"); got != 20-limit+1 {
		t.Errorf("%d counted, want %d", got, 20-limit+1)
	}
}

// TestLimitRefusesCancels: CANCELs without an INVITE are refused without a
// transaction, and not handed round for ever; a true one has its way on any
// loop.
func TestLimitRefusesCancels(t *testing.T) {
	const limit, flood = 5, 100
	for loops := 1; loops <= 2; loops++ {
		t.Run(fmt.Sprintf("%d loops", loops), func(t *testing.T) {
			n, _ := bounded(t, pipeline.SourceLimits{Messages: limit}, loops)
			n.FromUDP(alice, request("INVITE", "1 ", "inv", ""), 0)
			inv := toBob(n, "INVITE ")
			n.FromUDP(bob, respond(inv, "180 Ringing"), 0)
			n.Advance(2 * time.Second)
			exhaust(n, limit)
			before, handed := n.Count("sluice_server_transactions"), n.Count("sluice_loop_handovers_total")
			n.FromUDP(alice, request("CANCEL", "1 ", "inv", ""), loops-1)
			toBob(n, "CANCEL ")
			for i := range flood {
				n.FromUDP(alice, request("CANCEL", "1 ", fmt.Sprintf("c%d", i), ""), i%loops)
			}
			if _, refused := tally(n); refused != flood {
				t.Errorf("%d refused, want %d", refused, flood)
			}
			if got := n.Count("sluice_server_transactions"); got != before+1 {
				t.Errorf("%d server transactions, want that of the CANCEL besides %d", got, before)
			}
			if got := n.Count("sluice_sip_limited_total"); got != flood {
				t.Errorf("%d counted, want %d", got, flood)
			}
			// Each that is handed on comes back as a response or not at all.
			if got, most := n.Count("sluice_loop_handovers_total")-handed, int64((loops-1)*2*limit); got > most {
				t.Errorf("%d handed round, want at most %d", got, most)
			}
			n.FromUDP(bob, respond(inv, "487 Request Terminated"), 0)
			n.Advance(time.Minute)
			n.Sent()
			n.Idle()
		})
	}
}

// TestRefusedCancelFindsItsConnection: 503 to a CANCEL that was handed round
// goes back over the connection that it came on.
func TestRefusedCancelFindsItsConnection(t *testing.T) {
	n, _ := bounded(t, pipeline.SourceLimits{Messages: 1}, 2)
	p := connect(n, netio.TCP, aliceFar)
	p.send(over("TCP", request("CANCEL", "1 ", "one", "")))
	p.expect("SIP/2.0 481 ")
	p.send(over("TCP", request("CANCEL", "1 ", "two", "")))
	p.expect("SIP/2.0 503 ")
}
