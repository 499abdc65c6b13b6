package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"sluice/bench/sipmsg"
	"sluice/bench/wsclient"
)

// A phone is one client: a WebSocket connection and what a goroutine makes of
// what comes.
type phone struct {
	subscriber
	fleet    *fleet
	raw      *net.TCPConn
	conn     net.Conn // raw, or TLS over it
	in       *bufio.Reader
	view     sipmsg.View // of the message at hand; its reader's own
	answer   chan int    // the status of the response to REGISTER
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

// upgrade makes the connection a WebSocket and begins to read.
func (p *phone) upgrade() error {
	p.conn.SetDeadline(time.Now().Add(p.fleet.timeout))
	p.in = bufio.NewReaderSize(p.conn, 2048)
	if err := wsclient.Upgrade(p.conn, p.in, p.fleet.addr); err != nil {
		return err
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
	_, err := p.conn.Write(wsclient.AppendFrame(make([]byte, 0, len(msg)+8), wsclient.OpText, noMask, msg))
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
		op, payload, err := wsclient.ReadFrame(p.in, buf)
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

const noMask = 0 // the masking key of every frame

var crlf = []byte("\r\n")

func (p *phone) frame(op byte, payload []byte) error {
	switch {
	case op == wsclient.OpPing:
		p.fleet.pings.Add(1)
		_, err := p.conn.Write(wsclient.AppendFrame(nil, wsclient.OpPong, noMask, payload))
		return err
	case op == wsclient.OpClose:
		return fmt.Errorf("server closed the WebSocket: %q", payload)
	case op == wsclient.OpPong:
		return nil
	case bytes.Equal(payload, crlf):
		p.fleet.pongs.Add(1)
		return nil
	}
	return p.message(payload)
}

// message serves one SIP message.
func (p *phone) message(msg []byte) error {
	v := &p.view
	switch {
	case !v.Whole(msg):
		return errors.New("server sent what is no SIP message")
	case v.Status >= 200 && v.Method == sipmsg.MethodRegister:
		select {
		case p.answer <- v.Status:
		default: // nobody waits any more
		}
		return nil
	case v.Status != 0:
		return p.onResponse(v)
	}
	return p.onRequest(v)
}
