package pipeline_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/netio/tlsio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// strict is a Net that bans who exceeds limits twice.
func strict(t testing.TB, loops int) (*pipelinetest.Net, *watch) {
	t.Helper()
	lim := pipelinetest.DefaultLimits
	lim.MaxMessage, lim.MaxHead = 4096, 2048
	lim.Source = pipeline.SourceLimits{Handshakes: 3, BanAfter: 2, BanTime: time.Minute}
	w := &watch{}
	return pipelinetest.New(t, stages(w, router{}), pipelinetest.Options{Limits: lim, Loops: loops}), w
}

// TestStrikes: which faults of a peer count towards a ban.
func TestStrikes(t *testing.T) {
	ended := func(err error) func(*pipelinetest.Net) {
		return func(n *pipelinetest.Net) {
			p := connect(n, netio.TCP, aliceFar)
			p.h.Break(p.c, err)
		}
	}
	fed := func(transport netio.Transport, b string) func(*pipelinetest.Net) {
		return func(n *pipelinetest.Net) { connect(n, transport, aliceFar).feed(b) }
	}
	opening := func(from netip.AddrPort, lines string) func(*pipelinetest.Net) {
		return func(n *pipelinetest.Net) {
			ln := balanced(t, netio.WS, pipelinetest.WSAddr)
			p := &peer{n: n, h: n.Loops[0], c: n.Loops[0].Open(netio.WS, ln, from)}
			p.feed(lines)
		}
	}
	large := strings.Replace(request("OPTIONS", "1 ", "large", ""), "Content-Length: 0", "Content-Length: 9000", 1)
	many := request("OPTIONS", "1 ", "many", "", strings.Repeat("X: y\r\n", 600))
	longHead := strings.Replace(upgrade, "\r\n\r\n", "\r\nCookie: "+strings.Repeat("c", 3000)+"\r\n\r\n", 1)
	plain := "GET / HTTP/1.1\r\nHost: 192.0.2.254\r\n\r\n"
	for _, c := range []struct {
		name  string
		fault func(n *pipelinetest.Net)
		times int
		bans  int64
	}{
		{"a TLS handshake too slow", ended(netio.ErrHandshakeTimeout), 2, 1},
		{"a TLS handshake too large", ended(fmt.Errorf("lost: %w", tlsio.ErrFlood)), 2, 1},
		{"no room for a TLS handshake", ended(netio.ErrManyHandshakes), 5, 0},
		{"reset", ended(io.ErrUnexpectedEOF), 5, 0},
		{"a message too large over TCP", fed(netio.TCP, large), 2, 1},
		{"too many headers over TCP", fed(netio.TCP, many), 2, 1},
		{"a message too large over UDP", func(n *pipelinetest.Net) { n.FromUDP(aliceFar, large+strings.Repeat("v", 9000)) }, 2, 1},
		{"a frame too large", fed(netio.WS, string(masked(t, ws.OpText, strings.Repeat("x", 5000)))), 2, 1},
		{"a head too large", opening(aliceAt, longHead), 2, 1},
		{"no WebSocket handshake", opening(aliceAt, plain), 3, 0},
		{"no WebSocket handshake, too often", opening(aliceAt, plain), 5, 1},
		{"malformed", fed(netio.TCP, "this is not SIP at all\r\n\r\n"), 5, 0},
		{"a reader too slow", func(n *pipelinetest.Net) {
			p := connect(n, netio.TCP, aliceFar)
			p.h.Block(p.c, true)
			for range 40 {
				p.c.Write(make([]byte, 60000))
			}
		}, 2, 1},
		{"a server of ours that reads too slowly", func(n *pipelinetest.Net) {
			n.FromUDP(bob, target("sip:alice@192.0.2.1:40001;transport=tcp", request("MESSAGE", "1 ", fmt.Sprint("m", n.Count("sluice_sip_requests_received_total")), "")))
			d := dial(n, aliceFar)
			d.Succeed()
			n.Loops[0].Block(d.Conn, true)
			for range 40 {
				d.Conn.Write(make([]byte, 60000))
			}
		}, 3, 0},
		{"a head too large, by a load balancer", opening(balancer, "PROXY UNKNOWN\r\n"+longHead), 5, 0},
		{"no handshake, by a load balancer", opening(balancer, "PROXY UNKNOWN\r\n"+plain), 9, 0},
		{"a head too large, through a load balancer", opening(balancer, "PROXY TCP4 192.0.2.1 192.0.2.254 40001 80\r\n"+longHead), 2, 1},
		{"no handshake, through a load balancer", opening(balancer, "PROXY TCP4 192.0.2.1 192.0.2.254 40001 80\r\n"+plain), 5, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, _ := strict(t, 1)
			for i := range c.times {
				if got := n.Count("sluice_bans_total"); got != 0 {
					t.Fatalf("banned after %d of %d", i, c.times)
				}
				c.fault(n)
			}
			if got := n.Count("sluice_bans_total"); got != c.bans {
				t.Fatalf("%d bans, want %d", got, c.bans)
			}
			conn := n.Loops[0].Open(netio.TCP, n.TCP, aliceAt)
			if got := conn.State() == netio.StateClosed; got != (c.bans > 0) {
				t.Errorf("a new connection is %s", conn.State())
			}
		})
	}
}

// TestSlowStrikes: who is to blame for what comes too slowly.
func TestSlowStrikes(t *testing.T) {
	opening := func(lines string) func(*pipelinetest.Net) {
		return func(n *pipelinetest.Net) {
			c := n.Loops[0].Open(netio.WS, balanced(t, netio.WS, pipelinetest.WSAddr), balancer)
			n.Loops[0].Feed(c, []byte(lines))
		}
	}
	for _, c := range []struct {
		name  string
		begin func(n *pipelinetest.Net)
		bans  int64
	}{
		{"a client", func(n *pipelinetest.Net) { connect(n, netio.TCP, aliceFar).feed("OPTIONS sip:") }, 1},
		{"a server of ours", func(n *pipelinetest.Net) {
			n.FromUDP(bob, target("sip:alice@192.0.2.1:40001;transport=tcp", request("MESSAGE", "1 ", "m", "")))
			d := dial(n, aliceFar)
			d.Succeed()
			n.Loops[0].Feed(d.Conn, []byte("OPTIONS sip:"))
		}, 0},
		{"through a load balancer", opening("PROXY TCP4 192.0.2.1 192.0.2.254 40001 80\r\nGET / HTTP"), 1},
		{"a load balancer that has not said for whom", opening("PROXY TCP4 192"), 0},
		{"a load balancer that does not say for whom", opening("PROXY UNKNOWN\r\nGET / HTTP"), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			lim := pipelinetest.DefaultLimits
			lim.Conn = pipeline.ConnLimits{HeadTimeout: time.Second, MessageTimeout: time.Second}
			lim.Source = pipeline.SourceLimits{BanAfter: 1, BanTime: time.Minute}
			n := pipelinetest.New(t, stages(router{}), pipelinetest.Options{Limits: lim})
			c.begin(n)
			n.Advance(1100 * time.Millisecond)
			if got := n.Count("sluice_connections_head_timeouts_total") + n.Count("sluice_connections_message_timeouts_total"); got != 1 {
				t.Errorf("%d were too slow, want 1", got)
			}
			if got := n.Count("sluice_bans_total"); got != c.bans {
				t.Errorf("%d bans, want %d", got, c.bans)
			}
		})
	}
}

// provoke has a source banned by what it sends to loop 0.
func provoke(n *pipelinetest.Net, from string) {
	n.TB.Helper()
	before := n.Count("sluice_bans_total")
	large := request("OPTIONS", "1 ", "large", "") + strings.Repeat("v", 5000)
	for range 2 {
		n.FromUDP(from, large)
	}
	if got := n.Count("sluice_bans_total"); got != before+1 {
		n.TB.Fatalf("%d bans, want one more than %d", got, before)
	}
}

// TestBanClosesConnections: those that are silent, too, on any loop, and no
// others.
func TestBanClosesConnections(t *testing.T) {
	n, w := strict(t, 2)
	open := func(transport netio.Transport, from string, loop int) *netio.Conn {
		return connect(n, transport, from, loop).c
	}
	hers := []*netio.Conn{open(netio.TCP, "192.0.2.1:1", 0), open(netio.WS, "192.0.2.1:2", 0), open(netio.TCP, "192.0.2.1:3", 1), open(netio.WS, "192.0.2.1:4", 1)}
	n.FromUDP(bob, target("sip:alice@192.0.2.1:40001;transport=tcp", request("MESSAGE", "1 ", "m", "")))
	d := dial(n, aliceFar)
	d.Succeed()
	hers = append(hers, d.Conn)
	tls := netiotest.NewListener(3, netio.TLS, "192.0.2.254:5061")
	hers = append(hers, n.Loops[0].OpenPeer(netio.TLS, tls, netip.MustParseAddrPort("192.0.2.1:5"), trunkCert))
	others := []*netio.Conn{open(netio.TCP, "192.0.2.2:1", 0), open(netio.WS, "192.0.2.3:1", 1)}
	through := n.Loops[0].Open(netio.TCP, balanced(t, netio.TCP, pipelinetest.TCPAddr), netip.MustParseAddrPort("192.0.2.201:1"))
	n.Loops[0].Feed(through, []byte("PROXY TCP4 192.0.2.1 192.0.2.254 40001 80\r\n"))
	waiting := n.Loops[0].Open(netio.TCP, balanced(t, netio.TCP, pipelinetest.TCPAddr), netip.MustParseAddrPort("192.0.2.201:2"))
	others, hers = append(others, waiting), append(hers, through)
	w.events = nil

	provoke(n, alice)
	n.Advance(50 * time.Millisecond)
	for i, c := range hers {
		if c.State() != netio.StateClosed {
			t.Errorf("connection %d, of the banned, is %s", i, c.State())
		}
	}
	for i, c := range others {
		if c.State() != netio.StateOpen {
			t.Errorf("connection %d, of another, is %s", i, c.State())
		}
	}
	for _, ev := range w.events {
		if !strings.HasSuffix(ev, " limit") {
			t.Errorf("a stage saw %q", ev)
		}
	}
	if len(w.events) != len(hers) {
		t.Errorf("stages saw %v, want %d closed", w.events, len(hers))
	}
	// Whoever is behind a load balancer is not known yet.
	provoke(n, "192.0.2.201:5060")
	n.Advance(50 * time.Millisecond)
	if waiting.State() != netio.StateOpen {
		t.Error("a connection through a load balancer that is banned itself is closed before its header")
	}
	if due := n.Loops[1].Loop().Wheel().Len(); due != 0 {
		t.Errorf("%d timers are left on the other loop", due)
	}
}

// TestBanIsLogged: operators are told who is banned, once a second at most.
func TestBanIsLogged(t *testing.T) {
	lim := pipelinetest.DefaultLimits
	lim.Source = pipeline.SourceLimits{Messages: 1, BanAfter: 2, BanTime: time.Minute}
	var text strings.Builder
	n := pipelinetest.New(t, stages(router{}), pipelinetest.Options{Limits: lim, Log: slog.New(slog.NewTextHandler(&text, nil))})
	flood := func(from string) {
		for i := range 3 {
			n.FromUDP(from, request("OPTIONS", "1 ", fmt.Sprint(from, i), ""))
		}
	}
	for _, s := range []struct {
		from string
		wait time.Duration // before
		want string
	}{
		{"192.0.2.7:5060", 0, "banned source=192.0.2.7 for=1m0s"},
		{"192.0.2.8:5060", time.Second / 2, ""},
		{"[2001:db8:1:2:3::4]:5060", time.Second / 2, "banned source=2001:db8:1:2::/64 for=1m0s"},
	} {
		n.Advance(s.wait)
		text.Reset()
		flood(s.from)
		if got := text.String(); strings.Count(got, "\n") > 1 || !strings.Contains(got, s.want) || s.want == "" && got != "" {
			t.Errorf("%s: logged %q, want %q", s.from, got, s.want)
		}
	}
	if got := n.Count("sluice_bans_total"); got != 3 {
		t.Errorf("got %d bans, want 3", got)
	}
}

// TestBanLosesFinals: what a half-closed connection has not acknowledged is not
// sent again over one that is opened to who is banned.
func TestBanLosesFinals(t *testing.T) {
	n, w := strict(t, 1)
	caller := connect(n, netio.TCP, aliceFar)
	caller.send(over("TCP", request("OPTIONS", "1 ", "one", "")))
	req := expectSent(n, bob, "OPTIONS ")[0]
	halfClose(caller)
	caller.h.Silence(caller.c, true)
	n.FromUDP(bob, respond(req, "200 OK"))
	provoke(n, alice)
	n.Advance(50 * time.Millisecond)
	if got := w.ended(); got != "limit" {
		t.Errorf("got told %q, want limit", got)
	}
	noDial(n)
}

// TestBanLooksInParts: of many connections so many are looked at in a tick, and a
// ban in the midst of it has all of them looked at again.
func TestBanLooksInParts(t *testing.T) {
	const part, parts = 2048, 3
	n, _ := strict(t, 1)
	var hers, bobs []*netio.Conn
	for i := range parts * part {
		from := netip.AddrPortFrom(aliceAt.Addr(), uint16(1000+i))
		if i%2 == 1 {
			from = netip.AddrPortFrom(bobAt.Addr(), uint16(1000+i))
		}
		c := n.Loops[0].Open(netio.TCP, n.TCP, from)
		if i%2 == 1 {
			bobs = append(bobs, c)
		} else {
			hers = append(hers, c)
		}
	}
	closed := func(conns []*netio.Conn) (count int) {
		for _, c := range conns {
			if c.State() == netio.StateClosed {
				count++
			}
		}
		return count
	}
	tick := 20 * time.Millisecond
	provoke(n, alice)
	n.Advance(tick + 5*time.Millisecond)
	if got := closed(hers); got != part/2 {
		t.Errorf("%d closed after a tick, want %d", got, part/2)
	}
	provoke(n, bob)
	for range parts {
		n.Advance(tick)
	}
	if h, b := closed(hers), closed(bobs); h != len(hers) || b != len(bobs) {
		t.Errorf("%d of %d and %d of %d are closed", h, len(hers), b, len(bobs))
	}
	n.Advance(tick)
	if due := n.Loops[0].Loop().Wheel().Len(); due != 0 {
		t.Errorf("%d timers are left", due)
	}
}
