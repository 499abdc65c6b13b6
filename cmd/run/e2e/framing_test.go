//go:build e2e

package e2e_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// TestByteByByte: a message may come in pieces of any size.
func TestByteByByte(t *testing.T) {
	t.Parallel()
	s := start(t)
	callee := newPhone(t, s, "udp")
	callee.register(600)
	conn, err := net.Dial("tcp", s.tcp)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(soon))
	p := phone{name: "slow", transport: "tcp", sentBy: conn.LocalAddr().String()}
	m := p.newRequest("MESSAGE", callee.aor())
	m.body = "hello"
	for _, b := range []byte("\r\n" + m.String()) {
		if _, err := conn.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	got := callee.request("MESSAGE")
	if got.body != m.body {
		t.Errorf("body: got %q, want %q", got.body, m.body)
	}
	callee.answer(got, 200, "OK")
	text, err := readMessage(bufio.NewReader(conn))
	if err != nil || !strings.HasPrefix(text, "SIP/2.0 200 ") {
		t.Errorf("response: got %q (%v), want 200", text, err)
	}
}

// TestManyInOneWrite: a read may bring many messages, and part of one.
func TestManyInOneWrite(t *testing.T) {
	t.Parallel()
	s := start(t)
	const many = 50
	for _, transport := range []string{"tcp", "ws"} {
		t.Run(transport, func(t *testing.T) {
			p := newPhone(t, s, transport)
			p.register(600)
			var sent []*message
			var wire strings.Builder
			for range many {
				m := p.newRequest("REGISTER", "sip:localhost")
				m.replace("To", "<"+p.aor()+">")
				sent = append(sent, m)
				if transport == "ws" {
					wire.Write(frame(0x81, m.String()))
				} else {
					wire.WriteString(m.String())
				}
			}
			all := wire.String()
			half := len(all)/2 + 17
			for _, part := range []string{all[:half], all[half:]} {
				if _, err := io.WriteString(rawConn(p), part); err != nil {
					t.Fatal(err)
				}
			}
			for _, m := range sent {
				p.response(m, 200)
			}
		})
	}
}

// rawConn returns the connection of a phone to the server.
func rawConn(p *phone) net.Conn {
	switch l := p.out.(type) {
	case streamLink:
		return l.conn
	case socketLink:
		return l.conn
	}
	return nil
}

// TestFragments: a SIP message may come in many frames, with a ping between
// them (RFC 6455 §5.4).
func TestFragments(t *testing.T) {
	t.Parallel()
	s := start(t)
	callee := newPhone(t, s, "udp")
	callee.register(600)
	caller := newPhone(t, s, "ws")
	m := caller.newRequest("MESSAGE", callee.aor())
	m.body = "gr\u00fcn" // a character in two frames
	text := m.String()
	cut := strings.IndexByte(text, 0xc3) + 1
	var wire []byte
	wire = append(wire, frame(0x01, text[:100])...)
	wire = append(wire, frame(0x89, "between")...)
	wire = append(wire, frame(0x00, text[100:cut])...)
	wire = append(wire, frame(0x00, "")...)
	wire = append(wire, frame(0x80, text[cut:])...)
	for _, b := range wire {
		if _, err := rawConn(caller).Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	got := callee.request("MESSAGE")
	if got.body != m.body {
		t.Errorf("body: got %q, want %q", got.body, m.body)
	}
	callee.answer(got, 200, "OK")
	caller.response(m, 200)
}

// TestKeepAlives: each transport's own (RFC 5626 §3.5.1, RFC 6455 §5.5.2).
func TestKeepAlives(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, tt := range []struct {
		name, network, addr string
		sent, want          string
	}{
		{"CRLF over TCP", "tcp", s.tcp, "\r\n\r\n", "\r\n"},
		{"CRLF over UDP", "udp", s.udp, "\r\n\r\n", "\r\n"},
		{"CRLF in a WebSocket", "tcp", s.ws, string(frame(0x81, "\r\n\r\n")), "\x81\x02\r\n"},
		{"ping", "tcp", s.ws, string(frame(0x89, "hello")), "\x8a\x05hello"},
		{"close", "tcp", s.ws, string(frame(0x88, "\x03\xe8bye")), "\x88"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn, err := net.Dial(tt.network, tt.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(soon))
			r := bufio.NewReader(conn)
			if tt.addr == s.ws {
				io.WriteString(conn, handshake)
				for line := "+"; line != "\r\n"; {
					if line, err = r.ReadString('\n'); err != nil {
						t.Fatal(err)
					}
				}
			}
			io.WriteString(conn, tt.sent)
			got := make([]byte, len(tt.want))
			if _, err := io.ReadFull(r, got); err != nil || string(got) != tt.want {
				t.Errorf("answer: got %q (%v), want %q", got, err, tt.want)
			}
			if tt.name == "close" {
				if _, err := io.ReadAll(r); err != nil {
					t.Errorf("after the Close frame: %v, want the end of the connection", err)
				}
			}
		})
	}
	s.until(t, soon, "three keep-alives are counted", func() bool { return s.metric("sluice_keepalives_total") >= 3 })
}

// TestGoneCallee: a phone whose connection has ended cannot be reached, which
// is said at once, whether the call or the phone is on the one loop or on the
// other.
func TestGoneCallee(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, from := range transports {
		t.Run(from, func(t *testing.T) {
			s.level(t, "sluice_connections", 0) // those of the last phones are closed
			callers := 0.0
			for range 4 {
				caller, callee := newPhone(t, s, from), newPhone(t, s, "ws")
				caller.register(600)
				callee.register(600)
				if from != "udp" {
					callers++
				}
				callee.out.close()
				s.level(t, "sluice_connections", callers) // the server has noticed
				d := caller.invite(callee.aor())
				resp := caller.final(d.invite)
				if resp.status()/100 != 4 || resp.status() == 408 {
					t.Errorf("call to a phone that has gone: got %q, want 4xx, at once", resp.start)
				}
				d.refuseAck(resp)
			}
		})
	}
}
