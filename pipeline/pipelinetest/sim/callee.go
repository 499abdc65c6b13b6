package sim

import "time"

// A behaviour is what a phone does with a call.
type behaviour string

const (
	answers      behaviour = "answers"
	isBusy       behaviour = "is busy"
	declines     behaviour = "declines"
	redirects    behaviour = "redirects"
	challenges   behaviour = "challenges"
	isSilent     behaviour = "is silent"  // not a word: Timer B of the edge
	ringsLong    behaviour = "rings long" // and is not heard of again: Timer C of the edge
	ringsOn      behaviour = "rings on"   // says so each minute, and answers in the end (RFC 3261 §13.3.1.1)
	overloaded   behaviour = "overloaded" // 503
	notFound     behaviour = "not found"
	refusesLater behaviour = "refuses later"
)

var behaviours = []weighted[behaviour]{
	{56, answers}, {8, isBusy}, {5, declines}, {4, redirects}, {7, challenges}, {3, isSilent},
	{2, ringsLong}, {1, ringsOn}, {4, overloaded}, {3, notFound}, {7, refusesLater},
}

// invited takes the INVITE of a new call.
func (t *uas) invited() {
	w := t.p.w
	b := pick(w, behaviours)
	if b == challenges && t.req.get("Authorization") != "" {
		b = answers
	}
	w.count("callee " + string(b))
	if b == isSilent {
		return
	}
	if w.chance(50) {
		t.reply(100, "Trying")
	}
	soon := w.upTo(400 * time.Millisecond)
	switch b {
	case isBusy:
		w.after(soon, func() { t.reply(486, "Busy Here") })
	case declines:
		w.after(4*soon, func() { t.reply(603, "Decline") })
	case redirects:
		to := w.phones[w.rnd.IntN(numPhones)]
		for !to.transport.Dialable() {
			to = w.phones[w.rnd.IntN(numPhones)]
		}
		w.after(soon, func() { t.reply(302, "Moved Temporarily", field{"Contact", "<" + to.contact() + ">"}) })
	case challenges:
		w.after(soon, t.challenge)
	case overloaded:
		w.after(soon, func() { t.reply(503, "Service Unavailable") })
	case notFound:
		w.after(soon, func() { t.reply(404, "Not Found") })
	default:
		w.after(soon, func() { t.ring(b) })
	}
}

func (t *uas) challenge() {
	if t.p.w.chance(50) {
		t.reply(401, "Unauthorized", field{"WWW-Authenticate", `Digest realm="` + t.p.user + `", nonce="n"`})
		return
	}
	t.reply(407, "Proxy Authentication Required", field{"Proxy-Authenticate", `Digest realm="` + t.p.user + `", nonce="n"`})
}

// ring rings, and does then what b says.
func (t *uas) ring(b behaviour) {
	w := t.p.w
	if w.chance(15) {
		t.ringReliably()
	} else {
		t.reply(180, "Ringing")
	}
	after := w.upTo(8 * time.Second)
	switch b {
	case answers:
		w.after(after, t.answer)
	case refusesLater:
		w.after(after, func() { t.reply(480, "Temporarily Unavailable") })
	case ringsOn:
		for i := range 5 {
			w.after(time.Duration(i)*time.Minute, func() { t.reply(180, "Ringing") })
		}
		w.after(5*time.Minute, t.answer)
	case ringsLong:
		w.after(10*time.Minute, func() { t.reply(480, "Temporarily Unavailable") })
	}
}

// ringReliably repeats a provisional response until its PRACK comes (RFC 3262
// §3).
func (t *uas) ringReliably() {
	done := false
	t.reply(183, "Session Progress", field{"Require", "100rel"}, field{"RSeq", "1"})
	t.prack = func() {
		if !done {
			done = true
			t.p.w.count("PRACK")
		}
	}
	var again func(d time.Duration)
	again = func(d time.Duration) {
		t.p.w.after(d, func() {
			if !done && !t.final() && d < 64*t1 {
				t.p.send(t.last, t.s)
				again(2 * d)
			}
		})
	}
	again(t1)
}

func (t *uas) answer() {
	if !t.final() {
		t.p.w.count("answered")
	}
	t.reply(200, "OK")
}

// asked takes a request that begins no call: most are answered soon.
func (t *uas) asked() {
	w := t.p.w
	switch n := w.rnd.IntN(100); {
	case n < 70:
		w.after(w.upTo(time.Second), func() { t.reply(200, "OK") })
	case n < 80:
		w.after(w.upTo(8*time.Second), func() { t.reply(200, "OK") })
	case n < 88:
		t.reply(405, "Method Not Allowed", field{"Allow", "INVITE, ACK, BYE, CANCEL"})
	case n < 95:
		w.after(w.upTo(time.Second), func() { t.reply(503, "Service Unavailable") })
	default:
		w.count("callee silent on " + t.req.method)
	}
}
