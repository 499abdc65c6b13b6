package target_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
	_ "sluice/stages/target"
)

// The chain under test: a stage that finds the hops of a test, and target.
func init() {
	pipeline.Register(pipeline.Info{ID: "test-hops", New: func() pipeline.Module { return module{} }, Gives: []pipeline.Fact{pipeline.FactRoute}})
}

var chain = []string{"test-hops", "target"}

type module struct{}

func (module) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) {
	return pipeline.RequestFunc(func(x *pipeline.Exchange) pipeline.Verdict {
		for _, h := range hops {
			x.AddHop(h)
		}
		return pipeline.Continue
	}), nil
}

// hops are those of the test at hand.
var hops []pipeline.Hop

const (
	alice = "192.0.2.1:5060"
	bob   = "192.0.2.2:5060"
)

// newNet is a Net with listeners for IPv4, besides those that are named.
func newNet(t *testing.T, more ...*netio.Listener) *pipelinetest.Net {
	t.Helper()
	n := pipelinetest.New(t, nil, pipelinetest.Options{Stages: chain, Domains: []string{"sluice.example"}})
	n.Edge.SetListeners(append([]*netio.Listener{n.UDP, n.TCP, n.WS}, more...))
	return n
}

func udp6() *netio.Listener {
	return netiotest.NewListener(3, netio.UDP, "[2001:db8::254]:5060")
}

func tls() *netio.Listener { return netiotest.NewListener(4, netio.TLS, "192.0.2.254:5061") }

func request(method, uri string, lines ...string) string {
	text := method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK1\r\n" +
		"From: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>\r\nCall-ID: c1\r\nCSeq: 1 " + method + "\r\n"
	for _, line := range lines {
		text += line + "\r\n"
	}
	return text + "Content-Length: 0\r\n\r\n"
}

// where sends a request and tells where it went: "udp ADDRESS", "dial
// TRANSPORT ADDRESS", or the answer.
func where(n *pipelinetest.Net, msg string) string {
	n.FromUDP(alice, msg)
	for _, d := range n.Loops[0].Dials() {
		return "dial " + d.Conn.Transport().String() + " " + d.Remote.String()
	}
	for _, p := range n.Sent() {
		status, answer := strings.CutPrefix(pipelinetest.StartLine(p.Text), "SIP/2.0 ")
		switch {
		case !answer:
			return "udp " + p.To
		case status[0] != '1':
			return status
		}
	}
	return "nothing"
}

const (
	unsupported = "478 Unsupported transport"
	noDNS       = "478 Destination Requires Unsupported DNS Resolution"
	noScheme    = "416 Unsupported URI scheme"
)

// uris say where a URI leads, be it the Request-URI or that of a hop.
var uris = []struct{ uri, want string }{
	{"sip:192.0.2.2", "udp 192.0.2.2:5060"},
	{"sip:bob@192.0.2.2", "udp 192.0.2.2:5060"},
	{"sip:bob@192.0.2.2:5070", "udp 192.0.2.2:5070"},
	{"sip:bob:secret@192.0.2.2:65535;x=y?subject=z", "udp 192.0.2.2:65535"},
	{"sip:bob@192.0.2.2;transport=udp", "udp 192.0.2.2:5060"},
	{"sip:bob@192.0.2.2;transport=tcp", "dial tcp 192.0.2.2:5060"},
	{"sip:bob@192.0.2.2:5070;transport=TCP", "dial tcp 192.0.2.2:5070"},
	{"sip:bob@192.0.2.2;transport=tls", "dial tls 192.0.2.2:5061"},
	{"sip:bob@192.0.2.2:5060;transport=tls", "dial tls 192.0.2.2:5060"},
	{"sips:bob@192.0.2.2", "dial tls 192.0.2.2:5061"},
	{"sips:bob@192.0.2.2:5070", "dial tls 192.0.2.2:5070"},
	{"sips:bob@192.0.2.2;transport=tcp", "dial tls 192.0.2.2:5061"}, // RFC 3261 §26.2.2
	{"sips:bob@192.0.2.2;transport=tls", "dial tls 192.0.2.2:5061"},
	{"sips:bob@192.0.2.2;transport=udp", unsupported},
	{"sip:bob@192.0.2.2;transport=ws", unsupported}, // nobody connects to a WebSocket client
	{"sip:bob@192.0.2.2;transport=wss", unsupported},
	{"sip:bob@192.0.2.2;transport=sctp", unsupported},
	{"sip:bob@192.0.2.2;transport=pigeon", unsupported},

	{"sip:bob@[2001:db8::2]", "udp [2001:db8::2]:5060"},
	{"sip:bob@[2001:DB8:0::2]:5070;transport=udp", "udp [2001:db8::2]:5070"},
	{"sip:bob@[::ffff:192.0.2.2]", "udp 192.0.2.2:5060"},

	{"sip:bob@192.0.2.3;maddr=192.0.2.2", "udp 192.0.2.2:5060"},
	{"sip:bob@192.0.2.3:5070;maddr=192.0.2.2;transport=tcp", "dial tcp 192.0.2.2:5070"},
	{"sip:bob@example.com;maddr=192.0.2.2", "udp 192.0.2.2:5060"},
	{"sip:bob@example.com;maddr=[2001:db8::2]", "udp [2001:db8::2]:5060"},
	{"sip:bob@192.0.2.2;maddr=example.com", noDNS},
	{"sip:bob@192.0.2.2;maddr=192.0.2.254", "udp 192.0.2.2:5060"}, // it has led here (RFC 3261 §16.4)

	{"sip:bob@example.com", noDNS},
	{"sip:bob@example.com:5060;transport=tcp", noDNS},
	{"sip:bob@localhost", noDNS},
	{"sip:bob@300.0.2.2", noDNS},

	{"tel:+15551234", noScheme},
	{"http://192.0.2.2/", noScheme},
	{"sip:", noScheme},

	{"sip:bob@192.0.2.254", "404 Not Found"}, // these are our own
	{"sip:bob@192.0.2.254:5060;transport=tcp", "404 Not Found"},
	{"sip:bob@sluice.example", "404 Not Found"},
}

func TestURIs(t *testing.T) {
	for _, c := range uris {
		for _, place := range []struct {
			name string
			hop  pipeline.Hop
			msg  string
		}{
			{"Request-URI", pipeline.Hop{}, request("OPTIONS", c.uri)},
			{"next", pipeline.Hop{Next: []byte(c.uri)}, request("OPTIONS", "sip:carol@198.51.100.1")},
			{"new Request-URI", pipeline.Hop{RequestURI: []byte(c.uri)}, request("OPTIONS", "sip:carol@198.51.100.1")},
			{"Path", pipeline.Hop{RequestURI: []byte("sip:carol@198.51.100.1"), Route: []byte("<" + c.uri + ">, <sip:198.51.100.2;lr>")}, request("OPTIONS", "sip:carol@198.51.100.1")},
			{"Route", pipeline.Hop{}, request("OPTIONS", "sip:carol@198.51.100.1", "Route: <"+c.uri+">, <sip:198.51.100.2;lr>")},
		} {
			want := c.want
			if c.uri == "sip:" && place.name == "Route" {
				want = "udp 198.51.100.1:5060" // stage sanity refuses it; what is no URI leads nowhere
			}
			hops = []pipeline.Hop{place.hop}
			n := newNet(t, udp6(), tls())
			if got := where(n, place.msg); got != want {
				t.Errorf("%s as %s: got %q, want %q", c.uri, place.name, got, want)
			}
		}
	}
}

// What a hop says is on the wire; the rest of the request stays.
func TestHops(t *testing.T) {
	const carol = "sip:carol@example.com"
	for _, c := range []struct {
		name  string
		hop   pipeline.Hop
		uri   string // Request-URI as it goes out
		route string
	}{
		{"next", pipeline.Hop{Next: []byte("sip:192.0.2.2")}, carol, ""},
		{"new Request-URI", pipeline.Hop{RequestURI: []byte("sip:bob@192.0.2.2")}, "sip:bob@192.0.2.2", ""},
		{"Path", pipeline.Hop{RequestURI: []byte("sip:bob@10.0.0.7"), Route: []byte("<sip:p1@192.0.2.2;lr>, <sip:p2@198.51.100.2;lr>")},
			"sip:bob@10.0.0.7", "<sip:p1@192.0.2.2;lr>, <sip:p2@198.51.100.2;lr>"}, // RFC 3327 §5.3
	} {
		hops = []pipeline.Hop{c.hop}
		n := newNet(t)
		n.FromUDP(alice, request("OPTIONS", carol))
		got := n.SentTo(bob)
		if line := pipelinetest.StartLine(got); line != "OPTIONS "+c.uri+" SIP/2.0" {
			t.Errorf("%s: got %q, want %s in it", c.name, line, c.uri)
		}
		if route := strings.Join(pipelinetest.Header(got, "Route"), "|"); route != c.route {
			t.Errorf("%s: Route %q, want %q", c.name, route, c.route)
		}
	}
}

func TestListenersDecide(t *testing.T) {
	only := func(list ...*netio.Listener) func(n *pipelinetest.Net) {
		return func(n *pipelinetest.Net) { n.Edge.SetListeners(list) }
	}
	udp := netiotest.NewListener(0, netio.UDP, "192.0.2.254:5060")
	tcp6 := netiotest.NewListener(5, netio.TCP, "[2001:db8::254]:5060")
	for _, c := range []struct {
		name, uri string
		listeners func(n *pipelinetest.Net)
		want      string
	}{
		{"no IPv6", "sip:bob@[2001:db8::2]", only(udp), "478 Destination Requires Unsupported IPv6"},
		{"no IPv4", "sip:bob@192.0.2.2", only(udp6()), "478 Destination Requires Unsupported IPv4"},
		{"no IPv4, written as IPv6", "sip:bob@[::ffff:192.0.2.2]", only(udp6()), "478 Destination Requires Unsupported IPv4"},
		{"no IPv4 over TCP", "sip:bob@192.0.2.2;transport=tcp", only(udp, tcp6), "478 Destination Requires Unsupported IPv4"},
		{"IPv6 over TCP", "sip:bob@[2001:db8::2];transport=tcp", only(udp, tcp6), "dial tcp [2001:db8::2]:5060"},
		{"no TCP", "sip:bob@192.0.2.2;transport=tcp", only(udp), unsupported},
		{"no TLS", "sips:bob@192.0.2.2", only(udp, tcp6), unsupported},
		{"both families", "sip:bob@[2001:db8::2]", only(udp, udp6()), "udp [2001:db8::2]:5060"},
	} {
		hops = []pipeline.Hop{{}}
		n := newNet(t)
		c.listeners(n)
		if got := where(n, request("OPTIONS", c.uri)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

var errRefused = errors.New("connection refused")

// Hops are tried in the order of their q; those that lead nowhere are passed
// over, and the best reason is the answer, of equal ones the first (RFC 3261
// §16.7 step 6).
func TestSeveralHops(t *testing.T) {
	next := func(uri string) pipeline.Hop { return pipeline.Hop{Next: []byte(uri)} }
	for _, c := range []struct {
		name string
		hops []pipeline.Hop
		want []string // as dials are refused, one after the other
	}{
		{"none", nil, []string{"500 Server Internal Error"}},
		{"names only", []pipeline.Hop{next("sip:a.example"), next("sip:b.example")}, []string{noDNS}},
		{"of two reasons the first", []pipeline.Hop{next("sip:a.example"), next("tel:1")}, []string{noDNS}},
		{"a name and an address", []pipeline.Hop{next("sip:a.example"), next("sip:192.0.2.2")}, []string{"udp " + bob}},
		{"an address and a name", []pipeline.Hop{next("sip:192.0.2.2;transport=tcp"), next("sip:a.example")}, []string{"dial tcp " + bob, noDNS}},
		{"one that does not answer", []pipeline.Hop{next("sip:192.0.2.3;transport=tcp"), next("sip:192.0.2.2")}, []string{"dial tcp 192.0.2.3:5060", "udp " + bob}},
		{"two that do not", []pipeline.Hop{next("sip:192.0.2.3;transport=tcp"), next("sip:192.0.2.2;transport=tcp")},
			[]string{"dial tcp 192.0.2.3:5060", "dial tcp 192.0.2.2:5060", "500 Connection Error"}},
		{"a transport that we lack, and an address", []pipeline.Hop{next("sips:192.0.2.2"), next("sip:192.0.2.2")}, []string{"udp " + bob}},
	} {
		hops = c.hops
		for i := range hops {
			hops[i].Q = sip.QMax - uint16(i)
		}
		n := newNet(t)
		n.FromUDP(alice, request("INVITE", "sip:carol@198.51.100.1"))
		var got []string
		for len(got) < len(c.want) {
			step := "nothing"
			var dial *netiotest.Dial
			for _, dial = range n.Loops[0].Dials() {
				step = "dial " + dial.Conn.Transport().String() + " " + dial.Remote.String()
			}
			for _, p := range n.Sent() {
				if status, ok := strings.CutPrefix(pipelinetest.StartLine(p.Text), "SIP/2.0 "); !ok {
					step = "udp " + p.To
				} else if status[0] != '1' {
					step = status
				}
			}
			got = append(got, step)
			if dial != nil {
				dial.Fail(errRefused)
			}
		}
		if strings.Join(got, ", ") != strings.Join(c.want, ", ") {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		n.Advance(80 * time.Second)
		n.Sent()
		n.Idle()
	}
}

// A hop that names a connection goes over it, and by its address only if that
// is another way.
func TestFlows(t *testing.T) {
	n := newNet(t)
	h := n.Loops[0]
	open := func(port uint16) *netio.Conn {
		return h.Open(netio.TCP, n.TCP, netip.AddrPortFrom(netip.MustParseAddr("192.0.2.2"), port))
	}
	there, gone := open(40001), open(40002)
	h.ClosePeer(gone)
	for i, c := range []struct {
		name string
		hop  pipeline.Hop
		want string
	}{
		{"there", pipeline.Hop{Flow: there.ID(), Transport: netio.TCP}, "flow"},
		{"there, the only way", pipeline.Hop{Flow: there.ID(), Transport: netio.TCP, FlowOnly: true}, "flow"},
		{"gone", pipeline.Hop{Flow: gone.ID(), Transport: netio.TCP}, "udp 192.0.2.2:5060"},
		{"gone, but for a Contact", pipeline.Hop{Flow: gone.ID(), Transport: netio.TCP, RequestURI: []byte("sip:bob@192.0.2.2:5070")}, "udp 192.0.2.2:5070"},
		{"gone, the only way", pipeline.Hop{Flow: gone.ID(), Transport: netio.TCP, FlowOnly: true}, "430 Flow Failed"},
		{"gone, with a name", pipeline.Hop{Flow: gone.ID(), Transport: netio.TCP, RequestURI: []byte("sip:bob@example.com")}, "430 Flow Failed"},
		{"of a loop that is not there", pipeline.Hop{Flow: netio.ConnID(200)<<56 | 1, Transport: netio.WS, FlowOnly: true}, "430 Flow Failed"},
	} {
		hops = []pipeline.Hop{c.hop}
		msg := strings.Replace(request("OPTIONS", "sip:bob@192.0.2.2"), "z9hG4bK1", "z9hG4bK1"+string(rune('a'+i)), 1)
		got := where(n, msg)
		if over := string(h.Written(there)); strings.HasPrefix(over, "OPTIONS ") {
			got = "flow"
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	n.Advance(80 * time.Second)
	n.Sent()
	n.Idle()
}

// A stream connection to the very address is used again, whoever opened it.
func TestConnectionReuse(t *testing.T) {
	hops = []pipeline.Hop{{}}
	n := newNet(t)
	h := n.Loops[0]
	c := h.Open(netio.TCP, n.TCP, netip.MustParseAddrPort("192.0.2.2:5070"))
	n.FromUDP(alice, request("OPTIONS", "sip:bob@192.0.2.2:5070;transport=tcp"))
	if got := string(h.Written(c)); !strings.HasPrefix(got, "OPTIONS ") || len(h.Dials()) != 0 {
		t.Errorf("the connection that bob opened got %q, want the request", got)
	}
	n.FromUDP(alice, strings.Replace(request("OPTIONS", "sip:bob@192.0.2.2:5071;transport=tcp"), "z9hG4bK1", "z9hG4bK2", 1))
	if got := string(h.Written(c)); got != "" || len(h.Dials()) != 1 {
		t.Errorf("a request to another port goes over it: %q", got)
	}
}

func TestNeedsRoute(t *testing.T) {
	n := newNet(t)
	n.Spec.Stages = chain[1:]
	if _, err := pipeline.Build(n.Spec, n.NetLoops()); err == nil || !strings.Contains(err.Error(), `stage 1, target, needs "route"`) {
		t.Errorf("got %v, want that target needs route", err)
	}
}

// Over TLS a server has to prove that it is the host of the URI (RFC 5922 §7.3),
// and a connection to it is good for that host alone.
func TestServerName(t *testing.T) {
	hops = []pipeline.Hop{{}}
	n := newNet(t, tls(), udp6())
	ask := func(branch, uri string) *netiotest.Dial {
		n.FromUDP(alice, strings.Replace(request("OPTIONS", uri), "z9hG4bK1", "z9hG4bK"+branch, 1))
		if dials := n.Loops[0].Dials(); len(dials) > 0 {
			return dials[0]
		}
		return nil
	}
	d := ask("1", "sips:bob@192.0.2.2")
	if d == nil || d.Conn.ServerName() != "192.0.2.2" {
		t.Fatalf("dialled %v, want 192.0.2.2 by that name", d)
	}
	d.Succeed()
	if d := ask("2", "sips:bob@192.0.2.2"); d != nil {
		t.Errorf("dialled %s again", d.Remote)
	}
	d = ask("3", "sips:bob@example.com;maddr=192.0.2.2")
	if d == nil || d.Conn.ServerName() != "example.com" {
		t.Fatalf("a maddr: dialled %v, want a connection of its own, to example.com", d)
	}
	d.Fail(netio.ErrPeerCert)
	if got := pipelinetest.StartLine(n.SentTo(alice)); got != "SIP/2.0 500 TLS Validation Failed" {
		t.Errorf("a certificate that is another's: alice got %q", got)
	}
}
