package pipeline

import "sluice/netio"

// sizeMargin is how far below the MTU a request over UDP must stay, and
// composedRoom what is added to it on the way out: Via, Record-Route twice,
// Max-Breadth.
const (
	sizeMargin   = 200
	composedRoom = 400
)

// widen has a request that is too large for UDP go over TCP, to the same
// address (RFC 3261 §18.1.1), if we speak TCP there. Where the peer does not,
// it goes over UDP after all.
func (e *Engine) widen(b *Branch) {
	x, t := b.x, &b.Target
	limit := x.Profile().UDPMTU - sizeMargin
	if limit <= 0 || t.Transport != netio.UDP || t.Flow != 0 || b.anySize || len(x.Req.Buf)+composedRoom <= limit {
		return
	}
	if x.Req.SizeEdited(&x.Edits, &b.Edits, nil)+composedRoom/2 <= limit || e.listenerFor(netio.TCP, t.Addr.Addr()) == nil {
		return
	}
	t.Transport, b.widened = netio.TCP, true
	e.count(metricWidened)
}
