package wheel_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sluice/netio/wheel"
)

const ms = time.Millisecond

// event is a timer that says what happened to it.
type event struct {
	wheel.Timer
	name  string
	log   *[]string
	then  func(t *wheel.Timer, now time.Duration) time.Duration
	fired int
}

func (e *event) Expire(t *wheel.Timer, now time.Duration) time.Duration {
	e.fired++
	if e.log != nil {
		*e.log = append(*e.log, e.name)
	}
	if e.then != nil {
		return e.then(t, now)
	}
	return 0
}

func newEvent(name string, log *[]string) *event {
	e := &event{name: name, log: log}
	e.Owner = e
	return e
}

func TestFiresInItsTick(t *testing.T) {
	for _, tc := range []struct {
		name           string
		armedAt, in    time.Duration
		before, atLast time.Duration // not yet at before, fired at atLast
	}{
		{"on the tick", 0, 50 * ms, 49 * ms, 50 * ms},
		{"between ticks", 0, 41 * ms, 49 * ms, 50 * ms},
		{"armed between ticks", 7 * ms, 10 * ms, 19 * ms, 20 * ms},
		{"at once", 0, 0, 9 * ms, 10 * ms},
		{"in the past", 95 * ms, -time.Hour, 95 * ms, 100 * ms},
		{"second level", 0, 640 * ms, 639 * ms, 640 * ms},
		{"third level", 630 * ms, 41 * time.Second, 41629 * ms, 41630 * ms},
		{"a day", 5 * ms, 24 * time.Hour, 24*time.Hour + 9*ms, 24*time.Hour + 10*ms},
		{"a year", 0, 366 * 24 * time.Hour, 366*24*time.Hour - 1, 366 * 24 * time.Hour},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := wheel.New(10 * ms)
			e := newEvent("", nil)
			w.Advance(tc.armedAt)
			w.Arm(&e.Timer, tc.armedAt, tc.in)
			if w.Advance(tc.before); e.fired != 0 || !e.Armed() || w.Len() != 1 {
				t.Fatalf("at %v: fired %d times, armed %v, len %d", tc.before, e.fired, e.Armed(), w.Len())
			}
			if n := w.Advance(tc.atLast); n != 1 || e.fired != 1 || e.Armed() || w.Len() != 0 {
				t.Errorf("at %v: Advance %d, fired %d times, armed %v, len %d", tc.atLast, n, e.fired, e.Armed(), w.Len())
			}
		})
	}
}

func TestOwnerMayDoAnything(t *testing.T) {
	type fixture struct {
		w       *wheel.Wheel
		a, b, c *event
	}
	for _, tc := range []struct {
		name  string
		setup func(f *fixture)
		want  []string // at 100, 200, 300 ms
	}{
		{"re-arms by result", func(f *fixture) {
			f.a.then = func(*wheel.Timer, time.Duration) time.Duration { return 100 * ms }
		}, []string{"a", "b", "c", "|", "a", "|", "a", "|"}},
		{"re-arms itself", func(f *fixture) {
			f.a.then = func(t *wheel.Timer, now time.Duration) time.Duration { f.w.Arm(t, now, 200*ms); return 0 }
		}, []string{"a", "b", "c", "|", "|", "a", "|"}},
		{"result wins over arming", func(f *fixture) {
			f.a.then = func(t *wheel.Timer, now time.Duration) time.Duration { f.w.Arm(t, now, 200*ms); return 100 * ms }
		}, []string{"a", "b", "c", "|", "a", "|", "a", "|"}},
		{"disarms the next of its tick", func(f *fixture) {
			f.a.then = func(*wheel.Timer, time.Duration) time.Duration { f.w.Disarm(&f.b.Timer); return 0 }
		}, []string{"a", "c", "|", "|", "|"}},
		{"disarms all of its tick", func(f *fixture) {
			f.a.then = func(*wheel.Timer, time.Duration) time.Duration {
				f.w.Disarm(&f.c.Timer)
				f.w.Disarm(&f.b.Timer)
				return 0
			}
		}, []string{"a", "|", "|", "|"}},
		{"disarms one that fired", func(f *fixture) {
			f.b.then = func(*wheel.Timer, time.Duration) time.Duration { f.w.Disarm(&f.a.Timer); return 0 }
		}, []string{"a", "b", "c", "|", "|", "|"}},
		{"postpones the next of its tick", func(f *fixture) {
			f.a.then = func(_ *wheel.Timer, now time.Duration) time.Duration { f.w.Arm(&f.b.Timer, now, 150*ms); return 0 }
		}, []string{"a", "c", "|", "|", "b", "|"}},
		{"arms at once, which is the next tick", func(f *fixture) {
			f.c.then = func(_ *wheel.Timer, now time.Duration) time.Duration {
				if now == 100*ms {
					f.w.Arm(&f.a.Timer, now, 0)
				}
				return 0
			}
		}, []string{"a", "b", "c", "|", "a", "|", "|"}},
		{"advances, which does nothing", func(f *fixture) {
			f.a.then = func(*wheel.Timer, time.Duration) time.Duration { f.w.Advance(time.Hour); return 0 }
			f.w.Arm(&f.c.Timer, 0, 200*ms)
		}, []string{"a", "b", "|", "c", "|", "|"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var log []string
			f := &fixture{w: wheel.New(0), a: newEvent("a", &log), b: newEvent("b", &log), c: newEvent("c", &log)}
			for _, e := range []*event{f.a, f.b, f.c} {
				f.w.Arm(&e.Timer, 0, 100*ms)
			}
			tc.setup(f)
			for now := 100 * ms; now <= 300*ms; now += 100 * ms {
				f.w.Advance(now)
				log = append(log, "|")
			}
			if !slices.Equal(log, tc.want) {
				t.Errorf("got %v, want %v", log, tc.want)
			}
		})
	}
}

func TestDisarm(t *testing.T) {
	w := wheel.New(0)
	e := newEvent("", nil)
	w.Disarm(&e.Timer) // was never armed
	w.Arm(&e.Timer, 0, time.Second)
	w.Arm(&e.Timer, 0, time.Minute)
	if w.Len() != 1 || e.When() != time.Minute {
		t.Errorf("armed twice: len %d, when %v", w.Len(), e.When())
	}
	w.Disarm(&e.Timer)
	w.Disarm(&e.Timer)
	if _, ok := w.Next(); ok || w.Len() != 0 || e.Armed() {
		t.Errorf("disarmed: next %v, len %d, armed %v", ok, w.Len(), e.Armed())
	}
	w.Advance(time.Hour)
	if e.fired != 0 {
		t.Error("fired after it was disarmed")
	}
}

func TestTimeBeyondTheEnd(t *testing.T) {
	w := wheel.New(100 * time.Microsecond)
	e := newEvent("", nil)
	w.Arm(&e.Timer, time.Hour, math.MaxInt64)
	if e.When() != math.MaxInt64 {
		t.Errorf("when: got %v, want the end of time", e.When())
	}
	if at, ok := w.Next(); !ok || at <= 0 {
		t.Errorf("next: got %v %v", at, ok)
	}
	w.Advance(math.MaxInt64 - 1)
	if e.fired != 0 {
		t.Error("fired before the end of time")
	}
}

// TestPeriodicOverADay re-arms from Expire: nothing may add up.
func TestPeriodicOverADay(t *testing.T) {
	w := wheel.New(10 * ms)
	e := newEvent("", nil)
	e.then = func(_ *wheel.Timer, now time.Duration) time.Duration {
		if want := time.Duration(e.fired) * time.Second; now != want {
			t.Fatalf("firing %d: got %v, want %v", e.fired, now, want)
		}
		return time.Second
	}
	w.Arm(&e.Timer, 0, time.Second)
	for now := time.Duration(0); now <= 24*time.Hour; now += 10 * ms {
		w.Advance(now)
	}
	if want := 24 * 60 * 60; e.fired != want {
		t.Errorf("got %d firings, want %d", e.fired, want)
	}
}

// modelTimer is a timer of the naive model: fires in the first Advance that reaches its tick.
type modelTimer struct {
	event
	model    *model
	armed    bool
	tick     int64
	order    int
	deadline time.Duration
}

type model struct {
	t      *testing.T
	rng    *rand.Rand
	w      *wheel.Wheel
	tick   time.Duration
	cur    int64 // the tick that Advance reached
	order  int
	timers []*modelTimer
	fired  []*modelTimer
}

func (m *model) arm(x *modelTimer, now, in time.Duration) {
	m.order++
	x.armed, x.order, x.deadline = true, m.order, now+in
	x.tick = max(int64((x.deadline+m.tick-1)/m.tick), m.cur+1)
}

// interval is short mostly and days at times, and sits on the borders of levels more often than chance has it.
func (m *model) interval() time.Duration {
	switch m.rng.IntN(6) {
	case 0:
		return time.Duration(m.rng.Int64N(int64(m.tick)))
	case 1:
		return time.Duration(m.rng.Int64N(int64(30 * time.Hour)))
	case 2:
		return m.tick * time.Duration(int64(1)<<(6*m.rng.IntN(5))+m.rng.Int64N(3)-1)
	}
	return time.Duration(m.rng.Int64N(int64(time.Minute)))
}

func (x *modelTimer) Expire(t *wheel.Timer, now time.Duration) time.Duration {
	m := x.model
	if !x.armed || t != &x.Timer {
		m.t.Fatalf("a timer fired that is not armed")
	}
	if now < x.deadline {
		m.t.Fatalf("fired at %v, early by %v", now, x.deadline-now)
	}
	x.armed = false
	m.fired = append(m.fired, x)
	return 0
}

// advance moves wheel and model to now and compares what fired.
func (m *model) advance(now time.Duration) {
	var want []*modelTimer
	target := max(int64(now/m.tick), m.cur)
	for _, x := range m.timers {
		if x.armed && x.tick <= target {
			want = append(want, x)
		}
	}
	slices.SortFunc(want, func(a, b *modelTimer) int {
		if a.tick != b.tick {
			return int(a.tick - b.tick)
		}
		return a.order - b.order
	})
	m.fired = m.fired[:0]
	n := m.w.Advance(now)
	m.cur = target
	if n != len(want) || !slices.Equal(m.fired, want) {
		m.t.Fatalf("at %v: Advance returned %d and fired %d, want %d in order", now, n, len(m.fired), len(want))
	}
}

func (m *model) check() {
	armed, next := 0, int64(math.MaxInt64)
	for _, x := range m.timers {
		if x.armed != x.Armed() {
			m.t.Fatalf("armed: got %v, want %v", x.Armed(), x.armed)
		}
		if x.armed {
			armed++
			next = min(next, x.tick)
			if x.When() != x.deadline {
				m.t.Fatalf("when: got %v, want %v", x.When(), x.deadline)
			}
		}
	}
	if m.w.Len() != armed {
		m.t.Fatalf("len: got %d, want %d", m.w.Len(), armed)
	}
	at, ok := m.w.Next()
	if ok != (armed > 0) {
		m.t.Fatalf("next: got %v with %d armed", ok, armed)
	}
	if ok && (at > time.Duration(next)*m.tick || int64(at/m.tick) <= m.cur) {
		m.t.Fatalf("next: got %v, want at most %v and after %v", at, time.Duration(next)*m.tick, time.Duration(m.cur)*m.tick)
	}
	if ok && next-m.cur < 64 && next>>6 == m.cur>>6 && at != time.Duration(next)*m.tick {
		m.t.Fatalf("next: got %v, want exactly %v", at, time.Duration(next)*m.tick)
	}
}

func TestAgainstModel(t *testing.T) {
	for seed := range uint64(20) {
		m := &model{t: t, rng: rand.New(rand.NewPCG(seed, 1)), tick: []time.Duration{10 * ms, ms, 7 * ms, 250 * time.Microsecond}[seed%4]}
		m.w = wheel.New(m.tick)
		for range 60 {
			x := &modelTimer{model: m}
			x.Owner = x
			m.timers = append(m.timers, x)
		}
		var now time.Duration
		for range 4000 {
			x := m.timers[m.rng.IntN(len(m.timers))]
			switch m.rng.IntN(8) {
			case 0, 1, 2, 3:
				in := m.interval()
				m.arm(x, now, in)
				m.w.Arm(&x.Timer, now, in)
			case 4:
				m.w.Disarm(&x.Timer)
				x.armed = false
			case 5:
				now += m.interval()
				m.advance(now)
			case 6:
				now += time.Duration(m.rng.Int64N(int64(3 * m.tick)))
				m.advance(now)
			case 7:
				if at, ok := m.w.Next(); ok {
					now = max(now, at)
					m.advance(now)
				}
			}
			m.check()
		}
	}
}

// TestStepsFromNextToNext is how a test in virtual time runs the wheel: every deadline is met in its own tick.
func TestStepsFromNextToNext(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	w := wheel.New(10 * ms)
	events := make([]*event, 500)
	for i := range events {
		e := newEvent("", nil)
		in := time.Duration(rng.Int64N(int64(25 * time.Hour)))
		e.then = func(_ *wheel.Timer, now time.Duration) time.Duration {
			if late := now - in; late < 0 || late >= 10*ms {
				t.Errorf("deadline %v met at %v", in, now)
			}
			return 0
		}
		events[i] = e
		w.Arm(&e.Timer, 0, in)
	}
	steps := 0
	for at, ok := w.Next(); ok; at, ok = w.Next() {
		w.Advance(at)
		steps++
	}
	if most := 4 * len(events); steps > most {
		t.Errorf("got %d steps for %d timers, want at most %d", steps, len(events), most)
	}
	for i, e := range events {
		if e.fired != 1 {
			t.Fatalf("timer %d fired %d times", i, e.fired)
		}
	}
}
