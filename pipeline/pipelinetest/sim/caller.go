package sim

import (
	"fmt"
	"time"
)

// A hop is one of those whom a call is offered to.
type hop struct {
	p *phone
	q uint16
}

// A call is one caller's plan and how far it got.
type call struct {
	w      *World
	p      *phone
	id     string // its Call-ID
	uri    string
	from   string
	seq    int
	method string
	uac    *uac

	over       bool
	gaveUp     bool    // cancelled, or about to be
	authorized bool    // has answered a challenge
	redirected bool    // has followed a redirection
	dialog     *dialog // the one that was answered first
}

// newCall plans call i: who calls, whom, and how.
func newCall(w *World, i int) *call {
	caller := w.rnd.IntN(numPhones)
	group := fmt.Sprint("g", i)
	for n, at := 1+w.rnd.IntN(max(w.o.MaxHops, 1)), w.rnd.IntN(numPhones); n > 0; at++ {
		if p := w.phones[at%numPhones]; p.number != caller {
			w.groups[group] = append(w.groups[group], hop{p, uint16(1000 - 300*w.rnd.IntN(3))})
			n--
		}
	}
	c := &call{w: w, p: w.phones[caller], id: fmt.Sprint("call", i), seq: 1, uri: "sip:" + group + "@" + edgeURI}
	c.from = fmt.Sprintf("<sip:%s@%s>;tag=%s", c.p.user, edgeURI, w.token("a"))
	c.method = pick(w, callMethods)
	return c
}

var callMethods = []weighted[string]{{80, "INVITE"}, {8, "OPTIONS"}, {8, "MESSAGE"}, {4, "INFO"}}

// weighted is a choice and how many times out of a hundred it is taken.
type weighted[T any] struct {
	percent int
	what    T
}

// pick chooses at random.
func pick[T any](w *World, choices []weighted[T]) T {
	n := w.rnd.IntN(100)
	for _, c := range choices {
		if n -= c.percent; n < 0 {
			return c.what
		}
	}
	return choices[0].what
}

// begin sends the first request, and again after a challenge or redirection.
func (c *call) begin() {
	m := c.p.compose(c.method, c.uri, c.from, fmt.Sprintf("<%s>", c.uri), c.id, c.seq, nil)
	if c.authorized {
		m.add("Authorization", `Digest username="`+c.p.user+`", realm="sim", nonce="n", uri="`+c.uri+`", response="00000000000000000000000000000000"`)
	}
	if c.method != "INVITE" {
		c.p.start(m.seal(), c.replied)
		return
	}
	m.add("Supported", pick(c.w, supported))
	c.uac = c.p.start(m.seal(), c.heard)
	if t := c.uac; c.w.chance(30) {
		c.w.after(pick(c.w, patience)+c.w.upTo(3*time.Second), func() {
			c.gaveUp = true
			t.giveUp()
		})
	}
	// Nobody waits for ever.
	c.w.after(260*time.Second+c.w.upTo(200*time.Second), c.uac.giveUp)
}

var supported = []weighted[string]{{60, "100rel"}, {40, "100rel, 199"}}

// patience is how long a caller waits who hangs up before the answer.
var patience = []weighted[time.Duration]{{30, 0}, {40, 2 * time.Second}, {20, 5 * time.Second}, {10, 20 * time.Second}}

// end notes how the call ended, once.
func (c *call) end(outcome string) {
	if !c.over {
		c.over = true
		c.w.active--
		c.w.count(outcome)
	}
}

// replied takes the response to a request that begins no call.
func (c *call) replied(m *message) {
	switch {
	case m == nil:
		c.end(c.method + " timed out")
	case m.status >= 200:
		c.end(fmt.Sprint(c.method, " ", m.status))
	}
}

// heard takes each response to the INVITE.
func (c *call) heard(m *message) {
	switch {
	case m == nil:
		c.end("INVITE timed out")
	case m.status < 200:
		c.early(m)
	case m.status < 300:
		c.answered(m)
	case (m.status == 401 || m.status == 407) && !c.authorized && !c.gaveUp:
		c.authorized = true
		c.again()
	case m.status == 302 && !c.redirected && !c.gaveUp:
		c.redirected = true
		c.uri = uriOf(m.get("Contact"))
		c.again()
	default:
		c.end(fmt.Sprint("INVITE ", m.status))
	}
}

func (c *call) again() {
	c.seq++
	c.w.after(c.w.upTo(300*time.Millisecond), c.begin)
}

// early takes a provisional response. A reliable one is acknowledged by PRACK
// (RFC 3262 §4); in an early dialog something may be said.
func (c *call) early(m *message) {
	if m.status == 100 || m.toTag == "" {
		return
	}
	if m.status == 199 {
		c.w.count("INVITE 199")
		return
	}
	d := c.p.callingDialog(c.uac.req, m)
	if rseq := m.get("RSeq"); rseq != "" && !d.pracked {
		d.pracked = true
		d.request("PRACK", func(*message) {}, field{"RAck", rseq + " " + m.get("CSeq")})
	}
	if c.w.chance(5) && !d.ended {
		d.request("UPDATE", func(*message) {})
	}
}

// answered takes a 2xx. The first one makes the call, others were answered
// too late and are hung up at once (RFC 3261 §13.2.2.4).
func (c *call) answered(m *message) {
	d := c.p.callingDialog(c.uac.req, m)
	d.seq = max(d.seq, m.seq)
	d.ack(m)
	if d.up {
		return // a repetition
	}
	d.up = true
	if c.dialog != nil || c.gaveUp {
		c.w.count("2xx nobody wanted")
		c.end("INVITE 200 after all")
		d.bye()
		return
	}
	c.dialog = d
	c.end("INVITE 200")
	at := time.Duration(0)
	for range c.w.rnd.IntN(4) {
		at += 200*time.Millisecond + c.w.upTo(3*time.Second)
		method := pick(c.w, talk)
		c.w.after(at, func() { d.say(method) })
	}
	c.w.after(at+c.w.upTo(12*time.Second), d.bye)
}

// talk is what callers do during a call.
var talk = []weighted[string]{{40, "INVITE"}, {20, "INFO"}, {20, "UPDATE"}, {20, "MESSAGE"}}
