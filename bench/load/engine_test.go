package main

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/bench/sipmsg"
)

const testRun = "0badcafe"

// newTestEngine makes an engine with a caller and a callee over UDP.
func newTestEngine(t *testing.T, server netip.AddrPort) (*engine, plan) {
	t.Helper()
	e, err := newEngine(peerOf(server), testRun)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.wire.closeAll)
	newUser := func(name string) *phone {
		f, err := e.wire.openUDP(netip.MustParseAddr("127.0.0.1"))
		if err != nil {
			t.Fatal(err)
		}
		return newPhone(name, place{addr: f.local, domain: "localhost", run: testRun}, f)
	}
	return e, plan{
		first: requestInvite, callers: []*phone{newUser("caller")}, callees: []*phone{newUser("callee")},
		registrar: []byte("sip:localhost"), concurrency: 4, inFlight: 100, calls: 20,
		duration: time.Minute, timeout: time.Minute,
	}
}

// lossT1 is T1 where something is sent again, once: long enough for a busy machine to answer within it.
const lossT1 = 2 * time.Second

func TestRuns(t *testing.T) {
	tests := []struct {
		name    string
		adapt   func(p *plan, proxy *fakeProxy)
		t1      time.Duration // 0: nothing is to be sent again
		done    int
		reasons map[string]int
		check   func(t *testing.T, e *engine, proxy *fakeProxy)
	}{
		{name: "calls", done: 20, check: func(t *testing.T, e *engine, proxy *fakeProxy) {
			for key, want := range map[string]int{"INVITE": 20, "180": 20, "200": 40, "ACK": 20, "BYE": 20} {
				if got := proxy.seen[key]; got != want {
					t.Errorf("%s: got %d, want %d", key, got, want)
				}
			}
			if e.sum.ringing != 20 || e.sum.retransmitted != 0 || e.sum.stale != 0 {
				t.Errorf("got %d 180s, %d retransmissions, %d stale, want 20, 0, 0", e.sum.ringing, e.sum.retransmitted, e.sum.stale)
			}
			want := strings.Repeat(fmt.Sprintf("<sip:second.invalid;lr> <sip:%s;lr> ", proxy.addr), 20)
			if proxy.routed["ACK"] != want || proxy.routed["BYE"] != want {
				t.Errorf("the caller's route set is not reversed: ACK %.99q, BYE %.99q", proxy.routed["ACK"], proxy.routed["BYE"])
			}
			if e.win.latency.samples != 20 || e.win.done != 20 {
				t.Errorf("window: got %d latencies, %d calls, want 20, 20", e.win.latency.samples, e.win.done)
			}
		}},
		{name: "the callee hangs up", done: 20, adapt: func(p *plan, _ *fakeProxy) { p.calleeHangsUp = true },
			check: func(t *testing.T, _ *engine, proxy *fakeProxy) {
				want := strings.Repeat(fmt.Sprintf("<sip:%s;lr> <sip:second.invalid;lr> ", proxy.addr), 20)
				if proxy.routed["BYE"] != want {
					t.Errorf("the callee's route set is not in order: %.99q", proxy.routed["BYE"])
				}
			}},
		{name: "OPTIONS", done: 20, adapt: func(p *plan, _ *fakeProxy) { p.first = requestOptions }},
		{name: "fixed rate with hold", done: 20, adapt: func(p *plan, _ *fakeProxy) { p.rate, p.hold = 500, 20*time.Millisecond }},
		{name: "an INVITE is lost", done: 20, t1: lossT1, adapt: func(_ *plan, proxy *fakeProxy) {
			proxy.lose = func(start string) bool { return strings.HasPrefix(start, "INVITE") && proxy.seen["INVITE"] == 3 }
		}, check: func(t *testing.T, e *engine, _ *fakeProxy) {
			if e.sum.retransmitted != 1 {
				t.Errorf("got %d retransmissions, want 1", e.sum.retransmitted)
			}
		}},
		{name: "an ACK is lost", done: 20, t1: lossT1, adapt: func(_ *plan, proxy *fakeProxy) {
			proxy.lose = func(start string) bool { return strings.HasPrefix(start, "ACK") && proxy.seen["ACK"] == 3 }
		}, check: func(t *testing.T, e *engine, _ *fakeProxy) {
			if e.sum.retransmitted200 != 1 || e.sum.repeated200 != 1 {
				t.Errorf("got %d 200s again, %d received again, want 1, 1", e.sum.retransmitted200, e.sum.repeated200)
			}
		}},
		{name: "refused", done: 0, reasons: map[string]int{"INVITE-486": 20}, adapt: func(_ *plan, proxy *fakeProxy) {
			proxy.refuse = func(start string) int {
				if strings.HasPrefix(start, "INVITE") {
					return 486
				}
				return 0
			}
			proxy.lose = func(start string) bool { return strings.HasPrefix(start, "ACK") }
		}, check: func(t *testing.T, _ *engine, proxy *fakeProxy) {
			if proxy.seen["ACK"] != 20 {
				t.Errorf("got %d ACKs, want 20", proxy.seen["ACK"])
			}
		}},
		{name: "no Record-Route", done: 0, reasons: map[string]int{"no-record-route": 20},
			adapt: func(_ *plan, proxy *fakeProxy) { proxy.recordRoute = "" }},
		{name: "Route is left", done: 0, reasons: map[string]int{"route-left": 20},
			adapt: func(_ *plan, proxy *fakeProxy) { proxy.keepRoute = true }},
		{name: "nobody answers", done: 0, reasons: map[string]int{"timeout-no-response": 4},
			adapt: func(p *plan, proxy *fakeProxy) {
				p.calls, p.timeout = 4, 50*time.Millisecond
				proxy.lose = func(string) bool { return true }
			}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proxy := newFakeProxy(t)
			e, p := newTestEngine(t, proxy.addr)
			if tt.adapt != nil {
				tt.adapt(&p, proxy)
			}
			e.t1 = cmp.Or(tt.t1, p.timeout)
			go proxy.serve()
			err := e.do(p)
			proxy.stop()
			if err != nil {
				t.Fatal(err)
			}
			if e.sum.done != tt.done || !maps.Equal(e.sum.reasons, tt.reasons) {
				t.Errorf("got %d done, failures %v, want %d, %v", e.sum.done, e.sum.reasons, tt.done, tt.reasons)
			}
			if e.inFlight != 0 || len(e.free) != len(e.calls) {
				t.Errorf("got %d in flight and %d of %d slots free at the end", e.inFlight, len(e.free), len(e.calls))
			}
			if tt.check != nil {
				tt.check(t, e, proxy)
			}
		})
	}
}

// TestRetransmission walks through the timers of an INVITE and a BYE with a clock of its own.
func TestRetransmission(t *testing.T) {
	tests := []struct {
		name  string
		first request
		at    []time.Duration // of the retransmissions
	}{
		{"INVITE doubles without bound", requestInvite, []time.Duration{500, 1500, 3500, 7500, 15500}},
		{"OPTIONS doubles up to T2", requestOptions, []time.Duration{500, 1500, 3500, 7500, 11500, 15500}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proxy := newFakeProxy(t)
			defer proxy.conn.Close()
			e, p := newTestEngine(t, proxy.addr)
			p.first, p.timeout = tt.first, 16*time.Second
			e.plan, e.sum = p, sums{reasons: map[string]int{}}
			c := e.slot()
			e.inFlight++
			e.start(c, p.callers[0], p.callees[0])
			e.wire.flush()
			original := proxy.receive(t)
			for i, at := range tt.at {
				e.now = at*time.Millisecond - time.Nanosecond
				e.scanAt = 0
				e.timers()
				if e.sum.retransmitted != i {
					t.Fatalf("before %d ms: got %d retransmissions, want %d", at, e.sum.retransmitted, i)
				}
				e.now, e.scanAt = at*time.Millisecond, 0
				e.timers()
				e.wire.flush()
				if got := proxy.receive(t); got != original || e.sum.retransmitted != i+1 {
					t.Fatalf("at %d ms: got %d retransmissions, the last one:\n%s", at, e.sum.retransmitted, got)
				}
			}
			e.now, e.scanAt = p.timeout, 0
			e.timers()
			if e.sum.reasons["timeout-no-response"] != 1 || c.state != stateFree {
				t.Errorf("at the end: got failures %v, want a timeout", e.sum.reasons)
			}
		})
	}
}

// TestAllocations holds the promise that a message costs the generator no garbage.
func TestAllocations(t *testing.T) {
	_, p := newTestEngine(t, netip.MustParseAddrPort("127.0.0.1:9"))
	caller, callee := p.callers[0], p.callees[0]
	ref := callRef{slot: 3, gen: 4}.text()
	request, response := make([]byte, 0, 4096), make([]byte, 0, 4096)
	var v sipmsg.View
	got := testing.AllocsPerRun(100, func() {
		request = caller.appendRequest(request[:0], &outgoing{uri: callee.target, to: callee.to}, &ref)
		if !v.Whole(request) {
			t.Fatal("the request does not parse")
		}
		response = v.AppendResponse(response[:0], "200 OK", ref[:], callee.answer)
	})
	if got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}

func TestWebSocketPhone(t *testing.T) {
	p := newPhone("bob", place{transport: transportWS, domain: "localhost", run: testRun}, nil)
	ref := callRef{}.text()
	got := string(p.appendRequest(nil, &outgoing{head: requestRegister, tail: requestRegister,
		uri: []byte("sip:localhost"), to: p.record}, &ref))
	for _, want := range []string{
		"REGISTER sip:localhost SIP/2.0\r\nVia: SIP/2.0/WS bob.invalid;branch=z9hG4bK0badcafe0000000000000000r\r\n",
		"\r\nFrom: <sip:bob@localhost>;tag=a0000000000000000\r\nTo: <sip:bob@localhost>\r\n",
		"\r\nContact: <sip:bob@bob.invalid;transport=ws>\r\n",
		"\r\nCSeq: 1 REGISTER\r\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%swant it to hold %q", got, want)
		}
	}
	if string(p.target) != "sip:bob@localhost" {
		t.Errorf("target: got %s", p.target)
	}
}
