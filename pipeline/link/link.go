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
	ModeProxy                 // a PROXY protocol header comes first
	ModeEnded                 // nothing is expected any more
)

// A Wait says what a link waits for the peer to send or to finish. A peer that
// takes its time for it costs memory, so the owner of the connection times it;
// the link knows no clock.
type Wait uint8

// What a link can wait for.
const (
	WaitNothing Wait = iota // the peer owes nothing: between messages, when the sink is to answer the handshake, at the end
	WaitHead                // the PROXY protocol header or the handshake, from the start, begun or not
	WaitMessage             // the rest of a SIP message, or of a frame or a fragmented message
	WaitClose               // the answer to our Close frame
)

// A Link is the reading side of one connection, and knows how to write to it.
// It is used on one goroutine. When the connection is gone, Release gives back
// what the link holds.
type Link struct {
	mode Mode
	next Mode // what comes after the PROXY protocol header

	// SIP streams, between messages.
	cr     bool // a CR came, its LF did not
	half   bool // a CRLF came: another one makes a keep-alive
	pinged bool // we sent a keep-alive: a CRLF answers it

	spoiled bool // buf begins with standIn: the message is dropped when it is complete

	// WebSocket.
	fragmented bool // a message goes on in the next data frame
	text       bool // the message that arrives is text
	binary     bool // the peer's last message was binary, so ours are
	closing    bool // we sent a Close frame
	peerClosed bool // the peer sent one before us
	check      textCheck
	head       frameHead
	frame      frame

	begun uint16 // messages and frames that began to arrive
	need  int32  // length of the SIP message in buf, 0 until its head is complete

	// What has begun to arrive: a PROXY header, a SIP message, the handshake and
	// what follows it, or the payloads of frames. nil when there is nothing.
	buf []byte
	msg *sip.Message   // index of buf while a SIP message of a stream is partial
	req *http1.Request // index of buf while the handshake goes on
}

// Init makes l ready for a new connection.
func (l *Link) Init(mode Mode) { *l = Link{mode: mode} }

// InitProxied makes l ready for a new connection that comes through a load
// balancer: it begins with a PROXY protocol header, and goes on in the mode
// given. Whoever sends the header says who the peer is, so it must be one whom
// the caller trusts by the address of the connection.
func (l *Link) InitProxied(mode Mode) { *l = Link{mode: ModeProxy, next: mode} }

// Mode returns what is expected from the peer.
func (l *Link) Mode() Mode { return l.mode }

// Waiting returns what l waits for, and for which of its kind, counted modulo
// 1<<16: a peer that sends without a pause is never seen to owe nothing. To be
// asked after every Feed, and after Accept and AppendClose; when either changes,
// another wait begins. Control frames between the fragments of a message begin
// none.
func (l *Link) Waiting() (w Wait, which uint16) {
	switch {
	case l.mode == ModeEnded || l.awaitsAnswer():
		return WaitNothing, 0
	case l.mode == ModeHTTP || l.mode == ModeProxy:
		return WaitHead, 0
	case l.closing:
		return WaitClose, 0
	case l.msg != nil || l.cr || l.fragmented || l.frame.open || l.head.n > 0:
		return WaitMessage, l.begun
	}
	return WaitNothing, 0
}

// PeerClosed reports whether the peer has begun the closing handshake of the
// WebSocket: it is true in the sink's Close, and after it, when a Close frame
// of the peer came before one of ours. A peer that is closed for what it sent
// has not.
func (l *Link) PeerClosed() bool { return l.peerClosed }

// Feed takes what was read: all of it, and it may be modified. b is not kept.
func (l *Link) Feed(b []byte, p *Pool, s Sink) {
	if l.mode == ModeProxy {
		b = l.feedProxy(b, p, s)
	}
	if l.mode == ModeHTTP && len(b) > 0 {
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
