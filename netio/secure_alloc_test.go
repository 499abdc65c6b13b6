//go:build !race

package netio_test

import (
	"io"
	"net/netip"
	"runtime"
	"testing"

	"sluice/netio"
	"sluice/netio/tlsio"
)

// wire is a driver that keeps what was written last, and a client that does its handshakes.
type wire struct {
	control *netio.Control
	ln      *netio.Listener
	written []byte
	woken   chan struct{}
}

func (w *wire) Send(_ *netio.Listener, batch []netio.Datagram) int { return len(batch) }
func (w *wire) Write(_ *netio.Conn, b []byte) int                  { w.written = append(w.written, b...); return 0 }
func (w *wire) Queued(*netio.Conn) int                             { return 0 }
func (w *wire) Keep(*netio.Conn) bool                              { return false }
func (w *wire) WriteKept(*netio.Conn, []byte) int                  { return 0 }
func (w *wire) EndWriting(*netio.Conn)                             {}
func (w *wire) Acknowledged(*netio.Conn) bool                      { return true }
func (w *wire) Shut(*netio.Conn)                                   {}
func (w *wire) Dial(*netio.Conn, netip.Addr) error                 { return io.EOF }

func (w *wire) Wake() {
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

func newWire(a *authority, transport netio.Transport) *wire {
	w := &wire{woken: make(chan struct{}, 1)}
	var loop *netio.Loop
	loop, w.control = netio.NewLoopForTest(0, netio.Options{}, w)
	w.ln, _ = netio.NewListener(0, netio.ListenerConfig{Transport: transport, Addr: netip.MustParseAddrPort("192.0.2.1:5061")}, netip.MustParseAddrPort("192.0.2.1:5061"))
	if transport.Secure() {
		w.ln.UseTLS(tlsio.NewContext(a.config()))
	}
	w.control.Start(&node{loop: loop})
	return w
}

// connect makes a connection, whose handshake a client with x does.
func (w *wire) connect(t testing.TB, x *tlsio.Context, p *tlsio.Pool, remote netip.AddrPort) (*netio.Conn, *tlsio.Session) {
	t.Helper()
	c := w.control.Accept(w.ln.Transport, w.ln, w.ln.Addr, remote)
	if !w.ln.Transport.Secure() {
		return c, nil
	}
	moved := make(chan struct{}, 16)
	s, err := x.Dial(p, "sip.example.com", func() { moved <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	for done := false; !done || c.State() == netio.StateOpening; {
		select {
		case <-w.woken:
			w.control.Advance(0)
		case <-moved:
			step := s.Progress()
			if len(step.Out) > 0 {
				w.control.Data(c, step.Out)
			}
			if done = step.Done; step.Err != nil {
				t.Fatal(step.Err)
			}
		}
		if b := w.written; len(b) > 0 && !done {
			w.written = nil
			if err := s.Feed(b); err != nil {
				t.Fatal(err)
			}
		}
	}
	return c, s
}

// TestSecureAllocations: a message that comes and one that goes, in a record each, cost what crypto/tls allocates for them and nothing more.
func TestSecureAllocations(t *testing.T) {
	a := newAuthority(t)
	w := newWire(a, netio.TLS)
	c, s := w.connect(t, tlsio.NewContext(&tlsio.Config{Roots: a.ca.Pool}), tlsio.NewPool(tlsio.Limits{}), netip.MustParseAddrPort("192.0.2.9:1"))
	w.written = make([]byte, 0, 1<<20)
	plain := make([]byte, 600)
	for _, tc := range []struct {
		name string
		feed func(record []byte)
		want float64
	}{
		{"whole", func(b []byte) { w.control.Data(c, b) }, 1},
		{"in halves", func(b []byte) { w.control.Data(c, b[:300]); w.control.Data(c, b[300:]) }, 1},
		{"half a header", func(b []byte) { w.control.Data(c, b[:3]); w.control.Data(c, b[3:]) }, 1},
	} {
		var records [][]byte
		for range 201 { // AllocsPerRun runs once more than it counts
			b, err := s.Seal(nil, plain)
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, b)
		}
		got := testing.AllocsPerRun(200, func() {
			w.written = w.written[:0]
			tc.feed(records[0])
			records = records[1:]
			if len(w.written) < len(plain) {
				t.Fatal("no echo")
			}
		})
		if got > tc.want {
			t.Errorf("%s: got %v allocations, want %v", tc.name, got, tc.want)
		}
	}
}

// TestIdleHeap: what an idle connection costs in the loop, with and without TLS, after a message each way. The socket's share is not in it.
func TestIdleHeap(t *testing.T) {
	const conns = 500
	a := newAuthority(t)
	pool := tlsio.NewPool(tlsio.Limits{})
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc + m.StackInuse)
	}
	for _, tc := range []struct {
		name      string
		transport netio.Transport
		version   uint16
		budget    float64
	}{
		{"WS", netio.WS, 0, 500},
		{"WSS, TLS 1.2", netio.WSS, 0x0303, 9 << 10},
		{"WSS, TLS 1.3", netio.WSS, 0x0304, 9 << 10},
	} {
		w := newWire(a, tc.transport)
		client := clientOf(tc.version)
		held := make([]*netio.Conn, 0, conns)
		before := heap()
		for i := range conns {
			c, s := w.connect(t, client, pool, netip.AddrPortFrom(netip.MustParseAddr("192.0.2.9"), uint16(i)))
			b := make([]byte, 900)
			if s != nil {
				b, _ = s.Seal(nil, b)
			}
			w.control.Data(c, b)
			w.written = nil
			held = append(held, c)
		}
		pool.Wait()
		each := (heap() - before) / conns
		t.Logf("%s: %.0f bytes for each idle connection", tc.name, each)
		if each > tc.budget {
			t.Errorf("%s: got %.0f bytes, want at most %.0f", tc.name, each, tc.budget)
		}
		runtime.KeepAlive(held)
		runtime.KeepAlive(w)
	}
}
