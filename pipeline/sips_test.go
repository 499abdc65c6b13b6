package pipeline_test

import (
	"net/netip"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// A request for a SIPS URI goes over TLS, or nowhere (RFC 3261 §26.2.2, RFC 5630
// §5.3, RFC 7118 §9.2), also over a connection that is there.
func TestSIPSNeedsTLS(t *testing.T) {
	const sips = "sips:bob@192.0.2.2:5062"
	hopTo := func(uri string) pipeline.Hop { return pipeline.Hop{RequestURI: []byte(uri)} }
	for _, c := range []struct {
		name   string
		uri    string // of the request
		hop    pipeline.Hop
		target netio.Transport
		flow   bool // the target is a connection of bob's
		passes bool
	}{
		{name: "UDP", uri: sips, target: netio.UDP},
		{name: "TCP", uri: sips, target: netio.TCP},
		{name: "TLS", uri: sips, target: netio.TLS, passes: true},
		{name: "a TCP connection", uri: sips, target: netio.TCP, flow: true},
		{name: "a TLS connection", uri: sips, target: netio.TLS, flow: true, passes: true},
		{name: "a WebSocket", uri: sips, target: netio.WS, flow: true},
		{name: "a secure WebSocket", uri: sips, target: netio.WSS, flow: true, passes: true},
		{name: "SIP for SIPS", uri: sips, hop: hopTo("sip:bob@192.0.2.2:5062"), target: netio.TLS},
		{name: "SIPS for SIP", uri: "sip:bob@192.0.2.2:5062", hop: hopTo("SIPS:bob@192.0.2.2:5062"), target: netio.UDP},
		{name: "SIP over TLS", uri: "sip:bob@192.0.2.2:5062", target: netio.TLS, passes: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &ways{hops: []pipeline.Hop{c.hop}, targets: map[string][]pipeline.Target{}}
			n := newCall(t, w, short)
			secure := netiotest.NewListener(3, netio.TLS, "192.0.2.254:5061")
			n.Edge.SetListeners([]*netio.Listener{n.UDP, n.TCP, secure})
			to := pipeline.Target{Addr: bobAt, Transport: c.target}
			if c.flow {
				to.Flow = n.Loops[0].Open(c.target, secure, netip.MustParseAddrPort("192.0.2.2:40001")).ID()
			}
			w.targets["bob"] = []pipeline.Target{to}
			n.FromUDP(alice, target(c.uri, request("OPTIONS", "1 ", "opt", "")))
			sent, dials := n.Sent(), n.Loops[0].Dials()
			refused := len(sent) == 1 && sent[0].To == alice && pipelinetest.StartLine(sent[0].Text) == "SIP/2.0 480 Temporarily Unavailable"
			switch {
			case refused == c.passes || refused && len(dials) > 0:
				t.Errorf("sent %v, dialled %d; passes: want %v", sent, len(dials), c.passes)
			case refused:
				if got := pipelinetest.Header(sent[0].Text, "Warning"); len(got) != 1 || got[0] != `380 sluice "SIPS Not Allowed"` {
					t.Errorf("Warning: %q", got)
				}
			}
			n.Advance(80 * time.Second)
		})
	}
}
