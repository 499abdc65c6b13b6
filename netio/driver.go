package netio

import (
	"net/netip"
	"time"

	"sluice/netio/tlsio"
)

// Driver is the socket side of a Loop: what a loop does to the world. The one behind Open is built on gnet; netiotest has another that
// needs no sockets. This is the only seam between the two, and nothing crosses it per datagram: a batch at a time.
//
// Errors on a connection are reported to the loop as a lost connection, not returned.
type Driver interface {
	// Send sends a batch of datagrams and returns how many are done with: sent, or refused and counted, with Err set if that is for good. The
	// others, for which there is no room just now, stay queued.
	Send(ln *Listener, batch []Datagram) int
	// Write writes b to the socket of c and keeps what does not fit. It returns how much is kept.
	Write(c *Conn, b []byte) int
	// Queued is how much is still kept.
	Queued(c *Conn) int
	// EndWriting tells the peer of c that nothing more comes. Nothing is queued then, and nothing is written afterwards.
	EndWriting(c *Conn)
	// Keep keeps the socket of c, whose peer has ended its sending, to be written to with WriteKept; false when it cannot. Who was not asked to closes
	// it once the loop has been told of that end.
	Keep(c *Conn) bool
	// WriteKept writes to a socket that was kept, and returns how much it took. It keeps nothing itself.
	WriteKept(c *Conn, b []byte) int
	// Acknowledged tells whether the peer has all that was written to a socket that was kept. A reset that came before is reported.
	Acknowledged(c *Conn) bool
	// Shut closes the socket of c.
	Shut(c *Conn)
	// Dial opens a socket for c.
	Dial(c *Conn, local netip.Addr) error
	// Wake brings the loop to look at its mail. Any goroutine may call it.
	Wake()
}

// Control is the other direction of the seam: what the world does to a loop. It serves tests without sockets, whose clock is the test's.
type Control struct{ loop *Loop }

// NewLoopForTest makes a loop on the given driver. Buffers that it gets back are overwritten, to expose whoever still reads them.
func NewLoopForTest(index int, o Options, d Driver) (*Loop, *Control) {
	o.Loops = max(o.Loops, index+1)
	o = o.withDefaults()
	o.Stats.Loops(o.Loops)
	l := newLoop(index, o, newMetrics(o.Stats), d, tlsio.NewPool(o.handshakes()))
	l.pool.poison = true
	return l, &Control{loop: l}
}

// Start sets the handler and calls OnStart.
func (k *Control) Start(h Handler) { k.do(func() { k.loop.start(h) }) }

// Stop closes all connections and calls OnStop.
func (k *Control) Stop() { k.do(k.loop.stop) }

// Advance moves the clock and fires the timers that are due.
func (k *Control) Advance(now time.Duration) {
	k.loop.begin(now)
	k.loop.end()
}

// Datagram brings a datagram.
func (k *Control) Datagram(ln *Listener, from netip.AddrPort, b []byte) {
	l := k.loop
	k.do(func() {
		l.stats.Inc(l.ids.datagramsIn)
		l.handler.OnDatagram(ln, from, b)
	})
}

// Accept brings a new connection.
func (k *Control) Accept(t Transport, ln *Listener, local, remote netip.AddrPort) *Conn {
	c := &Conn{loop: k.loop, transport: t, listener: ln, local: local, remote: remote}
	k.do(func() { k.loop.accepted(c) })
	return c
}

// AcceptPeer is Accept with what a TLS handshake, which there is none, would have told of the peer.
func (k *Control) AcceptPeer(t Transport, ln *Listener, local, remote netip.AddrPort, peer *PeerCert) *Conn {
	c := &Conn{loop: k.loop, transport: t, listener: ln, local: local, remote: remote}
	k.do(func() {
		if k.loop.take(c) && k.loop.judge(c, peer) {
			k.loop.opened(c)
		}
	})
	return c
}

// Connected ends a dial well; false when the connection was closed meanwhile.
func (k *Control) Connected(c *Conn, local netip.AddrPort) (ok bool) {
	k.do(func() { ok = k.loop.connected(c, local) })
	return ok
}

// ConnectedPeer is Connected with what a TLS handshake would have told of the server.
func (k *Control) ConnectedPeer(c *Conn, local netip.AddrPort, peer *PeerCert) (ok bool) {
	k.do(func() { ok = k.loop.judge(c, peer) && k.loop.connected(c, local) })
	return ok
}

// Failed ends a dial badly.
func (k *Control) Failed(c *Conn, err error) { k.do(func() { k.loop.failed(c, err) }) }

// Data brings bytes on a connection.
func (k *Control) Data(c *Conn, b []byte) { k.do(func() { k.loop.received(c, b) }) }

// Lost tells that a socket was closed by its peer, or by an error. It may be called from within a Driver's method.
func (k *Control) Lost(c *Conn, err error) {
	if k.loop.depth > 0 {
		k.loop.lost(c, err)
		return
	}
	k.do(func() { k.loop.lost(c, err) })
}

// Ended tells that the peer of c has ended its sending in order.
func (k *Control) Ended(c *Conn) { k.do(func() { k.loop.ended(c) }) }

// Outstanding is the number of buffers that were acquired, or came by mail, and are not released. A buffer that leaves by mail is still
// counted here and subtracted where it is released: what is invariant is the sum over loops.
func (k *Control) Outstanding() int { return k.loop.pool.out }

// Due is when the loop wants to be woken by the clock, false when it does not.
func (k *Control) Due() (time.Duration, bool) {
	due := k.loop.due.Load()
	return time.Duration(due), due != never
}

func (k *Control) do(event func()) {
	k.loop.begin(k.loop.now)
	event()
	k.loop.end()
}
