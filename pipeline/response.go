package pipeline

import (
	"github.com/valyala/bytebufferpool"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline/txn"
)

// onResponse takes a response. Its top Via must be ours: the branch there
// names the transaction and the loop that owns it, and nobody but us can make
// one. Anything else is dropped: we keep state for all that we send.
func (e *Engine) onResponse(m *sip.Message, o *origin) {
	e.count(metricResponses)
	via, err := m.TopVia()
	if err != parser.OK {
		e.count(metricGarbage)
		return
	}
	id, _, ok := e.edge.branch.Parse(via.Branch.Of(m.Buf))
	if !ok {
		e.count(metricForged)
		return
	}
	if int(id.Loop) != e.index {
		if f := o.flow(); f != nil && m.Status >= 200 {
			f.settle(makeToken(int(id.Loop), id.Slot, id.Gen))
		}
		e.forwardResponse(int(id.Loop), m, o)
		return
	}
	e.ownResponse(id, m)
}

// forwardResponse posts a response to the loop that owns its transaction.
func (e *Engine) forwardResponse(loop int, m *sip.Message, o *origin) {
	l := e.edge.loop(loop)
	if l == nil {
		e.count(metricForged)
		return
	}
	e.post(l, netio.Mail{Kind: mailResponse, Addr: o.addr, Listener: o.listener}, m.Buf)
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
	if id, _, ok := e.edge.branch.Parse(via.Branch.Of(m.Buf)); ok {
		e.ownResponse(id, m)
	}
}

// ownResponse gives a response to its transaction.
func (e *Engine) ownResponse(id txn.Branch, m *sip.Message) {
	c := e.clients.lookup(id)
	cseq, err := m.CSeq()
	switch {
	case err != parser.OK:
		e.count(metricGarbage)
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

// runResponse runs the chain for the response that b has.
func (e *Engine) runResponse(b *Branch) {
	m := b.Resp
	b.Edits.Reset()
	b.Edits.RemoveElement(m, sip.HeaderVia)
	e.current = b.x
	b.runResponse(0)
}

// relayResponse passes b's response on to the client (RFC 3261 §16.7 step 9).
func (e *Engine) relayResponse(b *Branch) {
	x, m := b.x, b.Resp
	s := x.server
	final := m.Status >= 200
	if s != nil {
		out := e.loop.Acquire(m.SizeEdited(&b.Edits, nil, nil))
		out.B = m.AppendEdited(out.B, &b.Edits, nil, nil)
		e.countReply(m.Status)
		s.send(out, m.Status)
	}
	if final {
		x.answered = true
		e.responseDone(b)
		e.finish(x)
		return
	}
	e.responseDone(b)
}

// responseDone makes b ready for the next response, or ends it after a final
// one. An exchange whose final response a stage dropped goes on with the
// next target, so that its client gets an answer in any case.
func (e *Engine) responseDone(b *Branch) {
	x, final := b.x, b.Resp.Status >= 200
	b.dropResponse()
	if !final {
		if b.queued.resp != nil {
			b.takeQueued()
			e.runResponse(b)
		}
		return
	}
	e.endBranch(b)
	if !x.answered && !x.done {
		e.tryNext(x)
	}
}
