package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"sluice/bench/sipmsg"
)

// A call is INVITE 200 ACK BYE 200 between two phones. It has succeeded when
// the BYE is answered and the ACK has reached the callee.
type call struct {
	caller, callee *phone
	began          time.Time
	setup          atomic.Int64 // nanoseconds from INVITE to its 200
	open           atomic.Int32 // things that are still to happen
}

const callSteps = 2 // the BYE is answered, the ACK has arrived

const callIDPrefix = "call-"

// calls are those of one run, found by the number in their Call-ID.
type calls struct {
	list     []call
	begun    atomic.Int64
	done     atomic.Int64
	finished chan struct{} // closed with the last one
	failed   reasons
}

func newCalls(n int) *calls {
	return &calls{list: make([]call, n), finished: make(chan struct{})}
}

// find is the call that a Call-ID names, nil if it is none of this run's that has begun.
func (cs *calls) find(callID []byte) *call {
	digits, ok := bytes.CutPrefix(callID, []byte(callIDPrefix))
	n, err := strconv.Atoi(string(digits))
	if cs == nil || !ok || err != nil || n < 0 || int64(n) >= cs.begun.Load() {
		return nil
	}
	return &cs.list[n]
}

// step notes that something of c has happened.
func (cs *calls) step(c *call) {
	if c.open.Add(-1) == 0 {
		cs.end()
	}
}

// fail ends c for a reason, unless it has ended.
func (cs *calls) fail(c *call, reason string) {
	if c.open.Swap(0) > 0 {
		cs.failed.add(reason)
		cs.end()
	}
}

func (cs *calls) end() {
	if cs.done.Add(1) == int64(len(cs.list)) {
		close(cs.finished)
	}
}

// run begins the calls at a fixed rate, whatever the server does, and waits for
// the last.
func (cs *calls) run(f *fleet, rate float64) {
	f.calls.Store(cs)
	began := time.Now()
	for i := range cs.list {
		if wait := time.Duration(float64(i)/rate*1e9) - time.Since(began); wait > 0 {
			time.Sleep(wait)
		}
		cs.begin(f, i)
	}
	select {
	case <-cs.finished:
	case <-time.After(f.timeout):
		for i := range cs.list {
			if c := &cs.list[i]; c.open.Load() > 0 {
				cs.fail(c, c.missing())
			}
		}
	}
}

// missing says what a call that takes too long waits for.
func (c *call) missing() string {
	if c.setup.Load() == 0 {
		return "INVITE-not-answered"
	}
	return "BYE-or-ACK-lost"
}

// begin starts call i between two random phones.
func (cs *calls) begin(f *fleet, i int) {
	c := &cs.list[i]
	a := f.random.IntN(len(f.phones))
	b := (a + 1 + f.random.IntN(len(f.phones)-1)) % len(f.phones)
	c.caller, c.callee = f.phones[a], f.phones[b]
	c.open.Store(callSteps)
	c.began = time.Now()
	cs.begun.Store(int64(i) + 1)
	if err := c.caller.send(c.caller.appendInvite(nil, &c.callee.subscriber, callIDPrefix+strconv.Itoa(i))); err != nil {
		cs.fail(c, "INVITE-not-sent")
	}
}

// onResponse serves a response within a call.
func (p *phone) onResponse(v *sipmsg.View) error {
	cs := p.fleet.calls.Load()
	c := cs.find(v.CallID)
	switch {
	case c == nil || v.Status < 200:
	case c.caller != p:
		cs.fail(c, fmt.Sprintf("%d-at-the-wrong-phone", v.Status))
	case v.Status >= 300:
		cs.fail(c, fmt.Sprintf("%s-%d", v.Method, v.Status))
	case v.Method == sipmsg.MethodBye:
		cs.step(c)
	case len(v.Records) == 0:
		cs.fail(c, "no-Record-Route")
	case c.setup.CompareAndSwap(0, int64(time.Since(c.began))): // otherwise the 200 again
		if err := p.send(p.appendWithin(nil, sipmsg.MethodAck, 1, v)); err != nil {
			return err
		}
		return p.send(p.appendWithin(nil, sipmsg.MethodBye, 2, v))
	}
	return nil
}

// onRequest serves a request.
func (p *phone) onRequest(v *sipmsg.View) error {
	cs := p.fleet.calls.Load()
	c := cs.find(v.CallID)
	switch {
	case c == nil:
	case c.callee != p:
		cs.fail(c, v.Method.String()+"-at-the-wrong-phone")
	case v.Routed:
		cs.fail(c, "Route-left")
	case v.Method == sipmsg.MethodAck:
		cs.step(c)
	default:
		return p.send(p.appendOK(nil, v))
	}
	return nil
}

// setupTimes are the times from INVITE to 200, ascending.
func (cs *calls) setupTimes() []time.Duration {
	var all []time.Duration
	for i := range cs.list {
		if d := cs.list[i].setup.Load(); d > 0 {
			all = append(all, time.Duration(d))
		}
	}
	slices.Sort(all)
	return all
}

// quantile is the q-th part of sorted durations; zero without any.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
