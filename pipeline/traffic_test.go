package pipeline_test

import (
	"testing"
	"time"

	"github.com/gobwas/ws"

	"sluice/netio"
	"sluice/pipeline/pipelinetest"
)

// TestTrafficByTransport: what comes and goes is counted for the transport by
// which it does, wherever it is counted, and for no other.
func TestTrafficByTransport(t *testing.T) {
	const callee, caller = "192.0.2.2:5070", "192.0.2.3:40000"
	limits := pipelinetest.DefaultLimits
	limits.Conn.MessageTimeout = time.Second
	n := pipelinetest.New(t, stages(router{}), pipelinetest.Options{Limits: limits})
	web := connect(n, netio.WS, caller)

	toBob := target("sip:bob@"+callee+";transport=tcp", request("OPTIONS", "1 ", "u1", ""))
	n.FromUDP(alice, toBob)
	d := n.Loops[0].Dials()[0]
	d.Succeed()
	bob := &peer{n, n.Loops[0], d.Conn}
	n.FromUDP(alice, toBob)
	bob.send(respond(bob.expect("OPTIONS ")[0], "404 Not Found"))
	expectSent(n, alice, "SIP/2.0 404 ")
	web.send(over("WS", target("sip:alice@"+alice+";transport=udp", request("OPTIONS", "1 ", "w1", ""))))
	n.FromUDP(alice, respond(expectSent(n, alice, "OPTIONS ")[0], "200 OK"))

	bob.feed("\r\n\r\n")
	n.FromUDP(alice, "\r\n\r\n")
	web.feed(string(masked(t, ws.OpPing, "")))
	n.FromUDP(alice, "no message, but as long as one")
	connect(n, netio.TCP, "192.0.2.4:40000").feed("INVITE ")
	n.Advance(time.Second)

	for name, want := range map[string]map[string]int64{
		"sluice_sip_requests_received_total":        {"udp": 2, "ws": 1},
		"sluice_sip_retransmissions_received_total": {"udp": 1},
		"sluice_sip_requests_forwarded_total":       {"tcp": 1, "udp": 1},
		"sluice_sip_responses_received_total":       {"udp": 1, "tcp": 1},
		"sluice_sip_responses_sent_2xx_total":       {"ws": 1},
		"sluice_sip_responses_sent_4xx_total":       {"udp": 1},
		"sluice_sip_malformed_total":                {"udp": 1},
		"sluice_keepalives_total":                   {"udp": 1, "tcp": 1, "ws": 1},
		"sluice_websocket_handshakes_total":         {"ws": 1},
		"sluice_connections_message_timeouts_total": {"tcp": 1},
		"sluice_connections_accepted_total":         {"tcp": 1, "ws": 1},
		"sluice_dials_total":                        {"tcp": 1},
	} {
		sum := int64(0)
		for transport, want := range want {
			sum += want
			if got := n.Count(name, "transport", transport); got != want {
				t.Errorf("%s of %s: got %d, want %d", name, transport, got, want)
			}
		}
		if got := n.Count(name); got != sum {
			t.Errorf("%s: got %d in all, want %d", name, got, sum)
		}
	}
}
