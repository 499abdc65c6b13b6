// Package linktest has what tests of WebSockets for SIP (RFC 7118) need: a
// client ([Dial]), and a conformance test as tables ([Cases], [Handshakes])
// whose rows can be played to a link in memory as well as over a socket to a
// server that runs. It blocks, allocates and reads the wall clock: it is for
// tests only.
package linktest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gobwas/ws"
)

// Options change how a client connects. The zero Options offer the
// sub-protocol "sip" and give every operation 5 seconds.
type Options struct {
	Protocols []string
	Header    http.Header
	Timeout   time.Duration
}

// A Client is the client's end of a WebSocket. One goroutine uses it at a
// time. Conn may be written to, to send what no client should.
type Client struct {
	Conn    net.Conn
	br      *bufio.Reader
	timeout time.Duration
	early   [][]byte // messages that came while something else was awaited
	sent    bool     // a Close frame
}

// Closed is the error of a client whose peer sent a Close frame. Code is 1005
// if there was none in it.
type Closed struct {
	Code   int
	Reason string
}

func (c *Closed) Error() string { return fmt.Sprintf("closed by the peer: %d %q", c.Code, c.Reason) }

var errProtocol = errors.New("not the sub-protocol that was offered")

// Dial connects to a URL such as "ws://127.0.0.1:10081/path" and opens a
// WebSocket. An HTTP answer other than 101 is a ws.StatusError.
func Dial(rawURL string, o Options) (*Client, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	conn, err := net.DialTimeout("tcp", u.Host, timeout(o))
	if err != nil {
		return nil, err
	}
	c, err := Open(conn, rawURL, o)
	if err != nil {
		conn.Close()
	}
	return c, err
}

// Open opens a WebSocket over a connection.
func Open(conn net.Conn, rawURL string, o Options) (*Client, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	c := &Client{Conn: conn, timeout: timeout(o)}
	d := ws.Dialer{Protocols: o.Protocols}
	if d.Protocols == nil {
		d.Protocols = []string{"sip"}
	}
	if o.Header != nil {
		d.Header = ws.HandshakeHeaderHTTP(o.Header)
	}
	c.deadline()
	br, hs, err := d.Upgrade(conn, u)
	if err != nil {
		return nil, fmt.Errorf("handshake with %s: %w", rawURL, err)
	}
	if len(d.Protocols) > 0 && hs.Protocol == "" {
		return nil, errProtocol
	}
	if c.br = br; br == nil {
		c.br = bufio.NewReader(conn)
	}
	return c, nil
}

func timeout(o Options) time.Duration {
	if o.Timeout > 0 {
		return o.Timeout
	}
	return 5 * time.Second
}

func (c *Client) deadline() { c.Conn.SetDeadline(time.Now().Add(c.timeout)) }

// Send sends a message as one text frame.
func (c *Client) Send(msg []byte) error { return c.SendFrame(ws.NewTextFrame(msg)) }

// SendBinary sends a message as one binary frame.
func (c *Client) SendBinary(msg []byte) error { return c.SendFrame(ws.NewBinaryFrame(msg)) }

// SendFragments sends a text message in as many frames as there are parts.
func (c *Client) SendFragments(parts ...[]byte) error {
	op := ws.OpText
	for i, part := range parts {
		if err := c.SendFrame(ws.NewFrame(op, i == len(parts)-1, part)); err != nil {
			return err
		}
		op = ws.OpContinuation
	}
	return nil
}

// SendFrame sends a frame, masked.
func (c *Client) SendFrame(f ws.Frame) error {
	b, err := ws.CompileFrame(ws.MaskFrame(f))
	if err != nil {
		return err
	}
	c.deadline()
	_, err = c.Conn.Write(b)
	return err
}

// Receive returns the next message. Pings that come before it are answered. A
// Close frame is answered too, and is the error *Closed.
func (c *Client) Receive() ([]byte, error) {
	if len(c.early) > 0 {
		msg := c.early[0]
		c.early = c.early[1:]
		return msg, nil
	}
	for {
		op, payload, err := c.next()
		if err != nil || op.IsData() {
			return payload, err
		}
	}
}

// Ping sends a Ping frame and waits for the answer to it. Messages that come
// before it are there for Receive.
func (c *Client) Ping(payload []byte) error {
	if err := c.SendFrame(ws.NewPingFrame(payload)); err != nil {
		return err
	}
	for {
		op, got, err := c.next()
		switch {
		case err != nil:
			return err
		case op.IsData():
			c.early = append(c.early, got)
		case bytes.Equal(got, payload):
			return nil
		}
	}
}

// Close goes through the closing handshake and closes the connection. It
// returns what the peer answered.
func (c *Client) Close(code int, reason string) (*Closed, error) {
	defer c.Conn.Close()
	if err := c.sendClose(ws.NewCloseFrameBody(ws.StatusCode(code), reason)); err != nil {
		return nil, err
	}
	for {
		_, _, err := c.next()
		var closed *Closed
		if errors.As(err, &closed) {
			return closed, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// next returns the next message or Pong.
func (c *Client) next() (ws.OpCode, []byte, error) {
	c.deadline()
	var message []byte
	var first ws.OpCode
	state := ws.StateClientSide
	for {
		f, err := ws.ReadFrame(c.br)
		if err != nil {
			return 0, nil, err
		}
		if err := ws.CheckHeader(f.Header, state); err != nil {
			return 0, nil, err
		}
		switch f.Header.OpCode {
		case ws.OpPong:
			return ws.OpPong, f.Payload, nil
		case ws.OpPing:
			if err := c.SendFrame(ws.NewPongFrame(f.Payload)); err != nil {
				return 0, nil, err
			}
			continue
		case ws.OpClose:
			return 0, nil, c.closed(f.Payload)
		case ws.OpText, ws.OpBinary:
			first = f.Header.OpCode
		}
		message = append(message, f.Payload...)
		if f.Header.Fin {
			return first, message, nil
		}
		state = state.Set(ws.StateFragmented)
	}
}

// closed answers a Close frame and returns its error.
func (c *Client) closed(payload []byte) error {
	e := &Closed{Code: int(ws.StatusNoStatusRcvd)}
	if len(payload) >= 2 {
		e.Code, e.Reason = int(binary.BigEndian.Uint16(payload)), string(payload[2:])
		payload = payload[:2]
	}
	c.sendClose(payload)
	return e
}

// sendClose sends a Close frame unless one was sent.
func (c *Client) sendClose(payload []byte) error {
	if c.sent {
		return nil
	}
	c.sent = true
	return c.SendFrame(ws.NewCloseFrame(payload))
}
