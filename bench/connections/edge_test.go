package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/bench/sipmsg"
)

// edge is a server as far as the phones need one: it answers REGISTER and
// keep-alives, and passes on the rest by user name, with a Record-Route.
type edge struct {
	listener net.Listener
	answer   string // to REGISTER
	ring     string // instead of passing INVITE on
	deaf     bool   // no ACK reaches anybody
	absent   bool   // it does not record its route
	lazy     bool   // it leaves its Route in requests
	astray   bool   // requests come back to who sent them

	mu    sync.Mutex
	conns map[string]net.Conn
}

// newEdge serves until the test ends, and returns a fleet for it.
func newEdge(t *testing.T, e *edge, phones int) *fleet {
	t.Helper()
	var err error
	if e.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	e.conns = map[string]net.Conn{}
	go func() {
		for {
			c, err := e.listener.Accept()
			if err != nil {
				return
			}
			go e.serve(c)
		}
	}()
	o, err := parseOptions([]string{"-connections", fmt.Sprint(phones), "-timeout", "20s"})
	if err != nil {
		t.Fatal(err)
	}
	f := newFleet(o, "ws", nil)
	f.addr = e.listener.Addr().String()
	t.Cleanup(func() {
		f.close()
		e.listener.Close()
	})
	return f
}

func (e *edge) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	if _, err := http.ReadRequest(in); err != nil {
		return
	}
	fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\n"+
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n")
	for {
		msg, err := unmasked(in)
		if err != nil {
			return
		}
		e.message(c, msg)
	}
}

// unmasked reads a frame of a client, whose mask is zero here.
func unmasked(in *bufio.Reader) ([]byte, error) {
	head, err := in.Peek(4)
	if err != nil {
		return nil, err
	}
	n, skip := int(head[1]&0x7f), 6
	if n == 126 {
		n, skip = int(head[2])<<8|int(head[3]), 8
	}
	msg := make([]byte, skip+n)
	for at := 0; at < len(msg); {
		k, err := in.Read(msg[at:])
		if err != nil {
			return nil, err
		}
		at += k
	}
	return msg[skip:], nil
}

func write(c net.Conn, msg []byte) {
	frame := []byte{0x81, byte(len(msg))}
	if len(msg) > 125 {
		frame = []byte{0x81, 126, byte(len(msg) >> 8), byte(len(msg))}
	}
	c.Write(append(frame, msg...))
}

func (e *edge) message(c net.Conn, msg []byte) {
	var v sipmsg.View
	v.Scan(msg)
	switch {
	case string(msg) == "\r\n\r\n":
		write(c, crlf)
		return
	case v.Method == sipmsg.MethodRegister:
		e.mu.Lock()
		e.conns[userOf(v.From)] = c
		e.mu.Unlock()
		write(c, []byte("SIP/2.0 "+e.answer+"\r\nCSeq: 1 REGISTER\r\n\r\n"))
		return
	case v.Method == sipmsg.MethodInvite && v.Status == 0 && e.ring != "":
		write(c, []byte("SIP/2.0 "+e.ring+"\r\nCall-ID: "+string(v.CallID)+"\r\nCSeq: 1 INVITE\r\n\r\n"))
		return
	case v.Method == sipmsg.MethodAck && e.deaf:
		return
	}
	to := v.From
	if v.Status == 0 {
		if !e.astray {
			to = v.To
		}
		if !e.lazy {
			msg = bytes.Replace(msg, []byte("\r\nRoute: <sip:edge;lr>"), nil, 1)
		}
		if !e.absent {
			msg = bytes.Replace(msg, crlf, []byte("\r\nRecord-Route: <sip:edge;lr>\r\n"), 1)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	write(e.conns[userOf(to)], msg)
}

func userOf(value []byte) string {
	_, rest, _ := strings.Cut(string(value), "sip:")
	name, _, _ := strings.Cut(rest, "@")
	return name
}

func TestPhones(t *testing.T) {
	tests := []struct {
		name     string
		edge     edge
		register string // in the error
		failed   int
		reasons  string
		wait     time.Duration // until calls that say nothing have failed; 0: there are none
	}{
		{name: "good", edge: edge{answer: "200 OK"}},
		{name: "refused", edge: edge{answer: "403 Forbidden"}, register: "REGISTER answered 403"},
		{name: "busy", edge: edge{answer: "200 OK", ring: "486 Busy Here"}, failed: 20, reasons: "20 INVITE-486"},
		{name: "silent", edge: edge{answer: "200 OK", ring: "100 Trying"}, failed: 20, reasons: "20 INVITE-not-answered", wait: 500 * time.Millisecond},
		{name: "not recorded", edge: edge{answer: "200 OK", absent: true}, failed: 20, reasons: "20 no-Record-Route"},
		{name: "Route is left", edge: edge{answer: "200 OK", lazy: true}, failed: 20, reasons: "20 Route-left"},
		{name: "astray", edge: edge{answer: "200 OK", astray: true}, failed: 20, reasons: "20 INVITE-at-the-wrong-phone"},
		{name: "no ACK", edge: edge{answer: "200 OK", deaf: true}, failed: 20, reasons: "20 BYE-or-ACK-lost", wait: 3 * time.Second}, // in which all are answered,
	}
	for i := range tests {
		c := &tests[i]
		t.Run(c.name, func(t *testing.T) {
			f := newEdge(t, &c.edge, 5)
			for _, step := range []func(*phone) error{(*phone).connect, (*phone).upgrade} {
				if err := inParallel(f.phones, 3, step); err != nil {
					t.Fatal(err)
				}
			}
			if err := inParallel(f.phones, 3, (*phone).register); c.register != "" {
				if err == nil || !strings.Contains(err.Error(), c.register) {
					t.Fatalf("got error %v, want %q", err, c.register)
				}
				return
			} else if err != nil {
				t.Fatal(err)
			}
			if err := f.keepAlive(20 * time.Millisecond); err != nil {
				t.Fatal(err)
			}
			f.timeout = cmp.Or(c.wait, f.timeout)
			cs := newCalls(20)
			cs.run(f, 1000)
			if got := cs.failed.total(); got != c.failed || cs.failed.String() != c.reasons {
				t.Errorf("got %d failures (%s), want %d (%s)", got, &cs.failed, c.failed, c.reasons)
			}
			for end := time.Now().Add(10 * time.Second); f.pongs.Load() < 5 && time.Now().Before(end); { // a phone without a call may not have read its own yet
				runtime.Gosched()
			}
			if got := f.pongs.Load(); got != 5 {
				t.Errorf("got %d answers to keep-alives, want 5", got)
			}
			if c.failed == 0 && len(cs.setupTimes()) != 20 {
				t.Errorf("got %d set-up times, want 20", len(cs.setupTimes()))
			}
			if got := f.lost.total(); got != 0 {
				t.Errorf("connections lost: %s", &f.lost)
			}
		})
	}
}
