package pipeline

import (
	"sluice/netio"
	"sluice/netio/stats"
)

// A traffic is a counter of what comes and goes, one for each transport.
type traffic uint8

const (
	trafficRequests traffic = iota
	trafficResponses
	trafficRequestsOut
	trafficRetransmitsIn
	trafficRetransmitsOut
	trafficReplies1xx
	trafficReplies2xx
	trafficReplies3xx
	trafficReplies4xx
	trafficReplies5xx
	trafficReplies6xx
	trafficGarbage
	trafficKeepAlives
	trafficKeepAlivesSent
	trafficUnanswered
	trafficHandshakes
	trafficHeadTimeouts
	trafficMessageTimeouts
	trafficIdle
	numTraffic
)

// trafficTexts have besides which transports a counter is for; nil is all.
var trafficTexts = [numTraffic]struct {
	name, help string
	has        func(netio.Transport) bool
}{
	trafficRequests:        {"sluice_sip_requests_received_total", "SIP requests received, retransmissions included.", nil},
	trafficResponses:       {"sluice_sip_responses_received_total", "SIP responses received, retransmissions included.", nil},
	trafficRequestsOut:     {"sluice_sip_requests_forwarded_total", "SIP requests forwarded, retransmissions not included.", nil},
	trafficRetransmitsIn:   {"sluice_sip_retransmissions_received_total", "Requests that were retransmissions and went to no stage.", nil},
	trafficRetransmitsOut:  {"sluice_sip_retransmissions_sent_total", "Messages that were sent again.", nil},
	trafficReplies1xx:      {"sluice_sip_responses_sent_1xx_total", "Provisional responses sent.", nil},
	trafficReplies2xx:      {"sluice_sip_responses_sent_2xx_total", "Responses sent with status 200 to 299.", nil},
	trafficReplies3xx:      {"sluice_sip_responses_sent_3xx_total", "Responses sent with status 300 to 399.", nil},
	trafficReplies4xx:      {"sluice_sip_responses_sent_4xx_total", "Responses sent with status 400 to 499.", nil},
	trafficReplies5xx:      {"sluice_sip_responses_sent_5xx_total", "Responses sent with status 500 to 599.", nil},
	trafficReplies6xx:      {"sluice_sip_responses_sent_6xx_total", "Responses sent with status 600 to 699.", nil},
	trafficGarbage:         {"sluice_sip_malformed_total", "Messages that could not be used.", nil},
	trafficKeepAlives:      {"sluice_keepalives_total", "Keep-alives received.", nil},
	trafficKeepAlivesSent:  {"sluice_keepalives_sent_total", "Keep-alives sent.", netio.Transport.Reliable},
	trafficUnanswered:      {"sluice_keepalives_unanswered_total", "Connections closed because a keep-alive was not answered.", netio.Transport.Reliable},
	trafficHandshakes:      {"sluice_websocket_handshakes_total", "WebSocket handshakes accepted.", overWebSocket},
	trafficHeadTimeouts:    {"sluice_connections_head_timeouts_total", "Connections closed because their PROXY protocol header or HTTP request took too long.", netio.Transport.Reliable},
	trafficMessageTimeouts: {"sluice_connections_message_timeouts_total", "Connections closed because a message, frame or TLS record that had begun took too long.", netio.Transport.Reliable},
	trafficIdle:            {"sluice_connections_idle_total", "Connections closed because they were idle.", netio.Transport.Reliable},
}

func overWebSocket(t netio.Transport) bool { return t == netio.WS || t == netio.WSS }

// trafficIDs are the ids of all, zero for a transport that does not have it.
type trafficIDs [numTraffic][netio.NumTransports]stats.ID

func registerTraffic(r *stats.Registry) (ids trafficIDs) {
	for m, text := range trafficTexts {
		for t := range netio.NumTransports {
			if text.has == nil || text.has(t) {
				ids[m][t] = r.Counter(text.name, text.help, "transport", t.String())
			}
		}
	}
	return ids
}

// countOn counts what came or went by t.
func (e *Engine) countOn(t netio.Transport, m traffic) { e.stats.Inc(e.edge.traffic[m][t]) }

// countReply counts a response that goes out by t, by its class.
func (e *Engine) countReply(t netio.Transport, status uint16) {
	e.countOn(t, trafficReplies1xx+traffic(status/100)-1)
}

// sum adds up a counter over loops and transports.
func (ids *trafficIDs) sum(r *stats.Registry, m traffic) (sum uint64) {
	for _, id := range ids[m] {
		if id != 0 {
			sum += r.Sum(id)
		}
	}
	return sum
}
