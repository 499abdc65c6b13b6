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

// timed is a Net with limits for connections. Stages hear of them by watch.
func timed(t testing.TB, lim pipeline.ConnLimits) (*pipelinetest.Net, *watch) {
	t.Helper()
	w := &watch{}
	l := pipelinetest.DefaultLimits
	l.Conn = lim
	return pipelinetest.New(t, stages(w, router{}), pipelinetest.Options{Limits: l}), w
}

// watch is a stage that notes the connections that open and close.
type watch struct{ events []string }

func (*watch) Name() string { return "watch" }

func (w *watch) OnOpen(c *netio.Conn) pipeline.Verdict {
	w.events = append(w.events, "open "+c.Remote().String())
	return pipeline.Continue
}

func (w *watch) OnClose(c *netio.Conn, why pipeline.Cause) {
	w.events = append(w.events, "close "+c.Remote().String()+" "+why.String())
}

// ended takes why the last connection closed, "" while it is open.
func (w *watch) ended() string {
	last := w.events[len(w.events)-1]
	if !strings.HasPrefix(last, "close ") {
		return ""
	}
	return last[strings.LastIndexByte(last, ' ')+1:]
}

// aliceFar is a port from which she connects.
const aliceFar = "192.0.2.1:40001"

const (
	head    = 10 * time.Second
	message = 20 * time.Second
)

// A peer that begins something and sends a byte a second is closed in time, and
// not before.
func TestSlowSenders(t *testing.T) {
	tcp := request("OPTIONS", "1 ", "slow", "")
	frame := string(masked(t, ws.OpText, over("WS", tcp)))
	fragments := strings.Repeat(string(masked(t, ws.OpPing, "")), 40)
	for _, c := range []struct {
		name      string
		transport netio.Transport
		upgraded  bool
		first     string // in one piece
		slowly    string
		seconds   int
		metric    string
		goodbye   string // what the peer is told
	}{
		{"a message over TCP", netio.TCP, false, "", tcp, 20, "sluice_connections_message_timeouts_total", ""},
		{"the body of a message over TCP", netio.TCP, false, strings.Replace(tcp, "Content-Length: 0", "Content-Length: 400", 1), strings.Repeat("v", 400), 20, "sluice_connections_message_timeouts_total", ""},
		{"a CR over TCP", netio.TCP, false, "\r", "", 20, "sluice_connections_message_timeouts_total", ""},
		{"a message behind others", netio.TCP, false, tcp + "\r\n\r\n" + tcp[:1], tcp[1:], 20, "sluice_connections_message_timeouts_total", ""},
		{"no handshake", netio.WS, false, "", "", 10, "sluice_connections_head_timeouts_total", "HTTP/1.1 408 "},
		{"a handshake", netio.WS, false, "", upgrade, 10, "sluice_connections_head_timeouts_total", "HTTP/1.1 408 "},
		{"a frame", netio.WS, true, "", frame, 20, "sluice_connections_message_timeouts_total", "\x88\x0a\x03\xf0too slow"},
		{"pings in the middle of a message", netio.WS, true, fragment("OPTIONS "), fragments, 20, "sluice_connections_message_timeouts_total", "\x88\x0a\x03\xf0too slow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, w := timed(t, pipeline.ConnLimits{HeadTimeout: head, MessageTimeout: message, IdleIn: time.Hour})
			p := &peer{n: n, h: n.Loops[0]}
			if c.upgraded {
				*p = *connect(n, netio.WS, aliceWS)
			} else {
				p.c = p.h.Open(c.transport, map[netio.Transport]*netio.Listener{netio.TCP: n.TCP, netio.WS: n.WS}[c.transport], aliceAt)
			}
			p.h.Stay(p.c)
			if c.first != "" {
				p.feed(c.first)
			}
			for i := range c.seconds {
				if got := w.ended(); got != "" {
					t.Fatalf("closed (%s) after %d s, want %d s", got, i, c.seconds)
				}
				if i < len(c.slowly) {
					p.feed(c.slowly[i : i+1])
				}
				p.h.Written(p.c)
				n.Advance(time.Second - 20*time.Millisecond)
				if i < c.seconds-1 {
					n.Advance(20 * time.Millisecond)
				}
			}
			if got := w.ended(); got != "" {
				t.Fatalf("closed (%s) too early", got)
			}
			p.h.Written(p.c)
			n.Advance(50 * time.Millisecond)
			if got := w.ended(); got != "too_slow" || !p.h.Gone(p.c) { // it does not linger
				t.Fatalf("got closed: %q after %d s, want too_slow", got, c.seconds)
			}
			if got := string(p.h.Written(p.c)); !strings.HasPrefix(got, c.goodbye) || c.goodbye == "" && got != "" {
				t.Errorf("got told %q, want %q", got, c.goodbye)
			}
			if got := n.Count(c.metric); got != 1 {
				t.Errorf("%s = %d, want 1", c.metric, got)
			}
			n.Advance(time.Minute)
			n.Idle()
		})
	}
}

// fragment begins a message of several frames.
func fragment(text string) string {
	f := ws.NewTextFrame([]byte(text))
	f.Header.Fin = false
	b, err := ws.CompileFrame(ws.MaskFrameWith(f, [4]byte{1, 2, 3, 4}))
	if err != nil {
		panic(err) // cannot be: the frame is small
	}
	return string(b)
}

// Who finishes what it begins may take all day.
func TestSlowButSteady(t *testing.T) {
	n, w := timed(t, pipeline.ConnLimits{HeadTimeout: head, MessageTimeout: message, IdleIn: time.Hour})
	p := connect(n, netio.TCP, aliceFar)
	msg := request("OPTIONS", "1 ", "slow", "")
	for range 20 {
		p.feed(msg[:100])
		n.Advance(15 * time.Second)
		p.feed(msg[100:] + msg[:50])
		n.Advance(15 * time.Second)
		p.feed(msg[50:])
		n.Advance(15 * time.Second)
	}
	if got := w.ended(); got != "" {
		t.Errorf("closed: %s", got)
	}
}

// keepAlives counts the frames of a kind that the peer got, and returns the
// payload of the last one.
func keepAlives(p *peer, op ws.OpCode) (count int, payload string) {
	r := strings.NewReader(string(p.h.Written(p.c)))
	for r.Len() > 0 {
		f, err := ws.ReadFrame(r)
		if err != nil {
			p.n.TB.Fatal(err)
		}
		if f.Header.OpCode == op {
			count, payload = count+1, string(f.Payload)
		}
	}
	return count, payload
}

func TestWebSocketPing(t *testing.T) {
	for _, c := range []struct {
		name    string
		timeout time.Duration
		answer  string // to each ping
		rounds  int
		closed  time.Duration // after the last ping, 0 never
	}{
		{"answered with a pong", 180 * time.Second, string(masked(t, ws.OpPong, "sluice")), 5, 0},
		{"answered with another pong", 180 * time.Second, string(masked(t, ws.OpPong, "")), 5, 0},
		{"a CRLF keep-alive instead", 180 * time.Second, string(masked(t, ws.OpText, "\r\n\r\n")), 5, 0},
		{"answered every second", time.Second, string(masked(t, ws.OpPong, "sluice")), 50, 0},
		{"not answered", 180 * time.Second, "", 1, 30 * time.Second},
		{"not answered, in a hurry", time.Second, "", 1, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, w := timed(t, pipeline.ConnLimits{WebSocket: pipeline.KeepAlive{Mechanism: pipeline.KeepAlivePing, Timeout: c.timeout, Data: "sluice"}})
			p := connect(n, netio.WS, aliceWS)
			for range c.rounds {
				n.Advance(c.timeout - 50*time.Millisecond)
				if got, _ := keepAlives(p, ws.OpPing); got != 0 {
					t.Fatalf("%d pings too early", got)
				}
				n.Advance(60 * time.Millisecond)
				if got, payload := keepAlives(p, ws.OpPing); got != 1 || payload != "sluice" {
					t.Fatalf("%d pings with %q, want one with %q", got, payload, "sluice")
				}
				if c.answer != "" {
					p.feed(c.answer)
				}
				p.h.Written(p.c)
			}
			if got := n.Count("sluice_keepalives_sent_total"); got != int64(c.rounds) {
				t.Errorf("%d keep-alives counted, want %d", got, c.rounds)
			}
			if c.closed == 0 {
				return
			}
			n.Advance(c.closed - 50*time.Millisecond)
			if got := w.ended(); got != "" {
				t.Fatalf("closed: %s, too early", got)
			}
			n.Advance(60 * time.Millisecond)
			if got := w.ended(); got != "keepalive_timeout" {
				t.Errorf("closed: %q, want keepalive_timeout", got)
			}
			if got := n.Count("sluice_keepalives_unanswered_total"); got != 1 {
				t.Errorf("%d unanswered, want 1", got)
			}
			n.Idle()
		})
	}
}

// What is busy is not pinged.
func TestNoPingWhileBusy(t *testing.T) {
	n, _ := timed(t, pipeline.ConnLimits{WebSocket: pipeline.KeepAlive{Mechanism: pipeline.KeepAlivePing, Timeout: time.Minute}})
	p := connect(n, netio.WS, aliceWS)
	for range 10 {
		n.Advance(59 * time.Second)
		p.feed(string(masked(t, ws.OpPing, "")))
	}
	if got, _ := keepAlives(p, ws.OpPing); got != 0 {
		t.Errorf("%d pings, want none", got)
	}
}

// Pongs ask for nothing: nobody is closed for not answering.
func TestWebSocketPong(t *testing.T) {
	n, w := timed(t, pipeline.ConnLimits{WebSocket: pipeline.KeepAlive{Mechanism: pipeline.KeepAlivePong, Timeout: time.Minute, Data: "sluice"}})
	p := connect(n, netio.WS, aliceWS)
	for range 10 {
		n.Advance(time.Minute + 20*time.Millisecond)
		if got, payload := keepAlives(p, ws.OpPong); got != 1 || payload != "sluice" {
			t.Fatalf("%d pongs with %q, want one", got, payload)
		}
	}
	if got := w.ended(); got != "" {
		t.Errorf("closed: %s", got)
	}
}

// A double CRLF is for connections that we opened (RFC 5626 §4.4.1).
func TestCRLFKeepAlive(t *testing.T) {
	for _, c := range []struct {
		name, answer, closed string
	}{
		{"answered", "\r\n", ""},
		{"not answered", "", "keepalive_timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, w := timed(t, pipeline.ConnLimits{CRLF: time.Minute})
			accepted := connect(n, netio.TCP, aliceFar)
			n.FromUDP(alice, target(bobTCP, request("OPTIONS", "1 ", "opt", "")))
			d := dial(n, bob)
			d.Succeed()
			p := &peer{n, n.Loops[0], d.Conn}
			opt := p.expect("OPTIONS ")[0]
			p.send(respond(opt, "200 OK"))
			for range 3 {
				n.Advance(time.Minute + 20*time.Millisecond)
				if got := string(p.h.Written(p.c)); got != "\r\n\r\n" {
					t.Fatalf("got sent %q, want a double CRLF", got)
				}
				if c.answer == "" {
					break
				}
				p.feed(c.answer)
			}
			n.Advance(10 * time.Second)
			if got := w.ended(); got != c.closed {
				t.Errorf("closed: %q, want %q", got, c.closed)
			}
			accepted.expect()
		})
	}
}

func TestIdle(t *testing.T) {
	lim := pipeline.ConnLimits{IdleIn: time.Hour, IdleOut: time.Minute}
	t.Run("accepted", func(t *testing.T) {
		n, w := timed(t, lim)
		p := connect(n, netio.TCP, aliceFar)
		n.Advance(59 * time.Minute)
		p.feed("\r\n\r\n")
		n.Advance(59 * time.Minute)
		if got := w.ended(); got != "" {
			t.Fatalf("closed: %s, too early", got)
		}
		n.Advance(time.Minute + time.Second)
		if got := w.ended(); got != "idle" {
			t.Errorf("closed: %q, want idle", got)
		}
		n.Idle()
	})
	t.Run("dialled", func(t *testing.T) {
		n, w := timed(t, lim)
		n.FromUDP(alice, target(bobTCP, request("INVITE", "1 ", "inv", "")))
		d := dial(n, bob)
		d.Succeed()
		p := &peer{n, n.Loops[0], d.Conn}
		inv := p.expect("INVITE ")[0]
		p.send(respond(inv, "180 Ringing"))
		n.Advance(100 * time.Second)
		if got := w.ended(); got != "" {
			t.Fatalf("closed: %s, while an INVITE waits", got)
		}
		p.send(respond(inv, "486 Busy Here"))
		n.Advance(45 * time.Second)
		if got := w.ended(); got != "" {
			t.Fatalf("closed: %s, too early", got)
		}
		n.Advance(60 * time.Second)
		if got := w.ended(); got != "idle" {
			t.Errorf("closed: %q, want idle", got)
		}
	})
	t.Run("whose request waits", func(t *testing.T) {
		n, w := timed(t, pipeline.ConnLimits{IdleIn: time.Minute})
		p := connect(n, netio.TCP, aliceFar)
		p.send(over("TCP", request("INVITE", "1 ", "inv", "")))
		inv := expectSent(n, bob, "INVITE ")[0]
		n.FromUDP(bob, respond(inv, "180 Ringing"))
		n.Advance(100 * time.Second)
		if got := w.ended(); got != "" {
			t.Fatalf("closed: %s, while its INVITE waits", got)
		}
		n.FromUDP(bob, respond(inv, "486 Busy Here"))
		p.send(over("TCP", request("ACK", "1 ", "inv", "b1")))
		n.Advance(3 * time.Minute)
		if got := w.ended(); got != "idle" {
			t.Errorf("closed: %q, want idle", got)
		}
	})
}

// A WebSocket that is idle gets a Close frame, and 5 s to answer it.
func TestIdleWebSocket(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers bool
		missed  int64
	}{{"answered", true, 0}, {"not answered", false, 1}} {
		t.Run(c.name, func(t *testing.T) {
			n, w := timed(t, pipeline.ConnLimits{IdleIn: time.Hour})
			p := connect(n, netio.WS, aliceWS)
			n.Advance(time.Hour + 20*time.Millisecond)
			if got := string(p.h.Written(p.c)); got != "\x88\x06\x03\xe9idle" {
				t.Fatalf("got sent %q, want a Close frame with 1001", got)
			}
			if got := w.ended(); got != "" {
				t.Fatalf("closed: %s, before its answer", got)
			}
			n.Advance(4 * time.Second)
			if c.answers {
				p.feed(string(masked(t, ws.OpClose, "\x03\xe9")))
			} else {
				n.Advance(time.Second)
			}
			if got := w.ended(); got != "idle" {
				t.Errorf("closed: %q, want idle", got)
			}
			if got := n.Count("sluice_websocket_close_timeouts_total"); got != c.missed {
				t.Errorf("%d not answered, want %d", got, c.missed)
			}
			n.Idle()
		})
	}
}
