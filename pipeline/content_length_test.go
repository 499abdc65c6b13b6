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

// lengthless is msg as UDP and WebSocket peers may send it.
func lengthless(msg, body string) string {
	return strings.Replace(msg, "Content-Length: 0\r\n", "", 1) + body
}

// checkLength looks whether msg has one Content-Length, and the body that it
// speaks of.
func checkLength(t *testing.T, msg, body string) {
	t.Helper()
	head, rest, _ := strings.Cut(msg, "\r\n\r\n")
	if got, want := pipelinetest.Header(head+"\r\n\r\n", "Content-Length"), fmt.Sprint(len(body)); len(got) != 1 || got[0] != want || rest != body {
		t.Errorf("Content-Length %q and body %q, want %s and %q, in\n%s", got, rest, want, body, msg)
	}
}

// What came without Content-Length gets it: on a stream its body would be taken
// for the next message (RFC 3261 §16.6 step 9, §18.3).
func TestContentLengthIsAdded(t *testing.T) {
	for _, body := range []string{"", "INFO sip:bob@192.0.2.2 SIP/2.0\r\n\r\n"} {
		for _, from := range []netio.Transport{netio.UDP, netio.WS} {
			t.Run(fmt.Sprintf("request over %s, %d bytes", from, len(body)), func(t *testing.T) {
				n := pipelinetest.New(t, stages(router{}))
				invite := target(bobTCP, lengthless(request("INVITE", "1 ", "inv", ""), body))
				if from == netio.UDP {
					n.FromUDP(alice, invite)
				} else {
					connect(n, netio.WS, aliceWS).send(over("WS", invite))
				}
				d := dial(n, bob)
				d.Succeed()
				checkLength(t, string(n.Loops[0].Written(d.Conn)), body)
			})
		}
		t.Run(fmt.Sprintf("responses, %d bytes", len(body)), func(t *testing.T) {
			users := router{}
			n := pipelinetest.New(t, stages(users))
			callee := connect(n, netio.WS, bobWS)
			users["bob"] = []pipeline.Target{{Transport: netio.WS, Flow: callee.c.ID()}}
			caller := connect(n, netio.TCP, "192.0.2.1:40001")
			caller.send(over("TCP", request("INVITE", "1 ", "inv", "")))
			caller.expect("SIP/2.0 100 ")
			inv := callee.expect("INVITE ")[0]
			ok := respond(inv, "200 OK")
			for _, resp := range []string{respond(inv, "183 Session Progress"), ok, ok, strings.Replace(ok, "tag=b1", "tag=b2", 1)} { // the last two when the exchange has ended
				callee.send(lengthless(resp, body))
				checkLength(t, string(n.Loops[0].Written(caller.c)), body)
			}
			n.Advance(40 * time.Second)
			n.Idle()
		})
	}
}
