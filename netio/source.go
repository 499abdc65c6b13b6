package netio

import (
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Admission decides on a connection that a peer has opened: others is how many connections its source ([SourceOf]) has besides, now the time of
// the loops. It is asked when the connection is accepted, and again, if it said yes, when the connection has
// its loop: only then others is exact. It runs on whichever goroutine accepts, so it must not wait. What it refuses is closed and counted.
type Admission func(ln *Listener, peer netip.Addr, others int, now time.Duration) bool

// SourceOf is what limits know a peer by: its IPv4 address, or the /64 of its IPv6 address, within which every host may have as many addresses
// as it likes (RFC 4291 §2.5.4).
func SourceOf(addr netip.Addr) netip.Addr {
	addr = addr.Unmap()
	if addr.Is4() {
		return addr
	}
	p, _ := addr.Prefix(64) // it takes the zone off; the zero Addr stays what it is
	return p.Addr()
}

// Proxied tells whether connections from an address to this listener come through a load balancer, and begin with a PROXY protocol header.
func (ln *Listener) Proxied(from netip.Addr) bool {
	if ln == nil {
		return false
	}
	from = from.Unmap()
	return slices.ContainsFunc(ln.config.Proxies, func(p netip.Prefix) bool { return p.Contains(from) })
}

// sources counts the accepted connections of every source, for all loops: when one comes and when one goes, never for a message.
type sources struct {
	mu    sync.Mutex
	conns map[netip.Addr]int
}

func newSources() *sources { return &sources{conns: make(map[netip.Addr]int)} }

func (s *sources) count(source netip.Addr) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns[source]
}

// join counts a connection; it returns how many others there are.
func (s *sources) join(source netip.Addr) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.conns[source]
	s.conns[source] = n + 1
	return n
}

func (s *sources) leave(source netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.conns[source]; n > 1 {
		s.conns[source] = n - 1
	} else {
		delete(s.conns, source)
	}
}

// welcome asks about a connection before it costs us anything.
func (n *Net) welcome(ln *Listener, remote netip.AddrPort) bool {
	if n.opt.Admit == nil {
		return true
	}
	return n.opt.Admit(ln, remote.Addr(), n.sources.count(SourceOf(remote.Addr())), n.now())
}

// welcome counts a connection that was accepted, and asks about it.
func (l *Loop) welcome(c *Conn) bool {
	if l.opt.Admit == nil {
		return true
	}
	others := l.sources.join(SourceOf(c.remote.Addr()))
	c.counted = true
	if l.opt.Admit(c.listener, c.remote.Addr(), others, l.now) {
		return true
	}
	l.uncount(c)
	return false
}

// uncount ends what welcome began.
func (l *Loop) uncount(c *Conn) {
	if c.counted {
		c.counted = false
		l.sources.leave(SourceOf(c.remote.Addr()))
	}
}

// recount counts c for another peer; it returns how many connections that has besides.
func (l *Loop) recount(c *Conn, remote netip.AddrPort) (others int) {
	if c.counted {
		l.sources.leave(SourceOf(c.remote.Addr()))
		others = l.sources.join(SourceOf(remote.Addr()))
	}
	return others
}
