package netiotest

import (
	"net/netip"
	"slices"

	"sluice/netio"
)

// Dial is a connection that the loop wants to open. The test says how it ends.
type Dial struct {
	Conn   *netio.Conn
	Local  netip.Addr // as asked for; zero for any
	Remote netip.AddrPort

	h *Harness
}

// Open lets a peer connect to a stream listener.
func (h *Harness) Open(t netio.Transport, ln *netio.Listener, remote netip.AddrPort) *netio.Conn {
	c := h.control.Accept(t, ln, localOf(ln), remote)
	h.settle()
	return c
}

// OpenPeer lets a peer connect to a listener with TLS; the handler is told of peer, as if there had been a handshake. What is fed and written
// is plaintext, as with every connection here.
func (h *Harness) OpenPeer(t netio.Transport, ln *netio.Listener, remote netip.AddrPort, peer *netio.PeerCert) *netio.Conn {
	c := h.control.AcceptPeer(t, ln, localOf(ln), remote, peer)
	h.settle()
	return c
}

func localOf(ln *netio.Listener) (local netip.AddrPort) {
	if ln != nil {
		local = ln.Addr
	}
	return local
}

// Feed lets bytes arrive on c. b stays the test's; the handler gets a copy, which it may modify.
func (h *Harness) Feed(c *netio.Conn, b []byte) {
	given := slices.Clone(b)
	h.control.Data(c, given)
	spoil(given)
	h.settle()
}

// Written takes the bytes that arrived at the peer of c since it was last called.
func (h *Harness) Written(c *netio.Conn) []byte {
	s := h.stream(c)
	b := s.written
	s.written = nil
	return b
}

// Block lets the peer of c stop reading (true), or read on (false).
func (h *Harness) Block(c *netio.Conn, blocked bool) {
	s := h.stream(c)
	s.blocked = blocked
	if !blocked {
		s.written = append(s.written, s.kept...)
		s.kept = nil
	}
}

// ClosePeer lets the peer close c. If the handler keeps the connection half-closed, what is written first is lost and brings a reset.
func (h *Harness) ClosePeer(c *netio.Conn) {
	h.stream(c).gone = true
	if !c.HalfClosed() { // else it has nothing more to say
		h.HalfClose(c)
	}
}

// HalfClose lets the peer of c end its sending, and read on.
func (h *Harness) HalfClose(c *netio.Conn) {
	h.control.Ended(c)
	h.settle()
}

// Break lets c end with an error.
func (h *Harness) Break(c *netio.Conn, err error) {
	h.control.Lost(c, err)
	h.settle()
}

// Shut tells whether the peer of c sees it closed: the loop has closed its socket, or ended its sending.
func (h *Harness) Shut(c *netio.Conn) bool { return h.stream(c).shut || h.stream(c).ended }

// Gone tells whether the loop has closed the socket of c.
func (h *Harness) Gone(c *netio.Conn) bool { return h.stream(c).shut }

// Stay lets the peer of c go on sending when the loop has ended its own; else it closes c then.
func (h *Harness) Stay(c *netio.Conn) { h.stream(c).stays = true }

// Silence keeps from the loop (true), or tells it (false), what the peer of a half-closed connection makes of what is written to it: that it was
// acknowledged, or brought a reset.
func (h *Harness) Silence(c *netio.Conn, silent bool) {
	s := h.stream(c)
	if s.silent = silent; !s.gone && !silent {
		s.unacked = 0
	}
}

// Dials takes the dials that were begun since it was last called.
func (h *Harness) Dials() []*Dial {
	dials := h.dials
	h.dials = nil
	return dials
}

// Succeed establishes the connection. False: the loop closed it meanwhile.
func (d *Dial) Succeed() bool {
	ok := d.h.control.Connected(d.Conn, d.from())
	d.h.settle()
	return ok
}

// SucceedPeer establishes a connection with TLS; the handler is told of peer, as if there had been a handshake.
func (d *Dial) SucceedPeer(peer *netio.PeerCert) bool {
	ok := d.h.control.ConnectedPeer(d.Conn, d.from(), peer)
	d.h.settle()
	return ok
}

func (d *Dial) from() netip.AddrPort {
	if d.Local.IsValid() {
		return netip.AddrPortFrom(d.Local, Local.Port())
	}
	return Local
}

// Fail refuses the connection.
func (d *Dial) Fail(err error) {
	d.h.control.Failed(d.Conn, err)
	d.h.settle()
}

func (h *Harness) stream(c *netio.Conn) *stream {
	s := h.streams[c]
	if s == nil {
		s = &stream{}
		h.streams[c] = s
	}
	return s
}
