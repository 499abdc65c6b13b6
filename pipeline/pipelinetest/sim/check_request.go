package sim

import (
	"strconv"
	"strings"
	"time"

	"sluice/netio"
	"sluice/parser"
	"sluice/pipeline/pipelinetest"
)

// out takes a message that the edge sends.
func (k *checker) out(m *message, p *phone, s *stream) {
	if p == nil {
		k.fail(ToWhoAsked, m, "%s %d: nobody is there", m.method, m.status)
		return
	}
	if what := k.malformed(m); what != "" {
		k.fail(WellFormed, m, "%s: %s", what, m.text)
		return
	}
	switch {
	case !m.isRequest():
		k.response(m, p, s)
	case m.method == "ACK" && m.vias == 1:
		k.ack(m, p)
	case m.method == "CANCEL":
		k.cancelSent(m, p)
	default:
		k.request(m, p, s)
	}
}

// malformed says what our own parser has against m.
func (k *checker) malformed(m *message) string {
	q := &k.parsed
	q.Reset()
	if err := q.Index([]byte(m.text)); err != parser.OK {
		return err.Error()
	}
	_, via := q.TopVia()
	_, from := q.From()
	_, to := q.To()
	cseq, seq := q.CSeq()
	n, length := q.ContentLength()
	for _, err := range []parser.Err{via, from, to, seq, length} {
		if err != parser.OK {
			return err.Error()
		}
	}
	switch {
	case n != 0 || q.HeadLen() != len(m.text):
		return "it has a body"
	case q.IsRequest() && cseq.Method != q.Method:
		return "CSeq does not fit"
	case q.Duplicate() >= 0:
		return "a header field is there twice"
	}
	return ""
}

// request looks at a request that is forwarded.
func (k *checker) request(m *message, p *phone, s *stream) {
	if c := k.clients[m.branch]; c != nil {
		c.sent++
		k.repeated(c, m, p)
		return
	}
	vias := m.all("Via")
	if len(vias) < 2 {
		k.fail(WellFormed, m, "%s nobody sent", m.method)
		return
	}
	t := k.servers[param(vias[1], "branch")+"|"+m.method]
	if t == nil {
		k.fail(WellFormed, m, "%s nobody sent", m.method)
		return
	}
	k.forwarded(t, m, vias, p, s)
	c := &client{server: t, req: m, p: p, s: s, at: k.w.now, lastC: k.w.now, sent: 1}
	if s != nil && s.readyAt == k.w.now { // it waited for the connection
		c.at, c.lastC = s.openedAt, s.openedAt
	}
	if m.method == "ACK" {
		return
	}
	k.clients[m.branch] = c
	if t.endedAt != 0 && t.endedAt < c.at || t.first != nil && t.firstAt < c.at {
		k.fail(NoRinging, m, "a branch to %s begins after the end", p.user)
	}
	if hops := k.w.groups[userOf(t.req.uri)]; hops != nil {
		k.inOrder(t, c, hops)
		if _, ok := preference(hops, p); !ok {
			k.w.count("redirected by the edge")
		}
	}
	if s != nil && p.transport == netio.UDP {
		k.w.count("TCP in place of UDP")
	}
	t.clients = append(t.clients, c)
	k.touched = append(k.touched, t)
	if s == nil {
		k.persists(m, func() (int, bool) { return c.sent, c.final != nil || c.rings && m.method == "INVITE" })
	}
}

// inOrder looks at when a branch begins: after those of a higher q are over,
// and together with those of the same (RFC 3261 §16.6). One to whom the edge
// was redirected has no place in that order.
func (k *checker) inOrder(t *server, c *client, hops []hop) {
	mine, ok := preference(hops, c.p)
	for _, other := range t.clients {
		q, also := preference(hops, other.p)
		switch {
		case other.p == c.p || !ok || !also:
		case q < mine:
			k.fail(Tried, c.req, "%s comes after %s", c.p.user, other.p.user)
		case (q > mine || k.w.o.Serial) && !other.over(k.w.now):
			k.fail(Tried, c.req, "%s is tried while %s is", c.p.user, other.p.user)
		case q == mine && !k.w.o.Serial && other.s == nil && c.s == nil && other.at != c.at && !other.p.broken && !c.p.broken:
			k.fail(Tried, c.req, "%s is tried after %s, not with it", c.p.user, other.p.user)
		}
	}
}

func preference(hops []hop, p *phone) (q uint16, ok bool) {
	for _, h := range hops {
		if h.p == p {
			return h.q, true
		}
	}
	return 0, false
}

// forwarded looks at what a proxy changes in a request, and what it does not
// (RFC 3261 §16.6).
func (k *checker) forwarded(t *server, m *message, vias []string, p *phone, s *stream) {
	transport, sentBy := "UDP", pipelinetest.UDPAddr
	if s != nil {
		transport = s.c.Transport().Upper()
		if transport == "WS" {
			sentBy = pipelinetest.WSAddr
		}
	}
	_, hasRoute, _ := strings.Cut(m.get("Route"), "@")
	switch {
	case len(vias) != t.req.vias+1:
		k.fail(WellFormed, m, "%d Vias, want %d", len(vias), t.req.vias+1)
	case !strings.HasPrefix(vias[0], "SIP/2.0/"+transport+" "+sentBy+";"):
		k.fail(WellFormed, m, "Via %q for %s at %s", vias[0], transport, sentBy)
	case !strings.HasPrefix(m.branch, "z9hG4bK"):
		k.fail(WellFormed, m, "branch %q", m.branch)
	case !k.sameVia(vias[1], t):
		k.fail(WellFormed, m, "second Via %q, came as %q", vias[1], t.req.via)
	case m.get("Max-Forwards") != strconv.Itoa(maxForwards(t.req)-1):
		k.fail(WellFormed, m, "Max-Forwards %q, came as %q", m.get("Max-Forwards"), t.req.get("Max-Forwards"))
	case m.seq != t.req.seq || m.callID != t.req.callID || m.fromTag != t.req.fromTag || m.toTag != t.req.toTag:
		k.fail(WellFormed, m, "%s changed its dialog", m.method)
	case userOf(m.uri) != p.user:
		k.fail(ToWhoAsked, m, "%s for %s goes to %s", m.method, m.uri, p.user)
	case strings.HasPrefix(hasRoute, edgeURI):
		k.fail(WellFormed, m, "Route %q leads back", m.get("Route"))
	case m.method == "INVITE" && m.toTag == "" && m.get("Record-Route") == "":
		k.fail(WellFormed, m, "no Record-Route")
	}
}

func maxForwards(m *message) int {
	n, _ := strconv.Atoi(m.get("Max-Forwards"))
	return n
}

// sameVia reports whether via is that of t's request, completed by where it
// came from (RFC 3261 §18.2.1, RFC 3581 §4).
func (k *checker) sameVia(via string, t *server) bool {
	sentBy, _, _ := strings.Cut(via, ";")
	came, _, _ := strings.Cut(t.req.via, ";")
	if sentBy != came || param(via, "branch") != t.req.branch {
		return false
	}
	if t.s != nil {
		return true // the port is another one each time
	}
	return !t.p.rport || param(via, "rport") == strconv.Itoa(int(t.p.addr.Port())) && param(via, "received") == t.p.addr.Addr().String()
}

// repeated looks at a retransmission.
func (k *checker) repeated(c *client, m *message, p *phone) {
	switch {
	case m.text != c.req.text || p != c.p:
		k.fail(WellFormed, m, "branch %s is used for two requests", short(m.branch))
	case c.s != nil:
		k.fail(NoRepeat, m, "%s over %s", m.method, c.s.c.Transport())
	case c.final != nil || m.method == "INVITE" && c.rings:
		k.fail(NoRepeat, m, "%s was answered", m.method)
	}
}

// ack looks at an ACK for a final response other than 2xx (§17.1.1.3).
func (k *checker) ack(m *message, p *phone) {
	c := k.clients[m.branch]
	switch {
	case c == nil || c.final == nil:
		k.fail(WellFormed, m, "ACK for nothing")
		return
	case c.final.status < 300:
		k.fail(WellFormed, m, "ACK of the edge's for a 2xx")
	case m.uri != c.req.uri || m.seq != c.req.seq || m.via != c.req.via || m.get("From") != c.req.get("From") ||
		m.get("To") != c.final.get("To") || m.get("Route") != c.req.get("Route") || m.get("Max-Forwards") == "":
		k.fail(WellFormed, m, "ACK differs from its INVITE")
	case p != c.p:
		k.fail(ToWhoAsked, m, "ACK for %s goes to %s", c.p.user, p.user)
	}
	k.paid(nil, c, m)
}

// cancelSent looks at a CANCEL (§9.1).
func (k *checker) cancelSent(m *message, p *phone) {
	c := k.clients[m.branch]
	if c == nil || m.vias != 1 {
		k.fail(WellFormed, m, "CANCEL for nothing")
		return
	}
	if m.uri != c.req.uri || m.seq != c.req.seq || m.via != c.req.via || m.get("From") != c.req.get("From") ||
		m.get("To") != c.req.get("To") || m.get("Route") != c.req.get("Route") || m.get("Max-Forwards") == "" {
		k.fail(WellFormed, m, "CANCEL differs from its INVITE")
	}
	if p != c.p {
		k.fail(ToWhoAsked, m, "CANCEL for %s goes to %s", c.p.user, p.user)
	}
	if c.canceled != 0 {
		return
	}
	now := k.w.now
	switch {
	case !c.rings:
		k.fail(NotEarly, m, "CANCEL before a provisional response")
	case c.final != nil:
		k.fail(NotEarly, m, "CANCEL after the final response")
	case c.server.settled:
	case now >= c.lastC+timerC-slack:
		c.timerC = true
	default:
		k.fail(NotEarly, m, "CANCEL without a cause")
	}
	c.canceled = max(now, time.Nanosecond)
}
