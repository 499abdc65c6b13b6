package pipeline

import (
	"bytes"
	"strconv"
	"unsafe"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
)

// A candidate is the best final response to a request so far: one that was
// received, as it would go out, or one of ours for a branch that got none.
type candidate struct {
	out        *netio.Buf
	status     uint16
	rank       int // the lower the better
	cause      Cause
	reply      sip.Reply // instead of what the cause says
	challenges [2]int    // its part of the exchange's challenges
}

// drop lets go of what c holds.
func (c *candidate) drop() {
	if c.out != nil {
		c.out.Release()
		c.out = nil
	}
}

// rank orders final responses (RFC 3261 §16.7 step 6): 6xx before all, then by
// class; among the 4xx those first by which the client can do better, and
// last those that say nothing about the callee. What came from a callee goes
// before what we make up for another one.
func (x *Exchange) rank(status uint16, received bool) int {
	r := int(status/100)*10 + 4
	switch status {
	case 401, 407, 415, 420, 484:
		r -= 2
	case 408, 430, 487:
		r += 4
	}
	switch {
	case status >= 600:
		r = 0
	case x.canceled && status == 487:
		r -= 8
	}
	if !received {
		r++
	}
	return r
}

const worstRank = 99

// offerCause makes the failure of a branch the best if nothing better came.
func (x *Exchange) offerCause(why Cause, r sip.Reply) {
	c := candidate{cause: why, reply: r, status: r.Status}
	if c.status == 0 {
		c.status = why.Reply().Status
	}
	c.rank = x.rank(c.status, false)
	if why == CauseClientTimeout && x.Req.Method != sip.MethodInvite {
		c.rank = worstRank // it is not answered (RFC 4320 §4.2), but anything else is
	}
	x.prefer(&c)
}

// prefer keeps c if it is better than what x has, else what x has.
func (x *Exchange) prefer(c *candidate) {
	if x.best.status != 0 && x.best.rank <= c.rank {
		c.drop()
		return
	}
	x.best.drop()
	x.best = *c
}

// offer makes b's response, which counts as status, the best if nothing
// better came.
func (e *Engine) offer(b *Branch, status uint16) {
	x := b.x
	c := candidate{out: e.compile(b), status: status, rank: x.rank(status, true)}
	if (status == 401 || status == 407) && (x.best.status != 0 || len(x.branches) > 1 || x.pendingHops()) {
		c.challenges = e.keepChallenges(x, b.Resp)
	}
	x.prefer(&c)
}

// pendingHops reports whether hops are left that no branch has tried.
func (x *Exchange) pendingHops() bool {
	_, n := x.topGroup()
	return n > 0 && !x.stopped && !x.canceled
}

// compile writes b's response as it goes to the client.
func (e *Engine) compile(b *Branch) *netio.Buf {
	m := b.Resp
	out := e.loop.Acquire(m.SizeEdited(&b.Edits, nil, nil))
	out.B = m.AppendEdited(out.B, &b.Edits, nil, nil)
	return out
}

// maxChallenges bounds what is gathered for one answer, in bytes.
const maxChallenges = 16 << 10

// keepChallenges keeps the challenges of a 401 or 407: the answer to the client
// gets those of all branches (RFC 3261 §16.7 step 7). It returns where they are.
func (e *Engine) keepChallenges(x *Exchange, m *sip.Message) (at [2]int) {
	if x.challenges == nil {
		x.challenges = e.loop.Acquire(1 << 10)
	}
	kept := x.challenges
	at[0] = len(kept.B)
	for _, id := range [...]sip.HeaderID{sip.HeaderWWWAuthenticate, sip.HeaderProxyAuthenticate} {
		for i := m.First(id); i >= 0; i = m.Next(i) {
			line := m.Line(i).Of(m.Buf)
			if len(kept.B)+len(line) <= maxChallenges {
				kept.B = append(kept.B, line...)
			}
		}
	}
	at[1] = len(kept.B)
	return at
}

// sendBest sends the best response that was received.
func (e *Engine) sendBest(x *Exchange) {
	c := &x.best
	out := c.out
	c.out = nil
	if k := x.challenges; k != nil && (c.status == 401 || c.status == 407) {
		before, after := k.B[:c.challenges[0]], k.B[c.challenges[1]:]
		if end := bytes.Index(out.B, endOfHead); end >= 0 && len(out.B)+len(before)+len(after) <= parser.MaxBuffer {
			end += len("\r\n")
			all := e.loop.Acquire(len(out.B) + len(before) + len(after))
			all.B = append(append(append(append(all.B, out.B[:end]...), before...), after...), out.B[end:]...)
			out.Release()
			out = all
		}
	}
	x.answered = true
	if x.server == nil {
		out.Release()
		return
	}
	x.server.send(out, c.status)
}

var endOfHead = []byte("\r\n\r\n")

// statusText returns the span of the status code of a response.
func statusText(m *sip.Message) parser.Span {
	at := m.VersionText.End() + 1
	return parser.MakeSpan(at, at+3)
}

// A tagList holds the To tags of the early dialogs of a branch.
type tagList struct {
	b []byte // each after a byte that says how long it is
	n int
}

// Bounds of a tagList: what is beyond them gets no 199.
const (
	maxEarlyDialogs = 8
	maxEarlyTag     = 128
)

func (l *tagList) reset() { l.b, l.n = l.b[:0], 0 }

// find returns where tag is, -1 if it is not there.
func (l *tagList) find(tag []byte) int {
	for at := 0; at < len(l.b); at += 1 + int(l.b[at]) {
		if string(l.b[at+1:at+1+int(l.b[at])]) == string(tag) {
			return at
		}
	}
	return -1
}

func (l *tagList) add(tag []byte) {
	if l.n == maxEarlyDialogs || len(tag) == 0 || len(tag) > maxEarlyTag || l.find(tag) >= 0 {
		return
	}
	l.b = append(append(l.b, byte(len(tag))), tag...)
	l.n++
}

func (l *tagList) remove(tag []byte) {
	if at := l.find(tag); at >= 0 {
		l.b = append(l.b[:at], l.b[at+1+len(tag):]...)
		l.n--
	}
}

// noteEarlyDialog remembers the dialog that a provisional response begins, or
// ends (RFC 6228 §5).
func (b *Branch) noteEarlyDialog() {
	if b.x.Req.Method != sip.MethodInvite {
		return
	}
	to, err := b.Resp.To()
	if err != parser.OK {
		return
	}
	tag := to.Tag.Of(b.Resp.Buf)
	if b.Resp.Status == 199 {
		b.early.remove(tag)
		return
	}
	b.early.add(tag)
}

// reasonFor returns the Reason header line for a status (RFC 3326 §2). It is
// valid until the next callback.
func (e *Engine) reasonFor(status uint16) []byte {
	e.headers = append(e.headers[:0], "Reason: SIP;cause="...)
	e.headers = strconv.AppendUint(e.headers, uint64(status), 10)
	e.headers = append(e.headers, "\r\n"...)
	return e.headers
}

// endEarlyDialogs tells a client that wants to know it (RFC 6228 §6) that the
// early dialogs of b are over, while it waits for the final response: forced,
// or because there are others to wait for. A client that requires reliable
// provisional responses gets none: we cannot send them so.
func (e *Engine) endEarlyDialogs(b *Branch, status uint16, forced bool) {
	x := b.x
	tags := b.early
	if tags.n == 0 || x.server == nil || x.answered || x.canceled || !forced && len(x.branches) < 2 && !x.pendingHops() {
		return
	}
	if !x.Req.HasToken(sip.HeaderSupported, "199") || x.Req.HasToken(sip.HeaderRequire, "100rel") {
		b.early.reset()
		return
	}
	reason := e.reasonFor(status)
	r := sip.Reply{Status: 199, Reason: "Early Dialog Terminated", Headers: unsafe.String(&reason[0], len(reason))}
	for at := 0; at < len(tags.b); at += 1 + int(tags.b[at]) {
		x.server.replyTagged(x, &r, tags.b[at+1:at+1+int(tags.b[at])])
	}
	b.early.reset()
}
