package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"sluice/netio"
	"sluice/netio/stats"
)

// Spec is what a Program is built from: one configuration, decoded.
type Spec struct {
	Stages     []string                    // module IDs in chain order; "id" or "id:name" for a second instance of a module
	Settings   func(stage string) Settings // the stage's section; nil when there is none
	Profiles   map[string]*Profile         // [proxy.NAME]; "default_proxy" must be there
	Identity   *Identity                   // what is ours
	Limits     Limits                      // bounds that a reload may change
	Handshakes HandshakeRules              // for whom WebSockets are opened
	Stats      *stats.Registry
	Shared     *Shared // survives Programs
	Log        *slog.Logger
}

// Limits bound what peers can make one loop hold.
type Limits struct {
	MaxTransactions int           // server transactions per loop; beyond it 503 with Retry-After
	MaxParked       int           // suspended exchanges per loop; beyond it 503
	ParkTimeout     time.Duration // when nobody resumes a parked exchange
	MaxMessage      int           // bytes of one message
	MaxSIPHead      int           // bytes of its start line and header fields; 0: MaxMessage
	MaxBody         int           // bytes of its body; 0: MaxMessage
	MaxHead         int           // bytes of the head of an HTTP request; 0: the default of links
	Conn            ConnLimits
	Source          SourceLimits
	Aliases         Aliases
}

// A Program is one configuration turned into stages: immutable once built. A
// reload builds the next one beside it and swaps; exchanges in flight finish
// on the Program they began with.
type Program struct {
	spec    Spec
	names   []string // of the stages, in chain order
	modules []Module
	chains  []*chain // by loop
	live    atomic.Int32
	drained chan struct{}
}

// A chain is what one loop runs of a Program: the stage instances, compiled
// into one slice for each kind of event. It belongs to its loop.
type chain struct {
	prog   *Program
	loop   *netio.Loop
	engine atomic.Pointer[Engine] // that runs it; nil until it does
	stages []Stage

	handshake []hook[HandshakeHandler]
	conn      []hook[ConnHandler]
	peerCert  []hook[PeerCertHandler]
	request   []hook[RequestHandler]
	resolve   []hook[ResolveHandler]
	target    []hook[TargetHandler]
	response  []hook[ResponseHandler] // in reverse order
	failure   []hook[FailureHandler]  // in reverse order
	cancel    []hook[CancelHandler]
	release   []hook[Releaser]

	cells     []cellKind
	connCells *connCellKinds
	free      []*Exchange

	refs    int // exchanges and handshakes that run on it
	retired bool
}

// A hook is one stage's handler for one kind of event.
type hook[H any] struct {
	handler H
	stage   int // index in chain.stages
}

// Build makes a Program for as many loops as loops has entries; nil entries
// are for a check without a server. Any error leaves nothing open, and
// names every fault that was found.
func Build(spec Spec, loops []*netio.Loop) (*Program, error) {
	p := &Program{spec: spec, drained: make(chan struct{})}
	if err := p.provision(len(loops)); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	for i, l := range loops {
		c, err := p.newChain(i, l)
		if err != nil {
			return nil, errors.Join(err, p.Close())
		}
		p.chains = append(p.chains, c)
	}
	p.live.Store(int32(len(loops)))
	return p, nil
}

// provision makes, decodes, provisions and validates all modules.
func (p *Program) provision(loops int) error {
	var faults []error
	var ids []string
	for _, name := range p.spec.Stages {
		id := moduleID(name)
		kind, ok := kinds[id]
		switch {
		case !ok:
			faults = append(faults, fmt.Errorf("pipeline.stages: no stage %q in this build (there are: %v)", name, Kinds()))
			continue
		case slices.Contains(p.names, name):
			faults = append(faults, fmt.Errorf("pipeline.stages: stage %q is listed twice", name))
			continue
		}
		ids = append(ids, id)
		m := kind.New()
		p.names = append(p.names, name)
		p.modules = append(p.modules, m)
		if s := p.spec.Settings(name); s != nil {
			if err := s.Decode(m); err != nil {
				faults = append(faults, err)
			}
		}
	}
	if len(faults) == 0 {
		if err := checkFacts(ids); err != nil {
			faults = append(faults, err)
		}
	}
	for i, m := range p.modules {
		if v, ok := m.(Validator); ok && len(faults) == 0 {
			if err := v.Validate(); err != nil {
				faults = append(faults, fmt.Errorf("stage.%s: %w", p.names[i], err))
			}
		}
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	for i, m := range p.modules {
		if v, ok := m.(Provisioner); ok {
			s := &Setup{Log: p.spec.Log.With("stage", p.names[i]), Loops: loops, Stats: p.spec.Stats, Shared: p.spec.Shared, Local: p.spec.Identity, Profiles: p.spec.Profiles, Fault: faultOf(p.spec.Settings(p.names[i]))}
			if err := v.Provision(s); err != nil {
				return fmt.Errorf("stage.%s: %w", p.names[i], err)
			}
		}
	}
	return nil
}

// moduleID returns the registry's ID for the name of a stage.
func moduleID(name string) string {
	for i := range len(name) {
		if name[i] == ':' {
			return name[:i]
		}
	}
	return name
}

// newChain makes the stages of one loop and compiles them.
func (p *Program) newChain(index int, l *netio.Loop) (*chain, error) {
	b := newLoopBuilder(p, index, l)
	stages := make([]Stage, 0, len(p.modules))
	for i, m := range p.modules {
		s, err := m.NewStage(b)
		if err != nil {
			return nil, fmt.Errorf("stage.%s: %w", p.names[i], err)
		}
		stages = append(stages, s)
	}
	return p.compile(stages, b), nil
}

// BuildWith makes a Program of stages that need no module, for tests: stages
// is called once per loop.
func BuildWith(spec Spec, loops []*netio.Loop, stages func(b *LoopBuilder) []Stage) *Program {
	p := &Program{spec: spec, drained: make(chan struct{})}
	for i, l := range loops {
		b := newLoopBuilder(p, i, l)
		p.chains = append(p.chains, p.compile(stages(b), b))
	}
	p.live.Store(int32(len(loops)))
	return p
}

// compile sorts what the stages care for into one slice per kind of event.
func (p *Program) compile(stages []Stage, b *LoopBuilder) *chain {
	c := b.chain
	c.connCells, c.cells = b.connCells, b.cells
	for _, s := range stages {
		c.add(s)
	}
	slices.Reverse(c.response)
	slices.Reverse(c.failure)
	return c
}

func (c *chain) add(s Stage) {
	n := len(c.stages)
	c.stages = append(c.stages, s)
	addHook(&c.handshake, s, n)
	addHook(&c.conn, s, n)
	addHook(&c.peerCert, s, n)
	addHook(&c.request, s, n)
	addHook(&c.resolve, s, n)
	addHook(&c.target, s, n)
	addHook(&c.response, s, n)
	addHook(&c.failure, s, n)
	addHook(&c.cancel, s, n)
	addHook(&c.release, s, n)
}

// stageOf returns which stage hook i of a kind of step of branches is.
func (c *chain) stageOf(at step, i int) int {
	switch at {
	case stepResolve:
		return c.resolve[i].stage
	case stepTarget:
		return c.target[i].stage
	case stepResponse:
		return c.response[i].stage
	}
	return c.failure[i].stage
}

func addHook[H any](list *[]hook[H], s Stage, n int) {
	if h, ok := s.(H); ok {
		*list = append(*list, hook[H]{h, n})
	}
}

// unref takes one user off c; a retired chain that has none left tells its
// Program.
func (c *chain) unref() {
	c.refs--
	c.settle()
}

// retire marks c as replaced.
func (c *chain) retire() {
	c.retired = true
	c.settle()
}

func (c *chain) settle() {
	if c.retired && c.refs == 0 {
		c.retired = false // once
		if c.prog.live.Add(-1) == 0 {
			close(c.prog.drained)
		}
	}
}

// Drained is closed when the Program was replaced on every loop and its last
// exchange has ended.
func (p *Program) Drained() <-chan struct{} { return p.drained }

// Stages returns the names of the stages in chain order.
func (p *Program) Stages() []string { return p.names }

// Start runs the Starters in chain order and stops at the first error.
func (p *Program) Start(ctx context.Context) error {
	for i, m := range p.modules {
		if s, ok := m.(Starter); ok {
			if err := s.Start(ctx); err != nil {
				return fmt.Errorf("stage.%s: start: %w", p.names[i], err)
			}
		}
	}
	return nil
}

// Reload runs the Reloaders in chain order.
func (p *Program) Reload(ctx context.Context) {
	for _, m := range p.modules {
		if r, ok := m.(Reloader); ok {
			r.Reload(ctx)
		}
	}
}

// UserReload runs the UserReloaders in chain order.
func (p *Program) UserReload(ctx context.Context) {
	for _, m := range p.modules {
		if r, ok := m.(UserReloader); ok {
			r.UserReload(ctx)
		}
	}
}

// Terminate runs the Terminators in reverse chain order.
func (p *Program) Terminate(why error) {
	for _, m := range slices.Backward(p.modules) {
		if t, ok := m.(Terminator); ok {
			t.Terminate(why)
		}
	}
}

// Close closes the modules in reverse chain order. No exchange may run on
// the Program any more.
func (p *Program) Close() error {
	var faults []error
	for i, m := range slices.Backward(p.modules) {
		if c, ok := m.(Closer); ok {
			if err := c.Close(); err != nil {
				faults = append(faults, fmt.Errorf("stage.%s: close: %w", p.names[i], err))
			}
		}
	}
	return errors.Join(faults...)
}
