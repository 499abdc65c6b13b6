package netio_test

import (
	"crypto/tls"
	"net"
	"testing"

	"sluice/netio"
)

// TestMetricsByTransport: every transport has its own connections, bytes and handshakes.
func TestMetricsByTransport(t *testing.T) {
	a := newAuthority(t)
	o := listen(local(netio.TCP), secure(netio.TLS, a.config()), local(netio.WS), secure(netio.WSS, a.config()))
	n := open(t, o, node{})
	for times, ln := range n.Listeners() {
		for range times + 1 {
			var c net.Conn
			if ln.Transport.Secure() {
				c = dialTLS(t, ln.Addr, &tls.Config{ServerName: "sip.example.com", RootCAs: a.ca.Pool})
			} else {
				c = dialTCP(t, ln.Addr)
			}
			echoes(t, c)
		}
	}
	for times, ln := range n.Listeners() {
		transport, want := ln.Transport.String(), uint64(times+1)
		for _, name := range []string{"sluice_connections", "sluice_connections_accepted_total"} {
			if got := value(t, o.Stats, name, "transport", transport); got != want {
				t.Errorf("%s of %s: got %d, want %d", name, transport, got, want)
			}
		}
		for _, name := range []string{"sluice_stream_received_bytes_total", "sluice_stream_sent_bytes_total"} {
			if got := value(t, o.Stats, name, "transport", transport); got < want || got%want != 0 && !ln.Transport.Secure() {
				t.Errorf("%s of %s: got %d, want what %d connections echo", name, transport, got, want)
			}
		}
		if ln.Transport.Secure() {
			if got := value(t, o.Stats, "sluice_tls_handshakes_total", "transport", transport); got != want {
				t.Errorf("%d handshakes of %s, want %d", got, transport, want)
			}
		}
	}
	if got := value(t, o.Stats, "sluice_connections"); got != 10 {
		t.Errorf("%d connections in all, want 10", got)
	}
}
