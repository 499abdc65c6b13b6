package pipeline_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// bounded is a Net with limits for sources.
func bounded(t testing.TB, lim pipeline.SourceLimits, loops int) (*pipelinetest.Net, *watch) {
	t.Helper()
	w := &watch{}
	l := pipelinetest.DefaultLimits
	l.Source = lim
	return pipelinetest.New(t, stages(w, router{}), pipelinetest.Options{Limits: l, Loops: loops}), w
}

// options returns OPTIONS requests that differ.
func options(from, to int) (all []string) {
	for i := from; i < to; i++ {
		all = append(all, request("OPTIONS", "1 ", fmt.Sprintf("opt%d", i), ""))
	}
	return all
}

// tally says what became of requests: forwarded to bob, and refused.
func tally(n *pipelinetest.Net) (forwarded, refused int) {
	for _, p := range n.Sent() {
		switch {
		case p.To == bob:
			forwarded++
		case strings.HasPrefix(p.Text, "SIP/2.0 503 ") && strings.Contains(p.Text, "\r\nRetry-After: 1\r\n"):
			refused++
		}
	}
	return forwarded, refused
}

func TestMessagesPerSource(t *testing.T) {
	n, _ := bounded(t, pipeline.SourceLimits{Messages: 10}, 2)
	for i, msg := range options(0, 15) {
		n.FromUDP(alice, msg, i%2) // whichever loop it comes to
	}
	if f, r := tally(n); f != 10 || r != 5 {
		t.Errorf("%d forwarded and %d refused, want 10 and 5", f, r)
	}
	n.FromUDP("192.0.2.9:5060", options(20, 21)[0])
	if f, _ := tally(n); f != 1 {
		t.Error("another source is refused, too")
	}
	n.Advance(time.Second)
	n.Sent() // what is repeated
	for _, msg := range options(30, 35) {
		n.FromUDP(alice, msg)
	}
	if f, r := tally(n); f != 5 || r != 0 {
		t.Errorf("a second later: %d forwarded and %d refused, want 5 and 0", f, r)
	}
	if got := n.Count("sluice_sip_limited_total"); got != 5 {
		t.Errorf("%d counted, want 5", got)
	}
	n.Advance(time.Minute)
	n.Sent()
	n.Idle()
}

// What belongs to something that has begun passes over the limit: but it counts.
func TestLimitSparesWhatHasBegun(t *testing.T) {
	n, _ := bounded(t, pipeline.SourceLimits{Messages: 3}, 1)
	invite := request("INVITE", "1 ", "inv", "")
	for range 4 {
		n.FromUDP(alice, invite)
	}
	if got := n.Count("sluice_sip_retransmissions_received_total"); got != 3 {
		t.Errorf("%d retransmissions, want 3", got)
	}
	n.Sent()
	n.FromUDP(alice, request("CANCEL", "1 ", "inv", ""))
	if got := n.Sent(); len(got) == 0 || !strings.HasPrefix(got[0].Text, "SIP/2.0 200 ") {
		t.Errorf("CANCEL: got %v, want 200", got)
	}
	n.FromUDP(alice, options(0, 1)[0])
	if f, r := tally(n); f != 0 || r != 1 {
		t.Errorf("%d forwarded and %d refused, want 0 and 1", f, r)
	}
}

// Useless messages and STUN are dropped when they are too many.
func TestLimitDropsGarbage(t *testing.T) {
	n, _ := bounded(t, pipeline.SourceLimits{Messages: 2}, 1)
	bad := strings.Replace(options(0, 1)[0], "SIP/2.0\r\n", "SIP/3.0\r\n", 1)
	stun := "\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl"
	for _, c := range []struct {
		name, msg string
		want      int
	}{{"first", bad, 1}, {"second", stun, 1}, {"bad", bad, 0}, {"STUN", stun, 0}, {"keep-alive", "\r\n\r\n", 1}} {
		n.FromUDP(alice, c.msg)
		if got := n.Sent(); len(got) != c.want {
			t.Errorf("%s: %d answers, want %d", c.name, len(got), c.want)
		}
	}
}

func TestExemptSources(t *testing.T) {
	exempt := &pipeline.Networks{Prefixes: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/28")}}
	n, _ := bounded(t, pipeline.SourceLimits{Messages: 1, BanAfter: 1, BanTime: time.Minute, Connections: 1, Exempt: exempt}, 1)
	for _, msg := range options(0, 9) {
		n.FromUDP(alice, msg)
	}
	if f, r := tally(n); f != 9 || r != 0 {
		t.Errorf("%d forwarded and %d refused, want 9 and 0", f, r)
	}
	for i := range 3 {
		c := n.Loops[0].Open(netio.TCP, n.TCP, netip.AddrPortFrom(aliceAt.Addr(), uint16(40000+i)))
		if c.State() != netio.StateOpen {
			t.Errorf("connection %d is %s, want open", i, c.State())
		}
	}
}

// A /64 is one source, so is an IPv4 address however it is written.
func TestSourceOf(t *testing.T) {
	for _, c := range []struct{ name, a, b string }{
		{"IPv4", "192.0.2.1", "192.0.2.1"},
		{"mapped", "::ffff:192.0.2.1", "192.0.2.1"},
		{"IPv6", "2001:db8:0:1:2::3", "2001:db8:0:1::"},
		{"zone", "fe80::1%eth0", "fe80::"},
	} {
		if got := netio.SourceOf(netip.MustParseAddr(c.a)).String(); got != c.b {
			t.Errorf("%s: got %s, want %s", c.name, got, c.b)
		}
	}
	if got := netio.SourceOf(netip.Addr{}); got.IsValid() {
		t.Errorf("no address: got %s", got)
	}
}

func TestBan(t *testing.T) {
	n, w := bounded(t, pipeline.SourceLimits{Messages: 5, BanAfter: 3, BanTime: time.Minute}, 1)
	old := connect(n, netio.TCP, aliceFar)
	for _, msg := range options(0, 10) {
		n.FromUDP(alice, msg)
	}
	if f, r := tally(n); f != 5 || r != 3 {
		t.Errorf("%d forwarded and %d refused, want 5, and 3 before the ban", f, r)
	}
	if got := n.Count("sluice_bans_total"); got != 1 {
		t.Errorf("%d bans, want 1", got)
	}
	n.FromUDP(alice, "\r\n\r\n")
	if got := n.Sent(); len(got) != 0 {
		t.Errorf("got %v, want silence", got)
	}
	// She is closed when she next speaks, and cannot come back.
	if got := w.ended(); got != "" {
		t.Fatalf("closed: %s, before she speaks", got)
	}
	old.feed("\r\n\r\n")
	if got := w.ended(); got != "limit" {
		t.Errorf("closed: %q, want limit", got)
	}
	events := len(w.events)
	if c := n.Loops[0].Open(netio.TCP, n.TCP, aliceAt); c.State() != netio.StateClosed || len(w.events) != events {
		t.Errorf("a new connection is %s (%v), want closed before a stage sees it", c.State(), w.events[events:])
	}
	if c := n.Loops[0].Open(netio.TCP, n.TCP, bobAt); c.State() != netio.StateOpen {
		t.Errorf("another's connection is %s, want open", c.State())
	}
	n.Advance(59 * time.Second)
	n.Sent()
	n.FromUDP(alice, options(20, 21)[0])
	if f, r := tally(n); f+r != 0 {
		t.Errorf("heard after 59 s, want after 60 s")
	}
	n.Advance(time.Second)
	n.Sent()
	n.FromUDP(alice, options(21, 22)[0])
	if f, _ := tally(n); f != 1 {
		t.Errorf("not heard after 60 s")
	}
}

// Limits that are exceeded now and then ban nobody.
func TestNoBanForSlips(t *testing.T) {
	n, _ := bounded(t, pipeline.SourceLimits{Messages: 1, BanAfter: 3, BanTime: time.Minute}, 1)
	for i := range 10 {
		for _, msg := range options(10*i, 10*i+3) { // two too many
			n.FromUDP(alice, msg)
		}
		n.Advance(10 * time.Second)
	}
	if got := n.Count("sluice_bans_total"); got != 0 {
		t.Errorf("%d bans, want none", got)
	}
}

func TestSlowSendersAreBanned(t *testing.T) {
	l := pipelinetest.DefaultLimits
	l.Conn.MessageTimeout = message
	l.Source = pipeline.SourceLimits{BanAfter: 2, BanTime: time.Minute}
	n := pipelinetest.New(t, stages(router{}), pipelinetest.Options{Limits: l})
	for range 2 {
		connect(n, netio.TCP, aliceFar).feed("OPTIONS")
	}
	n.Advance(message + time.Second)
	if got := n.Count("sluice_bans_total"); got != 1 {
		t.Errorf("%d bans, want 1", got)
	}
}

func TestConnectionsPerSource(t *testing.T) {
	n, _ := bounded(t, pipeline.SourceLimits{Connections: 3, BanAfter: 2, BanTime: time.Minute}, 1)
	var open []*netio.Conn
	for i := range 4 {
		c := n.Loops[0].Open(netio.TCP, n.TCP, netip.AddrPortFrom(aliceAt.Addr(), uint16(40000+i)))
		if got, want := c.State() == netio.StateOpen, i < 3; got != want {
			t.Errorf("connection %d is %s", i, c.State())
		}
		open = append(open, c)
	}
	n.Loops[0].ClosePeer(open[0])
	if c := n.Loops[0].Open(netio.TCP, n.TCP, aliceAt); c.State() != netio.StateOpen {
		t.Errorf("one has closed: a new one is %s, want open", c.State())
	}
	n.Loops[0].Open(netio.TCP, n.TCP, aliceAt)
	if got := n.Count("sluice_bans_total"); got != 1 {
		t.Errorf("%d bans, want 1 for two too many", got)
	}
	n.Loops[0].ClosePeer(open[1])
	if c := n.Loops[0].Open(netio.TCP, n.TCP, aliceAt); c.State() != netio.StateClosed {
		t.Errorf("banned: a new one is %s, want closed", c.State())
	}
}

func TestHandshakesPerSecond(t *testing.T) {
	for _, c := range []struct {
		name string
		lim  pipeline.SourceLimits
		same bool // all from one source
		want int
	}{
		{"one source", pipeline.SourceLimits{Handshakes: 3}, true, 3},
		{"many sources", pipeline.SourceLimits{Handshakes: 3}, false, 8},
		{"in total", pipeline.SourceLimits{AllHandshakes: 5}, false, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, _ := bounded(t, c.lim, 1)
			for round := range 2 {
				accepted, refused := 0, 0
				for i := range 8 {
					from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), 40000)
					if c.same {
						from = netip.AddrPortFrom(aliceAt.Addr(), uint16(40000+i))
					}
					p := &peer{n: n, h: n.Loops[0], c: n.Loops[0].Open(netio.WS, n.WS, from)}
					p.feed(upgrade)
					switch got := string(p.h.Written(p.c)); {
					case strings.HasPrefix(got, "HTTP/1.1 101 "):
						accepted++
					case strings.HasPrefix(got, "HTTP/1.1 503 ") && strings.Contains(got, "Retry-After: 1\r\n"):
						refused++
					}
				}
				if accepted != c.want || refused != 8-c.want {
					t.Errorf("second %d: %d accepted and %d refused, want %d and %d", round, accepted, refused, c.want, 8-c.want)
				}
				n.Advance(time.Second)
			}
			if got := n.Count("sluice_websocket_handshakes_limited_total"); got != int64(2*(8-c.want)) {
				t.Errorf("%d counted", got)
			}
		})
	}
}

// balanced is a listener whose connections from 192.0.2.128/25 come through a
// load balancer.
func balanced(t testing.TB, transport netio.Transport, addr string) *netio.Listener {
	t.Helper()
	at := netip.MustParseAddrPort(addr)
	ln, err := netio.NewListener(7, netio.ListenerConfig{Transport: transport, Addr: at, Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.128/25")}}, at)
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

var balancer = netip.MustParseAddrPort("192.0.2.200:33000")

func TestProxied(t *testing.T) {
	const v2 = "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x01\xc0\x00\x02\xfe\x9c\x41\x13\xc4"
	for _, c := range []struct {
		name, header, opened string
	}{
		{"version 1", "PROXY TCP4 192.0.2.1 192.0.2.254 40001 5060\r\n", "open " + aliceFar},
		{"version 2", v2, "open " + aliceFar},
		{"a health check", "PROXY UNKNOWN\r\n", "open " + balancer.String()},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, w := timed(t, pipeline.ConnLimits{HeadTimeout: head})
			p := &peer{n: n, h: n.Loops[0], c: n.Loops[0].Open(netio.TCP, balanced(t, netio.TCP, pipelinetest.TCPAddr), balancer)}
			p.feed(c.header[:10])
			if len(w.events) != 0 {
				t.Fatalf("%v before it is known whom it is from", w.events)
			}
			p.feed(c.header[10:] + over("TCP", options(0, 1)[0]))
			if got := strings.Join(w.events, " "); got != c.opened {
				t.Fatalf("got %q, want %q", got, c.opened)
			}
			opt := expectSent(n, bob, "OPTIONS ")[0]
			received := strings.Contains(opt, ";received=192.0.2.200")
			if want := strings.Contains(c.opened, balancer.String()); received != want {
				t.Errorf("received=192.0.2.200 is there: %v, want %v in\n%s", received, want, opt)
			}
			n.FromUDP(bob, respond(opt, "200 OK"))
			p.expect("SIP/2.0 200 ")
			n.Advance(time.Minute)
			n.Idle()
			p.h.ClosePeer(p.c)
			if got := w.ended(); got != "peer_closed" {
				t.Errorf("closed: %q", got)
			}
		})
	}
}

// The source that a header names is the one that limits apply to, in a
// handshake, too.
func TestProxiedLimits(t *testing.T) {
	n, w := bounded(t, pipeline.SourceLimits{Connections: 2, Handshakes: 100, BanAfter: 1, BanTime: time.Minute}, 1)
	ln := balanced(t, netio.WS, pipelinetest.WSAddr)
	through := func(client string) *peer {
		p := &peer{n: n, h: n.Loops[0], c: n.Loops[0].Open(netio.WS, ln, balancer)}
		p.feed("PROXY TCP4 " + client + " 192.0.2.254 40001 80\r\n" + upgrade)
		return p
	}
	for i, c := range []struct {
		client string
		ok     bool
	}{{"198.51.100.1", true}, {"198.51.100.1", true}, {"198.51.100.2", true}, {"198.51.100.1", false}, {"198.51.100.1", false}, {"198.51.100.3", true}} {
		p := through(c.client)
		if got := strings.HasPrefix(string(p.h.Written(p.c)), "HTTP/1.1 101 "); got != c.ok {
			t.Errorf("connection %d, of %s: accepted %v, want %v", i, c.client, got, c.ok)
		}
		if got := p.c.State() == netio.StateOpen; got != c.ok {
			t.Errorf("connection %d, of %s: open %v, want %v", i, c.client, got, c.ok)
		}
	}
	if got := len(w.events); got != 4 {
		t.Errorf("stages saw %v", w.events)
	}
}

// From elsewhere such a listener takes connections as they are.
func TestNotProxied(t *testing.T) {
	n, w := timed(t, pipeline.ConnLimits{})
	p := &peer{n: n, h: n.Loops[0], c: n.Loops[0].Open(netio.TCP, balanced(t, netio.TCP, pipelinetest.TCPAddr), aliceAt)}
	p.feed("PROXY TCP4 198.51.100.1 192.0.2.254 40001 5060\r\n")
	if got := strings.Join(w.events, ", "); got != "open "+alice+", close "+alice+" local_closed" {
		t.Errorf("got %s", got)
	}
}

// A balancer that sends no header is closed, in time or at once.
func TestProxyHeaderMissing(t *testing.T) {
	for _, c := range []struct {
		name, sends string
		after       time.Duration
	}{{"nothing", "", head}, {"half of one", "PROXY TCP4 ", head}, {"a message", options(0, 1)[0], 0}} {
		t.Run(c.name, func(t *testing.T) {
			n, w := timed(t, pipeline.ConnLimits{HeadTimeout: head})
			h := n.Loops[0]
			conn := h.Open(netio.TCP, balanced(t, netio.TCP, pipelinetest.TCPAddr), balancer)
			if c.sends != "" {
				h.Feed(conn, []byte(c.sends))
			}
			if c.after > 0 {
				n.Advance(c.after - 20*time.Millisecond)
				if h.Shut(conn) {
					t.Fatal("closed too early")
				}
				n.Advance(40 * time.Millisecond)
			}
			if !h.Shut(conn) || len(w.events) != 0 || len(h.Written(conn)) != 0 {
				t.Errorf("closed %v, stages saw %v; want it closed and unseen", h.Shut(conn), w.events)
			}
			n.Idle()
		})
	}
}

// With TLS the header comes before the handshake.
func TestProxiedTLS(t *testing.T) {
	const v1 = "PROXY TCP4 192.0.2.1 192.0.2.254 40001 5061\r\n"
	hello := "\x16\x03\x01\x02\x00"
	for _, c := range []struct {
		name, from, sends string
		n                 int
		more              bool
		remote            string
		open              bool
	}{
		{"whole", balancer.String(), v1 + hello, len(v1), false, aliceFar, true},
		{"a part", balancer.String(), v1[:20], 0, true, balancer.String(), true},
		{"a health check", balancer.String(), "PROXY UNKNOWN\r\n" + hello, 15, false, balancer.String(), true},
		{"none", balancer.String(), hello, 0, false, balancer.String(), false},
		{"from elsewhere", alice, v1 + hello, 0, false, alice, true},
		{"of a client that has too many", balancer.String(), "PROXY TCP4 192.0.2.9 192.0.2.254 40001 5061\r\n", 45, false, "192.0.2.9:40001", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, _ := bounded(t, pipeline.SourceLimits{Connections: 1}, 1)
			n.Loops[0].Open(netio.TCP, n.TCP, netip.MustParseAddrPort("192.0.2.9:5060"))
			conn := n.Loops[0].Open(netio.TLS, balanced(t, netio.TLS, "192.0.2.254:5061"), netip.MustParseAddrPort(c.from))
			length, more := n.Edge.Engine(0).OnPreface(conn, []byte(c.sends))
			if length != c.n || more != c.more {
				t.Errorf("got %d bytes, more %v; want %d, %v", length, more, c.n, c.more)
			}
			if got := conn.Remote().String(); got != c.remote {
				t.Errorf("from %s, want %s", got, c.remote)
			}
			if got := conn.State() == netio.StateOpen; got != c.open {
				t.Errorf("open %v, want %v", got, c.open)
			}
		})
	}
}
