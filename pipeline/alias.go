package pipeline

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"sync/atomic"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
)

// Aliases say what is made of connection reuse with TLS (RFC 5923): a client
// that puts "alias" in its Via can be sent requests over its own connection.
type Aliases struct {
	Accept bool // clients that have proved who they are get them
	Offer  bool // we ask for it on connections that we open
}

const (
	maxAliases        = 4096 // in all
	maxAliasesPerHost = 256  // of one client address, or /64, with all its ports
	maxAliasesPerConn = 8    // a client may name one port after another
	maxAliasesPerAddr = 16   // the newest count

	aliasMaps = 64 // among which they are spread
)

// A provenPeer is the client of a TLS connection, which has shown by its
// certificate who it is, and the ports that it has made aliases of.
type provenPeer struct {
	cert  *netio.PeerCert
	ports [maxAliasesPerConn]uint16
	n     int
}

// An alias is a connection by which an address is reached, and who is there.
type alias struct {
	conn netio.ConnID
	cert *netio.PeerCert
}

// An aliasTable holds the aliases of all loops, by the address that each stands
// for: maps that never change, each replaced as a whole, and small. It is
// written to only when a connection makes a new alias, and when it closes.
type aliasTable struct {
	n    atomic.Int64
	maps [aliasMaps]atomic.Pointer[aliasMap]
}

type aliasMap map[netip.AddrPort][]alias // the newest last

// mapOf returns the map in which all aliases of a client are.
func (t *aliasTable) mapOf(at netip.AddrPort) *atomic.Pointer[aliasMap] {
	n := 0
	for _, b := range netio.SourceOf(at.Addr()).As16() {
		n = 31*n + int(b)
	}
	return &t.maps[uint(n)%aliasMaps]
}

// ofHost returns how many aliases a client has.
func (m aliasMap) ofHost(addr netip.Addr) (n int) {
	host := netio.SourceOf(addr)
	for at, list := range m {
		if netio.SourceOf(at.Addr()) == host {
			n += len(list)
		}
	}
	return n
}

// has reports whether conn need not be added: it is an alias of at, or its
// place is taken by newer ones.
func (t *aliasTable) has(at netip.AddrPort, conn netio.ConnID) bool {
	m := t.mapOf(at).Load()
	if m == nil {
		return false
	}
	list := (*m)[at]
	return len(list) == maxAliasesPerAddr || slices.ContainsFunc(list, func(a alias) bool { return a.conn == conn })
}

// find returns the newest connection by which at is reached and whose client is
// host, 0 when there is none.
func (t *aliasTable) find(at netip.AddrPort, host string) netio.ConnID {
	if t.n.Load() == 0 {
		return 0
	}
	m := t.mapOf(at).Load()
	if m == nil {
		return 0
	}
	for _, a := range slices.Backward((*m)[at]) {
		if a.cert.IsFor(host) {
			return a.conn
		}
	}
	return 0
}

// add makes a an alias of at; where an address has too many the oldest gives
// way. It returns how many more there are now, and false when there are too
// many of the client or in all.
func (t *aliasTable) add(at netip.AddrPort, a alias) (more int64, ok bool) {
	for p := t.mapOf(at); ; {
		old, next := p.Load(), aliasMap{}
		if old != nil {
			next = maps.Clone(*old)
		}
		list := next[at]
		switch {
		case len(list) == maxAliasesPerAddr:
			list, more = list[1:], 0
		case next.ofHost(at.Addr()) == maxAliasesPerHost:
			return 0, false
		case t.n.Add(1) > maxAliases:
			t.n.Add(-1)
			return 0, false
		default:
			more = 1
		}
		next[at] = append(slices.Clone(list), a)
		if p.CompareAndSwap(old, &next) {
			return more, true
		}
		t.n.Add(-more)
	}
}

// remove ends the alias of at that conn is. It reports whether there was one.
func (t *aliasTable) remove(at netip.AddrPort, conn netio.ConnID) bool {
	for p := t.mapOf(at); ; {
		old := p.Load()
		if old == nil {
			return false
		}
		i := slices.IndexFunc((*old)[at], func(a alias) bool { return a.conn == conn })
		if i < 0 {
			return false
		}
		next := maps.Clone(*old)
		if next[at] = slices.Delete(slices.Clone(next[at]), i, i+1); len(next[at]) == 0 {
			delete(next, at)
		}
		if p.CompareAndSwap(old, &next) {
			t.n.Add(-1)
			return true
		}
	}
}

// prove notes who the peer of f is, where that can make an alias: a client over
// TLS whose certificate is good (RFC 5923 §9.2, §9.3).
func (f *flow) prove(pc *netio.PeerCert) {
	if f.c.Transport() == netio.TLS && !f.c.Dialled() && pc.Verified == nil {
		f.proven = &provenPeer{cert: pc}
	}
}

// aliasAt returns the address that a port of f's peer stands for: with the
// address that the connection is from, whatever the Via says (RFC 5923 §8.2).
func (f *flow) aliasAt(port uint16) netip.AddrPort {
	return netip.AddrPortFrom(f.c.Remote().Addr().Unmap(), port)
}

// takeAlias makes f an alias of the address that the client advertises, if the
// Via of its request m asks for it and the client may; else the request goes on
// as if it did not (RFC 5923 §8.2).
func (f *flow) takeAlias(m *sip.Message) {
	p, e := f.proven, f.e
	if p == nil || !e.limits().Aliases.Accept {
		return
	}
	via, err := m.TopVia()
	if err != parser.OK || via.Transport != sip.TransportTLS {
		return
	}
	if value, ok := via.Param(m.Buf, "alias"); !ok || !value.Empty() {
		return
	}
	port := cmp.Or(via.Port, 5061)
	at, known := f.aliasAt(port), slices.Contains(p.ports[:p.n], port)
	if known && e.edge.aliases.has(at, f.c.ID()) {
		return
	}
	if !known && p.n == len(p.ports) {
		e.count(metricAliasesRefused)
		return
	}
	more, ok := e.edge.aliases.add(at, alias{f.c.ID(), p.cert})
	if !ok {
		e.count(metricAliasesRefused)
		return
	}
	if !known {
		p.ports[p.n] = port
		p.n++
	}
	e.count(metricAliasesMade)
	e.gauge(metricAliases, more)
}

// dropAliases ends the aliases of a connection that closes.
func (f *flow) dropAliases() {
	p := f.proven
	if p == nil {
		return
	}
	for _, port := range p.ports[:p.n] {
		if f.e.edge.aliases.remove(f.aliasAt(port), f.c.ID()) {
			f.e.gauge(metricAliases, -1)
		}
	}
}

// aliasFor returns the connection that is to be used instead of opening one to
// b's target, 0 for none: its client advertises that address and has proved to
// be the server that is meant (RFC 5923 §8.2). What another loop owns is taken
// to exist; the loop will say so if it does not, and then a connection is
// opened.
func (e *Engine) aliasFor(b *Branch) netio.ConnID {
	t := &b.Target
	if t.Transport != netio.TLS || b.direct || len(b.server) == 0 || !e.limits().Aliases.Accept {
		return 0
	}
	id := e.edge.aliases.find(netip.AddrPortFrom(t.Addr.Addr().Unmap(), t.Addr.Port()), b.serverName())
	if id == 0 || id.Loop() == e.index && e.loop.Conn(id) == nil {
		return 0
	}
	b.aliased = true
	e.count(metricAliasesUsed)
	return id
}

// offersAlias reports whether a request along dest shall tell the server that
// it may send requests back over the connection (RFC 5923 §8.1): one that we
// have opened, over TLS.
func (e *Engine) offersAlias(dest *path) bool {
	if dest.transport != netio.TLS || !e.limits().Aliases.Offer || dest.conn.Loop() != e.index {
		return false
	}
	c := e.loop.Conn(dest.conn)
	return c != nil && c.Dialled()
}
