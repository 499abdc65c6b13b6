package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"sluice/netio"
	"sluice/netio/stats"
	"sluice/pipeline"
	_ "sluice/stages/looseroute"
	_ "sluice/stages/maxforwards"
	"sluice/stages/registrar"
	_ "sluice/stages/route"
	_ "sluice/stages/sanity"
	_ "sluice/stages/target"
)

const domain = "example.com"

// listenAddr is where the server seems to listen.
var listenAddr = netip.MustParseAddrPort("192.0.2.254:80")

// A world is a server of one loop and its clients, in virtual time.
type world struct {
	wire    *wire
	edge    *pipeline.Edge
	program *pipeline.Program
	loop    *netio.Loop
	control *netio.Control
	ws      *netio.Listener
	stats   *stats.Registry
	now     time.Duration
	conns   []*netio.Conn // by number of the client
	in      []byte        // what a client sends, rendered anew each time: the server may write to it
	message []byte
}

// newWorld makes a server whose embedded chain has probes around the registrar.
func newWorld(connections int, keepAlive time.Duration) (*world, error) {
	w := &world{wire: &wire{}, stats: stats.New(), conns: make([]*netio.Conn, 0, connections)}
	w.stats.Loops(1)
	config := netio.ListenerConfig{Transport: netio.WS, Addr: listenAddr}
	var err error
	if w.ws, err = netio.NewListener(0, config, listenAddr); err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	w.loop, w.control = netio.NewLoopForTest(0, netio.Options{Stats: w.stats, Admit: func(ln *netio.Listener, peer netip.Addr, others int, now time.Duration) bool {
		return w.edge.Admit(ln, peer, others, now)
	}}, w.wire)
	const transactions = 1 << 16
	w.edge = pipeline.NewEdge(pipeline.EdgeOptions{Loops: 1, Stats: w.stats, Log: log, MaxTransactions: transactions})
	w.edge.SetListeners([]*netio.Listener{w.ws})
	profile := func(name string) *pipeline.Profile {
		return &pipeline.Profile{Name: name, DoRecordRouting: true, TimerB: 32 * time.Second, TimerC: 120 * time.Second, TimerF: 32 * time.Second}
	}
	w.program, err = pipeline.Build(pipeline.Spec{
		Stages: []string{"sanity", "max-forwards", "loose-route", probeBefore, probeBetween, "registrar", probeAfter, "route", "target"},
		Settings: func(stage string) pipeline.Settings {
			if stage == "registrar" {
				return domains{connections}
			}
			return nil
		},
		Profiles: map[string]*pipeline.Profile{pipeline.DefaultProfile: profile(pipeline.DefaultProfile), "proxy_to_users": profile("proxy_to_users")},
		Identity: pipeline.NewIdentity("sluice", []netio.ListenerConfig{config}, nil),
		Limits: pipeline.Limits{
			MaxTransactions: transactions, MaxParked: 1 << 10, ParkTimeout: 10 * time.Second, MaxMessage: 65535,
			Conn: pipeline.ConnLimits{
				HeadTimeout: 10 * time.Second, MessageTimeout: 20 * time.Second, IdleIn: 2 * time.Hour,
				WebSocket: pipeline.KeepAlive{Mechanism: pipeline.KeepAlivePing, Timeout: keepAlive, Data: "sluice"},
			},
			Source: pipeline.SourceLimits{Connections: 1024},
		},
		Shared: pipeline.NewShared(), Stats: w.stats, Log: log,
	}, []*netio.Loop{w.loop})
	if err != nil {
		return nil, err
	}
	w.edge.Install(w.program)
	w.control.Start(w.edge.Engine(0))
	return w, nil
}

// domains are the settings of the registrar.
type domains struct{ users int }

// Decode implements pipeline.Settings.
func (d domains) Decode(dst any) error {
	r := dst.(*registrar.Registrar)
	r.Domains, r.MaxBindings = []string{domain}, max(r.MaxBindings, d.users)
	return nil
}

// remoteOf is an address of the client's own.
func remoteOf(number int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(number >> 16), byte(number >> 8), byte(number)}), uint16(20000+number>>24))
}

const upgrade = "GET / HTTP/1.1\r\nHost: edge.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nOrigin: https://example.com\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n\r\n"

// connect opens and registers the next client.
func (w *world) connect() error {
	number := len(w.conns)
	c := w.control.Accept(netio.WS, w.ws, listenAddr, remoteOf(number))
	w.in = append(w.in[:0], upgrade...)
	w.control.Data(c, w.in)
	if !bytes.HasPrefix(w.wire.last, []byte("HTTP/1.1 101 ")) {
		return fmt.Errorf("client %d: upgrade answered %q", number, w.wire.last)
	}
	w.conns = append(w.conns, c)
	w.message = fmt.Appendf(w.message[:0], "REGISTER sip:%[1]s SIP/2.0\r\nVia: SIP/2.0/WS user%06[2]d.invalid;branch=z9hG4bKr%[2]d\r\nMax-Forwards: 69\r\n"+
		"From: <sip:user%06[2]d@%[1]s>;tag=r%[2]d\r\nTo: <sip:user%06[2]d@%[1]s>\r\nCall-ID: r%06[2]d@user%06[2]d.invalid\r\nCSeq: 1 REGISTER\r\n"+
		"Contact: <sip:user%06[2]d@user%06[2]d.invalid;transport=ws>;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-%012[2]d>\";reg-id=1;expires=7200\r\n"+
		"Supported: path,gruu,outbound\r\nContent-Length: 0\r\n\r\n", domain, number)
	w.feed(number)
	if !bytes.HasPrefix(w.wire.sip(), []byte("SIP/2.0 200 ")) {
		return fmt.Errorf("client %d: REGISTER answered %q", number, w.wire.last)
	}
	return nil
}

// close lets all clients go at once.
func (w *world) close() {
	for i, c := range w.conns {
		w.control.Lost(c, io.EOF)
		w.conns[i] = nil
	}
	w.conns = w.conns[:0]
	w.wire.to = nil
}

// feed lets w.message arrive from a client, in one frame with a mask of zero.
func (w *world) feed(number int) {
	n := len(w.message)
	w.in = append(w.in[:0], 0x81, 0x80|126, byte(n>>8), byte(n), 0, 0, 0, 0)
	w.in = append(w.in, w.message...)
	w.control.Data(w.conns[number], w.in)
}

// advance moves the clock from one timer that is due to the next; after each, the
// clients answer the Pings that they got.
func (w *world) advance(d time.Duration) {
	for target := w.now + d; ; {
		at, ok := w.control.Due()
		if !ok || at > target {
			w.now = target
			break
		}
		w.now = max(w.now, at)
		w.control.Advance(w.now)
		w.pong()
	}
	w.control.Advance(w.now)
	w.pong()
}

func (w *world) pong() {
	for i, c := range w.wire.pinged {
		w.in = append(w.in[:0], 0x8A, 0x80|byte(len(w.wire.payload)), 0, 0, 0, 0)
		w.in = append(w.in, w.wire.payload...)
		w.control.Data(c, w.in)
		w.wire.pinged[i] = nil
	}
	w.wire.pinged = w.wire.pinged[:0]
}

// lookup sends an ACK from one client to another, and tells how long the server
// took: it goes through the chain and
// to the callee, and begins no transaction that would be held.
func (w *world) lookup(from, to, serial int) (took time.Duration, err error) {
	w.message = fmt.Appendf(w.message[:0], "ACK sip:user%06[3]d@%[1]s SIP/2.0\r\nVia: SIP/2.0/WS user%06[2]d.invalid;branch=z9hG4bKk%[4]d\r\nMax-Forwards: 69\r\n"+
		"From: <sip:user%06[2]d@%[1]s>;tag=a\r\nTo: <sip:user%06[3]d@%[1]s>;tag=b\r\nCall-ID: k%[4]d\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
		domain, from, to, serial)
	w.wire.to = nil
	began := time.Now()
	w.feed(from)
	took = time.Since(began)
	if w.wire.to != w.conns[to] || !bytes.HasPrefix(w.wire.sip(), []byte("ACK ")) {
		return 0, fmt.Errorf("the ACK for client %d went elsewhere", to)
	}
	return took, nil
}

// count is the sum of a metric, over all of its labels.
func (w *world) count(name string) int64 {
	sum, found := int64(0), false
	for _, m := range w.stats.Metrics() {
		if m.Name == name {
			sum, found = sum+w.stats.SumGauge(m.ID), true
		}
	}
	if !found {
		return -1
	}
	return sum
}

// A wire is the driver: it keeps what was written last, and who got a Ping.
type wire struct {
	last    []byte
	to      *netio.Conn
	pinged  []*netio.Conn
	payload []byte
}

const pingFrame = 0x89 // the first byte of a Ping (RFC 6455 §5.5.2)

// sip is the SIP message in the frame that was written last.
func (w *wire) sip() []byte {
	switch {
	case len(w.last) > 4 && w.last[1] == 126:
		return w.last[4:]
	case len(w.last) > 2:
		return w.last[2:]
	}
	return nil
}

// Write implements netio.Driver.
func (w *wire) Write(c *netio.Conn, b []byte) int {
	if b[0] == pingFrame {
		w.pinged = append(w.pinged, c)
		w.payload = append(w.payload[:0], b[2:]...)
	}
	w.last, w.to = append(w.last[:0], b...), c
	return 0
}

var errNoDial = errors.New("nobody can be dialled here")

// The rest of netio.Driver.
func (w *wire) Send(_ *netio.Listener, batch []netio.Datagram) int { return len(batch) }
func (w *wire) Queued(*netio.Conn) int                             { return 0 }
func (w *wire) Keep(*netio.Conn) bool                              { return false }
func (w *wire) WriteKept(*netio.Conn, []byte) int                  { return 0 }
func (w *wire) EndWriting(*netio.Conn)                             {}
func (w *wire) Acknowledged(*netio.Conn) bool                      { return true }
func (w *wire) Shut(*netio.Conn)                                   {}
func (w *wire) Dial(*netio.Conn, netip.Addr) error                 { return errNoDial }
func (w *wire) Wake()                                              {}
