package sim

import "time"

// A uac is a client transaction of a phone: RFC 3261 §17.1 in plain words.
// It sends its request again until somebody answers, and gives up in the end.
type uac struct {
	p        *phone
	req      *message
	answered bool // provisionally at least
	final    *message
	over     bool
	ack      *message            // for a final response other than 2xx
	cancel   bool                // to be sent when there is a provisional response
	then     func(resp *message) // each response but repeated failures; nil: none came
}

// start sends a request in a new transaction.
func (p *phone) start(req *message, then func(resp *message)) *uac {
	t := &uac{p: p, req: req, then: then}
	p.clients[req.key(req.method)] = t
	p.send(req, nil)
	if !p.transport.Reliable() {
		t.again(t1)
	}
	p.w.after(timerB, func() { // Timer B, Timer F
		if t.final == nil && (!t.answered || !t.invite()) {
			t.fail()
		}
	})
	return t
}

func (t *uac) invite() bool { return t.req.method == "INVITE" }

// again repeats the request after d: Timer A doubles, Timer E stops at T2.
func (t *uac) again(d time.Duration) {
	t.p.w.after(d, func() {
		if t.over || t.final != nil || t.invite() && t.answered {
			return
		}
		t.p.send(t.req, nil)
		switch {
		case t.invite():
			t.again(2 * d)
		case t.answered:
			t.again(t2)
		default:
			t.again(min(2*d, t2))
		}
	})
}

// fail ends a transaction that got no final response.
func (t *uac) fail() {
	if !t.over {
		t.over = true
		t.then(nil)
	}
}

// receive takes a response.
func (t *uac) receive(m *message) {
	if t.over {
		return
	}
	if m.status < 200 {
		t.answered = true
		if t.cancel {
			t.cancel = false
			t.sendCancel()
		}
		if t.final == nil {
			t.then(m)
		}
		return
	}
	first := t.final == nil
	if first {
		t.answered, t.final = true, m
	}
	if t.invite() && m.status >= 300 {
		if t.final.status < 300 {
			return // another branch of it failed
		}
		t.acknowledge(m)
	}
	if first || t.invite() && m.status < 300 {
		t.then(m)
	}
}

// acknowledge sends the ACK that belongs to the transaction (§17.1.1.3).
func (t *uac) acknowledge(m *message) {
	if t.ack == nil {
		t.ack = t.within("ACK", m.get("To"))
	}
	t.p.send(t.ack, nil)
}

// within composes an ACK or CANCEL that repeats the top Via.
func (t *uac) within(method, to string) *message {
	m := t.p.compose(method, t.req.uri, t.req.get("From"), to, t.req.callID, t.req.seq, t.req.all("Route"))
	m.fields[0].value = t.req.via
	return m.seal()
}

// giveUp cancels an INVITE: at once if a provisional response has come, else
// when one does (§9.1). What comes of it is waited for, but not for ever.
func (t *uac) giveUp() {
	switch {
	case t.over || t.final != nil:
	case !t.answered:
		t.cancel = true
	default:
		t.sendCancel()
	}
}

func (t *uac) sendCancel() {
	t.p.w.count("cancelled")
	t.p.start(t.within("CANCEL", t.req.get("To")), func(*message) {})
	t.p.w.after(timerB, func() {
		if t.final == nil {
			t.fail()
		}
	})
}
