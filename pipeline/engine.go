package pipeline

import (
	"context"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"slices"
	"time"

	"sluice/netio"
	"sluice/netio/stats"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/parser/stun"
	"sluice/pipeline/link"
	"sluice/pipeline/txn"
)

// An Engine is the pipeline on one loop: netio calls it with bytes, and it
// owns the loop's transactions, its parked exchanges and its chain. All of it
// runs on that loop.
type Engine struct {
	edge  *Edge
	index int
	loop  *netio.Loop
	stats *stats.Loop
	chain *chain

	servers *txn.Table[serverTxn]
	room    int // in servers, which does not grow with a reload
	pool    *link.Pool
	clients clientTable
	parks   parkTable

	scratch *sip.Message // what the message at hand is indexed into
	sent    sip.Message  // a request of ours, when an ACK or CANCEL is made of it
	key     txn.Key      // of the request at hand
	stun    stun.Request // the one at hand

	current *Exchange   // whose stage runs, for the panic guard
	running *Branch     // the same, while a handler for branches runs
	judged  *Handshake  // the same for a handshake
	ended   []*Exchange // to be released when the callback is over

	draining  bool
	leaving   *farewell     // once the server stops
	lastPanic time.Duration // when one was logged last
	timers    map[*Profile]*txn.Timers
	respEdits sip.Edits
	frame     []byte // scratch for what is framed on the way out
	headers   []byte // scratch for header lines
	hashed    []byte // scratch for what is hashed
	keeper    keeper
	sweep     sweep
	notices   notices

	freeServers  *serverTxn
	freeBranches []*Branch
	freeCancels  []*cancelTxn
}

// newEngine makes the engine of loop index; OnStart gives it its loop.
func newEngine(p *Edge, index, transactions int) *Engine {
	return &Engine{
		edge: p, index: index, stats: p.stats.Loop(index),
		servers: txn.NewTable[serverTxn](transactions),
		room:    transactions,
		pool:    link.NewPool(link.Limits{}),
		timers:  map[*Profile]*txn.Timers{},
		scratch: new(sip.Message),
	}
}

// OnStart implements netio.Handler.
func (e *Engine) OnStart(*netio.Loop) {}

// OnStop implements netio.Handler.
func (e *Engine) OnStop(*netio.Loop) {}

func (e *Engine) limits() *Limits { return &e.chain.prog.spec.Limits }

// guardCallback ends every callback that may run a stage: it turns a panic on
// the request path into a 500 without its text (what a stage panics with may
// carry secrets) and releases the exchanges that have ended. It must be deferred directly.
func (e *Engine) guardCallback() {
	if r := recover(); r != nil {
		e.panicked(r)
	}
	e.current, e.running, e.judged = nil, nil, nil
	e.reap()
}

// panicked answers for a stage that panicked. The exchange does not go back
// to the pool: nobody knows what still points to it.
func (e *Engine) panicked(r any) {
	e.reportPanic(r)
	defer func() {
		if recover() != nil {
			e.count(metricPanics)
		}
	}()
	if h := e.judged; h != nil {
		h.Reject(500, "", "")
	}
	if b := e.running; b != nil && (b.at == stepResponse || b.at == stepFailure) {
		e.goOn(b)
		return
	}
	x := e.current
	if x == nil {
		return
	}
	x.poisoned = true
	e.endBranches(x, nil)
	if !x.answered {
		x.Reply(sip.Reply{Status: 500, Reason: "Server Internal Error"})
	}
	e.finish(x)
}

// goOn has the other stages see what one of them panicked at: an error in one
// handler of a response or a failure does not stop the others.
func (e *Engine) goOn(b *Branch) {
	defer func() {
		if r := recover(); r != nil {
			e.panicked(r)
		}
	}()
	x := b.x
	x.poisoned, x.gathering = true, false
	b.after(b.at, Continue, b.index)
}

// enter notes that hook i of a kind of step runs for b.
func (e *Engine) enter(b *Branch, at step, i int) {
	e.current, e.running = b.x, b
	b.at, b.index = at, i
}

// reportPanic counts a panic and logs it, once a second at most: a peer may
// know how to bring it about.
func (e *Engine) reportPanic(r any) {
	e.count(metricPanics)
	now := e.loop.Now()
	if e.lastPanic != 0 && now-e.lastPanic < time.Second {
		return
	}
	e.lastPanic = max(now, 1)
	e.edge.log.LogAttrs(context.Background(), slog.LevelError, "stage panicked", slog.Any("panic", r), slog.String("stack", string(debug.Stack())))
}

// OnMail implements netio.Handler: what other loops and goroutines send.
func (e *Engine) OnMail(m *netio.Mail) {
	defer e.guardCallback()
	switch m.Kind {
	case mailResume:
		e.wake(Token(m.Token), Event{Kind: EventPosted, Code: m.Code, Data: m.Data})
	case mailResponse:
		e.onForeignResponse(m)
	case mailCancel:
		e.onForeignCancel(m)
	case mailWrite:
		e.onForeignWrite(m)
	case mailLost:
		e.onLost(Token(m.Token))
	case mailSettled:
		e.onSettled(m)
	case mailBan:
		e.onBan()
	}
}

// The kinds of Mail between engines. A message is a *bytebufferpool.ByteBuffer
// in Data.
const (
	mailResume   uint8 = iota + 1 // Token, Code, Data
	mailResponse                  // Listener, Conn, Addr, Data: a response for a transaction of this loop
	mailCancel                    // Listener, Conn, Addr, Data, Code: transport, and codeHurried; Token: how many loops are still to be asked
	mailWrite                     // Conn, Token, Data: a message to write
	mailLost                      // Token: the client transaction of this loop whose connection is gone
	mailSettled                   // Conn, Token: the client transaction of another loop that awaits nothing there any more
	mailBan                       // somebody is banned
)

// swap makes c the chain for what begins from now on.
func (e *Engine) swap(c *chain) {
	old := e.chain
	e.use(c)
	old.retire()
}

func (e *Engine) use(c *chain) {
	e.chain = c
	c.engine.Store(e)
	e.keeper.use(c.prog.spec.Limits.Conn.Keep)
	e.pool.SetServer(c.prog.spec.Identity.Name)
	lim := &c.prog.spec.Limits
	e.pool.SetLimits(link.Limits{MaxMessage: lim.MaxMessage, MaxSIPHead: lim.MaxSIPHead, MaxBody: lim.MaxBody, MaxHead: lim.MaxHead})
}

// expel resumes everything that is parked on p, to end it.
func (e *Engine) expel(p *Program) {
	for i := range e.parks.slots {
		if who := e.parks.slots[i].who; who != nil && who.parking().suspended && who.program() == p {
			e.unpark(who)
			who.resume(Event{Kind: EventCancel})
		}
	}
}

// own makes m, the message at hand, the caller's until it goes back to the
// pool. Its bytes are still those of the read buffer.
func (e *Engine) own(m *sip.Message) *sip.Message {
	if m == e.scratch {
		e.scratch = e.pool.Message()
	} else {
		e.pool.Take(m)
	}
	return m
}

// maxFree bounds each free list: what a burst took goes back to the heap.
const maxFree = 4096

// acquireExchange returns an Exchange for the request m, which it takes over.
func (e *Engine) acquireExchange(m *sip.Message) *Exchange {
	x := e.newExchange()
	x.Req = e.own(m)
	return x
}

// newExchange returns an Exchange without a request.
func (e *Engine) newExchange() *Exchange {
	c := e.chain
	var x *Exchange
	if n := len(c.free); n > 0 {
		x = c.free[n-1]
		c.free = c.free[:n-1]
	} else {
		x = &Exchange{e: e, chain: c, cells: make([]any, len(c.cells))}
		for i, k := range c.cells {
			x.cells[i] = k.make()
		}
	}
	x.maxForwards = -1
	c.refs++
	e.gauge(metricExchanges, 1)
	return x
}

// finish notes that x has ended; it is released when the callback is over,
// so that a stage may still look at it.
func (e *Engine) finish(x *Exchange) {
	if !x.done {
		x.done = true
		e.ended = append(e.ended, x)
	}
}

// reap releases the exchanges that have ended.
func (e *Engine) reap() {
	for len(e.ended) > 0 {
		x := e.ended[len(e.ended)-1]
		e.ended = e.ended[:len(e.ended)-1]
		e.releaseExchange(x)
	}
}

// releaseExchange gives back all that x holds.
func (e *Engine) releaseExchange(x *Exchange) {
	c := x.chain
	e.current = x
	for _, h := range c.release {
		e.onRelease(h.handler, x)
	}
	e.endBranches(x, nil)
	x.best.drop()
	for _, b := range [...]*netio.Buf{x.challenges, x.kept} {
		if b != nil {
			b.Release()
		}
	}
	if x.suspended || x.park.slot != 0 {
		e.unpark(x)
	}
	if s := x.server; s != nil {
		s.x, x.server = nil, nil
		if s.m.State == txn.Trying || s.m.State == txn.Proceeding {
			s.handle(txn.Abandon) // nobody is left who could answer
		}
	}
	if x.buf != nil {
		x.buf.Release()
	}
	e.pool.FreeMessage(x.Req)
	e.gauge(metricExchanges, -1)
	if !x.poisoned && len(c.free) < maxFree {
		x.reset()
		c.free = append(c.free, x)
	}
	c.unref()
}

// onRelease has a guard of its own: exchanges are released when that of the
// callback has done its work.
func (e *Engine) onRelease(h Releaser, x *Exchange) {
	defer func() {
		if r := recover(); r != nil {
			x.poisoned = true
			e.reportPanic(r)
		}
	}()
	h.OnRelease(x)
}

// reset makes x as new, keeping what it has grown.
func (x *Exchange) reset() {
	x.Edits.Reset()
	for i, k := range x.chain.cells {
		k.clear(x.cells[i])
	}
	x.Req, x.Conn, x.Listener, x.buf = nil, nil, nil, nil
	x.Source, x.Transport, x.conn = netip.AddrPort{}, 0, 0
	clear(x.hops)
	x.hops, x.targets = x.hops[:0], x.targets[:0]
	x.profile, x.breadth = nil, 0
	x.requestURI, x.route, x.tookRoutes = parser.Span{}, parser.Span{}, false
	x.routed, x.originated, x.forwarding, x.gathering, x.stopped, x.silenced = false, false, false, false, false, false
	x.answered, x.canceled, x.callerGone, x.done, x.fromSet, x.toSet = false, false, false, false, false, false
	x.best, x.challenges, x.kept = candidate{}, nil, nil
	x.acks = nil
}

// newServer returns a record for a server transaction.
func (e *Engine) newServer() *serverTxn {
	s := e.freeServers
	if s == nil {
		s = &serverTxn{e: e, gen: 1}
		s.timer.Owner = s
	} else {
		e.freeServers = s.nextFree
		s.nextFree = nil
	}
	return s
}

func (e *Engine) releaseServer(s *serverTxn) {
	s.gen++
	s.tryingAt, s.answered = 0, false
	s.back = path{}
	if s.flow != nil {
		s.paid()
		s.leaveInvites()
		s.flow.servers--
		s.flow = nil
	}
	s.nextFree, e.freeServers = e.freeServers, s
}

func (e *Engine) acquireBranch(x *Exchange) *Branch {
	var b *Branch
	if n := len(e.freeBranches); n > 0 {
		b = e.freeBranches[n-1]
		e.freeBranches = e.freeBranches[:n-1]
	} else {
		b = new(Branch)
	}
	b.x = x
	x.branches = append(x.branches, b)
	return b
}

// endBranch takes b off its exchange and its client transaction, which may
// linger without it. An INVITE that has no final answer yet is cancelled, with
// the header lines cancelWith in the CANCEL.
func (e *Engine) endBranch(b *Branch, cancelWith []byte) {
	if e.running == b {
		e.running = nil
	}
	b.detach(cancelWith)
	x := b.x
	if i := slices.Index(x.branches, b); i >= 0 {
		x.branches = slices.Delete(x.branches, i, i+1)
	}
	b.x, b.Target, b.cause, b.refusal = nil, Target{}, CauseNone, sip.Reply{}
	b.targets, b.server, b.next, b.hop, b.breadth = b.targets[:0], nil, 0, 0, 0
	b.aborted, b.widened, b.narrow, b.anySize, b.heard = false, false, false, false, false
	b.aliased, b.redial, b.direct = false, false, false
	b.early.reset()
	b.Edits.Reset()
	if len(e.freeBranches) < maxFree {
		e.freeBranches = append(e.freeBranches, b)
	}
}

// endBranches ends all branches of x.
func (e *Engine) endBranches(x *Exchange, cancelWith []byte) {
	for len(x.branches) > 0 {
		e.endBranch(x.branches[len(x.branches)-1], cancelWith)
	}
}

func (e *Engine) acquireCancel() *cancelTxn {
	if n := len(e.freeCancels); n > 0 {
		c := e.freeCancels[n-1]
		e.freeCancels = e.freeCancels[:n-1]
		return c
	}
	n := &cancelTxn{e: e}
	n.timer.Owner = n
	return n
}

// timersOf returns the timer values of profile p.
func (e *Engine) timersOf(p *Profile) *txn.Timers {
	t := e.timers[p]
	if t == nil {
		if len(e.timers) > maxProfiles {
			clear(e.timers) // those of Programs that are gone
		}
		v := txn.NewTimers(p.T1, p.T2, p.T4)
		v.B, v.C, v.F = p.TimerB, p.TimerC, p.TimerF
		t = &v
		e.timers[p] = t
	}
	return t
}

const maxProfiles = 256
