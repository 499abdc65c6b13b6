package pipeline

import (
	"cmp"
	"net/netip"
	"syscall"

	"github.com/valyala/bytebufferpool"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline/txn"
)

// replyRoom is what a reply may need beyond the bytes of its request: status
// line, our tag, received and rport, Content-Length.
const replyRoom = 256

// A path is a way to one peer: a stream connection, or a UDP socket and an
// address.
type path struct {
	transport netio.Transport
	conn      netio.ConnID    // 0 for UDP
	listener  *netio.Listener // UDP: the socket; streams: the one we name in Via
	addr      netip.AddrPort
	port      uint16 // streams, on the way back: where the client listens, as its Via says
}

// sentBy returns the host and port by which we are reached at l.
func sentBy(l *netio.Listener) string {
	if l == nil {
		return "invalid.invalid"
	}
	return l.SentBy
}

// wayBack returns the path for the responses to m (RFC 3261 §18.2.2, RFC 3581
// §4): a stream's own connection; over UDP the source address, with the port
// it came from if the client asked by rport, else the one in its Via.
func (e *Engine) wayBack(m *sip.Message, o *origin) path {
	p := path{transport: o.transport, conn: o.connID, listener: o.listener, addr: o.addr}
	via, err := m.TopVia()
	if o.transport.Reliable() {
		if err == parser.OK {
			p.port = via.Port
		}
		return p
	}
	if err != parser.OK || via.RportSet {
		return p
	}
	port := via.Port
	if port == 0 {
		port = 5060
	}
	p.addr = netip.AddrPortFrom(o.addr.Addr(), port)
	return p
}

// reopen opens a connection to a client whose own has closed, for a response
// (RFC 3261 §18.2.2): to the address it came from and the port that its Via
// names. Who can be reached over that connection only is not (RFC 7118 §5).
func (e *Engine) reopen(p *path) bool {
	if p.onlyThere() {
		return false
	}
	ln := e.listenerFor(p.transport, p.addr.Addr())
	if ln == nil {
		return false
	}
	to := netip.AddrPortFrom(p.addr.Addr(), cmp.Or(p.port, 5060))
	c := e.loop.ConnTo(p.transport, to)
	if c == nil {
		var err error
		if c, err = e.loop.DialWith(p.transport, to, netio.DialOptions{From: ln}); err != nil {
			return false
		}
		e.openFlow(c)
	}
	p.conn = c.ID()
	e.count(metricReopened)
	return true
}

// pathTo finds the path to a target. A request for a SIPS URI goes to a SIPS URI,
// and over TLS up to the last hop (RFC 3261 §26.2.2, RFC 5630 §5.3, RFC 7118
// §9.2).
func (e *Engine) pathTo(b *Branch) (path, Cause) {
	asked, goes := b.secure()
	if asked && !goes || goes && b.Target.Flow == 0 && !b.Target.Transport.Secure() {
		return path{}, CauseSIPSNotAllowed
	}
	p, why := e.findPath(b)
	if why == CauseNone && goes && !p.transport.Secure() { // the flow is what it is
		why = CauseSIPSNotAllowed
	}
	return p, why
}

// secure reports whether the request of b came with a SIPS URI, and whether it
// goes out with one.
func (b *Branch) secure() (asked, goes bool) {
	u, err := b.x.Req.RequestURI()
	asked = err == parser.OK && u.Scheme == sip.SchemeSIPS
	if h := b.Hop(); h != nil && h.RequestURI != nil {
		return asked, len(h.RequestURI) > 5 && parser.EqualFold(h.RequestURI[:5], "sips:")
	}
	return asked, asked
}

// findPath is pathTo for any URI.
func (e *Engine) findPath(b *Branch) (path, Cause) {
	x, t := b.x, &b.Target
	p := path{transport: t.Transport, conn: t.Flow, addr: t.Addr}
	p.listener = e.listenerFor(t.Transport, t.Addr.Addr())
	if t.Flow != 0 {
		return e.flowPath(p)
	}
	if p.listener == nil {
		return p, e.whyNoListener(t)
	}
	if !t.Transport.Reliable() {
		if x.Listener != nil && x.Transport == t.Transport && sameFamily(x.Listener.Addr.Addr(), t.Addr.Addr()) {
			p.listener = e.loop.Facing(x.Listener, t.Addr.Addr())
		}
		return p, CauseNone
	}
	p, aliased, why := e.connect(p, wanted{b.server, x.InDialog(), b.direct})
	b.aliased = aliased
	return p, why
}

// flowPath completes the path over a connection that exists. What another
// loop owns is taken to exist; the loop will say so if it does not.
func (e *Engine) flowPath(p path) (path, Cause) {
	if l := e.listenerOf(p.conn); l != nil {
		p.listener = l
	}
	if p.conn.Loop() != e.index {
		return p, CauseNone
	}
	c := e.loop.Conn(p.conn)
	if c == nil {
		return p, CauseFlowFailed
	}
	p.transport, p.addr = c.Transport(), c.Remote()
	return p, CauseNone
}

// listenerOf returns the listener in whose name a connection is, of this loop
// or another; nil if there is no telling.
func (e *Engine) listenerOf(id netio.ConnID) *netio.Listener {
	if l := e.edge.loop(id.Loop()); l != nil {
		return l.ListenerOf(id)
	}
	return nil
}

// listenerFor returns the first listener of a transport in the family of to,
// as it faces that; an invalid address matches any family.
func (e *Engine) listenerFor(t netio.Transport, to netip.Addr) *netio.Listener {
	for _, l := range e.edge.listeners() {
		if l.Transport == t && (!to.IsValid() || sameFamily(l.Addr.Addr(), to)) {
			return e.loop.Facing(l, to)
		}
	}
	return nil
}

// whyNoListener tells an unsupported transport from an unsupported family.
func (e *Engine) whyNoListener(t *Target) Cause {
	switch {
	case e.listenerFor(t.Transport, netip.Addr{}) == nil:
		return CauseUnsupportedTransport
	case t.Addr.Addr().Unmap().Is4():
		return CauseNoIPv4
	}
	return CauseNoIPv6
}

func sameFamily(a, b netip.Addr) bool { return a.Unmap().Is4() == b.Unmap().Is4() }

// transmit sends b along p; it keeps no reference that outlives the callback.
// token, if not zero, is told when another loop finds the connection gone, or
// the system refuses the datagram.
// It reports whether, as far as can be known now, b is on its way.
func (e *Engine) transmit(p *path, b *netio.Buf, token uint64) bool {
	if !p.transport.Reliable() {
		if p.listener == nil {
			return false
		}
		e.loop.SendFor(token, p.listener, p.addr, b)
		return true
	}
	if p.conn == 0 {
		return false
	}
	if p.conn.Loop() != e.index {
		return e.transmitFar(p, b, token)
	}
	c := e.connFor(p.conn, token)
	if c == nil {
		e.count(metricFlowGone)
		return false
	}
	return e.write(c, b.B)
}

// write sends one message on a connection of this loop, framed as it needs.
func (e *Engine) write(c *netio.Conn, msg []byte) bool {
	f, ok := c.Link.(*flow)
	if !ok {
		return false
	}
	if c.HalfClosed() {
		f.arrived()
	}
	if c.Transport() == netio.WS || c.Transport() == netio.WSS {
		e.frame = f.link.AppendMessage(e.frame[:0], msg)
		msg = e.frame
	}
	return c.Write(msg)
}

// transmitFar has the loop that owns the connection write b.
func (e *Engine) transmitFar(p *path, b *netio.Buf, token uint64) bool {
	l := e.edge.loop(p.conn.Loop())
	if l == nil {
		return false
	}
	return e.post(l, netio.Mail{Kind: mailWrite, Conn: p.conn, Token: token}, b.B)
}

// post sends mail with a copy of b to another loop. The copy is from a pool
// that all loops share: what one loop takes, another gives back.
func (e *Engine) post(l *netio.Loop, mail netio.Mail, b []byte) bool {
	far := bytebufferpool.Get()
	far.B = append(far.B[:0], b...)
	mail.Data = far
	if !l.Post(mail) {
		bytebufferpool.Put(far)
		e.count(metricMailboxFull)
		return false
	}
	e.count(metricCrossLoop)
	return true
}

// onForeignWrite writes what another loop has for a connection of ours.
func (e *Engine) onForeignWrite(mail *netio.Mail) {
	far := mail.Data.(*bytebufferpool.ByteBuffer)
	defer bytebufferpool.Put(far)
	tok := Token(mail.Token)
	c := e.connFor(mail.Conn, mail.Token)
	switch {
	case c == nil:
		e.count(metricFlowGone)
	case e.writeFor(tok, c, far.B):
		return
	}
	if tok != 0 {
		e.tellLost(tok)
	}
}

// writeFor writes a message of another loop on c. Its transaction, if tok is not
// zero, waits there for an answer.
func (e *Engine) writeFor(tok Token, c *netio.Conn, msg []byte) bool {
	f, ok := c.Link.(*flow)
	if !ok || tok != 0 && !f.expect(tok) {
		return false
	}
	if !e.write(c, msg) {
		f.settle(tok)
		return false
	}
	return true
}

// onLost takes the news that the connection of a request of ours is gone.
func (e *Engine) onLost(tok Token) {
	if c := e.clients.named(tok); c != nil {
		c.far = 0
		c.connectionLost()
	}
}

// OnSendError implements netio.SendErrorHandler: a transport error ends the
// transaction of a request at once (RFC 3261 §8.1.3.1, §17.1.4). One that is too
// large for a datagram is the sender's fault and not that of the address.
func (e *Engine) OnSendError(token uint64, err syscall.Errno) {
	defer e.guardCallback()
	c := e.clients.named(Token(token))
	if c == nil {
		return
	}
	if err == syscall.EMSGSIZE {
		c.lostBy = CauseTooLarge
	}
	c.do(c.m.Handle(txn.TransportError, e.loop.Now(), c.timers), nil)
}

var _ netio.SendErrorHandler = (*Engine)(nil)

// A toTag is the To tag of our own responses: hex digits of a keyed hash of
// what an INVITE and the ACK for its final response share. So the ACK for a
// stateless refusal is known without state, and nobody can forge the tag.
type toTag [16]byte

func (t *toTag) bytes() []byte { return t[:] }

func (e *Engine) tagFor(m *sip.Message) (t toTag) {
	var branch []byte
	if via, err := m.TopVia(); err == parser.OK {
		branch = via.Branch.Of(m.Buf)
	}
	h := e.edge.tags.LoopCookie(branch, m.CallID())
	const hex = "0123456789abcdef"
	for i := range t {
		t[i] = hex[h>>(60-4*i)&15]
	}
	return t
}

// isOurTag reports whether tag is the one that tagFor makes for m.
func (e *Engine) isOurTag(m *sip.Message, tag []byte) bool {
	if len(tag) != len(toTag{}) {
		return false
	}
	t := e.tagFor(m)
	return string(tag) == string(t[:])
}

// sipTransport turns one room's word into the other's.
func sipTransport(t netio.Transport) sip.Transport {
	switch t {
	case netio.UDP:
		return sip.TransportUDP
	case netio.TCP:
		return sip.TransportTCP
	case netio.TLS:
		return sip.TransportTLS
	case netio.WS:
		return sip.TransportWS
	case netio.WSS:
		return sip.TransportWSS
	}
	return sip.TransportOther
}
