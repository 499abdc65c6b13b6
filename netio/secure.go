package netio

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"sluice/netio/tlsio"
	"sluice/netio/wheel"
)

// Errors of TLS that come to Handler.OnClose, besides those of the handshake itself.
var (
	ErrHandshakeTimeout = errors.New("netio: the TLS handshake takes too long")
	ErrManyHandshakes   = errors.New("netio: too many TLS handshakes are under way")
	ErrPeerCert         = errors.New("netio: the peer's certificate was refused") // also wrapped, with what is wrong with it
	ErrNoTLS            = errors.New("netio: no certificates for TLS")

	errClosed = errors.New("netio: closed during the TLS handshake")
)

// A PeerCertHandler is a Handler that wants to judge the peers of finished TLS handshakes.
type PeerCertHandler interface {
	// OnPeerCert is called when a TLS handshake is done, on either side, before OnOpen. A client that has no certificate comes here too.
	// False closes the connection with ErrPeerCert. pc may be kept, and does not change.
	OnPeerCert(c *Conn, pc *PeerCert) bool
}

// A RecordHandler is a Handler that times how long a peer takes for a TLS record: nothing of one comes to OnData before it is whole.
type RecordHandler interface {
	// OnRecord is called when the beginning of a record has come, and not its rest. Conn.AwaitsRecord tells since when, and until when.
	OnRecord(c *Conn)
}

// maxPreface is how much may come before a handshake.
const maxPreface = 8192

// A PrefaceHandler is a Handler that looks at what a peer says before its TLS handshake, such as a PROXY protocol header.
type PrefaceHandler interface {
	// OnPreface is called for an accepted connection with TLS, with all that was received of it, until it says that there is no more: then n
	// bytes are taken away, and the handshake begins behind them. Who wants nothing of the connection returns 0 and false. b is valid until
	// return and must not be written to. The handler may call SetRemote, and Close.
	OnPreface(c *Conn, b []byte) (n int, more bool)
}

// secure is TLS on a connection.
type secure struct {
	session *tlsio.Session
	part    *Buf           // the beginning of a record, or of what comes before the handshake, whose rest has not come
	since   time.Duration  // when the record in part began
	opening *handshake     // until it is done
	context *tlsio.Context // of a connection that we open
	begun   bool           // what comes before the handshake is over
}

// ready tells whether the handshake is done.
func (t *secure) ready() bool { return t.opening == nil && t.session != nil }

// handshake is the deadline of one.
type handshake struct {
	wheel.Timer
	conn *Conn
}

// Expire implements wheel.Owner.
func (h *handshake) Expire(*wheel.Timer, time.Duration) time.Duration {
	l := h.conn.loop
	l.stats.Inc(l.ids.handshakeTimeouts)
	l.handshakeFailed(h.conn, ErrHandshakeTimeout)
	return 0
}

// secureAccepted begins the handshake of an accepted connection, which is nobody's to find until it is done.
func (l *Loop) secureAccepted(c *Conn) {
	l.table.unlink(c)
	c.tls = &secure{session: c.listener.tls.Accept(l.handshakes, func() { l.Exec(func() { l.handshakeMoved(c) }) })}
	l.awaitHandshake(c)
}

// secureConnected begins the handshake of a connection that we have opened.
func (l *Loop) secureConnected(c *Conn) {
	name := cmp.Or(c.serverName, c.remote.Addr().String())
	var err error
	c.tls.session, err = c.tls.context.Dial(l.handshakes, name, func() { l.Exec(func() { l.handshakeMoved(c) }) })
	if err != nil {
		l.handshakeFailed(c, err)
		return
	}
	l.awaitHandshake(c)
}

func (l *Loop) awaitHandshake(c *Conn) {
	h := &handshake{conn: c}
	h.Owner = h
	c.tls.opening = h
	l.wheel.Arm(&h.Timer, l.now, l.opt.HandshakeTimeout)
}

// handshakeMoved takes over what the handshake has done.
func (l *Loop) handshakeMoved(c *Conn) {
	if c.state != StateOpening || c.tls.opening == nil {
		return
	}
	step := c.tls.session.Progress()
	if len(step.Out) > 0 {
		l.push(c, step.Out)
	}
	switch {
	case !step.Done || c.state != StateOpening:
	case step.Err != nil:
		l.handshakeFailed(c, step.Err)
	default:
		l.handshakeDone(c, &step)
	}
}

func (l *Loop) handshakeFailed(c *Conn, err error) {
	l.stats.Inc(l.ids.handshakeErrors[c.transport])
	switch {
	case errors.Is(err, tlsio.ErrBusy):
		l.stats.Inc(l.ids.handshakesRefused)
		err = ErrManyHandshakes
	case errors.Is(err, tlsio.ErrFlood):
		l.stats.Inc(l.ids.handshakeFloods)
	case errors.Is(err, tlsio.ErrNotVerified):
		err = fmt.Errorf("%w: %w", ErrPeerCert, err)
	}
	if c.dialled {
		l.stats.Inc(l.ids.dialErrors[c.transport])
	}
	l.closing(c, err)
}

// handshakeDone opens the connection.
func (l *Loop) handshakeDone(c *Conn, step *tlsio.Step) {
	l.wheel.Disarm(&c.tls.opening.Timer)
	c.tls.opening = nil
	l.stats.Inc(l.ids.handshakes[c.transport])
	if step.Peer.Resumed {
		l.stats.Inc(l.ids.handshakesResumed[c.transport])
	}
	if !l.judge(c, step.Peer) {
		return
	}
	l.table.unlink(c) // one that was dialled is there
	l.table.link(c)
	l.opened(c)
	l.unseal(c, step.Rest)
}

// judge asks the handler about the peer; false when the connection is closed.
func (l *Loop) judge(c *Conn, pc *PeerCert) bool {
	if h, ok := l.handler.(PeerCertHandler); ok && !h.OnPeerCert(c, pc) {
		l.closing(c, ErrPeerCert)
	}
	if c.state == StateClosed {
		c.dropPending() // it was for somebody else
		return false
	}
	return true
}

// abandonTLS ends what a connection that closes has under way.
func (c *Conn) abandonTLS() {
	if h := c.tls.opening; h != nil {
		c.loop.wheel.Disarm(&h.Timer)
		c.tls.session.Abort(errClosed)
	}
	if c.tls.part != nil {
		c.tls.part.Release()
		c.tls.part = nil
	}
}

// receivedSecure takes bytes of a connection with TLS.
func (l *Loop) receivedSecure(c *Conn, b []byte) {
	if c.tls.opening == nil {
		l.unseal(c, b)
		return
	}
	if !c.tls.begun && !c.dialled {
		l.receivedPreface(c, b)
		return
	}
	l.feedHandshake(c, b)
}

// beginHandshake takes the first bytes of one that a client begins, whose address is known now.
func (l *Loop) beginHandshake(c *Conn, b []byte) {
	c.tls.begun = true
	c.tls.session.From(SourceOf(c.remote.Addr()))
	l.feedHandshake(c, b)
}

func (l *Loop) feedHandshake(c *Conn, b []byte) {
	if err := c.tls.session.Feed(b); err != nil {
		l.handshakeFailed(c, err)
	}
}

// receivedPreface lets the handler look at what comes before the handshake.
func (l *Loop) receivedPreface(c *Conn, b []byte) {
	t := c.tls
	h, ok := l.handler.(PrefaceHandler)
	if !ok {
		l.beginHandshake(c, b)
		return
	}
	all := t.part // what came before, and b
	t.part = nil
	if all == nil {
		all = l.Acquire(len(b))
	}
	all.B = append(all.B, b...)
	n, more := h.OnPreface(c, all.B)
	switch {
	case c.state == StateClosed:
		all.Release()
	case !more:
		l.beginHandshake(c, all.B[n:])
		all.Release()
	case len(all.B) > maxPreface:
		all.Release()
		l.handshakeFailed(c, tlsio.ErrNotTLS)
	default:
		t.part = all
	}
}

// unseal cuts what was received into records and gives their content to the handler. The beginning of a record is kept until its rest comes.
func (l *Loop) unseal(c *Conn, b []byte) {
	for len(b) > 0 && c.state == StateOpen {
		t := c.tls
		if t.part == nil {
			n := tlsio.RecordLen(b)
			if n == 0 || n > len(b) {
				t.part, t.since = l.Acquire(len(b)), l.now
				t.part.B = append(t.part.B, b...)
				if h, ok := l.handler.(RecordHandler); ok {
					h.OnRecord(c)
				}
				return
			}
			l.open(c, b[:n])
			b = b[n:]
			continue
		}
		if b = l.complete(t, b); b == nil {
			return
		}
		part := t.part
		t.part = nil
		l.open(c, part.B)
		part.Release()
	}
}

// AwaitsRecord tells since when c has had the beginning of a TLS record whose rest has not come; ok is false when it has none. More bytes of that
// record do not change the time. Those of a handshake, which has its own deadline, are not told of.
func (c *Conn) AwaitsRecord() (since time.Duration, ok bool) {
	if c.tls == nil || c.tls.part == nil || !c.tls.ready() {
		return 0, false
	}
	return c.tls.since, true
}

// complete adds to the beginning of a record what b has of its rest, and returns what comes after, nil when the record is not whole.
func (l *Loop) complete(t *secure, b []byte) []byte {
	for {
		part := t.part
		want := tlsio.RecordLen(part.B)
		if want > 0 && len(part.B) >= want {
			return b
		}
		if len(b) == 0 {
			return nil
		}
		if want == 0 {
			want = len(part.B) + 1 // of the header; it is five bytes
		}
		n := min(want-len(part.B), len(b))
		if need := len(part.B) + n; need > cap(part.B) { // what is announced takes no room before it comes
			t.part = l.Acquire(min(want, max(need, 2*cap(part.B))))
			t.part.B = append(t.part.B, part.B...)
			part.Release()
			part = t.part
		}
		part.B = append(part.B, b[:n]...)
		b = b[n:]
	}
}

// open decrypts one record for the handler.
func (l *Loop) open(c *Conn, record []byte) {
	if l.plain == nil {
		l.plain = make([]byte, tlsio.MaxPlaintext)
	}
	n, err := c.tls.session.Open(l.plain, record)
	if reply := c.tls.session.Reply(); len(reply) > 0 {
		l.push(c, reply)
	}
	if n > 0 && c.state == StateOpen {
		l.handler.OnData(c, l.plain[:n])
		l.pool.spoil(l.plain[:n])
	}
	if err != nil {
		l.closing(c, err)
	}
}

// push writes records that TLS made by itself.
func (l *Loop) push(c *Conn, records []byte) {
	if c.gone {
		return
	}
	c.send(records)
	if c.waiting == nil {
		return
	}
	if c.waiting.held > l.opt.MaxWriteQueue {
		l.stats.Inc(l.ids.slowReaders[c.transport])
		l.closing(c, ErrSlowReader)
	}
	c.relieve()
}

// sealAtOnce is what becomes records that fit into the largest pooled buffer.
const sealAtOnce = 3 * tlsio.MaxPlaintext

// seal writes p in records to the socket.
func (c *Conn) seal(p []byte) {
	for len(p) > 0 && !c.gone {
		n := min(len(p), sealAtOnce)
		b := c.loop.Acquire(tlsio.SealedLen(n))
		var err error
		b.B, err = c.tls.session.Seal(b.B, p[:n])
		c.send(b.B)
		b.Release()
		if err != nil {
			c.loop.closing(c, err)
			return
		}
		p = p[n:]
	}
}

// farewell tells the peer of a connection that is being closed that nothing more comes (RFC 8446 §6.1).
func (c *Conn) farewell() {
	if c.gone || c.tls == nil || !c.tls.ready() {
		return
	}
	b := c.loop.Acquire(64)
	if b.B = c.tls.session.Close(b.B); len(b.B) > 0 {
		c.send(b.B)
	}
	b.Release()
}
