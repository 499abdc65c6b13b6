package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"
)

// A phone is one client: a WebSocket connection and what a goroutine makes of
// what comes.
type phone struct {
	subscriber
	fleet    *fleet
	raw      *net.TCPConn
	conn     net.Conn // raw, or TLS over it
	in       *bufio.Reader
	answer   chan int // the status of the response to REGISTER
	isClosed atomic.Bool
}

// sourceOf is an address of the phone's own in 127.0.0.0/8, so that the server
// sees as many sources as clients.
func sourceOf(number int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, byte(1 + number/62500), byte(number / 250 % 250), byte(1 + number%250)})
}

// connect opens the connection, with TLS its handshake.
func (p *phone) connect() error {
	d := net.Dialer{Timeout: p.fleet.timeout, LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(sourceOf(p.number), 0))}
	c, err := d.Dial("tcp4", p.fleet.addr)
	if err != nil {
		return err
	}
	p.raw, p.conn = c.(*net.TCPConn), c
	if p.fleet.tls == nil {
		return nil
	}
	t := tls.Client(c, p.fleet.tls)
	p.conn = t
	ctx, cancel := context.WithTimeout(context.Background(), p.fleet.timeout)
	defer cancel()
	return t.HandshakeContext(ctx)
}

// nonce is the sample of RFC 6455 §1.3: it need not be secret here.
const (
	nonce  = "dGhlIHNhbXBsZSBub25jZQ=="
	accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// upgrade makes the connection a WebSocket with the sub-protocol sip (RFC 7118
// §4.1), as a browser asks for it, and begins to read.
func (p *phone) upgrade() error {
	text := fmt.Sprintf("GET / HTTP/1.1\r\nHost: %[1]s\r\nConnection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"+
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\n"+
		"Upgrade: websocket\r\nOrigin: https://%[1]s\r\nSec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate, br\r\n"+
		"Accept-Language: en-GB,en;q=0.9\r\nSec-WebSocket-Key: %[2]s\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"+
		"Sec-WebSocket-Protocol: sip\r\n\r\n", p.fleet.addr, nonce)
	p.conn.SetDeadline(time.Now().Add(p.fleet.timeout))
	if _, err := p.conn.Write([]byte(text)); err != nil {
		return err
	}
	p.in = bufio.NewReaderSize(p.conn, 2048)
	resp, err := http.ReadResponse(p.in, nil)
	if err != nil {
		return err
	}
	h := resp.Header
	if resp.StatusCode != http.StatusSwitchingProtocols || h.Get("Sec-WebSocket-Accept") != accept || h.Get("Sec-WebSocket-Protocol") != "sip" {
		return fmt.Errorf("upgrade answered %s with %v", resp.Status, h)
	}
	p.conn.SetDeadline(time.Time{})
	p.fleet.readers.Add(1)
	go p.read()
	return nil
}

// register sends a REGISTER and waits for its answer.
func (p *phone) register() error {
	if err := p.send(p.appendRegister(nil)); err != nil {
		return err
	}
	select {
	case code := <-p.answer:
		if code != 200 {
			return fmt.Errorf("REGISTER answered %d", code)
		}
		return nil
	case <-time.After(p.fleet.timeout):
		return errors.New("REGISTER not answered")
	}
}

// send writes a message as one frame, with one call: two goroutines may.
func (p *phone) send(msg []byte) error {
	_, err := p.conn.Write(appendFrame(make([]byte, 0, len(msg)+8), opText, msg))
	return err
}

// close ends the connection without a word.
func (p *phone) close() {
	p.isClosed.Store(true)
	if p.raw != nil {
		p.raw.Close()
	}
}

// read serves the connection until it ends.
func (p *phone) read() {
	defer p.fleet.readers.Done()
	buf := make([]byte, 0, 1024)
	for {
		op, payload, err := readFrame(p.in, buf)
		if err == nil {
			err = p.frame(op, payload)
		}
		if err != nil {
			if !p.isClosed.Load() {
				p.fleet.fail(err)
			}
			return
		}
		buf = payload[:0]
	}
}

var crlf = []byte("\r\n")

func (p *phone) frame(op byte, payload []byte) error {
	switch {
	case op == opPing:
		p.fleet.pings.Add(1)
		_, err := p.conn.Write(appendFrame(nil, opPong, payload))
		return err
	case op == opClose:
		return fmt.Errorf("server closed the WebSocket: %q", payload)
	case op == opPong:
		return nil
	case bytes.Equal(payload, crlf):
		p.fleet.pongs.Add(1)
		return nil
	}
	return p.message(payload)
}

// message serves one SIP message.
func (p *phone) message(msg []byte) error {
	code, name := status(msg), string(method(msg))
	switch {
	case code >= 200 && name == "REGISTER":
		select {
		case p.answer <- code:
		default: // nobody waits any more
		}
		return nil
	case code != 0:
		return p.onResponse(msg, code, name)
	}
	return p.onRequest(msg, name)
}
