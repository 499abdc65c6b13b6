package looseroute_test

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
	_ "sluice/stages/looseroute"
	_ "sluice/stages/maxforwards"
	"sluice/stages/route"
	_ "sluice/stages/sanity"
	_ "sluice/stages/target"
)

// Alice may call; nobody else may send anything unless a route of ours
// vouches for it.
const (
	alice   = "192.0.2.1:5060"
	bob     = "192.0.2.2:5062"
	mallory = "203.0.113.66:5060"
	carol   = "198.51.100.7:5060" // a proxy of others

	aliceURI = "sip:alice@192.0.2.1:5060"
	bobURI   = "sip:bob@192.0.2.2:5062"
)

// rules are the settings of stage route.
type rules []route.Rule

func (r rules) Decode(dst any) error {
	dst.(*route.Route).Rule = r
	return nil
}

func newNet(t *testing.T) *pipelinetest.Net {
	t.Helper()
	return pipelinetest.New(t, nil, pipelinetest.Options{
		Stages: []string{"sanity", "max-forwards", "loose-route", "route", "target"},
		Decode: func(stage string) pipeline.Settings {
			if stage != "route" {
				return nil
			}
			return rules{{Sources: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}}}
		},
	})
}

// Who sends a request, by From and To.
const (
	fromAlice = "From: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>;tag=b1\r\n"
	fromBob   = "From: <sip:bob@example.com>;tag=b1\r\nTo: <sip:alice@example.com>;tag=a1\r\n"
	noDialog  = "From: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>\r\n"
)

var serial int

// request is a request of call c1, with a branch of its own and these header
// lines.
func request(method, uri, parties string, lines ...string) string {
	serial++
	text := method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bK" + strconv.Itoa(serial) + "\r\n" +
		parties + "Call-ID: c1\r\nCSeq: 1 " + method + "\r\n"
	for _, line := range lines {
		text += line + "\r\n"
	}
	return text + "Content-Length: 0\r\n\r\n"
}

// answer is the response that the receiver of a request gives.
func answer(req, status string) string {
	text := "SIP/2.0 " + status + "\r\n"
	for _, name := range []string{"Via", "Record-Route", "From", "To", "Call-ID", "CSeq"} {
		for _, v := range pipelinetest.Header(req, name) {
			text += name + ": " + v + "\r\n"
		}
	}
	return text + "Content-Length: 0\r\n\r\n"
}

// routes returns the Route header lines of the callee, who got req, or those
// of the caller: the same in reverse (RFC 3261 §12.1).
func routes(req string, caller bool) (lines []string) {
	for _, v := range pipelinetest.Header(req, "Record-Route") {
		if caller {
			lines = append([]string{"Route: " + v}, lines...)
		} else {
			lines = append(lines, "Route: "+v)
		}
	}
	return lines
}

// went sends a request by UDP and tells what came of it: who got it, or what
// the sender was answered; and the message.
func went(n *pipelinetest.Net, from, msg string) (string, string) {
	n.TB.Helper()
	n.FromUDP(from, msg)
	for _, d := range n.Loops[0].Dials() {
		return "dial " + d.Remote.String(), ""
	}
	for _, p := range n.Sent() {
		status, answered := strings.CutPrefix(pipelinetest.StartLine(p.Text), "SIP/2.0 ")
		switch {
		case !answered:
			return p.To, p.Text
		case status[0] != '1':
			return status, p.Text
		}
	}
	return "nothing", ""
}

// call sets a call from alice to bob up and returns the INVITE as bob got it.
func call(t *testing.T, n *pipelinetest.Net) string {
	t.Helper()
	to, inv := went(n, alice, request("INVITE", bobURI, noDialog))
	if to != bob || len(pipelinetest.Header(inv, "Record-Route")) != 1 {
		t.Fatalf("the INVITE went to %s:\n%s\nwant to bob, with our Record-Route", to, inv)
	}
	n.FromUDP(bob, answer(inv, "200 OK"))
	n.SentTo(alice)
	return inv
}

// with is what a message has in a header field.
func with(msg, name string) string { return strings.Join(pipelinetest.Header(msg, name), "|") }

// A dialog over UDP: what follows the INVITE goes both ways, from anywhere,
// with the route that we gave and not without.
func TestDialog(t *testing.T) {
	n := newNet(t)
	inv := call(t, n)
	callers, callees := routes(inv, true), routes(inv, false)
	for _, c := range []struct{ name, from, msg, want string }{
		{"alice's ACK", alice, request("ACK", bobURI, fromAlice, callers...), bob},
		{"alice's re-INVITE", alice, request("INVITE", bobURI, fromAlice, callers...), bob},
		{"alice's BYE from another address", "192.0.2.77:1025", request("BYE", bobURI, fromAlice, callers...), bob},
		{"bob's re-INVITE", bob, request("INVITE", aliceURI, fromBob, callees...), alice},
		{"bob's BYE", bob, request("BYE", aliceURI, fromBob, callees...), alice},
		{"bob's ACK", bob, request("ACK", aliceURI, fromBob, callees...), alice},
		{"bob's INFO to where alice has moved", bob, request("INFO", "sip:alice@192.0.2.78:5099", fromBob, callees...), "192.0.2.78:5099"},
		{"bob's UPDATE over TCP", bob, request("UPDATE", aliceURI+";transport=tcp", fromBob, callees...), "dial " + alice},

		{"bob's BYE without a Route", bob, request("BYE", aliceURI, fromBob), "403 Forbidden"},
		{"bob's ACK without a Route", bob, request("ACK", aliceURI, fromBob), "nothing"},
		{"mallory's INVITE", mallory, request("INVITE", bobURI, noDialog), "403 Forbidden"},
	} {
		to, got := went(n, c.from, c.msg)
		if to != c.want {
			t.Errorf("%s went to %s, want %s", c.name, to, c.want)
		}
		if r, rr := with(got, "Route"), with(got, "Record-Route"); r != "" || rr != "" {
			t.Errorf("%s has Route %q and Record-Route %q, want neither", c.name, r, rr)
		}
	}
	if signed := n.Count("sluice_loose_route_signed_total"); signed != 8 {
		t.Errorf("%d requests counted that follow a route of ours, want 8", signed)
	}
	n.Advance(250 * time.Second) // Timer C of the re-INVITEs, and what comes of it
	n.Sent()
	for _, d := range n.Loops[0].Dials() {
		t.Errorf("dialled %s", d.Remote)
	}
}

// What is not signed for this call is judged by the rules.
func TestUnsigned(t *testing.T) {
	n := newNet(t)
	inv := call(t, n)
	signed := routes(inv, false)[0]
	at := strings.Index(signed, "@")
	other := "x"
	if signed[at-1] == 'x' {
		other = "y"
	}
	changed := signed[:at-1] + other + signed[at:]
	another := strings.Replace(request("BYE", aliceURI, fromBob, signed), "Call-ID: c1", "Call-ID: c2", 1)
	const ours, oursTCP = "Route: <sip:192.0.2.254;lr>", "Route: <sip:192.0.2.254:5060;transport=tcp;lr>"
	for _, c := range []struct{ name, from, msg, want string }{
		{"a token that was changed", bob, request("BYE", aliceURI, fromBob, changed), "403 Forbidden"},
		{"a token that was cut", bob, request("BYE", aliceURI, fromBob, strings.Replace(signed, "<sip:", "<sip:A", 1)), "403 Forbidden"},
		{"a token of another call", bob, another, "403 Forbidden"},
		{"a token in the Request-URI alone", bob, request("BYE", strings.TrimSuffix(strings.TrimPrefix(signed, "Route: <"), ">"), fromBob), "403 Forbidden"},
		{"no token, from bob", bob, request("INVITE", aliceURI, noDialog, ours), "403 Forbidden"},
		{"no token, as if in a dialog", mallory, request("BYE", bobURI, fromAlice, ours), "403 Forbidden"},
		{"no token, then foreign", mallory, request("INVITE", bobURI, noDialog, ours, "Route: <sip:198.51.100.7;lr>"), "403 Forbidden"},
		{"foreign, from mallory", mallory, request("INVITE", bobURI, noDialog, "Route: <sip:198.51.100.7;lr>"), "403 Forbidden"},
		{"foreign, and ours with a token behind it", mallory, request("INVITE", bobURI, fromAlice, "Route: <sip:198.51.100.7;lr>", signed), "403 Forbidden"},

		{"no token, from alice", alice, request("INVITE", bobURI, noDialog, ours), bob},
		{"no token, from alice, twice", alice, request("MESSAGE", bobURI, noDialog, ours+", <sip:192.0.2.254;lr>"), bob},
		{"no token, from alice over UDP with transport", alice, request("MESSAGE", bobURI, noDialog, oursTCP), bob},
		{"a token of another call, from alice", alice, strings.Replace(request("MESSAGE", bobURI, fromAlice, signed), "Call-ID: c1", "Call-ID: c2", 1), bob},
	} {
		to, got := went(n, c.from, c.msg)
		if to != c.want {
			t.Errorf("%s: went to %s, want %s", c.name, to, c.want)
		}
		if r := with(got, "Route"); r != "" {
			t.Errorf("%s: has Route %q, want none", c.name, r)
		}
	}
	if got := n.Count("sluice_loose_route_signed_total"); got != 0 {
		t.Errorf("%d requests counted that follow a route of ours, want none", got)
	}
	if got := n.Count("sluice_loose_route_unsigned_total"); got != 10 {
		t.Errorf("%d requests counted with a Route that only names us, want 10", got)
	}
}

// Where another server's Route is left, the request goes there, whatever our
// own says of connections.
func TestForeignRoutes(t *testing.T) {
	n := newNet(t)
	inv := call(t, n)
	signed := routes(inv, false)[0]
	const foreign, behind = "<sip:198.51.100.7;lr>", "<sip:p2@198.51.100.8;lr>"
	for _, c := range []struct {
		name, from, msg, want, left string
	}{
		{"after ours", bob, request("BYE", aliceURI, fromBob, signed, "Route: "+foreign), carol, foreign},
		{"after ours, in a list", bob, request("BYE", aliceURI, fromBob, signed+", "+foreign+", "+behind), carol, foreign + ", " + behind},
		{"after ours, over TCP", bob, request("BYE", aliceURI, fromBob, signed, "Route: <sip:198.51.100.7;transport=tcp;lr>"), "dial " + carol, ""},
		{"after ours, a name", bob, request("BYE", aliceURI, fromBob, signed, "Route: <sip:proxy.example;lr>"), "478 Destination Requires Unsupported DNS Resolution", ""},
		{"first, from alice", alice, request("INVITE", bobURI, noDialog, "Route: "+foreign, "Route: "+behind), carol, foreign + "|" + behind},
		{"after ours without a token, from alice", alice, request("INVITE", bobURI, noDialog, "Route: <sip:192.0.2.254;lr>, "+foreign), carol, foreign},
	} {
		to, got := went(n, c.from, c.msg)
		if left := with(got, "Route"); to != c.want || left != c.left {
			t.Errorf("%s: went to %s with Route %q, want to %s with %q", c.name, to, left, c.want, c.left)
		}
		if line := pipelinetest.StartLine(got); c.left != "" && !strings.HasSuffix(line, pipelinetest.StartLine(c.msg)) {
			t.Errorf("%s: arrives as %q, want %q", c.name, line, pipelinetest.StartLine(c.msg))
		}
	}
}

func TestMalformedRoutes(t *testing.T) {
	n := newNet(t)
	inv := call(t, n)
	for _, lines := range [][]string{
		{"Route: nowhere"},
		{"Route: *"},
		{routes(inv, false)[0] + ", <sip:>"},
		{routes(inv, false)[0], "Route: <sip:198.51.100.7"},
		{routes(inv, false)[0] + ", *"},
	} {
		if to, _ := went(n, bob, request("BYE", aliceURI, fromBob, lines...)); to != "400 Malformed Route" {
			t.Errorf("%q: went to %s, want 400", lines, to)
		}
	}
}

// A caller on a connection is called back on it, from whatever his Contact
// says; when it has closed his Contact is tried next.
func TestCallerOnTCP(t *testing.T) {
	n := newNet(t)
	h := n.Loops[0]
	c := h.Open(netio.TCP, n.TCP, netip.MustParseAddrPort("192.0.2.1:40001"))
	h.Feed(c, []byte(strings.Replace(request("INVITE", bobURI, noDialog), "SIP/2.0/UDP", "SIP/2.0/TCP", 1)))
	inv := n.SentTo(bob)
	n.FromUDP(bob, answer(inv, "200 OK"))
	h.Written(c)
	rr := routes(inv, false)
	if len(rr) != 2 {
		t.Fatalf("Record-Route %q, want one for each side", rr)
	}
	if to, _ := went(n, bob, request("INFO", "sip:alice@10.0.0.1;transport=tcp", fromBob, rr...)); to != "nothing" {
		t.Errorf("bob's INFO went to %s, want over the connection", to)
	}
	info := string(h.Written(c))
	if !strings.HasPrefix(info, "INFO sip:alice@10.0.0.1;transport=tcp SIP/2.0\r\n") || !strings.HasPrefix(with(info, "Via"), "SIP/2.0/TCP 192.0.2.254:5060;") {
		t.Fatalf("over the connection came %q, want bob's INFO", info)
	}
	h.Feed(c, []byte(answer(info, "200 OK")))
	n.SentTo(bob)
	h.ClosePeer(c)
	if to, _ := went(n, bob, request("INFO", "sip:alice@192.0.2.1;transport=tcp", fromBob, rr...)); to != "dial "+alice {
		t.Errorf("with the connection gone bob's INFO went to %s, want to her Contact", to)
	}
	if to, _ := went(n, bob, request("INFO", "sip:alice@df7jal23ls0d.invalid;transport=tcp", fromBob, rr...)); !strings.HasPrefix(to, "4") {
		t.Errorf("with the connection gone and no Contact, bob's INFO went to %s, want it refused", to)
	}
}

// After a restart the routes of calls that are up are known by server.secret;
// without it the rules judge.
func TestAfterRestart(t *testing.T) {
	const secret = "a secret of at least 32 characters"
	for _, c := range []struct{ name, before, after, want string }{
		{"the same secret", secret, secret, alice},
		{"another secret", secret, secret + "!", "403 Forbidden"},
		{"no secret", "", "", "403 Forbidden"},
	} {
		inv := call(t, withSecret(newNet(t), c.before))
		n := withSecret(newNet(t), c.after)
		if to, _ := went(n, bob, request("BYE", aliceURI, fromBob, routes(inv, false)...)); to != c.want {
			t.Errorf("%s: bob's BYE went to %s, want %s", c.name, to, c.want)
		}
		if to, _ := went(n, alice, request("BYE", bobURI, fromAlice, routes(inv, true)...)); to != bob {
			t.Errorf("%s: alice's BYE went to %s, want to bob", c.name, to)
		}
	}
}

// withSecret gives n an Edge with another secret.
func withSecret(n *pipelinetest.Net, secret string) *pipelinetest.Net {
	n.Edge = pipeline.NewEdge(pipeline.EdgeOptions{Loops: 1, Stats: n.Stats, Log: n.Spec.Log, Secret: []byte(secret), MaxTransactions: 1 << 10})
	n.Edge.SetListeners([]*netio.Listener{n.UDP, n.TCP, n.WS})
	n.Edge.Install(n.Program)
	n.Loops[0].SetHandler(n.Edge.Engine(0))
	return n
}
