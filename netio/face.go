package netio

import (
	"hash/maphash"
	"net/netip"
	"time"
)

// A listener on every address (0.0.0.0, [::]) has a face at each of them: a Listener with that address, on the same socket. Datagrams and
// connections come to the face at the address that the peer has sent to, and what is sent in its name leaves from there. For whom we speak to
// first, Loop.Facing chooses the face.

const (
	maxFaces    = 1024             // that are remembered; all of 127.0.0.0/8 are addresses of ours
	maxRoutes   = 8192             // peers whose route is remembered, per loop
	routeLife   = 10 * time.Second // how long
	noRouteLife = time.Second      // the same where there was none
)

// face is the face of ln at one of its addresses.
func (ln *Listener) face(addr netip.Addr) *Listener {
	f := *ln
	f.whole, f.Addr = ln, netip.AddrPortFrom(addr, ln.Addr.Port())
	if ln.config.Advertise == "" {
		f.SentBy = ownSentBy(f.Addr)
	}
	return &f
}

// everywhere tells whether ln is bound to every address.
func (ln *Listener) everywhere() bool { return ln.Addr.Addr().IsUnspecified() }

// source is the address that datagrams in the name of ln leave from; zero: the one that the socket is bound to, or the kernel's choice.
func (ln *Listener) source() netip.Addr {
	if ln.whole == nil {
		return netip.Addr{}
	}
	return ln.Addr.Addr()
}

// base is the listener that was bound.
func (ln *Listener) base() *Listener {
	if ln.whole != nil {
		return ln.whole
	}
	return ln
}

// faces remembers those that were asked for. It belongs to one goroutine.
type faces map[faceKey]*Listener

type faceKey struct {
	whole *Listener
	addr  netip.Addr
}

// at is the face of ln at one of its addresses; ln itself where it has none there.
func (f *faces) at(ln *Listener, addr netip.Addr) *Listener {
	if !ln.everywhere() || !addr.IsValid() || addr.IsUnspecified() || addr.IsMulticast() {
		return ln
	}
	key := faceKey{ln, addr}
	if face := (*f)[key]; face != nil {
		return face
	}
	if *f == nil || len(*f) == maxFaces {
		*f = make(faces)
	}
	face := ln.face(addr)
	(*f)[key] = face
	return face
}

// A Router is a Driver that knows which of our addresses the kernel's routes to a peer begin at; zero where there is no route.
type Router interface {
	LocalAddr(peer netip.Addr) netip.Addr
}

// routes remembers the face that a loop shows to a peer: a system call per message would be too many, and routes seldom change.
type routes struct {
	seed  maphash.Seed
	slots []route
}

type route struct {
	peer        netip.Addr
	whole, face *Listener
	until       time.Duration
}

// Facing is what to be known by, and to send from, towards a peer that we speak to first: ln or, when ln is bound to every address and no
// name is advertised for it, its face at the address at which the kernel's route to the peer begins. nil stays nil.
func (l *Loop) Facing(ln *Listener, peer netip.Addr) *Listener {
	if ln == nil {
		return nil
	}
	whole := ln.base()
	if !whole.everywhere() {
		return ln
	}
	peer = peer.Unmap()
	if whole.config.Advertise != "" || !peer.IsValid() || peer.Is4() != whole.Addr.Addr().Is4() {
		return whole
	}
	r := l.routes.slot(peer)
	if r.peer != peer || r.whole != whole || l.now >= r.until {
		*r = route{peer, whole, whole, l.now + noRouteLife}
		if router, ok := l.driver.(Router); ok {
			if local := router.LocalAddr(peer); local.IsValid() {
				r.face, r.until = l.faces.at(whole, local), l.now+routeLife
			}
		}
	}
	return r.face
}

func (r *routes) slot(peer netip.Addr) *route {
	if r.slots == nil {
		r.seed, r.slots = maphash.MakeSeed(), make([]route, maxRoutes)
	}
	b := peer.As16()
	return &r.slots[maphash.Bytes(r.seed, b[:])%maxRoutes]
}
