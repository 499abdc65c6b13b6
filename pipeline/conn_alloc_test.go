//go:build !race

package pipeline_test

import (
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

// idleLoop is one loop with WebSocket clients that are kept alive, over a
// driver that keeps nothing.
type idleLoop struct {
	control *netio.Control
	ln      *netio.Listener
	now     time.Duration
}

func newIdleLoop(tb testing.TB) *idleLoop {
	l := &idleLoop{ln: netiotest.NewListener(0, netio.WS, pipelinetest.WSAddr)}
	st := stats.New()
	var edge *pipeline.Edge
	loop, control := netio.NewLoopForTest(0, netio.Options{Stats: st, Admit: func(ln *netio.Listener, peer netip.Addr, others int, now time.Duration) bool {
		return edge.Admit(ln, peer, others, now)
	}}, &wire{})
	l.control = control
	edge = pipeline.NewEdge(pipeline.EdgeOptions{Loops: 1, Stats: st, Log: slog.New(slog.DiscardHandler), MaxTransactions: 1 << 10})
	edge.SetListeners([]*netio.Listener{l.ln})
	lim := pipelinetest.DefaultLimits
	lim.Conn = pipeline.ConnLimits{
		HeadTimeout: head, MessageTimeout: message, IdleIn: 2 * time.Hour, IdleOut: 10 * time.Minute,
		WebSocket: pipeline.KeepAlive{Mechanism: pipeline.KeepAlivePing, Timeout: time.Minute, Data: "sluice"},
	}
	lim.Source = pipeline.SourceLimits{Messages: 1000, Handshakes: 100000, AllHandshakes: 1 << 20, Connections: 1000, BanAfter: 10, BanTime: time.Minute}
	edge.Install(pipeline.BuildWith(pipeline.Spec{
		Profiles: map[string]*pipeline.Profile{pipeline.DefaultProfile: {TimerB: 32 * time.Second, TimerC: 180 * time.Second, TimerF: 32 * time.Second}},
		Identity: pipeline.NewIdentity("sluice", []netio.ListenerConfig{{Transport: netio.WS, Addr: l.ln.Addr}}, nil),
		Limits:   lim, Stats: st,
	}, []*netio.Loop{loop}, stages(forwarder{})))
	control.Start(edge.Engine(0))
	return l
}

// connect opens the WebSocket of client i.
func (l *idleLoop) connect(i int) *netio.Conn {
	from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 40000)
	c := l.control.Accept(netio.WS, l.ln, l.ln.Addr, from)
	l.control.Data(c, []byte(upgrade))
	return c
}

// TestKeepAliveAllocations: to keep a connection alive costs no garbage, nor
// does a message that comes in parts and is timed.
func TestKeepAliveAllocations(t *testing.T) {
	l := newIdleLoop(t)
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
}

// TestHeapPerConnection reports what an idle WebSocket client costs: connection,
// flow with its timer, link, and the count of its source.
func TestHeapPerConnection(t *testing.T) {
	const clients, budget = 20000, 2048
	l := newIdleLoop(t)
	l.connect(0)
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
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
