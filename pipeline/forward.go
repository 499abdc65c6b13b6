package pipeline

import (
	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline/relay"
	"sluice/pipeline/txn"
)

// forward begins or goes on with forwarding x (RFC 3261 §16.6).
func (e *Engine) forward(x *Exchange) {
	if x.answered || x.done {
		return
	}
	if b := e.running; b != nil && b.x == x { // serial forking
		e.running = nil
		if b.Resp != nil && b.Resp.Status >= 200 {
			e.giveUp(b)
		}
		e.skip(b)
		return
	}
	if x.forwarding {
		return
	}
	x.forwarding = true
	if e.prepare(x) {
		e.advance(x)
	}
}

// prepare makes the edits that every target gets, and answers 100 to an
// INVITE at once: finding and asking the target may take longer than 200 ms
// (RFC 3261 §16.2).
func (e *Engine) prepare(x *Exchange) bool {
	if x.maxForwards < 0 {
		n, err := x.Req.MaxForwards()
		switch {
		case err == parser.ErrMissing:
			n = relay.DefaultMaxForwards + 1
		case err != parser.OK:
			x.Reply(sip.BadRequest.WithReason("Malformed Max-Forwards"))
			return false
		case n == 0:
			x.Reply(sip.TooManyHops)
			return false
		}
		x.maxForwards = n - 1
	}
	if !x.readBreadth() {
		x.Reply(sip.MaxBreadthExceeded)
		return false
	}
	x.keep()
	relay.SetMaxForwards(&x.Edits, x.Req, x.maxForwards)
	relay.SetContentLength(&x.Edits, x.Req)
	if !x.originated {
		x.Edits.FixVia(x.Req, x.Source)
	}
	if s := x.server; s != nil && x.Req.Method == sip.MethodInvite && s.m.State == txn.Proceeding && !s.answered {
		s.timers = e.timersOf(x.Profile())
		s.reply(x, &sip.Trying)
	}
	return true
}

// drop ends x without an answer.
func (e *Engine) drop(x *Exchange) {
	e.count(metricDropped)
	e.finish(x)
}

// reply answers x with a response of our own.
func (e *Engine) reply(x *Exchange, r *sip.Reply) {
	if x.answered || x.done {
		return
	}
	if r.Status >= 200 {
		x.answered = true
		e.endBranches(x, nil)
		defer e.finish(x)
	}
	if x.server != nil {
		x.server.reply(x, r)
	}
}

// send sends b's request to its target.
func (e *Engine) send(b *Branch) {
	x := b.x
	e.widen(b)
	dest, why := e.pathTo(b)
	if why != CauseNone {
		b.fail(why)
		return
	}
	if x.Req.Method == sip.MethodAck {
		out := e.compose(b, &dest, txn.Branch{Loop: uint8(e.index)})
		e.transmit(&dest, out, 0)
		x.keepAck(out, &dest)
		out.Release()
		e.countOn(dest.transport, trafficRequestsOut)
		e.finish(x)
		return
	}
	if e.clients.n >= e.limits().MaxTransactions {
		e.count(metricTransactionsFull)
		x.Reply(overloaded)
		return
	}
	c := e.clients.acquire(e)
	e.gauge(metricClients, 1)
	c.b, b.client = b, c
	c.dest, c.timers = dest, e.timersOf(x.Profile())
	c.remember(b)
	if s := x.server; s != nil {
		c.server, c.serverGen = s, s.gen
	}
	c.out = e.compose(b, &dest, txn.Branch{Loop: uint8(e.index), Slot: c.slot, Gen: c.gen})
	e.countOn(dest.transport, trafficRequestsOut)
	kind := txn.NonInviteClient
	if x.Req.Method == sip.MethodInvite {
		kind = txn.InviteClient
	}
	c.start(kind)
}

// compose writes the request as it goes out: with b's target in the
// Request-URI, our Via on top, Record-Route where the dialog's requests must
// come through us, and the edits of the stages.
func (e *Engine) compose(b *Branch, dest *path, id txn.Branch) *netio.Buf {
	x := b.x
	m := x.Req
	hop := b.Hop()
	if hop != nil && hop.RequestURI != nil {
		b.Edits.Replace(m.URIText, hop.RequestURI)
	}
	top := m.HeadersStart()
	b.Edits.InsertString(top, "Via: ")
	b.Edits.InsertEgress(top, sip.EgressVia)
	b.Edits.InsertString(top, ";rport;branch=")
	var branch [txn.BranchLen]byte
	b.Edits.Insert(top, e.edge.branch.Append(branch[:0], id, e.loopCookie(m)))
	if e.offersAlias(dest) {
		b.Edits.InsertString(top, ";alias")
	}
	b.Edits.InsertString(top, "\r\n")
	relay.SetMaxBreadth(&b.Edits, m, b.breadth)
	if recordRoutes(x) {
		e.recordRoute(b, dest, top)
	}
	if hop != nil && hop.Route != nil {
		b.Edits.InsertString(top, "Route: ")
		b.Edits.Insert(top, hop.Route)
		b.Edits.InsertString(top, "\r\n")
	}
	eg := sip.Egress{Transport: sipTransport(dest.transport), SentBy: sentBy(dest.listener)}
	out := e.loop.Acquire(m.SizeEdited(&x.Edits, &b.Edits, &eg))
	out.B = m.AppendEdited(out.B, &x.Edits, &b.Edits, &eg)
	return out
}

// recordRoutes reports whether the requests of the dialog that x may begin
// shall come through us: RFC 3261 §16.6 step 4, and NOTIFY, which may create
// the dialog of a SUBSCRIBE (RFC 6665 §4.3).
func recordRoutes(x *Exchange) bool {
	p := x.Profile()
	if x.originated {
		return false
	}
	switch x.Req.Method {
	case sip.MethodRegister:
		return false
	case sip.MethodNotify:
		return p.DoRecordRouting
	case sip.MethodInvite, sip.MethodSubscribe, sip.MethodRefer:
		return p.DoRecordRouting && (p.RecordRouteAll || !x.InDialog())
	}
	return p.RecordRouteAll
}

// recordRoute inserts our Record-Route.
func (e *Engine) recordRoute(b *Branch, dest *path, at int) {
	x := b.x
	in := x.Listener
	if in == nil { // it came on a connection that we opened
		in = e.listenerOf(x.conn)
	}
	if in == nil { // which has closed since
		in = e.listenerFor(x.Transport, x.Source.Addr())
	}
	caller := relay.Side{Transport: x.Transport, SentBy: sentBy(in), Flow: e.clientFlow(x.conn)}
	callee := relay.Side{Transport: dest.transport, SentBy: sentBy(dest.listener), Flow: e.clientFlow(dest.conn)}
	if u, err := x.Req.RequestURI(); err == parser.OK && u.Scheme == sip.SchemeSIPS {
		caller.Secure, callee.Secure = true, true
	}
	relay.InsertRecordRoute(&b.Edits, at, e.edge.flows, caller, callee, x.Req.CallID())
}

// clientFlow returns id if it is a connection that the peer opened, by which
// alone it may be reachable; one that we opened can be opened again.
func (e *Engine) clientFlow(id netio.ConnID) netio.ConnID {
	if id == 0 {
		return 0
	}
	if id.Loop() == e.index {
		if c := e.loop.Conn(id); c == nil || c.Dialled() {
			return 0
		}
	}
	return id // another loop's connections are known to us only by tokens
}
