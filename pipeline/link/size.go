package link

import (
	"sluice/parser"
	"sluice/parser/sip"
)

// SizeCounter returns the counter of messages that are refused with err, and
// whether err is about their size.
func SizeCounter(err parser.Err) (Counter, bool) {
	switch err {
	case parser.ErrTooLong:
		return CounterTooLong, true
	case parser.ErrHeadTooLong:
		return CounterHeadTooLong, true
	case parser.ErrBodyTooLong:
		return CounterBodyTooLong, true
	}
	return 0, false
}

// measure indexes the head of the message that begins at buf[0], which is no
// longer than a head may be, and returns the length of the whole message, 0
// unless OK.
func (p *Pool) measure(m *sip.Message, buf []byte) (int, parser.Err) {
	switch err := m.Index(buf); {
	case (err == parser.ErrMore || err == parser.ErrTooLong) && len(buf) >= p.maxMessage:
		return 0, parser.ErrTooLong
	case err == parser.ErrMore && len(buf) >= p.maxSIPHead:
		return 0, parser.ErrHeadTooLong
	case err != parser.OK:
		return 0, err
	}
	body, err := m.ContentLength()
	switch {
	case err != parser.OK:
		return 0, parser.ErrContentLength // missing counts: RFC 3261 §18.3
	case body > p.maxMessage-m.HeadLen():
		return 0, parser.ErrTooLong
	case body > p.maxBody:
		return 0, parser.ErrBodyTooLong
	}
	return m.HeadLen() + body, parser.OK
}

// Index indexes the message b, which is all there is of it: a datagram, or what
// came in WebSocket frames. Its size is judged as that of one on a stream is; of
// several limits that it breaks the whole goes before its parts.
func (p *Pool) Index(m *sip.Message, b []byte) parser.Err {
	err := m.Index(b)
	if err != parser.OK && err != parser.ErrMore {
		return err
	}
	head := m.HeadLen()
	if head == 0 {
		head = len(b) // and it goes on
	}
	switch {
	case len(b) > p.maxMessage:
		return parser.ErrTooLong
	case head > p.maxSIPHead:
		return parser.ErrHeadTooLong
	case len(b)-head > p.maxBody:
		return parser.ErrBodyTooLong
	}
	return err
}
