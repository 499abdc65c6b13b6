package pipeline

import (
	"github.com/valyala/bytebufferpool"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline/txn"
)

// onCancel takes a CANCEL (RFC 3261 §9.2, §16.10). It is answered at once, and
// has a server transaction of its own, which answers its retransmissions when
// that of the INVITE is gone. One that finds no INVITE here may belong to another loop, when
// the client's address changed; the loops are asked in turn before it is
// answered 481. Of a source that sends too much only so many are passed on; what
// belongs to nothing gets no transaction then, and 503.
func (e *Engine) onCancel(m *sip.Message, o *origin) {
	if e.cancelHere(m, o) {
		return
	}
	if o.hurried && !e.spare(&e.edge.sources.cancels, o.addr.Addr()) {
		e.tooHurried(m, o)
		return
	}
	e.askNext(m, o, len(e.edge.engines)-1)
}

// cancelHere cancels the INVITE that m belongs to, if this loop has it.
func (e *Engine) cancelHere(m *sip.Message, o *origin) bool {
	if s := e.servers.Lookup(e.cancelKey(m)); s != nil {
		e.countOn(o.transport, trafficRetransmitsIn)
		s.handle(txn.Retransmit)
		return true
	}
	via, _ := m.TopVia()
	e.edge.seed.MakeKey(&e.key, via.Branch.Of(m.Buf), via.Host.Of(m.Buf), via.Port, sip.MethodInvite, nil)
	s := e.servers.Lookup(&e.key)
	if s == nil {
		return false
	}
	e.answerCancel(m, o, &canceledReply)
	if s.x != nil && s.m.State == txn.Proceeding && !s.x.canceled {
		e.count(metricCancels)
		e.cancelExchange(s.x, m)
	}
	return true
}

// cancelKey returns the key of the CANCEL m itself, in e.key.
func (e *Engine) cancelKey(m *sip.Message) *txn.Key {
	via, _ := m.TopVia()
	e.edge.seed.MakeKey(&e.key, via.Branch.Of(m.Buf), via.Host.Of(m.Buf), via.Port, sip.MethodCancel, nil)
	return &e.key
}

// answerCancel answers a CANCEL, in a transaction if there is room for one.
func (e *Engine) answerCancel(m *sip.Message, o *origin, r *sip.Reply) {
	if e.servers.Len() >= min(e.limits().MaxTransactions, e.room) {
		e.refuse(m, o, r)
		return
	}
	s := e.newServer()
	e.servers.Insert(&s.entry, s, e.cancelKey(m))
	e.gauge(metricServers, 1)
	s.back = e.wayBack(m, o)
	s.timers = e.timersOf(e.chain.prog.spec.Profiles[DefaultProfile])
	s.m.Start(txn.NonInviteServer, o.transport.Reliable(), e.loop.Now(), s.timers)
	s.send(e.composeRefusal(m, o, r), r.Status)
}

var (
	canceledReply = sip.Reply{Status: 200, Reason: "Cancelled"}
	noTransaction = sip.Reply{Status: 481, Reason: "Call/Transaction Does Not Exist"}
)

// cancelExchange ends x for a client that gave up, by a CANCEL or, if that is
// nil, by going away. Branches that ring are cancelled, and their 487 ends the
// exchange; where none is, we answer 487.
func (e *Engine) cancelExchange(x *Exchange, cancel *sip.Message) {
	x.canceled = true
	e.current = x
	for _, h := range x.chain.cancel {
		e.onCancelHook(h.handler, x)
	}
	switch {
	case x.answered, x.done:
	case x.suspended:
		e.unpark(x)
		x.Reply(sip.RequestTerminated)
	case !x.forwarding:
		x.Reply(sip.RequestTerminated)
	default:
		e.cancelBranches(x, nil, e.reasonLines(cancel))
		e.advance(x)
	}
}

// onCancelHook has a guard of its own: an error in one handler does not stop
// the others.
func (e *Engine) onCancelHook(h CancelHandler, x *Exchange) {
	defer func() {
		if r := recover(); r != nil {
			x.poisoned = true
			e.reportPanic(r)
		}
	}()
	h.OnCancel(x)
}

// reasonLines returns the Reason header lines of a CANCEL, which go on with
// it (RFC 3326 §2). They are valid until the next callback.
func (e *Engine) reasonLines(m *sip.Message) []byte {
	e.headers = e.headers[:0]
	if m == nil {
		return e.headers
	}
	for i := m.First(sip.HeaderReason); i >= 0; i = m.Next(i) {
		e.headers = append(e.headers, m.Line(i).Of(m.Buf)...)
	}
	return e.headers
}

// askNext passes a CANCEL on to the next loop, or refuses it when all have
// been asked.
func (e *Engine) askNext(m *sip.Message, o *origin, left int) {
	if left > 0 {
		next := e.edge.engines[(e.index+1)%len(e.edge.engines)]
		mail := netio.Mail{Kind: mailCancel, Token: uint64(left), Addr: o.addr, Listener: o.listener, Conn: o.connID, Code: int32(o.transport)}
		if o.hurried {
			mail.Code |= codeHurried
		}
		if e.post(next.loop, mail, m.Buf) {
			return
		}
	}
	if o.hurried {
		e.tooHurried(m, o)
		return
	}
	e.answerCancel(m, o, &noTransaction)
}

// codeHurried is set in the Code of a CANCEL whose source sends too much.
const codeHurried = 1 << 8

// onForeignCancel takes a CANCEL that another loop received.
func (e *Engine) onForeignCancel(mail *netio.Mail) {
	far := mail.Data.(*bytebufferpool.ByteBuffer)
	defer bytebufferpool.Put(far)
	m := e.scratch
	m.Reset()
	if m.Index(far.B) != parser.OK {
		return
	}
	m.SetEnd(len(far.B))
	o := origin{
		listener: mail.Listener, addr: mail.Addr, transport: netio.Transport(mail.Code &^ codeHurried), connID: mail.Conn,
		hurried: mail.Code&codeHurried != 0,
	}
	if e.cancelHere(m, &o) {
		return
	}
	e.askNext(m, &o, int(mail.Token)-1)
}
