package main

import (
	"bytes"
	"strconv"
	"time"

	"sluice/bench/sipmsg"
)

// Timer values of RFC 3261 §17.1.1.1.
const (
	t1 = 500 * time.Millisecond
	t2 = 4 * time.Second
)

type callState uint8

const (
	stateFree     callState = iota
	stateCalling            // the request is sent
	stateRinging            // a provisional response stopped its retransmission
	stateUp                 // ACK is sent, BYE is not
	stateClosing            // BYE is sent
	stateAnswered           // BYE is answered, the ACK has not reached the callee
)

// A call is one slot: a call, or a single OPTIONS or REGISTER. Its slices are
// its own and are reused by the next call in the slot.
type call struct {
	ref     callRef
	text    [refLen]byte
	state   callState
	invited bool // the callee has the INVITE
	acked   bool // the callee has the ACK
	caller  *phone
	callee  *phone
	began   time.Duration

	// The request at hand, sent by one of the two.
	due      time.Duration // of its next retransmission, or of the BYE; never: none
	expire   time.Duration
	interval time.Duration

	// The caller's side of the dialog, from the 200.
	dialog dialog
	// The callee's side, from the INVITE; kept when it is the one to hang up.
	reverse dialog

	// The callee's 200, repeated until the ACK is there.
	ok         []byte
	okFlow     *flow
	okTo       peer
	okDue      time.Duration // never: acknowledged
	okExpire   time.Duration
	okInterval time.Duration
}

// A dialog is what a phone needs to send a request within it (RFC 3261 §12.2.1.1).
type dialog struct {
	target []byte
	routes []byte // Route headers, ready to send
	to     []byte
}

// never is later than any run lasts.
const never = time.Duration(1<<63 - 1)

// start begins the next call in a free slot.
func (e *engine) start(c *call, caller, callee *phone) {
	c.ref.gen++
	c.text = c.ref.text()
	c.state, c.invited, c.acked = stateCalling, false, false
	c.caller, c.callee = caller, callee
	c.began = e.now
	c.okDue = never
	e.arm(c, caller.flow)
	e.sendFirst(c)
	e.schedule(c)
}

// arm starts the timers of a request that leaves by f: A and B, or E and F (RFC 3261 §17.1).
func (e *engine) arm(c *call, f *flow) {
	c.interval, c.expire = e.t1, e.now+e.plan.timeout
	c.due = never
	if f.transport == transportUDP {
		c.due = e.now + e.t1
	}
}

// sendFirst sends the request that begins the slot's work, or sends it again.
func (e *engine) sendFirst(c *call) {
	o := outgoing{head: e.plan.first, tail: e.plan.first}
	if e.plan.first == requestRegister {
		o.uri, o.to = e.plan.registrar, c.caller.record
	} else {
		o.uri, o.to = c.callee.target, c.callee.to
	}
	e.request(c, c.caller, &o)
}

func (e *engine) request(c *call, p *phone, o *outgoing) {
	b := e.wire.begin(p.flow)
	e.wire.end(p.flow, p.appendRequest(b, o, &c.text), &e.server)
}

func (e *engine) sendAck(c *call) {
	e.request(c, c.caller, &outgoing{head: requestAck, tail: requestAck,
		uri: c.dialog.target, routes: c.dialog.routes, to: c.dialog.to})
}

func (e *engine) sendBye(c *call) {
	if !e.plan.calleeHangsUp {
		e.request(c, c.caller, &outgoing{head: requestBye, tail: requestBye,
			uri: c.dialog.target, routes: c.dialog.routes, to: c.dialog.to})
		return
	}
	d := &c.reverse
	b := e.wire.begin(c.okFlow)
	b = c.callee.appendRequest(b, &outgoing{head: requestCalleeBye, tail: requestCalleeBye,
		uri: d.target, routes: d.routes, to: d.to}, &c.text)
	e.wire.end(c.okFlow, b, &e.server)
}

// hangUp sends the BYE at once or when the call has lasted long enough.
func (e *engine) hangUp(c *call) {
	if e.plan.hold > 0 && c.due == never {
		c.due = e.now + e.plan.hold
		return
	}
	c.state = stateClosing
	by := c.caller.flow
	if e.plan.calleeHangsUp {
		by = c.okFlow
	}
	e.arm(c, by)
	e.sendBye(c)
}

// onMessage serves every received message.
func (e *engine) onMessage(f *flow, from *peer, v *sipmsg.View) {
	c := e.find(v.CallID)
	if v.Status == 0 {
		e.onRequest(c, f, from, v)
	} else if c == nil || c.state == stateFree {
		e.sum.stale++
	} else {
		e.onResponse(c, v)
		e.schedule(c)
	}
}

// find is the call that a Call-ID names; nil when its slot is used by another by now.
func (e *engine) find(callID []byte) *call {
	if !bytes.HasPrefix(callID, e.run) {
		return nil
	}
	ref, ok := parseRef(callID[len(e.run):])
	if !ok || int(ref.slot) >= len(e.calls) {
		return nil
	}
	if c := e.calls[ref.slot]; c.ref == ref {
		return c
	}
	return nil
}

func (e *engine) onResponse(c *call, v *sipmsg.View) {
	switch {
	case v.Method == sipmsg.MethodInvite:
		e.onInviteResponse(c, v)
	case v.Status < 200:
	case v.Method == sipmsg.MethodBye && c.state == stateClosing:
		e.onByeResponse(c, v)
	case v.Method == sipmsg.MethodBye: // the answer to a retransmission
		e.sum.stale++
	case v.Status >= 300:
		e.fail(c, statusReason(v.Method, v.Status))
	default:
		e.setup(c)
		e.finish(c)
	}
}

func (e *engine) onInviteResponse(c *call, v *sipmsg.View) {
	early := c.state == stateCalling || c.state == stateRinging
	switch {
	case v.Status < 200:
		if v.Status == 100 {
			e.sum.trying++
		} else {
			e.sum.ringing++
		}
		if early {
			c.state, c.due = stateRinging, never
		}
	case v.Status < 300 && early:
		e.onAnswer(c, v)
	case v.Status < 300: // our ACK was lost (RFC 3261 §13.2.2.4)
		e.sum.repeated200++
		e.sendAck(c)
	case early:
		e.request(c, c.caller, &outgoing{head: requestInvite, tail: requestAck, uri: c.callee.target, to: v.To})
		e.fail(c, statusReason(v.Method, v.Status))
	}
}

// onAnswer takes the 200 to the INVITE.
func (e *engine) onAnswer(c *call, v *sipmsg.View) {
	if !c.dialog.learn(v, v.To, true) {
		e.fail(c, "no-record-route")
		return
	}
	e.setup(c)
	c.state, c.due, c.expire = stateUp, never, never
	e.sendAck(c)
	if !e.plan.calleeHangsUp {
		e.hangUp(c)
	}
}

// learn takes the remote target and the route set; the reversed one is the
// caller's. It is false when no proxy, or a strict router, put itself in the way.
func (d *dialog) learn(v *sipmsg.View, to []byte, reversed bool) bool {
	d.target = append(d.target[:0], sipmsg.AddrSpec(v.Contact)...)
	d.to = append(d.to[:0], to...)
	d.routes = v.AppendRoutes(d.routes[:0], reversed)
	end := bytes.IndexByte(d.routes, '>')
	return len(d.target) > 0 && end > 0 && bytes.Contains(d.routes[:end], []byte(";lr"))
}

func (e *engine) onByeResponse(c *call, v *sipmsg.View) {
	if v.Status >= 300 {
		e.fail(c, statusReason(v.Method, v.Status))
		return
	}
	c.state, c.due, c.expire = stateAnswered, never, never
	if c.acked {
		e.finish(c)
	}
}

func (e *engine) onRequest(c *call, f *flow, from *peer, v *sipmsg.View) {
	if v.Routed && c != nil && c.state != stateFree {
		e.fail(c, "route-left")
		return
	}
	switch v.Method {
	case sipmsg.MethodInvite:
		e.onInvite(c, f, from, v)
	case sipmsg.MethodAck:
		e.onAck(c)
	case sipmsg.MethodBye, sipmsg.MethodOptions:
		// Answered whatever became of the call: a retransmission of its BYE may come late.
		to := responseTo(f, from, v)
		e.wire.end(f, v.AppendResponse(e.wire.begin(f), "200 OK", refText(v.CallID), nil), &to)
	}
	if c != nil {
		e.schedule(c)
	}
}

// onInvite rings and answers at once.
func (e *engine) onInvite(c *call, f *flow, from *peer, v *sipmsg.View) {
	if c == nil || c.state == stateFree {
		e.sum.stale++
		return
	}
	if c.invited {
		e.sum.repeatedInvite++
		if c.okDue != never {
			e.sendOK(c)
		}
		return
	}
	c.invited = true
	c.okFlow, c.okTo = f, responseTo(f, from, v)
	if e.plan.calleeHangsUp {
		c.reverse.learn(v, v.From, false)
	}
	e.wire.end(f, v.AppendResponse(e.wire.begin(f), "180 Ringing", c.text[:], c.callee.ring), &c.okTo)
	c.ok = v.AppendResponse(c.ok[:0], "200 OK", c.text[:], c.callee.answer)
	c.okInterval, c.okDue, c.okExpire = e.t1, e.now+e.t1, e.now+e.plan.timeout
	e.sendOK(c)
}

func (e *engine) sendOK(c *call) {
	e.wire.end(c.okFlow, append(e.wire.begin(c.okFlow), c.ok...), &c.okTo)
}

func (e *engine) onAck(c *call) {
	if c == nil || c.state == stateFree || c.acked {
		e.sum.stale++
		return
	}
	c.acked, c.okDue = true, never
	switch {
	case c.state == stateAnswered:
		e.finish(c)
	case c.state == stateUp && e.plan.calleeHangsUp:
		e.hangUp(c)
	}
}

// refText is the part of one of our Call-IDs that holds the reference.
func refText(callID []byte) []byte {
	if len(callID) < runLen+refLen {
		return callID
	}
	return callID[runLen : runLen+refLen]
}

// responseTo is where a response to v goes by UDP: back to the source at the port
// that the topmost Via names (RFC 3261 §18.2.2).
func responseTo(f *flow, from *peer, v *sipmsg.View) peer {
	if f.transport != transportUDP {
		return peer{}
	}
	to := *from
	setPort(&to, v.ViaPort())
	return to
}

// onTimer retransmits and gives up.
func (e *engine) onTimer(c *call) {
	if e.now >= c.okDue {
		if e.now >= c.okExpire {
			e.fail(c, "no-ack")
			return
		}
		e.sum.retransmitted200++
		c.okInterval = min(2*c.okInterval, t2)
		c.okDue = e.now + c.okInterval
		e.sendOK(c)
	}
	switch {
	case e.now >= c.expire:
		e.fail(c, timeoutReason(c.state))
		return
	case e.now >= c.due && c.state == stateUp:
		e.hangUp(c)
	case e.now >= c.due:
		e.retransmit(c)
	}
	e.schedule(c)
}

// retransmit sends the request at hand again: INVITE at intervals that double
// (timer A), others at intervals that double up to T2 (timer E).
func (e *engine) retransmit(c *call) {
	e.sum.retransmitted++
	c.interval *= 2
	if c.state == stateClosing {
		c.interval = min(c.interval, t2)
		e.sendBye(c)
	} else {
		if e.plan.first != requestInvite {
			c.interval = min(c.interval, t2)
		}
		e.sendFirst(c)
	}
	c.due = e.now + c.interval
}

// schedule notes when onTimer has to look at c again.
func (e *engine) schedule(c *call) {
	if c.state == stateFree {
		e.due[c.ref.slot] = never
		return
	}
	e.due[c.ref.slot] = min(c.due, c.expire, c.okDue)
}

func statusReason(m sipmsg.Method, status int) string {
	return m.String() + "-" + strconv.Itoa(status)
}

func timeoutReason(s callState) string {
	switch s {
	case stateCalling:
		return "timeout-no-response"
	case stateRinging:
		return "timeout-no-final-response"
	}
	return "timeout-bye"
}
