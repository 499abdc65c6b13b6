package link

import (
	"unicode/utf8"

	"github.com/gobwas/ws"

	"sluice/parser"
	"sluice/parser/sip"
)

// Close codes for SIP messages that are of no use. RFC 6455 §7.4.2 leaves them
// to us; OverSIP's clients know these.
const (
	closeMalformed  = 4000
	closeIncomplete = 4001
	closeLength     = 4002
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
		f.done += uint16(n)
		f.left -= uint16(n)
		f.open = f.left > 0
		if f.op.IsControl() {
			l.control(part, p, s)
		} else {
			l.data(part, p, s)
		}
		if f.open {
			return
		}
	}
}

// beginFrame takes a frame header. It returns how many bytes it used; the
// frame is open if the header is complete and good.
func (l *Link) beginFrame(b []byte, p *Pool, s Sink) int {
	if l.head.n == 0 {
		if !l.fragmented && len(b) > 0 {
			l.begun++
		}
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
	case h.OpCode.IsData() && h.Length > int64(min(p.maxFrame, p.maxMessage-len(l.buf))):
		l.fail(CounterTooLong, ws.StatusMessageTooBig, p, s)
	default:
		l.frame = frame{open: true, fin: h.Fin, op: h.OpCode, mask: h.Mask, left: uint16(h.Length)}
		if h.OpCode.IsData() && h.OpCode != ws.OpContinuation {
			l.text, l.check = h.OpCode == ws.OpText, textCheck{}
		}
	}
}

// data takes a part of a data frame, the last one if the frame is not open any
// more. What came of the message before it is in l.buf.
func (l *Link) data(part []byte, p *Pool, s Sink) {
	if !l.frame.open {
		l.fragmented = !l.frame.fin
	}
	whole := !l.frame.open && !l.fragmented
	switch {
	case l.closing: // nothing could be answered (RFC 6455 §5.5.1)
	case l.text && (!l.check.add(part) || whole && !l.check.complete()):
		l.fail(CounterBadText, ws.StatusInvalidFramePayloadData, p, s)
		return
	case !whole || len(l.buf) > 0:
		l.keep(part, p)
	}
	if !whole {
		return
	}
	buf := l.buf
	l.buf = nil
	switch {
	case l.closing:
	case len(buf) > 0:
		l.deliver(buf, p, s)
	default:
		l.deliver(part, p, s)
	}
	p.free(buf)
}

// deliver takes a complete WebSocket message.
func (l *Link) deliver(b []byte, p *Pool, s Sink) {
	l.binary = !l.text
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
		s.Answer(l, p.out)
		ping(l, s)
	case n > 0:
		pong(l, s)
	}
}

// deliverSIP takes a SIP message that ends with b. One that is of no use ends
// the link, once the sink was told; but a response without a status code is
// dropped alone (RFC 4475 §3.1.2.19).
func (l *Link) deliverSIP(b []byte, p *Pool, s Sink) {
	m := p.Message()
	err, code := p.indexFrame(m, b)
	if err == parser.OK {
		m.SetEnd(len(b))
		s.OnMessage(l, m)
	} else {
		badMessage(l, m, err, s)
	}
	p.FreeMessage(m)
	if code != 0 && l.mode == ModeWebSocket && !l.closing {
		l.writeClose(code, err.Error(), p, s)
		l.finish(code, s)
	}
}

// indexFrame indexes the SIP message b and returns what is wrong with it, and
// the code with which that closes the connection. A Content-Length need not be
// there, but names the length of the body (RFC 7118 §5).
func (p *Pool) indexFrame(m *sip.Message, b []byte) (parser.Err, int) {
	switch err := p.Index(m, b); err {
	case parser.OK:
	case parser.ErrTooLong, parser.ErrHeadTooLong, parser.ErrBodyTooLong:
		return err, int(ws.StatusMessageTooBig)
	case parser.ErrStatus:
		return err, 0
	case parser.ErrMore:
		return err, closeIncomplete
	default:
		return err, closeMalformed
	}
	n, err := m.ContentLength()
	switch {
	case err == parser.ErrMissing || err == parser.OK && n == len(b)-m.HeadLen():
		return parser.OK, 0
	case err == parser.OK:
		return parser.ErrContentLength, closeLength
	}
	return parser.ErrContentLength, closeMalformed
}

// control takes a part of a control frame, the last one if the frame is not
// open any more. What came of the frame before it stands in l.buf, behind what
// came of the message around it.
func (l *Link) control(part []byte, p *Pool, s Sink) {
	if l.frame.open {
		l.keep(part, p)
		return
	}
	message := len(l.buf)
	if kept := int(l.frame.done) - len(part); kept > 0 {
		message -= kept
		l.keep(part, p)
		part = l.buf[message:]
	}
	switch l.frame.op {
	case ws.OpPing:
		p.out = append(appendHead(p.out[:0], ws.OpPong, len(part)), part...)
		s.Answer(l, p.out)
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
		l.peerClosed = !l.closing
		l.writeClose(code, "", p, s)
		l.finish(code, s)
	}
}

// fail ends l for what the peer did (RFC 6455 §7.1.7).
func (l *Link) fail(c Counter, code ws.StatusCode, p *Pool, s Sink) {
	s.OnCount(c)
	l.writeClose(int(code), "", p, s)
	l.finish(int(code), s)
}

// writeClose sends a Close frame unless one was sent.
func (l *Link) writeClose(code int, reason string, p *Pool, s Sink) {
	if p.out = l.AppendClose(p.out[:0], code, reason); len(p.out) > 0 {
		s.Write(l, p.out)
	}
}
