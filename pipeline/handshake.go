package pipeline

import (
	"net/netip"

	"sluice/netio"
	"sluice/parser/http1"
)

// A Handshake is a WebSocket opening handshake that conforms to RFC 6455,
// offers the sub-protocol sip and obeys the HandshakeRules, before it is
// answered. It and its bytes are valid until it is answered or its connection
// closes.
type Handshake struct {
	Req    *http1.Request
	Conn   *netio.Conn
	Source netip.AddrPort

	park
	flow  *flow
	chain *chain
	done  bool
	extra string
}

// Reject answers the handshake with an HTTP error and closes the connection;
// extra is more header lines, each ended by CRLF. It returns Handled.
func (h *Handshake) Reject(status int, reason, extra string) Verdict {
	if !h.done {
		h.end()
		h.flow.e.count(metricHandshakesRefused)
		h.flow.link.Reject(status, reason, extra, "", h.flow.e.pool, h.flow)
	}
	return Handled
}

// AddHeaders adds header lines, each ended by CRLF, to the answer that
// accepts the handshake. Server is there without.
func (h *Handshake) AddHeaders(lines string) { h.extra += lines }

// Token names the parking that follows when the stage returns Suspend.
func (h *Handshake) Token() Token { return h.flow.e.parks.token(h.flow.e.index, h) }

func (h *Handshake) parking() *park    { return &h.park }
func (h *Handshake) program() *Program { return h.chain.prog }

// upgrade runs the handshake handlers for a new handshake.
func (e *Engine) upgrade(f *flow, r *http1.Request) {
	if e.draining {
		f.link.Reject(503, "Server is Being Stopped", "Retry-After: 5\r\n", "", e.pool, f)
		return
	}
	if e.crowded(f.c.Remote().Addr()) {
		e.count(metricHandshakesLimited)
		f.link.Reject(503, "", comeBack, "", e.pool, f)
		return
	}
	if d := e.chain.prog.spec.Handshakes.judge(r, f.c.Transport().Secure()); d != nil {
		e.count(d.metric)
		f.link.Reject(d.status, "", "", d.why, e.pool, f)
		return
	}
	h := &Handshake{Req: r, Conn: f.c, Source: f.c.Remote(), flow: f, chain: e.chain}
	h.chain.refs++
	f.handshake = h
	h.run(0)
}

// run asks the handlers from index i on, then accepts.
func (h *Handshake) run(i int) {
	h.flow.e.judged = h
	hooks := h.chain.handshake
	for ; i < len(hooks); i++ {
		if v := hooks[i].handler.OnHandshake(h); v != Continue {
			h.stop(v, i)
			return
		}
	}
	if h.done {
		return
	}
	h.end()
	e := h.flow.e
	e.countOn(h.flow.c.Transport(), trafficHandshakes)
	h.flow.link.Accept(h.extra, e.pool, h.flow)
	h.flow.attend()
}

func (h *Handshake) stop(v Verdict, i int) {
	switch {
	case h.done:
	case v == Suspend && !h.flow.e.mayPark(h):
		h.Reject(503, "", "Retry-After: 5\r\n")
	case v == Suspend:
		h.flow.e.suspend(h, stepHandshake, i)
	case v == Drop, v == Handled:
		h.end()
		h.Conn.Close(nil)
	}
}

// resume continues where the handshake was suspended. Without an answer in
// time the client is told to come back.
func (h *Handshake) resume(ev Event) {
	h.flow.e.judged = h
	v := Continue
	if r, ok := h.chain.stages[h.chain.handshake[h.index].stage].(HandshakeResumer); ok {
		v = r.OnHandshakeResume(h, ev)
	} else if ev.Kind != EventPosted {
		v = h.Reject(503, "", "Retry-After: 5\r\n")
	}
	if v == Continue {
		h.run(h.index + 1)
		return
	}
	h.stop(v, h.index)
}

// end makes the handshake over.
func (h *Handshake) end() {
	h.done = true
	h.flow.handshake = nil
	if h.suspended || h.slot != 0 {
		h.flow.e.unpark(h)
	}
	h.chain.unref()
}

// abandon ends a handshake whose connection has closed.
func (h *Handshake) abandon() {
	if !h.done {
		h.end()
	}
}
