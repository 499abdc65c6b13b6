package txn

import (
	"strings"
	"testing"
)

// An arrowRow is one arrow of a figure as the RFC draws it.
type arrowRow struct {
	clause string
	kind   Kind
	from   State
	event  Event
	to     State
	do     Action
}

const (
	fig5 = "RFC 6026 §8.4 Figure 5 (RFC 3261 §17.1.1.2)"
	fig6 = "RFC 3261 §17.1.2.2 Figure 6"
	fig7 = "RFC 6026 §8.6 Figure 7 (RFC 3261 §17.2.1)"
	fig8 = "RFC 3261 §17.2.2 Figure 8"
	err8 = "RFC 3261 Figure 8 as amended by RFC 6026 §8.8"
	tmrC = "RFC 3261 §16.8"
	cncl = "RFC 3261 §9.1"
	aban = "RFC 4320 §4.2"
)

var arrowRows = []arrowRow{
	{fig5, InviteClient, Idle, Start, Calling, SendRequest},
	{fig5, InviteClient, Calling, TimerA, Calling, SendRequest},
	{fig5, InviteClient, Calling, TimerB, Terminated, TimedOut | Done},
	{fig5, InviteClient, Calling, TransportError, Terminated, TransportFailed | Done},
	{fig5, InviteClient, Calling, Recv100, Proceeding, ToTU},
	{fig5, InviteClient, Calling, Recv1xx, Proceeding, ToTU},
	{fig5, InviteClient, Calling, Recv2xx, Accepted, ToTU},
	{fig5, InviteClient, Calling, RecvFinal, Completed, SendAck | ToTU},
	{fig5, InviteClient, Proceeding, Recv100, Proceeding, ToTU},
	{fig5, InviteClient, Proceeding, Recv1xx, Proceeding, ToTU},
	{fig5, InviteClient, Proceeding, Recv2xx, Accepted, ToTU},
	{fig5, InviteClient, Proceeding, RecvFinal, Completed, SendAck | ToTU},
	{fig5, InviteClient, Completed, RecvFinal, Completed, SendAck},
	{fig5, InviteClient, Completed, TransportError, Terminated, TransportFailed | Done},
	{fig5, InviteClient, Completed, TimerD, Terminated, Done},
	{fig5, InviteClient, Accepted, Recv2xx, Accepted, ToTU},
	{fig5, InviteClient, Accepted, TimerM, Terminated, Done},
	{tmrC, InviteClient, Calling, TimerC, Terminated, TimedOut | Done},
	{tmrC, InviteClient, Proceeding, TimerC, Proceeding, TimerCFired},
	{cncl, InviteClient, Proceeding, CancelSent, Proceeding, 0},
	{cncl, InviteClient, Proceeding, TimerCancel, Terminated, TimedOut | Done},
	{aban, InviteClient, Calling, Abandon, Terminated, Done},
	{aban, InviteClient, Proceeding, Abandon, Terminated, Done},
	{aban, InviteClient, Completed, Abandon, Terminated, Done},
	{aban, InviteClient, Accepted, Abandon, Terminated, Done},

	{fig6, NonInviteClient, Idle, Start, Trying, SendRequest},
	{fig6, NonInviteClient, Trying, TimerE, Trying, SendRequest},
	{fig6, NonInviteClient, Trying, TimerF, Terminated, TimedOut | Done},
	{fig6, NonInviteClient, Trying, TransportError, Terminated, TransportFailed | Done},
	{fig6, NonInviteClient, Trying, Recv100, Proceeding, ToTU},
	{fig6, NonInviteClient, Trying, Recv1xx, Proceeding, ToTU},
	{fig6, NonInviteClient, Trying, Recv2xx, Completed, ToTU},
	{fig6, NonInviteClient, Trying, RecvFinal, Completed, ToTU},
	{fig6, NonInviteClient, Proceeding, TimerE, Proceeding, SendRequest},
	{fig6, NonInviteClient, Proceeding, TimerF, Terminated, TimedOut | Done},
	{fig6, NonInviteClient, Proceeding, TransportError, Terminated, TransportFailed | Done},
	{fig6, NonInviteClient, Proceeding, Recv100, Proceeding, ToTU},
	{fig6, NonInviteClient, Proceeding, Recv1xx, Proceeding, ToTU},
	{fig6, NonInviteClient, Proceeding, Recv2xx, Completed, ToTU},
	{fig6, NonInviteClient, Proceeding, RecvFinal, Completed, ToTU},
	{fig6, NonInviteClient, Completed, TimerK, Terminated, Done},
	{aban, NonInviteClient, Trying, Abandon, Terminated, Done},
	{aban, NonInviteClient, Proceeding, Abandon, Terminated, Done},
	{aban, NonInviteClient, Completed, Abandon, Terminated, Done},

	{fig7, InviteServer, Idle, Start, Proceeding, ToTU},
	{fig7, InviteServer, Proceeding, Retransmit, Proceeding, SendResponse},
	{fig7, InviteServer, Proceeding, Send1xx, Proceeding, SendResponse},
	{fig7, InviteServer, Proceeding, TransportError, Proceeding, TransportFailed},
	{fig7, InviteServer, Proceeding, SendFinal, Completed, SendResponse},
	{fig7, InviteServer, Proceeding, Send2xx, Accepted, SendResponse},
	{fig7, InviteServer, Completed, Retransmit, Completed, SendResponse},
	{fig7, InviteServer, Completed, TimerG, Completed, SendResponse},
	{fig7, InviteServer, Completed, TransportError, Completed, TransportFailed},
	{fig7, InviteServer, Completed, TimerH, Terminated, TimedOut | Done},
	{fig7, InviteServer, Completed, Ack, Confirmed, 0},
	{fig7, InviteServer, Confirmed, TimerI, Terminated, Done},
	{fig7, InviteServer, Accepted, Retransmit, Accepted, 0},
	{fig7, InviteServer, Accepted, Send2xx, Accepted, SendResponse},
	{fig7, InviteServer, Accepted, Ack, Accepted, ToTU},
	{fig7, InviteServer, Accepted, TransportError, Accepted, TransportFailed},
	{fig7, InviteServer, Accepted, TimerL, Terminated, Done},
	{aban, InviteServer, Proceeding, Abandon, Terminated, Done},
	{aban, InviteServer, Completed, Abandon, Terminated, Done},
	{aban, InviteServer, Confirmed, Abandon, Terminated, Done},
	{aban, InviteServer, Accepted, Abandon, Terminated, Done},

	{fig8, NonInviteServer, Idle, Start, Trying, ToTU},
	{fig8, NonInviteServer, Trying, Send1xx, Proceeding, SendResponse},
	{fig8, NonInviteServer, Trying, Send2xx, Completed, SendResponse},
	{fig8, NonInviteServer, Trying, SendFinal, Completed, SendResponse},
	{fig8, NonInviteServer, Proceeding, Retransmit, Proceeding, SendResponse},
	{fig8, NonInviteServer, Proceeding, Send1xx, Proceeding, SendResponse},
	{fig8, NonInviteServer, Proceeding, Send2xx, Completed, SendResponse},
	{fig8, NonInviteServer, Proceeding, SendFinal, Completed, SendResponse},
	{err8, NonInviteServer, Proceeding, TransportError, Proceeding, TransportFailed},
	{fig8, NonInviteServer, Completed, Retransmit, Completed, SendResponse},
	{err8, NonInviteServer, Completed, TransportError, Completed, TransportFailed},
	{fig8, NonInviteServer, Completed, TimerJ, Terminated, Done},
	{aban, NonInviteServer, Trying, Abandon, Terminated, Done},
	{aban, NonInviteServer, Proceeding, Abandon, Terminated, Done},
	{aban, NonInviteServer, Completed, Abandon, Terminated, Done},
}

// reliableRows are the arrows that differ on a reliable transport, since
// Timers D, I, J and K are zero there.
var reliableRows = []arrowRow{
	{"Timer D, " + fig5, InviteClient, Calling, RecvFinal, Terminated, SendAck | ToTU | Done},
	{"Timer D, " + fig5, InviteClient, Proceeding, RecvFinal, Terminated, SendAck | ToTU | Done},
	{"Timer D, " + fig5, InviteClient, Completed, RecvFinal, Terminated, SendAck | Done},
	{"Timer K, " + fig6, NonInviteClient, Trying, Recv2xx, Terminated, ToTU | Done},
	{"Timer K, " + fig6, NonInviteClient, Trying, RecvFinal, Terminated, ToTU | Done},
	{"Timer K, " + fig6, NonInviteClient, Proceeding, Recv2xx, Terminated, ToTU | Done},
	{"Timer K, " + fig6, NonInviteClient, Proceeding, RecvFinal, Terminated, ToTU | Done},
	{"Timer I, " + fig7, InviteServer, Completed, Ack, Terminated, Done},
	{"Timer J, " + fig8, NonInviteServer, Trying, Send2xx, Terminated, SendResponse | Done},
	{"Timer J, " + fig8, NonInviteServer, Trying, SendFinal, Terminated, SendResponse | Done},
	{"Timer J, " + fig8, NonInviteServer, Proceeding, Send2xx, Terminated, SendResponse | Done},
	{"Timer J, " + fig8, NonInviteServer, Proceeding, SendFinal, Terminated, SendResponse | Done},
	{"Timer J, " + fig8, NonInviteServer, Completed, Retransmit, Terminated, SendResponse | Done},
	{"Timer J, " + err8, NonInviteServer, Completed, TransportError, Terminated, TransportFailed | Done},
}

func (r *arrowRow) name() string {
	return strings.Join([]string{r.clause, r.kind.String(), r.from.String(), r.event.String()}, "/")
}

func (r *arrowRow) check(t *testing.T, reliable bool) {
	t.Helper()
	to, do := Step(r.kind, r.from, r.event, reliable)
	if to != r.to || do != r.do {
		t.Errorf("got %v %v, want %v %v", to, do, r.to, r.do)
	}
}

// at names a step of a kind, for the rows that a test has seen.
type at struct {
	kind  Kind
	from  State
	event Event
}

func TestStepArrows(t *testing.T) {
	for _, r := range arrowRows {
		t.Run("unreliable/"+r.name(), func(t *testing.T) { r.check(t, false) })
	}
	for _, r := range stepsOnReliable() {
		t.Run("reliable/"+r.name(), func(t *testing.T) { r.check(t, true) })
	}
}

// stepsOnReliable returns arrowRows with those of reliableRows in their place.
func stepsOnReliable() []arrowRow {
	other := map[at]arrowRow{}
	for _, r := range reliableRows {
		other[at{r.kind, r.from, r.event}] = r
	}
	var rows []arrowRow
	for _, r := range arrowRows {
		if o, ok := other[at{r.kind, r.from, r.event}]; ok {
			r = o
		}
		rows = append(rows, r)
	}
	return rows
}

// Every combination that no row names, and every value out of range, changes
// nothing.
func TestStepTotal(t *testing.T) {
	drawn := map[at]bool{}
	for _, r := range arrowRows {
		if drawn[at{r.kind, r.from, r.event}] {
			t.Errorf("%s: two rows for one arrow", r.name())
		}
		drawn[at{r.kind, r.from, r.event}] = true
	}
	for _, r := range reliableRows {
		if !drawn[at{r.kind, r.from, r.event}] {
			t.Errorf("%s: on reliable transports alone", r.name())
		}
	}
	for k := range numKinds + 2 {
		for s := range numStates + 2 {
			for e := range numEvents + 2 {
				if drawn[at{k, s, e}] {
					continue
				}
				for _, reliable := range []bool{false, true} {
					if to, do := Step(k, s, e, reliable); to != s || do != 0 {
						t.Errorf("%v %v %v reliable=%v: got %v %v, want no change", k, s, e, reliable, to, do)
					}
				}
			}
		}
	}
}

// Done is given with the step into Terminated and with no other.
func TestStepDone(t *testing.T) {
	for k := range numKinds {
		for s := range numStates {
			for e := range numEvents {
				for _, reliable := range []bool{false, true} {
					to, do := Step(k, s, e, reliable)
					if entered := to == Terminated && s != Terminated; entered != (do&Done != 0) {
						t.Errorf("%v %v %v reliable=%v: got %v %v", k, s, e, reliable, to, do)
					}
				}
			}
		}
	}
}

func TestStatusEvents(t *testing.T) {
	for _, c := range []struct {
		status         uint16
		received, sent Event
	}{
		{100, Recv100, Send1xx},
		{101, Recv1xx, Send1xx},
		{180, Recv1xx, Send1xx},
		{199, Recv1xx, Send1xx},
		{200, Recv2xx, Send2xx},
		{299, Recv2xx, Send2xx},
		{300, RecvFinal, SendFinal},
		{487, RecvFinal, SendFinal},
		{699, RecvFinal, SendFinal},
	} {
		if got := Received(c.status); got != c.received {
			t.Errorf("Received(%d): got %v, want %v", c.status, got, c.received)
		}
		if got := Sent(c.status); got != c.sent {
			t.Errorf("Sent(%d): got %v, want %v", c.status, got, c.sent)
		}
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{InviteClient.String(), "InviteClient"},
		{NonInviteServer.String(), "NonInviteServer"},
		{numKinds.String(), "unknown"},
		{Idle.String(), "Idle"},
		{Terminated.String(), "Terminated"},
		{numStates.String(), "unknown"},
		{Start.String(), "Start"},
		{SendFinal.String(), "SendFinal"},
		{TimerA.String(), "TimerA"},
		{TimerM.String(), "TimerM"},
		{TransportError.String(), "TransportError"},
		{Abandon.String(), "Abandon"},
		{numEvents.String(), "unknown"},
		{Action(0).String(), "-"},
		{(SendAck | ToTU | Done).String(), "SendAck|ToTU|Done"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
