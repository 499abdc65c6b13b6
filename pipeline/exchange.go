package pipeline

import (
	"net/netip"
	"unsafe"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline/relay"
)

// An Exchange is one request and all that is done on its behalf. It is
// pooled and belongs to one loop; it and every []byte reached through it are
// valid only inside a callback. Between callbacks of the same exchange the
// bytes of the request do not change, so a parser.Span into Req.Buf may be
// kept in a [Local].
type Exchange struct {
	Req   *sip.Message // never written
	Edits sip.Edits    // what will differ on the wire, for every target

	Conn      *netio.Conn     // the connection it came on, which may have closed since; nil for UDP
	Listener  *netio.Listener // where it came in; nil on a connection that we opened
	Source    netip.AddrPort  // the peer
	Transport netio.Transport

	park
	cells []any

	e      *Engine
	chain  *chain
	server *serverTxn // nil for an ACK
	buf    *netio.Buf // holds Req.Buf; nil while that is the read buffer
	conn   netio.ConnID

	hops        []Hop
	targets     []Target // attempts that stages gave: those of a branch without a hop
	profile     *Profile
	maxForwards int         // what to send; -1: one less than what came
	breadth     int         // Max-Breadth that came, or what we put in its place
	requestURI  parser.Span // where a strict router has put it; empty: where it belongs
	route       parser.Span // URI of the first Route that TakeRoutes left
	tookRoutes  bool
	routed      bool
	originated  bool // it is a request of our own
	forwarding  bool // Forward was called and branches may be alive
	gathering   bool // branches are being begun
	stopped     bool // no further branch is to be begun
	silenced    bool // a stage wants no answer to be given for a failure
	answered    bool // a final response has gone out
	canceled    bool
	callerGone  bool
	done        bool      // to be released when the callback is over
	poisoned    bool      // a stage panicked on it: not to be used again
	fromSet     bool      // From and To differ on the wire, and are
	toSet       bool      // restored in responses
	branches    []*Branch // that are alive
	best        candidate // of the final responses so far
	challenges  *netio.Buf
	kept        *netio.Buf // bytes of hops that a redirect gave
	acks        *clientTxn // of the INVITE of ours that it is the ACK for
	acksGen     uint32
}

// Reply answers the request with a response of our own and ends the
// exchange. It is one of the two ways to act, and returns Handled. An ACK is
// never answered; for it Reply just ends the exchange.
func (x *Exchange) Reply(r sip.Reply) Verdict {
	x.e.reply(x, &r)
	return Handled
}

// ReplyHeaders is Reply with more header lines, each ended by CRLF, in the
// place of r.Headers; they are copied.
func (x *Exchange) ReplyHeaders(r sip.Reply, headers []byte) Verdict {
	if len(headers) > 0 {
		r.Headers = unsafe.String(&headers[0], len(headers)) // read before this returns
	}
	x.e.reply(x, &r)
	return Handled
}

// ReplyProvisional sends a provisional response of our own and goes on.
func (x *Exchange) ReplyProvisional(r sip.Reply) {
	if x.server != nil && r.Status < 200 && !x.answered {
		x.server.reply(x, &r)
	}
}

// Forward sends the request to its hops: those of the highest q at once, or one
// after the other if the profile says so, the next ones when none of these
// has accepted it; the best of their responses is passed on (RFC 3261 §16.7).
// Without hops it answers 500. It is the other way to act, and returns Handled.
// Called from OnResponse or OnFailure it gives up that outcome and goes on
// with what is left, hops added just now included (serial forking).
func (x *Exchange) Forward() Verdict {
	x.e.forward(x)
	return Handled
}

// maxHops bounds the target set of one request.
const maxHops = 128

// AddHop appends a place where the request may be sent (RFC 3261 §16.5); stage
// target finds its addresses. Those beyond the 128th are left out and counted.
func (x *Exchange) AddHop(h Hop) {
	if len(x.hops) == maxHops {
		x.e.count(metricHopsFull)
		return
	}
	h.begun = false
	x.hops = append(x.hops, h)
}

// Hops returns the hops added so far. The slice is valid until the next
// AddHop.
func (x *Exchange) Hops() []Hop { return x.hops }

// ClearHops takes all hops back.
func (x *Exchange) ClearHops() { x.hops = x.hops[:0] }

// TakeRoutes takes the Route values that name us off the request. It may be
// called once.
func (x *Exchange) TakeRoutes() (relay.Routes, parser.Err) {
	r, err := relay.TakeRoutes(&x.Edits, x.Req, x.e.edge.flows, x.Identity())
	x.requestURI = r.Target
	if err == parser.OK && !r.Next.Empty() && !r.Loose {
		relay.FollowStrict(&x.Edits, x.Req, &r, x.RequestURI())
	}
	x.route, x.tookRoutes = r.Next, true
	return r, err
}

// RequestURI returns the Request-URI: the one that the client meant, if a
// strict router put our Record-Route value in its place (RFC 3261 §16.4). It is
// valid as long as x.
func (x *Exchange) RequestURI() []byte {
	if !x.requestURI.Empty() {
		return x.requestURI.Of(x.Req.Buf)
	}
	return x.Req.URIText.Of(x.Req.Buf)
}

// NextURI returns the URI that says where the request goes if nobody decided
// otherwise: the first Route that is not ours, or the Request-URI. It is valid
// as long as x.
func (x *Exchange) NextURI() []byte {
	if !x.route.Empty() {
		return x.route.Of(x.Req.Buf)
	}
	if !x.tookRoutes && x.Req.Has(sip.HeaderRoute) {
		if r, err := x.Req.TopRoute(); err == parser.OK {
			return r.URIText.Of(x.Req.Buf)
		}
	}
	return x.RequestURI()
}

// AddTarget appends an attempt whose address a stage knows. All such attempts
// make one branch, in which they are tried one after the other.
func (x *Exchange) AddTarget(t Target) {
	if len(x.targets) < maxTargets {
		x.targets = append(x.targets, t)
	}
}

// SetMaxForwards sets the Max-Forwards to send. Without it the value that
// came is lowered by one (RFC 3261 §16.6 step 3).
func (x *Exchange) SetMaxForwards(n int) { x.maxForwards = n }

// SetRouted notes that it is decided that this request may be forwarded: it
// follows a route that we signed, or goes to a user of ours. Stage route
// leaves such a request alone.
func (x *Exchange) SetRouted() { x.routed = true }

// Routed reports whether SetRouted was called.
func (x *Exchange) Routed() bool { return x.routed }

// Profile returns the proxy profile the request is forwarded with.
func (x *Exchange) Profile() *Profile {
	if x.profile == nil {
		return x.chain.prog.spec.Profiles[DefaultProfile]
	}
	return x.profile
}

// SetProfile chooses the proxy profile.
func (x *Exchange) SetProfile(p *Profile) { x.profile = p }

// Identity says what is ours.
func (x *Exchange) Identity() *Identity { return x.chain.prog.spec.Identity }

// InDialog reports whether the request has a To tag (RFC 3261 §12.2).
func (x *Exchange) InDialog() bool {
	to, err := x.Req.To()
	return err == parser.OK && !to.Tag.Empty()
}

// Originated reports whether the request is one of our own; see [Originator].
func (x *Exchange) Originated() bool { return x.originated }

// Canceled reports whether the client has cancelled the request, or is gone.
func (x *Exchange) Canceled() bool { return x.canceled }

// CallerGone reports whether the request was cancelled because the connection
// has closed by which alone its client can be reached.
func (x *Exchange) CallerGone() bool { return x.callerGone }

// Loop returns the loop that the exchange lives on.
func (x *Exchange) Loop() *netio.Loop { return x.e.loop }

// ConnID names the stream connection that the request came on, 0 for UDP. It
// stays what it was when the connection closes.
func (x *Exchange) ConnID() netio.ConnID { return x.conn }

// Token names the parking that follows when the stage returns Suspend.
func (x *Exchange) Token() Token { return x.e.parks.token(x.e.index, x) }

func (x *Exchange) parking() *park    { return &x.park }
func (x *Exchange) program() *Program { return x.chain.prog }

// keep makes the request's bytes live as long as the exchange: they are
// copied once, and the spans of Req stay valid.
func (x *Exchange) keep() {
	if x.buf != nil {
		return
	}
	x.buf = x.e.loop.Acquire(len(x.Req.Buf))
	x.buf.B = append(x.buf.B, x.Req.Buf...)
	x.Req.Rebase(x.buf.B)
}

// resume continues the request path where it was suspended.
func (x *Exchange) resume(ev Event) {
	c, i := x.chain, x.index
	x.e.current = x
	h := c.request[i]
	v := Drop
	if r, ok := c.stages[h.stage].(Resumer); ok && x.at == stepRequest {
		v = r.OnResume(x, nil, ev)
	} else if ev.Kind == EventTimeout {
		v = x.Reply(sip.Reply{Status: 504, Reason: "Server Time-out"})
	} else {
		v = Continue
	}
	x.afterRequest(v, i)
}

// runRequest runs the request handlers from index i on.
func (x *Exchange) runRequest(i int) {
	hooks := x.chain.request
	for ; i < len(hooks); i++ {
		if v := hooks[i].handler.OnRequest(x); v != Continue {
			x.stop(v, stepRequest, i)
			return
		}
	}
	x.e.count(metricUnrouted)
	x.Reply(sip.NotFound)
}

// afterRequest acts on the verdict of hook i and goes on from there.
func (x *Exchange) afterRequest(v Verdict, i int) {
	if v == Continue {
		x.runRequest(i + 1)
		return
	}
	x.stop(v, stepRequest, i)
}

// stop acts on a verdict that ends the run of the request path.
func (x *Exchange) stop(v Verdict, at step, i int) {
	switch v {
	case Drop:
		x.e.drop(x)
	case Suspend:
		if !x.e.mayPark(x) {
			x.Reply(sip.ServiceUnavailable)
			return
		}
		x.keep()
		x.e.suspend(x, at, i)
		x.server.parked()
	}
}
