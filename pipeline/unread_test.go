package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"sluice/netio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// TestUnreadKeepAlives: a peer who sends keep-alives and reads no answer has
// little held for him; messages he is sent all the same, and when he reads again
// keep-alives are answered again.
func TestUnreadKeepAlives(t *testing.T) {
	const most = 64<<10 + 200
	payload := strings.Repeat("z", 125)
	for _, c := range []struct {
		name      string
		transport netio.Transport
		ping      string
		pong      string // at the end of what he is sent
	}{
		{"Ping", netio.WS, string(masked(t, ws.OpPing, payload)), "\x8a\x7d" + payload},
		{"CRLF in a WebSocket", netio.WS, string(masked(t, ws.OpText, "\r\n\r\n")), "\x81\x02\r\n"},
		{"CRLF over TCP", netio.TCP, "\r\n\r\n", "\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, w := timed(t, pipeline.ConnLimits{})
			p := connect(n, c.transport, aliceFar)
			p.h.Block(p.c, true)
			flood := strings.Repeat(c.ping, 1000)
			for range 60 {
				p.feed(flood)
			}
			held := p.c.Queued()
			if held < 60<<10 || held > most {
				t.Errorf("%d bytes are held, want 64 KiB", held)
			}
			answered := held / len(c.pong)
			if got := n.Count("sluice_keepalives_left_out_total"); got < 60000-int64(answered)-10 || got >= 60000 {
				t.Errorf("%d left out, %d bytes held", got, held)
			}
			p.send(over(c.transport.Upper(), request("OPTIONS", "1 ", "opt", "")))
			n.FromUDP(bob, respond(expectSent(n, bob, "OPTIONS ")[0], "200 OK"))
			if got := p.c.Queued(); got < held+200 {
				t.Errorf("%d bytes are held, want the response to be, too", got)
			}
			p.h.Block(p.c, false)
			if got := string(p.h.Written(p.c)); strings.Count(got, "SIP/2.0 200 ") != 1 {
				t.Error("the response is not there")
			}
			p.feed(c.ping)
			if got := string(p.h.Written(p.c)); got != c.pong {
				t.Errorf("got %q when he reads again, want %q", got, c.pong)
			}
			if got := w.ended(); got != "" {
				t.Errorf("closed: %s", got)
			}
		})
	}
}

// TestUnreadClose: the closing handshake is answered whatever waits.
func TestUnreadClose(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}))
	p := connect(n, netio.WS, aliceWS)
	p.h.Block(p.c, true)
	p.feed(strings.Repeat(string(masked(t, ws.OpPing, strings.Repeat("z", 125))), 600))
	p.feed(string(masked(t, ws.OpClose, "\x03\xe8")))
	p.h.Block(p.c, false)
	n.Advance(100 * time.Millisecond) // its FIN follows what waited
	if got := string(p.h.Written(p.c)); !strings.HasSuffix(got, "\x88\x02\x03\xe8") || !p.h.Shut(p.c) {
		t.Errorf("got %q at the end, want a Close frame, and closed", got[max(0, len(got)-8):])
	}
}
