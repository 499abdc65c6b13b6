package pipeline

import (
	"cmp"

	"sluice/parser/sip"
	"sluice/pipeline/relay"
	"sluice/pipeline/txn"
)

// maxParallel bounds the branches of one request that are alive at a time;
// hops beyond it wait for the next group.
const maxParallel = 32

// advance begins the next branches when none is alive, or answers when there
// is none left to begin (RFC 3261 §16.7 step 6).
func (e *Engine) advance(x *Exchange) {
	for len(x.branches) == 0 && !x.done {
		if x.answered || x.stopped || x.canceled || !e.beginGroup(x) {
			e.conclude(x)
			return
		}
	}
}

// beginGroup begins branches for the hops of the highest q that have none, as
// many as Max-Breadth allows (RFC 3261 §16.6, RFC 5393 §5.3.3). The attempts
// that stages gave go first.
func (e *Engine) beginGroup(x *Exchange) bool {
	if len(x.targets) > 0 {
		e.beginBranch(x, -1, x.breadth)
		return true
	}
	q, n := x.topGroup()
	if n == 0 {
		return false
	}
	n = min(n, x.breadth, maxParallel)
	if x.Profile().SerialForking || x.server == nil {
		n = 1 // an ACK belongs to one callee
	}
	share, rest := x.breadth/n, x.breadth%n
	x.gathering = true
	for i := 0; i < len(x.hops) && n > 0 && !x.stopped && !x.done; i++ {
		if h := &x.hops[i]; h.begun || h.Fallback || h.Q != q {
			continue
		}
		x.hops[i].begun = true
		breadth := share
		if rest > 0 {
			breadth, rest = breadth+1, rest-1
		}
		n--
		e.beginBranch(x, i, breadth)
	}
	x.gathering = false
	return true
}

// topGroup returns the highest q of the hops without a branch, and how many
// hops have it.
func (x *Exchange) topGroup() (q uint16, n int) {
	for i := range x.hops {
		switch h := &x.hops[i]; {
		case h.begun || h.Fallback:
		case n == 0 || h.Q > q:
			q, n = h.Q, 1
		case h.Q == q:
			n++
		}
	}
	return q, n
}

// beginBranch begins a branch; hop -1 stands for the attempts that stages gave.
func (e *Engine) beginBranch(x *Exchange, hop, breadth int) {
	b := e.acquireBranch(x)
	b.hop, b.breadth = hop, breadth
	if hop >= 0 {
		b.run(stepResolve, 0)
		return
	}
	b.targets = append(b.targets, x.targets...)
	x.targets = x.targets[:0]
	b.attempt()
}

// attempt tries the next target of b.
func (b *Branch) attempt() {
	b.Target = b.targets[b.next]
	b.next++
	b.Edits.Reset()
	b.refusal = sip.Reply{}
	b.anySize, b.widened, b.narrow = b.narrow, false, false
	b.direct, b.aliased, b.redial = b.redial, false, false
	if e := b.x.e; e.passOver(b) {
		if !e.retry(b) {
			b.fail(b.cause)
		}
		return
	}
	b.run(stepTarget, 0)
}

// retry makes the next attempt of b, or one at another way to the same place.
// It reports whether there is one to make.
func (e *Engine) retry(b *Branch) bool {
	x := b.x
	if !b.mayRetry() {
		return false
	}
	if b.next < len(b.targets) {
		b.attempt()
		return true
	}
	if !b.hasFallback() {
		return false
	}
	b.hop++
	x.hops[b.hop].begun = true
	b.targets, b.next = b.targets[:0], 0
	b.cause, b.refusal = CauseNone, sip.Reply{}
	b.run(stepResolve, 0)
	return true
}

// mayRetry reports whether retry has something to try.
func (b *Branch) mayRetry() bool {
	x := b.x
	return !x.canceled && !x.stopped && !x.answered && !x.done && (b.next < len(b.targets) || b.hasFallback())
}

// hasFallback reports whether the hop after that of b is another way to it.
func (b *Branch) hasFallback() bool {
	if b.hop < 0 || b.heard || b.hop+1 >= len(b.x.hops) {
		return false
	}
	h := &b.x.hops[b.hop+1]
	return h.Fallback && !h.begun
}

// skip gives up the attempt at hand and makes the next one, or ends b.
func (e *Engine) skip(b *Branch) {
	b.detach(nil)
	if !e.retry(b) {
		e.complete(b)
	}
}

// complete ends b, which has come to nothing or has made its offer.
func (e *Engine) complete(b *Branch) {
	x := b.x
	e.endBranch(b, nil)
	if !x.gathering {
		e.advance(x)
	}
}

// failed goes on after an attempt that got no response. A callee who was
// reached and kept silent is not called again by another address.
func (e *Engine) failed(b *Branch) {
	e.count(metricFailures)
	switch {
	case b.cause == CauseInviteTimeout, b.cause == CauseClientTimeout && b.Target.Flow != 0:
		b.next = len(b.targets)
	case b.widened && b.cause == CauseConnectionError: // RFC 3261 §18.1.1: over UDP after all
		b.narrow = true
		b.next--
		now := e.loop.Now()
		e.edge.noTCP.add(b.Target, blacklisted{until: now + MaxBlacklistTime}, now)
	case b.aliased && b.cause == CauseConnectionError: // RFC 5923 §8.2: over a connection of our own after all
		b.redial = true
		b.next--
	default:
		e.noteFailure(b)
	}
	status := cmp.Or(b.refusal.Status, b.cause.Reply().Status)
	if b.cause != CauseInviteTimeout && b.mayRetry() {
		e.endEarlyDialogs(b, status, true)
		if e.retry(b) {
			return
		}
	}
	b.x.offerCause(b.cause, b.refusal)
	e.endEarlyDialogs(b, status, false)
	e.complete(b)
}

// dropped goes on after a response that a stage does not want relayed. An
// exchange whose final response was dropped goes on with what is left, so
// that its client gets an answer in any case.
func (e *Engine) dropped(b *Branch) {
	if b.Resp.Status < 200 {
		e.responseDone(b)
		return
	}
	e.giveUp(b)
	e.skip(b)
}

// giveUp has the final response of b go to nobody, nor what repeats it.
func (e *Engine) giveUp(b *Branch) {
	if c := b.client; c != nil {
		c.server = nil
	}
	e.endEarlyDialogs(b, b.Resp.Status, true)
}

// relayResponse takes a response that the stages have seen (RFC 3261 §16.7
// step 5): provisional ones and 2xx go to the client at once, of the others
// the best when all branches have ended.
func (e *Engine) relayResponse(b *Branch) {
	x, m := b.x, b.Resp
	switch {
	case m.Status < 200:
		b.noteEarlyDialog()
		e.passOn(b)
		e.responseDone(b)
	case m.Status < 300:
		e.passOn(b)
		if x.originated && b.client != nil && b.client.m.Kind == txn.InviteClient {
			e.acknowledge(b)
		}
		x.answered = true
		e.endBranch(b, nil)
		e.endBranches(x, completedElsewhere)
		e.finish(x)
	default:
		e.judge(b)
	}
}

// completedElsewhere tells a phone that it need not list the call as missed
// (RFC 3326 §3.1).
var completedElsewhere = []byte("Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n")

// passOn sends b's response to the client.
func (e *Engine) passOn(b *Branch) {
	s := b.x.server
	if s == nil {
		return
	}
	m := b.Resp
	out := e.compile(b)
	if m.Status >= 200 && b.client != nil && b.Edits.Len() > 1 {
		b.client.keepAnswer(out)
		s.keepParties(b.x)
	}
	s.send(out, m.Status)
}

// judge takes a final response other than 2xx.
func (e *Engine) judge(b *Branch) {
	x, status := b.x, b.Resp.Status
	counts := status
	if status/100 == 3 && e.recurse(b) {
		e.endEarlyDialogs(b, status, false)
		e.complete(b)
		return
	}
	if status == 503 { // step 6: it is about us that the client would think
		b.Edits.ReplaceString(statusText(b.Resp), "500")
		counts = 500
	}
	if x.server != nil {
		e.offer(b, counts)
	}
	if status >= 600 {
		x.stopped = true
		e.cancelBranches(x, b, e.reasonFor(status))
	}
	e.endEarlyDialogs(b, status, false)
	e.complete(b)
}

// cancelBranches cancels what the branches of x but except have sent, and
// ends those that have sent nothing. The others go on until their final
// response (RFC 3261 §16.7 step 10).
func (e *Engine) cancelBranches(x *Exchange, except *Branch, reason []byte) {
	for i := len(x.branches) - 1; i >= 0; i-- {
		if i >= len(x.branches) {
			continue // more than one has ended
		}
		switch b := x.branches[i]; {
		case b == except:
		case b.client != nil:
			b.client.sendCancel(reason)
		case b.suspended && (b.at == stepResolve || b.at == stepTarget):
			e.endBranch(b, nil)
		}
	}
}

// conclude answers with the best that came of x. A non-INVITE request that
// timed out is not answered 408: its client has timed out too (RFC 4320 §4.2).
func (e *Engine) conclude(x *Exchange) {
	c := &x.best
	switch {
	case x.answered:
	case c.out != nil:
		e.sendBest(x)
	case x.silenced:
	case x.canceled:
		x.Reply(sip.RequestTerminated)
	case c.cause == CauseClientTimeout && x.Req.Method != sip.MethodInvite:
		e.count(metricSilentTimeouts)
	case c.reply.Status != 0:
		x.Reply(c.reply)
	default:
		x.Reply(c.cause.Reply())
	}
	e.finish(x)
}

// readBreadth reads Max-Breadth; it reports false when nothing may be sent.
func (x *Exchange) readBreadth() bool {
	x.breadth = relay.MaxBreadth(x.Req)
	return x.breadth > 0
}
