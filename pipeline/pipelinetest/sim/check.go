package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/parser/sip"
)

// An Invariant is something that the edge must never break.
type Invariant string

// The invariants.
const (
	OneFinal    Invariant = "one final response per server transaction"
	NotEarly    Invariant = "nothing before its time"
	TwoHundred  Invariant = "a 2xx received in time reaches the caller"
	Provisional Invariant = "a provisional response reaches the caller"
	Again       Invariant = "a request that comes again is answered again"
	Persists    Invariant = "what gets no answer is sent again"
	Tried       Invariant = "callees are tried as their q says, and all of them"
	NoRinging   Invariant = "no ringing branch left after an answer or a CANCEL"
	Acked       Invariant = "an ACK for every failure of an INVITE"
	AllEmpty    Invariant = "nothing left at the end"
	OnceToChain Invariant = "each request once to the chain"
	ToWhoAsked  Invariant = "messages go to whom they are for"
	WellFormed  Invariant = "messages are well formed"
	Best        Invariant = "the best response is chosen"
	NoRepeat    Invariant = "nothing is sent again needlessly"
)

// Invariants are all of them.
var Invariants = []Invariant{
	OneFinal, NotEarly, TwoHundred, Provisional, Again, Persists, Tried, NoRinging,
	Acked, AllEmpty, OnceToChain, ToWhoAsked, WellFormed, Best, NoRepeat,
}

// A Violation is an invariant that was broken.
type Violation struct {
	Invariant Invariant
	At        time.Duration
	Call      string // Call-ID, "" if it is nobody's
	Text      string
}

// String says all of it in a line.
func (v Violation) String() string {
	return fmt.Sprintf("%.3f s, %s: %s: %s", v.At.Seconds(), v.Call, v.Invariant, v.Text)
}

// maxViolations bounds what a run reports; one fault often breaks much.
const maxViolations = 20

// slack is how much later than its deadline a timer may fire: a tick of the
// edge's wheel and then some. Within it the checker claims nothing.
const slack = 30 * time.Millisecond

// A server is what the checker knows of a server transaction of the edge.
type server struct {
	req      *message
	p        *phone
	s        *stream
	clients  []*client
	canceled bool          // a CANCEL came before there was a final response, or the caller is gone
	answered bool          // a branch answered 2xx
	declined bool          // a branch answered 6xx
	endedAt  time.Duration // when one of these was first so
	settled  bool          // the same, or perhaps so: a branch whose connection was lost answered
	first    *message      // the final response that went out first
	firstAt  time.Duration
	last     *message // the response that went out last
	sent     int      // how often a final response went out
	acked    bool     // an ACK came for the INVITE
	lost     bool     // its connection ended before there was a final response
}

// A client is what it knows of one of the edge's client transactions.
type client struct {
	server   *server
	req      *message
	p        *phone
	s        *stream
	at       time.Duration // not later than its beginning
	rings    bool          // answered provisionally
	lastC    time.Duration // when Timer C began to run
	early    []string      // To tags of its provisional responses
	final    *message      // the first one
	finalAt  time.Duration
	sent     int           // how often the request went out
	canceled time.Duration // when the CANCEL went out; 0: it did not
	timerC   bool          // it went out because Timer C had fired
	lost     bool          // its connection is gone
	late     bool          // something came for it when the edge may have given it up
}

// An owed message is one that the edge must send before it returns.
type owed struct {
	invariant Invariant
	t         *server  // the transaction of a response, or
	c         *client  // that of an ACK
	cause     *message // what came
	tag       string   // of the response that is due
	status    int
}

type checker struct {
	w       *World
	servers map[string]*server
	all     []*server
	clients map[string]*client
	chain   map[string]int
	due     []owed
	touched []*server
	parsed  sip.Message
}

func newChecker(w *World) *checker {
	return &checker{w: w, servers: map[string]*server{}, clients: map[string]*client{}, chain: map[string]int{}}
}

// fail notes a violation, of the call that m belongs to.
func (k *checker) fail(i Invariant, m *message, format string, args ...any) {
	r := k.w.report
	if len(r.Violations) >= maxViolations {
		return
	}
	v := Violation{Invariant: i, At: k.w.now, Text: fmt.Sprintf(format, args...)}
	if m != nil {
		v.Call = m.callID
	}
	r.Violations = append(r.Violations, v)
	if m == nil || m.callID == k.w.o.Trace {
		k.w.note("BROKEN: %s: %s", i, v.Text)
	}
}

// in takes a message that is about to reach the edge.
func (k *checker) in(m *message, p *phone, s *stream) {
	if !m.isRequest() {
		k.responded(m)
		return
	}
	key := m.key(m.method)
	if t := k.servers[key]; t != nil {
		k.again(t, m)
	} else {
		t = &server{req: m, p: p, s: s}
		k.servers[key] = t
		k.all = append(k.all, t)
	}
	t := k.servers[m.key("INVITE")]
	switch {
	case t == nil:
	case m.method == "ACK":
		t.acked = true
	case m.method == "CANCEL" && t.first == nil && !t.canceled:
		t.canceled = true
		t.ended(k.w.now)
		k.touched = append(k.touched, t)
	}
}

// again takes a retransmission: the last response is due once more, except a
// 2xx for an INVITE, which comes again from the callee (RFC 6026 §7.1).
func (k *checker) again(t *server, m *message) {
	switch {
	case t.last == nil || t.acked || t.first != nil && k.w.now >= t.firstAt+timerB-slack:
	case m.method == "INVITE" && t.last.status/100 == 2:
	default:
		k.due = append(k.due, owed{invariant: Again, t: t, cause: m, tag: t.last.toTag, status: t.last.status})
	}
}

// responded takes a response to a request of the edge.
func (k *checker) responded(m *message) {
	c := k.clients[m.branch]
	if c == nil || m.seqMethod != c.req.method {
		return // too late, or for a CANCEL
	}
	t, alive := c.server, c.alive(k.w.now)
	c.late = c.late || !alive && c.final == nil
	k.touched = append(k.touched, t)
	if m.status < 200 {
		c.rings = true
		if m.status > 100 {
			c.early = append(c.early, m.toTag)
			c.lastC = k.w.now
			if alive && c.final == nil && t.first == nil && !t.gone() {
				k.owe(Provisional, t, m)
			}
		}
		return
	}
	first := c.final == nil
	if first {
		c.final, c.finalAt = m, k.w.now
	}
	t.settled = t.settled || m.status < 300 || m.status >= 600
	switch {
	case m.status < 300:
		k.responded2xx(c, m, first, alive)
	case c.req.method != "INVITE":
	case first && alive, !first && c.s == nil && !c.lost && !c.late && c.final.status >= 300 && k.w.now < c.finalAt+timerB-slack:
		if m.status >= 600 && alive {
			t.declined = true
			t.ended(k.w.now)
		}
		k.due = append(k.due, owed{invariant: Acked, c: c, cause: m})
	}
}

// responded2xx notes that the 2xx must be relayed, if the edge can.
func (k *checker) responded2xx(c *client, m *message, first, alive bool) {
	t := c.server
	if !alive {
		return
	}
	if c.req.method != "INVITE" {
		if first && t.first == nil && !t.gone() {
			k.owe(TwoHundred, t, m)
		}
		return
	}
	t.answered = true
	t.ended(k.w.now)
	open := t.first == nil || t.first.status < 300 && k.w.now < t.firstAt+timerB-slack
	if open && !t.gone() {
		k.owe(TwoHundred, t, m)
	}
}

// owe notes that a response must go on to who asked.
func (k *checker) owe(i Invariant, t *server, m *message) {
	k.due = append(k.due, owed{invariant: i, t: t, cause: m, tag: m.toTag, status: m.status})
}

func (t *server) ended(now time.Duration) {
	t.settled = true
	if t.endedAt == 0 {
		t.endedAt = now
	}
}

// gone reports whether nobody is left who could be answered.
func (t *server) gone() bool { return t.s != nil && !t.s.alive }

// alive reports whether the edge cannot but know this transaction.
func (c *client) alive(now time.Duration) bool {
	switch {
	case c.lost || c.late:
		return false
	case c.final != nil:
		return c.final.status < 300 && c.req.method == "INVITE" && now < c.finalAt+timerB-slack
	case c.req.method != "INVITE" || !c.rings:
		return now < c.at+timerB-slack
	case c.canceled != 0:
		return now < c.canceled+64*t1-slack
	}
	return now < c.lastC+timerC-slack
}

// over reports whether the edge may have given this transaction up.
func (c *client) over(now time.Duration) bool {
	return c.final != nil || c.lost || c.late || c.timedOut(now)
}

func (c *client) timedOut(now time.Duration) bool {
	switch {
	case c.final != nil:
		return false
	case c.req.method != "INVITE" || !c.rings:
		return now >= c.at+timerB-slack
	case c.canceled != 0 && now >= c.canceled+64*t1-slack:
		return true
	}
	return now >= c.lastC+timerC-slack
}

// lost is told of a connection that has ended. It is as if a caller whom
// nothing else can reach had cancelled (RFC 7118 §5, RFC 3261 §16.10).
func (k *checker) lost(s *stream) {
	for _, t := range k.all {
		if t.s == s && t.first == nil {
			t.lost = true
			if t.req.method == "INVITE" && !t.canceled && !s.c.Transport().Dialable() {
				t.canceled = true
				t.ended(k.w.now)
				k.touched = append(k.touched, t)
			}
		}
		for _, c := range t.clients {
			c.lost = c.lost || c.s == s
		}
	}
}

// settled looks at what was owed, once the edge has returned.
func (k *checker) settled() {
	for _, o := range k.due {
		k.fail(o.invariant, o.cause, "%s%d %s, branch %s: nothing came of it", o.cause.method, o.cause.status, o.cause.seqMethod, short(o.cause.branch))
	}
	k.due = k.due[:0]
	for _, t := range k.touched {
		k.stillRinging(t)
	}
	k.touched = k.touched[:0]
}

// stillRinging looks for branches that should have been cancelled.
func (k *checker) stillRinging(t *server) {
	if t.req.method != "INVITE" || t.endedAt == 0 {
		return
	}
	for _, c := range t.clients {
		if c.rings && c.final == nil && c.canceled == 0 && c.alive(k.w.now) {
			k.fail(NoRinging, t.req, "%s rings, branch %s; answered %v, declined %v, canceled %v", c.p.user, short(c.req.branch), t.answered, t.declined, t.canceled)
			c.canceled = k.w.now // said once
		}
	}
}

// paid takes an owed message off the list: that of a server transaction, or
// an ACK. It reports whether there was one.
func (k *checker) paid(t *server, c *client, m *message) bool {
	for i := range k.due {
		o := &k.due[i]
		if o.t == t && o.c == c && (c != nil || o.status == m.status && o.tag == m.toTag) {
			k.due = slices.Delete(k.due, i, i+1)
			return true
		}
	}
	return false
}

// persists looks, twice, at whether a datagram is sent again while it gets no
// answer: Timers A, E and G all begin with T1 and double it (RFC 3261 §17).
func (k *checker) persists(m *message, sent func() (times int, answered bool)) {
	for _, c := range []struct {
		after time.Duration
		times int
	}{{t1, 2}, {7 * t1, 4}} {
		k.w.after(c.after+100*time.Millisecond, func() {
			if times, answered := sent(); !answered && times < c.times {
				k.fail(Persists, m, "%s%d went out %d times in %v", m.method, m.status, times, c.after)
			}
		})
	}
}

// delivered counts a request that the chain sees. A caller never sends two
// requests that agree in all of this; ACKs may come again.
func (k *checker) delivered(head string) {
	m := parse(head)
	if m == nil {
		k.fail(WellFormed, nil, "the chain got %.60q", head)
		return
	}
	if m.method == "ACK" {
		return
	}
	key := strings.Join([]string{m.method, m.uri, m.callID, m.get("CSeq"), m.fromTag, m.toTag}, "|")
	if k.chain[key]++; k.chain[key] == 2 {
		k.fail(OnceToChain, m, "%s %d twice", m.method, m.seq)
	}
}

// end looks at what never came, and at what is left.
func (k *checker) end() {
	for _, t := range k.all {
		if t.req.method == "ACK" || t.first != nil || t.lost {
			continue
		}
		k.unanswered(t)
	}
	for i, p := range k.w.retired {
		select {
		case <-p.Drained():
		default:
			k.fail(AllEmpty, nil, "program %d of %d has not drained", i+1, len(k.w.retired))
		}
	}
	for _, what := range k.w.net.Leftovers() {
		k.fail(AllEmpty, nil, "%s", what)
	}
}

// unanswered judges a request without a final response. One that is not an
// INVITE may be left to time out when a callee was silent, whatever the others
// said: its client has timed out too (RFC 4320 §4.2).
func (k *checker) unanswered(t *server) {
	silent := false
	for _, c := range t.clients {
		silent = silent || c.final == nil || c.finalAt >= c.at+timerB-slack
	}
	if !silent || t.req.method == "INVITE" {
		k.fail(OneFinal, t.req, "%s %d of %s got none", t.req.method, t.req.seq, t.p.user)
	}
}
