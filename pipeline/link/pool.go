package link

import (
	"math/bits"

	"sluice/parser"
	"sluice/parser/http1"
	"sluice/parser/sip"
)

// Limits bound what one peer can make us keep.
type Limits struct {
	MaxMessage int // bytes of a SIP message; at most, and by default, 65535
	MaxSIPHead int // bytes of its start line and header fields; at most, and by default, MaxMessage
	MaxBody    int // bytes of its body; at most, and by default, MaxMessage
	MaxHead    int // bytes of the head of an HTTP request, and of what comes before its answer; default 16384
	MaxFrame   int // bytes of the payload of a WebSocket frame; at most, and by default, MaxMessage
}

const (
	defaultMaxHead = 16 << 10
	minBuffer      = 1 << 10
	numClasses     = 8 // 1 KiB to 128 KiB, which holds a message and a control frame
	keepBytes      = 1 << 20
	keepMessages   = 4096
	keepRequests   = 16
)

// A Pool is what the links of one loop share: their limits, and storage for
// what has begun to arrive and is not complete. It is not safe for use by
// several goroutines.
type Pool struct {
	maxMessage, maxSIPHead, maxBody int
	maxHead, maxFrame               int

	server string // the Server field of answers, a line with its end

	buffers  [numClasses][][]byte
	messages []*sip.Message
	taken    *sip.Message // by the sink that it was handed to
	requests []*http1.Request
	out      []byte // scratch for what a link writes itself
}

// NewPool returns a pool with these limits; zero values stand for the
// defaults.
func NewPool(lim Limits) *Pool {
	p := new(Pool)
	p.SetLimits(lim)
	return p
}

// SetLimits changes the limits, for what begins to arrive from now on.
func (p *Pool) SetLimits(lim Limits) {
	p.maxMessage = within(lim.MaxMessage, parser.MaxBuffer)
	p.maxSIPHead = within(lim.MaxSIPHead, p.maxMessage)
	p.maxBody = within(lim.MaxBody, p.maxMessage)
	p.maxFrame = within(lim.MaxFrame, p.maxMessage)
	p.maxHead = lim.MaxHead
	if p.maxHead <= 0 {
		p.maxHead = defaultMaxHead
	}
	p.maxHead = min(p.maxHead, parser.MaxBuffer)
}

// SetServer sets the value of the Server field that HTTP answers have (RFC 9110
// §10.2.4); with "" they have none.
func (p *Pool) SetServer(name string) {
	if p.server = ""; name != "" {
		p.server = "Server: " + name + "\r\n"
	}
}

// AppendStatus is http1.AppendStatus with that field.
func (p *Pool) AppendStatus(dst []byte, status int, reason, body, extra string) []byte {
	return http1.AppendStatus(dst, status, reason, body, p.server, extra)
}

// within returns limit, or most if it is none or more.
func within(limit, most int) int {
	if limit <= 0 || limit > most {
		return most
	}
	return limit
}

// grow returns b with room for n bytes in all. The old memory of b goes back
// to the pool. Sizes are powers of two, so a buffer that grows byte by byte is
// copied O(n) bytes.
func (p *Pool) grow(b []byte, n int) []byte {
	if n <= cap(b) {
		return b
	}
	c := class(n)
	var g []byte
	if list := p.buffers[c]; len(list) > 0 {
		g = list[len(list)-1]
		p.buffers[c] = list[:len(list)-1]
	} else {
		g = make([]byte, 0, minBuffer<<c)
	}
	g = append(g, b...)
	p.free(b)
	return g
}

// free takes back what grow returned.
func (p *Pool) free(b []byte) {
	if cap(b) == 0 {
		return
	}
	if c := class(cap(b)); len(p.buffers[c]) < keepBytes/(minBuffer<<c) {
		p.buffers[c] = append(p.buffers[c], b[:0])
	}
}

// class returns which size of buffer holds n bytes.
func class(n int) int { return bits.Len(uint(max(n, minBuffer)-1)) - bits.Len(minBuffer-1) }

// Message returns an empty message, to be given back with FreeMessage.
func (p *Pool) Message() *sip.Message {
	n := len(p.messages)
	if n == 0 {
		return new(sip.Message)
	}
	m := p.messages[n-1]
	p.messages = p.messages[:n-1]
	m.Reset()
	return m
}

// Take makes the message that a sink is being handed the sink's own, until it
// gives it to FreeMessage. Its bytes are still valid until return only.
func (p *Pool) Take(m *sip.Message) { p.taken = m }

// FreeMessage takes a message back.
func (p *Pool) FreeMessage(m *sip.Message) {
	if m != nil && m == p.taken {
		p.taken = nil // the sink will give it back
		return
	}
	if m != nil && len(p.messages) < keepMessages {
		p.messages = append(p.messages, m)
	}
}

func (p *Pool) request() *http1.Request {
	n := len(p.requests)
	if n == 0 {
		return new(http1.Request)
	}
	r := p.requests[n-1]
	p.requests = p.requests[:n-1]
	r.Reset()
	return r
}

func (p *Pool) freeRequest(r *http1.Request) {
	if r != nil && len(p.requests) < keepRequests {
		p.requests = append(p.requests, r)
	}
}
