package txn

import "time"

// A Machine is one transaction: its state and its deadlines. It is embedded in
// the record of the transaction; the zero Machine is Idle. Times are absolute,
// on the clock of the caller; 0 means that a deadline is not armed.
type Machine struct {
	Kind     Kind
	State    State
	Reliable bool

	interval     time.Duration // between the last retransmission and the next
	retransmitAt time.Duration // Timer A, E or G
	endAt        time.Duration // the timer that ends the state, see ends
	cAt          time.Duration // Timer C
}

// The timer that sends again, by kind.
var repeats = [numKinds]Event{InviteClient: TimerA, NonInviteClient: TimerE, InviteServer: TimerG}

// The timer that ends a state, by kind.
var ends = [numKinds][numStates]Event{
	InviteClient:    {Calling: TimerB, Proceeding: TimerCancel, Completed: TimerD, Accepted: TimerM},
	NonInviteClient: {Trying: TimerF, Proceeding: TimerF, Completed: TimerK},
	InviteServer:    {Completed: TimerH, Confirmed: TimerI, Accepted: TimerL},
	NonInviteServer: {Completed: TimerJ},
}

// Start begins a transaction of kind k; reliable tells its transport. Whatever
// m was before is forgotten.
func (m *Machine) Start(k Kind, reliable bool, now time.Duration, t *Timers) Action {
	*m = Machine{Kind: k, Reliable: reliable}
	return m.Handle(Start, now, t)
}

// Handle takes the step of event e and sets the deadlines of the state it leads
// to. Events of timers are the business of [Machine.Expire].
func (m *Machine) Handle(e Event, now time.Duration, t *Timers) Action {
	from := m.State
	to, do := Step(m.Kind, from, e, m.Reliable)
	m.State = to
	switch {
	case to == Terminated:
		m.interval, m.retransmitAt, m.endAt, m.cAt = 0, 0, 0, 0
	case m.Kind == InviteClient:
		m.armInviteClient(from, e, now, t)
	case m.Kind == NonInviteClient:
		m.armNonInviteClient(from, e, now, t)
	case m.Kind == InviteServer:
		m.armInviteServer(from, e, now, t)
	case m.Kind == NonInviteServer && to == Completed && from != Completed:
		m.endAt = deadline(now, t.J)
	}
	return do
}

// Pending reports whether a client transaction has had no final response.
func (m *Machine) Pending() bool {
	return m.State == Calling || m.State == Trying || m.State == Proceeding
}

// armInviteClient sets Timers A, B, D and M (RFC 3261 §17.1.1.2, RFC 6026
// §8.4), Timer C (RFC 3261 §16.6 step 11, §16.7 step 2) and the patience after
// a CANCEL (§9.1).
func (m *Machine) armInviteClient(from State, e Event, now time.Duration, t *Timers) {
	switch {
	case from == m.State:
		m.stayInviteClient(e, now, t)
	case m.State == Calling:
		m.repeat(now, t.T1)
		m.endAt, m.cAt = deadline(now, t.B), deadline(now, t.C)
	case m.State == Proceeding:
		m.retransmitAt, m.endAt = 0, 0
		m.stayInviteClient(e, now, t)
	case m.State == Completed:
		m.retransmitAt, m.endAt, m.cAt = 0, deadline(now, t.D), 0
	case m.State == Accepted:
		m.retransmitAt, m.endAt, m.cAt = 0, deadline(now, t.M), 0
	}
}

// stayInviteClient sets what changes within a state. In Proceeding an armed
// endAt says that the CANCEL has gone out: then Timer C is spent, and neither a
// provisional response nor a second CANCEL buys more time.
func (m *Machine) stayInviteClient(e Event, now time.Duration, t *Timers) {
	switch {
	case m.State == Calling && e == TimerA:
		m.again(now, 2*m.interval)
	case m.State != Proceeding || m.endAt != 0:
	case e == Recv1xx:
		m.cAt = deadline(now, t.C)
	case e == TimerC || e == CancelSent:
		m.cAt, m.endAt = 0, deadline(now, 64*t.T1)
	}
}

// armNonInviteClient sets Timers E, F and K (RFC 3261 §17.1.2.2). Timer F runs
// through Trying and Proceeding.
func (m *Machine) armNonInviteClient(from State, e Event, now time.Duration, t *Timers) {
	switch {
	case e == TimerE && m.State == Trying:
		m.again(now, min(2*m.interval, t.T2))
	case e == TimerE && m.State == Proceeding:
		m.again(now, t.T2)
	case from == m.State:
	case m.State == Trying:
		m.repeat(now, t.T1)
		m.endAt = deadline(now, t.F)
	case m.State == Completed:
		m.retransmitAt, m.endAt = 0, deadline(now, t.T4)
	}
}

// armInviteServer sets Timers G, H and I (RFC 3261 §17.2.1) and L (RFC 6026
// §8.7).
func (m *Machine) armInviteServer(from State, e Event, now time.Duration, t *Timers) {
	switch {
	case e == TimerG && m.State == Completed:
		m.again(now, min(2*m.interval, t.T2))
	case from == m.State:
	case m.State == Completed:
		m.repeat(now, t.T1)
		m.endAt = deadline(now, t.H)
	case m.State == Confirmed:
		m.retransmitAt, m.endAt = 0, deadline(now, t.T4)
	case m.State == Accepted:
		m.endAt = deadline(now, t.L)
	}
}

// repeat arms the first retransmission, which unreliable transports need alone.
func (m *Machine) repeat(now, interval time.Duration) {
	if m.Reliable {
		return
	}
	m.interval, m.retransmitAt = interval, deadline(now, interval)
}

// again arms the next retransmission. The schedule counts from the deadline
// that has passed, so that a coarse clock does not stretch it; one that has
// been missed by more than an interval begins anew, so that a stall is not
// followed by a burst. It always lies ahead of now: Expire ends.
func (m *Machine) again(now, interval time.Duration) {
	if m.retransmitAt == 0 {
		return
	}
	m.interval = interval
	m.retransmitAt += interval
	if m.retransmitAt <= now {
		m.retransmitAt = deadline(now, max(interval, 1))
	}
}

// deadline returns when d is over. It is never 0, which means unarmed.
func deadline(now, d time.Duration) time.Duration { return max(now+d, 1) }

// Next returns the earliest deadline, if there is any.
func (m *Machine) Next() (time.Duration, bool) {
	_, at := m.next()
	return at, at != 0
}

// next returns the earliest deadline and its timer, 0 if none is armed. Of
// those that fall together the one that ends the state goes first.
func (m *Machine) next() (Event, time.Duration) {
	if m.Kind >= numKinds || m.State >= numStates {
		return 0, 0
	}
	e, at := ends[m.Kind][m.State], m.endAt
	if m.cAt != 0 && (at == 0 || m.cAt < at) {
		e, at = TimerC, m.cAt
	}
	if m.retransmitAt != 0 && (at == 0 || m.retransmitAt < at) {
		e, at = repeats[m.Kind], m.retransmitAt
	}
	return e, at
}

// Expire fires the timers whose deadline has passed, in the order of the
// deadlines, and returns the actions of all. However late the call, a message is
// sent again once at most, and not at all by a transaction that has ended.
func (m *Machine) Expire(now time.Duration, t *Timers) Action {
	var do Action
	for {
		e, at := m.next()
		if at == 0 || at > now {
			return do
		}
		do |= m.Handle(e, now, t)
		if do&Done != 0 {
			return do &^ (SendRequest | SendResponse)
		}
	}
}
