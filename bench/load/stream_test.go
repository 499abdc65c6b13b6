package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/bench/sipmsg"
	"sluice/bench/wsclient"
)

// patience is how long a test waits for what should happen at once.
const patience = 10 * time.Second

// A far is the server's end of a stream, played by the test; ours is driven step
// by step.
type far struct {
	net.Conn
	wire   *wire
	flow   *flow
	got    []string // Call-IDs of the messages received here
	closed error
}

// newFar opens a stream. What ahead holds comes with the answer to the handshake.
func newFar(t *testing.T, kind transport, ahead string) *far {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		c, err := l.Accept()
		if err == nil && kind == transportWS {
			http.ReadRequest(bufio.NewReader(c))
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"+
				"Sec-WebSocket-Protocol: sip\r\n\r\n"+ahead)
		}
		accepted <- c
	}()
	s := &far{}
	if s.wire, err = newWire(); err != nil {
		t.Fatal(err)
	}
	s.wire.onMessage = func(_ *flow, _ *peer, v *sipmsg.View) { s.got = append(s.got, string(v.CallID)) }
	s.wire.onClose = func(_ *flow, why error) { s.closed = why }
	s.flow, err = s.wire.openStream(kind, netip.MustParseAddr("127.0.0.1"), l.Addr().(*net.TCPAddr).AddrPort())
	if err != nil {
		t.Fatal(err)
	}
	s.Conn = <-accepted
	s.SetDeadline(time.Now().Add(patience))
	t.Cleanup(func() {
		s.wire.closeAll()
		s.Close()
	})
	return s
}

// turn lets our end do what it has to.
func (s *far) turn(t *testing.T) {
	t.Helper()
	if err := s.wire.wait(time.Second); err != nil {
		t.Fatal(err)
	}
	s.wire.serveReady()
	s.wire.flush()
}

// give sends b in pieces of so many bytes, each of which is read before the next.
func (s *far) give(t *testing.T, b string, piece int) {
	t.Helper()
	for len(b) > 0 && s.closed == nil {
		n := min(piece, len(b))
		if _, err := io.WriteString(s, b[:n]); err != nil {
			t.Fatal(err)
		}
		s.turn(t)
		b = b[n:]
	}
}

// sized is a message with a body of n bytes.
func sized(callID string, n int) string {
	return fmt.Sprintf("BYE sip:a SIP/2.0\r\nCall-ID: %s\r\nContent-Length: %d\r\n\r\n%s", callID, n, strings.Repeat("x", n))
}

// framed is a server's frame.
func framed(op byte, payload string) string {
	head := []byte{0x80 | op, byte(len(payload))}
	if n := len(payload); n > 125 {
		head = []byte{0x80 | op, 126, byte(n >> 8), byte(n)}
	}
	return string(head) + payload
}

func TestStreamPieces(t *testing.T) {
	const large = readSize // with its head it does not fit the first buffer
	tcp := sized("one", 0) + "\r\n\r\n" + sized("two", 5) + sized("three", large) + "\r\n"
	ws := framed(wsclient.OpText, sized("one", 0)) + framed(wsclient.OpPong, "") + framed(wsclient.OpBinary, sized("two", 5)) +
		framed(wsclient.OpText, sized("three", large)) + framed(wsclient.OpText, "no SIP")
	tests := []struct {
		name   string
		kind   transport
		text   string
		piece  int
		broken int
	}{
		{"TCP, byte by byte", transportTCP, tcp, 1, 0},
		{"TCP, by 100", transportTCP, tcp, 100, 0},
		{"TCP, at once", transportTCP, tcp, len(tcp), 0},
		{"WebSocket, byte by byte", transportWS, ws, 1, 1},
		{"WebSocket, by 100", transportWS, ws, 100, 1},
		{"WebSocket, at once", transportWS, ws, len(ws), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newFar(t, tt.kind, "")
			s.give(t, tt.text, tt.piece)
			taken := func() bool { return len(s.got) == 3 && s.wire.broken == tt.broken && len(s.flow.in) == 0 }
			for end := time.Now().Add(patience); !taken() && s.closed == nil && time.Now().Before(end); { // one read may not take all
				s.turn(t)
			}
			if got, want := strings.Join(s.got, " "), "one two three"; got != want || s.closed != nil || s.wire.broken != tt.broken {
				t.Errorf("got %q, %d broken, closed: %v, want %q, %d broken", got, s.wire.broken, s.closed, want, tt.broken)
			}
			if len(s.flow.in) != 0 {
				t.Errorf("%d bytes are kept", len(s.flow.in))
			}
		})
	}
}

func TestStreamEnds(t *testing.T) {
	tests := []struct {
		name string
		kind transport
		text string
		want string
	}{
		{"no SIP", transportTCP, "GET / HTTP/1.1\r\n", errMessage.Error()},
		{"endless header section", transportTCP, "BYE sip:a SIP/2.0\r\n" + strings.Repeat("X: y\r\n", sipmsg.MaxHead/5), errMessage.Error()},
		{"large message", transportTCP, "BYE sip:a SIP/2.0\r\nContent-Length: 1048577\r\n\r\n", errLarge.Error()},
		{"Close", transportWS, framed(wsclient.OpClose, "\x03\xe9"), "closed the WebSocket"},
		{"masked frame", transportWS, "\x81\x81", "masked"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newFar(t, tt.kind, "")
			s.give(t, tt.text, readSize/2)
			if s.closed == nil || !strings.Contains(s.closed.Error(), tt.want) || s.flow.open {
				t.Errorf("got %v, open %v, want %q", s.closed, s.flow.open, tt.want)
			}
		})
	}
	s := newFar(t, transportTCP, "")
	s.Close()
	s.turn(t)
	if !errors.Is(s.closed, errEnd) {
		t.Errorf("closed by the server: got %v, want %v", s.closed, errEnd)
	}
}

// TestFramesBehindHandshake holds that what came with the answer is not lost, and
// that a Ping is answered.
func TestFramesBehindHandshake(t *testing.T) {
	s := newFar(t, transportWS, framed(wsclient.OpPing, "are you there")+"\x81")
	s.give(t, framed(wsclient.OpText, sized("one", 0))[1:], 1000)
	if len(s.got) != 1 || s.got[0] != "one" {
		t.Errorf("got messages %q, want one", s.got)
	}
	const payload = "are you there"
	frame := make([]byte, 6+len(payload))
	if _, err := io.ReadFull(s, frame); err != nil {
		t.Fatal(err)
	}
	mask, text := frame[2:6], frame[6:]
	for i := range text {
		text[i] ^= mask[i%4]
	}
	if frame[0] != 0x80|wsclient.OpPong || string(text) != payload || bytes.Equal(mask, make([]byte, 4)) {
		t.Errorf("got %x %q with mask %x, want a Pong with %q", frame[0], text, mask, payload)
	}
}

// TestBlocked has more to write than the socket takes.
func TestBlocked(t *testing.T) {
	s := newFar(t, transportTCP, "")
	const size = 16 << 20
	s.wire.end(s.flow, append(s.wire.begin(s.flow), bytes.Repeat([]byte("x"), size)...), nil)
	s.wire.flush()
	if !s.flow.blocked {
		t.Fatalf("%d bytes were written at once", size)
	}
	read := make(chan int64)
	go func() {
		n, err := io.CopyN(io.Discard, s, size)
		if err != nil {
			s.Close() // which ends the wait below
		}
		read <- n
	}()
	for s.flow.blocked && s.closed == nil {
		s.turn(t)
	}
	if got := <-read; got != size || len(s.flow.out) != 0 {
		t.Errorf("got %d bytes of %d, %d left", got, size, len(s.flow.out))
	}
}

// TestListener answers on a connection that the server opened.
func TestListener(t *testing.T) {
	s := newFar(t, transportTCP, "")
	l, err := s.wire.openListener(netip.MustParseAddr("127.0.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp4", l.local.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s.wire.onMessage = func(f *flow, _ *peer, v *sipmsg.View) {
		s.wire.end(f, v.AppendResponse(s.wire.begin(f), "200 OK", nil, nil), nil)
	}
	s.turn(t) // accepts
	io.WriteString(c, sized("one", 0))
	s.turn(t)
	c.SetDeadline(time.Now().Add(patience))
	answer, err := bufio.NewReader(c).ReadString('\n')
	if err != nil || answer != "SIP/2.0 200 OK\r\n" {
		t.Errorf("got %q, %v", answer, err)
	}
}
