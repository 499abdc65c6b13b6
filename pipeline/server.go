package pipeline

import (
	"time"

	"sluice/netio"
	"sluice/netio/wheel"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline/relay"
	"sluice/pipeline/txn"
)

// tryingAfter is how long an INVITE may be parked before we answer 100
// (RFC 3261 §17.2.1).
const tryingAfter = 200 * time.Millisecond

// A serverTxn is the record of one server transaction. It is in the table
// from before the chain runs, so that no stage sees a retransmission; and it
// outlives its exchange, to absorb retransmissions and the ACK.
type serverTxn struct {
	entry txn.Entry[serverTxn]
	m     txn.Machine
	timer wheel.Timer
	e     *Engine
	x     *Exchange  // nil once the exchange has ended
	back  path       // where responses go (RFC 3261 §18.2.2)
	flow  *flow      // that its request came on, nil for UDP
	last  *netio.Buf // the last response, where it may have to be sent again

	parties *netio.Buf // From and To of the client, where they went out otherwise
	fromLen int

	gen      uint32        // changes when the record is reused
	answered bool          // some response has gone out
	owes     bool          // the client waits on flow for its final response
	keeps    bool          // the client offers keep-alives, which we want
	tryingAt time.Duration // when 100 is due, 0 for never
	timers   *txn.Timers
	nextFree *serverTxn

	nextInvite *serverTxn // on the list of its flow
	prevInvite *serverTxn
}

// reply answers with a response of our own.
func (s *serverTxn) reply(x *Exchange, r *sip.Reply) {
	if r.Status == 100 {
		s.replyTagged(x, r, nil)
		return
	}
	t := s.e.tagFor(x.Req)
	s.replyTagged(x, r, t.bytes())
}

// replyTagged answers with a response of our own in the dialog that a To tag
// names.
func (s *serverTxn) replyTagged(x *Exchange, r *sip.Reply, tag []byte) {
	b := s.e.loop.Acquire(len(x.Req.Buf) + len(r.Headers) + len(r.Reason) + replyRoom)
	b.B = s.e.appendReply(b.B, x.Req, x.Source, r, tag)
	s.send(b, r.Status)
}

// send takes a response with status and passes it to the client if the
// machine lets it; b changes its owner.
func (s *serverTxn) send(b *netio.Buf, status uint16) {
	do := s.m.Handle(txn.Sent(status), s.e.loop.Now(), s.timers)
	if do&txn.SendResponse == 0 {
		b.Release() // the client has its final response (RFC 3261 §17.2.1)
		return
	}
	s.e.countReply(s.back.transport, status)
	b = s.keep(b, status)
	s.tryingAt, s.answered = 0, true
	sent := s.e.transmit(&s.back, b, 0)
	switch {
	case status < 200:
	case sent:
		s.mayBeLost(b)
	case s.e.reopen(&s.back):
		s.e.transmit(&s.back, b, 0)
	}
	if s.last != nil {
		s.last.Release()
		s.last = nil
	}
	if s.mayRepeat(status) {
		s.last = b
	} else {
		b.Release()
	}
	if status >= 200 {
		s.paid()
	}
	s.do(do &^ txn.SendResponse)
}

// mayRepeat reports whether a response with status may have to be sent again:
// never over a reliable transport, and a 2xx for an INVITE comes again from
// the callee (RFC 6026 §7.1).
func (s *serverTxn) mayRepeat(status uint16) bool {
	return !s.back.transport.Reliable() && (s.m.Kind != txn.InviteServer || status/100 != 2)
}

// handle takes an event from the client's side.
func (s *serverTxn) handle(ev txn.Event) {
	s.do(s.m.Handle(ev, s.e.loop.Now(), s.timers))
}

// do carries out the actions of a step.
func (s *serverTxn) do(a txn.Action) {
	if a&txn.SendResponse != 0 && s.last != nil {
		s.e.countOn(s.back.transport, trafficRetransmitsOut)
		s.e.transmit(&s.back, s.last, 0)
	}
	if a&txn.TimedOut != 0 {
		s.e.count(metricAckMissing)
	}
	if a&txn.Done != 0 {
		s.destroy()
		return
	}
	s.arm()
}

// arm sets the timer to what is due first: the machine's next deadline, or
// the 100 of a parked INVITE.
func (s *serverTxn) arm() {
	at, ok := s.m.Next()
	if s.tryingAt != 0 && (!ok || s.tryingAt < at) {
		at, ok = s.tryingAt, true
	}
	w := s.e.loop.Wheel()
	switch {
	case !ok:
		w.Disarm(&s.timer)
	case !s.timer.Armed() || s.timer.When() != at:
		now := s.e.loop.Now()
		w.Arm(&s.timer, now, max(at-now, 1))
	}
}

// Expire implements wheel.Owner.
func (s *serverTxn) Expire(_ *wheel.Timer, now time.Duration) time.Duration {
	defer s.e.guardCallback()
	if s.tryingAt != 0 && now >= s.tryingAt {
		s.tryingAt = 0
		if s.x != nil {
			s.reply(s.x, &sip.Trying)
		}
	}
	s.do(s.m.Expire(now, s.timers))
	return 0
}

// parked sees to it that a client whose INVITE waits for a stage is answered
// 100 in time.
func (s *serverTxn) parked() {
	if s == nil || s.m.Kind != txn.InviteServer || s.answered || s.m.State != txn.Proceeding {
		return
	}
	s.tryingAt = s.e.loop.Now() + tryingAfter
	s.arm()
}

// relayLate passes on a 2xx that arrived after the exchange had ended: the
// answer of another callee behind a forking proxy, or a retransmission, which
// goes out as the first one did if stages had edited that: before.
func (s *serverTxn) relayLate(resp *sip.Message, before *netio.Buf) {
	e := s.e
	if s.m.Kind != txn.InviteServer {
		return // the client has its answer (RFC 3261 §17.2.2)
	}
	if before != nil && sameToTag(resp, &e.sent, before.B) {
		b := e.loop.Acquire(len(before.B))
		b.B = append(b.B, before.B...)
		s.send(b, resp.Status)
		return
	}
	e.respEdits.Reset()
	e.respEdits.RemoveElement(resp, sip.HeaderVia)
	relay.SetContentLength(&e.respEdits, resp)
	s.restore(&e.respEdits, resp)
	b := e.loop.Acquire(len(resp.Buf))
	b.B = resp.AppendEdited(b.B, &e.respEdits, nil, nil)
	s.send(b, resp.Status)
}

// sameToTag reports whether a and the message in buf, which is indexed into b,
// belong to one dialog.
func sameToTag(a, b *sip.Message, buf []byte) bool {
	b.Reset()
	if b.Index(buf) != parser.OK {
		return false
	}
	at, aerr := a.To()
	bt, berr := b.To()
	return aerr == parser.OK && berr == parser.OK && string(at.Tag.Of(a.Buf)) == string(bt.Tag.Of(b.Buf))
}

// destroy takes the record out of the table. An exchange that still runs
// goes on without it.
func (s *serverTxn) destroy() {
	s.e.loop.Wheel().Disarm(&s.timer)
	s.e.servers.Remove(&s.entry)
	s.e.gauge(metricServers, -1)
	if s.last != nil {
		s.last.Release()
		s.last = nil
	}
	if s.parties != nil {
		s.parties.Release()
		s.parties = nil
	}
	if s.x != nil {
		s.x.server = nil
		s.x = nil
	}
	s.e.releaseServer(s)
}
