package sim

import (
	"bytes"
	"errors"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gobwas/ws"

	"sluice/netio"
	"sluice/netio/netiotest"
)

// How the network delays: each datagram for itself, so that they overtake
// each other, and what a stream carries in order.
const (
	minDelay   = time.Millisecond
	maxDelay   = 80 * time.Millisecond
	breakEvery = 12 * time.Second // a stream breaks, somewhere, in the mean
)

func (w *World) delay() time.Duration { return minDelay + w.upTo(maxDelay-minDelay) }

// copies says how often a datagram arrives.
func (w *World) copies() int {
	switch {
	case w.chance(w.o.Loss):
		return 0
	case w.chance(w.o.Duplicates):
		return 2
	}
	return 1
}

// datagram sends m from a phone to the edge.
func (w *World) datagram(p *phone, m *message) {
	n := w.copies()
	w.trace(m, p, nil, toEdge, n)
	for range n {
		w.after(w.delay(), func() {
			m := w.plant.in(m)
			w.check.in(m, p, nil)
			h := w.net.Loops[p.number%len(w.net.Loops)] // a 4-tuple stays on its loop
			h.Datagram(w.net.UDP, p.addr, []byte(m.text))
			w.settle()
		})
	}
}

// settle takes what the edge has sent since, and puts it on its way.
func (w *World) settle() {
	w.mail()
	for _, h := range w.net.Loops {
		for _, packet := range h.Sent() {
			w.sent(string(packet.Bytes), w.phoneAt(packet.To), nil)
		}
		for _, d := range h.Dials() {
			w.dial(d)
		}
	}
	for _, s := range slices.Clone(w.streams) {
		s.collect()
	}
	w.check.settled()
}

// sent takes one message from the edge, which a planted bug may change.
func (w *World) sent(text string, to *phone, s *stream) {
	m := parse(text)
	if m == nil {
		w.check.fail(WellFormed, nil, "no SIP message: %.60q", text)
		return
	}
	if s == nil {
		to = w.plant.to(m, to)
	}
	for _, m := range w.plant.out(m, to) {
		w.report.Messages++
		w.check.out(m, to, s)
		switch {
		case s != nil:
			s.toPhone(m)
		case to != nil:
			n := w.copies()
			w.trace(m, to, nil, toPhone, n)
			for range n {
				w.after(w.delay(), func() { to.receive(m, nil) })
			}
		}
	}
}

func (w *World) phoneAt(a netip.AddrPort) *phone {
	for _, p := range w.phones {
		if p.addr == a {
			return p
		}
	}
	return nil
}

// A stream is a TCP or WebSocket connection between a phone and the edge.
type stream struct {
	w        *World
	p        *phone
	h        *netiotest.Harness
	c        *netio.Conn
	ready    bool // false while the edge dials
	alive    bool
	lastIn   time.Duration // when what is on its way arrives: nothing overtakes it
	lastOut  time.Duration
	partial  []byte // what the edge wrote and is not looked at yet
	openedAt time.Duration
	readyAt  time.Duration
}

const upgrade = "GET / HTTP/1.1\r\nHost: 192.0.2.254\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n"

// open connects a phone to the edge, on any loop.
func (w *World) open(p *phone) *stream {
	w.dialled++
	h := w.net.Loops[w.rnd.IntN(len(w.net.Loops))]
	from := netip.AddrPortFrom(p.addr.Addr(), uint16(10000+w.dialled%50000))
	s := &stream{w: w, p: p, h: h, ready: true, alive: true, openedAt: w.now, readyAt: w.now}
	if p.transport == netio.WS {
		s.c = h.Open(netio.WS, w.net.WS, from)
		h.Feed(s.c, []byte(upgrade))
		if got := string(h.Written(s.c)); !strings.HasPrefix(got, "HTTP/1.1 101 ") {
			w.check.fail(WellFormed, nil, "upgrade is answered %.40q", got)
		}
	} else {
		s.c = h.Open(netio.TCP, w.net.TCP, from)
	}
	w.streams = append(w.streams, s)
	return s
}

// dial lets a connection that the edge wants come about, or not.
func (w *World) dial(d *netiotest.Dial) {
	p := w.phoneAt(d.Remote)
	s := &stream{w: w, p: p, h: w.net.Loops[d.Conn.ID().Loop()], c: d.Conn, alive: true, openedAt: w.now}
	w.streams = append(w.streams, s)
	refused := p == nil || w.chance(10)
	w.after(w.delay(), func() {
		switch {
		case !s.alive:
		case refused:
			s.drop()
			d.Fail(errRefused)
		case d.Succeed():
			s.ready, s.readyAt = true, w.now
		}
		w.settle()
	})
}

var errRefused = errors.New("connection refused")

// toEdge sends m, in one segment or two.
func (s *stream) toEdge(m *message) {
	b := []byte(m.text)
	if s.c.Transport() == netio.WS {
		b = masked(b)
	}
	s.w.trace(m, s.p, s, toEdge, 1)
	at := s.arrival(&s.lastIn)
	if cut := s.w.rnd.IntN(4 * len(b)); cut < len(b) {
		first := b[:cut]
		b = b[cut:]
		s.w.after(at-s.w.now, func() { s.feed(first, nil) })
		at = s.arrival(&s.lastIn)
	}
	s.w.after(at-s.w.now, func() { s.feed(b, m) })
}

// feed lets bytes arrive at the edge, the last ones of m if that is not nil.
func (s *stream) feed(b []byte, m *message) {
	if !s.alive {
		return
	}
	if m != nil {
		s.w.check.in(m, s.p, s)
	}
	s.h.Feed(s.c, b)
	s.w.settle()
}

// arrival says when the next segment arrives.
func (s *stream) arrival(last *time.Duration) time.Duration {
	*last = max(*last, s.w.now+s.w.delay())
	return *last
}

func masked(b []byte) []byte {
	frame, err := ws.CompileFrame(ws.MaskFrameWith(ws.NewFrame(ws.OpText, true, b), [4]byte{0x12, 0x34, 0x56, 0x78}))
	if err != nil {
		panic(err) // a text frame always has a header
	}
	return frame
}

// collect takes what the edge wrote, and notices when it closed.
func (s *stream) collect() {
	if !s.alive || !s.ready {
		return
	}
	if b := s.h.Written(s.c); len(b) > 0 {
		s.partial = append(s.partial, b...)
		for text := s.nextText(); text != ""; text = s.nextText() {
			s.w.sent(text, s.p, s)
		}
	}
	if s.c.State() == netio.StateClosed {
		s.drop()
	}
}

// nextText takes the next message off the bytes that were written; no
// message here has a body.
func (s *stream) nextText() string {
	if s.c.Transport() != netio.WS {
		i := bytes.Index(s.partial, []byte("\r\n\r\n"))
		if i < 0 {
			return ""
		}
		text := string(s.partial[:i+4])
		s.partial = s.partial[i+4:]
		return text
	}
	r := bytes.NewReader(s.partial)
	f, err := ws.ReadFrame(r)
	if err != nil || !f.Header.OpCode.IsData() {
		return ""
	}
	s.partial = s.partial[len(s.partial)-r.Len():]
	return string(f.Payload)
}

// toPhone carries a message of the edge on.
func (s *stream) toPhone(m *message) {
	s.w.trace(m, s.p, s, toPhone, 1)
	s.w.after(s.arrival(&s.lastOut)-s.w.now, func() {
		if s.alive {
			s.p.receive(m, s)
		}
	})
}

// lose breaks a stream; what is under way on it is lost.
func (s *stream) lose() {
	if !s.alive {
		return
	}
	s.drop()
	s.h.Break(s.c, io.ErrUnexpectedEOF)
	s.w.settle()
}

// drop takes a stream that has ended off the world, and tells its phone.
func (s *stream) drop() {
	s.alive = false
	if i := slices.Index(s.w.streams, s); i >= 0 {
		s.w.streams = slices.Delete(s.w.streams, i, i+1)
	}
	s.w.check.lost(s)
	if s.p != nil {
		s.p.disconnected(s)
	}
}

// breakSome breaks a stream now and then, while there are calls.
func (w *World) breakSome() {
	if w.active == 0 {
		return
	}
	if len(w.streams) > 0 {
		if s := w.streams[w.rnd.IntN(len(w.streams))]; s.ready {
			w.count("stream broken")
			s.lose()
		}
	}
	w.after(w.upTo(2*breakEvery), w.breakSome)
}
