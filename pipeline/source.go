package pipeline

import (
	"maps"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"sluice/netio"
	"sluice/parser/sip"
	"sluice/pipeline/relay"
	"sluice/pipeline/txn"
)

// SourceLimits bound what one source may do: an IPv4 address or the /64 of an
// IPv6 address (netio.SourceOf). Zero of each is no limit.
type SourceLimits struct {
	Messages      int // a second: SIP messages and STUN requests
	Handshakes    int // a second: of WebSockets
	AllHandshakes int // the same of all sources together
	Connections   int // at a time: accepted ones

	// A source that exceeds its limits BanAfter times within banWindow is not
	// heard for BanTime.
	BanAfter int
	BanTime  time.Duration

	Exempt *Networks // whom none of this applies to; nil is nobody
}

// Networks is a set of addresses.
type Networks struct{ Prefixes []netip.Prefix }

func (n *Networks) contains(a netip.Addr) bool {
	return n != nil && slices.ContainsFunc(n.Prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}

const (
	banWindow  = 10 * time.Second
	rateWindow = time.Second

	banMaps     = 64      // among which the bans are spread
	banMapSize  = 128     // sources that are banned at a time, in each
	manySources = 1 << 15 // buckets a row where every message is counted
	someSources = 1 << 12 // and where there is less to count
)

// sources is what the loops know together about who sends what. Nothing of it
// grows with the number of sources.
type sources struct {
	key        txn.BranchKey // of the hash of a source
	messages   meter
	calls      meter // messages beyond the limit that belong to calls
	cancels    meter // and CANCELs that may belong to another loop
	handshakes meter
	strikes    meter
	all        atomic.Uint64 // handshakes, a bucket
	bans       bans
	limits     atomic.Pointer[SourceLimits] // for who is on no loop
}

func newSources() *sources {
	s := &sources{key: txn.NewBranchKey(deriveKey(nil, ""))}
	s.messages.init(manySources)
	s.calls.init(someSources)
	s.cancels.init(someSources)
	s.handshakes.init(someSources)
	s.strikes.init(someSources)
	s.limits.Store(new(SourceLimits))
	return s
}

func (s *sources) hash(source netip.Addr) uint64 {
	b := source.As16()
	return s.key.LoopCookie(b[:])
}

// banned reports whether source is not to be heard.
func (s *sources) banned(source netip.Addr, now time.Duration) bool {
	return s.bans.some.Load() && s.bans.has(s.hash(source), source, now)
}

// strike notes that source has exceeded a limit. It reports whether it is banned
// for it.
func (s *sources) strike(source netip.Addr, lim *SourceLimits, now time.Duration) bool {
	if lim.BanAfter == 0 {
		return false
	}
	h := s.hash(source)
	return s.strikes.count(h, now, banWindow)%lim.BanAfter == 0 && s.bans.add(h, source, now+lim.BanTime, now)
}

// A meter counts events by source and time in a table of fixed size: a
// count-min sketch of two rows, whose hash nobody outside can predict. A source
// is taken for one that does too much only if it shares both of its buckets
// with some that do.
type meter struct{ rows [2][]atomic.Uint64 }

func (m *meter) init(buckets int) {
	for i := range m.rows {
		m.rows[i] = make([]atomic.Uint64, buckets)
	}
}

// count counts one event of the source with hash h and returns how many there
// are in its window, which began with the first.
func (m *meter) count(h uint64, now, window time.Duration) int {
	a, b := m.rows[0], m.rows[1]
	return min(tally(&a[h%uint64(len(a))], now, window), tally(&b[h>>32%uint64(len(b))], now, window))
}

// A bucket is the time in milliseconds at which its window began and, in the
// lowest bits, a count.
const bucketBits = 24

// tally counts one event in a bucket. The clocks of two loops differ by a little.
func tally(bucket *atomic.Uint64, now, window time.Duration) int {
	const most = 1<<bucketBits - 1
	ms := uint64(now / time.Millisecond)
	for {
		old := bucket.Load()
		began, n := old>>bucketBits, old&most
		if n == 0 || ms >= began+uint64(window/time.Millisecond) {
			began, n = ms, 0
		}
		n = min(n+1, most)
		if bucket.CompareAndSwap(old, began<<bucketBits|n) {
			return int(n)
		}
	}
}

// bans are the sources that are not heard, each until some time: maps that never
// change, each replaced as a whole, and small, so that this takes no time. Most
// of the time there are none.
type bans struct {
	some atomic.Bool // somebody was banned since the start
	maps [banMaps]atomic.Pointer[banMap]
}

type banMap map[netip.Addr]time.Duration

// has reports whether source, whose hash is h, is banned.
func (b *bans) has(h uint64, source netip.Addr, now time.Duration) bool {
	m := b.maps[h%banMaps].Load()
	return m != nil && (*m)[source] > now
}

// add bans source. It reports false when too many are banned.
func (b *bans) add(h uint64, source netip.Addr, until, now time.Duration) bool {
	b.some.Store(true)
	for {
		old := b.maps[h%banMaps].Load()
		next := banMap{}
		if old != nil {
			next = maps.Clone(*old)
			maps.DeleteFunc(next, func(_ netip.Addr, t time.Duration) bool { return t <= now })
		}
		if len(next) >= banMapSize {
			return false
		}
		next[source] = until
		if b.maps[h%banMaps].CompareAndSwap(old, &next) {
			return true
		}
	}
}

// Admit is the netio.Admission of the server.
func (p *Edge) Admit(ln *netio.Listener, peer netip.Addr, others int, now time.Duration) bool {
	if ln.Proxied(peer) {
		return true // its header says whom the connection is from
	}
	if why := p.welcome(peer, others, now); why != "" {
		p.logRefused(ln, peer, why)
		return false
	}
	return true
}

// Prefer reports whether no limit applies to a peer; netio keeps places for such.
func (p *Edge) Prefer(peer netip.Addr) bool {
	return p.sources.limits.Load().Exempt.contains(peer.Unmap())
}

// welcome decides on a connection by who the peer is. It returns what is against
// it, "" if nothing is.
func (p *Edge) welcome(peer netip.Addr, others int, now time.Duration) (why string) {
	s, shared, source := p.sources, p.stats.Shared(), netio.SourceOf(peer)
	switch lim := s.limits.Load(); {
	case lim.Exempt.contains(peer.Unmap()):
	case s.banned(source, now):
		shared.Inc(p.ids[metricBanned])
		return "banned"
	case lim.Connections > 0 && others >= lim.Connections:
		shared.Inc(p.ids[metricConnsLimited])
		if s.strike(source, lim, now) {
			shared.Inc(p.ids[metricBans])
			p.announceBan(source, lim.BanTime, now)
		}
		return "too many of its source"
	}
	return ""
}

// banned reports whether a source is not to be heard, and counts it.
func (e *Engine) banned(from netip.Addr) bool {
	s := e.edge.sources
	if !s.bans.some.Load() || !s.banned(netio.SourceOf(from), e.loop.Now()) || e.limits().Source.Exempt.contains(from.Unmap()) {
		return false
	}
	e.count(metricBanned)
	return true
}

// strike notes that a peer has exceeded a limit.
func (e *Engine) strike(from netip.Addr) {
	lim := &e.limits().Source
	if lim.Exempt.contains(from.Unmap()) {
		return
	}
	source, now := netio.SourceOf(from), e.loop.Now()
	if e.edge.sources.strike(source, lim, now) {
		e.count(metricBans)
		e.edge.announceBan(source, lim.BanTime, now)
	}
}

// tooMany counts an event of a peer, and reports whether there are more than
// limit in a second.
func (e *Engine) tooMany(m *meter, from netip.Addr, limit int) bool {
	if limit == 0 || e.limits().Source.Exempt.contains(from.Unmap()) ||
		m.count(e.edge.sources.hash(netio.SourceOf(from)), e.loop.Now(), rateWindow) <= limit {
		return false
	}
	e.strike(from)
	return true
}

// hurried reports whether a message is one too many of its source.
func (e *Engine) hurried(from netip.Addr) bool {
	return e.tooMany(&e.edge.sources.messages, from, e.limits().Source.Messages)
}

// spare lets a message of a kind through that is one too many of its source, up
// to as many in a second as the source may send anyway.
func (e *Engine) spare(kind *meter, from netip.Addr) bool {
	return kind.count(e.edge.sources.hash(netio.SourceOf(from)), e.loop.Now(), rateWindow) <= e.limits().Source.Messages
}

// spareCall is spare for a message of a call: many users may be behind one
// address, and what they have begun shall go on and end. It shows by a Route
// that we have signed for it that it is one.
func (e *Engine) spareCall(m *sip.Message, o *origin) bool {
	return inDialog(m) && relay.Signed(m, e.edge.flows) && e.spare(&e.edge.sources.calls, o.addr.Addr())
}

// crowded reports whether a WebSocket handshake is one too many, of its source
// or of all.
func (e *Engine) crowded(from netip.Addr) bool {
	s, lim := e.edge.sources, &e.limits().Source
	return e.tooMany(&s.handshakes, from, lim.Handshakes) ||
		lim.AllHandshakes > 0 && tally(&s.all, e.loop.Now(), rateWindow) > lim.AllHandshakes
}

// What is answered to what is too much.
var hurrying = sip.ServiceUnavailable.WithHeaders("Retry-After: 1\r\n")

const comeBack = "Retry-After: 1\r\n"
