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

func (t *aliasTable) mapOf(at netip.AddrPort) *atomic.Pointer[aliasMap] {
	ip := at.Addr().As16()
	return &t.maps[(int(ip[len(ip)-1])+int(at.Port()))%aliasMaps]
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
// many in all.
func (t *aliasTable) add(at netip.AddrPort, a alias) (more int64, ok bool) {
	if t.n.Add(1) > maxAliases {
		t.n.Add(-1)
		return 0, false
	}
	for p := t.mapOf(at); ; {
		old, next := p.Load(), aliasMap{}
		if old != nil {
			next = maps.Clone(*old)
		}
		list := next[at]
		ousted := max(0, len(list)+1-maxAliasesPerAddr)
		next[at] = append(slices.Clone(list[ousted:]), a)
		if p.CompareAndSwap(old, &next) {
			t.n.Add(-int64(ousted))
			return 1 - int64(ousted), true
		}
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
	if slices.Contains(p.ports[:p.n], port) {
		return
	}
	if p.n == len(p.ports) {
		e.count(metricAliasesRefused)
		return
	}
	more, ok := e.edge.aliases.add(f.aliasAt(port), alias{f.c.ID(), p.cert})
	if !ok {
		e.count(metricAliasesRefused)
		return
	}
	p.ports[p.n] = port
	p.n++
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
