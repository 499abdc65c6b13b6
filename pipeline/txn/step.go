package txn

// An arrow leads to a state and has things done on the way. The zero arrow is
// none, since nothing leads back to Idle.
type arrow struct {
	to State
	do Action
}

// A figure is a state diagram: the arrows by the box they leave and the event
// over them.
type figure [numStates][numEvents]arrow

// Abandon is not in the figures: a transaction user that must not answer
// (RFC 4320 §4.2) or is shut down ends its transactions by it, in any state.
var figures = [numKinds]figure{
	// RFC 6026 §8.4, Figure 5. The rows of Timer C are RFC 3261 §16.8, those
	// of the CANCEL §9.1.
	InviteClient: {
		Idle: {
			Start: {Calling, SendRequest},
		},
		Calling: {
			TimerA:         {Calling, SendRequest},
			TimerB:         {Terminated, TimedOut | Done},
			TimerC:         {Terminated, TimedOut | Done}, // no provisional response: as if 408
			TransportError: {Terminated, TransportFailed | Done},
			Recv100:        {Proceeding, ToTU},
			Recv1xx:        {Proceeding, ToTU},
			Recv2xx:        {Accepted, ToTU},
			RecvFinal:      {Completed, SendAck | ToTU},
			Abandon:        {Terminated, Done},
		},
		Proceeding: {
			Recv100:     {Proceeding, ToTU},
			Recv1xx:     {Proceeding, ToTU},
			Recv2xx:     {Accepted, ToTU},
			RecvFinal:   {Completed, SendAck | ToTU},
			TimerC:      {Proceeding, TimerCFired},
			CancelSent:  {Proceeding, 0},
			TimerCancel: {Terminated, TimedOut | Done},
			Abandon:     {Terminated, Done},
		},
		Completed: {
			RecvFinal:      {Completed, SendAck},
			TransportError: {Terminated, TransportFailed | Done},
			TimerD:         {Terminated, Done},
			Abandon:        {Terminated, Done},
		},
		Accepted: {
			Recv2xx: {Accepted, ToTU},
			TimerM:  {Terminated, Done},
			Abandon: {Terminated, Done},
		},
	},

	// RFC 3261 §17.1.2, Figure 6.
	NonInviteClient: {
		Idle: {
			Start: {Trying, SendRequest},
		},
		Trying: {
			TimerE:         {Trying, SendRequest},
			TimerF:         {Terminated, TimedOut | Done},
			TransportError: {Terminated, TransportFailed | Done},
			Recv100:        {Proceeding, ToTU},
			Recv1xx:        {Proceeding, ToTU},
			Recv2xx:        {Completed, ToTU},
			RecvFinal:      {Completed, ToTU},
			Abandon:        {Terminated, Done},
		},
		Proceeding: {
			TimerE:         {Proceeding, SendRequest},
			TimerF:         {Terminated, TimedOut | Done},
			TransportError: {Terminated, TransportFailed | Done},
			Recv100:        {Proceeding, ToTU},
			Recv1xx:        {Proceeding, ToTU},
			Recv2xx:        {Completed, ToTU},
			RecvFinal:      {Completed, ToTU},
			Abandon:        {Terminated, Done},
		},
		Completed: {
			TimerK:  {Terminated, Done},
			Abandon: {Terminated, Done},
		},
	},

	// RFC 6026 §8.6, Figure 7. Timer H tells the user, as the text of RFC 3261
	// §17.2.1 demands and the figure of RFC 6026 leaves out.
	InviteServer: {
		Idle: {
			Start: {Proceeding, ToTU},
		},
		Proceeding: {
			Retransmit:     {Proceeding, SendResponse},
			Send1xx:        {Proceeding, SendResponse},
			Send2xx:        {Accepted, SendResponse},
			SendFinal:      {Completed, SendResponse},
			TransportError: {Proceeding, TransportFailed},
			Abandon:        {Terminated, Done},
		},
		Completed: {
			Retransmit:     {Completed, SendResponse},
			TimerG:         {Completed, SendResponse},
			TimerH:         {Terminated, TimedOut | Done},
			Ack:            {Confirmed, 0},
			TransportError: {Completed, TransportFailed},
			Abandon:        {Terminated, Done},
		},
		Confirmed: {
			TimerI:  {Terminated, Done},
			Abandon: {Terminated, Done},
		},
		Accepted: {
			Retransmit:     {Accepted, 0},
			Send2xx:        {Accepted, SendResponse},
			Ack:            {Accepted, ToTU},
			TransportError: {Accepted, TransportFailed},
			TimerL:         {Terminated, Done},
			Abandon:        {Terminated, Done},
		},
	},

	// RFC 3261 §17.2.2, Figure 8. A transport error does not end the
	// transaction as drawn there: RFC 6026 §8.8 replaces the rule behind those
	// arrows (RFC 3261 §17.2.4) for every server transaction, so that a
	// retransmission is not taken for a new request.
	NonInviteServer: {
		Idle: {
			Start: {Trying, ToTU},
		},
		Trying: {
			Send1xx:   {Proceeding, SendResponse},
			Send2xx:   {Completed, SendResponse},
			SendFinal: {Completed, SendResponse},
			Abandon:   {Terminated, Done},
		},
		Proceeding: {
			Retransmit:     {Proceeding, SendResponse},
			Send1xx:        {Proceeding, SendResponse},
			Send2xx:        {Completed, SendResponse},
			SendFinal:      {Completed, SendResponse},
			TransportError: {Proceeding, TransportFailed},
			Abandon:        {Terminated, Done},
		},
		Completed: {
			Retransmit:     {Completed, SendResponse},
			TransportError: {Completed, TransportFailed},
			TimerJ:         {Terminated, Done},
			Abandon:        {Terminated, Done},
		},
	},
}

// The state of each kind that only waits for retransmissions of the other
// side, and so lasts no time on a reliable transport: its timer, D, K, I or J,
// is zero there (RFC 3261 §17.1.1.2, §17.1.2.2, §17.2.1, §17.2.2).
var lingers = [numKinds]State{
	InviteClient:    Completed,
	NonInviteClient: Completed,
	InviteServer:    Confirmed,
	NonInviteServer: Completed,
}

// Step returns the state after event e and what to do. It is pure and total:
// an event for which the figure of k has no arrow out of s gives s and no
// action. On a reliable transport a state that would last no time is passed
// through to Terminated.
func Step(k Kind, s State, e Event, reliable bool) (State, Action) {
	if k >= numKinds || s >= numStates || e >= numEvents {
		return s, 0
	}
	a := figures[k][s][e]
	switch {
	case a.to == Idle:
		return s, 0
	case reliable && a.to == lingers[k]:
		return Terminated, a.do | Done
	}
	return a.to, a.do
}
