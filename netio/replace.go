package netio

import (
	"context"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A listener on every address and one on a single address are in each other's way when they have the same port. When one replaces the other, the
// new one is bound while the old one still serves: for as long as both are there, their sockets let each other in. What comes goes to the single
// address first. Then the old one is closed, without losing what has come to it, and whatever is still sent in its name leaves from the new
// one. If the new one cannot be bound, nothing has changed.

// overlapping are those of all that the kernel does not let a socket be bound beside.
func overlapping(all []*bound, t Transport, addr netip.AddrPort) []*bound {
	var found []*bound
	for _, b := range all {
		if (b.ln.Transport == UDP) == (t == UDP) && overlap(b.ln.Addr, unmap(addr)) {
			found = append(found, b)
		}
	}
	return found
}

func overlap(a, b netip.AddrPort) bool {
	return a.Port() == b.Port() && a.Addr().Is4() == b.Addr().Is4() && a.Addr().IsUnspecified() != b.Addr().IsUnspecified()
}

// tryBeside tells whether a UDP socket could be bound to every address if our own on single addresses were not there, and nobody was let in who
// would share the port, as another Sluice would: with SO_REUSEADDR, which ours have for that. Who has this is noticed when the loops' sockets are
// bound, with SO_REUSEPORT. The other way round nobody else can have come in, and a socket on a single address would take what comes.
func tryBeside(addr netip.AddrPort) error {
	config := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) { _ = setOption(int(fd), unix.SO_REUSEADDR, true) })
	}}
	conn, err := config.ListenPacket(context.Background(), networkOf(UDP, addr.Addr()), addr.String())
	if err != nil {
		return bindError(err, addr.Port())
	}
	return conn.Close()
}

func setOption(fd, option int, on bool) error {
	value := 0
	if on {
		value = 1
	}
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, value))
}

// letBeside lets others be bound beside our sockets, or no longer. UDP sockets let them always who are for one port, by SO_REUSEPORT.
func (n *Net) letBeside(all []*bound, on bool) {
	for _, b := range all {
		if b.acceptor != nil {
			b.acceptor.letBeside(on)
			continue
		}
		n.eachLoop(func(e *engine) {
			if s := e.socketOf(b.ln); s != nil {
				_ = setOption(s.fd, unix.SO_REUSEADDR, on)
			}
		})
	}
}

// ChangeOwner makes the sockets that are bound a user's, which the process is about to become. Otherwise no listener could replace another
// later: the kernel never lets sockets of two users be bound beside each other.
func (n *Net) ChangeOwner(uid, gid int) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	var failed error
	change := func(fd int) {
		if err := changeOwner(fd, uid, gid); err != nil {
			failed = err
		}
	}
	for _, b := range n.bound {
		if b.acceptor != nil {
			b.acceptor.control(change)
			continue
		}
		n.eachLoop(func(e *engine) {
			if s := e.socketOf(b.ln); s != nil {
				change(s.fd)
			}
		})
	}
	return failed
}

// handoverTime is for handshakes of TCP that have begun with a listener which is replaced.
const handoverTime = 250 * time.Millisecond

// dropAll closes listeners; next are those that serve from now on. Those of streams go first: that takes a while, in which what is under way can
// still be sent from those of datagrams.
func (n *Net) dropAll(old, next []*bound) {
	for _, b := range old {
		if b.acceptor != nil && len(heirsOf(b, next)) > 0 {
			b.acceptor.handOver()
		}
	}
	for _, stream := range [...]bool{true, false} {
		for _, b := range old {
			if (b.acceptor != nil) == stream {
				n.drop(b, heirsOf(b, next))
			}
		}
	}
}

func heirsOf(b *bound, next []*bound) []*Listener {
	var heirs []*Listener
	for _, to := range overlapping(next, b.ln.Transport, b.ln.Addr) {
		heirs = append(heirs, to.ln)
	}
	return heirs
}

// drop closes a listener.
func (n *Net) drop(b *bound, heirs []*Listener) {
	if b.acceptor != nil {
		b.acceptor.retire()
		return
	}
	b.close()
	n.eachLoop(func(e *engine) { e.detach(b.ln, heirs) })
}

// inherit has what is sent in the name of the listener with an index leave from others.
func (l *Loop) inherit(index int, heirs []*Listener) {
	for len(l.heirs) <= index {
		l.heirs = append(l.heirs, nil)
	}
	l.heirs[index] = heirs
}

// heir is who sends in place of ln: itself, unless it was replaced.
func (l *Loop) heir(ln *Listener) *Listener {
	for ln.Index < len(l.heirs) && l.heirs[ln.Index] != nil {
		heir := l.choose(l.heirs[ln.Index], ln)
		if heir == nil {
			break
		}
		ln = heir // with a larger index: this ends
	}
	return ln
}

// choose finds who of heirs has the address of ln; if that is every address, any of them has one of those. nil: nobody.
func (l *Loop) choose(heirs []*Listener, ln *Listener) *Listener {
	for _, heir := range heirs {
		switch {
		case heir.everywhere():
			return l.faces.at(heir, ln.Addr.Addr())
		case heir.Addr == ln.Addr, ln.everywhere():
			return heir
		}
	}
	return nil
}
