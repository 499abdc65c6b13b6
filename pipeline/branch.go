package pipeline

import (
	"net/netip"
	"time"

	"sluice/netio"
	"sluice/parser/sip"
)

// DefaultProfile is the proxy profile that everything starts from.
const DefaultProfile = "default_proxy"

// A Profile is a set of proxy parameters, [proxy.NAME] in the configuration,
// with the names that OverSIP gave them.
type Profile struct {
	Name            string
	DoRecordRouting bool          // do_record_routing: on requests that may form a dialog
	RecordRouteAll  bool          // record_route_all: on every request
	TimerB          time.Duration // timer_B: INVITE, until the first response
	TimerC          time.Duration // timer_C: INVITE, until the final response
	TimerF          time.Duration // timer_F: other methods, until the final response
}

// A Hop is a place to send a request to, before it has an address. Its bytes
// must live as long as the exchange: those of the request do, and so does
// what is never changed.
type Hop struct {
	RequestURI []byte          // takes the place of the Request-URI; nil keeps it
	Route      []byte          // goes on top as Route (a Path; RFC 3327 §5.3); nil for none
	Next       []byte          // the URI that RFC 3263 is applied to; nil: the top Route, else the Request-URI
	Flow       netio.ConnID    // the connection to use; 0 for none
	Transport  netio.Transport // of Flow
	FlowOnly   bool            // there is no other way: a WebSocket client (RFC 7118 §5)
}

// A Target is one attempt: an address, or a connection, of one hop.
type Target struct {
	Hop       int // index in the hops of the exchange
	Transport netio.Transport
	Addr      netip.AddrPort
	Flow      netio.ConnID // 0: by address
}

// A Branch is one attempt to reach one target: a client transaction and what
// belongs to it. It is pooled, and valid inside callbacks only.
type Branch struct {
	Resp   *sip.Message // nil until a response arrives; never written
	Edits  sip.Edits    // before the response: on top of the exchange's; then on the response
	Target Target

	park
	x       *Exchange
	client  *clientTxn
	respBuf *netio.Buf // holds Resp.Buf while the branch is parked
	queued  struct {   // what arrived while it was, the latest alone
		resp *sip.Message
		buf  *netio.Buf
	}
	cause   Cause // why it failed, while OnFailure runs
	aborted bool
}

// Token names the parking that follows when the stage returns Suspend.
func (b *Branch) Token() Token { return b.x.e.parks.token(b.x.e.index, b) }

// AbortRouting ends the search for a target: no other is tried, and the
// client is answered 403 (OverSIP's abort_routing). It is for OnTarget,
// which then returns Drop.
func (b *Branch) AbortRouting() { b.aborted = true }

func (b *Branch) parking() *park    { return &b.park }
func (b *Branch) program() *Program { return b.x.chain.prog }

// resume continues a branch where it was suspended.
func (b *Branch) resume(ev Event) {
	c := b.x.chain
	b.x.e.current = b.x
	var n int
	switch b.at {
	case stepTarget:
		n = c.target[b.index].stage
	case stepResponse:
		n = c.response[b.index].stage
	case stepFailure:
		n = c.failure[b.index].stage
	}
	v := Continue
	if r, ok := c.stages[n].(Resumer); ok {
		v = r.OnResume(b.x, b, ev)
	}
	switch b.at {
	case stepTarget:
		b.afterTarget(v, b.index)
	case stepResponse:
		b.afterResponse(v, b.index)
	case stepFailure:
		b.afterFailure(v, b.index)
	}
}

// suspend parks b at hook i of a kind of step.
func (b *Branch) suspend(at step, i int) {
	e := b.x.e
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

// runTarget runs the target handlers from hook i on, then sends.
func (b *Branch) runTarget(i int) {
	b.x.e.current = b.x
	hooks := b.x.chain.target
	for ; i < len(hooks); i++ {
		if v := hooks[i].handler.OnTarget(b.x, b); v != Continue {
			b.stopTarget(v, i)
			return
		}
	}
	b.x.e.send(b)
}

func (b *Branch) afterTarget(v Verdict, i int) {
	if v == Continue {
		b.runTarget(i + 1)
		return
	}
	b.stopTarget(v, i)
}

func (b *Branch) stopTarget(v Verdict, i int) {
	x := b.x
	switch {
	case v == Suspend:
		b.suspend(stepTarget, i)
	case v == Drop && b.aborted:
		x.nextTarget = len(x.targets)
		b.runFailure(0, CauseDestinationAborted)
	case v == Drop:
		x.e.endBranch(b)
		x.e.tryNext(x)
	}
}

// runResponse runs the response handlers from hook i on, then relays.
func (b *Branch) runResponse(i int) {
	hooks := b.x.chain.response
	for ; i < len(hooks); i++ {
		if v := hooks[i].handler.OnResponse(b.x, b); v != Continue {
			b.stopResponse(v, i)
			return
		}
	}
	b.x.e.relayResponse(b)
}

func (b *Branch) afterResponse(v Verdict, i int) {
	if v == Continue {
		b.runResponse(i + 1)
		return
	}
	b.stopResponse(v, i)
}

func (b *Branch) stopResponse(v Verdict, i int) {
	switch v {
	case Suspend:
		b.suspend(stepResponse, i)
	case Drop:
		b.x.e.responseDone(b)
	}
}

// runFailure runs the failure handlers from hook i on, then tries the next
// target or answers.
func (b *Branch) runFailure(i int, why Cause) {
	b.cause = why
	b.x.e.current = b.x
	hooks := b.x.chain.failure
	for ; i < len(hooks); i++ {
		if v := hooks[i].handler.OnFailure(b.x, b, why); v != Continue {
			b.stopFailure(v, i)
			return
		}
	}
	b.x.e.failed(b)
}

func (b *Branch) afterFailure(v Verdict, i int) {
	if v == Continue {
		b.runFailure(i+1, b.cause)
		return
	}
	b.stopFailure(v, i)
}

func (b *Branch) stopFailure(v Verdict, i int) {
	x := b.x
	switch v {
	case Suspend:
		b.suspend(stepFailure, i)
	case Drop:
		x.e.endBranch(b)
		x.e.finish(x)
	}
}
