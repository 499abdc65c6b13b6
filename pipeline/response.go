package pipeline

import (
	"time"

	"github.com/valyala/bytebufferpool"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline/relay"
	"sluice/pipeline/txn"
)

// onResponse takes a response. Its top Via must be ours: the branch there
// names the transaction and the loop that owns it, and nobody but us can make
// one. Anything else is dropped: we keep state for all that we send.
func (e *Engine) onResponse(m *sip.Message, o *origin) {
	e.countOn(o.transport, trafficResponses)
	via, err := m.TopVia()
	if err != parser.OK {
		e.countOn(o.transport, trafficGarbage)
		return
	}
	id, _, ok := e.edge.branch.Parse(via.Branch.Of(m.Buf))
	if !ok {
		e.count(metricForged)
		return
	}
	if int(id.Loop) != e.index {
		if f := o.flow(); f != nil && settles(m) {
			f.settle(makeToken(int(id.Loop), id.Slot, id.Gen))
		}
		e.forwardResponse(int(id.Loop), m, o)
		return
	}
	e.ownResponse(id, m, o.transport)
}

// settles reports whether nothing more is awaited from the peer after m: that
// of a CANCEL does not end the INVITE, whose branch it shares.
func settles(m *sip.Message) bool {
	cseq, err := m.CSeq()
	return m.Status >= 200 && err == parser.OK && cseq.Method != sip.MethodCancel
}

// forwardResponse posts a response to the loop that owns its transaction.
func (e *Engine) forwardResponse(loop int, m *sip.Message, o *origin) {
	l := e.edge.loop(loop)
	if l == nil {
		e.count(metricForged)
		return
	}
	e.post(l, netio.Mail{Kind: mailResponse, Conn: o.connID, Addr: o.addr, Listener: o.listener, Code: int32(o.transport)}, m.Buf)
}

// onForeignResponse takes a response that another loop received. It was
// checked there.
func (e *Engine) onForeignResponse(mail *netio.Mail) {
	far := mail.Data.(*bytebufferpool.ByteBuffer)
	defer bytebufferpool.Put(far)
	m := e.scratch
	m.Reset()
	if m.Index(far.B) != parser.OK {
		return
	}
	m.SetEnd(len(far.B))
	via, err := m.TopVia()
	if err != parser.OK {
		return
	}
	id, _, ok := e.edge.branch.Parse(via.Branch.Of(m.Buf))
	if !ok {
		return
	}
	if c := e.clients.lookup(id); c != nil && settles(m) && c.far == mail.Conn {
		c.far = 0 // its loop knows
	}
	e.ownResponse(id, m, netio.Transport(mail.Code))
}

// ownResponse gives a response, which came by t, to its transaction.
func (e *Engine) ownResponse(id txn.Branch, m *sip.Message, t netio.Transport) {
	c := e.clients.lookup(id)
	cseq, err := m.CSeq()
	switch {
	case err != parser.OK:
		e.countOn(t, trafficGarbage)
	case c == nil:
		e.count(metricLate)
	case cseq.Method == sip.MethodCancel && c.m.Kind == txn.InviteClient:
		if n := c.cancel; n != nil {
			n.do(n.m.Handle(txn.Received(m.Status), e.loop.Now(), n.timers))
		}
	case (cseq.Method == sip.MethodInvite) != (c.m.Kind == txn.InviteClient):
		e.count(metricLate)
	default:
		c.receive(m)
	}
}

// response runs the chain for a response of b, in reverse order.
func (e *Engine) response(b *Branch, m *sip.Message) {
	if b.Resp != nil {
		b.queue(m)
		return
	}
	b.Resp = m
	e.runResponse(b)
}

// runResponse runs the chain for the response that b has. A callee that ends
// its INVITE after Timer C has timed out, whatever it says.
func (e *Engine) runResponse(b *Branch) {
	x, m := b.x, b.Resp
	switch {
	case m.Status >= 300 && b.timedOut:
		b.detach(nil)
		b.fail(CauseInviteTimeout)
		return
	case (m.Status == 503 || m.Status == 430) && e.failover(b):
		return
	}
	b.Edits.Reset()
	b.Edits.RemoveElement(m, sip.HeaderVia)
	relay.SetContentLength(&b.Edits, m)
	if x.fromSet || x.toSet {
		p := x.parties()
		p.restore(&b.Edits, m)
	}
	b.run(stepResponse, 0)
}

// failover tries the next address after a 503, or the next flow after a 430,
// without a word to the stages (RFC 3263 §4.3, RFC 5626 §5.3). It reports
// whether there is one.
func (e *Engine) failover(b *Branch) bool {
	x, m := b.x, b.Resp
	b.heard = m.Status == 503
	if d := retryAfter(m); b.heard && d > 0 && x.Profile().UseBlacklist && b.Target.Flow == 0 {
		b.cause = CauseConnectionError
		e.blacklistFor(b, d)
	}
	more := b.hasFallback()
	if b.heard {
		more = b.next < len(b.targets) && !x.Profile().NoFailoverOn503
	}
	if !more || x.canceled || x.stopped {
		return false
	}
	if !b.heard { // the other addresses lead to the same flow
		b.next = len(b.targets)
	}
	e.endEarlyDialogs(b, m.Status, true)
	b.detach(nil)
	return e.retry(b)
}

// retryAfter returns how long a 503 asks to be left alone (RFC 3261 §21.5.4),
// as far as the blacklist goes.
func retryAfter(m *sip.Message) time.Duration {
	i := m.First(sip.HeaderRetryAfter)
	if i < 0 {
		return 0
	}
	at := m.Header(i).Value
	var r sip.RetryAfter
	if _, err := sip.ParseRetryAfter(m.Buf[:at.End()], at.Start(), &r); err != parser.OK {
		return 0
	}
	return min(time.Duration(r.Delta)*time.Second, MaxBlacklistTime)
}

// responseDone makes b ready for the next response.
func (e *Engine) responseDone(b *Branch) {
	b.dropResponse()
	if b.queued.resp != nil {
		b.takeQueued()
		e.runResponse(b)
	}
}
