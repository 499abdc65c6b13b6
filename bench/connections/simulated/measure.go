package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"syscall"
	"time"
)

// budget is of heap for an idle registered connection, in bytes.
const budget = 2 << 10

// rampStep is the virtual time between two new connections; they come, and are
// sent Pings, evenly spread over the interval of these.
func (o *options) rampStep(n int) time.Duration { return o.keepAlive / time.Duration(n) }

// A figure is what was measured at one number of connections.
type figure struct {
	connections  int
	heap         uint64        // live
	connect      time.Duration // CPU of one: open, handshake, REGISTER
	lookup       time.Duration // the registrar's part of a request; median, as the next
	request      time.Duration // all of it
	cold         cold
	pings        int64
	pingCPU      time.Duration // of one and its answer
	longest      time.Duration // that the loop was away for what one tick brings
	cycles       int           // of garbage collection while the Pings ran
	pause, cycle time.Duration // the longest pause, and how long a cycle takes on average
}

// An end is what is left when all have gone.
type end struct {
	connections  int
	cpu          time.Duration // of the end of one
	before, heap uint64
}

// measure stops at several numbers of connections.
func (o *options) measure(out io.Writer) error {
	w, err := newWorld(o.connections, o.keepAlive)
	if err != nil {
		return err
	}
	empty := live()
	head(out, o.keepAlive)
	before := figure{heap: empty}
	var figures []figure
	for _, n := range o.stops() {
		f, err := o.stop(w, n)
		if err != nil {
			return err
		}
		f.text(out, empty, &before, o.keepAlive)
		figures = append(figures, f)
		before = f
	}
	if left := w.count("sluice_registrar_bindings"); left != int64(o.connections) {
		return fmt.Errorf("%d bindings, want %d", left, o.connections)
	}
	e := end{connections: o.connections, before: empty}
	used := cpuTime()
	w.close()
	e.cpu = (cpuTime() - used) / time.Duration(o.connections)
	e.heap = live()
	e.text(out)
	before = figure{heap: empty}
	for i := range figures {
		figures[i].line(out, empty, &before, o.keepAlive)
		before = figures[i]
	}
	e.line(out)
	if left := w.count("sluice_registrar_bindings"); left != 0 || w.loop.NumConns() != 0 {
		return fmt.Errorf("%d bindings and %d connections are left of clients who have gone", left, w.loop.NumConns())
	}
	return nil
}

// stop brings the number of connections to n and measures.
func (o *options) stop(w *world, n int) (f figure, err error) {
	f.connections = n
	more := n - len(w.conns)
	step := o.rampStep(more)
	used := cpuTime()
	for range more {
		if err := w.connect(); err != nil {
			return f, err
		}
		w.advance(step)
	}
	f.connect = (cpuTime() - used) / time.Duration(more)
	if err := o.lookUp(w, &f); err != nil {
		return f, err
	}
	if err := o.lookUpCold(w, &f); err != nil {
		return f, err
	}
	w.advance(o.keepAlive + 10*time.Second) // the server transactions end
	f.heap = live()
	return f, o.pings(w, &f)
}

// lookUp sends requests to random users. The same is first done for a moment
// unmeasured.
func (o *options) lookUp(w *world, f *figure) error {
	random := rand.New(rand.NewPCG(1, uint64(len(w.conns))))
	serial := 0
	requests := make([]time.Duration, 0, o.lookups)
	round := func(n int) error {
		for range n {
			serial++
			took, err := w.lookup(serial%1000%len(w.conns), random.IntN(len(w.conns)), serial)
			if err != nil {
				return err
			}
			requests = append(requests, took)
		}
		return nil
	}
	clearClock(o.lookups / 10)
	if err := round(o.lookups / 10); err != nil {
		return err
	}
	clearClock(o.lookups)
	requests = requests[:0]
	runtime.GC()
	if err := round(o.lookups); err != nil {
		return err
	}
	f.request, f.lookup = median(requests), lookupTime()
	clearClock(0)
	return nil
}

// pings lets virtual minutes pass, a second at a time, while another goroutine
// has garbage collected again and again: what the loop leaves would never bring
// it about.
func (o *options) pings(w *world, f *figure) error {
	before := readPauses()
	sent := w.count("sluice_keepalives_sent_total")
	used := cpuTime()
	for range o.minutes * 60 {
		w.advance(time.Second)
	}
	f.pingCPU = cpuTime() - used
	f.pings = w.count("sluice_keepalives_sent_total") - sent
	if unanswered := w.count("sluice_keepalives_unanswered_total"); unanswered != 0 {
		return fmt.Errorf("%d Pings were not answered", unanswered)
	}
	if want := int64(f.connections) * int64(o.minutes) * int64(time.Minute/o.keepAlive); f.pings < want*9/10 {
		return fmt.Errorf("%d Pings at %d connections, want %d", f.pings, f.connections, want)
	}
	f.pingCPU /= time.Duration(f.pings)
	f.longest, f.cycles, f.cycle = o.collect(w)
	f.pause = longestPause(before, readPauses())
	return nil
}

// maxCollect bounds the virtual time for which Pings meet garbage collections: on
// one core those take long, and registrations would end.
const maxCollect = 10 * time.Minute

// minCycles of garbage collection, at least, meet the Pings.
const minCycles = 3

// collect goes on with Pings while garbage is collected, and tells for how long
// at most the loop was busy with one tick: with a pause, or with marking, in it.
func (o *options) collect(w *world) (longest time.Duration, cycles int, each time.Duration) {
	done := make(chan struct{})
	began := time.Now()
	go func() {
		for range minCycles {
			runtime.GC()
		}
		each = time.Since(began) / minCycles
		close(done)
	}()
	const tick = 10 * time.Millisecond
	for end := w.now + maxCollect; w.now < end; {
		select {
		case <-done:
			return longest, minCycles, each
		default:
		}
		at := time.Now()
		w.advance(tick)
		longest = max(longest, time.Since(at))
	}
	<-done
	return longest, minCycles, each
}

// live is the heap after a garbage collection.
func live() uint64 {
	runtime.GC()
	runtime.GC() // what the first one found in pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// cpuTime is what this process has used, garbage collection included.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// readPauses reads how often garbage collection has stopped the world, by duration.
func readPauses() *metrics.Float64Histogram {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(sample)
	return sample[0].Value.Float64Histogram()
}

// longestPause is the upper bound of the highest bucket that has got more.
func longestPause(before, after *metrics.Float64Histogram) time.Duration {
	for i := len(after.Counts) - 1; i >= 0; i-- {
		if after.Counts[i] > before.Counts[i] {
			return time.Duration(after.Buckets[i+1] * 1e9)
		}
	}
	return 0
}

// perMinute is the CPU of a minute's Pings on all connections, the interval being
// what it is.
func (f *figure) perMinute(keepAlive time.Duration) time.Duration {
	return time.Duration(float64(f.pingCPU) * float64(f.connections) * float64(time.Minute) / float64(keepAlive))
}
