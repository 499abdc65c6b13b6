package link_test

import (
	"fmt"
	"slices"
	"testing"

	"sluice/parser/http1"
	"sluice/pipeline/link"
)

func TestWaiting(t *testing.T) {
	const header = "PROXY TCP4 192.0.2.1 192.0.2.2 40000 5060\r\n"
	tests := []struct {
		name string
		mode link.Mode
		in   string
		want link.Wait
	}{
		{"SIP: nothing", link.ModeSIP, "", link.WaitNothing},
		{"SIP: first byte", link.ModeSIP, "M", link.WaitMessage},
		{"SIP: CR", link.ModeSIP, "\r", link.WaitMessage},
		{"SIP: CRLF", link.ModeSIP, "\r\n", link.WaitNothing},
		{"SIP: head", link.ModeSIP, body[:len(body)-5], link.WaitMessage},
		{"SIP: all but a byte", link.ModeSIP, body[:len(body)-1], link.WaitMessage},
		{"SIP: message", link.ModeSIP, body, link.WaitNothing},
		{"SIP: message and a byte", link.ModeSIP, body + "S", link.WaitMessage},
		{"SIP: half of what is dropped", link.ModeSIP, dropped("1", "x")[:20], link.WaitMessage},
		{"SIP: what is dropped", link.ModeSIP, dropped("1", "x"), link.WaitNothing},
		{"SIP: garbage", link.ModeSIP, "\x00", link.WaitNothing},

		{"handshake: nothing", link.ModeHTTP, "", link.WaitHead},
		{"handshake: half", link.ModeHTTP, handshake[:100], link.WaitHead},
		{"handshake: accepted", link.ModeHTTP, handshake, link.WaitNothing},
		{"handshake: accepted, half a frame", link.ModeHTTP, handshake + "\x81", link.WaitMessage},
		{"handshake: refused", link.ModeHTTP, "GET / HTTP/1.1\r\n\r\n", link.WaitNothing},

		{"frames: nothing", link.ModeWebSocket, "", link.WaitNothing},
		{"frames: first byte", link.ModeWebSocket, "\x81", link.WaitMessage},
		{"frames: header", link.ModeWebSocket, text(small)[:8], link.WaitMessage},
		{"frames: payload", link.ModeWebSocket, text(small)[:20], link.WaitMessage},
		{"frames: message", link.ModeWebSocket, text(small), link.WaitNothing},
		{"frames: fragment", link.ModeWebSocket, masked(opText, ""), link.WaitMessage},
		{"frames: fragment and ping", link.ModeWebSocket, masked(opText, "") + masked(fin|opPing, ""), link.WaitMessage},
		{"frames: last fragment", link.ModeWebSocket, masked(opText, "") + masked(fin|opCont, ""), link.WaitNothing},
		{"frames: half a ping", link.ModeWebSocket, masked(fin|opPing, "ab")[:7], link.WaitMessage},
		{"frames: ping", link.ModeWebSocket, masked(fin|opPing, "ab"), link.WaitNothing},
		{"frames: violation", link.ModeWebSocket, masked(fin|0x3, ""), link.WaitNothing},
		{"frames: close", link.ModeWebSocket, closing(1000, ""), link.WaitNothing},

		{"PROXY: nothing", link.ModeProxy, "", link.WaitHead},
		{"PROXY: half", link.ModeProxy, header[:20], link.WaitHead},
		{"PROXY: header", link.ModeProxy, header, link.WaitNothing},
		{"PROXY: header and a byte", link.ModeProxy, header + "S", link.WaitMessage},
		{"PROXY: none", link.ModeProxy, small, link.WaitNothing},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := recorder{pool: link.NewPool(link.Limits{})}
			var l link.Link
			if l.Init(tt.mode); tt.mode == link.ModeProxy {
				l.InitProxied(link.ModeSIP)
			}
			l.Feed([]byte(tt.in), rec.pool, &rec)
			if got, _ := l.Waiting(); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestWaitingForTheAnswerToClose(t *testing.T) {
	l, rec := opened(t, masked(opText, small[:9]))
	l.AppendClose(nil, 1001, "")
	l.Feed([]byte(masked(opCont, small[9:20])), rec.pool, rec)
	if got, _ := l.Waiting(); got != link.WaitClose {
		t.Errorf("got %d, want %d", got, link.WaitClose)
	}
	l.Feed([]byte(closing(1001, "")), rec.pool, rec)
	if got, _ := l.Waiting(); got != link.WaitNothing {
		t.Errorf("after it: got %d, want %d", got, link.WaitNothing)
	}
}

// A peer that always owes the rest of something is seen to owe another one.
func TestWaitingForAnother(t *testing.T) {
	longPing := masked(fin|opPing, bytes125)
	tests := []struct {
		name   string
		mode   link.Mode
		a, b   string // are fed one after the other
		differ bool
	}{
		{"more of a SIP message", link.ModeSIP, body[:20], body[20:30], false},
		{"next SIP message", link.ModeSIP, body[:20], body[20:] + "S", true},
		{"SIP message that ends with a read", link.ModeSIP, body + "S", small[1:] + "S", true},
		{"keep-alives", link.ModeSIP, "\r", "\n\r", true},
		{"what is dropped", link.ModeSIP, dropped("1", "x")[:20], dropped("1", "x")[20:30], false},
		{"more of a frame", link.ModeWebSocket, text(small)[:20], text(small)[20:30], false},
		{"more of a frame header", link.ModeWebSocket, text(small)[:1], text(small)[1:7], false},
		{"next frame", link.ModeWebSocket, text(small) + "\x81", text(small)[1:] + "\x81", true},
		{"next ping", link.ModeWebSocket, longPing[:50], longPing[50:] + longPing[:50], true},
		{"next fragment", link.ModeWebSocket, masked(opText, small[:9]), masked(opCont, small[9:20]), false},
		{"ping between fragments", link.ModeWebSocket, masked(opText, small[:9]), longPing, false},
		{"next message in fragments", link.ModeWebSocket, masked(opText, small[:9]), masked(fin|opCont, small[9:]) + masked(opText, "M"), true},
		{"more of a handshake", link.ModeHTTP, handshake[:20], handshake[20:50], false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := recorder{pool: link.NewPool(link.Limits{})}
			var l link.Link
			l.Init(tt.mode)
			l.Feed([]byte(tt.a), rec.pool, &rec)
			wait, before := l.Waiting()
			l.Feed([]byte(tt.b), rec.pool, &rec)
			again, after := l.Waiting()
			if wait == link.WaitNothing || again != wait || (after != before) != tt.differ {
				t.Errorf("got %d %d, then %d %d, want another one: %v", wait, before, again, after, tt.differ)
			}
		})
	}
}

// A witness is a sink that asks, when the link ends, who closed it.
type witness struct {
	recorder
	asked bool
	peer  bool
}

func (w *witness) OnUpgrade(l *link.Link, q *http1.Request) { l.Accept("", w.pool, w) }
func (w *witness) Close(l *link.Link, code int)             { w.asked, w.peer = true, l.PeerClosed() }

func TestWhoClosed(t *testing.T) {
	const ours = "(ours)"
	tests := []struct {
		name, before, after string
		want                bool
	}{
		{"the peer", closing(1000, ""), "", true},
		{"the peer, without a code", masked(fin|opClose, ""), "", true},
		{"the peer, within a message", masked(opText, "M") + closing(1001, ""), "", true},
		{"the peer, by a malformed Close frame", closing(999, ""), "", false},
		{"we did, the peer answers", ours, closing(1000, ""), false},
		{"we did, and the peer violates the framing", ours, masked(fin|0x3, ""), false},
		{"we did, for a violation", masked(fin|0x3, "") + closing(1000, ""), "", false},
		{"we did, for a malformed SIP message", text("?") + closing(1000, ""), "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := &witness{recorder: recorder{pool: link.NewPool(link.Limits{})}}
			var l link.Link
			l.Init(link.ModeHTTP)
			l.Feed([]byte(handshake), w.pool, w)
			if tt.before == ours {
				l.AppendClose(nil, 1000, "")
			} else {
				l.Feed([]byte(tt.before), w.pool, w)
			}
			l.Feed([]byte(tt.after), w.pool, w)
			if !w.asked || w.peer != tt.want || l.PeerClosed() != tt.want {
				t.Errorf("closed %v, by the peer %v and then %v, want %v", w.asked, w.peer, l.PeerClosed(), tt.want)
			}
			l.Release(w.pool)
			if l.PeerClosed() != tt.want {
				t.Errorf("forgotten by Release")
			}
		})
	}
}

func TestKeepAlivesOfOurs(t *testing.T) {
	long := bytes125 + "too much"
	tests := []struct{ payload, want string }{{"", ""}, {"sluice", "sluice"}, {long, long[:125]}}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d bytes", len(tt.payload)), func(t *testing.T) {
			l, _ := opened(t, "")
			if got, want := frameText(l.AppendPing(nil, []byte(tt.payload))), fmt.Sprintf("ping %q", tt.want); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if got, want := frameText(l.AppendPong(nil, []byte(tt.payload))), fmt.Sprintf("pong %q", tt.want); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
	var l link.Link
	l.Init(link.ModeSIP)
	if got := l.AppendPong(nil, []byte("a")); len(got) > 0 {
		t.Errorf("Pong on a SIP stream: got %q, want nothing", got)
	}
}

func TestPongs(t *testing.T) {
	in := masked(fin|opPong, "a") + masked(opText, small[:9]) + masked(fin|opPong, bytes125) + masked(fin|opCont, small[9:])
	want := slices.Concat(pongSeen, pongSeen, messages(small))
	for size := 1; size <= len(in); size++ {
		s := &recorder{pool: link.NewPool(link.Limits{})}
		var l link.Link
		l.Init(link.ModeWebSocket)
		for _, b := range pieces(in, size) {
			l.Feed(b, s.pool, s)
		}
		if !slices.Equal(s.events, want) {
			t.Fatalf("in pieces of %d: got %q, want %q", size, s.events, want)
		}
	}
}
