package pipeline

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"sync/atomic"

	"sluice/netio"
	"sluice/netio/stats"
	"sluice/pipeline/link"
	"sluice/pipeline/relay"
	"sluice/pipeline/txn"
)

// An Edge is what the loops of one server have in common: the keys that sign
// branches and flow tokens, the counters, the list of engines. It is made
// before the loops run and does not change.
type Edge struct {
	engines   []*Engine
	stats     *stats.Registry
	log       *slog.Logger
	ids       [numMetrics]stats.ID
	traffic   trafficIDs
	linkIDs   [link.NumCounters]stats.ID
	branch    txn.BranchKey // signs the branches of our Vias
	tags      txn.BranchKey // hashes To tags
	flows     *relay.FlowKey
	seed      txn.Seed // of the tables of server transactions
	blacklist blacklist
	noTCP     blacklist // addresses that requests too large for UDP could not reach by TCP
	sources   *sources
	banLog    atomic.Int64 // when the next ban may be logged
	aliases   aliasTable
	list      atomic.Pointer[[]*netio.Listener]
}

// EdgeOptions configure an Edge.
type EdgeOptions struct {
	Loops  int
	Stats  *stats.Registry
	Log    *slog.Logger
	Secret []byte // signs flow tokens and branches; empty: random, and both end with the process

	MaxTransactions int // server transactions per loop, which cannot change later
}

// NewEdge makes the Edge of a server.
func NewEdge(o EdgeOptions) *Edge {
	p := &Edge{stats: o.Stats, log: o.Log, sources: newSources()}
	p.branch = txn.NewBranchKey(deriveKey(o.Secret, "branch"))
	p.tags = txn.NewBranchKey(deriveKey(o.Secret, "tag"))
	p.flows = relay.NewFlowKey(deriveKey(o.Secret, "flow"))
	p.seed = txn.NewSeed(deriveKey(nil, ""))
	p.ids = registerMetrics(o.Stats)
	p.traffic = registerTraffic(o.Stats)
	p.linkIDs = registerLinkMetrics(o.Stats)
	p.list.Store(new([]*netio.Listener))
	for i := range o.Loops {
		p.engines = append(p.engines, newEngine(p, i, o.MaxTransactions))
	}
	return p
}

// deriveKey makes the key for one use of secret, or a random one.
func deriveKey(secret []byte, use string) (key [16]byte) {
	if len(secret) == 0 {
		_, _ = rand.Read(key[:]) // it does not fail
		return key
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(use))
	copy(key[:], mac.Sum(nil))
	return key
}

// SetListeners tells what the server listens on; on change it is called
// again, from any goroutine.
func (p *Edge) SetListeners(l []*netio.Listener) { p.list.Store(&l) }

func (p *Edge) listeners() []*netio.Listener { return *p.list.Load() }

// Engine returns the engine of loop i; netio drives it as its Handler.
func (p *Edge) Engine(i int) *Engine { return p.engines[i] }

// loop returns loop i, or nil if there is none.
func (p *Edge) loop(i int) *netio.Loop {
	if i >= len(p.engines) {
		return nil
	}
	return p.engines[i].loop
}

// Install makes prog the Program of the server, before its loops run.
func (p *Edge) Install(prog *Program) {
	p.sources.limits.Store(&prog.spec.Limits.Source)
	for i, e := range p.engines {
		e.loop = prog.chains[i].loop
		e.use(prog.chains[i])
	}
}

// Swap has every loop take prog over, each between two callbacks. The old
// Program's Drained channel tells when its last exchange has ended.
func (p *Edge) Swap(prog *Program) {
	p.sources.limits.Store(&prog.spec.Limits.Source)
	for i, e := range p.engines {
		e.exec(func() { e.swap(prog.chains[i]) })
	}
}

// Drain makes every loop refuse requests that begin something new: 503 with
// Retry-After, so that clients go elsewhere. What is in progress goes on.
func (p *Edge) Drain() {
	for _, e := range p.engines {
		e.exec(func() { e.draining = true })
	}
}

// Expel ends what is parked on prog: a stage that waits is resumed with
// EventCancel. It is for a Program that was replaced long ago.
func (p *Edge) Expel(prog *Program) {
	for _, e := range p.engines {
		e.exec(func() { e.expel(prog) })
	}
}

// exec runs a task on e's loop, from any goroutine; false when that has stopped.
func (e *Engine) exec(task func()) bool {
	return e.loop.Exec(func() {
		defer e.guardCallback()
		task()
	})
}

// Activity is what a drain looks at.
type Activity struct {
	Exchanges    int64  // requests in progress
	Transactions int64  // with those that linger
	Messages     uint64 // received so far
}

// Activity sums up the loops. It may be called from any goroutine.
func (p *Edge) Activity() Activity {
	return Activity{
		Exchanges:    p.stats.SumGauge(p.ids[metricExchanges]),
		Transactions: p.stats.SumGauge(p.ids[metricServers]) + p.stats.SumGauge(p.ids[metricClients]),
		Messages:     p.traffic.sum(p.stats, trafficRequests) + p.traffic.sum(p.stats, trafficResponses),
	}
}
