package pipeline

import (
	"cmp"
	"maps"
	"math"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

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

// A provenPeer is who the peer of a TLS connection is by its certificate and,
// of a client, the ports that it has made aliases of.
type provenPeer struct {
	proof
	ports [maxAliasesPerConn]uint16
	n     int
}

// A proof is a certificate that a peer has shown, and when.
type proof struct {
	cert *netio.PeerCert
	at   time.Duration // on the clock of all loops
}

// end returns when the certificate stops counting: when it is not valid any
// more, or at once when a reload has changed who vouches for it.
func (p *proof) end(now time.Duration) time.Duration {
	good := p.cert.GoodFor(now - p.at)
	if good > math.MaxInt64-p.at {
		return math.MaxInt64
	}
	return p.at + good
}

// holds reports whether the certificate still counts.
func (p *proof) holds(now time.Duration) bool { return now < p.end(now) }

// An alias is a connection by which an address is reached, and who is there.
type alias struct {
	conn netio.ConnID
	proof
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
// host, 0 when there is none. Those whose proof has ended are removed; gone is
// how many.
func (t *aliasTable) find(at netip.AddrPort, host string, now time.Duration) (conn netio.ConnID, gone int64) {
	if t.n.Load() == 0 {
		return 0, 0
	}
	m := t.mapOf(at).Load()
	if m == nil {
		return 0, 0
	}
	for _, a := range slices.Backward((*m)[at]) {
		switch {
		case !a.cert.IsFor(host):
		case a.holds(now):
			return a.conn, gone
		case t.remove(at, a.conn):
			gone++
		}
	}
	return 0, gone
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

// prove notes who the peer of f is: a server over TLS, or a client that can make
// an alias, because its certificate is good (RFC 5923 §9.2, §9.3).
func (f *flow) prove(pc *netio.PeerCert) {
	if f.c.Transport() == netio.TLS && (f.c.Dialled() || pc.Verified == nil) {
		f.proven = &provenPeer{proof: proof{pc, f.e.loop.Now()}}
	}
}

// stillProven reports whether c, which we have opened, would be opened and
// verified today as it was then. One that is being opened will be.
func stillProven(c *netio.Conn) bool {
	f, ok := c.Link.(*flow)
	return c.UsualTLS() && (!ok || f.proven == nil || f.proven.holds(f.e.loop.Now()))
}

// everProven is stillProven for what belongs to a call.
func everProven(*netio.Conn) bool { return true }

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
	if p == nil || f.c.Dialled() || !e.limits().Aliases.Accept {
		return
	}
	via, err := m.TopVia()
	if err != parser.OK || via.Transport != sip.TransportTLS {
		return
	}
	if value, ok := via.Param(m.Buf, "alias"); !ok || !value.Empty() {
		return
	}
	if !p.holds(e.loop.Now()) {
		f.dropAliases()
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
	more, ok := e.edge.aliases.add(at, alias{f.c.ID(), p.proof})
	if !ok {
		e.count(metricAliasesRefused)
		return
	}
	if !known {
		p.ports[p.n] = port
		p.n++
		f.arm()
	}
	e.count(metricAliasesMade)
	e.gauge(metricAliases, more)
}

// dropAliases ends the aliases of a connection that closes, or whose proof has
// ended.
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
	p.n = 0
}

// aliasFor returns the connection that is to be used instead of opening one to
// where p leads, 0 for none: its client advertises that address and has proved to
// be the server that is meant (RFC 5923 §8.2). What another loop owns is taken
// to exist; the loop will say so if it does not, and then a connection is
// opened.
func (e *Engine) aliasFor(p *path, w *wanted) netio.ConnID {
	if p.transport != netio.TLS || w.direct || len(w.host) == 0 || !e.limits().Aliases.Accept {
		return 0
	}
	id, gone := e.edge.aliases.find(netip.AddrPortFrom(p.addr.Addr().Unmap(), p.addr.Port()), w.name(), e.loop.Now())
	if gone > 0 {
		e.gauge(metricAliases, -gone)
	}
	if id == 0 || id.Loop() == e.index && e.loop.Conn(id) == nil {
		return 0
	}
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
