package pipeline

import (
	"cmp"
	"unsafe"

	"sluice/netio"
	"sluice/parser/sip"
)

// wanted says what connection is wanted besides where it leads.
type wanted struct {
	host   []byte // over TLS: whom the peer has to be, see Branch.SetServerName
	call   bool   // for a request of a call: it will do that the peer once was that
	direct bool   // one that we have opened
}

// name is w.host, and valid as long.
func (w *wanted) name() string { return unsafe.String(unsafe.SliceData(w.host), len(w.host)) }

// connect completes p, over a stream transport to an address: by a connection of
// this loop or, if there is none that is open, an alias, or one that is opened.
func (e *Engine) connect(p path, w wanted) (to path, aliased bool, why Cause) {
	c := e.connTo(&p, &w)
	if c == nil || c.State() != netio.StateOpen {
		if id := e.aliasFor(&p, &w); id != 0 {
			to = p
			to.conn = id
			to, why = e.flowPath(to)
			to.addr = p.addr // and not where the client has it from
			return to, true, why
		}
	}
	if c == nil {
		var err error
		o := netio.DialOptions{From: p.listener}
		if p.transport == netio.TLS {
			o.ServerName = string(w.host)
		}
		if c, err = e.loop.DialWith(p.transport, p.addr, o); err != nil {
			return p, false, cmp.Or(lostBy(err), CauseConnectionError)
		}
		e.openFlow(c)
	}
	p.conn = c.ID()
	return p, false, CauseNone
}

// connTo returns the connection of this loop to where p leads, nil for none. Over
// TLS it has to be one whose peer has proved to be the server that is meant.
func (e *Engine) connTo(p *path, w *wanted) *netio.Conn {
	if p.transport != netio.TLS {
		return e.loop.ConnTo(p.transport, p.addr)
	}
	c := e.loop.ConnToServer(p.transport, p.addr, w.name(), stillProven)
	if c == nil && w.call {
		c = e.loop.ConnToServer(p.transport, p.addr, w.name(), everProven)
	}
	return c
}

// remember notes where the CANCEL and the ACK of b's INVITE go when its
// connection has closed: to the same address (RFC 3261 §9.1, §17.1.1.3) and, over
// TLS, the same server. Who is reached by a flow is reached by that alone.
func (c *clientTxn) remember(b *Branch) {
	t := &b.Target
	if b.x.Req.Method != sip.MethodInvite || t.Flow != 0 || !t.Transport.Reliable() || !t.Transport.Dialable() {
		return
	}
	c.again = true
	if t.Transport == netio.TLS && len(b.server) > 0 {
		c.host = c.e.loop.Acquire(len(b.server))
		c.host.B = append(c.host.B, b.server...)
	}
}

// follow sends what follows the INVITE of c, its CANCEL or the ACK for a final
// response that is not a 2xx: over the connection of the INVITE or, when that has
// closed, another one to the same address (RFC 5923 §8.1).
func (c *clientTxn) follow(out *netio.Buf) {
	e := c.e
	if !c.again {
		e.transmit(&c.dest, out, 0) // a peer that has ended its sending may read on
		return
	}
	if !c.gone && e.transmit(&c.dest, out, 0) {
		return
	}
	var w wanted
	if c.host != nil {
		w.host = c.host.B
	}
	dest, _, why := e.connect(c.dest, w)
	if why != CauseNone {
		return
	}
	c.dest, c.gone = dest, false
	e.count(metricReopened)
	e.transmit(&c.dest, out, 0)
}
