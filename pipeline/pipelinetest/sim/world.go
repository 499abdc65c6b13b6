package sim

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"sluice/netio/netiotest"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// The timers of RFC 3261 that phones and checker count with. Those of the
// edge are set to the same values, by other code.
const (
	t1     = 500 * time.Millisecond
	t2     = 4 * time.Second
	timerB = 64 * t1
	timerC = 181 * time.Second
)

// Options configure a run.
type Options struct {
	Seed  uint64
	Calls int

	// MaxHops is how many callees a call may be forked to, 1 to 4.
	MaxHops int

	// Network, in percent; Streams is how many phones of twelve use TCP or
	// WebSocket.
	Loss, Duplicates int
	Streams          int

	Reloads bool // the edge's Program is replaced now and then

	// The edge's profile.
	Serial  bool // callees of equal q are asked one after the other
	Recurse bool // the edge follows redirections itself
	MTU     int  // what comes near it goes over TCP, 0: never

	Plant Bug    // a bug on purpose
	Trace string // Call-ID of the call to write down; "": none
}

// Standard are the options that most runs use: a bad network, all transports,
// and a profile that goes with the seed.
func Standard(seed uint64, calls, hops int) Options {
	o := Options{Seed: seed, Calls: calls, MaxHops: hops, Loss: 10, Duplicates: 5, Streams: 5, Reloads: true}
	switch seed % 6 {
	case 1:
		o.Serial = true
	case 2:
		o.Recurse = true
	case 3:
		o.MTU = 720
	}
	return o
}

// A Report is what came of a run.
type Report struct {
	Violations []Violation
	Trace      []string
	Outcomes   map[string]int // what callers saw, and what else the run was to see
	Messages   int            // that crossed the edge
	Took       time.Duration  // of virtual time
}

// A World is one simulation.
type World struct {
	o     Options
	rnd   *rand.Rand
	now   time.Duration
	queue events
	order uint64

	net     *pipelinetest.Net
	phones  []*phone
	streams []*stream // those that are alive, in the order of their opening
	dialled int       // ports given to connections
	groups  map[string][]hop
	check   *checker
	plant   planter
	serial  int // of tags and branches
	active  int // calls that are not over
	retired []*pipeline.Program
	report  *Report
}

// Run simulates and reports. tb is told only what is wrong with the harness.
func Run(tb testing.TB, o Options) *Report {
	tb.Helper()
	w := newWorld(tb, o)
	w.begin()
	w.run()
	w.finish()
	return w.report
}

func newWorld(tb testing.TB, o Options) *World {
	w := &World{
		o: o, rnd: rand.New(rand.NewPCG(o.Seed, 0x51ce)), groups: map[string][]hop{},
		report: &Report{Outcomes: map[string]int{}},
	}
	w.check = newChecker(w)
	w.plant = planter{w: w, bug: o.Plant}
	limits := pipelinetest.DefaultLimits
	limits.MaxTransactions = 1 << 12
	w.net = pipelinetest.New(tb, nil, pipelinetest.Options{
		Loops:  1 + int(o.Seed/6%2),
		Limits: limits,
		Profile: pipeline.Profile{
			DoRecordRouting: true, TimerB: timerB, TimerC: timerC, TimerF: timerB,
			SerialForking: o.Serial, RecurseOnRedirect: o.Recurse, UDPMTU: o.MTU,
		},
		Stages: []string{"sanity", "max-forwards", "loose-route", "sim", "target"},
		Decode: func(string) pipeline.Settings { return settings{w} },
		Secret: fmt.Appendf(nil, "seed %d", o.Seed),
	})
	for i := range numPhones {
		w.phones = append(w.phones, newPhone(w, i, o.Streams))
	}
	return w
}

// begin puts all calls into the queue, and the faults of the streams.
func (w *World) begin() {
	for _, p := range w.phones {
		if p.transport.Reliable() {
			p.connect()
		}
	}
	for i := range w.o.Calls {
		w.active++
		w.after(w.upTo(time.Duration(w.o.Calls)*callEvery), newCall(w, i).begin)
	}
	if w.o.Streams > 0 {
		w.after(w.upTo(breakEvery), w.breakSome)
	}
	if w.o.Reloads {
		w.after(w.upTo(reloadEvery), w.reload)
	}
}

// reload replaces the edge's Program by one that is just like it, while there
// are calls; those in progress must not notice.
func (w *World) reload() {
	if w.active == 0 {
		return
	}
	next, err := pipeline.Build(w.net.Spec, w.net.NetLoops())
	if err != nil {
		w.check.fail(AllEmpty, nil, "reload: %v", err)
		return
	}
	w.count("reloaded")
	w.retired = append(w.retired, w.net.Program)
	w.net.Edge.Swap(next)
	w.net.Program = next
	w.settle()
	w.after(w.upTo(2*reloadEvery), w.reload)
}

// reloadEvery is the mean time between two reloads.
const reloadEvery = 20 * time.Second

// callEvery is the mean time between two calls.
const callEvery = 400 * time.Millisecond

// run goes from event to event, the edge's timers included, until neither
// the world nor the edge has anything left to do.
func (w *World) run() {
	for w.now < longest {
		at, ok := w.next()
		if !ok {
			break
		}
		if at > w.now {
			w.now = at
			w.net.Advance(at - w.net.Loops[0].Now())
			w.settle()
		}
		for len(w.queue) > 0 && w.queue[0].at <= w.now {
			heap.Pop(&w.queue).(*event).do()
		}
	}
	w.report.Took = w.now
}

// longest is how long a world may take: what waits longer has been forgotten.
const longest = 2 * time.Hour

// next is when something happens next.
func (w *World) next() (at time.Duration, ok bool) {
	if len(w.queue) > 0 {
		at, ok = w.queue[0].at, true
	}
	for _, h := range w.net.Loops {
		wheel := h.Loop().Wheel()
		t, armed := wheel.Next()
		if t <= w.now {
			t = w.now + wheel.Tick()
		}
		if armed && (!ok || t < at) {
			at, ok = t, true
		}
	}
	return at, ok
}

// finish closes the connections and looks at what is left.
func (w *World) finish() {
	for len(w.streams) > 0 {
		w.streams[0].lose()
	}
	w.net.Advance(time.Minute)
	w.now += time.Minute
	w.settle()
	w.check.end()
}

// after has do run in d.
func (w *World) after(d time.Duration, do func()) {
	w.order++
	heap.Push(&w.queue, &event{w.now + d, w.order, do})
}

// upTo returns a random time below d.
func (w *World) upTo(d time.Duration) time.Duration {
	return time.Duration(w.rnd.Int64N(int64(d)))
}

// chance is true in so many cases of a hundred.
func (w *World) chance(percent int) bool { return w.rnd.IntN(100) < percent }

// token returns a word that was not used before.
func (w *World) token(prefix string) string {
	w.serial++
	return fmt.Sprintf("%s%d", prefix, w.serial)
}

// count notes that something happened, so that a test sees that it did.
func (w *World) count(outcome string) { w.report.Outcomes[outcome]++ }

// mail lets the loops hand over to each other what they have.
func (w *World) mail() { netiotest.RunMail(w.net.Loops...) }

// An event is something that will happen. Those of one moment happen in the
// order in which they were thought of.
type event struct {
	at    time.Duration
	order uint64
	do    func()
}

type events []*event

func (q events) Len() int      { return len(q) }
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q events) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].order < q[j].order
}
func (q *events) Push(e any) { *q = append(*q, e.(*event)) }
func (q *events) Pop() any {
	old := *q
	e := old[len(old)-1]
	*q = old[:len(old)-1]
	return e
}
