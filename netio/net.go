package netio

import (
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sluice/netio/stats"
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
	turn    atomic.Uint32
	stop    chan struct{}
	ticker  sync.WaitGroup
	current atomic.Pointer[[]*Listener]
	waiters sync.WaitGroup // of UDP sockets that were added later

	mu        sync.Mutex // serialises what follows, and everything that changes listeners
	bound     []*bound
	nextIndex int
	gnets     []netip.AddrPort // UDP addresses whose sockets are gnet's
	muted     []netip.AddrPort // those of them whose listener was removed
	draining  bool
	closed    bool
}

// Open binds all listeners and starts all loops. newHandler is called once per loop, before it runs. On error nothing stays open; an
// address in use is an error even where SO_REUSEPORT would let us share it, and names the listener:
// "listen udp://127.0.0.1:5060: address already in use".
func Open(o Options, newHandler func(l *Loop) Handler) (*Net, error) {
	o = o.withDefaults()
	o.Stats.Loops(o.Loops)
	n := &Net{opt: o, ids: newMetrics(o.Stats), shared: o.Stats.Shared(), origin: time.Now(), stop: make(chan struct{})}
	n.dialer = newDialer(n)
	all, err := n.bind(o.Listeners)
	if err != nil {
		return nil, err
	}
	n.setBound(all)
	if err := n.startLoops(newHandler); err != nil {
		n.Close()
		return nil, err
	}
	for _, b := range n.bound {
		if b.acceptor != nil {
			b.acceptor.start()
		}
	}
	n.ticker.Add(1)
	go n.tick()
	return n, nil
}

func (n *Net) startLoops(newHandler func(l *Loop) Handler) error {
	var udp []*Listener
	for _, b := range n.bound {
		if b.ln.Transport == UDP {
			udp = append(udp, b.ln)
			n.gnets = append(n.gnets, b.ln.Addr)
		}
		b.closeProbe()
	}
	for i := range n.opt.Loops {
		l := newLoop(i, n.opt, n.ids, nil)
		e, err := newEngine(n, l, udp)
		if err != nil {
			return err
		}
		l.net, l.driver = n, e
		e.handler = newHandler(l)
		n.engines, n.loops = append(n.engines, e), append(n.loops, l)
		e.run()
		if err := <-e.ready; err != nil {
			return err
		}
	}
	return nil
}

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
		e.loop.exec(func() { e.stopping = true })
	}
	for _, e := range n.engines {
		<-e.done
	}
	n.waiters.Wait()
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

// admit makes room for one more connection; false when there are too many.
func (n *Net) admit() bool {
	if n.conns.Add(1) > int64(n.opt.MaxConns) {
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
