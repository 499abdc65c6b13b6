package link

import (
	"bytes"

	"sluice/parser"
	"sluice/parser/sip"
)

// headChunk is how many bytes at a time are added to an incomplete head: what
// follows the message in a large read is not copied with it.
const headChunk = 1 << 10

var (
	crlf       = []byte("\r\n")
	doubleCRLF = []byte("\r\n\r\n")
)

// standIn takes the place of a status line whose status code is none, so that
// the message it begins can be measured all the same.
const standIn = "SIP/2.0 400\r\n"

func (l *Link) feedStream(b []byte, p *Pool, s Sink) {
	for len(b) > 0 && l.mode == ModeSIP {
		switch {
		case l.msg != nil:
			b = b[l.resumeMessage(b, p, s):]
		case l.cr || b[0] == '\r':
			b = b[l.lineEnd(b[0], p, s):]
		default:
			b = b[l.beginMessage(b, p, s):]
		}
	}
}

// lineEnd takes c, which is a CR or follows one, between messages.
func (l *Link) lineEnd(c byte, p *Pool, s Sink) int {
	if !l.cr {
		l.cr = true
		l.begun++
		return 1
	}
	if c != '\n' {
		m := p.Message()
		l.badStream(m, parser.ErrLineEnd, s)
		p.FreeMessage(m)
		return 1
	}
	l.cr = false
	switch {
	case l.pinged:
		l.pinged = false
		pong(l, s)
	case l.half:
		l.half = false
		s.Answer(l, crlf)
		ping(l, s)
	default:
		l.half = true
	}
	return 1
}

// ping tells of a keep-alive that was answered.
func ping(l *Link, s Sink) {
	s.OnCount(CounterPing)
	s.OnKeepAlive(l)
}

// pong tells of the answer to a keep-alive.
func pong(l *Link, s Sink) {
	s.OnCount(CounterPong)
	s.OnKeepAlive(l)
}

// beginMessage takes the message that begins at b[0], or keeps what there is
// of it. It returns how many bytes it used.
func (l *Link) beginMessage(b []byte, p *Pool, s Sink) int {
	l.half = false
	l.begun++
	m := p.Message()
	total, err := p.measure(m, b[:min(len(b), p.maxSIPHead)])
	if err == parser.ErrStatus {
		l.msg = m
		l.spoil(p)
		return bytes.IndexByte(b, '\n') + 1
	}
	if err == parser.ErrMore || err == parser.OK && total > len(b) {
		l.msg, l.need = m, int32(total)
		l.keep(b, p)
		return len(b)
	}
	if err == parser.OK {
		m.Rebase(b[:total])
		s.OnMessage(l, m)
	} else {
		l.badStream(m, err, s)
	}
	p.FreeMessage(m)
	return total
}

// resumeMessage adds to the message that l holds a part of. It returns how
// many bytes it used.
func (l *Link) resumeMessage(b []byte, p *Pool, s Sink) int {
	if l.need > 0 {
		n := min(len(b), int(l.need)-len(l.buf))
		l.keep(b[:n], p)
		if len(l.buf) == int(l.need) {
			l.endMessage(parser.OK, p, s)
		}
		return n
	}
	old := len(l.buf)
	n := max(0, min(len(b), headChunk, p.maxSIPHead-old))
	l.keep(b[:n], p)
	total, err := p.measure(l.msg, l.buf)
	switch {
	case err == parser.ErrMore:
	case err == parser.ErrStatus:
		n = bytes.IndexByte(l.buf, '\n') + 1 - old
		l.spoil(p)
	case err == parser.OK && total > len(l.buf):
		l.need = int32(total)
	case err == parser.OK:
		l.buf = l.buf[:total]
		n = total - old
		fallthrough
	default:
		l.endMessage(err, p, s)
	}
	return n
}

// spoil puts standIn into the place of the status line with which the message
// begins that l.msg indexes. An element that gets such a response drops it (RFC
// 4475 §3.1.2.19); the rest of its head says where the next message begins.
func (l *Link) spoil(p *Pool) {
	l.spoiled = true
	l.buf = append(p.grow(l.buf[:0], len(standIn)), standIn...)
	l.msg.Reset()
}

// endMessage hands over the message that l holds. l holds nothing any more
// when the sink is called.
func (l *Link) endMessage(err parser.Err, p *Pool, s Sink) {
	m, buf, spoiled := l.msg, l.buf, l.spoiled
	l.msg, l.buf, l.need, l.spoiled = nil, nil, 0, false
	m.Rebase(buf)
	switch {
	case spoiled:
		m.Reset() // standIn is not for the sink
		badMessage(l, m, parser.ErrStatus, s)
		if err != parser.OK {
			l.finish(0, s)
		}
	case err == parser.OK:
		m.SetEnd(len(buf))
		s.OnMessage(l, m)
	default:
		l.badStream(m, err, s)
	}
	p.FreeMessage(m)
	p.free(buf)
}

// badStream ends l: no message can be told to begin after m.
func (l *Link) badStream(m *sip.Message, err parser.Err, s Sink) {
	if m.HeadLen() > 0 {
		m.SetEnd(m.HeadLen())
	}
	badMessage(l, m, err, s)
	l.finish(0, s)
}

func badMessage(l *Link, m *sip.Message, err parser.Err, s Sink) {
	c := CounterBadMessage
	if size, ok := SizeCounter(err); ok {
		c = size
	}
	s.OnCount(c)
	s.OnBadMessage(l, m, err)
}
