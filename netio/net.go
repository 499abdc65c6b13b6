package netio

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sluice/netio/stats"
	"sluice/netio/tlsio"
)

// Net is a set of loops and the listeners that they share. Its methods may be called by any goroutine that is not one of its loops.
type Net struct {
	opt     Options
	ids     *metrics
	shared  *stats.Shared
	origin  time.Time
	engines []*engine
	loops   []*Loop
	dialer  *dialer
	conns   atomic.Int64 // of all loops, and those on their way to one
	sources *sources
	backlog *backlog
	turn    atomic.Uint32
	stop    chan struct{}
	died    chan error // of loops that ended by themselves
	ticker  sync.WaitGroup
	current atomic.Pointer[[]*Listener]
	secure  atomic.Pointer[contexts]
	shakes  *tlsio.Pool

	mu        sync.Mutex // serialises what follows, and everything that changes listeners
	bound     []*bound
	nextIndex int
	draining  bool
	closed    bool
}

// New makes the loops of a Net, at rest: what runs on them can be built before anything is bound.
func New(o Options) *Net {
	o = o.withDefaults()
	o.Stats.Loops(o.Loops)
	n := &Net{opt: o, ids: newMetrics(o.Stats), shared: o.Stats.Shared(), origin: time.Now(), stop: make(chan struct{}), died: make(chan error, o.Loops)}
	n.dialer = newDialer(n)
	n.sources = newSources()
	n.backlog = newBacklog(&n.opt)
	n.current.Store(new([]*Listener))
	n.secure.Store(&contexts{})
	n.shakes = tlsio.NewPool(o.handshakes())
	for i := range o.Loops {
		n.loops = append(n.loops, newLoop(i, n.opt, n.ids, nil, n.shakes))
		n.loops[i].sources, n.loops[i].backlog = n.sources, n.backlog
	}
	return n
}

// Start binds all listeners and starts all loops. newHandler is called once per loop, before it runs; bound, if not nil, before that with
// what was bound. On error nothing stays open and the Net is of no more use; an address in use is an error even where SO_REUSEPORT would
// let us share it. What cannot be bound are [ListenError]s, joined.
func (n *Net) Start(newHandler func(l *Loop) Handler, bound func([]*Listener)) error {
	all, err := n.bind(n.opt.Listeners, nil)
	if err != nil {
		return err
	}
	n.setBound(all)
	n.updateTLS(n.opt.Listeners)
	if bound != nil {
		bound(n.Listeners())
	}
	if err := n.startLoops(newHandler); err != nil {
		n.Close()
		return err
	}
	n.serve(n.bound)
	n.ticker.Add(1)
	go n.tick()
	return nil
}

// Open is New and Start.
func Open(o Options, newHandler func(l *Loop) Handler) (*Net, error) {
	n := New(o)
	if err := n.Start(newHandler, nil); err != nil {
		return nil, err
	}
	return n, nil
}

func (n *Net) startLoops(newHandler func(l *Loop) Handler) error {
	for _, l := range n.loops {
		e, err := newEngine(n, l)
		if err != nil {
			return err
		}
		l.net, l.driver = n, e
		e.handler = newHandler(l)
		n.engines = append(n.engines, e)
		e.run()
		if err := <-e.ready; err != nil {
			return err
		}
	}
	return n.share(n.bound)
}

// Died gives an error when a loop has ended without being asked to: the process can no longer serve.
func (n *Net) Died() <-chan error { return n.died }

// Loops are the loops, by index.
func (n *Net) Loops() []*Loop { return n.loops }

// Listeners are the listeners, in the order in which they were configured. Any goroutine may call it, loops included.
func (n *Net) Listeners() []*Listener {
	return slices.Clone(*n.current.Load())
}

func (n *Net) setBound(all []*bound) {
	n.bound = all
	lns := make([]*Listener, len(all))
	for i, b := range all {
		lns[i] = b.ln
	}
	n.current.Store(&lns)
}

// StopAccepting closes the stream listeners for good, to drain. UDP goes on, as responses to what we sent must still arrive.
func (n *Net) StopAccepting() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.draining = true
	for _, b := range n.bound {
		if b.acceptor != nil {
			b.acceptor.close()
		}
	}
}

// Close stops the loops and closes everything. It returns when no goroutine of the Net is left; calling it again does nothing.
func (n *Net) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil
	}
	n.closed = true
	// Whoever hands connections to gnet is stopped while the loops still run: gnet leaves a goroutine behind for each enrolment
	// that its loop does not live to see.
	closeAll(n.bound)
	n.dialer.close()
	close(n.stop)
	n.ticker.Wait()
	for _, e := range n.engines {
		e.loop.Exec(e.askToStop)
	}
	for _, e := range n.engines {
		<-e.done
	}
	n.shakes.Wait()
	return nil
}

// now is the time since Open.
func (n *Net) now() time.Duration { return time.Since(n.origin) }

// tick wakes the loops whose timers are due, and no others.
func (n *Net) tick() {
	defer n.ticker.Done()
	ticker := time.NewTicker(n.opt.Tick)
	defer ticker.Stop()
	for {
		select {
		case <-n.stop:
			return
		case <-ticker.C:
		}
		now := int64(n.now())
		for _, l := range n.loops {
			if l.due.Load() <= now {
				l.wake()
			}
		}
	}
}

// reservedShare is how many connections there are for each place that is kept, see Options.MaxConns.
const reservedShare = 16

// admit makes room for one more connection; false when there are too many. The last of all places are for those that matter most, or strangers
// could take them from our trunks by connecting and saying nothing.
func (n *Net) admit(preferred bool) bool {
	most := int64(n.opt.MaxConns)
	if !preferred {
		most -= most / reservedShare
	}
	if n.conns.Add(1) > most {
		n.conns.Add(-1)
		return false
	}
	return true
}

// nextEngine is the loop whose turn it is to get a connection, nil when none is left.
func (n *Net) nextEngine() *engine {
	for range n.engines {
		e := n.engines[int(n.turn.Add(1)-1)%len(n.engines)]
		if !e.loop.dead.Load() {
			return e
		}
	}
	return nil
}
