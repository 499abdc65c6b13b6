//go:build e2e

package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// A link is how a phone sends to one peer: its UDP socket and the peer's
// address, a TCP connection, a WebSocket.
type link interface {
	send(text string) error
	close()
}

// A datagramLink is a UDP socket and a peer.
type datagramLink struct {
	conn *net.UDPConn
	peer *net.UDPAddr
}

func (l datagramLink) send(text string) error {
	_, err := l.conn.WriteToUDP([]byte(text), l.peer)
	return err
}

func (l datagramLink) close() { closeNow(l.conn) }

// read calls f with every datagram until the socket is closed.
func (l datagramLink) read(f func(link, string)) {
	b := make([]byte, 65536)
	for {
		n, from, err := l.conn.ReadFromUDP(b)
		if err != nil {
			return
		}
		f(datagramLink{l.conn, from}, string(b[:n]))
	}
}

// dial connects to addr, over TLS if config is not nil.
func dial(addr string, config *tls.Config) (net.Conn, error) {
	d := &net.Dialer{Timeout: soon}
	if config != nil {
		return tls.DialWithDialer(d, "tcp", addr, config)
	}
	return d.Dial("tcp", addr)
}

// A streamLink is a TCP connection, with TLS or without.
type streamLink struct{ conn net.Conn }

func (l streamLink) send(text string) error {
	l.conn.SetWriteDeadline(time.Now().Add(soon))
	_, err := l.conn.Write([]byte(text))
	return err
}

func (l streamLink) close() { closeNow(l.conn) }

// read calls f with every message until the connection ends.
func (l streamLink) read(f func(link, string)) {
	r := bufio.NewReader(l.conn)
	for {
		text, err := readMessage(r)
		if err != nil {
			return
		}
		f(l, text)
	}
}

// readMessage reads one message from a stream (RFC 3261 §18.3).
func readMessage(r *bufio.Reader) (string, error) {
	var text strings.Builder
	length := 0
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", err
		}
		if line == "\r\n" && text.Len() == 0 {
			continue // a keep-alive
		}
		text.WriteString(line)
		if line == "\r\n" {
			break
		}
		if name, value, _ := strings.Cut(line, ":"); strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return "", err
			}
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return "", err
	}
	return text.String() + string(body), nil
}

// A socketLink is a WebSocket.
type socketLink struct {
	conn net.Conn
	in   io.Reader
}

// dialWebSocket opens a WebSocket for SIP (RFC 7118 §4.1), over TLS if config
// is not nil.
func dialWebSocket(addr string, config *tls.Config) (socketLink, error) {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	d := ws.Dialer{
		NetDial:   func(context.Context, string, string) (net.Conn, error) { return dial(addr, config) },
		Protocols: []string{"sip"},
		Header:    ws.HandshakeHeaderHTTP(http.Header{"Origin": {"http://localhost"}}),
	}
	conn, rest, hs, err := d.Dial(ctx, "ws://"+addr+"/")
	if err != nil {
		return socketLink{}, err
	}
	if hs.Protocol != "sip" {
		conn.Close()
		return socketLink{}, fmt.Errorf("sub-protocol: got %q, want sip", hs.Protocol)
	}
	if rest == nil {
		return socketLink{conn, conn}, nil
	}
	early, _ := rest.Peek(rest.Buffered())
	return socketLink{conn, io.MultiReader(bytes.NewReader(bytes.Clone(early)), conn)}, nil
}

func (l socketLink) send(text string) error { return l.frame(ws.OpText, []byte(text)) }

// frame writes a whole frame at once, so that frames do not mix.
func (l socketLink) frame(op ws.OpCode, payload []byte) error {
	b, err := ws.CompileFrame(ws.MaskFrame(ws.NewFrame(op, true, payload)))
	if err != nil {
		return err
	}
	l.conn.SetWriteDeadline(time.Now().Add(soon))
	_, err = l.conn.Write(b)
	return err
}

func (l socketLink) close() { closeNow(l.conn) }

// read calls f with every message until the connection ends. Pings are
// answered.
func (l socketLink) read(f func(link, string)) {
	for {
		messages, err := wsutil.ReadServerMessage(l.in, nil)
		if err != nil {
			return
		}
		for _, m := range messages {
			switch {
			case m.OpCode.IsData():
				f(l, string(m.Payload))
			case m.OpCode == ws.OpPing:
				l.frame(ws.OpPong, m.Payload)
			case m.OpCode == ws.OpClose:
				return
			}
		}
	}
}
