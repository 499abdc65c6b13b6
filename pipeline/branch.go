package pipeline

import (
	"bytes"

	"sluice/netio"
	"sluice/parser/sip"
)

// A Branch is what is done to reach one hop (RFC 3261 §16.7, "response
// context"): its addresses are tried one after the other, each in a client
// transaction of its own, until one of them answers. It is pooled, and valid
// inside callbacks only.
type Branch struct {
	Resp   *sip.Message // nil until a response arrives; never written
	Edits  sip.Edits    // before the response: on top of the exchange's; then on the response
	Target Target       // the attempt at hand

	park
	x       *Exchange
	hop     int      // in the hops of the exchange; -1: it has the exchange's targets
	targets []Target // the attempts
	server  []byte   // the host of the URI that they are of, for TLS
	next    int      // the next one of them
	breadth int      // Max-Breadth to send (RFC 5393 §5.3.3)
	early   tagList  // early dialogs on it
	client  *clientTxn
	respBuf *netio.Buf // holds Resp.Buf while the branch is parked
	queued  struct {   // what arrived while it was, the latest alone
		resp *sip.Message
		buf  *netio.Buf
	}
	cause    Cause     // why the last attempt failed
	refusal  sip.Reply // what that is answered with, if not as the cause says
	aborted  bool
	widened  bool // the attempt is over TCP for its size alone
	narrow   bool // the next attempt goes over UDP, whatever its size
	anySize  bool // this one does
	aliased  bool // the attempt is over an alias
	redial   bool // the next attempt is not
	direct   bool // this one is not
	timedOut bool // Timer C has fired, and the CANCEL is out
	heard    bool // the callee has answered 503: no other way to him is tried (RFC 5626 §7)
}

// maxTargets bounds the attempts of one branch.
const maxTargets = 32

// Token names the parking that follows when the stage returns Suspend.
func (b *Branch) Token() Token { return b.x.e.parks.token(b.x.e.index, b) }

// Hop returns what the branch is to reach, nil when a stage gave its addresses
// by Exchange.AddTarget. It is valid until the next AddHop.
func (b *Branch) Hop() *Hop {
	if b.hop < 0 {
		return nil
	}
	return &b.x.hops[b.hop]
}

// AddTarget appends an attempt; it is for OnResolve. Those beyond the 32nd
// are left out.
func (b *Branch) AddTarget(t Target) {
	if len(b.targets) < maxTargets {
		b.targets = append(b.targets, t)
	}
}

// SetServerName says what host the URI names that the branch's targets are the
// addresses of: over TLS the peer has to prove that it is that (RFC 5922 §7.3). It
// is for OnResolve; host must live as long as the exchange.
func (b *Branch) SetServerName(host []byte) { b.server = bytes.Trim(host, "[]") }

// Fail notes why the hop gives no target, for when it gives none at all; it is
// for OnResolve.
func (b *Branch) Fail(why Cause) { b.cause = why }

// AbortRouting ends the search for a target: no other is tried, and the
// client is answered 403 (OverSIP's abort_routing). It is for OnTarget,
// which then returns Drop.
func (b *Branch) AbortRouting() { b.aborted = true }

func (b *Branch) parking() *park    { return &b.park }
func (b *Branch) program() *Program { return b.x.chain.prog }

// resume continues a branch where it was suspended.
func (b *Branch) resume(ev Event) {
	c, at, i := b.x.chain, b.at, b.index
	v, e := Continue, b.x.e
	e.enter(b, at, i)
	if r, ok := c.stages[c.stageOf(at, i)].(Resumer); ok {
		v = r.OnResume(b.x, b, ev)
	}
	if e.running == b {
		b.after(at, v, i)
	}
}

// after goes on after hook i of a kind of step gave its verdict.
func (b *Branch) after(at step, v Verdict, i int) {
	b.x.e.running = nil
	if v == Continue {
		b.run(at, i+1)
	} else {
		b.stop(at, v, i)
	}
}

// suspend parks b at hook i of a kind of step. When too many are parked the
// request is answered 503; but a response goes on without that stage, since a
// callee may have accepted the call by it.
func (b *Branch) suspend(at step, i int) {
	e := b.x.e
	if !e.mayPark(b) {
		if at == stepResponse {
			b.after(at, Continue, i)
		} else {
			b.x.Reply(overloaded)
		}
		return
	}
	if b.Resp != nil && b.respBuf == nil {
		b.respBuf = e.loop.Acquire(len(b.Resp.Buf))
		b.respBuf.B = append(b.respBuf.B, b.Resp.Buf...)
		e.own(b.Resp).Rebase(b.respBuf.B)
	}
	e.suspend(b, at, i)
}

// queue keeps a response that arrived while a stage holds the one before.
// Only the latest is kept: a later one says more than an earlier one, and what
// follows a final one repeats it.
func (b *Branch) queue(m *sip.Message) {
	q := &b.queued
	if q.resp != nil {
		if q.resp.Status >= 200 {
			return
		}
		b.x.e.pool.FreeMessage(q.resp)
		q.buf.Release()
	}
	q.buf = b.x.e.loop.Acquire(len(m.Buf))
	q.buf.B = append(q.buf.B, m.Buf...)
	q.resp = b.x.e.own(m)
	q.resp.Rebase(q.buf.B)
}

// takeQueued makes the response that was kept the one at hand.
func (b *Branch) takeQueued() {
	b.Resp, b.respBuf = b.queued.resp, b.queued.buf
	b.queued.resp, b.queued.buf = nil, nil
}

// dropResponse lets go of the response at hand.
func (b *Branch) dropResponse() {
	if b.respBuf != nil {
		b.respBuf.Release()
		b.respBuf = nil
		b.x.e.pool.FreeMessage(b.Resp)
	}
	b.Resp = nil
}

// detach ends the attempt at hand: its client transaction lingers without b,
// and is cancelled if it is an INVITE that has no final answer.
func (b *Branch) detach(cancelWith []byte) {
	if c := b.client; c != nil {
		c.b, b.client = nil, nil
		if c.m.Pending() {
			c.sendCancel(cancelWith)
		}
	}
	if b.suspended || b.slot != 0 {
		b.x.e.unpark(b)
	}
	b.dropResponse()
	if b.queued.resp != nil {
		b.takeQueued()
		b.dropResponse()
	}
	b.timedOut = false
}

// run runs the handlers of a kind of step from hook i on, and then does what
// comes after the step.
func (b *Branch) run(at step, i int) {
	e, c := b.x.e, b.x.chain
	switch at {
	case stepResolve:
		if runHooks(b, at, c.resolve, i, ResolveHandler.OnResolve) {
			b.resolved()
		}
	case stepTarget:
		if runHooks(b, at, c.target, i, TargetHandler.OnTarget) {
			e.send(b)
		}
	case stepResponse:
		if runHooks(b, at, c.response, i, ResponseHandler.OnResponse) {
			e.relayResponse(b)
		}
	case stepFailure:
		if runHooks(b, at, c.failure, i, onFailure) {
			e.failed(b)
		}
	}
}

// runHooks runs hooks from i on until one does not say Continue; it reports
// whether none did, and deals with the verdict if one did.
func runHooks[H any](b *Branch, at step, hooks []hook[H], i int, call func(H, *Exchange, *Branch) Verdict) bool {
	e := b.x.e
	for ; i < len(hooks); i++ {
		e.enter(b, at, i)
		v := call(hooks[i].handler, b.x, b)
		if e.running != b {
			return false // the stage has acted
		}
		if v != Continue {
			e.running = nil
			b.stop(at, v, i)
			return false
		}
	}
	e.running = nil
	return true
}

func onFailure(h FailureHandler, x *Exchange, b *Branch) Verdict { return h.OnFailure(x, b, b.cause) }

// stop acts on a verdict of hook i that ends the run of a kind of step.
func (b *Branch) stop(at step, v Verdict, i int) {
	x := b.x
	switch {
	case v == Suspend:
		b.suspend(at, i)
	case v != Drop:
	case at == stepTarget && b.aborted:
		x.stopped = true
		b.fail(CauseDestinationAborted)
	case at == stepResponse:
		x.e.dropped(b)
	case at == stepFailure:
		x.silenced, x.stopped = true, true
		x.e.complete(b)
	default:
		x.e.skip(b)
	}
}

// fail runs the failure handlers; then the next target is tried, or the
// failure counts as an answer.
func (b *Branch) fail(why Cause) {
	b.cause = why
	b.run(stepFailure, 0)
}

// resolved makes the first attempt, or fails when there is none to make.
func (b *Branch) resolved() {
	if b.next == len(b.targets) {
		b.fail(b.cause)
		return
	}
	b.attempt()
}
