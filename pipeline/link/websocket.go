package link

import (
	"unicode/utf8"

	"github.com/gobwas/ws"

	"sluice/parser"
	"sluice/parser/sip"
)

func (l *Link) feedFrames(b []byte, p *Pool, s Sink) {
	for l.mode == ModeWebSocket {
		if !l.frame.open {
			if b = b[l.beginFrame(b, p, s):]; !l.frame.open {
				return
			}
		}
		f := &l.frame
		n := min(len(b), int(f.left))
		part := b[:n]
		b = b[n:]
		ws.Cipher(part, f.mask, int(f.done&3))
		f.done += int32(n)
		f.left -= int32(n)
		if f.left > 0 {
			l.keep(part, p)
			return
		}
		f.open = false
		if f.op.IsControl() {
			l.endControl(part, p, s)
		} else {
			l.endData(part, p, s)
		}
	}
}

// beginFrame takes a frame header. It returns how many bytes it used; the
// frame is open if the header is complete and good.
func (l *Link) beginFrame(b []byte, p *Pool, s Sink) int {
	if l.head.n == 0 {
		if n := headLen(b); n <= len(b) {
			l.openFrame(b[:n], p, s)
			return n
		}
	}
	used := 0
	h := &l.head
	for need := headLen(h.b[:h.n]); int(h.n) < need; need = headLen(h.b[:h.n]) {
		n := copy(h.b[h.n:need], b[used:])
		if n == 0 {
			return used
		}
		used += n
		h.n += uint8(n)
	}
	head := h.b[:h.n]
	h.n = 0
	l.openFrame(head, p, s)
	return used
}

// openFrame judges a frame header (RFC 6455 §5) before anything of the frame
// is kept.
func (l *Link) openFrame(head []byte, p *Pool, s Sink) {
	h, ok := decodeHead(head)
	state := ws.StateServerSide
	if l.fragmented {
		state |= ws.StateFragmented
	}
	err := ws.CheckHeader(h, state)
	switch {
	case err == ws.ErrProtocolMaskRequired:
		l.fail(CounterUnmasked, ws.StatusProtocolError, p, s)
	case err != nil || !ok:
		l.fail(CounterBadFrame, ws.StatusProtocolError, p, s)
	case h.OpCode.IsData() && h.Length > int64(p.maxMessage-len(l.buf)):
		l.fail(CounterTooLong, ws.StatusMessageTooBig, p, s)
	default:
		l.frame = frame{open: true, fin: h.Fin, op: h.OpCode, mask: h.Mask, left: int32(h.Length)}
	}
}

// endData takes the last part of a data frame. What came of the message before
// it is in l.buf.
func (l *Link) endData(part []byte, p *Pool, s Sink) {
	if l.frame.op != ws.OpContinuation {
		l.text = l.frame.op == ws.OpText
	}
	l.fragmented = !l.frame.fin
	if l.fragmented || len(l.buf) > 0 {
		l.keep(part, p)
	}
	if l.fragmented {
		return
	}
	if len(l.buf) == 0 {
		l.deliver(part, p, s)
		return
	}
	buf := l.buf
	l.buf = nil
	l.deliver(buf, p, s)
	p.free(buf)
}

// deliver takes a complete WebSocket message.
func (l *Link) deliver(b []byte, p *Pool, s Sink) {
	if l.text && !utf8.Valid(b) {
		l.fail(CounterBadText, ws.StatusInvalidFramePayloadData, p, s)
		return
	}
	l.binary = !l.text
	if l.closing {
		return // nothing could be answered (RFC 6455 §5.5.1)
	}
	n := 0
	for len(b) >= n+2 && b[n] == '\r' && b[n+1] == '\n' {
		n += 2
	}
	if n < len(b) {
		l.deliverSIP(b[n:], p, s)
		return
	}
	switch {
	case n >= len(doubleCRLF):
		p.out = l.AppendMessage(p.out[:0], crlf)
		s.Write(l, p.out)
		ping(l, s)
	case n > 0:
		pong(l, s)
	}
}

// deliverSIP takes a SIP message that ends with b.
func (l *Link) deliverSIP(b []byte, p *Pool, s Sink) {
	m := p.Message()
	err := m.Index(b)
	if err == parser.OK && !lengthFits(m, len(b)-m.HeadLen()) {
		err = parser.ErrContentLength
	}
	if err == parser.OK {
		m.SetEnd(len(b))
		s.OnMessage(l, m)
	} else {
		badMessage(l, m, err, s)
	}
	p.FreeMessage(m)
}

// lengthFits reports whether a Content-Length, if there is one, names the
// length of the body (RFC 7118 §5).
func lengthFits(m *sip.Message, body int) bool {
	n, err := m.ContentLength()
	return err == parser.ErrMissing || err == parser.OK && n == body
}

// endControl takes the last part of a control frame. What came of the frame
// before it stands in l.buf, behind what came of the message around it.
func (l *Link) endControl(part []byte, p *Pool, s Sink) {
	message := len(l.buf)
	if kept := int(l.frame.done) - len(part); kept > 0 {
		message -= kept
		l.keep(part, p)
		part = l.buf[message:]
	}
	switch l.frame.op {
	case ws.OpPing:
		p.out = append(appendHead(p.out[:0], ws.OpPong, len(part)), part...)
		s.Write(l, p.out)
		ping(l, s)
	case ws.OpPong:
		pong(l, s)
	case ws.OpClose:
		l.endClose(part, p, s)
	}
	l.buf = l.buf[:message]
	if message == 0 {
		p.free(l.buf)
		l.buf = nil
	}
}

// endClose takes the payload of a Close frame (RFC 6455 §5.5.1), echoes its
// code, unless it answers ours, and ends the link.
func (l *Link) endClose(payload []byte, p *Pool, s Sink) {
	code, reason, ok := decodeClose(payload)
	switch {
	case !ok:
		l.fail(CounterBadFrame, ws.StatusProtocolError, p, s)
	case !utf8.Valid(reason):
		l.fail(CounterBadText, ws.StatusInvalidFramePayloadData, p, s)
	default:
		l.writeClose(code, p, s)
		l.finish(code, s)
	}
}

// fail ends l for what the peer did (RFC 6455 §7.1.7).
func (l *Link) fail(c Counter, code ws.StatusCode, p *Pool, s Sink) {
	s.OnCount(c)
	l.writeClose(int(code), p, s)
	l.finish(int(code), s)
}

// writeClose sends a Close frame unless one was sent.
func (l *Link) writeClose(code int, p *Pool, s Sink) {
	if p.out = l.AppendClose(p.out[:0], code, ""); len(p.out) > 0 {
		s.Write(l, p.out)
	}
}
