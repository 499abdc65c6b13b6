//go:build e2e

package e2e_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// TestBadInput: whatever comes, calls go on, those in progress and new ones.
func TestBadInput(t *testing.T) {
	t.Parallel()
	s := start(t, patient)
	caller, callee := newPhone(t, s, "ws"), newPhone(t, s, "udp")
	callee.register(600)
	ours, _ := setUp(t, caller, callee)
	overUDP, udpCallee := startCalls(t, s, callerEnds, "udp", "udp", 0, 20, "-d", "500")
	overTCP, tcpCallee := startCalls(t, s, calleeEnds, "tcp", "tcp", 0, 20, "-d", "500")

	t.Run("datagrams", func(t *testing.T) { badDatagrams(t, s) })
	t.Run("streams", func(t *testing.T) { badStreams(t, s) })
	t.Run("handshakes", func(t *testing.T) { badHandshakes(t, s) })
	t.Run("frames", func(t *testing.T) { badFrames(t, s) })
	t.Run("resets", func(t *testing.T) { resets(t, s) })

	offer(t, ours, callee)
	hangUp(t, ours, callee)
	awaitCalls(t, s, 120)
	for _, p := range []*sipp{overUDP, udpCallee, overTCP, tcpCallee} {
		p.finish()
		p.check(processTime, 0)
	}
}

// goodInvite is a good INVITE, but for what the caller changes.
func goodInvite(transport string) *message {
	p := phone{name: "mallory", transport: transport, sentBy: "127.0.0.1:9"}
	m := p.newRequest("INVITE", "sip:nobody@localhost")
	m.add("Contact", "<sip:mallory@127.0.0.1:9>")
	m.add("Content-Type", "application/sdp")
	m.body = sdp("mallory")
	return m
}

// badDatagrams sends what is no SIP message; each is counted.
func badDatagrams(t *testing.T, s *server) {
	conn, err := net.Dial("udp", s.udp)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	good := goodInvite("udp").String()
	var bad [][]byte
	for n := 50; n < len(good); n += 50 {
		bad = append(bad, []byte(good[:n]))
	}
	bad = append(bad, []byte(good[:len(good)-1]))
	rng := rand.New(rand.NewSource(1))
	for range 200 {
		b := make([]byte, 4+rng.Intn(1500))
		rng.Read(b)
		bad = append(bad, b)
	}
	for i := range 200 { // bytes of a good message changed: not always bad
		b := []byte(good)
		for range 1 + rng.Intn(20) {
			b[rng.Intn(len(b))] = byte(rng.Intn(256))
		}
		conn.Write(b)
		if i%20 == 0 {
			keepUp(t, conn)
		}
	}
	for _, text := range []string{
		strings.Replace(good, "SIP/2.0", "SIP/3.0", 1),
		strings.Replace(good, "\r\nCall-ID:", "\r\nCall-Ix:", 1),
		strings.Replace(good, "\r\nVia:", "\r\nVix:", 1),
		strings.Replace(good, "CSeq: 1 INVITE", "CSeq: 1 BYE", 1),
		strings.Replace(good, "CSeq: 1 ", "CSeq: 99999999999 ", 1),
		strings.Replace(good, "Content-Length: ", "Content-Length: -", 1),
		strings.Replace(good, "Content-Length: ", "Content-Length: 9", 1),
		"INVITE",
		"INVITE sip:a SIP/2.0\r\n",
		"INVITE sip:a SIP/2.0\r\n\r\n",
		strings.Repeat("A", 60000),
		strings.Repeat("Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK\r\n", 1000),
	} {
		bad = append(bad, []byte(text))
	}
	keepUp(t, conn)
	before := s.metric("sluice_sip_malformed_total")
	for i, b := range bad {
		conn.Write(b)
		if i%20 == 0 {
			keepUp(t, conn)
		}
	}
	s.count(t, "sluice_sip_malformed_total", before+float64(len(bad)))

	// What can be answered is.
	for _, tt := range []struct{ name, from, to, want string }{
		{"another version", "SIP/2.0\r\n", "SIP/3.0\r\n", "SIP/2.0 505 "},
		{"the CSeq of another method", "1 INVITE", "1 BYE", "SIP/2.0 400 "},
		{"a body that is not all there", "Content-Length: ", "Content-Length: 9", "SIP/2.0 400 "},
		{"no hops left", "Max-Forwards: 70", "Max-Forwards: 0", "SIP/2.0 483 "},
		{"an extension that is unknown", "\r\nFrom:", "\r\nProxy-Require: magic\r\nFrom:", "SIP/2.0 420 "},
		{"a Request-URI that is none", "sip:nobody@localhost SIP", "mailto:nobody SIP", "SIP/2.0 416 "},
	} {
		p := newPhone(t, s, "udp")
		m := p.newRequest("INVITE", "sip:nobody@localhost")
		text := strings.Replace(m.String(), tt.from, tt.to, 1)
		p.log(">", text)
		p.out.send(text)
		resp := p.next(soon, tt.want+"for "+tt.name, func(m *message) bool { return m.isResponse() && m.status() != 100 })
		if !strings.HasPrefix(resp.start, tt.want) {
			t.Errorf("%s: got %q, want %s", tt.name, resp.start, tt.want)
		}
	}

	// A response that answers nothing of ours.
	before = s.metric("sluice_sip_responses_foreign_total")
	m := goodInvite("udp")
	conn.Write([]byte(m.reply(200, "OK", "x").String()))
	s.count(t, "sluice_sip_responses_foreign_total", before+1)
}

// keepUp waits until the server has read what was sent before, which so is no
// flood: it answers a keep-alive (RFC 5626 §3.5.1).
func keepUp(t *testing.T, conn net.Conn) {
	t.Helper()
	conn.Write([]byte("\r\n\r\n"))
	conn.SetReadDeadline(time.Now().Add(soon))
	for b := make([]byte, 65536); ; {
		n, err := conn.Read(b)
		if err != nil {
			t.Fatalf("no answer to a keep-alive: %v", err)
		}
		if string(b[:n]) == "\r\n" {
			return
		}
	}
}

// talk sends b on a new TCP connection and returns all that comes back until
// the server closes it.
func talk(t *testing.T, addr string, b []byte) string {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, soon)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(soon))
	go conn.Write(b) // what is too long need not be read to its end
	got, err := io.ReadAll(conn)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("connection not closed: %v, got %q", err, got)
	}
	return string(got)
}

// badStreams: after its answer, a stream that lost its framing is closed
// (RFC 3261 §18.3).
func badStreams(t *testing.T, s *server) {
	m := goodInvite("tcp")
	good := m.String()
	m.body = strings.Repeat("x", 70000)
	endless := strings.Repeat("X-Filler: "+strings.Repeat("x", 90)+"\r\n", 1000)
	rng := rand.New(rand.NewSource(2))
	noise := make([]byte, 20000)
	rng.Read(noise)
	for _, tt := range []struct{ name, text, want string }{
		{"a body of 1 GB announced", strings.Replace(good, "Content-Length: ", "Content-Length: 1000000", 1), "SIP/2.0 513 "},
		{"a length beyond all integers", strings.Replace(good, "Content-Length: ", "Content-Length: "+strings.Repeat("9", 40), 1), "SIP/2.0 "},
		{"a message of 70 kB", m.String(), "SIP/2.0 513 "},
		{"a head without end", strings.Replace(good, "\r\nContact:", "\r\n"+endless+"Contact:", 1), ""},
		{"no Content-Length", strings.Replace(good, "Content-Length", "X-Length", 1), "SIP/2.0 400 "},
		{"another version", strings.Replace(good, "SIP/2.0\r\n", "SIP/3.0\r\n", 1), "SIP/2.0 505 "},
		{"noise", string(noise), ""},
		{"HTTP", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", ""},
		{"TLS", "\x16\x03\x01\x00\xf8\x01\x00\x00\xf4\x03\x03" + strings.Repeat("\x00\r\n", 80), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := s.metric("sluice_sip_malformed_total")
			got := talk(t, s.tcp, []byte(tt.text))
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("answer: got %q, want %s", got, tt.want)
			}
			s.until(t, soon, "counted as malformed", func() bool { return s.metric("sluice_sip_malformed_total") > before })
		})
	}
}

const (
	handshake = "GET /x HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n"
	plainGet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
)

// badHandshakes: each is answered as HTTP, then closed.
func badHandshakes(t *testing.T, s *server) {
	without := func(name string) string {
		head, rest, _ := strings.Cut(handshake, name+":")
		_, rest, _ = strings.Cut(rest, "\r\n")
		return head + rest
	}
	for _, tt := range []struct{ name, text, want string }{
		{"no upgrade", plainGet, "HTTP/1.1 426 "},
		{"another method", strings.Replace(handshake, "GET", "POST", 1), "HTTP/1.1 405 "},
		{"no key", without("Sec-WebSocket-Key"), "HTTP/1.1 400 "},
		{"no version", without("Sec-WebSocket-Version"), "HTTP/1.1 426 "},
		{"another version", strings.Replace(handshake, "Version: 13", "Version: 8", 1), "HTTP/1.1 426 "},
		{"no sub-protocol", without("Sec-WebSocket-Protocol"), "HTTP/1.1 400 "},
		{"another sub-protocol", strings.Replace(handshake, "Protocol: sip", "Protocol: chat", 1), "HTTP/1.1 400 "},
		{"HTTP/1.0", strings.Replace(handshake, "HTTP/1.1", "HTTP/1.0", 1), "HTTP/1.1 400 "},
		{"a head without end", strings.Replace(plainGet, "\r\n\r\n", "\r\nX: "+strings.Repeat("x", 100000), 1), "HTTP/1.1 431 "},
		{"SIP", goodInvite("ws").String(), "HTTP/1.1 "},
		{"noise", "\x00\x01\x02\r\n\r\n", "HTTP/1.1 400 "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := talk(t, s.ws, []byte(tt.text)); !strings.HasPrefix(got, tt.want) {
				t.Errorf("answer: got %q, want %s", got, tt.want)
			}
		})
	}
}

// frame returns a frame with a mask of zeros, so that its payload is plain.
func frame(first byte, payload string) []byte {
	b := []byte{first, 0x80 | byte(len(payload))}
	if len(payload) > 125 {
		b = []byte{first, 0x80 | 126, byte(len(payload) >> 8), byte(len(payload))}
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}

// badFrames: a violation of RFC 6455 is answered with a Close frame that says
// which (§7.4.1).
func badFrames(t *testing.T, s *server) {
	const text, binary, ping, fin = 1, 2, 9, 0x80
	good, long := goodInvite("ws").String(), strings.Repeat("A", 60000)
	huge := []byte{fin | binary, 0x80 | 127, 0, 0, 0, 0, 0, 10_000_000 >> 16, 10_000_000 >> 8 & 0xff, 10_000_000 & 0xff, 0, 0, 0, 0}
	for _, tt := range []struct {
		name  string
		bytes []byte
		code  ws.StatusCode
	}{
		{"no mask", append([]byte{fin | text, 5}, "hello"...), 1002},
		{"no mask, a whole message", append([]byte{fin | text, 126, byte(len(good) >> 8), byte(len(good))}, good...), 1002},
		{"10 MB announced", huge, 1009},
		{"2^63 bytes announced", append([]byte{fin | binary, 0x80 | 127, 0x80}, make([]byte, 11)...), 1002},
		{"a reserved opcode", frame(fin|3, "x"), 1002},
		{"a reserved bit", frame(fin|0x40|text, "x"), 1002},
		{"a continuation of nothing", frame(fin, "x"), 1002},
		{"a message within a fragmented one", append(frame(text, "INVITE "), frame(fin|text, "x")...), 1002},
		{"a ping of 126 bytes", frame(fin|ping, strings.Repeat("x", 126)), 1002},
		{"a ping in fragments", frame(ping, "x"), 1002},
		{"text that is not UTF-8", frame(fin|text, "\xc3\x28"), 1007},
		{"fragments over the limit", append(frame(text, long), frame(0, long)...), 1009},
		{"close without a valid code", frame(fin|8, "\x03\xec"), 1002},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := talk(t, s.ws, append([]byte(handshake), tt.bytes...))
			head, frames, _ := strings.Cut(got, "\r\n\r\n")
			if !strings.HasPrefix(head, "HTTP/1.1 101 ") {
				t.Fatalf("handshake: got %q, want 101", head)
			}
			f, err := ws.ReadFrame(strings.NewReader(frames))
			if err != nil || f.Header.OpCode != ws.OpClose {
				t.Fatalf("got %q (%v), want a Close frame", frames, err)
			}
			if code, _ := ws.ParseCloseFrameData(f.Payload); code != tt.code {
				t.Errorf("close code: got %d, want %d", code, tt.code)
			}
		})
	}
	for _, event := range []string{"unmasked", "bad_frame", "bad_text", "too_long", "bad_handshake"} {
		series := fmt.Sprintf("sluice_link_events_total{event=%q}", event)
		s.until(t, soon, series, func() bool { return s.metric(series) > 0 })
	}
	t.Run("malformed SIP", func(t *testing.T) { badMessage(t, s) })
}

// badMessage: a WebSocket message that is no SIP ends its own connection, and a
// request that is malformed not even that.
func badMessage(t *testing.T, s *server) {
	p := newPhone(t, s, "ws")
	before := s.metric("sluice_sip_malformed_total")
	newPhone(t, s, "ws").out.send("hello")
	m := p.newRequest("OPTIONS", "sip:nobody@localhost")
	p.out.send(strings.Replace(m.String(), "1 OPTIONS", "1 BYE", 1))
	if resp := p.next(soon, "400", (*message).isResponse); resp.status() != 400 {
		t.Errorf("response: got %q, want 400", resp.start)
	}
	s.count(t, "sluice_sip_malformed_total", before+2)
	p.register(600)
}

// resets leaves in the middle of everything, by RST.
func resets(t *testing.T, s *server) {
	good := goodInvite("tcp").String()
	half := frame(0x81, good)
	for _, tt := range []struct{ name, addr, text string }{
		{"nothing sent", s.tcp, ""},
		{"half a head", s.tcp, good[:100]},
		{"half a body", s.tcp, good[:len(good)-20]},
		{"before the answer", s.tcp, good},
		{"half a handshake", s.ws, handshake[:60]},
		{"before the 101", s.ws, handshake},
		{"half a frame", s.ws, handshake + string(half[:200])},
		{"before the answer in a WebSocket", s.ws, handshake + string(half)},
	} {
		for range 3 {
			conn, err := net.DialTimeout("tcp", tt.addr, soon)
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			conn.Write([]byte(tt.text))
			conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		}
	}
	p := newPhone(t, s, "ws")
	p.register(600)
}

// TestIdleHalfRequests: a peer that begins and goes silent does not stand in
// the way of others.
func TestIdleHalfRequests(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, addr := range []string{s.tcp, s.ws} {
		for range 50 {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			io.WriteString(conn, "GET sip:x SIP/2.0\r\nVia: ")
		}
	}
	caller, callee := newPhone(t, s, "tcp"), newPhone(t, s, "ws")
	callee.register(600)
	callerHangsUp(t, caller, callee)
}
