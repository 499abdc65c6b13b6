package netio

import (
	"net/netip"
	"time"

	"github.com/panjf2000/gnet/v2"
)

// ConnID names a connection for the life of the process: loop (8 bits), slot (24) and generation (32). Zero names none.
type ConnID uint64

func connID(loop int, slot, generation uint32) ConnID {
	return ConnID(loop)<<56 | ConnID(slot)<<32 | ConnID(generation)
}

// Loop is the index of the loop that owns the connection.
func (id ConnID) Loop() int { return int(id >> 56) }

func (id ConnID) slot() uint32       { return uint32(id>>32) & (1<<24 - 1) }
func (id ConnID) generation() uint32 { return uint32(id) }

// State is where a connection is in its life.
type State uint8

// The states. A connection that was accepted without TLS begins in StateOpen.
const (
	StateOpening State = iota // being dialled, or in its TLS handshake; what is written waits
	StateOpen                 // also while the peer sends no more, see HalfClosed
	StateClosed               // nothing more can be written; OnClose was called or is about to be
)

// String is the name of s.
func (s State) String() string {
	return [...]string{"opening", "open", "closed"}[s]
}

// Conn is a stream connection. It belongs to one loop for life and all its methods run there.
type Conn struct {
	Link any // the handler's own: set and read by it alone

	loop      *Loop
	listener  *Listener // that accepted it, or in whose name it was dialled
	id        ConnID
	local     netip.AddrPort
	remote    netip.AddrPort
	transport Transport
	state     State
	dialled   bool
	dirty     bool  // on loop.dirty
	gone      bool  // the socket is closed, or there never was one
	counted   bool  // among the connections of its source
	enrolled  bool  // was opened on its loop; read by the accepting goroutine once gnet is done
	parting   bool  // closed with a last word, see linger
	half      bool  // the peer sends no more; what is written still goes out
	unsure    bool  // half, and on loop.unsure
	finishing bool  // half, and to be closed once all is out
	finished  bool  // half, and our FIN is sent
	fd        int32 // of a half-closed connection, which is gnet's no more
	waiting   *waiting
	pending   *Buf // written since the last flush
	err       error

	newer, older *Conn // other connections to the same peer, see connTable
	sock         gnet.Conn
	until        time.Duration // of a half-closed connection: how long an acknowledgement is waited for
	linger       *lingering    // nil: it does not
	tls          *secure       // nil: no TLS
	serverName   string
}

// ID names the connection.
func (c *Conn) ID() ConnID { return c.id }

// Loop is the loop that owns the connection.
func (c *Conn) Loop() *Loop { return c.loop }

// Transport is the transport of the connection.
func (c *Conn) Transport() Transport { return c.transport }

// Listener is the listener that accepted the connection, nil for one that was dialled.
func (c *Conn) Listener() *Listener {
	if c.dialled {
		return nil
	}
	return c.listener
}

// Dialled tells whether we opened the connection.
func (c *Conn) Dialled() bool { return c.dialled }

// Local is our address; zero while opening.
func (c *Conn) Local() netip.AddrPort { return c.local }

// Remote is the peer's address.
func (c *Conn) Remote() netip.AddrPort { return c.remote }

// ServerName is what DialOptions said; "" for a connection that was accepted.
func (c *Conn) ServerName() string { return c.serverName }

// State is where the connection is in its life.
func (c *Conn) State() State { return c.state }

// SetRemote replaces the peer's address, by which ConnTo finds the connection: a PROXY protocol header tells the true one. It returns how many
// connections its source has besides, if there is an Admission, which is not asked about it.
func (c *Conn) SetRemote(remote netip.AddrPort) (others int) {
	others = c.loop.recount(c, remote)
	if c.state == StateClosed || c.half || c.state == StateOpening && !c.dialled { // nobody finds it
		c.remote = remote
		return others
	}
	c.loop.table.unlink(c)
	c.remote = remote
	c.loop.table.link(c)
	return others
}

// Write copies p to what is pending; it goes out with one system call at the end of the current callback, or at once when called
// outside of one. False: the connection is closed, or the write queue would exceed its bound, upon which it is closed with ErrSlowReader,
// but not while it is being opened. On a half-closed connection it goes out at once: one that was reset meanwhile is closed, and says false; so
// does one that was finished.
func (c *Conn) Write(p []byte) bool {
	if c.state == StateClosed || c.finished {
		return false
	}
	if len(p) == 0 {
		return true
	}
	l := c.loop
	if c.Queued()+len(p) > l.opt.MaxWriteQueue {
		if c.state == StateOpening { // what waits already is not lost for it
			l.stats.Inc(l.ids.openingFull)
			return false
		}
		l.stats.Inc(l.ids.slowReaders[c.transport])
		c.Close(ErrSlowReader)
		return false
	}
	c.enqueue(p)
	if c.state == StateOpening {
		c.awaits()
		c.weigh()
		c.relieve()
	}
	if c.state == StateClosed {
		return false
	}
	if c.half {
		l.enter()
		c.flush()
		l.leave()
		return c.state == StateOpen
	}
	c.markDirty()
	return true
}

// Close closes the connection after a last, non-blocking attempt to write what is pending. State is StateClosed from now on; OnClose
// is called with err once the current callback has returned, and never from within Close. It does nothing to a closed connection.
//
// With a nil err, and something pending, the socket lingers: what is pending is the last word, and the peer shall get it whatever it sends.
func (c *Conn) Close(err error) {
	if c.state == StateClosed {
		return
	}
	c.loop.enter()
	c.loop.closing(c, err)
	c.loop.leave()
}

// Queued is how much is waiting to be written, with TLS in part before and in part after its encryption.
func (c *Conn) Queued() int {
	n := 0
	if c.pending != nil {
		n = len(c.pending.B)
	}
	return n + c.unsent()
}

// unsent is how much the socket side still has to write.
func (c *Conn) unsent() int {
	w := c.waiting
	if w == nil {
		return 0
	}
	if w.held > 0 {
		w.held = c.loop.driver.Queued(c)
	}
	return w.held
}

// enqueue appends p to the pending bytes, in a buffer of the loop's pool. What exceeds the largest pooled buffer of an open connection is
// flushed first.
func (c *Conn) enqueue(p []byte) {
	l := c.loop
	if c.pending != nil && c.state == StateOpen && len(c.pending.B)+len(p) > maxPooled {
		c.flush()
		if c.state == StateClosed {
			return
		}
	}
	if c.pending == nil {
		c.pending = l.Acquire(len(p))
	}
	if need := len(c.pending.B) + len(p); need > cap(c.pending.B) {
		larger := l.Acquire(max(need, 2*cap(c.pending.B)))
		larger.B = append(larger.B, c.pending.B...)
		c.pending.Release()
		c.pending = larger
	}
	c.pending.B = append(c.pending.B, p...)
}

func (c *Conn) markDirty() {
	if c.state != StateOpen || c.dirty {
		return
	}
	c.dirty = true
	c.loop.enter()
	c.loop.dirty = append(c.loop.dirty, c)
	c.loop.leave()
}

// flush hands the pending bytes to the socket.
func (c *Conn) flush() {
	b := c.pending
	if b == nil || c.gone || c.tls != nil && !c.tls.ready() {
		return
	}
	if c.half {
		c.flushHalf()
		return
	}
	c.pending = nil
	if c.tls != nil {
		c.seal(b.B)
	} else {
		c.send(b.B)
	}
	b.Release()
	if c.waiting != nil {
		c.relieve()
	}
}

// send writes b to the socket.
func (c *Conn) send(b []byte) {
	c.loop.stats.Add(c.loop.ids.streamBytesOut[c.transport], uint64(len(b)))
	if held := c.loop.driver.Write(c, b); held > 0 || c.waiting != nil {
		c.holds(held)
	}
}

// holds takes note of what the socket side keeps.
func (c *Conn) holds(n int) {
	if w := c.awaits(); w != nil {
		w.held = n
		c.weigh()
	}
}

func (c *Conn) dropPending() {
	if c.pending != nil {
		c.pending.Release()
		c.pending = nil
	}
}
