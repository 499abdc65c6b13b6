package netio

import (
	"math"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"sluice/netio/stats"
	"sluice/netio/tlsio"
	"sluice/netio/wheel"
)

// Handler is what runs on a loop: one per loop, every method on its goroutine. A panic in a method is not netio's business.
type Handler interface {
	// OnStart is called once, before anything else.
	OnStart(l *Loop)
	// OnDatagram brings one datagram. b is valid until return and must not be written to.
	OnDatagram(ln *Listener, from netip.AddrPort, b []byte)
	// OnOpen tells of a new connection, accepted or dialled. With TLS its handshake is done.
	OnOpen(c *Conn)
	// OnData brings bytes that were received on c, each once. b is valid until return and may be modified in place; what the handler
	// still needs later it copies.
	OnData(c *Conn, b []byte)
	// OnClose is the last that is heard of c. err is nil or io.EOF when the peer closed it, what Close was given when we did, and
	// otherwise what went wrong. A dial, or a TLS handshake, that failed comes here without an OnOpen.
	OnClose(c *Conn, err error)
	// OnMail brings what was posted. m is valid until return.
	OnMail(m *Mail)
	// OnStop is the last call. Every connection was closed before.
	OnStop(l *Loop)
}

const (
	// Mails delivered per wake-up before sockets get their turn again.
	mailBurst = 1024

	// Values of Loop.awake.
	asleep  = 0
	running = 1 // or about to: a wake-up is on its way

	never = math.MaxInt64
)

// Loop is one event loop and what belongs to it. Except where stated, methods run on its goroutine only.
type Loop struct {
	index   int
	opt     Options
	now     time.Duration
	depth   int // callbacks that are running; what they produced is settled when the outermost ends
	handler Handler
	driver  Driver
	wheel   *wheel.Wheel
	stats   *stats.Loop
	ids     *metrics
	net     *Net // nil in tests without sockets

	handshakes *tlsio.Pool
	plain      []byte // what is being decrypted
	sources    *sources

	pool    bufPool
	faces   faces
	heirs   [][]*Listener // of listeners that were replaced, by Listener.Index
	routes  routes
	queues  []*sendQueue // by Listener.Index
	unsent  []*sendQueue // with datagrams in them
	refused []refusal    // whose senders are to be told
	retry   bool         // a socket was full: try again with the next tick
	table   connTable
	dirty   []*Conn // with pending bytes
	closed  []*Conn // whose OnClose is due
	ending  *Conn   // whose OnHalfClose runs
	unsure  []*Conn // half-closed ones with something that is pending or not acknowledged
	mail    Mail    // the one being delivered
	started bool
	stopped bool
	lastDue time.Duration

	backlog   *backlog
	waiting   []*waiting
	scales    scales
	lingering []*lingering
	lingerers map[netip.Addr]int // how many of them a source has
	lookAt    time.Duration      // when unsure is looked at again

	_     [64]byte // what follows is written to by other goroutines
	awake atomic.Uint32
	busy  atomic.Bool // there are tasks
	dead  atomic.Bool
	due   atomic.Int64 // when the wheel wants to be advanced
	box   mailbox
	tasks struct {
		sync.Mutex
		list   []func()
		spare  []func() // list's storage, used in turns
		closed bool
	}
}

func newLoop(index int, o Options, ids *metrics, d Driver, handshakes *tlsio.Pool) *Loop {
	l := &Loop{index: index, opt: o, driver: d, ids: ids, wheel: wheel.New(o.Tick), stats: o.Stats.Loop(index), handshakes: handshakes}
	l.box.init(o.MailboxSize)
	l.sources = newSources()
	l.backlog = newBacklog(&l.opt)
	l.scales.loop, l.scales.Owner = l, &l.scales
	l.lingerers = make(map[netip.Addr]int)
	l.due.Store(never)
	l.lastDue = never
	return l
}

// Index is the loop's number, from 0. Any goroutine may call it.
func (l *Loop) Index() int { return l.index }

// Now is the time since Open, read once per wake-up: the same for all that one wake-up brings.
func (l *Loop) Now() time.Duration { return l.now }

// Wheel is the loop's timer wheel. The loop advances it, and is woken when a timer is due.
func (l *Loop) Wheel() *wheel.Wheel { return l.wheel }

// Stats is the loop's row of Options.Stats.
func (l *Loop) Stats() *stats.Loop { return l.stats }

// NumConns is the number of connections, those that are opening included.
func (l *Loop) NumConns() int { return l.table.count }

// Acquire returns an empty buffer with room for n bytes and one reference.
func (l *Loop) Acquire(n int) *Buf { return l.pool.get(l, n) }

// Conn finds a connection of this loop, nil when it was closed or its peer sends no more.
func (l *Loop) Conn(id ConnID) *Conn {
	if c := l.ConnToAnswer(id); c != nil && !c.half {
		return c
	}
	return nil
}

// ListenerOf is the listener in whose name a connection is: the one that accepted it, or the one that it was dialled from; nil when there is
// none, or no such connection. Any goroutine may call it: it is how a loop knows by what name the peer of another loop's connection knows us. It
// may be wrong once the connection has closed.
func (l *Loop) ListenerOf(id ConnID) *Listener {
	if id.Loop() != l.index {
		return nil
	}
	return l.table.names.of(id.slot())
}

// ConnTo finds the newest open or opening connection of this loop to a peer, accepted or dialled, nil when there is none.
func (l *Loop) ConnTo(t Transport, remote netip.AddrPort) *Conn {
	return l.table.peers[peer{t, remote}]
}

// ConnToServer is ConnTo for a connection with TLS that was opened, with DialOptions.ServerName, to reach a server by its name: one that was
// verified for a domain is not good for another domain at the same address (RFC 5922 §7.3). good has the last word about each.
func (l *Loop) ConnToServer(t Transport, remote netip.AddrPort, name string, good func(*Conn) bool) *Conn {
	c := l.ConnTo(t, remote)
	for c != nil && (c.ServerName() != name || !good(c)) {
		c = c.older
	}
	return c
}

// Post delivers m to the loop's handler, later. Any goroutine may call it, the loop's own included. False when the mailbox is full or
// the loop has stopped; then everything in m stays the caller's.
func (l *Loop) Post(m Mail) bool {
	if l.dead.Load() || !l.box.put(&m) {
		l.opt.Stats.Shared().Inc(l.ids.mailDropped)
		return false
	}
	l.wake()
	return true
}

// wake makes sure that the loop will look at its inputs. It costs a system call only when the loop is asleep and nobody woke it yet.
func (l *Loop) wake() {
	if l.awake.Load() == asleep && l.awake.CompareAndSwap(asleep, running) {
		l.opt.Stats.Shared().Inc(l.ids.wakeups)
		l.driver.Wake()
	}
}

// Exec runs a task on the loop, soon; false when the loop has stopped. Any goroutine may call it.
func (l *Loop) Exec(task func()) bool {
	l.tasks.Lock()
	if l.tasks.closed {
		l.tasks.Unlock()
		return false
	}
	l.tasks.list = append(l.tasks.list, task)
	l.busy.Store(true)
	l.tasks.Unlock()
	l.wake()
	return true
}

// call runs a task on the loop and waits for it. It must not be called on a loop.
func (l *Loop) call(task func()) bool {
	done := make(chan struct{})
	if !l.Exec(func() { task(); close(done) }) {
		return false
	}
	<-done
	return true
}

// begin opens a wake-up: the clock was read, timers and tasks come first.
func (l *Loop) begin(now time.Duration) {
	l.awake.Store(running)
	l.now = now
	l.depth++
	if l.busy.Load() {
		l.runTasks()
	}
	if !l.stopped {
		l.wheel.Advance(now)
	}
	if len(l.unsure) > 0 && now >= l.lookAt {
		l.makeSure()
	}
}

// end closes a wake-up: what the callbacks produced goes out, and what remains to be done wakes the loop again.
func (l *Loop) end() {
	l.settle()
	if !l.stopped {
		l.deliver()
	}
	l.depth--
	due := time.Duration(never)
	if at, ok := l.wheel.Next(); ok {
		due = at
	}
	if l.retry {
		due = min(due, l.now+l.opt.Tick)
	}
	if len(l.unsure) > 0 {
		due = min(due, l.lookAt)
	}
	if due != l.lastDue {
		l.lastDue = due
		l.due.Store(int64(due))
	}
	l.awake.Store(asleep)
	if l.box.ready() || l.busy.Load() {
		l.wake()
	}
}

// enter and leave bracket what may be called within a callback or, in tests and on set-up, outside of one.
func (l *Loop) enter() { l.depth++ }

func (l *Loop) leave() {
	if l.depth == 1 {
		l.settle()
	}
	l.depth--
}

// settle sends what is pending and reports what was closed, until the callbacks that this entails have nothing more to add.
func (l *Loop) settle() {
	for {
		l.flushDatagrams()
		l.flushConns()
		if len(l.closed) == 0 && len(l.refused) == 0 {
			return
		}
		l.reportRefused()
		l.reportClosed()
	}
}

func (l *Loop) flushConns() {
	for i := 0; i < len(l.dirty); i++ {
		c := l.dirty[i]
		l.dirty[i] = nil
		c.dirty = false
		if c.state == StateOpen {
			c.flush()
		}
	}
	l.dirty = l.dirty[:0]
}

func (l *Loop) reportClosed() {
	for i := 0; i < len(l.closed); i++ {
		c := l.closed[i]
		l.closed[i] = nil
		c.flush()
		c.farewell()
		c.dropPending()
		if !l.linger(c) {
			l.shut(c)
		}
		l.table.remove(c)
		l.stats.Move(l.ids.conns[c.transport], -1)
		l.handler.OnClose(c, c.err)
	}
	l.closed = l.closed[:0]
}

// deliver hands out mail, in batches whose output goes out together.
func (l *Loop) deliver() {
	if !l.box.ready() {
		return
	}
	for n := 1; n <= mailBurst && l.box.take(&l.mail); n++ {
		l.handler.OnMail(&l.mail)
		if n%sendBatch == 0 {
			l.settle()
		}
	}
	l.mail = Mail{}
	l.settle()
}

func (l *Loop) runTasks() {
	l.tasks.Lock()
	list := l.tasks.list
	l.tasks.list, l.tasks.spare = l.tasks.spare, nil
	l.busy.Store(false)
	l.tasks.Unlock()
	for _, task := range list {
		task()
	}
	clear(list)
	l.tasks.Lock()
	l.tasks.spare = list[:0]
	l.tasks.Unlock()
}

// start calls OnStart, once.
func (l *Loop) start(h Handler) {
	l.handler = h
	l.started = true
	h.OnStart(l)
}

// stop closes everything and calls OnStop. It runs within begin and end.
func (l *Loop) stop() {
	l.stopped = true
	l.dead.Store(true)
	l.settle()
	for _, s := range l.table.slots {
		if s.conn != nil {
			l.closing(s.conn, ErrStopped)
		}
	}
	l.settle()
	for len(l.lingering) > 0 {
		l.lingered(l.lingering[0].conn)
	}
	l.handler.OnStop(l)
	l.settle()
	l.retire()
	l.settle()
}

// retire refuses mail and tasks from now on, and runs the tasks that are left: somebody may wait for them.
func (l *Loop) retire() {
	l.dead.Store(true)
	l.tasks.Lock()
	l.tasks.closed = true
	list := l.tasks.list
	l.tasks.list = nil
	l.tasks.Unlock()
	for _, task := range list {
		task()
	}
}
