//go:build e2e && linux

package e2e_test

import (
	"bytes"
	endian "encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// hugeFrame is a text frame of n bytes.
func hugeFrame(n int) []byte {
	b := endian.BigEndian.AppendUint64([]byte{0x81, 0xff}, uint64(n))
	return append(append(b, 0, 0, 0, 0), bytes.Repeat([]byte("x"), n)...)
}

// closeFrame is the beginning of a Close frame, and the code that it says.
func closeFrame(b []byte) (code int) {
	if len(b) < 4 || b[0] != 0x88 {
		return 0
	}
	return int(endian.BigEndian.Uint16(b[2:]))
}

// lastWord says all of what, and then returns what comes until the end, which has
// to be in order.
func (p *peer) lastWord(what []byte) ([]byte, error) {
	p.tcp.SetDeadline(time.Now().Add(processTime))
	if _, err := p.Write(what); err != nil {
		return nil, fmt.Errorf("said: %w", err)
	}
	b, err := io.ReadAll(p)
	if err != nil {
		err = fmt.Errorf("got %q: %w", b, err)
	}
	return b, err
}

// TestLastWords: who says too much in one go, and listens afterwards, is told why
// it is closed (RFC 6455 §7.1.1, RFC 9112 §9.6), every time.
func TestLastWords(t *testing.T) {
	t.Parallel()
	s := startFaulty(t, "")
	tooLarge := goodInvite("tcp")
	tooLarge.body = strings.Repeat("x", 5<<20)
	status := func(want int) func([]byte) error {
		return func(b []byte) error {
			head, body, whole := bytes.Cut(b, []byte("\r\n\r\n"))
			if !whole || !bytes.HasPrefix(head, fmt.Appendf(nil, "HTTP/1.1 %d ", want)) || bytes.Count(head, []byte(fmt.Sprintf("\r\nContent-Length: %d", len(body)))) != 1 {
				return fmt.Errorf("got %q, want %d, %s and all of it", b, want, http.StatusText(want))
			}
			return nil
		}
	}
	code := func(want int) func([]byte) error {
		return func(b []byte) error {
			if got := closeFrame(b); got != want {
				return fmt.Errorf("got %q, want Close %d", b, want)
			}
			return nil
		}
	}
	response := func(b []byte) error {
		if !bytes.HasPrefix(b, []byte("SIP/2.0 513 ")) || !bytes.HasSuffix(b, []byte("\r\n\r\n")) {
			return fmt.Errorf("got %q, want 513", b)
		}
		return nil
	}
	body := strings.Repeat("x", 1_000_000)
	post := "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n" + body
	before := s.usage()
	const times = 50
	tests := []struct {
		name, transport string
		raw             bool // before any WebSocket
		what            []byte
		check           func([]byte) error
	}{
		{"a frame of 5 MiB", "ws", false, hugeFrame(5 << 20), code(1009)},
		{"a frame of 5 MiB", "wss", false, hugeFrame(5 << 20), code(1009)},
		{"text that is none, and more", "ws", false, append(frame(0x81, "\xff"), body...), code(1007)},
		{"no frame, and more", "ws", false, append(frame(0x83, "x"), body...), code(1002)},
		{"no SIP, and more", "ws", false, append(frame(0x81, "x"), body...), code(4001)},
		{"POST", "ws", true, []byte(post), status(405)},
		{"a head of 1 MB", "ws", true, []byte(strings.Replace(plainGet, "\r\n\r\n", "\r\nX: "+body, 1)), status(431)},
		{"a message of 5 MiB", "tcp", false, []byte(tooLarge.String()), response},
		{"a message of 5 MiB", "tls", false, []byte(strings.Replace(tooLarge.String(), "/TCP", "/TLS", 1)), response},
	}
	for _, tt := range tests {
		t.Run(tt.transport+", "+tt.name, func(t *testing.T) {
			lost := 0
			for i := range times {
				p, err := s.stranger(tt.transport, tt.raw)
				if err != nil {
					t.Fatal(err)
				}
				b, err := p.lastWord(tt.what)
				if err == nil {
					err = tt.check(b)
				}
				p.Close()
				if err != nil {
					lost++
					t.Logf("%d: %v", i, err)
				}
			}
			if lost > 0 {
				t.Errorf("lost %d times of %d", lost, times)
			}
		})
	}
	s.backTo(t, before, len(tests)*times)
	s.count(t, "sluice_connections_lingered_total", float64(len(tests)*times))
	s.level(t, "sluice_connections_lingering", 0)
	s.count(t, "sluice_connections_linger_cut_total", 0) // nobody lingers who could still be cut
}

// stranger opens a connection, raw without the handshake of a WebSocket.
func (s *server) stranger(transport string, raw bool) (*peer, error) {
	if raw {
		tcp, err := s.connect(transport, nil)
		return &peer{tcp, tcp, transport}, err
	}
	p, err := s.open(transport, nil)
	if err == nil && transport == "tls" { // its handshake is over at the other end too
		if _, err = io.WriteString(p, "\r\n\r\n"); err == nil {
			_, err = io.ReadFull(p, make([]byte, 2))
		}
	}
	return p, err
}

// TestFaultPeersThatNeverClose: those who are closed and do not close in turn cost
// a descriptor each, for some seconds, and no more than so many of them do.
func TestFaultPeersThatNeverClose(t *testing.T) {
	t.Parallel()
	const most = 2 * 1024 // of two loops
	s := startFaulty(t, "")
	caller, callee := s.pair(t, "tcp", "ws")
	bothHangUp(t, caller, callee)
	before := s.usage()
	n := many(300, 3000)
	peers := make([]*peer, n)
	defer func() { closeAll(peers) }()
	var highest float64
	meanwhile(t, func() {
		callerHangsUp(t, caller, callee)
		highest = max(highest, s.metric("sluice_connections_lingering"))
	}, func() error {
		return each(n, func(i int) error {
			tcp, err := s.connect("ws", source(i/100))
			if err != nil {
				return err
			}
			peers[i] = &peer{tcp, tcp, "ws"}
			b, err := peers[i].lastWord([]byte(strings.Replace(handshake, "GET", "POST", 1)))
			if err == nil && !bytes.HasPrefix(b, []byte("HTTP/1.1 405 ")) {
				err = fmt.Errorf("got %q", b)
			}
			return err
		})
	})
	if highest > most {
		t.Errorf("%v linger, want no more than %d", highest, most)
	}
	s.until(t, processTime, "nobody lingers", func() bool { return s.metric("sluice_connections_lingering") == 0 })
	s.backTo(t, before, n)
	s.count(t, "sluice_connections_linger_cut_total", float64(n))
	callerHangsUp(t, caller, callee)
}
