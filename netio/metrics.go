package netio

import "sluice/netio/stats"

// metrics are the ids of what netio counts.
type metrics struct {
	datagramsIn, datagramsOut, bytesIn, bytesOut stats.ID
	sendErrors, sendDropped                      stats.ID
	acceptErrors, openingFull                    stats.ID
	halfClosed                                   stats.ID
	lingering, lingered, lingerCut               stats.ID
	backlog, backlogOfSource, backlogOfAll       stats.ID
	mailDropped, wakeups                         stats.ID
	handshakesRefused                            stats.ID
	handshakeTimeouts, handshakeFloods           stats.ID

	conns, accepted, connsRefused  byTransport
	dials, dialErrors, slowReaders byTransport
	streamBytesIn, streamBytesOut  byTransport
	handshakes, handshakesResumed  byTransport
	handshakeErrors, dialsRefused  byTransport
}

// byTransport are the ids of one metric with the label transport. Those of transports that do not have it are zero.
type byTransport [NumTransports]stats.ID

// label has a metric registered for each transport that has it.
func label(register func(name, help string, labels ...string) stats.ID, has func(Transport) bool, name, help string) (ids byTransport) {
	for t := range NumTransports {
		if has(t) {
			ids[t] = register(name, help, "transport", t.String())
		}
	}
	return ids
}

const closedForBacklog = "Stream connections closed because too much waited for their source, or for all."

func newMetrics(r *stats.Registry) *metrics {
	return &metrics{
		datagramsIn:     r.Counter("sluice_udp_datagrams_received_total", "Datagrams received."),
		datagramsOut:    r.Counter("sluice_udp_datagrams_sent_total", "Datagrams sent."),
		bytesIn:         r.Counter("sluice_udp_received_bytes_total", "Payload bytes of datagrams received."),
		bytesOut:        r.Counter("sluice_udp_sent_bytes_total", "Payload bytes of datagrams sent."),
		sendErrors:      r.Counter("sluice_udp_send_errors_total", "Datagrams that the kernel refused to send."),
		sendDropped:     r.Counter("sluice_udp_send_dropped_total", "Datagrams dropped because the socket stayed full."),
		conns:           label(r.Gauge, Transport.Reliable, "sluice_connections", "Stream connections, those being opened included."),
		accepted:        label(r.Counter, Transport.Reliable, "sluice_connections_accepted_total", "Stream connections accepted."),
		acceptErrors:    r.Counter("sluice_accept_errors_total", "Stream connections that could not be accepted."),
		connsRefused:    label(r.Counter, Transport.Reliable, "sluice_connections_refused_total", "Stream connections refused because there were too many, of their source or in all, or their source is banned."),
		dials:           label(r.Counter, Transport.Reliable, "sluice_dials_total", "Stream connections that were begun to be opened."),
		dialErrors:      label(r.Counter, Transport.Reliable, "sluice_dial_errors_total", "Stream connections that could not be opened."),
		dialsRefused:    label(r.Counter, Transport.Reliable, "sluice_dials_refused_total", "Stream connections that were not begun to be opened because too many were under way."),
		slowReaders:     label(r.Counter, Transport.Reliable, "sluice_slow_readers_total", "Stream connections closed because their write queue was full."),
		backlog:         r.Gauge("sluice_write_waiting_bytes", "Bytes that wait for peers of stream connections which do not read them, or are not connected yet."),
		backlogOfSource: r.Counter("sluice_write_memory_closed_total", closedForBacklog, "reason", "source"),
		backlogOfAll:    r.Counter("sluice_write_memory_closed_total", closedForBacklog, "reason", "all"),
		halfClosed:      r.Counter("sluice_connections_half_closed_total", "Stream connections kept for answers after their peer had ended its sending."),
		lingering:       r.Gauge("sluice_connections_lingering", "Stream connections that were closed with a last word, and whose peers have not ended their sending."),
		lingered:        r.Counter("sluice_connections_lingered_total", "Stream connections that were closed with a last word and lingered."),
		lingerCut:       r.Counter("sluice_connections_linger_cut_total", "Stream connections closed with a last word whose socket was closed before the peer had ended its sending, for time, amount or number."),
		openingFull:     r.Counter("sluice_opening_refused_total", "Messages refused because too much waits for a connection that is being opened."),
		streamBytesIn:   label(r.Counter, Transport.Reliable, "sluice_stream_received_bytes_total", "Bytes received on stream connections."),
		streamBytesOut:  label(r.Counter, Transport.Reliable, "sluice_stream_sent_bytes_total", "Bytes handed to the sockets of stream connections."),
		mailDropped:     r.Counter("sluice_mail_dropped_total", "Mails between loops dropped because a mailbox was full."),
		wakeups:         r.Counter("sluice_loop_wakeups_total", "Times a loop was woken for mail, timers or tasks."),

		handshakes:        label(r.Counter, Transport.Secure, "sluice_tls_handshakes_total", "TLS handshakes that went well, on either side."),
		handshakesResumed: label(r.Counter, Transport.Secure, "sluice_tls_handshakes_resumed_total", "TLS handshakes that went well and resumed an earlier session."),
		handshakeErrors:   label(r.Counter, Transport.Secure, "sluice_tls_handshake_errors_total", "TLS handshakes that failed, for whatever reason."),
		handshakesRefused: r.Counter("sluice_tls_handshakes_refused_total", "TLS handshakes that failed because too many were under way."),
		handshakeFloods:   r.Counter("sluice_tls_handshake_floods_total", "TLS handshakes that failed because the peer sent more meanwhile than is kept for it, or for all together."),
		handshakeTimeouts: r.Counter("sluice_tls_handshake_timeouts_total", "TLS handshakes that failed because they took too long."),
	}
}
