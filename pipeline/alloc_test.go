//go:build !race

package pipeline_test

import (
	"bytes"
	"log/slog"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/netio/stats"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// wire is a loop's driver that keeps the last datagram for each of two peers
// and allocates nothing, so that what a test counts is ours. It has the peer of
// every connection read, or none.
type wire struct {
	toAlice, toBob []byte
	blocked        bool
	held           int
}

func (w *wire) Send(_ *netio.Listener, batch []netio.Datagram) int {
	for i := range batch {
		d := &batch[i]
		if d.To == bobAddr {
			w.toBob = append(w.toBob[:0], d.Buf.B...)
		} else {
			w.toAlice = append(w.toAlice[:0], d.Buf.B...)
		}
	}
	return len(batch)
}

func (w *wire) Write(_ *netio.Conn, b []byte) int {
	if w.blocked {
		w.held += len(b)
	}
	return w.held
}

func (w *wire) Queued(*netio.Conn) int             { return w.held }
func (w *wire) Keep(*netio.Conn) bool              { return false }
func (w *wire) WriteKept(*netio.Conn, []byte) int  { return 0 }
func (w *wire) EndWriting(*netio.Conn)             {}
func (w *wire) Acknowledged(*netio.Conn) bool      { return true }
func (w *wire) Shut(*netio.Conn)                   {}
func (w *wire) Dial(*netio.Conn, netip.Addr) error { return netio.ErrStopped }
func (w *wire) Wake()                              {}

var (
	aliceAddr = netip.MustParseAddrPort(alice)
	bobAddr   = netip.MustParseAddrPort(bob)
)

// bench drives one loop with calls, each with an identity of its own.
type benchLoop struct {
	w       *wire
	edge    *pipeline.Edge
	control *netio.Control
	udp     *netio.Listener
	now     time.Duration
	serial  int

	invite, ack, bye []byte
	resp             []byte
	spare            [4][]byte
}

func newBenchLoop(tb testing.TB, stages func(*pipeline.LoopBuilder) []pipeline.Stage) *benchLoop {
	w := &wire{}
	b := newBenchLoopOn(tb, w, stages)
	b.w = w
	return b
}

// newBenchLoopOn is newBenchLoop over a driver of the test's own.
func newBenchLoopOn(tb testing.TB, w netio.Driver, stages func(*pipeline.LoopBuilder) []pipeline.Stage) *benchLoop {
	b := &benchLoop{w: &wire{}, udp: netiotest.NewListener(0, netio.UDP, pipelinetest.UDPAddr)}
	st := stats.New()
	st.Loops(1)
	loop, control := netio.NewLoopForTest(0, netio.Options{Stats: st}, w)
	b.control = control
	edge := pipeline.NewEdge(pipeline.EdgeOptions{Loops: 1, Stats: st, Log: slog.New(slog.DiscardHandler), MaxTransactions: 1 << 16})
	b.edge = edge
	edge.SetListeners([]*netio.Listener{b.udp})
	edge.Install(pipeline.BuildWith(pipeline.Spec{
		Profiles: map[string]*pipeline.Profile{pipeline.DefaultProfile: {DoRecordRouting: true, TimerB: 32 * time.Second, TimerC: 180 * time.Second, TimerF: 32 * time.Second}},
		Identity: pipeline.NewIdentity("sluice", []netio.ListenerConfig{{Transport: netio.UDP, Addr: b.udp.Addr}}, nil),
		Limits:   pipelinetest.DefaultLimits, Stats: st,
	}, []*netio.Loop{loop}, stages))
	control.Start(edge.Engine(0))
	b.invite = []byte(request("INVITE", "1 ", "inv-0000000000", "", "X-Serial: 0000000000\r\n"))
	b.ack = []byte(request("ACK", "1 ", "ack-0000000000", "b1"))
	b.bye = []byte(request("BYE", "2 ", "bye-0000000000", "b1"))
	return b
}

// number writes the serial number of the call where the zeros are.
func (b *benchLoop) number(msg []byte) []byte {
	i := bytes.Index(msg, []byte("branch=z9hG4bK")) + len("branch=z9hG4bK") + len("inv-")
	for n, d := b.serial, 9; d >= 0; n, d = n/10, d-1 {
		msg[i+d] = byte('0' + n%10)
	}
	return msg
}

// answer makes bob's response to the request that reached him last.
func (b *benchLoop) answer(status string) []byte {
	b.resp = append(append(append(b.resp[:0], "SIP/2.0 "...), status...), "\r\n"...)
	for msg := b.w.toBob; ; {
		i := bytes.IndexByte(msg, '\n')
		line := msg[:i+1]
		msg = msg[i+1:]
		if len(line) == 2 {
			break
		}
		switch {
		case bytes.HasPrefix(line, []byte("To:")) && !bytes.Contains(line, []byte("tag=")):
			b.resp = append(append(b.resp, line[:len(line)-2]...), ";tag=b1\r\n"...)
		case bytes.HasPrefix(line, []byte("Via")), bytes.HasPrefix(line, []byte("Record-Route")), bytes.HasPrefix(line, []byte("From")),
			bytes.HasPrefix(line, []byte("To")), bytes.HasPrefix(line, []byte("Call-ID")), bytes.HasPrefix(line, []byte("CSeq")):
			b.resp = append(b.resp, line...)
		}
	}
	b.resp = append(b.resp, "Content-Length: 0\r\n\r\n"...)
	return b.resp
}

// call makes one whole call: 6 messages in, 7 out.
func (b *benchLoop) call() {
	b.serial++
	b.now += 100 * time.Millisecond
	b.control.Advance(b.now)
	b.control.Datagram(b.udp, aliceAddr, b.number(b.invite))
	b.control.Datagram(b.udp, bobAddr, b.answer("180 Ringing"))
	b.control.Datagram(b.udp, bobAddr, b.answer("200 OK"))
	b.control.Datagram(b.udp, aliceAddr, b.number(b.ack))
	b.control.Datagram(b.udp, aliceAddr, b.number(b.bye))
	b.control.Datagram(b.udp, bobAddr, b.answer("200 OK"))
}

// eight is a chain of eight stages, the last of which forwards.
func eight(b *pipeline.LoopBuilder) []pipeline.Stage {
	list := make([]pipeline.Stage, 8)
	for i := range 7 {
		list[i] = pipeline.RequestFunc(func(*pipeline.Exchange) pipeline.Verdict { return pipeline.Continue })
	}
	list[7] = forwarder{}
	return list
}

func TestRelayAllocatesNothing(t *testing.T) {
	b := newBenchLoop(t, eight)
	for range 1000 {
		b.call()
	}
	if !bytes.HasPrefix(b.w.toAlice, []byte("SIP/2.0 200 OK\r\n")) || !bytes.HasPrefix(b.w.toBob, []byte("BYE ")) {
		t.Fatalf("the call does not work: alice got\n%s\nbob got\n%s", b.w.toAlice, b.w.toBob)
	}
	if got := testing.AllocsPerRun(500, b.call); got != 0 {
		t.Errorf("a relayed call of 13 messages allocates %v times, want 0", got)
	}
}

// BenchmarkCall is the cost of a call without the kernel: 6 messages in, 7
// out, 8 stages, timers and lingering transactions included.
func BenchmarkCall(b *testing.B) {
	l := newBenchLoop(b, eight)
	for range 1000 {
		l.call()
	}
	b.ReportAllocs()
	for b.Loop() {
		l.call()
	}
}

func TestSuspendAllocatesNothing(t *testing.T) {
	p := &parker{verdict: func(x *pipeline.Exchange, _ pipeline.Event) pipeline.Verdict { return x.Reply(notFound) }}
	b := newBenchLoop(t, stages(p))
	call := func() {
		b.serial++
		b.now += 100 * time.Millisecond
		b.control.Advance(b.now)
		b.control.Datagram(b.udp, aliceAddr, b.number(b.bye))
		b.edge.Post(p.token, pipeline.Event{})
		b.control.Advance(b.now)
	}
	for range 1000 {
		call()
	}
	if p.resumed != 1000 {
		t.Fatalf("resumed %d times, want 1000", p.resumed)
	}
	if got := testing.AllocsPerRun(500, call); got != 0 {
		t.Errorf("suspend and resume allocate %v times, want 0", got)
	}
}

// BenchmarkChain is what eight stages that continue cost: a request that
// runs through them, less one that runs through a single one.
func BenchmarkChain(b *testing.B) {
	for _, n := range []int{1, 9} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			l := newBenchLoop(b, func(*pipeline.LoopBuilder) []pipeline.Stage {
				list := make([]pipeline.Stage, n)
				for i := range list {
					list[i] = pipeline.RequestFunc(func(*pipeline.Exchange) pipeline.Verdict { return pipeline.Continue })
				}
				list[n-1] = pipeline.RequestFunc(func(*pipeline.Exchange) pipeline.Verdict { return pipeline.Drop })
				return list
			})
			b.ReportAllocs()
			for b.Loop() {
				l.serial++
				l.control.Datagram(l.udp, aliceAddr, l.number(l.bye))
			}
		})
	}
}
