package main

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"sluice/bench/proc"
)

// runLen is the length of the text that keeps the Call-IDs of runs apart.
const runLen = 8

const (
	// timerStep is how exact timers are: slots are looked through this often.
	timerStep = 10 * time.Millisecond
	// startBurst bounds the calls begun in one turn of the loop, so that neither
	// the start of a run nor a stall floods the server's socket buffer.
	startBurst = 64
)

// A plan is what one run does.
type plan struct {
	first         request // what a slot begins with: INVITE, OPTIONS or REGISTER
	callers       []*phone
	callees       []*phone
	registrar     []byte // Request-URI of REGISTER
	concurrency   int    // closed loop: so many at once
	rate          float64
	inFlight      int // fixed rate: at most so many at once
	calls         int // 0: as many as the time allows
	warmup        time.Duration
	duration      time.Duration
	hold          time.Duration
	timeout       time.Duration
	calleeHangsUp bool
	pid           int // of the server; 0: its CPU time is not read
}

// sums counts over a whole run, warm-up included.
type sums struct {
	done             int
	failed           int
	reasons          map[string]int
	retransmitted    int // requests, over UDP
	retransmitted200 int
	repeatedInvite   int // INVITEs that reached the callee again
	repeated200      int // 200s that reached the caller again
	trying           int
	ringing          int
	stale            int // messages of calls that are over, or of none
	late             int // fixed rate: begun more than 1 ms after their time
}

// A window is the steady part of a run: after the warm-up, before the last call ends.
type window struct {
	began, ended time.Duration
	started      int
	done, failed int
	latency      histogram // request to final response
	cpu          proc.CPU  // of the server
	own          proc.CPU  // of the generator
	pss          int64     // of the server at the end
}

type stage uint8

const (
	stageWarmup stage = iota
	stageSteady
	stageDrain
)

type engine struct {
	wire   *wire
	server peer
	run    []byte
	epoch  time.Time
	now    time.Duration
	t1     time.Duration // T1; tests stretch it, so that no stall of the machine is taken for a loss

	plan     plan
	stage    stage
	calls    []*call
	due      []time.Duration // per slot: when onTimer looks at it; scanned as a whole
	free     []uint32
	inFlight int
	begun    time.Duration
	planned  int // calls begun or given up since begun
	lost     error

	sum    sums
	win    window
	pids   []int
	atCPU  proc.CPU
	atOwn  proc.CPU
	scanAt time.Duration
}

func newEngine(server peer, run string) (*engine, error) {
	w, err := newWire()
	if err != nil {
		return nil, err
	}
	e := &engine{wire: w, server: server, run: []byte(run), epoch: time.Now(), t1: t1}
	w.onMessage = e.onMessage
	w.onClose = e.onClose
	return e, nil
}

// onClose ends the run when a caller's connection is gone. Whether the server
// keeps its connections to a TCP callee is its own affair.
func (e *engine) onClose(f *flow, why error) {
	for _, phones := range [][]*phone{e.plan.callers, e.plan.callees} {
		for _, p := range phones {
			if p.flow == f {
				e.lost = fmt.Errorf("%s connection from %s lost: %w", f.transport, f.local, why)
			}
		}
	}
}

// do runs p to its end. The error is about the run; failed calls are in the sums.
func (e *engine) do(p plan) error {
	e.plan, e.stage = p, stageWarmup
	e.sum, e.win = sums{reasons: map[string]int{}}, window{}
	e.tell()
	e.begun, e.planned = e.now, 0
	deadline := never
	for {
		e.tell()
		if err := e.advance(); err != nil {
			return err
		}
		if e.stage == stageDrain {
			deadline = min(deadline, e.now+p.timeout+time.Second)
			if e.inFlight == 0 || e.now >= deadline {
				break
			}
		}
		e.fill()
		e.wire.flush()
		if err := e.wire.wait(e.untilNext()); err != nil {
			return err
		}
		e.tell() // after the sleep: what is served now has arrived now
		e.wire.serveReady()
		if e.lost != nil {
			return e.lost
		}
		e.timers()
	}
	e.giveUp()
	e.wire.flush()
	return nil
}

func (e *engine) tell() { e.now = time.Since(e.epoch) }

// advance moves from warm-up to the steady part to the drain.
func (e *engine) advance() error {
	if e.stage == stageWarmup && e.now-e.begun >= e.plan.warmup {
		e.stage = stageSteady
		if err := e.openWindow(); err != nil {
			return err
		}
	}
	if e.stage != stageSteady {
		return nil
	}
	over := e.now-e.win.began >= e.plan.duration
	enough := e.plan.calls > 0 && e.win.done+e.win.failed >= e.plan.calls
	if !over && !enough {
		return nil
	}
	e.stage = stageDrain
	return e.closeWindow()
}

func (e *engine) openWindow() error {
	if e.plan.pid != 0 {
		pids, err := proc.Tree(e.plan.pid)
		if err != nil {
			return fmt.Errorf("server: %w", err)
		}
		e.pids = pids
		if e.atCPU, err = proc.Usage(pids); err != nil {
			return fmt.Errorf("server: %w", err)
		}
	}
	e.atOwn = ownCPU()
	e.tell()
	e.win = window{began: e.now}
	return nil
}

func (e *engine) closeWindow() error {
	e.win.ended = e.now
	e.win.own = ownCPU().Sub(e.atOwn)
	if e.plan.pid == 0 {
		return nil
	}
	at, err := proc.Usage(e.pids)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	e.win.cpu = at.Sub(e.atCPU)
	now, err := proc.Tree(e.plan.pid)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	if len(now) != len(e.pids) {
		return errors.New("server: its processes changed while they were measured")
	}
	if e.win.pss, err = proc.PSS(e.pids); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	return nil
}

// fill begins the calls that are due.
func (e *engine) fill() {
	for range startBurst {
		if !e.wanted() {
			return
		}
		if e.plan.rate > 0 && e.inFlight >= e.plan.inFlight {
			e.planned++
			e.countFailure("too-many-in-flight")
			continue
		}
		c := e.slot()
		n := e.planned
		e.planned++
		e.inFlight++
		if e.stage == stageSteady {
			e.win.started++
		}
		var callee *phone
		if len(e.plan.callees) > 0 {
			callee = e.plan.callees[n%len(e.plan.callees)]
		}
		e.start(c, e.plan.callers[n%len(e.plan.callers)], callee)
	}
}

// wanted says whether one more call is to begin now.
func (e *engine) wanted() bool {
	switch {
	case e.stage == stageDrain:
		return false
	case e.stage == stageSteady && e.plan.calls > 0 && e.win.started >= e.plan.calls:
		return false
	case e.plan.rate <= 0:
		return e.inFlight < e.plan.concurrency
	}
	lag := e.now - e.begun - e.startTime(e.planned)
	if lag > time.Millisecond {
		e.sum.late++
	}
	return lag >= 0
}

// startTime is when the n-th call of a fixed rate begins, counted from the first.
func (e *engine) startTime(n int) time.Duration {
	return time.Duration(float64(n) / e.plan.rate * float64(time.Second))
}

// untilNext is how long the loop may sleep: no longer than to the next start.
func (e *engine) untilNext() time.Duration {
	switch {
	case e.stage == stageDrain:
		return timerStep
	case e.plan.rate <= 0 && e.wanted():
		return 0
	case e.plan.rate <= 0:
		return timerStep
	}
	return min(timerStep, e.startTime(e.planned)-(e.now-e.begun))
}

// slot takes a free slot, the most recently used one first.
func (e *engine) slot() *call {
	if n := len(e.free); n > 0 {
		c := e.calls[e.free[n-1]]
		e.free = e.free[:n-1]
		return c
	}
	c := &call{ref: callRef{slot: uint32(len(e.calls))}, ok: make([]byte, 0, 1024)}
	for _, d := range []*dialog{&c.dialog, &c.reverse} {
		*d = dialog{make([]byte, 0, 128), make([]byte, 0, 256), make([]byte, 0, 128)}
	}
	e.calls = append(e.calls, c)
	e.due = append(e.due, never)
	return c
}

func (e *engine) release(c *call) {
	c.state = stateFree
	e.inFlight--
	e.free = append(e.free, c.ref.slot)
	e.schedule(c)
}

// setup notes how long the final response took.
func (e *engine) setup(c *call) {
	if e.stage == stageSteady {
		e.win.latency.record(e.now - c.began)
	}
}

func (e *engine) finish(c *call) {
	e.sum.done++
	if e.stage == stageSteady {
		e.win.done++
	}
	e.release(c)
}

func (e *engine) fail(c *call, reason string) {
	e.countFailure(reason)
	e.release(c)
}

func (e *engine) countFailure(reason string) {
	e.sum.failed++
	e.sum.reasons[reason]++
	if e.stage == stageSteady {
		e.win.failed++
	}
}

// timers looks through the slots for those whose time has come.
func (e *engine) timers() {
	if e.now < e.scanAt {
		return
	}
	e.scanAt = e.now + timerStep
	for i, due := range e.due {
		if due <= e.now {
			e.onTimer(e.calls[i])
		}
	}
}

// giveUp fails what the drain has not ended.
func (e *engine) giveUp() {
	for _, c := range e.calls {
		if c.state != stateFree {
			e.fail(c, "unfinished")
		}
	}
}

func ownCPU() proc.CPU {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return proc.CPU{}
	}
	return proc.CPU{User: time.Duration(u.Utime.Nano()), System: time.Duration(u.Stime.Nano())}
}
