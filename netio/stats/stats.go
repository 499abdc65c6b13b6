package stats

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// MaxMetrics bounds how many metrics one Registry holds.
const MaxMetrics = 1024

// padding keeps a row's cells off the cache lines of its neighbours (two lines: processors fetch them in pairs).
const padding = 16

// ID names a metric of a Registry. The zero ID is a metric that nobody reads, so that an unset ID does no harm.
type ID uint32

// Kind tells counters, which only grow, from gauges.
type Kind uint8

// The kinds of metrics.
const (
	KindCounter Kind = iota
	KindGauge
)

// Metric describes one registered metric.
type Metric struct {
	ID     ID
	Kind   Kind
	Name   string
	Help   string
	Labels []string // key, value, key, value
}

type row [padding + MaxMetrics + padding]uint64

// Registry is a set of metrics. Use New.
type Registry struct {
	mu      sync.Mutex
	metrics []Metric
	rows    atomic.Pointer[[]*Loop]
	shared  Shared
}

// New returns an empty registry with the shared row and no loops.
func New() *Registry {
	r := &Registry{metrics: make([]Metric, 1, 64), shared: Shared{cells: new(row)}}
	r.rows.Store(new([]*Loop))
	return r
}

// Counter registers a counter; its name ends in _total. labels are constant: key, value, key, value. It panics on a name that is
// registered as another kind and when the registry is full: both are mistakes of the program.
func (r *Registry) Counter(name, help string, labels ...string) ID {
	return r.register(KindCounter, name, help, labels)
}

// Gauge registers a gauge: a signed value that goes up and down, summed over the loops. See Counter.
func (r *Registry) Gauge(name, help string, labels ...string) ID {
	return r.register(KindGauge, name, help, labels)
}

func (r *Registry) register(kind Kind, name, help string, labels []string) ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(labels)%2 != 0 {
		panic(fmt.Sprintf("stats: %s: label without a value", name))
	}
	for _, m := range r.metrics[1:] {
		if m.Name != name {
			continue
		}
		if m.Kind != kind {
			panic(fmt.Sprintf("stats: %s is registered as another kind", name))
		}
		if slices.Equal(m.Labels, labels) {
			return m.ID
		}
	}
	if len(r.metrics) == MaxMetrics {
		panic(fmt.Sprintf("stats: %s: more than %d metrics", name, MaxMetrics))
	}
	id := ID(len(r.metrics))
	r.metrics = append(r.metrics, Metric{ID: id, Kind: kind, Name: name, Help: help, Labels: slices.Clone(labels)})
	return id
}

// Metrics lists what is registered, in the order of registration.
func (r *Registry) Metrics() []Metric {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.metrics[1:])
}

// Loops makes sure that there are rows for n loops. Existing rows keep their values.
func (r *Registry) Loops(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rows := slices.Clone(*r.rows.Load())
	for len(rows) < n {
		rows = append(rows, &Loop{cells: new(row)})
	}
	r.rows.Store(&rows)
}

// Loop is the row of loop i. It must exist (see Loops).
func (r *Registry) Loop(i int) *Loop { return (*r.rows.Load())[i] }

// Shared is the row for everything that does not run on a loop.
func (r *Registry) Shared() *Shared { return &r.shared }

// Sum is the value of a counter over all rows. Any goroutine may call it.
func (r *Registry) Sum(id ID) uint64 {
	sum := atomic.LoadUint64(&r.shared.cells[padding+id])
	for _, l := range *r.rows.Load() {
		sum += atomic.LoadUint64(&l.cells[padding+id])
	}
	return sum
}

// SumGauge is the value of a gauge over all rows.
func (r *Registry) SumGauge(id ID) int64 { return int64(r.Sum(id)) }

// Loop is one loop's row. Its methods that write run on that loop only.
type Loop struct{ cells *row }

// Inc adds one.
func (l *Loop) Inc(id ID) { l.Add(id, 1) }

// Add adds n to a counter.
func (l *Loop) Add(id ID, n uint64) {
	cell := &l.cells[padding+id]
	atomic.StoreUint64(cell, *cell+n)
}

// Move adds delta to a gauge.
func (l *Loop) Move(id ID, delta int64) { l.Add(id, uint64(delta)) }

// Set sets this loop's share of a gauge.
func (l *Loop) Set(id ID, v int64) { atomic.StoreUint64(&l.cells[padding+id], uint64(v)) }

// Value is this loop's share of a counter. Any goroutine may call it.
func (l *Loop) Value(id ID) uint64 { return atomic.LoadUint64(&l.cells[padding+id]) }

// Shared is the row of writers that are not loops. Any goroutine may use it.
type Shared struct{ cells *row }

// Inc adds one.
func (s *Shared) Inc(id ID) { s.Add(id, 1) }

// Add adds n to a counter.
func (s *Shared) Add(id ID, n uint64) { atomic.AddUint64(&s.cells[padding+id], n) }

// Move adds delta to a gauge.
func (s *Shared) Move(id ID, delta int64) { s.Add(id, uint64(delta)) }
