package pipeline

import (
	"net/netip"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/parser/stun"
	"sluice/pipeline/link"
	"sluice/pipeline/txn"
)

// An origin is where a message came from.
type origin struct {
	listener  *netio.Listener // nil on a connection that we opened
	conn      *netio.Conn     // nil for UDP, and for another loop's connection
	connID    netio.ConnID    // 0 for UDP
	addr      netip.AddrPort
	transport netio.Transport
	hurried   bool // the message is one too many of its source
}

// flow returns the flow that a message came on, nil for UDP.
func (o *origin) flow() *flow {
	if o.conn == nil {
		return nil
	}
	f, _ := o.conn.Link.(*flow)
	return f
}

// OnDatagram implements netio.Handler.
func (e *Engine) OnDatagram(ln *netio.Listener, from netip.AddrPort, b []byte) {
	defer e.guardCallback()
	switch {
	case e.banned(from.Addr()):
		return
	case len(b) < minMessage:
		e.smallDatagram(ln, from, b)
		return
	case stun.Detect(b):
		e.binding(ln, from, b)
		return
	}
	m := e.scratch
	m.Reset()
	err := e.pool.Index(m, b)
	if err == parser.OK {
		err = endDatagram(m)
	}
	if c, ok := link.SizeCounter(err); ok {
		e.stats.Inc(e.edge.linkIDs[c])
	}
	o := origin{listener: ln, addr: from, transport: netio.UDP}
	if err != parser.OK {
		e.bad(m, &o, err)
		return
	}
	e.message(m, &o)
}

// minMessage is less than the shortest line that begins a SIP message.
const minMessage = len("A a:b SIP/2.0")

// binding answers a STUN Binding request, by which a client keeps its NAT
// open and learns its address (RFC 5626 §4.4.2, §8).
func (e *Engine) binding(ln *netio.Listener, from netip.AddrPort, b []byte) {
	if e.hurried(from.Addr()) {
		e.count(metricLimited)
		return
	}
	if err := stun.ParseRequest(b, &e.stun); err != parser.OK {
		e.countOn(netio.UDP, trafficGarbage)
		return
	}
	out := e.loop.Acquire(stun.MaxResponse)
	out.B = stun.AppendResponse(out.B, &e.stun, from, e.chain.prog.spec.Identity.Name)
	e.loop.SendTo(ln, from, out)
	out.Release()
	e.count(metricBindings)
}

// smallDatagram takes the keep-alives that phones send over UDP besides STUN:
// CRLFs, a zero byte, nothing at all. The rest is dropped.
func (e *Engine) smallDatagram(ln *netio.Listener, from netip.AddrPort, b []byte) {
	if string(b) == "\r\n\r\n" {
		pong := e.loop.Acquire(2)
		pong.B = append(pong.B, "\r\n"...)
		e.loop.SendTo(ln, from, pong)
		pong.Release()
		e.countOn(netio.UDP, trafficKeepAlives)
		return
	}
	if string(b) == "\r\n" || string(b) == "\x00" || len(b) == 0 {
		e.countOn(netio.UDP, trafficKeepAlives)
		return
	}
	e.countOn(netio.UDP, trafficGarbage)
}

// endDatagram finds the body of a message that came in one datagram: without
// Content-Length it goes to the end, bytes beyond it are discarded, and one
// that is not all there is an error (RFC 3261 §18.3).
func endDatagram(m *sip.Message) parser.Err {
	n, err := m.ContentLength()
	switch {
	case err == parser.ErrMissing:
		n = len(m.Buf) - m.HeadLen()
	case err != parser.OK:
		return err
	case n > len(m.Buf)-m.HeadLen():
		return parser.ErrContentLength
	}
	m.SetEnd(m.HeadLen() + n)
	return parser.OK
}

// bad answers a message that cannot be used, if it is a request that has what
// an answer needs, and counts it.
func (e *Engine) bad(m *sip.Message, o *origin, err parser.Err) {
	e.countOn(o.transport, trafficGarbage)
	if e.hurried(o.addr.Addr()) {
		e.count(metricLimited)
		return
	}
	r := sip.BadRequest.WithReason(err.Error())
	switch err {
	case parser.ErrVersion:
		r = sip.VersionNotSupported
	case parser.ErrTooLong, parser.ErrHeadTooLong, parser.ErrBodyTooLong, parser.ErrTooManyHeaders:
		r = sip.MessageTooLarge // RFC 3261 §21.5.7
		if o.conn != nil {
			e.strikeConn(o.conn)
		} else {
			e.strike(o.addr.Addr())
		}
	}
	if _, size := link.SizeCounter(err); answerable(m) || size && answerableInPart(m) {
		e.answer(m, o, &r)
	}
}

// refuse answers without a transaction, for requests that do not get one. The
// To tag is a keyed hash, by which the ACK is known (RFC 3261 §16.11).
func (e *Engine) refuse(m *sip.Message, o *origin, r *sip.Reply) {
	if answerable(m) {
		e.answer(m, o, r)
	}
}

func (e *Engine) answer(m *sip.Message, o *origin, r *sip.Reply) {
	b := e.composeRefusal(m, o, r)
	p := e.wayBack(m, o)
	e.countReply(p.transport, r.Status)
	e.transmit(&p, b, 0)
	b.Release()
}

func (e *Engine) composeRefusal(m *sip.Message, o *origin, r *sip.Reply) *netio.Buf {
	tag := e.tagFor(m)
	b := e.loop.Acquire(len(m.Buf) + len(r.Headers) + len(r.Reason) + replyRoom)
	b.B = e.appendReply(b.B, m, o.addr, r, tag.bytes())
	return b
}

// appendReply writes a response of our own to m, with our name in it.
func (e *Engine) appendReply(dst []byte, m *sip.Message, src netip.AddrPort, r *sip.Reply, tag []byte) []byte {
	dst = sip.AppendReply(dst, m, src, r, tag)
	name := e.chain.prog.spec.Identity.Name
	if name == "" {
		return dst
	}
	dst = append(dst[:len(dst)-len("\r\n")], "Server: "...) // before the blank line
	dst = append(dst, name...)
	return append(dst, "\r\n\r\n"...)
}

// answerable reports whether m is a request with a complete head, not an ACK,
// that says by Via who waits for the response. A Via that is malformed returns
// as it came, to where the request came from; From, To, Call-ID and CSeq are
// copied if they are there (RFC 4475 §3.1.2.1, §3.3.1).
func answerable(m *sip.Message) bool {
	return m.HeadLen() > 0 && callsBack(m)
}

// answerableInPart is answerable for a request whose head is too long and did
// not come to its end: all that an answer copies has to be in what came.
func answerableInPart(m *sip.Message) bool {
	return callsBack(m) && m.Has(sip.HeaderFrom) && m.Has(sip.HeaderTo) && m.Has(sip.HeaderCallID) && m.Has(sip.HeaderCSeq)
}

func callsBack(m *sip.Message) bool {
	return m.IsRequest() && !m.MethodText.Empty() && m.Method != sip.MethodAck && m.Has(sip.HeaderVia)
}

// message takes a complete message. Of those that are too many only what would
// begin something new, or belongs to nothing, is refused.
func (e *Engine) message(m *sip.Message, o *origin) {
	o.hurried = e.hurried(o.addr.Addr())
	if !m.IsRequest() {
		e.onResponse(m, o)
		return
	}
	e.countOn(o.transport, trafficRequests)
	if r := structure(m); r != nil {
		e.countOn(o.transport, trafficGarbage)
		e.refuse(m, o, r)
		return
	}
	via, _ := m.TopVia()
	branch, host := via.Branch.Of(m.Buf), via.Host.Of(m.Buf)
	switch m.Method {
	case sip.MethodCancel:
		e.onCancel(m, o)
		return
	case sip.MethodAck:
		e.onAck(m, o)
		return
	}
	e.edge.seed.MakeKey(&e.key, branch, host, via.Port, m.Method, m.MethodText.Of(m.Buf))
	if s := e.servers.Lookup(&e.key); s != nil {
		e.countOn(o.transport, trafficRetransmitsIn)
		s.handle(txn.Retransmit)
		return
	}
	e.request(m, o)
}

// structure checks what the transaction layer itself rests on; what a proxy
// must check besides (RFC 3261 §16.3) is stage sanity's. A request whose
// branch lacks the magic cookie comes from an RFC 2543 client: it is refused.
func structure(m *sip.Message) *sip.Reply {
	via, err := m.TopVia()
	if err != parser.OK {
		return &badVia
	}
	if !txn.HasMagicCookie(via.Branch.Of(m.Buf)) || int(via.Branch.Len) == len(txn.MagicCookie) {
		return &badBranch
	}
	return dialogHeaders(m)
}

// dialogHeaders checks what tells a request from others of its dialog.
func dialogHeaders(m *sip.Message) *sip.Reply {
	cseq, err := m.CSeq()
	if err != parser.OK || cseq.Method != m.Method ||
		m.Method == sip.MethodOther && string(cseq.MethodText.Of(m.Buf)) != string(m.MethodText.Of(m.Buf)) {
		return &badCSeq
	}
	if _, err := m.From(); err != parser.OK {
		return &badFrom
	}
	if _, err := m.To(); err != parser.OK {
		return &badTo
	}
	if len(m.CallID()) == 0 {
		return &badCallID
	}
	if ambiguous(m) {
		return &badRepeat
	}
	return nil
}

// ambiguous reports whether a header field by which a request is known or
// bounded is there twice: another element may take the other one (RFC 4475
// §3.3.8).
func ambiguous(m *sip.Message) bool {
	for i := range m.NumHeaders() {
		h := m.Header(i)
		if h.Flags&sip.HeaderRepeated == 0 {
			continue
		}
		switch h.ID {
		case sip.HeaderFrom, sip.HeaderTo, sip.HeaderCallID, sip.HeaderCSeq, sip.HeaderMaxForwards:
			return true
		}
	}
	return false
}

var (
	badVia    = sip.BadRequest.WithReason("Malformed Via")
	badBranch = sip.BadRequest.WithReason("Via branch non RFC 3261 compliant")
	badCSeq   = sip.BadRequest.WithReason("Malformed or mismatched CSeq")
	badFrom   = sip.BadRequest.WithReason("Malformed From")
	badTo     = sip.BadRequest.WithReason("Malformed To")
	badCallID = sip.BadRequest.WithReason("Malformed Call-ID")
	badRepeat = sip.BadRequest.WithReason("Duplicate Header Field")
)

// request begins an exchange for a request that is new; e.key is its key.
func (e *Engine) request(m *sip.Message, o *origin) {
	switch {
	case e.servers.Len() >= min(e.limits().MaxTransactions, e.room):
		e.count(metricTransactionsFull)
		e.refuse(m, o, &overloaded)
		return
	case o.hurried && !e.spareCall(m, o):
		e.tooHurried(m, o)
		return
	case e.draining && !inDialog(m):
		e.refuse(m, o, &stopping)
		return
	case e.looped(m):
		e.refuse(m, o, &loopDetected)
		return
	}
	x := e.begin(m, o)
	s := e.newServer()
	s.x, x.server = x, s
	e.servers.Insert(&s.entry, s, &e.key)
	e.gauge(metricServers, 1)
	s.back = e.wayBack(x.Req, o)
	if s.flow = o.flow(); s.flow != nil {
		s.flow.servers++
		s.flow.takeAlias(x.Req)
		s.flow.owed++
		s.owes = true
	}
	s.keeps = e.keeper.offered(x.Req)
	s.timers = e.timersOf(x.Profile())
	kind := txn.NonInviteServer
	if x.Req.Method == sip.MethodInvite {
		kind = txn.InviteServer
		if s.flow != nil {
			s.joinInvites()
		}
	}
	s.m.Start(kind, o.transport.Reliable(), e.loop.Now(), s.timers)
	e.current = x
	x.runRequest(0)
}

// tooHurried refuses a request that is one too many of its source.
func (e *Engine) tooHurried(m *sip.Message, o *origin) {
	e.count(metricLimited)
	e.refuse(m, o, &hurrying)
}

var (
	overloaded   = sip.ServiceUnavailable.WithHeaders("Retry-After: 10\r\n")
	stopping     = sip.ServiceUnavailable.WithReason("Server is Being Stopped").WithHeaders("Retry-After: 5\r\n")
	loopDetected = sip.LoopDetected
)

// begin makes the exchange for the request in m.
func (e *Engine) begin(m *sip.Message, o *origin) *Exchange {
	x := e.acquireExchange(m)
	x.Listener, x.Source, x.Transport, x.Conn = o.listener, o.addr, o.transport, o.conn
	x.conn = o.connID
	return x
}

func inDialog(m *sip.Message) bool {
	to, err := m.To()
	return err == parser.OK && !to.Tag.Empty()
}

// looped reports whether m has been here before and would be routed as it was
// then (RFC 3261 §16.3 step 4): one of its Vias is ours and carries the same
// loop cookie.
func (e *Engine) looped(m *sip.Message) bool {
	first := m.First(sip.HeaderVia)
	if m.Next(first) < 0 && int(m.Header(first).Value.Len) < 2*txn.BranchLen {
		return false // the only Via, and too short to be a list with one of ours
	}
	var via sip.Via
	cookie, have := uint64(0), false
	for vs := m.Values(sip.HeaderVia); vs.Next(); {
		at := vs.Span()
		if _, err := sip.ParseVia(m.Buf[:at.End()], at.Start(), &via); err != parser.OK {
			continue
		}
		_, c, ok := e.edge.branch.Parse(via.Branch.Of(m.Buf))
		if !ok {
			continue
		}
		if !have {
			cookie, have = e.loopCookie(m), true
		}
		if c == cookie {
			e.count(metricLoops)
			return true
		}
	}
	return false
}

// loopCookie hashes what decides how m is routed (RFC 3261 §16.6 step 8).
func (e *Engine) loopCookie(m *sip.Message) uint64 {
	p := append(e.hashed[:0], m.URIText.Of(m.Buf)...)
	p = append(append(p, '\n'), m.CallID()...)
	p = append(append(p, '\n'), m.Value(sip.HeaderCSeq)...)
	if f, err := m.From(); err == parser.OK {
		p = append(append(p, '\n'), f.Tag.Of(m.Buf)...)
	}
	if t, err := m.To(); err == parser.OK {
		p = append(append(p, '\n'), t.Tag.Of(m.Buf)...)
	}
	p = append(append(p, '\n'), m.Value(sip.HeaderRoute)...)
	p = append(append(p, '\n'), m.Value(sip.HeaderProxyRequire)...)
	e.hashed = p
	return e.edge.branch.LoopCookie(p)
}

// onAck takes an ACK: it ends the transaction that sent a final response
// other than 2xx, or it is a request of its own that travels the dialog's
// route (RFC 3261 §13.2.2.4) without a transaction.
func (e *Engine) onAck(m *sip.Message, o *origin) {
	via, _ := m.TopVia()
	e.edge.seed.MakeKey(&e.key, via.Branch.Of(m.Buf), via.Host.Of(m.Buf), via.Port, sip.MethodAck, nil)
	if s := e.servers.Lookup(&e.key); s != nil && s.m.State != txn.Accepted {
		s.handle(txn.Ack)
		return
	}
	to, _ := m.To()
	switch {
	case e.isOurTag(m, to.Tag.Of(m.Buf)):
		return // it answers a refusal of ours, for which there is no transaction
	case o.hurried && !e.spareCall(m, o):
		e.count(metricLimited)
		return
	case e.looped(m):
		return
	}
	x := e.begin(m, o)
	e.current = x
	x.runRequest(0)
}
