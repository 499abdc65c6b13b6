package txn

import (
	"slices"
	"testing"
	"time"
	"unsafe"
)

// A line is what happened at a time, in seconds since the start.
type line struct {
	at float64
	do Action
}

// A bench runs one machine in virtual time and writes down what it does.
type bench struct {
	m     Machine
	t     Timers
	epoch time.Duration
	log   []line
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func newBench(k Kind, reliable bool, epoch time.Duration) *bench {
	b := &bench{t: DefaultTimers(), epoch: epoch}
	b.note(0, b.m.Start(k, reliable, epoch, &b.t))
	return b
}

func (b *bench) note(at float64, do Action) {
	if do != 0 {
		b.log = append(b.log, line{at, do})
	}
}

// event runs the timers up to at and hands e in there.
func (b *bench) event(at float64, e Event) {
	b.until(at)
	b.note(at, b.m.Handle(e, b.epoch+seconds(at), &b.t))
}

// until fires every deadline at its time, up to and including at.
func (b *bench) until(at float64) {
	for {
		next, ok := b.m.Next()
		if !ok || next > b.epoch+seconds(at) {
			return
		}
		b.note((next - b.epoch).Seconds(), b.m.Expire(next, &b.t))
	}
}

// An input is an event at a time.
type input struct {
	at float64
	e  Event
}

func TestSchedules(t *testing.T) {
	var (
		resend = func(do Action, at ...float64) (l []line) {
			for _, s := range at {
				l = append(l, line{s, do})
			}
			return l
		}
		join = func(parts ...[]line) []line { return slices.Concat(parts...) }
		one  = func(at float64, do Action) []line { return []line{{at, do}} }
	)
	for _, c := range []struct {
		name     string
		kind     Kind
		reliable bool
		in       []input
		want     []line
	}{
		{"timers A and B, §17.1.1.2: seven requests, then 64*T1", InviteClient, false, nil, join(
			resend(SendRequest, 0, .5, 1.5, 3.5, 7.5, 15.5, 31.5), one(32, TimedOut|Done))},
		{"timer B on a reliable transport, no timer A", InviteClient, true, nil, join(
			one(0, SendRequest), one(32, TimedOut|Done))},
		{"timer A stops with a 100", InviteClient, false, []input{{2, Recv100}, {10, Recv2xx}}, join(
			resend(SendRequest, 0, .5, 1.5), one(2, ToTU), one(10, ToTU), one(42, Done))},
		{"timer M, RFC 6026 §8.4: every 2xx goes up for 64*T1", InviteClient, true,
			[]input{{1, Recv2xx}, {2, Recv2xx}, {32.9, Recv2xx}, {33, Recv2xx}}, join(
				one(0, SendRequest), resend(ToTU, 1, 2, 32.9), one(33, Done))},
		{"timer D: every final response is acknowledged, one goes up", InviteClient, false,
			[]input{{.2, RecvFinal}, {.7, RecvFinal}, {32, RecvFinal}, {33, RecvFinal}}, join(
				one(0, SendRequest), one(.2, SendAck|ToTU), resend(SendAck, .7, 32), one(32.2, Done))},
		{"timer D is zero on a reliable transport", InviteClient, true, []input{{1, RecvFinal}, {2, RecvFinal}}, join(
			one(0, SendRequest), one(1, SendAck|ToTU|Done))},

		{"timer C, §16.6 step 11: from the forwarding on, not reset by 100", InviteClient, false,
			[]input{{.1, Recv100}, {100, Recv100}}, join(
				one(0, SendRequest), resend(ToTU, .1, 100), one(181, TimerCFired), one(213, TimedOut|Done))},
		{"timer C is reset by 101 to 199, §16.7 step 2", InviteClient, false,
			[]input{{.1, Recv100}, {1, Recv1xx}, {150, Recv1xx}, {151, Recv100}}, join(
				one(0, SendRequest), resend(ToTU, .1, 1, 150, 151), one(331, TimerCFired), one(363, TimedOut|Done))},
		{"timer C is reset by a 180 that comes first", InviteClient, true, []input{{20, Recv1xx}}, join(
			one(0, SendRequest), one(20, ToTU), one(201, TimerCFired), one(233, TimedOut|Done))},
		{"timer C fired, the 487 comes", InviteClient, true, []input{{1, Recv100}, {182, RecvFinal}}, join(
			one(0, SendRequest), one(1, ToTU), one(181, TimerCFired), one(182, SendAck|ToTU|Done))},
		{"timer C fired: the CANCEL and another 180 buy no time", InviteClient, true,
			[]input{{1, Recv100}, {181, CancelSent}, {190, Recv1xx}}, join(
				one(0, SendRequest), one(1, ToTU), one(181, TimerCFired), one(190, ToTU), one(213, TimedOut|Done))},
		{"CANCEL, §9.1: 64*T1 for the final response", InviteClient, false,
			[]input{{1, Recv1xx}, {5, CancelSent}, {6, CancelSent}, {7, Recv1xx}}, join(
				resend(SendRequest, 0, .5), resend(ToTU, 1, 7), one(37, TimedOut|Done))},
		{"CANCEL crosses a 2xx", InviteClient, true, []input{{1, Recv1xx}, {5, CancelSent}, {6, Recv2xx}}, join(
			one(0, SendRequest), resend(ToTU, 1, 6), one(38, Done))},
		{"no CANCEL before a provisional response, §9.1", InviteClient, true, []input{{1, CancelSent}}, join(
			one(0, SendRequest), one(32, TimedOut|Done))},

		{"timers E and F, §17.1.2.2: doubles up to T2", NonInviteClient, false, nil, join(
			resend(SendRequest, 0, .5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5), one(32, TimedOut|Done))},
		{"timer F on a reliable transport, no timer E", NonInviteClient, true, nil, join(
			one(0, SendRequest), one(32, TimedOut|Done))},
		{"timer E goes on with T2 after a provisional response", NonInviteClient, false,
			[]input{{.7, Recv100}, {.8, Recv100}}, join(
				resend(SendRequest, 0, .5), resend(ToTU, .7, .8),
				resend(SendRequest, 1.5, 5.5, 9.5, 13.5, 17.5, 21.5, 25.5, 29.5), one(32, TimedOut|Done))},
		{"timer F runs on through Proceeding on a reliable transport", NonInviteClient, true, []input{{20, Recv100}}, join(
			one(0, SendRequest), one(20, ToTU), one(32, TimedOut|Done))},
		{"timer K: further responses are absorbed for T4", NonInviteClient, false,
			[]input{{.1, Recv2xx}, {.2, Recv2xx}, {.3, RecvFinal}}, join(
				one(0, SendRequest), one(.1, ToTU), one(5.1, Done))},
		{"timer K is zero on a reliable transport", NonInviteClient, true, []input{{.1, RecvFinal}, {.2, RecvFinal}}, join(
			one(0, SendRequest), one(.1, ToTU|Done))},
		{"transport error", NonInviteClient, false, []input{{.1, TransportError}, {.2, TransportError}}, join(
			one(0, SendRequest), one(.1, TransportFailed|Done))},

		{"timers G and H, §17.2.1: doubles up to T2", InviteServer, false, []input{{0, SendFinal}}, join(
			one(0, ToTU), resend(SendResponse, 0, .5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5), one(32, TimedOut|Done))},
		{"timer H on a reliable transport, no timer G", InviteServer, true, []input{{0, SendFinal}}, join(
			one(0, ToTU), one(0, SendResponse), one(32, TimedOut|Done))},
		{"a retransmitted request does not move timer G", InviteServer, false,
			[]input{{0, SendFinal}, {.4, Retransmit}, {1, Ack}}, join(
				one(0, ToTU), resend(SendResponse, 0, .4, .5), one(6, Done))},
		{"timer I: further ACKs are absorbed for T4", InviteServer, false,
			[]input{{1, SendFinal}, {1.1, Ack}, {2, Ack}, {3, Retransmit}}, join(
				one(0, ToTU), one(1, SendResponse), one(6.1, Done))},
		{"timer I is zero on a reliable transport", InviteServer, true, []input{{1, SendFinal}, {1.1, Ack}, {2, Ack}}, join(
			one(0, ToTU), one(1, SendResponse), one(1.1, Done))},
		{"timer L, RFC 6026 §8.7, on every transport", InviteServer, true,
			[]input{{1, Send2xx}, {1.5, Retransmit}, {2, Send2xx}, {3, Ack}, {4, SendFinal}}, join(
				one(0, ToTU), resend(SendResponse, 1, 2), one(3, ToTU), one(33, Done))},
		{"provisional responses wait for the transaction user", InviteServer, false,
			[]input{{0, Send1xx}, {.5, Retransmit}, {3, Send1xx}, {3600, TransportError}}, join(
				one(0, ToTU), resend(SendResponse, 0, .5, 3), one(3600, TransportFailed))},

		{"timer J, §17.2.2: the final response again for 64*T1", NonInviteServer, false,
			[]input{{.1, Retransmit}, {.2, Send2xx}, {.3, SendFinal}, {32.1, Retransmit}, {32.2, Retransmit}}, join(
				one(0, ToTU), resend(SendResponse, .2, 32.1), one(32.2, Done))},
		{"timer J is not set again by a transport error", NonInviteServer, false, []input{{1, Send2xx}, {9, TransportError}}, join(
			one(0, ToTU), one(1, SendResponse), one(9, TransportFailed), one(33, Done))},
		{"timer J is zero on a reliable transport", NonInviteServer, true, []input{{.2, Send2xx}, {.3, Retransmit}}, join(
			one(0, ToTU), one(.2, SendResponse|Done))},
		{"given up, RFC 4320 §4.2", NonInviteServer, false, []input{{32, Abandon}, {33, Send2xx}}, join(
			one(0, ToTU), one(32, Done))},
	} {
		for _, epoch := range []time.Duration{0, 1000 * time.Hour} {
			b := newBench(c.kind, c.reliable, epoch)
			for _, in := range c.in {
				b.event(in.at, in.e)
			}
			b.until(1e6)
			if !slices.Equal(b.log, c.want) {
				t.Errorf("%s, epoch %v:\n got %v\nwant %v", c.name, epoch, b.log, c.want)
			}
		}
	}
}

// A profile may set Timer C below Timer B: then it speaks for it.
func TestTimerCBelowB(t *testing.T) {
	b := newBench(InviteClient, true, 0)
	b.t.C = 8 * time.Second
	b.m.Start(InviteClient, true, 0, &b.t)
	b.until(1e6)
	want := []line{{0, SendRequest}, {8, TimedOut | Done}}
	if !slices.Equal(b.log, want) {
		t.Errorf("got %v, want %v", b.log, want)
	}
}

// A clock that comes late by up to a tick must not stretch the schedule.
func TestCoarseClock(t *testing.T) {
	const late = 9 * time.Millisecond
	timers := DefaultTimers()
	var m Machine
	m.Start(InviteClient, false, 0, &timers)
	want := []float64{.5, 1.5, 3.5, 7.5, 15.5, 31.5, 32}
	for _, w := range want {
		at, ok := m.Next()
		if !ok || at != seconds(w) {
			t.Fatalf("got deadline %v %v, want %vs", at, ok, w)
		}
		m.Expire(at+late, &timers)
	}
	if m.State != Terminated {
		t.Errorf("got %v, want Terminated", m.State)
	}
}

// A call of Expire that comes late fires what is due in order, and sends once.
func TestLateExpire(t *testing.T) {
	for _, c := range []struct {
		name  string
		kind  Kind
		in    []Event // all at 0
		now   float64
		want  Action
		state State
		next  float64 // 0: none
	}{
		{"a little late", InviteClient, nil, .6, SendRequest, Calling, 1.5},
		{"several of timer A missed", InviteClient, nil, 20, SendRequest, Calling, 21},
		{"past timer B", InviteClient, nil, 100, TimedOut | Done, Terminated, 0},
		{"past timers B and C", InviteClient, nil, 1000, TimedOut | Done, Terminated, 0},
		{"past timer C and the time for its CANCEL", InviteClient, []Event{Recv1xx}, 1000, TimerCFired, Proceeding, 1032},
		{"past timer D", InviteClient, []Event{RecvFinal}, 1000, Done, Terminated, 0},
		{"several of timer E missed", NonInviteClient, nil, 20, SendRequest, Trying, 21},
		{"several of timer E missed in Proceeding", NonInviteClient, []Event{Recv100}, 20, SendRequest, Proceeding, 24},
		{"past timer F", NonInviteClient, nil, 32, TimedOut | Done, Terminated, 0},
		{"several of timer G missed", InviteServer, []Event{SendFinal}, 31, SendResponse, Completed, 32},
		{"past timer H", InviteServer, []Event{SendFinal}, 40, TimedOut | Done, Terminated, 0},
		{"past timer L", InviteServer, []Event{Send2xx}, 40, Done, Terminated, 0},
		{"past timer J", NonInviteServer, []Event{SendFinal}, 40, Done, Terminated, 0},
		{"nothing due", NonInviteServer, []Event{Send1xx}, 1e6, 0, Proceeding, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			timers := DefaultTimers()
			var m Machine
			m.Start(c.kind, false, 0, &timers)
			for _, e := range c.in {
				m.Handle(e, 0, &timers)
			}
			if got := m.Expire(seconds(c.now), &timers); got != c.want || m.State != c.state {
				t.Errorf("got %v %v, want %v %v", m.State, got, c.state, c.want)
			}
			if next, ok := m.Next(); next != seconds(c.next) || ok != (c.next != 0) {
				t.Errorf("got next deadline %v %v, want %vs", next, ok, c.next)
			}
			if got := m.Expire(seconds(c.now), &timers); got != 0 {
				t.Errorf("second call at the same time: got %v, want nothing", got)
			}
		})
	}
}

// Timers of zero are a mistake, but no endless loop.
func TestZeroTimers(t *testing.T) {
	var timers Timers
	for _, in := range [][]Event{nil, {Recv1xx}, {RecvFinal}, {Send1xx}, {Send2xx}, {SendFinal}, {SendFinal, Ack}} {
		for k := range numKinds {
			var m Machine
			m.Start(k, false, 0, &timers)
			for _, e := range in {
				m.Handle(e, 0, &timers)
			}
			for now := range time.Duration(4) {
				m.Expire(now, &timers)
			}
			if at, ok := m.Next(); ok {
				t.Errorf("%v after %v: got %v with deadline %v, want it ended", k, in, m.State, at)
			}
		}
	}
	b := bench{}
	b.m.Start(NonInviteClient, false, 0, &timers)
	b.m.endAt = 100
	if got := b.m.Expire(99, &timers); got != SendRequest {
		t.Errorf("got %v, want SendRequest", got)
	}
}

func TestMachineIdle(t *testing.T) {
	timers := DefaultTimers()
	var m Machine
	for e := range numEvents {
		if e == Start {
			continue
		}
		if do := m.Handle(e, 1, &timers); do != 0 || m != (Machine{}) {
			t.Errorf("%v: got %v %+v, want no change", e, do, m)
		}
	}
	if at, ok := m.Next(); ok {
		t.Errorf("got deadline %v, want none", at)
	}
	if do := m.Expire(1e18, &timers); do != 0 {
		t.Errorf("got %v, want nothing", do)
	}
}

// Start forgets what the machine was: the next hop may have another transport.
func TestMachineRestart(t *testing.T) {
	timers := DefaultTimers()
	var m, fresh Machine
	m.Start(InviteClient, false, 0, &timers)
	m.Handle(Recv1xx, seconds(1), &timers)
	m.Handle(CancelSent, seconds(1), &timers)
	m.Start(NonInviteClient, true, seconds(2), &timers)
	fresh.Start(NonInviteClient, true, seconds(2), &timers)
	if m != fresh {
		t.Errorf("got %+v, want %+v", m, fresh)
	}
}

func TestMachineSize(t *testing.T) {
	if got, want := unsafe.Sizeof(Machine{}), uintptr(48); got > want {
		t.Errorf("got %d bytes, want at most %d", got, want)
	}
}
