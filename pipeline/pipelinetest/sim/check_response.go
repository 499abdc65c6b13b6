package sim

import (
	"slices"
	"strings"
	"time"
)

// response looks at a response that goes to a caller.
func (k *checker) response(m *message, p *phone, s *stream) {
	t := k.servers[m.key(m.seqMethod)]
	if t == nil {
		k.fail(ToWhoAsked, m, "%d %s: nobody asked", m.status, m.seqMethod)
		return
	}
	if p != t.p || s != t.s && !t.gone() {
		k.fail(ToWhoAsked, m, "%d for %s goes to %s", m.status, t.p.user, p.user)
	}
	switch {
	case m.vias != 1 || !k.sameVia(m.via, t):
		k.fail(WellFormed, m, "%d has %d Vias, %q on top, came as %q", m.status, m.vias, m.via, t.req.via)
	case m.callID != t.req.callID || m.seq != t.req.seq || m.get("From") != t.req.get("From"):
		k.fail(WellFormed, m, "%d differs from its request", m.status)
	case t.req.toTag != "" && m.toTag != t.req.toTag || m.status > 100 && m.toTag == "":
		k.fail(WellFormed, m, "%d has To tag %q", m.status, m.toTag)
	}
	due := k.paid(t, nil, m)
	if m.status == 100 && t.last != nil && !due {
		k.fail(NoRepeat, m, "100 after %d", t.last.status)
	}
	t.last = m
	if m.status < 200 {
		k.provisional(t, m)
		return
	}
	t.sent++
	switch {
	case t.first == nil:
		t.first, t.firstAt = m, k.w.now
		k.first(t, m)
	case m.text == t.first.text:
		if t.acked && m.status >= 300 {
			k.fail(NoRepeat, m, "%d was acknowledged", m.status)
		}
	case t.req.method == "INVITE" && t.first.status < 300 && m.status < 300:
		k.relayed2xx(t, m)
	default:
		k.fail(OneFinal, m, "%d %s after %d", m.status, m.seqMethod, t.first.status)
	}
}

// provisional looks at a 1xx. A request that is not an INVITE gets none but
// 100, and that not before Timer E has reached T2 (RFC 4320 §4.1). But for 100
// and 199 (RFC 6228) they come from callees.
func (k *checker) provisional(t *server, m *message) {
	known := slices.ContainsFunc(t.clients, func(c *client) bool {
		return slices.Contains(c.early, m.toTag) && (m.status != 199 || c.final != nil || c.lost || c.timerC)
	})
	switch {
	case t.first != nil:
		k.fail(OneFinal, m, "%d after %d", m.status, t.first.status)
	case t.req.method != "INVITE":
		k.fail(NotEarly, m, "%d for %s", m.status, t.req.method)
	case m.status > 100 && !known:
		k.fail(NotEarly, m, "%d that no callee caused", m.status)
	case m.status == 199 && !strings.Contains(t.req.get("Supported"), "199"):
		k.fail(NotEarly, m, "199 for who does not know it")
	}
}

// first looks at the first final response: whether its time has come.
func (k *checker) first(t *server, m *message) {
	switch {
	case t.req.method == "CANCEL":
		k.cancelAnswered(t, m)
	case m.status < 300:
		k.relayed2xx(t, m)
	default:
		k.failed(t, m)
		if t.s == nil && m.seqMethod == "INVITE" {
			k.persists(m, func() (int, bool) { return t.sent, t.acked })
		}
	}
}

// cancelAnswered looks at the answer to a CANCEL (RFC 3261 §9.2): 481 if and
// only if there is nothing to cancel any more.
func (k *checker) cancelAnswered(t *server, m *message) {
	invite := k.servers[t.req.key("INVITE")]
	open := invite != nil && invite.first == nil
	if m.status != 200 && m.status != 481 || m.status == 200 && invite == nil || m.status == 481 && open && !invite.gone() {
		k.fail(NotEarly, m, "CANCEL is answered %d", m.status)
	}
}

// relayed2xx looks for the branch that answered.
func (k *checker) relayed2xx(t *server, m *message) {
	if !slices.ContainsFunc(t.clients, func(c *client) bool {
		return c.final != nil && c.final.status == m.status && c.final.toTag == m.toTag
	}) {
		k.fail(NotEarly, m, "%d that no callee sent", m.status)
	}
}

// failed looks at a final response other than 2xx: every branch must be over,
// and it must be what one of them said or what we say of them.
func (k *checker) failed(t *server, m *message) {
	now := k.w.now
	for _, c := range t.clients {
		if !c.over(now) {
			k.fail(NotEarly, m, "%d while branch %s to %s is open", m.status, short(c.req.branch), c.p.user)
			return
		}
	}
	k.allTried(t, m)
	if !k.said(t, m.status) && !k.ours(t, m.status, now) {
		broken := Best
		if m.status == 408 || m.status == 487 {
			broken = NotEarly
		}
		k.fail(broken, m, "%d for %s: nobody said so, and there is no cause", m.status, t.req.method)
		return
	}
	if got, better := k.better(t, m.status); better && !(m.status == 487 && t.canceled) {
		k.fail(Best, m, "%d, but there was %d", m.status, got)
	}
	k.challenges(t, m)
}

// said reports whether a callee gave that response. A 503 is made 500, so
// that the caller does not avoid us (RFC 3261 §16.7 step 6).
func (k *checker) said(t *server, status int) bool {
	return slices.ContainsFunc(t.clients, func(c *client) bool {
		return c.final != nil && (c.final.status == status && status != 503 || c.final.status == 503 && status == 500)
	})
}

// challenges looks for those of all branches in a 401 or 407 (step 7).
func (k *checker) challenges(t *server, m *message) {
	for _, name := range []string{"WWW-Authenticate", "Proxy-Authenticate"} {
		for _, c := range t.clients {
			if (m.status == 401 || m.status == 407) && c.final != nil && (c.final.status == 401 || c.final.status == 407) && !subset(c.final.all(name), m.all(name)) {
				k.fail(Best, m, "the challenge of %s is missing", c.p.user)
			}
		}
	}
}

func subset(part, whole []string) bool {
	return !slices.ContainsFunc(part, func(v string) bool { return !slices.Contains(whole, v) })
}

// allTried looks for a callee who was not asked before the others' refusals
// were passed on.
func (k *checker) allTried(t *server, m *message) {
	if t.settled || m.status >= 600 {
		return
	}
	for _, h := range k.w.groups[userOf(t.req.uri)] {
		if !h.p.broken && !slices.ContainsFunc(t.clients, func(c *client) bool { return c.p == h.p }) {
			k.fail(Tried, m, "%d, and %s was not asked", m.status, h.p.user)
		}
	}
}

// ours reports whether the edge may say so on its own behalf.
func (k *checker) ours(t *server, status int, now time.Duration) bool {
	switch status {
	case 487:
		return t.canceled
	case 408:
		return t.req.method == "INVITE" && slices.ContainsFunc(t.clients, func(c *client) bool { return c.timerC || c.late || c.timedOut(now) })
	case 430, 478, 500:
		return slices.ContainsFunc(k.targets(t), func(p *phone) bool { return p.broken })
	}
	return false
}

// better says whether a callee gave a better response: 6xx before all, else
// one of a lower class (§16.7 step 6).
func (k *checker) better(t *server, status int) (int, bool) {
	for _, c := range t.clients {
		if c.final == nil || c.lost || c.late {
			continue
		}
		got := c.final.status
		if got/100 == 3 && k.w.o.Recurse {
			continue
		}
		if got >= 600 && status < 600 || got < 600 && status < 600 && got/100 < status/100 {
			return got, true
		}
	}
	return 0, false
}

// targets are the phones that a request may go to; a redirection may name any.
func (k *checker) targets(t *server) (to []*phone) {
	for _, c := range t.clients {
		if to = append(to, c.p); k.w.o.Recurse && c.final != nil && c.final.status/100 == 3 {
			return k.w.phones
		}
	}
	for _, h := range k.w.hops(userOf(t.req.uri)) {
		to = append(to, h.p)
	}
	return to
}
