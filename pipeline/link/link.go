package link

import (
	"sluice/parser/http1"
	"sluice/parser/sip"
)

// Mode says what the bytes of a connection mean.
type Mode uint8

// The modes of a link.
const (
	ModeSIP       Mode = iota // SIP over a stream: TCP, TLS
	ModeHTTP                  // the opening handshake of a WebSocket is awaited or judged
	ModeWebSocket             // SIP in WebSocket frames
	ModeEnded                 // nothing is expected any more
)

// A Link is the reading side of one connection, and knows how to write to it.
// It is used on one goroutine. When the connection is gone, Release gives back
// what the link holds.
type Link struct {
	mode Mode

	// SIP streams, between messages.
	cr     bool // a CR came, its LF did not
	half   bool // a CRLF came: another one makes a keep-alive
	pinged bool // we sent a keep-alive: a CRLF answers it

	// WebSocket.
	fragmented bool // a message goes on in the next data frame
	text       bool // the message that arrives is text
	binary     bool // the peer's last message was binary, so ours are
	closing    bool // we sent a Close frame
	head       frameHead
	frame      frame

	// What has begun to arrive: a SIP message, the handshake and what follows
	// it, or the payloads of frames. nil when there is nothing.
	buf  []byte
	need int32          // length of the SIP message, 0 until its head is complete
	msg  *sip.Message   // index of buf while a SIP message of a stream is partial
	req  *http1.Request // index of buf while the handshake goes on
}

// Init makes l ready for a new connection.
func (l *Link) Init(mode Mode) { *l = Link{mode: mode} }

// Mode returns what is expected from the peer.
func (l *Link) Mode() Mode { return l.mode }

// Partial reports whether something has begun to arrive that is not complete.
// A handshake counts from the start, and until it is answered.
func (l *Link) Partial() bool {
	switch l.mode {
	case ModeSIP:
		return l.msg != nil || l.cr
	case ModeHTTP:
		return true
	case ModeWebSocket:
		return l.fragmented || l.frame.open || l.head.n > 0
	}
	return false
}

// Feed takes what was read: all of it, and it may be modified. b is not kept.
func (l *Link) Feed(b []byte, p *Pool, s Sink) {
	if l.mode == ModeHTTP {
		b = l.feedHandshake(b, p, s)
	}
	switch l.mode {
	case ModeSIP:
		l.feedStream(b, p, s)
	case ModeWebSocket:
		l.feedFrames(b, p, s)
	}
	if l.mode == ModeEnded {
		l.Release(p)
	}
}

// End makes l ignore whatever comes. The sink's Close is not called.
func (l *Link) End() { l.mode = ModeEnded }

// Release ends l and gives what it holds back to the pool.
func (l *Link) Release(p *Pool) {
	p.free(l.buf)
	p.FreeMessage(l.msg)
	p.freeRequest(l.req)
	l.buf, l.msg, l.req = nil, nil, nil
	l.mode = ModeEnded
}

// finish ends l and has the connection closed.
func (l *Link) finish(code int, s Sink) {
	if l.mode != ModeEnded {
		l.mode = ModeEnded
		s.Close(l, code)
	}
}

// keep copies b behind what l holds.
func (l *Link) keep(b []byte, p *Pool) {
	if len(b) > 0 {
		l.buf = append(p.grow(l.buf, len(l.buf)+len(b)), b...)
	}
}
