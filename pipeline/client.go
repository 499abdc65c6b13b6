package pipeline

import (
	"cmp"
	"time"

	"sluice/netio"
	"sluice/netio/wheel"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline/txn"
)

// A clientTxn is the record of one client transaction. It outlives its
// branch: what lingers to absorb or pass on retransmissions needs a few
// fields only, and the exchange can go.
type clientTxn struct {
	m      txn.Machine
	timer  wheel.Timer
	e      *Engine
	b      *Branch    // nil once the exchange is done with it
	server *serverTxn // where further 2xx go; nil when unknown
	out    *netio.Buf // the request as sent; in state Completed of an INVITE, the ACK
	dest   path
	cancel *cancelTxn   // the CANCEL sent for it
	far    netio.ConnID // another loop's connection where a response is awaited

	flow       *flow // whose list it is on, while a response is awaited there
	nextOnFlow *clientTxn
	prevOnFlow *clientTxn

	slot, gen  uint32 // in engine.clients
	serverGen  uint32
	timers     *txn.Timers
	lostBy     Cause      // why its connection was lost, if that is known
	wantCancel bool       // a CANCEL waits for the first provisional response
	reason     *netio.Buf // the Reason header lines that go with it
	answer     *netio.Buf // the 2xx as it was relayed, where stages have edited it; for an INVITE of ours the ACK
	host       *netio.Buf // of the server that an INVITE is for, over TLS
	sent       bool       // the request went out once
	acked      bool       // answer is that ACK
	gone       bool       // its connection has closed
	again      bool       // another one may be used for what follows
	nextFree   uint32
}

// A cancelTxn is the non-INVITE transaction of a CANCEL, which shares the
// branch of the INVITE it cancels (RFC 3261 §9.1).
type cancelTxn struct {
	m      txn.Machine
	timer  wheel.Timer
	e      *Engine
	client *clientTxn
	out    *netio.Buf
	dest   path
	timers *txn.Timers
}

// clientTable holds the client transactions of a loop by slot.
type clientTable struct {
	slots []*clientTxn // slot 0 is not used
	free  uint32
	n     int
}

// acquire returns a record in a slot of its own, with a fresh generation.
func (t *clientTable) acquire(e *Engine) *clientTxn {
	if t.free == 0 {
		if len(t.slots) == 0 {
			t.slots = append(t.slots, nil)
		}
		c := &clientTxn{e: e, slot: uint32(len(t.slots)), gen: 1}
		c.timer.Owner = c
		t.slots = append(t.slots, c)
		t.n++
		return c
	}
	c := t.slots[t.free]
	t.free = c.nextFree
	t.n++
	return c
}

// release gives c's slot back; branches that name its generation are stale.
func (t *clientTable) release(c *clientTxn) {
	if c.gen++; c.gen == 0 {
		c.gen = 1
	}
	c.b, c.server, c.cancel, c.timers = nil, nil, nil, nil
	c.wantCancel, c.sent, c.acked, c.gone, c.again, c.lostBy = false, false, false, false, false, CauseNone
	c.nextFree, t.free = t.free, c.slot
	t.n--
}

// lookup returns the transaction that a branch of ours names, or nil.
func (t *clientTable) lookup(b txn.Branch) *clientTxn {
	if b.Slot == 0 || int(b.Slot) >= len(t.slots) {
		return nil
	}
	if c := t.slots[b.Slot]; c.gen == b.Gen {
		return c
	}
	return nil
}

// named returns the transaction that a token of ours names, or nil.
func (t *clientTable) named(tok Token) *clientTxn {
	return t.lookup(txn.Branch{Slot: tok.slot(), Gen: tok.gen()})
}

// start sends the request in c.out and begins the transaction.
func (c *clientTxn) start(k txn.Kind) {
	c.joinFlow()
	do := c.m.Start(k, c.dest.transport.Reliable(), c.e.loop.Now(), c.timers)
	c.do(do, nil)
}

// receive takes a response; resp is valid until return.
func (c *clientTxn) receive(resp *sip.Message) {
	do := c.m.Handle(txn.Received(resp.Status), c.e.loop.Now(), c.timers)
	if c.wantCancel && c.m.State == txn.Proceeding {
		c.sendWanted()
	}
	c.do(do, resp)
}

// do carries out the actions of a step. resp is the response of the step, if
// it was one.
func (c *clientTxn) do(a txn.Action, resp *sip.Message) {
	if a&txn.SendRequest != 0 {
		if c.sent {
			c.e.countOn(c.dest.transport, trafficRetransmitsOut)
		}
		c.sent = true
		if !c.e.transmit(&c.dest, c.out, c.token()) {
			a |= c.m.Handle(txn.TransportError, c.e.loop.Now(), c.timers)
		} else if c.dest.conn != 0 && c.dest.conn.Loop() != c.e.index {
			c.far = c.dest.conn
		}
	}
	if a&txn.Done != 0 {
		defer c.destroy() // also when a stage panics at what came of it
	}
	if a&txn.SendAck != 0 {
		c.sendAck(resp)
	}
	c.arm()
	if a&txn.ToTU != 0 {
		c.pass(resp)
	}
	if c.m.State == txn.Accepted || c.m.State == txn.Completed && c.m.Kind == txn.NonInviteClient {
		c.dropRequest() // it need not be sent again; what lingers is to be small
	}
	switch b := c.b; {
	case b == nil:
	case a&txn.TimedOut != 0:
		c.lose(b, CauseClientTimeout)
	case a&txn.TransportFailed != 0:
		c.lose(b, cmp.Or(c.lostBy, CauseConnectionError))
	case a&txn.TimerCFired != 0: // RFC 3261 §16.8; the branch goes on until its final response
		b.timedOut = true
		c.sendCancel(nil)
	}
}

// dropRequest gives back the bytes of the request, and to whom it went.
func (c *clientTxn) dropRequest() {
	for _, b := range [...]**netio.Buf{&c.out, &c.host} {
		if *b != nil {
			(*b).Release()
			*b = nil
		}
	}
}

// lose tells the branch that no response will come, and lets go of it.
func (c *clientTxn) lose(b *Branch, why Cause) {
	c.b, b.client = nil, nil
	switch {
	case b.timedOut:
		why = CauseInviteTimeout
	case why == CauseConnectionError && b.Target.Flow != 0:
		why = CauseFlowFailed // not one that we could have opened
	}
	b.detach(nil) // a stage may hold a response of before
	b.fail(why)
}

// pass hands a response to the branch, or, when the branch is done with,
// relays what must still go through: further 2xx of an INVITE (RFC 6026
// §7.2), each of which ends with the caller's ACK.
func (c *clientTxn) pass(resp *sip.Message) {
	if resp == nil || resp.Status == 100 {
		return // 100 goes no further (RFC 3261 §16.7 step 5)
	}
	if c.b != nil {
		c.e.response(c.b, resp)
		return
	}
	if c.acked {
		if sameToTag(resp, &c.e.sent, c.answer.B) {
			c.e.transmit(&c.dest, c.answer, 0)
		}
		return
	}
	if c.server != nil && c.server.gen == c.serverGen && resp.Status/100 == 2 {
		x := c.server.x
		c.server.relayLate(resp, c.answer)
		if x != nil && !x.answered { // given up, and it accepts all the same
			x.answered = true
			c.e.endBranches(x, completedElsewhere)
			c.e.finish(x)
		}
	}
}

// keepAnswer keeps a 2xx as it was relayed: what repeats it must not differ.
func (c *clientTxn) keepAnswer(out *netio.Buf) {
	if c.m.Kind != txn.InviteClient || c.answer != nil {
		return
	}
	c.answer = c.e.loop.Acquire(len(out.B))
	c.answer.B = append(c.answer.B, out.B...)
}

// sendAck acknowledges a final response other than 2xx; the ACK takes the
// place of the request in c.out, for the retransmissions of that response.
func (c *clientTxn) sendAck(resp *sip.Message) {
	if resp != nil && c.e.sentIsInvite(c.out) {
		ack := c.e.loop.Acquire(len(c.out.B) + len(resp.Value(sip.HeaderTo)))
		ack.B = sip.AppendAck(ack.B, &c.e.sent, resp)
		c.out.Release()
		c.out = ack
	}
	c.follow(c.out)
}

// sendCancel cancels the INVITE, at once if a provisional response has
// arrived, else when it does (RFC 3261 §9.1). reason holds header lines for the
// CANCEL.
func (c *clientTxn) sendCancel(reason []byte) {
	if c.cancel != nil || c.m.Kind != txn.InviteClient {
		return
	}
	if c.m.State == txn.Calling {
		c.wantLater(reason)
		return
	}
	if c.m.State != txn.Proceeding || !c.e.sentIsInvite(c.out) {
		return
	}
	c.wantCancel = false
	n := c.e.acquireCancel()
	n.client, n.dest, n.timers = c, c.dest, c.timers
	n.out = c.e.loop.Acquire(len(c.out.B))
	n.out.B = sip.AppendCancel(n.out.B, &c.e.sent, reason)
	c.cancel = n
	c.m.Handle(txn.CancelSent, c.e.loop.Now(), c.timers)
	c.arm()
	n.do(n.m.Start(txn.NonInviteClient, n.dest.transport.Reliable(), c.e.loop.Now(), n.timers))
}

// wantLater has the CANCEL wait for a provisional response.
func (c *clientTxn) wantLater(reason []byte) {
	c.wantCancel = true
	if len(reason) > 0 && c.reason == nil {
		c.reason = c.e.loop.Acquire(len(reason))
		c.reason.B = append(c.reason.B, reason...)
	}
}

// sendWanted sends the CANCEL that has waited.
func (c *clientTxn) sendWanted() {
	if c.reason == nil {
		c.sendCancel(nil)
		return
	}
	c.sendCancel(c.reason.B)
}

// token lets a loop that could not write for us say so.
func (c *clientTxn) token() uint64 { return uint64(makeToken(c.e.index, c.slot, c.gen)) }

// arm sets the timer to the machine's next deadline.
func (c *clientTxn) arm() { c.e.armTimer(&c.timer, &c.m) }

// Expire implements wheel.Owner.
func (c *clientTxn) Expire(_ *wheel.Timer, now time.Duration) time.Duration {
	defer c.e.guardCallback()
	c.do(c.m.Expire(now, c.timers), nil)
	return 0
}

// destroy ends the record. Its branch, if there still is one, has been told.
func (c *clientTxn) destroy() {
	c.leaveFlow()
	c.leaveFar()
	c.e.loop.Wheel().Disarm(&c.timer)
	c.dropRequest()
	for _, b := range [...]**netio.Buf{&c.reason, &c.answer} {
		if *b != nil {
			(*b).Release()
			*b = nil
		}
	}
	if c.cancel != nil {
		c.cancel.client = nil
	}
	if c.b != nil {
		c.b.client = nil
	}
	c.e.clients.release(c)
	c.e.gauge(metricClients, -1)
}

func (n *cancelTxn) do(a txn.Action) {
	switch {
	case a&txn.SendRequest == 0:
	case n.client != nil:
		n.client.follow(n.out)
	default:
		n.e.transmit(&n.dest, n.out, 0)
	}
	if a&txn.Done != 0 {
		n.destroy()
		return
	}
	n.e.armTimer(&n.timer, &n.m)
}

// Expire implements wheel.Owner.
func (n *cancelTxn) Expire(_ *wheel.Timer, now time.Duration) time.Duration {
	defer n.e.guardCallback()
	n.do(n.m.Expire(now, n.timers))
	return 0
}

func (n *cancelTxn) destroy() {
	n.e.loop.Wheel().Disarm(&n.timer)
	n.out.Release()
	n.out = nil
	if n.client != nil {
		n.client.cancel = nil
		n.client = nil
	}
	n.e.freeCancels = append(n.e.freeCancels, n)
}

// armTimer sets t to m's next deadline, or off.
func (e *Engine) armTimer(t *wheel.Timer, m *txn.Machine) {
	at, ok := m.Next()
	if !ok {
		e.loop.Wheel().Disarm(t)
		return
	}
	if t.Armed() && t.When() == at {
		return
	}
	now := e.loop.Now()
	e.loop.Wheel().Arm(t, now, max(at-now, 1))
}

// sentIsInvite indexes a request of ours into e.sent, to build from it what
// must repeat its parts.
func (e *Engine) sentIsInvite(out *netio.Buf) bool {
	e.sent.Reset()
	if out == nil || e.sent.Index(out.B) != parser.OK {
		return false
	}
	return e.sent.Method == sip.MethodInvite
}
