package linktest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"sluice/parser"
	"sluice/parser/http1"
	"sluice/parser/sip"
	"sluice/pipeline/link"
	"sluice/pipeline/link/linktest"
)

// An echo is a sink that sends every message back, and upon one whose Call-ID is
// "close" or "ping" a frame of that kind.
type echo struct {
	conn net.Conn
	pool *link.Pool
}

func (e *echo) OnMessage(l *link.Link, m *sip.Message) {
	e.Write(l, l.AppendMessage(nil, m.Buf))
	if string(m.CallID()) == "close" {
		e.Write(l, l.AppendClose(nil, 1001, "bye"))
	}
	if string(m.CallID()) == "ping" {
		e.Write(l, l.AppendPing(nil, nil))
	}
}

func (e *echo) OnBadMessage(l *link.Link, m *sip.Message, err parser.Err) {}

func (e *echo) OnUpgrade(l *link.Link, r *http1.Request) {
	if v, ok := r.Value("Cookie"); ok && string(v) != "good" {
		l.Reject(403, "", "", "", e.pool, e)
		return
	}
	l.Accept("", e.pool, e)
}

func (e *echo) Write(l *link.Link, b []byte)  { e.conn.Write(b) }
func (e *echo) Answer(l *link.Link, b []byte) { e.conn.Write(b) }
func (e *echo) Close(l *link.Link, code int)  { e.conn.Close() }
func (e *echo) OnKeepAlive(l *link.Link)      {}
func (e *echo) OnCount(c link.Counter)        {}

// serve runs an echo server for WebSockets and returns its URL.
func serve(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go handle(conn)
		}
	}()
	return fmt.Sprintf("ws://%s/sip", ln.Addr())
}

func handle(conn net.Conn) {
	e := &echo{conn: conn, pool: link.NewPool(link.Limits{})}
	var l link.Link
	l.Init(link.ModeHTTP)
	b := make([]byte, 4096)
	for {
		n, err := conn.Read(b)
		if err != nil {
			return
		}
		l.Feed(b[:n], e.pool, e)
	}
}

func message(id, body string) []byte {
	return []byte("MESSAGE sip:b SIP/2.0\r\nCall-ID: " + id + "\r\n\r\n" + body)
}

func dial(t *testing.T) *linktest.Client {
	t.Helper()
	c, err := linktest.Dial(serve(t), linktest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Conn.Close() })
	return c
}

func TestEcho(t *testing.T) {
	c := dial(t)
	msg := message("a", strings.Repeat("κόσμε", 3000))
	sends := map[string]func() error{
		"text":      func() error { return c.Send(msg) },
		"binary":    func() error { return c.SendBinary(msg) },
		"fragments": func() error { return c.SendFragments(msg[:1], msg[1:100], nil, msg[100:]) },
	}
	for name, send := range sends {
		t.Run(name, func(t *testing.T) {
			if err := send(); err != nil {
				t.Fatal(err)
			}
			got, err := c.Receive()
			if err != nil || !bytes.Equal(got, msg) {
				t.Errorf("got %d bytes, %v, want %d", len(got), err, len(msg))
			}
		})
	}
}

func TestPing(t *testing.T) {
	c := dial(t)
	msg := message("ping", "")
	if err := c.Send(msg); err != nil {
		t.Fatal(err)
	}
	if err := c.Ping([]byte("there?")); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Receive(); err != nil || !bytes.Equal(got, msg) {
		t.Errorf("got %q, %v, want the message that came before the pong", got, err)
	}
}

func TestCloseByClient(t *testing.T) {
	c := dial(t)
	closed, err := c.Close(4000, "done")
	if err != nil || closed.Code != 4000 {
		t.Errorf("got %v, %v, want code 4000", closed, err)
	}
}

func TestCloseByServer(t *testing.T) {
	c := dial(t)
	if err := c.Send(message("close", "")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Receive(); err != nil {
		t.Fatal(err)
	}
	_, err := c.Receive()
	var closed *linktest.Closed
	if !errors.As(err, &closed) || closed.Code != 1001 || closed.Reason != "bye" {
		t.Fatalf("got %v, want code 1001 and a reason", err)
	}
	if _, err := c.Conn.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("after the closing handshake: got %v, want %v", err, io.EOF)
	}
}

func TestUnmaskedFrame(t *testing.T) {
	c := dial(t)
	if _, err := c.Conn.Write([]byte("\x81\x02\r\n")); err != nil {
		t.Fatal(err)
	}
	_, err := c.Receive()
	var closed *linktest.Closed
	if !errors.As(err, &closed) || closed.Code != 1002 {
		t.Errorf("got %v, want code 1002", err)
	}
}

func TestRefusedHandshake(t *testing.T) {
	tests := []struct {
		name string
		opts linktest.Options
		want ws.StatusError
	}{
		{"no sub-protocol", linktest.Options{Protocols: []string{}}, 400},
		{"other sub-protocol", linktest.Options{Protocols: []string{"msrp"}}, 400},
		{"cookie", linktest.Options{Header: http.Header{"Cookie": {"bad"}}}, 403},
	}
	url := serve(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := linktest.Dial(url, tt.opts)
			var got ws.StatusError
			if !errors.As(err, &got) || got != tt.want {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	c, err := linktest.Dial(url, linktest.Options{Header: http.Header{"Cookie": {"good"}}})
	if err != nil {
		t.Fatal(err)
	}
	c.Conn.Close()
}
