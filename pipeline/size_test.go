package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"sluice/netio"
	"sluice/pipeline/pipelinetest"
)

// sizable returns an OPTIONS over a transport whose Call-ID is followed by
// lines, a field of n bytes and a body.
func sizable(transport string, n int, body string) string {
	m := request("OPTIONS", "1 ", "size", "", "X: "+strings.Repeat("x", n)+"\r\n")
	return over(transport, strings.Replace(m, "Content-Length: 0", fmt.Sprintf("Content-Length: %d", len(body)), 1)) + body
}

// linkEvents returns how often links have counted an event.
func linkEvents(n *pipelinetest.Net, event string) int64 {
	for _, m := range n.Stats.Metrics() {
		if m.Name == "sluice_link_events_total" && slices.Contains(m.Labels, event) {
			return n.Stats.SumGauge(m.ID)
		}
	}
	n.TB.Fatalf("no event %s", event)
	return 0
}

// deliver has a message come over a transport, on a stream in two reads. It
// returns what is answered and whether the connection is closed for it.
func deliver(n *pipelinetest.Net, transport netio.Transport, text string) (got string, closed bool) {
	switch transport {
	case netio.UDP:
		n.FromUDP(alice, text)
		for _, p := range n.Sent() {
			got += p.Text
		}
		return got, false
	case netio.WS:
		text = string(masked(n.TB, ws.OpText, text))
	}
	p := connect(n, transport, aliceWS)
	p.feed(text[:50])
	p.feed(text[50:])
	return string(p.h.Written(p.c)), p.h.Shut(p.c)
}

// A message that is too long in one way or another is answered 513 where it can
// be, also when its head does not end (RFC 3261 §21.5.7).
func TestTooLarge(t *testing.T) {
	const head, body = 1000, 400
	lim := pipelinetest.DefaultLimits
	lim.MaxMessage, lim.MaxSIPHead, lim.MaxBody = 1200, head, body
	endless := strings.TrimSuffix(sizable("TCP", 2000, ""), "\r\n\r\n")
	for _, c := range []struct {
		name, event string
		message     string // over TCP
		silent      bool
	}{
		{"the whole", "too_long", sizable("TCP", 500, strings.Repeat("b", 1000)), false},
		{"the head", "head_too_long", sizable("TCP", 750, ""), false},
		{"the body", "body_too_long", sizable("TCP", 1, strings.Repeat("b", body+1)), false},
		{"a head without an end", "head_too_long", endless[:1100], false},
		{"a head without an end and a CSeq", "head_too_long", strings.Replace(endless, "CSeq:", "D:", 1)[:1100], true},
		{"a head without an end whose From comes late", "head_too_long", strings.Replace(endless, "From: ", "Y: ", 1)[:1100], true},
		{"the head of an ACK", "head_too_long", strings.Replace(endless, "OPTIONS", "ACK", 2)[:1100], true},
	} {
		for _, transport := range []netio.Transport{netio.UDP, netio.TCP, netio.WS} {
			t.Run(c.name+" over "+transport.String(), func(t *testing.T) {
				n := pipelinetest.New(t, stages(router{}), pipelinetest.Options{Limits: lim})
				text := strings.Replace(c.message, "/TCP", "/"+transport.Upper(), 1)
				got, closed := deliver(n, transport, text)
				event, silent := c.event, c.silent
				if transport == netio.WS && len(text) > lim.MaxMessage { // the frame is not read
					event, silent = "too_long", true
				}
				if transport == netio.UDP && len(text) > lim.MaxMessage {
					event = "too_long"
				}
				if answered := strings.Contains(got, "SIP/2.0 513 Message Too Large\r\n"); answered == silent {
					t.Errorf("answered %q, want 513: %t", got, !silent)
				}
				if closed != (transport != netio.UDP) {
					t.Errorf("closed: %t", closed)
				}
				if over := strings.Contains(got, "\x88"); transport == netio.WS && !over {
					t.Errorf("got %q, want a Close frame", got)
				}
				if count := linkEvents(n, event); count != 1 {
					t.Errorf("%d counted as %s, want 1", count, event)
				}
				n.Idle()
			})
		}
	}
}
