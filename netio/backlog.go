package netio

import (
	"errors"
	"math"
	"math/bits"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"sluice/netio/wheel"
)

// ErrBacklog is given to Handler.OnClose for a connection that had to go because too much waits for all together.
var ErrBacklog = errors.New("netio: too much waits to be written to all connections")

const (
	backlogShare = 8 // a source may have one part of so many

	// How often a loop looks at what waits, and at how many connections: sockets take what gnet keeps without telling.
	backlogLook = 50 * time.Millisecond
	backlogStep = 4096
)

// backlog is what waits to be written on the connections of all loops. Its rule: if more waits for a source than its share, those of its connections
// are closed that have the average of them or more waiting; if more waits for all than may, the same is done to the sources that have most. So
// whoever reads, and has little waiting, is not closed for others, and nobody can make much of it by adding connections that have little.
//
// The sums are of whoever has something waiting. They are changed when that changes, never for what a socket takes at once.
type backlog struct {
	limit, share int64 // bytes
	all          atomic.Int64
	sizes        [64]atomic.Int64 // how many sources there are of each size

	mu      sync.Mutex // for when something begins to wait, or nothing does any more
	sources map[netip.Addr]*origin
}

// origin is how many connections of one source something waits for, and how many bytes.
type origin struct {
	conns, bytes atomic.Int64
	size         atomic.Int32 // in backlog.sizes: the binary digits of bytes
	addr         netip.Addr
	preferred    bool // it may have a lot waiting, and counts for an eighth of that
}

// waiting is what is known of a connection while something waits for it.
type waiting struct {
	conn   *Conn
	origin *origin // by the address that the peer had at first
	held   int     // bytes that the socket side had to keep when it was last asked
	kept   int     // that the handler keeps, see Keeps
	bytes  int64   // what it has in the sums
	place  int     // in Loop.waiting
}

func newBacklog(o *Options) *backlog {
	b := &backlog{limit: int64(o.MaxWriteMemory), sources: make(map[netip.Addr]*origin)}
	if b.limit < 0 {
		b.limit = math.MaxInt64
	}
	b.share = max(b.limit/backlogShare, int64(o.MaxWriteQueue))
	return b
}

func (b *backlog) join(source netip.Addr, preferred bool) *origin {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.sources[source]
	if o == nil {
		o = &origin{addr: source, preferred: preferred}
		b.sources[source] = o
		b.sizes[0].Add(1)
	}
	o.conns.Add(1)
	return o
}

func (b *backlog) leave(o *origin) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o.conns.Add(-1) == 0 {
		delete(b.sources, o.addr)
		b.sizes[o.size.Load()].Add(-1)
	}
}

// add changes what waits for a source. Of two loops that do so at once the size may be the other's, until the next change.
func (b *backlog) add(o *origin, delta int64) {
	b.all.Add(delta)
	n := o.bytes.Add(delta)
	if o.preferred {
		n /= backlogShare
	}
	size := int32(bits.Len64(uint64(n)))
	if old := o.size.Swap(size); old != size {
		b.sizes[old].Add(-1)
		b.sizes[size].Add(1)
	}
}

func (b *backlog) sourceExceeds(o *origin) bool { return !o.preferred && o.bytes.Load() > b.share }

func (b *backlog) allExceed() bool { return b.all.Load() > b.limit }

// isLargest tells whether a source is of the size of the largest, which is more than half of what that has.
func (b *backlog) isLargest(o *origin) bool {
	for i := len(b.sizes) - 1; i > int(o.size.Load()); i-- {
		if b.sizes[i].Load() > 0 {
			return false
		}
	}
	return true
}

// isMuch tells whether n bytes are what waits for a connection of o on the average, or more.
func (o *origin) isMuch(n int64) bool { return n*o.conns.Load() >= o.bytes.Load() }

// awaits returns what waits for c. There is nothing any more for one that is closed, unless it lingers or is about to.
func (c *Conn) awaits() *waiting {
	if c.waiting == nil && (c.state != StateClosed || c.parting) {
		l := c.loop
		peer := c.remote.Addr()
		c.waiting = &waiting{conn: c, origin: l.backlog.join(SourceOf(peer), l.prefers(peer)), place: len(l.waiting)}
		if l.waiting = append(l.waiting, c.waiting); len(l.waiting) == 1 {
			l.wheel.Arm(&l.scales.Timer, l.now, backlogLook)
		}
	}
	return c.waiting
}

// weigh brings the sums up to date with what waits for c.
func (c *Conn) weigh() {
	w := c.waiting
	if w == nil {
		return
	}
	n := int64(w.held + w.kept)
	if c.pending != nil && (c.state == StateOpening || c.half) { // else it goes out as the callback ends
		n += int64(len(c.pending.B))
	}
	if n == 0 {
		c.awaitsNothing()
		return
	}
	w.count(n)
}

func (w *waiting) count(n int64) {
	if delta := n - w.bytes; delta != 0 {
		l := w.conn.loop
		w.bytes = n
		l.backlog.add(w.origin, delta)
		l.stats.Move(l.ids.backlog, delta)
	}
}

// awaitsNothing ends what awaits began.
func (c *Conn) awaitsNothing() {
	w := c.waiting
	if w == nil {
		return
	}
	l := c.loop
	c.waiting = nil
	w.count(0)
	l.backlog.leave(w.origin)
	last := len(l.waiting) - 1
	l.waiting[w.place] = l.waiting[last]
	l.waiting[w.place].place = w.place
	l.waiting[last] = nil
	if l.waiting = l.waiting[:last]; last == 0 {
		l.wheel.Disarm(&l.scales.Timer)
	}
}

// relieve closes c, for which more waits than before, if it is one of those that have to go; if that are others, they are looked for soon.
func (c *Conn) relieve() {
	w, l := c.waiting, c.loop
	if w == nil || c.yields() {
		return
	}
	if b := l.backlog; b.sourceExceeds(w.origin) || b.allExceed() {
		l.scales.hurry()
	}
}

// yields closes c if it is one of those that have to go.
func (c *Conn) yields() bool {
	w, l := c.waiting, c.loop
	if w == nil || c.state == StateClosed && c.linger == nil || !w.origin.isMuch(w.bytes) {
		return false
	}
	switch b := l.backlog; {
	case b.sourceExceeds(w.origin):
		l.stats.Inc(l.ids.backlogOfSource)
		err := ErrSlowReader
		if c.state == StateOpening {
			err = ErrBacklog // nobody has been slow yet: it is we who write
		}
		c.giveWay(err)
	case b.allExceed() && b.isLargest(w.origin):
		l.stats.Inc(l.ids.backlogOfAll)
		c.giveWay(ErrBacklog)
	default:
		return false
	}
	return true
}

func (c *Conn) giveWay(err error) {
	l := c.loop
	l.enter()
	if c.linger != nil {
		l.cutLinger(c.linger)
	} else {
		l.closing(c, err)
	}
	l.leave()
}

// prefers tells whether no limit of a source is for this peer.
func (l *Loop) prefers(peer netip.Addr) bool { return l.opt.Prefer != nil && l.opt.Prefer(peer) }

// Keeps tells that the handler keeps n bytes for c besides what it has written; they count for Options.MaxWriteMemory until it tells of others, or c
// is closed.
func (c *Conn) Keeps(n int) {
	if c.state == StateClosed || n == 0 && c.waiting == nil {
		return
	}
	c.awaits().kept = n
	c.weigh()
	c.relieve()
}

// scales has a loop look at what waits, a part at a time.
type scales struct {
	wheel.Timer
	loop *Loop
	at   int // the place to look at next
}

// hurry has the loop look with the next tick.
func (s *scales) hurry() {
	if l := s.loop; s.When() > l.now+l.opt.Tick {
		l.wheel.Arm(&s.Timer, l.now, l.opt.Tick)
	}
}

// Expire implements wheel.Owner.
func (s *scales) Expire(*wheel.Timer, time.Duration) time.Duration {
	l := s.loop
	for range min(len(l.waiting), backlogStep) {
		if s.at >= len(l.waiting) {
			s.at = 0
		}
		if len(l.waiting) == 0 {
			return 0
		}
		w := l.waiting[s.at]
		w.conn.unsent()
		w.conn.weigh()
		w.conn.yields()
		if s.at < len(l.waiting) && l.waiting[s.at] == w {
			s.at++
		}
	}
	if len(l.waiting) == 0 {
		return 0
	}
	return backlogLook
}
