package pipeline

import (
	"sluice/netio"
	"sluice/pipeline/relay"
	"sluice/pipeline/txn"
)

// sizeMargin is how far below the MTU a request over UDP must stay (RFC 3261
// §18.1.1).
const sizeMargin = 200

// widen has a request that is too large for UDP go over TCP, to the same
// address (RFC 3261 §18.1.1), if we speak TCP there. Where the peer does not,
// it goes over UDP after all, and so do those that follow for some minutes: a
// phone whose NAT drops the attempt must not cost each caller a time-out.
func (e *Engine) widen(b *Branch) {
	x, t := b.x, &b.Target
	limit := x.Profile().UDPMTU - sizeMargin
	if limit <= 0 || t.Transport != netio.UDP || t.Flow != 0 || b.anySize || b.sizeBound() <= limit {
		return
	}
	over := Target{Transport: netio.TCP, Addr: t.Addr}
	if _, refused := e.edge.noTCP.find(over, e.loop.Now()); refused || e.listenerFor(netio.TCP, t.Addr.Addr()) == nil || e.measure(b) <= limit {
		return
	}
	t.Transport, b.widened = netio.TCP, true
	e.count(metricWidened)
}

// composedRoom is more than what compose adds but for names: Via, Max-Breadth,
// two values of Record-Route, Route.
const composedRoom = len("Via: SIP/2.0/UDP ;rport;branch=\r\nMax-Breadth: 60\r\nRoute: \r\n") + txn.BranchLen +
	2*(len("Record-Route: <sips:@;transport=udp;lr>\r\n")+relay.MaxTokenLen)

// maxSentBy is more than most of our listeners' names take.
const maxSentBy = 64

// sizeBound returns a length that the request of b hardly exceeds when it goes
// out.
func (b *Branch) sizeBound() int {
	n := len(b.x.Req.Buf) + b.x.Edits.Added() + b.Edits.Added() + composedRoom + 3*maxSentBy
	if h := b.Hop(); h != nil {
		n += len(h.RequestURI) + len(h.Route)
	}
	return n
}

// measure returns the length of b's request over UDP.
func (e *Engine) measure(b *Branch) int {
	dest, why := e.pathTo(b)
	if why != CauseNone {
		return 0
	}
	e.respEdits.CopyFrom(&b.Edits)
	out := e.compose(b, &dest, txn.Branch{Loop: uint8(e.index)})
	n := len(out.B)
	out.Release()
	b.Edits.CopyFrom(&e.respEdits)
	return n
}
