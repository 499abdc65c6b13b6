package link

import (
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// AppendMessage appends msg as it goes on the wire: itself on a SIP stream, one
// frame on a WebSocket. The frame is of the kind that the peer sent last, text
// before that; but what is not UTF-8 goes as binary (RFC 7118 §4.2), since a
// browser closes a connection on which it comes as text. Nothing is appended
// where nothing may be sent: before the handshake is answered, after
// AppendClose (RFC 6455 §5.5.1), and when the link has ended.
func (l *Link) AppendMessage(dst, msg []byte) []byte {
	switch {
	case l.mode == ModeSIP:
		return append(dst, msg...)
	case l.mode != ModeWebSocket || l.closing:
		return dst
	}
	op := ws.OpText
	if l.binary || !utf8.Valid(msg) {
		op = ws.OpBinary
	}
	return append(appendHead(dst, op, len(msg)), msg...)
}

// AppendPing appends a keep-alive: a double CRLF (RFC 5626 §3.5.1), or a Ping
// frame with the payload, of which at most 125 bytes are sent. The peer's
// answer is told by OnKeepAlive.
func (l *Link) AppendPing(dst, payload []byte) []byte {
	if l.mode == ModeSIP {
		l.pinged = true
		return append(dst, doubleCRLF...)
	}
	return l.appendControl(dst, ws.OpPing, payload)
}

// AppendPong appends a Pong frame that answers nothing, a keep-alive of one
// direction (RFC 6455 §5.5.3); on a SIP stream, which knows none, nothing.
func (l *Link) AppendPong(dst, payload []byte) []byte {
	return l.appendControl(dst, ws.OpPong, payload)
}

func (l *Link) appendControl(dst []byte, op ws.OpCode, payload []byte) []byte {
	if l.mode != ModeWebSocket || l.closing {
		return dst
	}
	payload = payload[:min(len(payload), ws.MaxControlFramePayloadSize)]
	return append(appendHead(dst, op, len(payload)), payload...)
}

// AppendClose appends a Close frame and starts the closing handshake: nothing
// is sent any more, what comes is dropped until the peer's Close frame, upon
// which the sink's Close is called. Whether to wait for it, and how long, is
// up to the caller. The second time, and where there is no WebSocket, nothing
// is appended.
func (l *Link) AppendClose(dst []byte, code int, reason string) []byte {
	if l.mode != ModeWebSocket || l.closing {
		return dst
	}
	l.closing = true
	return appendClose(dst, code, reason)
}
