//go:build !race

package link_test

import (
	"strings"
	"testing"
	"unsafe"

	"sluice/parser"
	"sluice/parser/http1"
	"sluice/parser/proxyproto"
	"sluice/parser/sip"
	"sluice/pipeline/link"
)

// A silent sink only counts.
type silent struct {
	pool                    *link.Pool
	messages, bytes, closes int
}

func (s *silent) OnMessage(l *link.Link, m *sip.Message)                    { s.messages++ }
func (s *silent) OnBadMessage(l *link.Link, m *sip.Message, err parser.Err) {}
func (s *silent) OnUpgrade(l *link.Link, r *http1.Request)                  { l.Accept("", s.pool, s) }
func (s *silent) Write(l *link.Link, b []byte)                              { s.bytes += len(b) }
func (s *silent) Answer(l *link.Link, b []byte)                             { s.bytes += len(b) }
func (s *silent) Close(l *link.Link, code int)                              { s.closes++ }
func (s *silent) OnKeepAlive(l *link.Link)                                  {}
func (s *silent) OnCount(c link.Counter)                                    {}
func (s *silent) OnProxy(l *link.Link, h proxyproto.Header)                 { s.bytes += int(h.Version) }

func TestSizeOfLink(t *testing.T) {
	if got := unsafe.Sizeof(link.Link{}); got > 88 {
		t.Errorf("got %d bytes, want at most 88", got)
	}
}

func TestAllocations(t *testing.T) {
	stream := small + body + inner + "\r\n\r\n" + long126
	frames := text(small) + bin(body) + masked(fin|opPing, "a") + text("\r\n\r\n") +
		masked(opText, small[:9]) + masked(fin|opPing, bytes125) + masked(fin|opPong, bytes125) + masked(fin|opCont, small[9:])
	tests := []struct {
		name     string
		mode     link.Mode
		in       string
		size     int
		messages int
	}{
		{"stream, whole", link.ModeSIP, stream, len(stream), 4},
		{"stream, in pieces", link.ModeSIP, stream, 100, 4},
		{"stream, byte by byte", link.ModeSIP, stream, 1, 4},
		{"frames, whole", link.ModeWebSocket, frames, len(frames), 3},
		{"frames, in pieces", link.ModeWebSocket, frames, 100, 3},
		{"frames, byte by byte", link.ModeWebSocket, frames, 1, 3},
		{"handshake and frames", link.ModeHTTP, handshake + frames, 4096, 3},
		{"handshake and frames, byte by byte", link.ModeHTTP, handshake + frames, 1, 3},
		{"refused handshake", link.ModeHTTP, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 100, 0},
		{"PROXY header, handshake and frames", link.ModeProxy, proxyV1 + handshake + frames, 4096, 3},
		{"PROXY header, handshake and frames, byte by byte", link.ModeProxy, proxyV1 + handshake + frames, 1, 3},
		{"connection gone within a PROXY header", link.ModeProxy, proxyV1[:20], 7, 0},
		{"dropped message", link.ModeSIP, dropped(bigCode, small) + small, 4096, 1},
		{"dropped message, byte by byte", link.ModeSIP, dropped(bigCode, small) + small, 1, 1},
		{"connection gone within a dropped message", link.ModeSIP, dropped(bigCode, small)[:80], 9, 0},
		{"malformed message in a frame", link.ModeWebSocket, text("?"), 100, 0},
		{"violation", link.ModeSIP, small + withoutLength, 100, 1},
		{"too long within a message", link.ModeWebSocket, masked(opText, small) + "\x80\xff\x00\x00\x00\x00\x40\x00\x00\x00abcd", 100, 0},
		{"connection gone within a message", link.ModeSIP, small + body[:100], 90, 1},
		{"connection gone within a body", link.ModeSIP, body[:len(body)-1], 90, 0},
		{"connection gone within a fragment", link.ModeWebSocket, masked(opText, small)[:100], 90, 0},
		{"connection gone within a handshake", link.ModeHTTP, handshake[:100], 90, 0},
		{"long message, byte by byte", link.ModeSIP, message("a", strings.Repeat("x", 5000)), 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &silent{pool: link.NewPool(link.Limits{})}
			s.pool.SetServer("sluice")
			parts := pieces(tt.in, tt.size)
			scratch := make([]byte, tt.size)
			var l link.Link
			cycle := func() {
				if l.Init(tt.mode); tt.mode == link.ModeProxy {
					l.InitProxied(link.ModeHTTP)
				}
				for _, b := range parts {
					l.Feed(scratch[:copy(scratch, b)], s.pool, s)
				}
				if l.Mode() != link.ModeEnded {
					l.Release(s.pool)
				}
			}
			cycle()
			if got := testing.AllocsPerRun(100, cycle); got != 0 {
				t.Errorf("got %v allocations, want 0", got)
			}
			if want := tt.messages * 102; s.messages != want {
				t.Errorf("got %d messages, want %d", s.messages, want)
			}
		})
	}
}

func TestAppendAllocations(t *testing.T) {
	l, _ := opened(t, text(small))
	dst, msg := make([]byte, 0, 4096), []byte(small)
	got := testing.AllocsPerRun(100, func() {
		dst = l.AppendPong(l.AppendPing(l.AppendMessage(dst[:0], msg), msg[:20]), msg[:20])
	})
	if got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}
