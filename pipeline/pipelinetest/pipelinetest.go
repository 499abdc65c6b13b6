// Package pipelinetest runs a pipeline without sockets and with virtual time,
// for tests of stages and of the pipeline itself.
//
//	n := pipelinetest.New(t, func(b *pipeline.LoopBuilder) []pipeline.Stage { … })
//	n.FromUDP("192.0.2.1:5060", request)
//	got := n.Sent()
package pipelinetest

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/netio/stats"
	"sluice/pipeline"
)

// The listeners of every Net.
const (
	UDPAddr = "192.0.2.254:5060"
	TCPAddr = "192.0.2.254:5060"
	WSAddr  = "192.0.2.254:80"
)

// Net is a pipeline on one or more loops that a test drives.
type Net struct {
	TB           testing.TB
	Loops        []*netiotest.Harness
	Edge         *pipeline.Edge
	Stats        *stats.Registry
	Program      *pipeline.Program
	UDP, TCP, WS *netio.Listener
	Spec         pipeline.Spec
}

// Options configure New; the zero value of each field means its default.
type Options struct {
	Loops      int                     // 1
	Log        *slog.Logger            // discards
	Limits     pipeline.Limits         // generous
	Handshakes pipeline.HandshakeRules // none
	Profile    pipeline.Profile        // RFC 3261's timers, record-routing
	Stages     []string                // of registered modules, instead of the function of New
	Decode     func(stage string) pipeline.Settings
	Domains    []string
	Secret     []byte // signs branches and flow tokens; random
}

// DefaultLimits are the limits of a Net that sets none.
var DefaultLimits = pipeline.Limits{
	MaxTransactions: 1 << 16, MaxParked: 1 << 10, ParkTimeout: 10 * time.Second, MaxMessage: 65535, Aliases: pipeline.Aliases{Accept: true},
}

// New makes a Net whose loops run the given stages.
func New(tb testing.TB, stages func(b *pipeline.LoopBuilder) []pipeline.Stage, opts ...Options) *Net {
	tb.Helper()
	var o Options
	if len(opts) > 0 {
		o = opts[0]
	}
	n := newNet(tb, &o)
	loops := n.NetLoops()
	if o.Stages != nil {
		p, err := pipeline.Build(n.Spec, loops)
		if err != nil {
			tb.Fatalf("build: %v", err)
		}
		n.Program = p
	} else {
		n.Program = pipeline.BuildWith(n.Spec, loops, stages)
	}
	n.Edge.Install(n.Program)
	for i, h := range n.Loops {
		h.SetHandler(n.Edge.Engine(i))
	}
	return n
}

// NetLoops returns the loops, for a Program.
func (n *Net) NetLoops() []*netio.Loop {
	var loops []*netio.Loop
	for _, h := range n.Loops {
		loops = append(loops, h.Loop())
	}
	return loops
}

func newNet(tb testing.TB, o *Options) *Net {
	o.Loops = max(o.Loops, 1)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Limits == (pipeline.Limits{}) {
		o.Limits = DefaultLimits
	}
	if o.Profile == (pipeline.Profile{}) {
		o.Profile = pipeline.Profile{DoRecordRouting: true, TimerB: 32 * time.Second, TimerC: 181 * time.Second, TimerF: 32 * time.Second}
	}
	if o.Decode == nil {
		o.Decode = func(string) pipeline.Settings { return nil }
	}
	n := &Net{TB: tb, Stats: stats.New()}
	n.UDP = netiotest.NewListener(0, netio.UDP, UDPAddr)
	n.TCP = netiotest.NewListener(1, netio.TCP, TCPAddr)
	n.WS = netiotest.NewListener(2, netio.WS, WSAddr)
	n.Stats.Loops(o.Loops)
	admit := func(ln *netio.Listener, peer netip.Addr, others int, now time.Duration) bool {
		return n.Edge.Admit(ln, peer, others, now)
	}
	for i := range o.Loops {
		n.Loops = append(n.Loops, netiotest.NewLoop(tb, i, netio.Options{Stats: n.Stats, Admit: admit}))
	}
	n.Edge = pipeline.NewEdge(pipeline.EdgeOptions{Loops: o.Loops, Stats: n.Stats, Log: o.Log, Secret: o.Secret, MaxTransactions: o.Limits.MaxTransactions})
	n.Edge.SetListeners([]*netio.Listener{n.UDP, n.TCP, n.WS})
	o.Profile.Name = pipeline.DefaultProfile
	n.Spec = pipeline.Spec{
		Stages:   o.Stages,
		Settings: o.Decode,
		Profiles: map[string]*pipeline.Profile{pipeline.DefaultProfile: &o.Profile},
		Identity: pipeline.NewIdentity("sluice", []netio.ListenerConfig{
			{Transport: netio.UDP, Addr: n.UDP.Addr}, {Transport: netio.TCP, Addr: n.TCP.Addr}, {Transport: netio.WS, Addr: n.WS.Addr},
		}, o.Domains),
		Limits:     o.Limits,
		Handshakes: o.Handshakes,
		Shared:     pipeline.NewShared(),
		Stats:      n.Stats,
		Log:        o.Log,
	}
	return n
}

// FromUDP lets a datagram arrive on loop 0, or the loop given.
func (n *Net) FromUDP(from, msg string, loop ...int) {
	n.TB.Helper()
	n.loop(loop).Datagram(n.UDP, netip.MustParseAddrPort(from), []byte(msg))
	netiotest.RunMail(n.Loops...)
}

func (n *Net) loop(loop []int) *netiotest.Harness {
	if len(loop) > 0 {
		return n.Loops[loop[0]]
	}
	return n.Loops[0]
}

// Packet is a datagram that was sent.
type Packet struct {
	To   string
	Text string
}

// Sent takes the datagrams that all loops have sent since the last call.
func (n *Net) Sent() []Packet {
	var all []Packet
	for _, h := range n.Loops {
		for _, p := range h.Sent() {
			all = append(all, Packet{p.To.String(), string(p.Bytes)})
		}
	}
	return all
}

// SentTo takes the datagrams sent since the last call and fails the test
// unless there is exactly one, to that address.
func (n *Net) SentTo(to string) string {
	n.TB.Helper()
	got := n.Sent()
	if len(got) != 1 || got[0].To != to {
		n.TB.Fatalf("sent %d datagrams %v, want one to %s", len(got), got, to)
	}
	return got[0].Text
}

// Advance moves the clock of all loops.
func (n *Net) Advance(d time.Duration) {
	for _, h := range n.Loops {
		h.Advance(d)
	}
	netiotest.RunMail(n.Loops...)
}

// Count returns the sum of a metric over all loops, and over all values of its
// labels that are not given: key, value, key, value.
func (n *Net) Count(name string, labels ...string) (sum int64) {
	n.TB.Helper()
	found := false
	for _, m := range n.Stats.Metrics() {
		if m.Name == name && has(m.Labels, labels) {
			sum, found = sum+n.Stats.SumGauge(m.ID), true
		}
	}
	if !found {
		n.TB.Fatalf("no metric %s %v", name, labels)
	}
	return sum
}

// has reports whether labels has all of want.
func has(labels, want []string) bool {
	for w := range slices.Chunk(want, 2) {
		if !slices.ContainsFunc(slices.Collect(slices.Chunk(labels, 2)), func(l []string) bool { return slices.Equal(l, w) }) {
			return false
		}
	}
	return true
}

// Idle fails the test unless every exchange and transaction has ended, every
// buffer is back in its pool and no timer is armed.
func (n *Net) Idle() {
	n.TB.Helper()
	for _, what := range n.Leftovers() {
		n.TB.Error(what)
	}
}

// Leftovers says what Idle would complain about.
func (n *Net) Leftovers() (all []string) {
	for _, name := range []string{"sluice_exchanges", "sluice_server_transactions", "sluice_client_transactions"} {
		if got := n.Count(name); got != 0 {
			all = append(all, fmt.Sprintf("%s = %d, want 0", name, got))
		}
	}
	buffers := 0
	for i, h := range n.Loops {
		buffers += h.Outstanding()
		if got := h.Loop().Wheel().Len(); got != 0 {
			all = append(all, fmt.Sprintf("loop %d: %d timers armed, want 0", i, got))
		}
	}
	if buffers != 0 {
		all = append(all, fmt.Sprintf("%d buffers held, want 0", buffers))
	}
	return all
}

// Header returns the values of the header lines of a message with that name.
func Header(msg, name string) []string {
	var vs []string
	head, _, _ := strings.Cut(msg, "\r\n\r\n")
	for _, line := range strings.Split(head, "\r\n")[1:] {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(strings.TrimSpace(k), name) {
			vs = append(vs, strings.TrimSpace(v))
		}
	}
	return vs
}

// StartLine returns the first line of a message.
func StartLine(msg string) string {
	line, _, _ := strings.Cut(msg, "\r\n")
	return line
}
