package pipeline

import (
	"sluice/netio/stats"
	"sluice/pipeline/link"
)

// A metric is a counter or gauge of the pipeline, one cell a loop.
type metric uint8

const (
	metricForged metric = iota
	metricLate
	metricLoops
	metricDropped
	metricUnrouted
	metricOriginated
	metricOriginatedRefused
	metricCancels
	metricCallersGone
	metricAckMissing
	metricSilentTimeouts
	metricFailures
	metricHopsFull
	metricBlacklisted
	metricPassedOver
	metricWidened
	metricFlowGone
	metricFlowFull
	metricReopened
	metricAliasesMade
	metricAliasesRefused
	metricAliasesUsed
	metricTransactionsFull
	metricSuspended
	metricStaleToken
	metricParkTimeout
	metricParkFull
	metricPanics
	metricCrossLoop
	metricMailboxFull
	metricBindings
	metricHandshakesRefused
	metricHandshakesLimited
	metricHostsRefused
	metricPathsRefused
	metricOriginsRefused
	metricCloseTimeouts
	metricHalfCloseTimeouts
	metricKeepAlivesLeft
	metricLimited
	metricConnsLimited
	metricBanned
	metricBans
	metricExchanges
	metricServers
	metricClients
	metricAliases
	numMetrics
)

var metricTexts = [numMetrics]struct{ name, help string }{
	metricForged:            {"sluice_sip_responses_foreign_total", "Responses dropped because their top Via is not ours."},
	metricLate:              {"sluice_sip_responses_late_total", "Responses dropped because their transaction is over."},
	metricLoops:             {"sluice_sip_loops_total", "Requests that had been here before, unchanged."},
	metricDropped:           {"sluice_sip_dropped_total", "Requests that a stage discarded without an answer."},
	metricUnrouted:          {"sluice_sip_unrouted_total", "Requests that no stage of the chain took."},
	metricOriginated:        {"sluice_sip_requests_originated_total", "Requests that stages sent of their own."},
	metricOriginatedRefused: {"sluice_sip_requests_originated_refused_total", "Requests that stages wanted to send and that were not sent: the transaction table was full, or their configuration replaced."},
	metricCancels:           {"sluice_sip_cancels_total", "Requests cancelled by their client."},
	metricCallersGone:       {"sluice_sip_callers_gone_total", "INVITEs cancelled because the connection closed by which alone their client can be reached."},
	metricAckMissing:        {"sluice_sip_acks_missing_total", "INVITE transactions that ended without their ACK."},
	metricSilentTimeouts:    {"sluice_sip_silent_timeouts_total", "Non-INVITE requests that timed out and, by RFC 4320, were not answered."},
	metricFailures:          {"sluice_sip_branches_failed_total", "Attempts that ended without a response."},
	metricHopsFull:          {"sluice_sip_targets_refused_total", "Hops left out because a request had too many."},
	metricBlacklisted:       {"sluice_blacklist_added_total", "Targets that were put on the blacklist because they failed."},
	metricPassedOver:        {"sluice_blacklist_hits_total", "Attempts that were not made because of the blacklist."},
	metricWidened:           {"sluice_sip_requests_widened_total", "Requests too large for UDP that went over TCP."},
	metricFlowGone:          {"sluice_sip_flows_gone_total", "Messages for a connection that had closed."},
	metricFlowFull:          {"sluice_sip_flows_full_total", "Requests that failed because too many wait for responses on their connection."},
	metricReopened:          {"sluice_sip_connections_reopened_total", "Messages of a transaction whose connection had closed that went over another one."},
	metricAliasesMade:       {"sluice_aliases_made_total", "Connections of TLS clients that were made an alias of the address in their Via (RFC 5923)."},
	metricAliasesRefused:    {"sluice_aliases_refused_total", "Requests whose alias was not made because there were too many."},
	metricAliasesUsed:       {"sluice_aliases_used_total", "Attempts over the alias of an address instead of a connection to it."},
	metricTransactionsFull:  {"sluice_sip_transactions_refused_total", "Requests refused because the transaction table was full."},
	metricSuspended:         {"sluice_stage_suspended_total", "Suspensions by stages."},
	metricStaleToken:        {"sluice_stage_stale_tokens_total", "Tokens posted that named nothing any more."},
	metricParkTimeout:       {"sluice_stage_suspend_timeouts_total", "Suspensions ended by their guard timer."},
	metricParkFull:          {"sluice_stage_suspend_refused_total", "Suspensions refused because too many were parked."},
	metricPanics:            {"sluice_stage_panics_total", "Panics of stages."},
	metricCrossLoop:         {"sluice_loop_handovers_total", "Messages handed to the loop that owns their transaction or connection."},
	metricMailboxFull:       {"sluice_loop_handovers_refused_total", "Messages lost because the owner's mailbox was full."},
	metricBindings:          {"sluice_stun_bindings_total", "STUN Binding requests answered."},
	metricHandshakesRefused: {"sluice_websocket_handshakes_refused_total", "WebSocket handshakes that a stage refused."},
	metricHandshakesLimited: {"sluice_websocket_handshakes_limited_total", "WebSocket handshakes refused because there were too many, of their source or of all."},
	metricHostsRefused:      {"sluice_websocket_handshakes_host_refused_total", "WebSocket handshakes refused because of their Host."},
	metricPathsRefused:      {"sluice_websocket_handshakes_path_refused_total", "WebSocket handshakes refused because of their path."},
	metricOriginsRefused:    {"sluice_websocket_handshakes_origin_refused_total", "WebSocket handshakes refused because of their Origin."},
	metricCloseTimeouts:     {"sluice_websocket_close_timeouts_total", "WebSockets whose client did not answer our Close frame."},
	metricHalfCloseTimeouts: {"sluice_connections_half_closed_timeouts_total", "Half-closed connections whose client could not be answered in time."},
	metricKeepAlivesLeft:    {"sluice_keepalives_left_out_total", "Keep-alives that were not answered because their sender does not read."},
	metricLimited:           {"sluice_sip_limited_total", "Requests answered 503, and ACKs and useless messages dropped, because their source sends too many."},
	metricConnsLimited:      {"sluice_source_connections_limited_total", "Connections refused because their source has too many."},
	metricBanned:            {"sluice_banned_total", "Datagrams dropped and connections closed or refused because their source is banned."},
	metricBans:              {"sluice_bans_total", "Times a source was banned."},
	metricExchanges:         {"sluice_exchanges", "Requests in progress."},
	metricServers:           {"sluice_server_transactions", "Server transactions, lingering ones included."},
	metricClients:           {"sluice_client_transactions", "Client transactions, lingering ones included."},
	metricAliases:           {"sluice_aliases", "Aliases that there are."},
}

func isGauge(m metric) bool { return m >= metricExchanges }

// registerMetrics registers all metrics with r; each gets an ID.
func registerMetrics(r *stats.Registry) (ids [numMetrics]stats.ID) {
	for m, t := range metricTexts {
		if isGauge(metric(m)) {
			ids[m] = r.Gauge(t.name, t.help)
		} else {
			ids[m] = r.Counter(t.name, t.help)
		}
	}
	return ids
}

// registerLinkMetrics registers what links count.
func registerLinkMetrics(r *stats.Registry) (ids [link.NumCounters]stats.ID) {
	for c := range link.NumCounters {
		ids[c] = r.Counter("sluice_link_events_total", "What was seen in the bytes of stream connections; of messages that are too long, in datagrams too.", "event", c.String())
	}
	return ids
}

func (e *Engine) count(m metric)              { e.stats.Inc(e.edge.ids[m]) }
func (e *Engine) gauge(m metric, delta int64) { e.stats.Move(e.edge.ids[m], delta) }
