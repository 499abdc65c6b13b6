package pipeline_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

const (
	trunkFrom = "192.0.2.9:40000" // where trunks connect from
	trunkAt   = "192.0.2.9:5061"  // what they advertise
	trunkURI  = "sip:bob@trunk.example.com;transport=tls"
)

// trunks is a stage that forwards requests whose URI names a stream transport to
// where all domains are, all others to bob's phone.
type trunks struct{}

func (trunks) Name() string { return "trunks" }

func (trunks) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	x.AddHop(pipeline.Hop{})
	return x.Forward()
}

func (trunks) OnResolve(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	var u sip.URI
	text := x.NextURI()
	if _, err := sip.ParseURI(text, 0, &u); err != parser.OK || u.Transport == sip.TransportNone {
		b.AddTarget(pipeline.Target{Addr: bobAt})
		return pipeline.Continue
	}
	port := u.Port
	if port == 0 {
		port = 5061
	}
	transport, _ := netio.ParseTransport(u.Transport.Lower())
	b.AddTarget(pipeline.Target{Transport: transport, Addr: netip.AddrPortFrom(trunkAddr.Addr(), port)})
	b.SetServerName(u.Host.Of(text))
	return pipeline.Continue
}

var (
	trunkAddr = netip.MustParseAddrPort(trunkAt)
	trunkCert = &netio.PeerCert{Identities: []string{"trunk.example.com", "192.0.2.9"}}
)

// A trunkNet is a pipeline on two loops that listens for TLS.
type trunkNet struct {
	*pipelinetest.Net
	tls   *netio.Listener
	n     int
	dials []*netiotest.Dial
}

func newTrunkNet(t *testing.T, a pipeline.Aliases, before ...pipeline.Stage) *trunkNet {
	t.Helper()
	o := limited(func(l *pipeline.Limits) { l.Aliases = a })
	o.Loops, o.Profile = 2, short
	n := pipelinetest.New(t, stages(append(before, trunks{})...), o)
	ln := netiotest.NewListener(3, netio.TLS, "192.0.2.254:5061")
	n.Edge.SetListeners([]*netio.Listener{n.UDP, n.TCP, n.WS, ln})
	return &trunkNet{Net: n, tls: ln}
}

// connect opens the connection of a trunk to a loop.
func (n *trunkNet) connect(loop int, cert *netio.PeerCert) *peer {
	return n.connectFrom(trunkFrom, loop, cert)
}

func (n *trunkNet) connectFrom(addr string, loop int, cert *netio.PeerCert) *peer {
	h := n.Loops[loop]
	return &peer{n.Net, h, h.OpenPeer(netio.TLS, n.tls, netip.MustParseAddrPort(addr), cert)}
}

// ask has a trunk send a request with that Via, less its branch, which is
// answered.
func (n *trunkNet) ask(p *peer, via string) {
	n.TB.Helper()
	n.n++
	p.send(strings.Replace(request("OPTIONS", "1 ", "", ""), "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK;rport", fmt.Sprintf("%s;branch=z9hG4bKt%d", via, n.n), 1))
	n.FromUDP(bob, respond(expectSent(n.Net, bob, "OPTIONS ")[0], "200 OK"))
	p.expect("SIP/2.0 200 ")
}

const aliasVia = "SIP/2.0/TLS trunk.example.com;alias"

// call has alice call a URI. It returns where to: one of these trunks, a dial,
// or neither.
func (n *trunkNet) call(method, uri string, peers ...*peer) (p *peer, d *netiotest.Dial, req string) {
	n.TB.Helper()
	n.n++
	n.FromUDP(alice, target(uri, request(method, "1 ", fmt.Sprint("call", n.n), "")))
	return n.where(peers...)
}

// where tells where a request has gone.
func (n *trunkNet) where(peers ...*peer) (p *peer, d *netiotest.Dial, req string) {
	n.TB.Helper()
	ways := 0
	for _, maybe := range peers {
		for _, msg := range maybe.received() {
			p, req = maybe, msg
			ways++
		}
	}
	for _, h := range n.Loops {
		for _, dialled := range h.Dials() {
			d, n.dials = dialled, append(n.dials, dialled)
			ways++
		}
	}
	if ways > 1 {
		n.TB.Fatalf("the request went %d ways, want one", ways)
	}
	return p, d, req
}

func (n *trunkNet) aliases() string {
	return fmt.Sprintf("%d there, %d made, %d refused, %d used", n.Count("sluice_aliases"), n.Count("sluice_aliases_made_total"),
		n.Count("sluice_aliases_refused_total"), n.Count("sluice_aliases_used_total"))
}

func (n *trunkNet) expectAliases(want string) {
	n.TB.Helper()
	if got := n.aliases(); got != want {
		n.TB.Errorf("aliases: got %s, want %s", got, want)
	}
}

// end fails what is being dialled, and waits until all is over.
func (n *trunkNet) end() {
	n.TB.Helper()
	for _, d := range n.dials {
		if d.Conn.State() == netio.StateOpening {
			d.Fail(errRefused)
		}
	}
	for range 2 {
		refuseDials(n.Net)
		n.Advance(40 * time.Second)
	}
	n.Idle()
}

var accepting = pipeline.Aliases{Accept: true}

// TestAlias: a call goes to a trunk over the connection that the trunk has
// opened, if both may (RFC 5923 §8.2, §9.2, §9.3).
func TestAlias(t *testing.T) {
	bad := &netio.PeerCert{Identities: trunkCert.Identities, Verified: errors.New("expired")}
	other := &netio.PeerCert{Identities: []string{"other.example.com"}}
	wildcard := &netio.PeerCert{Identities: []string{"*.example.com", "example.com"}}
	for _, tc := range []struct {
		name    string
		aliases pipeline.Aliases
		cert    *netio.PeerCert
		via     string
		uri     string
		made    int
		used    bool
	}{
		{"default port", accepting, trunkCert, aliasVia, trunkURI, 1, true},
		{"port in both", accepting, trunkCert, "SIP/2.0/TLS trunk.example.com:5071;alias", "sip:bob@trunk.example.com:5071;transport=tls", 1, true},
		{"default port, written", accepting, trunkCert, "SIP/2.0/TLS trunk.example.com:5061;alias", trunkURI, 1, true},
		{"another name in Via", accepting, trunkCert, "SIP/2.0/TLS elsewhere.example.net;alias", trunkURI, 1, true},
		{"another case", accepting, trunkCert, "SIP/2.0/TLS trunk.example.com;ALIAS", "sip:bob@Trunk.Example.COM;transport=tls", 1, true},
		{"SIPS", accepting, trunkCert, aliasVia, "sips:bob@trunk.example.com;transport=tls", 1, true},
		{"address that the certificate names", accepting, trunkCert, aliasVia, "sip:bob@192.0.2.9;transport=tls", 1, true},
		{"address that it does not name", accepting, other, aliasVia, "sip:bob@192.0.2.9;transport=tls", 1, false},
		{"another port", accepting, trunkCert, aliasVia, "sip:bob@trunk.example.com:5071;transport=tls", 1, false},
		{"another transport", accepting, trunkCert, aliasVia, "sip:bob@trunk.example.com;transport=tcp", 1, false},
		{"another domain at the address", accepting, trunkCert, aliasVia, "sip:bob@example.net;transport=tls", 1, false},
		{"certificate of another domain", accepting, other, aliasVia, trunkURI, 1, false},
		{"certificate with a wildcard", accepting, wildcard, aliasVia, trunkURI, 1, false},
		{"certificate not verified", accepting, bad, aliasVia, trunkURI, 0, false},
		{"no certificate", accepting, &netio.PeerCert{Verified: errors.New("none")}, aliasVia, trunkURI, 0, false},
		{"not asked for", accepting, trunkCert, "SIP/2.0/TLS trunk.example.com", trunkURI, 0, false},
		{"with a value", accepting, trunkCert, "SIP/2.0/TLS trunk.example.com;alias=yes", trunkURI, 0, false},
		{"Via of another transport", accepting, trunkCert, "SIP/2.0/TCP trunk.example.com;alias", trunkURI, 0, false},
		{"switched off", pipeline.Aliases{}, trunkCert, aliasVia, trunkURI, 0, false},
	} {
		for loop := range 2 {
			t.Run(fmt.Sprintf("%s, loop %d", tc.name, loop), func(t *testing.T) {
				n := newTrunkNet(t, tc.aliases)
				trunk := n.connect(loop, tc.cert)
				n.ask(trunk, tc.via)
				n.ask(trunk, tc.via)
				p, d, inv := n.call("INVITE", tc.uri, trunk)
				if (p != nil) != tc.used || (d == nil) != tc.used {
					t.Fatalf("over the connection: %v, dialled: %v; want it over the connection: %v", p != nil, d != nil, tc.used)
				}
				n.Sent()
				used := 0
				if tc.used {
					used++
					trunk.send(respond(inv, "180 Ringing"), respond(inv, "200 OK"))
					expectSent(n.Net, alice, "SIP/2.0 180 ", "SIP/2.0 200 ")
				}
				n.expectAliases(fmt.Sprintf("%d there, %[1]d made, 0 refused, %d used", tc.made, used))
				trunk.h.ClosePeer(trunk.c)
				n.expectAliases(fmt.Sprintf("0 there, %d made, 0 refused, %d used", tc.made, used))
				n.end()
			})
		}
	}
}

// TestAliasAddress: what counts is where the connection is from, however that
// is known and written.
func TestAliasAddress(t *testing.T) {
	for _, tc := range []struct {
		name, from, told string // by the PROXY protocol
		used             int
	}{
		{"an IPv4 address in IPv6", "[::ffff:192.0.2.9]:40000", "", 1},
		{"through a load balancer", "10.0.0.1:40000", trunkFrom, 1},
		{"of another address", "10.0.0.1:40000", "", 0},
	} {
		n := newTrunkNet(t, accepting)
		trunk := n.connectFrom(tc.from, 0, trunkCert)
		if tc.told != "" {
			trunk.c.SetRemote(netip.MustParseAddrPort(tc.told))
		}
		n.ask(trunk, aliasVia)
		if p, _, _ := n.call("OPTIONS", trunkURI, trunk); (p != nil) != (tc.used > 0) {
			t.Errorf("%s: used %v", tc.name, p != nil)
		}
		trunk.h.ClosePeer(trunk.c)
		n.expectAliases(fmt.Sprintf("0 there, 1 made, 0 refused, %d used", tc.used))
		n.end()
	}
}

// TestAliasTransports: only TLS is reused, and WebSockets never (RFC 5923 §9.3).
func TestAliasTransports(t *testing.T) {
	for _, transport := range []netio.Transport{netio.TCP, netio.WSS} {
		n := newTrunkNet(t, accepting)
		ln := netiotest.NewListener(4, transport, "192.0.2.254:5062")
		h := n.Loops[0]
		c := h.OpenPeer(transport, ln, netip.MustParseAddrPort(trunkFrom), trunkCert)
		msg := strings.Replace(request("OPTIONS", "1 ", "t", ""), "SIP/2.0/UDP 192.0.2.1:5060", aliasVia, 1)
		if transport == netio.WSS {
			h.Feed(c, []byte(upgrade))
			msg = string(masked(t, 1, msg))
		}
		h.Feed(c, []byte(msg))
		n.FromUDP(bob, respond(expectSent(n.Net, bob, "OPTIONS ")[0], "200 OK"))
		if _, d, _ := n.call("OPTIONS", trunkURI); d == nil {
			t.Errorf("%s: not dialled", transport)
		}
		n.expectAliases("0 there, 0 made, 0 refused, 0 used")
		h.ClosePeer(c)
		n.end()
	}
}

// TestAliasOrder: first the connection that we have opened, then the newest
// alias, then a dial.
func TestAliasOrder(t *testing.T) {
	n := newTrunkNet(t, accepting)
	_, d, _ := n.call("OPTIONS", trunkURI)
	if d == nil {
		t.Fatal("not dialled")
	}
	first, second := n.connect(0, trunkCert), n.connect(1, trunkCert)
	n.ask(first, aliasVia)
	expect := func(what string, want *peer) {
		t.Helper()
		peers := []*peer{first, second}
		if d != nil {
			peers = append(peers, &peer{n.Net, n.Loops[0], d.Conn})
		}
		p, dialled, req := n.call("OPTIONS", trunkURI, peers...)
		if p == nil || p.c != want.c || dialled != nil {
			t.Fatalf("%s: it went elsewhere (dialled: %v)", what, dialled != nil)
		}
		p.send(respond(req, "200 OK"))
		expectSent(n.Net, alice, "SIP/2.0 200 ")
	}
	expect("ours is being opened", first)
	d.Succeed()
	ours := &peer{n.Net, n.Loops[0], d.Conn}
	ours.send(respond(ours.expect("OPTIONS ")[0], "200 OK"))
	expectSent(n.Net, alice, "SIP/2.0 200 ")
	expect("ours is open", ours)
	ours.h.ClosePeer(ours.c)
	d = nil
	expect("ours is closed", first)
	n.ask(second, aliasVia)
	expect("a newer one", second)
	second.h.ClosePeer(second.c)
	expect("the newer one is closed", first)
	first.h.ClosePeer(first.c)
	if p, d, _ := n.call("OPTIONS", trunkURI); p != nil || d == nil {
		t.Error("both closed: not dialled")
	}
	n.end()
}

// TestAliasGone: a request whose connection is gone goes over one that we open
// (RFC 5923 §8.2), and no alias is used for it any more.
func TestAliasGone(t *testing.T) {
	for _, tc := range []struct {
		name    string
		loop    int  // of the trunk
		late    bool // the loop finds out when it is to write
		second  bool // the trunk has another connection
		answers bool // provisionally, before
		refused bool // so is the connection that we open
	}{
		{name: "own loop"}, {name: "own loop, refused", refused: true}, {name: "own loop, at once", late: true},
		{name: "own loop, while there is another", second: true},
		{name: "another loop", loop: 1}, {name: "another loop, at once", loop: 1, late: true},
		{name: "another loop, at once, refused", loop: 1, late: true, refused: true},
		{name: "after a provisional response", answers: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var log []string
			var closing *peer // before the request is sent
			n := newTrunkNet(t, accepting, recorder{"r", &log}, pipeline.RequestFunc(func(*pipeline.Exchange) pipeline.Verdict {
				if closing != nil {
					closing.c.Close(nil)
				}
				return pipeline.Continue
			}))
			trunk := n.connect(tc.loop, trunkCert)
			n.ask(trunk, aliasVia)
			if tc.second {
				older := trunk
				trunk = n.connect(0, trunkCert)
				n.ask(trunk, aliasVia)
				defer older.expect()
			}
			log = nil
			switch {
			case tc.late && tc.loop == 0:
				closing = trunk
				n.FromUDP(alice, target(trunkURI, request("INVITE", "1 ", "inv", "")))
				closing = nil
			case tc.late: // alice's loop does not know yet
				n.Loops[0].Datagram(n.UDP, aliceAt, []byte(target(trunkURI, request("INVITE", "1 ", "inv", ""))))
				trunk.c.Close(nil)
				netiotest.RunMail(n.Loops...)
			default:
				p, _, inv := n.call("INVITE", trunkURI, trunk)
				if p != trunk {
					t.Fatal("it did not go to the trunk")
				}
				if tc.answers {
					trunk.send(respond(inv, "180 Ringing"))
				}
				trunk.h.ClosePeer(trunk.c)
				netiotest.RunMail(n.Loops...)
			}
			n.Sent()
			_, d, _ := n.where(trunk)
			if tc.answers { // the response may still come (RFC 3261 §18.2.2)
				if d != nil {
					t.Error("dialled although the trunk had answered")
				}
				n.end()
				return
			}
			if d == nil || d.Remote != trunkAddr || d.Conn.ServerName() != "trunk.example.com" {
				t.Fatalf("got no dial to the trunk; the stage saw %q", log)
			}
			if got := strings.Contains(strings.Join(log, ", "), "connection_error r"); got == (tc.late && tc.loop == 0) {
				t.Errorf("the stage saw %q, want connection_error if there was an attempt before", log)
			}
			if tc.refused {
				d.Fail(errRefused)
				expectSent(n.Net, alice, "SIP/2.0 500 Connection Error")
			} else {
				d.Succeed()
				ours := &peer{n.Net, n.Loops[0], d.Conn}
				ours.send(respond(ours.expect("INVITE ")[0], "200 OK"))
				expectSent(n.Net, alice, "SIP/2.0 200 ")
			}
			n.end()
		})
	}
}

// TestAliasLimits: a trunk that varies its port gets so many aliases, and
// known ones cost nothing.
func TestAliasLimits(t *testing.T) {
	n := newTrunkNet(t, accepting)
	trunk := n.connect(0, trunkCert)
	for range 2 {
		for port := range 10 {
			n.ask(trunk, fmt.Sprintf("SIP/2.0/TLS trunk.example.com:%d;alias", 6000+port))
		}
	}
	n.expectAliases("8 there, 8 made, 4 refused, 0 used")
	if p, _, _ := n.call("OPTIONS", "sip:bob@trunk.example.com:6007;transport=tls", trunk); p == nil {
		t.Error("the eighth alias is not used")
	}
	if _, d, _ := n.call("OPTIONS", "sip:bob@trunk.example.com:6008;transport=tls", trunk); d == nil {
		t.Error("there is a ninth alias")
	}
	trunk.h.ClosePeer(trunk.c)
	n.expectAliases("0 there, 8 made, 4 refused, 1 used")
	n.end()
}

// TestAliasReload: what is switched off is not used, and is there again when it
// is switched on.
func TestAliasReload(t *testing.T) {
	n := newTrunkNet(t, accepting)
	trunk := n.connect(0, trunkCert)
	n.ask(trunk, aliasVia)
	for _, on := range []bool{false, true} {
		n.Spec.Limits.Aliases.Accept = on
		replace(n.Net, stages(trunks{}))
		if p, _, _ := n.call("OPTIONS", trunkURI, trunk); (p != nil) != on {
			t.Errorf("switched on %v: used %v", on, p != nil)
		}
	}
	trunk.h.ClosePeer(trunk.c)
	n.end()
}

// TestOfferAlias: our Via asks servers to send requests back where we have
// connected to them, if we are to, over TLS alone; and requests that come there are
// taken either way (RFC 5923 §8.1).
func TestOfferAlias(t *testing.T) {
	for _, offer := range []bool{false, true} {
		n := newTrunkNet(t, pipeline.Aliases{Accept: true, Offer: offer})
		offered := func(what, req string, want bool) {
			t.Helper()
			if via := pipelinetest.Header(req, "Via")[0]; strings.HasSuffix(via, ";alias") != want || strings.Contains(via, ";alias") != want {
				t.Errorf("offered is %v, %s: got Via %q", offer, what, via)
			}
		}
		_, d, _ := n.call("INVITE", trunkURI)
		d.SucceedPeer(&netio.PeerCert{Identities: trunkCert.Identities, Dialled: true})
		n.Sent()
		ours := &peer{n.Net, n.Loops[0], d.Conn}
		inv := ours.expect("INVITE ")[0]
		offered("TLS", inv, offer)
		ours.send(respond(inv, "486 Busy Here"))
		offered("ACK over TLS", ours.expect("ACK ")[0], offer)
		expectSent(n.Net, alice, "SIP/2.0 486 ")

		n.ask(ours, aliasVia)
		n.expectAliases("0 there, 0 made, 0 refused, 0 used") // there is no need: we can open it again
		n.FromUDP(alice, strings.ReplaceAll(request("OPTIONS", "1 ", "udp", ""), "call-1", "call-2"))
		offered("UDP", expectSent(n.Net, bob, "OPTIONS ")[0], false)
		ours.h.ClosePeer(ours.c)
		_, d, _ = n.call("OPTIONS", "sip:bob@trunk.example.com;transport=tcp")
		d.Succeed()
		offered("TCP", (&peer{n.Net, n.Loops[0], d.Conn}).expect("OPTIONS ")[0], false)
		n.Loops[0].ClosePeer(d.Conn)
		expectSent(n.Net, alice, "SIP/2.0 500 ")

		trunk := n.connect(0, trunkCert)
		n.ask(trunk, aliasVia)
		_, _, req := n.call("OPTIONS", trunkURI, trunk)
		offered("the trunk's own connection", req, false)
		trunk.h.ClosePeer(trunk.c)
		n.end()
	}
}
