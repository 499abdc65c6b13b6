//go:build !race

package pipeline_test

import (
	"bytes"
	"log/slog"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/netio/stats"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// idleLoop is one loop with clients that cost little, over a driver that keeps
// next to nothing.
type idleLoop struct {
	w       wire
	loop    *netio.Loop
	control *netio.Control
	ws, udp *netio.Listener
	stats   *stats.Registry
	now     time.Duration
}

// keptAlive are limits as a server has them.
func keptAlive() pipeline.Limits {
	lim := pipelinetest.DefaultLimits
	lim.Conn = pipeline.ConnLimits{
		HeadTimeout: head, MessageTimeout: message, IdleIn: 2 * time.Hour, IdleOut: 10 * time.Minute,
		WebSocket: pipeline.KeepAlive{Mechanism: pipeline.KeepAlivePing, Timeout: time.Minute, Data: "sluice"},
	}
	lim.Source = pipeline.SourceLimits{Messages: 1000, Handshakes: 100000, AllHandshakes: 1 << 20, Connections: 1000, BanAfter: 10, BanTime: time.Minute}
	return lim
}

func newIdleLoop(lim pipeline.Limits) *idleLoop {
	l := &idleLoop{ws: netiotest.NewListener(0, netio.WS, pipelinetest.WSAddr), udp: netiotest.NewListener(1, netio.UDP, pipelinetest.UDPAddr)}
	st := stats.New()
	l.stats = st
	var edge *pipeline.Edge
	loop, control := netio.NewLoopForTest(0, netio.Options{Stats: st, Admit: func(ln *netio.Listener, peer netip.Addr, others int, now time.Duration) bool {
		return edge.Admit(ln, peer, others, now)
	}}, &l.w)
	l.loop, l.control = loop, control
	edge = pipeline.NewEdge(pipeline.EdgeOptions{Loops: 1, Stats: st, Log: slog.New(slog.DiscardHandler), MaxTransactions: 1 << 10})
	edge.SetListeners([]*netio.Listener{l.ws, l.udp})
	edge.Install(pipeline.BuildWith(pipeline.Spec{
		Profiles: map[string]*pipeline.Profile{pipeline.DefaultProfile: {TimerB: 32 * time.Second, TimerC: 180 * time.Second, TimerF: 32 * time.Second}},
		Identity: pipeline.NewIdentity("sluice", []netio.ListenerConfig{{Transport: netio.WS, Addr: l.ws.Addr}}, nil),
		Limits:   lim, Stats: st,
	}, []*netio.Loop{loop}, stages(forwarder{})))
	control.Start(edge.Engine(0))
	return l
}

// connect opens the WebSocket of client i.
func (l *idleLoop) connect(i int) *netio.Conn {
	from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 40000)
	c := l.control.Accept(netio.WS, l.ws, l.ws.Addr, from)
	l.control.Data(c, []byte(upgrade))
	return c
}

// TestKeepAliveAllocations: to keep a connection alive costs no garbage, nor
// does a message that comes in parts and is timed.
func TestKeepAliveAllocations(t *testing.T) {
	l := newIdleLoop(keptAlive())
	c := l.connect(1)
	pong := masked(t, ws.OpPong, "sluice")
	part := make([]byte, len(pong))
	round := func() {
		l.now += time.Minute + 20*time.Millisecond
		l.control.Advance(l.now)
		copy(part, pong)
		l.control.Data(c, part[:3])
		l.control.Data(c, part[3:])
	}
	round()
	if got := testing.AllocsPerRun(200, round); got != 0 {
		t.Errorf("got %v allocations a keep-alive, want 0", got)
	}
	if c.State() != netio.StateOpen {
		t.Errorf("the connection is %s", c.State())
	}
	sent := uint64(0)
	for _, m := range l.stats.Metrics() {
		if m.Name == "sluice_keepalives_sent_total" {
			sent += l.stats.Sum(m.ID)
		}
	}
	if sent < 200 {
		t.Errorf("%d keep-alives were sent, want one a round", sent)
	}
}

// TestSweepAllocations: to look for connections of who is banned costs no garbage.
func TestSweepAllocations(t *testing.T) {
	const clients = 20000 // which take ten looks
	lim := keptAlive()
	lim.Source.BanAfter = 1
	l := newIdleLoop(lim)
	for i := range clients {
		l.connect(i)
	}
	l.control.Datagram(l.udp, aliceAddr, bytes.Repeat([]byte(request("OPTIONS", "1 ", "large", "")), 300))
	got := testing.AllocsPerRun(8, func() {
		l.now += 20 * time.Millisecond
		l.control.Advance(l.now)
	})
	if got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
	for _, m := range l.stats.Metrics() {
		if got := l.stats.Sum(m.ID); m.Name == "sluice_bans_total" && got != 1 {
			t.Errorf("%d bans, want 1", got)
		}
	}
	if got := l.loop.NumConns(); got != clients {
		t.Errorf("%d connections are left, want all", got)
	}
}

// TestUnreadAllocations: nor do keep-alives that are not answered.
func TestUnreadAllocations(t *testing.T) {
	l := newIdleLoop(keptAlive())
	l.w.blocked = true
	c := l.connect(1)
	ping := masked(t, ws.OpPing, "sluice")
	part := make([]byte, len(ping))
	round := func() {
		copy(part, ping)
		l.control.Data(c, part)
	}
	for range 10000 {
		round()
	}
	held := c.Queued()
	if got := testing.AllocsPerRun(200, round); got != 0 {
		t.Errorf("got %v allocations a keep-alive, want 0", got)
	}
	if got := c.Queued(); got != held || got < 60<<10 {
		t.Errorf("%d bytes are held, and %d before", got, held)
	}
}

// heap returns the bytes that are in use.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestHalfOpenConnections: ten thousand clients that begin and go on at a byte a
// second are all gone in time, and leave nothing.
func TestHalfOpenConnections(t *testing.T) {
	const clients = 10000
	l := newIdleLoop(keptAlive())
	flood := func(first string) {
		conns := make([]*netio.Conn, clients)
		for i := range conns {
			from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), 40000)
			conns[i] = l.control.Accept(netio.WS, l.ws, l.ws.Addr, from)
			l.control.Data(conns[i], []byte(first))
		}
		for second := 0; second < 30 && l.loop.NumConns()+l.loop.Wheel().Len() > 0; second++ {
			for _, c := range conns {
				l.control.Data(c, []byte("x"))
			}
			l.now += time.Second
			l.control.Advance(l.now)
		}
		if got := l.loop.NumConns(); got != 0 {
			t.Errorf("%d connections are left, want none", got)
		}
		if got := l.loop.Wheel().Len(); got != 0 {
			t.Errorf("%d timers are left, want none", got)
		}
	}
	begin := upgrade + string(masked(t, ws.OpText, "x")[:2])
	flood(upgrade[:40]) // what the loop keeps for its next connections
	flood(begin)
	before := heap()
	flood(upgrade[:40])
	flood(begin)
	if after := heap(); after > before+1<<20 {
		t.Errorf("%d bytes of heap stay", after-before)
	}
	runtime.KeepAlive(l)
}

// TestHeapPerConnection reports what an idle WebSocket client costs: connection,
// flow with its timer, link, and the count of its source.
func TestHeapPerConnection(t *testing.T) {
	const clients, budget = 20000, 2048
	l := newIdleLoop(keptAlive())
	l.connect(0)
	conns := make([]*netio.Conn, 0, clients)
	before := heap()
	for i := range clients {
		conns = append(conns, l.connect(i+1))
	}
	l.now += time.Minute + 20*time.Millisecond
	l.control.Advance(l.now) // pings
	got := (heap() - before) / clients
	t.Logf("%d bytes of heap a connection", got)
	if got > budget {
		t.Errorf("%d bytes of heap a connection, want at most %d", got, budget)
	}
	if last := conns[clients-1]; last.State() != netio.StateOpen {
		t.Errorf("the last connection is %s", last.State())
	}
	runtime.KeepAlive(l)
}

// TestFloodOfWhatBelongsToNothing: an ACK or a CANCEL too many, and a BYE whose
// Route has to be looked at, cost no garbage and leave no transaction.
func TestFloodOfWhatBelongsToNothing(t *testing.T) {
	for _, c := range []struct {
		method, route string
		answered      bool
	}{{"ACK", "", false}, {"CANCEL", "", true}, {"BYE", "Route: <sip:AAAAAAAAAAAA@192.0.2.254;lr>\r\n", true}} {
		lim := pipelinetest.DefaultLimits
		lim.Source = pipeline.SourceLimits{Messages: 1}
		l := newIdleLoop(lim)
		msg := []byte(request(c.method, "1 ", "flood", "b1", c.route))
		l.control.Datagram(l.udp, aliceAddr, []byte(request("OPTIONS", "1 ", "first", "")))
		l.w.toAlice, l.w.toBob = l.w.toAlice[:0], l.w.toBob[:0]
		if got := testing.AllocsPerRun(200, func() { l.control.Datagram(l.udp, aliceAddr, msg) }); got != 0 {
			t.Errorf("%s: got %v allocations, want 0", c.method, got)
		}
		if got := bytes.HasPrefix(l.w.toAlice, []byte("SIP/2.0 503 ")); got != c.answered || len(l.w.toBob) > 0 {
			t.Errorf("%s: answered %v, want %v; forwarded %q", c.method, got, c.answered, l.w.toBob)
		}
		for _, m := range l.stats.Metrics() {
			if got := l.stats.SumGauge(m.ID); m.Name == "sluice_server_transactions" && got != 1 {
				t.Errorf("%s: %d server transactions, want that of the first request", c.method, got)
			}
		}
	}
}

// TestFloodAllocations: what is refused, and what is dropped unread, costs no
// garbage.
func TestFloodAllocations(t *testing.T) {
	for _, c := range []struct {
		name     string
		banAfter int
		answered bool
	}{{"refused", 0, true}, {"banned", 1, false}} {
		lim := pipelinetest.DefaultLimits
		lim.Source = pipeline.SourceLimits{Messages: 1, BanAfter: c.banAfter, BanTime: time.Hour}
		l := newIdleLoop(lim)
		first, msg := []byte(request("OPTIONS", "1 ", "first", "")), []byte(request("OPTIONS", "1 ", "flood", ""))
		l.control.Datagram(l.udp, aliceAddr, first)
		flood := func() { l.control.Datagram(l.udp, aliceAddr, msg) }
		flood()
		l.w.toAlice = l.w.toAlice[:0]
		if got := testing.AllocsPerRun(200, flood); got != 0 {
			t.Errorf("%s: got %v allocations, want 0", c.name, got)
		}
		if got := bytes.HasPrefix(l.w.toAlice, []byte("SIP/2.0 503 ")); got != c.answered {
			t.Errorf("%s: answered %v, want %v", c.name, got, c.answered)
		}
	}
}
