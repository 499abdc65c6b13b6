package main

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

const (
	// wave is how many connections go through one step before the next: the
	// server does not wait for ever for what comes next on a connection.
	wave = 500
	// few connections are what goroutines are counted with, besides all.
	few = 10

	quietTime = 3 * time.Second        // in which nothing is done, to know what that costs
	drainTime = 30 * time.Second       // for lingering transactions to end
	closeTime = 30 * time.Second       // for the server to notice that all have gone
	pollEvery = 5 * time.Millisecond   // how exact that is known
	restTime  = 300 * time.Millisecond // after which what was begun has come to rest
	restLimit = 30 * time.Second       // at most for borrowed goroutines to end
)

// A cost is something that was done a number of times.
type cost struct {
	count int
	wall  time.Duration
	cpu   time.Duration // of the server
}

func (c *cost) add(d cost) {
	c.count += d.count
	c.wall += d.wall
	c.cpu += d.cpu
}

// perSecond is how many were done in a second.
func (c *cost) perSecond() float64 {
	if c.wall == 0 {
		return 0
	}
	return float64(c.count) / c.wall.Seconds()
}

// busy is how much of its core the server used, in per cent.
func (c *cost) busy() float64 {
	if c.wall == 0 {
		return 0
	}
	return 100 * c.cpu.Seconds() / c.wall.Seconds()
}

// each is the server's CPU for one.
func (c *cost) each() time.Duration {
	if c.count == 0 {
		return 0
	}
	return c.cpu / time.Duration(c.count)
}

// A state is what the server holds.
type state struct {
	heap, resident int64
	goroutines     int
	descriptors    int
}

// A measurement is that of one transport.
type measurement struct {
	o     *options
	s     *server
	f     *fleet
	r     *report
	calls *calls
}

// measure runs everything for one transport. A report beside an error is of
// what was measured until then.
func measure(ctx context.Context, o *options, transport string) (*report, error) {
	s, err := startServer(ctx, o, transport)
	if err != nil {
		return nil, err
	}
	defer s.Stop()
	r := &report{opts: o, transport: transport}
	m := &measurement{o: o, s: s, f: newFleet(o, transport, s.cert), r: r}
	defer m.f.close()
	for _, step := range []func() error{m.connect, m.keepAlive, m.call, m.close} {
		if err := step(); err != nil {
			return r, fmt.Errorf("%w\n%s", err, s.LastWords())
		}
		if err := ctx.Err(); err != nil {
			return r, err
		}
	}
	return r, nil
}

// state reads everything; memory as it is after a garbage collection.
func (m *measurement) state() (st state, err error) {
	if st.heap, err = m.s.heap(); err != nil {
		return st, err
	}
	if st.resident, err = m.s.resident(); err != nil {
		return st, err
	}
	all, err := m.s.metrics()
	if err != nil {
		return st, err
	}
	st.goroutines = int(all[metricGoroutines])
	st.descriptors, err = m.s.descriptors()
	return st, err
}

// timed measures what something that is done count times costs.
func (m *measurement) timed(count int, do func() error) (cost, error) {
	before, err := m.s.cpu()
	if err != nil {
		return cost{}, err
	}
	began := time.Now()
	if err := do(); err != nil {
		return cost{}, err
	}
	wall := time.Since(began)
	after, err := m.s.cpu()
	return cost{count: count, wall: wall, cpu: after - before}, err
}

// connect opens and registers all phones in waves, and looks at the server
// when half of them are there: the first ones pay for tables that the others
// find.
func (m *measurement) connect() error {
	var err error
	if m.r.empty, err = m.state(); err != nil {
		return err
	}
	m.r.halfCount = len(m.f.phones) / 2
	for _, half := range [][]*phone{m.f.phones[:m.r.halfCount], m.f.phones[m.r.halfCount:]} {
		m.r.half = m.r.idle
		for rest := half; len(rest) > 0; {
			n := min(wave, len(rest))
			if err := m.wave(rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
		time.Sleep(restTime)
		if m.r.resident, err = m.s.resident(); err != nil {
			return err
		}
		if m.r.idle, err = m.state(); err != nil {
			return err
		}
	}
	all, err := m.s.metrics()
	if got := int(all[metricBindings]); err == nil && got != len(m.f.phones) {
		err = fmt.Errorf("the server has %d bindings, want %d", got, len(m.f.phones))
	}
	return err
}

// wave takes phones through the steps together.
func (m *measurement) wave(phones []*phone) error {
	for _, step := range []struct {
		sum *cost
		do  func(*phone) error
	}{{&m.r.connects, (*phone).connect}, {&m.r.upgrades, (*phone).upgrade}, {&m.r.registers, (*phone).register}} {
		c, err := m.timed(len(phones), func() error { return inParallel(phones, m.o.workers, step.do) })
		if err != nil {
			return err
		}
		step.sum.add(c)
	}
	return nil
}

// keepAlive measures the double CRLFs of the clients, what nothing costs, and the
// Pings of the server, which come in the order of the CRLFs and as evenly.
func (m *measurement) keepAlive() error {
	if m.o.keepAlive == 0 {
		return nil
	}
	runtime.GC() // ours, so that it does not come in between
	began := time.Now()
	var err error
	m.r.crlfs, err = m.timed(len(m.f.phones), func() error { return m.f.keepAlive(m.o.crlfTime()) })
	if err != nil {
		return err
	}
	gap := m.o.keepAlive - time.Since(began)
	m.r.quiet, err = m.timed(1, func() error { time.Sleep(min(quietTime, gap/2)); return nil })
	if err != nil {
		return err
	}
	time.Sleep(m.o.keepAlive - time.Since(began))
	if err = m.ping(); err != nil {
		return err
	}
	if pongs := int(m.f.pongs.Load()); pongs != len(m.f.phones) {
		return fmt.Errorf("%d of %d keep-alives answered", pongs, len(m.f.phones))
	}
	return nil
}

// ping lets the time pass in which the server sends its Pings.
func (m *measurement) ping() error {
	before, err := m.s.metrics()
	if err != nil {
		return err
	}
	m.r.pings, err = m.timed(0, func() error { time.Sleep(m.o.crlfTime()); return nil })
	if err != nil {
		return err
	}
	after, err := m.s.metrics()
	m.r.pings.count = int(after[metricPings] - before[metricPings])
	return err
}

// call makes the calls.
func (m *measurement) call() error {
	if m.o.calls() == 0 {
		return nil
	}
	m.calls = newCalls(m.o.calls())
	c, err := m.timed(m.o.calls(), func() error { m.calls.run(m.f, m.o.rate); return nil })
	m.r.calls, m.r.setup, m.r.failed = c, m.calls.setupTimes(), &m.calls.failed
	if err != nil {
		return err
	}
	return m.drain()
}

// drain waits until no transaction lingers.
func (m *measurement) drain() error {
	deadline := time.Now().Add(drainTime)
	for {
		all, err := m.s.metrics()
		if err != nil {
			return err
		}
		left := all[metricServers] + all[metricClients]
		if left == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%v transactions linger after %s", left, drainTime)
		}
		time.Sleep(restTime)
	}
}

// rest waits, not for ever, until goroutines that were borrowed for new
// connections have ended.
func (m *measurement) rest() error {
	deadline := time.Now().Add(restLimit)
	for {
		all, err := m.s.metrics()
		if err != nil || int(all[metricGoroutines]) <= m.r.empty.goroutines || time.Now().After(deadline) {
			return err
		}
		time.Sleep(restTime)
	}
}

// close closes all connections but a few at once, then these, and sees what the
// server still has.
func (m *measurement) close() error {
	err := m.rest()
	if err != nil {
		return err
	}
	if m.r.full, err = m.state(); err != nil {
		return err
	}
	m.r.lost = &m.f.lost
	most := m.f.phones[min(few, len(m.f.phones)):]
	began := time.Now()
	m.r.closes, err = m.timed(len(most), func() error {
		closeAll(most)
		m.r.ownClose = time.Since(began)
		return m.awaitClosed(len(m.f.phones) - len(most))
	})
	if err != nil {
		return err
	}
	if m.r.few, err = m.state(); err != nil {
		return err
	}
	m.f.close()
	if err := m.awaitClosed(0); err != nil {
		return err
	}
	time.Sleep(restTime)
	if m.r.closed, err = m.state(); err != nil {
		return err
	}
	all, err := m.s.metrics()
	if err == nil && all[metricBindings] != 0 {
		err = fmt.Errorf("%v bindings are left", all[metricBindings])
	}
	return err
}

// awaitClosed waits until the server has only so many descriptors more than
// before the first connection.
func (m *measurement) awaitClosed(more int) error {
	want := m.r.empty.descriptors + more
	deadline := time.Now().Add(closeTime)
	for {
		n, err := m.s.descriptors()
		if err != nil || n <= want {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d descriptors %s after connections were closed, want %d", n, closeTime, want)
		}
		time.Sleep(pollEvery)
	}
}
