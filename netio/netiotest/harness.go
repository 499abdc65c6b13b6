package netiotest

import (
	"bytes"
	"io"
	"net/netip"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sluice/netio"
)

// Local is the address that dialled connections come from.
var Local = netip.MustParseAddrPort("127.0.0.1:40000")

// Packet is a datagram that would have been sent.
type Packet struct {
	Listener *netio.Listener
	To       netip.AddrPort
	Bytes    []byte
}

// Harness is one loop under test. Use NewLoop.
type Harness struct {
	tb      testing.TB
	loop    *netio.Loop
	control *netio.Control
	now     time.Duration
	woken   chan struct{} // holds a token while a wake-up is due
	wakeups atomic.Int64
	stopped bool

	full    bool
	refuse  func(Packet) syscall.Errno
	route   func(peer netip.Addr) netip.Addr
	packets []Packet
	streams map[*netio.Conn]*stream
	dials   []*Dial
}

type stream struct {
	written []byte // arrived at the peer
	kept    []byte // the peer does not read: waits on our side
	blocked bool
	gone    bool // the peer has closed its socket
	reset   bool // and has said so to what was written since
	ended   bool // our sending has ended
	stays   bool // the peer goes on sending even then
	unacked int  // bytes written to a half-closed one, which the peer has not acknowledged
	silent  bool // nothing is heard of the peer, neither acknowledgements nor a reset
	shut    bool
}

// NewLoop makes a loop with the given index, at time zero and without a handler. At most one Options may be given.
func NewLoop(tb testing.TB, index int, options ...netio.Options) *Harness {
	tb.Helper()
	h := &Harness{tb: tb, woken: make(chan struct{}, 1), streams: make(map[*netio.Conn]*stream)}
	var o netio.Options
	if len(options) > 0 {
		o = options[0]
	}
	h.loop, h.control = netio.NewLoopForTest(index, o, (*driver)(h))
	return h
}

// NewListener describes a listener that is bound to addr, advertised as such. Index must differ between the listeners of a test.
func NewListener(index int, t netio.Transport, addr string) *netio.Listener {
	bound := netip.MustParseAddrPort(addr)
	ln, err := netio.NewListener(index, netio.ListenerConfig{Transport: t, Addr: bound}, bound)
	if err != nil {
		panic(err) // cannot be: nothing is advertised
	}
	return ln
}

// Loop is the loop under test.
func (h *Harness) Loop() *netio.Loop { return h.loop }

// SetHandler sets the handler of the loop and calls its OnStart.
func (h *Harness) SetHandler(handler netio.Handler) {
	h.control.Start(handler)
	h.settle()
}

// Stop ends the loop: connections are closed, OnStop is called.
func (h *Harness) Stop() {
	if !h.stopped {
		h.stopped = true
		h.control.Stop()
	}
}

// Now is the virtual time.
func (h *Harness) Now() time.Duration { return h.now }

// Advance moves the clock by d and fires the timers on the way, each at its own tick.
func (h *Harness) Advance(d time.Duration) {
	target := h.now + d
	for {
		at, ok := h.control.Due()
		if !ok || at > target {
			break
		}
		h.now = max(h.now, at)
		h.control.Advance(h.now)
		h.settle()
	}
	h.now = target
	h.control.Advance(target)
	h.settle()
}

// Datagram lets a datagram arrive. b stays the test's.
func (h *Harness) Datagram(ln *netio.Listener, from netip.AddrPort, b []byte) {
	h.tb.Helper()
	given := slices.Clone(b)
	h.control.Datagram(ln, from, given)
	if !bytes.Equal(given, b) {
		h.tb.Errorf("a handler wrote to the datagram from %s", from)
	}
	spoil(given)
	h.settle()
}

// Sent takes the datagrams that were sent since it was last called.
func (h *Harness) Sent() []Packet {
	packets := h.packets
	h.packets = nil
	return packets
}

// FillSocket makes the UDP sockets refuse (true) or take (false) datagrams, as when their buffers are full.
func (h *Harness) FillSocket(full bool) { h.full = full }

// RefuseDatagrams has the system refuse datagrams for which refuse, if not nil, returns an error number.
func (h *Harness) RefuseDatagrams(refuse func(p Packet) syscall.Errno) { h.refuse = refuse }

// SetRoute says at which of our addresses the routes to peers begin, for listeners on every address (netio.Router).
func (h *Harness) SetRoute(route func(peer netip.Addr) netip.Addr) { h.route = route }

// RunMail delivers the mail that others posted to this loop, until it has none left.
func (h *Harness) RunMail() { h.settle() }

// Await waits until another goroutine posts to the loop and delivers that mail. It fails the test after 10 seconds.
func (h *Harness) Await() {
	h.tb.Helper()
	select {
	case <-h.woken:
		h.control.Advance(h.now)
		h.settle()
	case <-time.After(10 * time.Second):
		h.tb.Fatal("no mail came")
	}
}

// AwaitFor is Await for a test that has something else to look at: false when there was nothing within d.
func (h *Harness) AwaitFor(d time.Duration) bool {
	select {
	case <-h.woken:
		h.control.Advance(h.now)
		h.settle()
		return true
	case <-time.After(d):
		return false
	}
}

// RunMail lets several loops deliver their mail until none of them has any left.
func RunMail(loops ...*Harness) {
	for busy := true; busy; {
		busy = false
		for _, h := range loops {
			if len(h.woken) > 0 {
				busy = true
				h.settle()
			}
		}
	}
}

// Wakeups is how often the loop was woken for mail or by itself.
func (h *Harness) Wakeups() int { return int(h.wakeups.Load()) }

// Outstanding is the number of buffers that the loop's handler holds.
func (h *Harness) Outstanding() int { return h.control.Outstanding() }

// settle does what the loop's wake-ups ask for.
func (h *Harness) settle() {
	for {
		select {
		case <-h.woken:
			h.control.Advance(h.now)
		default:
			return
		}
	}
}

// spoil overwrites what a callback was given and may no longer look at.
func spoil(b []byte) {
	for i := range b {
		b[i] = 0xDD
	}
}

// driver is the Harness as the loop sees it.
type driver Harness

func (d *driver) Send(_ *netio.Listener, batch []netio.Datagram) int {
	if d.full {
		return 0
	}
	for i := range batch {
		dg := &batch[i]
		p := Packet{Listener: dg.From, To: dg.To, Bytes: slices.Clone(dg.Buf.B)}
		if d.refuse != nil {
			dg.Err = d.refuse(p)
		}
		if dg.Err == 0 {
			d.packets = append(d.packets, p)
		}
	}
	return len(batch)
}

func (d *driver) Write(c *netio.Conn, b []byte) int {
	s := (*Harness)(d).stream(c)
	if s.blocked {
		s.kept = append(s.kept, b...)
	} else {
		s.written = append(s.written, b...)
	}
	return len(s.kept)
}

func (d *driver) Queued(c *netio.Conn) int { return len((*Harness)(d).stream(c).kept) }

func (d *driver) Keep(*netio.Conn) bool { return true }

func (d *driver) WriteKept(c *netio.Conn, b []byte) int {
	s := (*Harness)(d).stream(c)
	switch {
	case s.reset && !s.silent:
		d.lose(c)
		return 0
	case s.gone:
		s.reset = true
		s.unacked += len(b)
		return len(b)
	case s.blocked:
		return 0
	case s.silent:
		s.unacked += len(b)
	}
	s.written = append(s.written, b...)
	return len(b)
}

func (d *driver) lose(c *netio.Conn) {
	(*Harness)(d).stream(c).shut = true
	d.control.Lost(c, syscall.EPIPE)
}

func (d *driver) EndWriting(c *netio.Conn) {
	s := (*Harness)(d).stream(c)
	s.ended = true
	if !s.stays && !c.HalfClosed() {
		s.shut = true
		d.control.Lost(c, io.EOF)
	}
}

func (d *driver) Acknowledged(c *netio.Conn) bool {
	s := (*Harness)(d).stream(c)
	if s.reset && !s.silent {
		d.lose(c)
	}
	return s.unacked == 0
}

func (d *driver) Shut(c *netio.Conn) { (*Harness)(d).stream(c).shut = true }

func (d *driver) Dial(c *netio.Conn, local netip.Addr) error {
	d.dials = append(d.dials, &Dial{h: (*Harness)(d), Conn: c, Local: local, Remote: c.Remote()})
	return nil
}

func (d *driver) LocalAddr(peer netip.Addr) (local netip.Addr) {
	if d.route != nil {
		local = d.route(peer)
	}
	return local
}

func (d *driver) Wake() {
	d.wakeups.Add(1)
	select {
	case d.woken <- struct{}{}:
	default: // the loop has not come to it yet
	}
}
