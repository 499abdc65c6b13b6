package netio

import (
	"net"
	"net/netip"
	"slices"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// socket is a UDP socket of one loop. There are two sorts:
//
//   - gnet's, opened when the loop starts; fd is a duplicate of gnet's descriptor. gnet cannot give such a socket up, so when its listener
//     is removed it is muted: connected to itself, which makes the kernel hand it nothing more and lets go of its share of the traffic.
//     What still comes is counted and ignored. The same address can be listened on again, with the same socket.
//   - our own, for listeners that came later, which gnet cannot be given, and for those on every address, of which gnet would read the first
//     datagram without asking where it arrived. A goroutine waits for it to become readable and leaves the reading to the loop.
type socket struct {
	ln     *Listener      // nil: muted
	addr   netip.AddrPort // of ln, or the last one
	fd     int
	gnetFD int // gnet's descriptor, known from its first datagram
	inet6  bool
	closed bool

	everywhere bool // bound to every address

	own   *net.UDPConn  // of our own sockets: what the waiter waits on
	drain func()        // the waiter's task for the loop
	again chan struct{} // the loop has read; the waiter may go on
	gone  chan struct{}
}

// attach makes s the socket of s.ln.
func (e *engine) attach(s *socket) {
	if !slices.Contains(e.all, s) {
		e.all = append(e.all, s)
	}
	s.addr = s.ln.Addr
	for len(e.sockets) <= s.ln.Index {
		e.sockets = append(e.sockets, nil)
	}
	e.sockets[s.ln.Index] = s
}

// detach removes the socket of a listener: mutes it if it is gnet's, closes it if it is ours.
func (e *engine) detach(ln *Listener) {
	s := e.socketOf(ln)
	if s == nil {
		return
	}
	for i := range e.sockets {
		if e.sockets[i] == s {
			e.sockets[i] = nil
		}
	}
	e.loop.forget(ln)
	s.ln = nil
	if s.own == nil {
		s.mute()
		return
	}
	s.close()
	e.all = slices.DeleteFunc(e.all, func(x *socket) bool { return x == s })
}

// rename gives the socket of a listener to another with the same address, and returns the sizes of its buffers. Datagrams may still be sent
// in the old one's name.
func (e *engine) rename(old, to *Listener) (receive, send int) {
	if s := e.socketOf(old); s != nil {
		s.ln = to
		e.attach(s)
		receive, send = to.config.applyTo(s.fd)
	}
	return receive, send
}

// revive gives a muted socket back to a listener with its address; false when there is none.
func (e *engine) revive(ln *Listener) bool {
	for _, s := range e.all {
		if s.ln == nil && s.own == nil && s.addr == ln.Addr {
			s.ln = ln
			s.unmute()
			e.attach(s)
			ln.config.applyTo(s.fd)
			return true
		}
	}
	return false
}

func (e *engine) socketOf(ln *Listener) *socket {
	if ln.Index >= len(e.sockets) {
		return nil
	}
	return e.sockets[ln.Index]
}

// arrived takes the first datagram of a wake-up from gnet, and the rest from the socket.
func (e *engine) arrived(gc gnet.Conn, b []byte) {
	l := e.loop
	s := e.socketByFD(gc)
	if s == nil || s.ln == nil {
		l.stats.Inc(l.ids.ignored)
		return
	}
	if from, ok := gc.RemoteAddr().(*net.UDPAddr); ok {
		l.stats.Inc(l.ids.datagramsIn)
		l.stats.Add(l.ids.bytesIn, uint64(len(b)))
		l.handler.OnDatagram(s.ln, unmap(from.AddrPort()), b)
	}
	e.drainSocket(s)
}

func (e *engine) socketByFD(gc gnet.Conn) *socket {
	fd := gc.Fd()
	for _, s := range e.all {
		if s.gnetFD == fd {
			return s
		}
	}
	addr, ok := gc.LocalAddr().(*net.UDPAddr)
	if !ok {
		return nil
	}
	for _, s := range e.all {
		if s.gnetFD == 0 && s.own == nil && s.ln != nil && s.ln.Addr == unmap(addr.AddrPort()) {
			s.gnetFD = fd
			return s
		}
	}
	return nil
}

// adopt takes over a socket that was opened after the start and begins to wait on it.
func (e *engine) adopt(ln *Listener, own *net.UDPConn, fd int) {
	s := &socket{ln: ln, fd: fd, inet6: ln.Addr.Addr().Is6(), everywhere: ln.everywhere(), own: own, again: make(chan struct{}, 1), gone: make(chan struct{})}
	s.drain = func() {
		if !s.closed {
			e.drainSocket(s)
		}
		s.again <- struct{}{}
	}
	e.attach(s)
	e.net.waiters.Add(1)
	go e.wait(s)
}

// wait tells the loop whenever s has something to read, until s is closed.
func (e *engine) wait(s *socket) {
	defer e.net.waiters.Done()
	raw, err := s.own.SyscallConn()
	if err != nil {
		return
	}
	for raw.Read(readable) == nil && e.loop.Exec(s.drain) {
		select {
		case <-s.again:
		case <-s.gone:
			return
		}
	}
}

// readable tells whether a descriptor has something to read, without reading it.
func readable(fd uintptr) bool {
	var none [1]byte
	_, _, err := unix.Recvfrom(int(fd), none[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	return err != unix.EAGAIN && err != unix.EINTR
}

// tune sets what gnet and package net set otherwise on a UDP socket. No broadcasts: a URI of a peer may say where we send to.
func tune(fd int, ln *Listener) {
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 0)
	if ln.everywhere() {
		askForFaces(fd, ln.Addr.Addr().Is6())
	}
	ln.config.applyTo(fd)
}

func (s *socket) close() {
	if s.closed {
		return
	}
	s.closed = true
	unix.Close(s.fd)
	if s.own != nil {
		s.own.Close()
		close(s.gone)
	}
}

// bound is the address that the socket is bound to.
func (s *socket) bound() netip.AddrPort {
	sa, err := unix.Getsockname(s.fd)
	if err != nil {
		return netip.AddrPort{}
	}
	return addrPortOf(sa)
}
