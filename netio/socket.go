package netio

import (
	"net/netip"
	"slices"

	"golang.org/x/sys/unix"
)

// socket is a UDP socket of one loop, which the loop's poller watches.
type socket struct {
	ln         *Listener
	fd         int
	inet6      bool
	everywhere bool // bound to every address
	closed     bool
	polled
}

// adopt takes over the loop's socket for ln: what is sent in its name leaves from there. It is read from serve on.
func (e *engine) adopt(ln *Listener, fd int) error {
	s := &socket{ln: ln, fd: fd, inet6: ln.Addr.Addr().Is6(), everywhere: ln.everywhere()}
	if err := e.watch(s); err != nil {
		unix.Close(fd)
		return err
	}
	e.all = append(e.all, s)
	e.attach(s)
	return nil
}

// serve begins to read the loop's socket for ln, and what has come there since it was bound.
func (e *engine) serve(ln *Listener) {
	if s := e.socketOf(ln); s != nil {
		e.attend(s)
	}
}

// attach makes s the socket of s.ln.
func (e *engine) attach(s *socket) {
	for len(e.sockets) <= s.ln.Index {
		e.sockets = append(e.sockets, nil)
	}
	e.sockets[s.ln.Index] = s
}

// lastBatches is more than the largest buffer holds of the smallest messages: nothing is left unread, and the loop gets away.
const lastBatches = 1024

// detach closes the socket of a listener, after what has come there until now was read. What is sent in the listener's name from now on
// leaves from heirs, which serve its address in its place; with none of them it is refused.
func (e *engine) detach(ln *Listener, heirs []*Listener) {
	s := e.socketOf(ln)
	if s == nil {
		return
	}
	if heirs != nil {
		for i := range e.sockets {
			if e.sockets[i] == s {
				e.loop.inherit(i, heirs)
			}
		}
	}
	s.mute()
	for range lastBatches {
		if e.loop.stopped || e.receive(s) == 0 {
			break
		}
		e.loop.settle()
	}
	for i := range e.sockets {
		if e.sockets[i] == s {
			e.sockets[i] = nil
		}
	}
	e.loop.forget(ln)
	e.close(s)
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

func (e *engine) socketOf(ln *Listener) *socket {
	if ln.Index >= len(e.sockets) {
		return nil
	}
	return e.sockets[ln.Index]
}

// tune sets what package net sets otherwise on a UDP socket. No broadcasts: a URI of a peer may say where we send to.
func tune(fd int, ln *Listener) {
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 0)
	if ln.everywhere() {
		askForFaces(fd, ln.Addr.Addr().Is6())
	}
	ln.config.applyTo(fd)
}

func (e *engine) close(s *socket) {
	if s.closed {
		return
	}
	s.closed = true
	e.unwatch(s)
	unix.Close(s.fd)
}

// boundTo is the address that a socket is bound to.
func boundTo(fd int) netip.AddrPort {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}
	}
	return addrPortOf(sa)
}
