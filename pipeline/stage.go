package pipeline

import (
	"sluice/netio"
)

// A Verdict tells the pipeline what to do once a stage has run.
type Verdict uint8

const (
	Continue Verdict = iota // run the next stage
	Handled                 // the stage answered, forwarded or rejected: stop
	Drop                    // discard without an answer
	Suspend                 // park; one Post of the token, or the guard timer, goes on
)

// A Stage is one instance of a configured module on one loop. Every method
// of it runs on that loop, so a stage needs no locks. What it wants to see it
// says by implementing the interfaces below; they are discovered once, when
// the Program is built, so an event that a stage does not care for costs it
// nothing.
type Stage interface{ Name() string }

// A HandshakeHandler judges a WebSocket upgrade before the 101 is sent.
// Handled means that it called [Handshake.Reject].
type HandshakeHandler interface{ OnHandshake(h *Handshake) Verdict }

// A ConnHandler sees connections of every stream transport come and go. A
// verdict of Drop from OnOpen closes the connection.
type ConnHandler interface {
	OnOpen(c *netio.Conn) Verdict
	OnClose(c *netio.Conn, why Cause)
}

// A PeerCertHandler judges the peer of a finished TLS handshake, on either
// side. A verdict of Drop closes the connection.
type PeerCertHandler interface {
	OnPeerCert(c *netio.Conn, pc *netio.PeerCert) Verdict
}

// A RequestHandler runs in chain order for each new request: never for a
// retransmission, for a CANCEL, or for an ACK that ends a transaction.
type RequestHandler interface{ OnRequest(x *Exchange) Verdict }

// A ResolveHandler finds the addresses of b's hop, by b.AddTarget, when its
// branch begins; b.Fail says why there are none. It runs in chain order. Drop
// gives the hop up without OnFailure.
type ResolveHandler interface {
	OnResolve(x *Exchange, b *Branch) Verdict
}

// A TargetHandler runs in chain order before each attempt. Drop skips this
// target; x.Reply aborts the routing.
type TargetHandler interface {
	OnTarget(x *Exchange, b *Branch) Verdict
}

// A ResponseHandler runs in reverse chain order for each response but 100, and
// but a 503 or 430 after which another address is tried. Continue relays it:
// at once, or, a final one other than 2xx, when all branches have ended and it
// is the best. Drop gives it up, x.Reply answers in its place and ends all
// branches, and x.Forward gives it up and goes on with the targets and hops
// that are left (serial forking). A handler that panics does not keep the
// others from running.
type ResponseHandler interface {
	OnResponse(x *Exchange, b *Branch) Verdict
}

// A FailureHandler runs in reverse chain order when an attempt ends without a
// response. Continue has the next target tried, if there is one; else the
// failure counts as a response as [Cause.Reply] says. Drop ends the branch and
// the search, and gives no answer for it. A handler that panics does not keep
// the others from running.
type FailureHandler interface {
	OnFailure(x *Exchange, b *Branch, why Cause) Verdict
}

// A CancelHandler is told that the client gave up: it has sent a CANCEL, or, as
// [Exchange.CallerGone] says, nothing can reach it any more. The exchange may be
// parked; its token is void by then.
type CancelHandler interface{ OnCancel(x *Exchange) }

// A Resumer continues what it suspended: OnResume takes the place of the
// call that returned Suspend, and its verdict means the same. b is nil on
// the request path.
type Resumer interface {
	OnResume(x *Exchange, b *Branch, ev Event) Verdict
}

// A HandshakeResumer continues a suspended handshake.
type HandshakeResumer interface {
	OnHandshakeResume(h *Handshake, ev Event) Verdict
}

// A Releaser sees every exchange once, last, whatever happened to it.
type Releaser interface{ OnRelease(x *Exchange) }

// RequestFunc adapts a function to a Stage, as http.HandlerFunc does.
type RequestFunc func(x *Exchange) Verdict

// Name implements [Stage].
func (f RequestFunc) Name() string { return "func" }

// OnRequest implements [RequestHandler].
func (f RequestFunc) OnRequest(x *Exchange) Verdict { return f(x) }

var _ RequestHandler = RequestFunc(nil)
