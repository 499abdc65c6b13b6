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

func ethernet(p *pipeline.Profile) { p.UDPMTU = 1500 }

// sized is a request with a line that makes it n bytes long.
func sized(t *testing.T, method, toTag string, n int) string {
	t.Helper()
	short := request(method, "1 ", "fork", toTag, "Subject: \r\n")
	if len(short) > n {
		t.Fatalf("a %s is %d bytes long at least", method, len(short))
	}
	return strings.Replace(short, "Subject: ", "Subject: "+strings.Repeat("s", n-len(short)), 1)
}

// No request of more than 1300 bytes goes over UDP when the MTU is 1500, and
// none goes over TCP that comes nowhere near it (RFC 3261 §18.1.1).
func TestUDPBoundary(t *testing.T) {
	long := hop("bob", 500)
	long.Route = []byte("<sip:192.0.2.2:5062;lr;x=" + strings.Repeat("r", 300) + ">")
	renamed := hop("bob", 500)
	renamed.RequestURI = []byte("sip:" + strings.Repeat("b", 400) + "@192.0.2.2:5062")
	for _, c := range []struct {
		name   string
		hop    pipeline.Hop
		over   netio.Transport // alice's
		method string
		judge  *judge
	}{
		{"INVITE", hop("bob", 500), netio.UDP, "INVITE", &judge{}},
		{"OPTIONS", hop("bob", 500), netio.UDP, "OPTIONS", &judge{}},
		{"INVITE from a WebSocket", hop("bob", 500), netio.WS, "INVITE", &judge{}}, // two Record-Route with tokens
		{"a Route is added", long, netio.UDP, "INVITE", &judge{}},
		{"a longer Request-URI", renamed, netio.UDP, "INVITE", &judge{}},
		{"a stage adds a header", hop("bob", 500), netio.UDP, "INVITE", &judge{target: func(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
			b.Edits.AddHeaderEnd(x.Req, "X-Long", []byte(strings.Repeat("x", 300)))
			return pipeline.Continue
		}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			largest, smallest := 0, 1<<16 // over UDP, over TCP
			for size := 400; size < 1400; size += 29 {
				p := short
				ethernet(&p)
				n := newCall(t, &ways{hops: hops(c.hop)}, p, c.judge)
				msg := sized(t, c.method, "", size)
				if c.over == netio.WS {
					connect(n.Net, netio.WS, alice).send(over("WS", msg))
				} else {
					n.FromUDP(alice, msg)
				}
				n.settle(false)
				if n.dials["bob"] != nil {
					n.do("bob accepts")
					smallest = min(smallest, len(n.got["bob"]))
				} else {
					largest = max(largest, len(n.got["bob"]))
				}
				if got := n.Count("sluice_sip_requests_widened_total") == 1; got != (n.dials["bob"] != nil) {
					t.Errorf("%d bytes: counted: %t", size, got)
				}
				n.do("bob 404")
				n.end()
			}
			if largest > 1300 {
				t.Errorf("%d bytes went over UDP, want 1300 at most", largest)
			}
			if smallest < 1000 {
				t.Errorf("%d bytes went over TCP, want at least 1000", smallest)
			}
		})
	}
}

// What becomes of a request that is too large for UDP.
func TestTooLargeForUDP(t *testing.T) {
	both := map[string][]pipeline.Target{"bob": {udp("bob"), udp("carol")}}
	for _, c := range []struct {
		name    string
		profile func(p *pipeline.Profile)
		targets map[string][]pipeline.Target
		hops    []pipeline.Hop
		steps   []string
		via     string // what bob got first is said to come over this
		causes  string
	}{
		{"goes over TCP", ethernet, nil, nil, []string{
			"INVITE > dial bob",
			"bob accepts > bob INVITE",
			"bob 180 > alice 180",
			"CANCEL > bob CANCEL",
			"bob 487 > alice 487, bob ACK", // all of it over TCP
		}, "TCP", ""},
		{"any MTU", func(*pipeline.Profile) {}, nil, nil, []string{
			"INVITE > bob INVITE",
			"bob 404 > bob ACK, alice 404",
		}, "UDP", ""},
		{"a large MTU", func(p *pipeline.Profile) { p.UDPMTU = 9000 }, nil, nil, []string{
			"INVITE > bob INVITE",
			"bob 404 > bob ACK, alice 404",
		}, "UDP", ""},
		{"an MTU of nothing", func(p *pipeline.Profile) { p.UDPMTU = 200 }, nil, nil, []string{
			"INVITE > bob INVITE",
			"bob 404 > bob ACK, alice 404",
		}, "UDP", ""},
		{"no TCP there", ethernet, nil, nil, []string{
			"INVITE > dial bob",
			"bob refuses > bob INVITE",
			"bob 404 > bob ACK, alice 404",
		}, "UDP", "connection_error"},
		{"no TCP there, nor an answer, nor anybody else", ethernet, both, nil, []string{
			"INVITE > dial bob",
			"bob refuses > bob INVITE",
			"wait 4100ms > dial carol",
			"carol refuses > carol INVITE",
			"wait 4100ms > alice 408",
		}, "UDP", "connection_error, client_timeout, connection_error, client_timeout"},
		{"over TCP to somebody else", ethernet, both, nil, []string{
			"INVITE > dial bob",
			"bob accepts > bob INVITE",
			"bob 503 > dial carol, bob ACK",
			"carol accepts > carol INVITE",
			"carol 200 > alice 200",
		}, "TCP", ""},
		{"the caller gives up before it is known that there is no TCP", ethernet, nil, nil, []string{
			"INVITE > dial bob",
			"CANCEL >",
			"bob refuses > alice 487",
		}, "", "connection_error"},
		{"both branches", ethernet, nil, bobAndCarol, []string{
			"INVITE > dial bob, dial carol",
			"carol refuses > carol INVITE",
			"bob accepts > bob INVITE",
			"carol 200 > alice 200",
			"bob 100 > bob CANCEL " + elsewhere,
			"bob 487 > bob ACK",
		}, "TCP", "connection_error"},
		{"no INVITE", ethernet, nil, nil, []string{
			"OPTIONS > dial bob",
			"bob refuses > bob OPTIONS",
			"bob 404 > alice 404",
		}, "UDP", "connection_error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := short
			c.profile(&p)
			w := &ways{hops: c.hops, targets: c.targets}
			if w.hops == nil {
				w.hops = hops(hop("bob", 500))
			}
			j := &judge{}
			n := newCall(t, w, p, j)
			n.lines = []string{"Subject: " + strings.Repeat("s", 1200)}
			n.run(c.steps)
			if got := strings.Join(j.causes, ", "); got != c.causes {
				t.Errorf("the stage saw %q, want %q", got, c.causes)
			}
			for _, what := range []string{"bob INVITE", "bob ACK", "bob CANCEL", "bob OPTIONS"} {
				if via := n.header(what, "Via"); via != "" && !strings.HasPrefix(via, "SIP/2.0/"+c.via+" ") {
					t.Errorf("%s: Via is %s, want %s", what, via, c.via)
				}
			}
			n.end()
		})
	}
}

// Where we do not speak TCP ourselves, it goes over UDP.
func TestTooLargeWithoutTCP(t *testing.T) {
	p := short
	ethernet(&p)
	c := newCall(t, &ways{hops: hops(hop("bob", 500))}, p)
	c.Edge.SetListeners([]*netio.Listener{c.UDP})
	c.lines = []string{"Subject: " + strings.Repeat("s", 1200)}
	c.run([]string{"INVITE > bob INVITE", "bob 200 > alice 200"})
	c.end()
}

// An ACK for a 2xx is a request of its own: its size decides.
func TestTooLargeAck(t *testing.T) {
	for _, size := range []int{600, 1301} {
		p := short
		ethernet(&p)
		c := newCall(t, &ways{hops: hops(hop("bob", 500))}, p)
		c.FromUDP(alice, strings.Replace(sized(t, "ACK", "b1", size), "z9hG4bKfork", "z9hG4bKack", 1))
		c.settle(false)
		if got, want := c.dials["bob"] != nil, size > 1300; got != want {
			t.Errorf("an ACK of %d bytes: dialled %t, want %t", size, got, want)
		} else if got {
			c.do("bob accepts")
		}
		if c.texts["bob ACK"] == "" {
			t.Errorf("an ACK of %d bytes has not arrived", size)
		}
		c.end()
	}
}

// A request that has a connection to go by goes by that, and one over TCP
// stays there.
func TestTooLargeForFlows(t *testing.T) {
	p := short
	ethernet(&p)
	w := &ways{hops: hops(hop("bob", 500)), targets: map[string][]pipeline.Target{}}
	n := newCall(t, w, p)
	phone := connect(n.Net, netio.WS, "192.0.2.77:4000")
	w.targets["bob"] = []pipeline.Target{{Flow: phone.c.ID(), Transport: netio.WS}}
	n.lines = []string{"Subject: " + strings.Repeat("s", 1200)}
	n.run([]string{"OPTIONS >"})
	phone.send(respond(phone.expect("OPTIONS ")[0], "200 OK"))
	if got := n.Count("sluice_sip_requests_widened_total"); got != 0 {
		t.Errorf("%d widened, want 0", got)
	}
	n.settle(false)
	if n.texts["alice 200"] == "" {
		t.Error("alice got no 200")
	}
	n.end()
}

// The address over TCP is that over UDP, and one connection serves all.
func TestTooLargeTwice(t *testing.T) {
	p := short
	ethernet(&p)
	n := pipelinetest.New(t, stages(&ways{hops: hops(hop("bob", 500))}), pipelinetest.Options{Profile: p})
	for i := range 2 {
		n.FromUDP(alice, strings.Replace(sized(t, "OPTIONS", "", 1301), "z9hG4bKfork", fmt.Sprint("z9hG4bK", i), 1))
	}
	d := dial(n, bob)
	if d.Remote != netip.MustParseAddrPort(bob) {
		t.Errorf("dialled %v, want %s", d.Remote, bob)
	}
	d.Succeed()
	callee := &peer{n, n.Loops[0], d.Conn}
	for _, msg := range callee.expect("OPTIONS ", "OPTIONS ") {
		callee.send(respond(msg, "200 OK"))
	}
	expectSent(n, alice, "SIP/2.0 200 ", "SIP/2.0 200 ")
	n.Advance(40 * time.Second)
	n.Idle()
}

// That somebody does not take TCP is remembered for requests that are too large
// for UDP. It is no reason to pass over him where TCP is asked for.
func TestNoTCPIsRemembered(t *testing.T) {
	p := short
	ethernet(&p)
	w := &ways{hops: hops(hop("bob", 500))}
	c := newCall(t, w, p)
	c.lines = []string{"Subject: " + strings.Repeat("s", 1200)}
	c.run([]string{"INVITE > dial bob", "bob refuses > bob INVITE", "bob 200 > alice 200"})
	c.again()
	c.run([]string{"INVITE > bob INVITE", "bob 200 > alice 200"})
	c.again()
	c.lines = nil
	w.targets = map[string][]pipeline.Target{"bob": {tcp("bob"), udp("carol")}}
	c.run([]string{"INVITE > dial bob", "bob accepts > bob INVITE", "bob 200 > alice 200"})
	c.again()
	c.Advance(10 * time.Minute)
	w.targets, c.lines = nil, []string{"Subject: " + strings.Repeat("s", 1200)}
	c.Loops[0].ClosePeer(c.Loops[0].Loop().ConnTo(netio.TCP, netip.MustParseAddrPort(bob)))
	c.run([]string{"INVITE > dial bob", "bob accepts > bob INVITE", "bob 200 > alice 200"})
	c.end()
}
