package pipeline_test

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/parser"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

var (
	aliceAt = netip.MustParseAddrPort(alice)
	bobAt   = netip.MustParseAddrPort(bob)
)

// router sends a request over the connection that a route of ours names, to
// the targets of a user it knows, or to the address in the Request-URI.
type router map[string][]pipeline.Target

func (router) Name() string { return "router" }

func (r router) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	routes, err := x.TakeRoutes()
	if err != parser.OK {
		return x.Reply(badURI)
	}
	u, err := x.Req.RequestURI()
	if err != parser.OK {
		return x.Reply(badURI)
	}
	if routes.Flow != 0 {
		x.AddTarget(pipeline.Target{Flow: routes.Flow, Transport: routes.Transport})
		return x.Forward()
	}
	user := r[string(u.User.Of(x.Req.Buf))]
	for _, t := range user {
		x.AddTarget(t)
	}
	if ip, ok := u.IP(x.Req.Buf); ok && len(user) == 0 {
		t := pipeline.Target{Addr: netip.AddrPortFrom(ip, u.Port)}
		t.Transport, _ = netio.ParseTransport(u.Transport.Lower())
		x.AddTarget(t)
	}
	return x.Forward()
}

// A peer is the far end of a stream connection.
type peer struct {
	n *pipelinetest.Net
	h *netiotest.Harness
	c *netio.Conn
}

// connect opens a connection to the Net's listener for a transport, on loop 0
// or the loop given; a WebSocket is upgraded.
func connect(n *pipelinetest.Net, transport netio.Transport, from string, loop ...int) *peer {
	n.TB.Helper()
	p := &peer{n: n, h: n.Loops[0]}
	if len(loop) > 0 {
		p.h = n.Loops[loop[0]]
	}
	listener := n.TCP
	if transport == netio.WS {
		listener = n.WS
	}
	p.c = p.h.Open(transport, listener, netip.MustParseAddrPort(from))
	if transport == netio.WS {
		p.feed(upgrade)
		if got := string(p.h.Written(p.c)); !strings.HasPrefix(got, "HTTP/1.1 101 ") {
			n.TB.Fatalf("upgrade is answered %q, want 101", got)
		}
	}
	return p
}

const upgrade = "GET / HTTP/1.1\r\nHost: 192.0.2.254\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n"

func (p *peer) feed(bytes string) {
	p.h.Feed(p.c, []byte(bytes))
	netiotest.RunMail(p.n.Loops...)
}

func (p *peer) websocket() bool { return p.c.Transport() == netio.WS }

// send sends messages in one write.
func (p *peer) send(msgs ...string) {
	p.n.TB.Helper()
	var all []byte
	for _, m := range msgs {
		if p.websocket() {
			all = append(all, masked(p.n.TB, ws.OpText, m)...)
		} else {
			all = append(all, m...)
		}
	}
	p.feed(string(all))
}

// masked returns a frame as a client sends it.
func masked(tb testing.TB, op ws.OpCode, payload string) []byte {
	tb.Helper()
	b, err := ws.CompileFrame(ws.MaskFrameWith(ws.NewFrame(op, true, []byte(payload)), [4]byte{0x12, 0x34, 0x56, 0x78}))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// received takes the messages that arrived since the last call.
func (p *peer) received() (msgs []string) {
	p.n.TB.Helper()
	b := p.h.Written(p.c)
	if !p.websocket() {
		for len(b) > 0 {
			head, rest, ok := bytes.Cut(b, []byte("\r\n\r\n"))
			if !ok || !bytes.Contains(b, []byte("Content-Length: 0\r\n")) {
				p.n.TB.Fatalf("%q is no message without a body", b)
			}
			msgs, b = append(msgs, string(head)+"\r\n\r\n"), rest
		}
		return msgs
	}
	for r := bytes.NewReader(b); r.Len() > 0; {
		f, err := ws.ReadFrame(r)
		if err != nil || !f.Header.Fin || f.Header.Masked || !f.Header.OpCode.IsData() {
			p.n.TB.Fatalf("a frame %+v (%v), want a whole and unmasked one", f.Header, err)
		}
		msgs = append(msgs, string(f.Payload))
	}
	return msgs
}

// expect takes what arrived and fails the test unless it is messages that
// begin so.
func (p *peer) expect(starts ...string) []string {
	p.n.TB.Helper()
	msgs := p.received()
	expectStarts(p.n.TB, msgs, starts)
	return msgs
}

func expectStarts(tb testing.TB, msgs, starts []string) {
	tb.Helper()
	ok := len(msgs) == len(starts)
	for i := 0; ok && i < len(msgs); i++ {
		ok = strings.HasPrefix(msgs[i], starts[i])
	}
	if !ok {
		tb.Fatalf("got %d messages %q, want %q", len(msgs), msgs, starts)
	}
}

// expectSent does so for what was sent to an address by UDP, and fails if
// anything was sent elsewhere.
func expectSent(n *pipelinetest.Net, to string, starts ...string) []string {
	n.TB.Helper()
	var msgs []string
	for _, p := range n.Sent() {
		if p.To != to {
			n.TB.Fatalf("sent to %s, want to %s alone:\n%s", p.To, to, p.Text)
		}
		msgs = append(msgs, p.Text)
	}
	expectStarts(n.TB, msgs, starts)
	return msgs
}

// over turns a message of alice's, which is for UDP, into one for another
// transport.
func over(transport, msg string) string {
	return strings.Replace(msg, "Via: SIP/2.0/UDP ", "Via: SIP/2.0/"+transport+" ", 1)
}

// target changes the Request-URI.
func target(uri, msg string) string {
	method, rest, _ := strings.Cut(msg, " ")
	_, rest, _ = strings.Cut(rest, " ")
	return method + " " + uri + " " + rest
}

// routeSet returns the Route header lines of who received msg: as in the
// Record-Route of a request, reversed from a response (RFC 3261 §12.1).
func routeSet(msg string) string {
	var lines string
	for _, v := range pipelinetest.Header(msg, "Record-Route") {
		if line := "Route: " + v + "\r\n"; strings.HasPrefix(msg, "SIP/2.0 ") {
			lines = line + lines
		} else {
			lines += line
		}
	}
	return lines
}

// dial takes the dial that was begun and fails the test unless it is the only
// one and goes there.
func dial(n *pipelinetest.Net, to string) *netiotest.Dial {
	n.TB.Helper()
	dials := n.Loops[0].Dials()
	if len(dials) != 1 || dials[0].Remote.String() != to {
		n.TB.Fatalf("%d dials %v, want one to %s", len(dials), dials, to)
	}
	return dials[0]
}

func noDial(n *pipelinetest.Net) {
	n.TB.Helper()
	if dials := n.Loops[0].Dials(); len(dials) != 0 {
		n.TB.Fatalf("dialled %v", dials[0].Remote)
	}
}

const bobTCP = "sip:bob@192.0.2.2:5062;transport=tcp"

var errRefused = errors.New("connection refused")

// fromBob is a request that bob sends in the dialog of alice's INVITE inv.
func fromBob(inv, method, cseq, contact string) string {
	return method + " " + contact + " SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.2:5062;branch=z9hG4bKbob" + strings.TrimSpace(cseq) + "\r\n" +
		"Max-Forwards: 70\r\n" + routeSet(inv) +
		"From: <sip:bob@example.com>;tag=b1\r\nTo: <sip:alice@example.com>;tag=a1\r\n" +
		"Call-ID: call-1@192.0.2.1\r\nCSeq: " + cseq + " " + method + "\r\nContent-Length: 0\r\n\r\n"
}

func TestUDPToTCP(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}))
	n.FromUDP(alice, target(bobTCP, request("INVITE", "1 ", "inv", "")))
	expectSent(n, alice, "SIP/2.0 100 ")
	d := dial(n, bob)
	if d.Local != n.TCP.Addr.Addr() {
		t.Errorf("dialled from %v, want %v", d.Local, n.TCP.Addr.Addr())
	}
	n.Advance(3 * time.Second)
	noDial(n)
	callee := &peer{n, n.Loops[0], d.Conn}
	callee.expect() // nothing arrives before there is a connection
	if !d.Succeed() {
		t.Fatal("the connection was given up")
	}
	inv := callee.expect("INVITE " + bobTCP + " ")[0]
	if via := pipelinetest.Header(inv, "Via"); len(via) != 2 || !strings.HasPrefix(via[0], "SIP/2.0/TCP 192.0.2.254:5060;") {
		t.Errorf("Via: %q, want ours over TCP on top", via)
	}
	if rr := pipelinetest.Header(inv, "Record-Route"); len(rr) != 2 || !strings.HasSuffix(rr[0], "@192.0.2.254:5060;transport=tcp;lr>") ||
		!strings.HasSuffix(rr[1], "@192.0.2.254:5060;lr>") {
		t.Errorf("Record-Route: %q, want bob's side and then alice's", rr)
	}
	n.Advance(10 * time.Second)
	callee.expect() // TCP repeats it
	callee.send(respond(inv, "180 Ringing"), respond(inv, "200 OK"))
	ok := expectSent(n, alice, "SIP/2.0 180 ", "SIP/2.0 200 ")[1]
	callee.send(respond(inv, "200 OK"))
	expectSent(n, alice, "SIP/2.0 200 ")

	n.FromUDP(alice, target(bobTCP, request("ACK", "1 ", "ack", "b1", routeSet(ok))))
	ack := callee.expect("ACK " + bobTCP + " ")[0]
	if left := pipelinetest.Header(ack, "Route"); len(left) != 0 {
		t.Errorf("Route of the ACK: %q, want none", left)
	}
	n.FromUDP(alice, target(bobTCP, request("UPDATE", "2 ", "update", "b1", routeSet(ok))))
	callee.send(respond(callee.expect("UPDATE ")[0], "200 OK"))
	expectSent(n, alice, "SIP/2.0 200 ")
	callee.send(fromBob(inv, "BYE", "7", "sip:alice@192.0.2.1:5060"))
	bye := expectSent(n, alice, "BYE sip:alice@192.0.2.1:5060 ")[0]
	n.FromUDP(alice, respond(bye, "200 OK"))
	callee.expect("SIP/2.0 200 ")
	noDial(n)
	n.Advance(40 * time.Second)
	n.Idle()
}

func TestTCPToUDP(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}))
	caller := connect(n, netio.TCP, "192.0.2.1:40001")
	invite := over("TCP", request("INVITE", "1 ", "inv", ""))
	for _, half := range []string{invite[:100], invite[100:]} {
		caller.feed(half)
	}
	caller.expect("SIP/2.0 100 ")
	inv := expectSent(n, bob, "INVITE ")[0]
	if via := pipelinetest.Header(inv, "Via"); len(via) != 2 || !strings.Contains(via[1], "rport=40001") {
		t.Errorf("Via: %q, want the port of the connection in alice's", via)
	}
	n.FromUDP(bob, respond(inv, "180 Ringing"))
	n.FromUDP(bob, respond(inv, "200 OK"))
	ok := caller.expect("SIP/2.0 180 ", "SIP/2.0 200 ")[1]
	caller.send(over("TCP", request("ACK", "1 ", "ack", "b1", routeSet(ok))))
	expectSent(n, bob, "ACK ")
	// Her Contact is not where the connection comes from: the route knows better.
	n.FromUDP(bob, fromBob(inv, "BYE", "7", "sip:alice@192.0.2.1:5060;transport=tcp"))
	bye := caller.expect("BYE ")[0]
	caller.send(respond(bye, "200 OK"))
	expectSent(n, bob, "SIP/2.0 200 ")
	noDial(n)
	n.Advance(40 * time.Second)
	n.Idle()
}

// The 487 of a callee over TCP is acknowledged there, the CANCEL goes there.
func TestCancelOverTCP(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}))
	caller := connect(n, netio.TCP, "192.0.2.1:40001")
	caller.send(target(bobTCP, over("TCP", request("INVITE", "1 ", "inv", ""))), target(bobTCP, over("TCP", request("CANCEL", "1 ", "inv", ""))))
	caller.expect("SIP/2.0 100 ", "SIP/2.0 200 ")
	d := dial(n, bob)
	callee := &peer{n, n.Loops[0], d.Conn}
	d.Succeed()
	inv := callee.expect("INVITE ")[0] // no CANCEL before a provisional response (RFC 3261 §9.1)
	callee.send(respond(inv, "100 Trying"))
	cancel := callee.expect("CANCEL " + bobTCP)[0]
	callee.send(respond(cancel, "200 OK"), respond(inv, "487 Request Terminated"))
	callee.expect("ACK " + bobTCP)
	caller.expect("SIP/2.0 487 ")
	caller.send(target(bobTCP, over("TCP", request("ACK", "1 ", "inv", "b1"))))
	n.Advance(40 * time.Second)
	callee.expect()
	n.Idle()
}

func TestDialFails(t *testing.T) {
	other := toTCP
	other.Addr = netip.MustParseAddrPort("192.0.2.3:5060")
	for _, c := range []struct {
		name    string
		method  string
		targets []pipeline.Target
	}{
		{"INVITE", "INVITE", []pipeline.Target{toTCP}},
		{"another method", "OPTIONS", []pipeline.Target{toTCP}},
		{"both", "INVITE", []pipeline.Target{toTCP, other}},
		{"and the next target is there", "INVITE", []pipeline.Target{toTCP, toUDP}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log []string
			n := pipelinetest.New(t, stages(recorder{"r", &log}, router{"bob": c.targets}))
			n.FromUDP(alice, request(c.method, "1 ", "a", ""))
			if c.method == "INVITE" {
				expectSent(n, alice, "SIP/2.0 100 ")
			}
			for _, target := range c.targets {
				if target.Transport == netio.TCP {
					dial(n, target.Addr.String()).Fail(errRefused)
				}
			}
			if c.targets[len(c.targets)-1].Transport == netio.UDP {
				n.FromUDP(bob, respond(expectSent(n, bob, "INVITE ")[0], "200 OK"))
				expectSent(n, alice, "SIP/2.0 200 ")
			} else {
				got := expectSent(n, alice, "SIP/2.0 500 Connection Error\r\n")[0]
				n.FromUDP(alice, request("ACK", "1 ", "a", toTag(got)))
			}
			if !strings.Contains(strings.Join(log, ", "), "connection_error r") {
				t.Errorf("the stage saw %q, want connection_error", log)
			}
			n.Advance(40 * time.Second)
			n.Idle()
		})
	}
}

// Requests to one address share the connection that is being opened, and its
// fate.
func TestRequestsShareADial(t *testing.T) {
	for _, fails := range []bool{false, true} {
		n := pipelinetest.New(t, stages(router{}))
		for _, id := range []string{"one", "two", "three"} {
			n.FromUDP(alice, target(bobTCP, request("OPTIONS", "1 ", id, "")))
		}
		d := dial(n, bob)
		callee := &peer{n, n.Loops[0], d.Conn}
		if fails {
			d.Fail(errRefused)
			expectSent(n, alice, "SIP/2.0 500 ", "SIP/2.0 500 ", "SIP/2.0 500 ")
			n.FromUDP(alice, target(bobTCP, request("OPTIONS", "1 ", "four", "")))
			dial(n, bob).Fail(errRefused) // the next one tries again
			expectSent(n, alice, "SIP/2.0 500 ")
		} else {
			d.Succeed()
			for _, req := range callee.expect("OPTIONS ", "OPTIONS ", "OPTIONS ") {
				callee.send(respond(req, "200 OK"))
			}
			expectSent(n, alice, "SIP/2.0 200 ", "SIP/2.0 200 ", "SIP/2.0 200 ")
		}
		n.Advance(40 * time.Second)
		n.Idle()
	}
}

// The final response for a caller whose connection is gone goes over one that
// we open to where his Via says he listens (RFC 3261 §18.2.2); provisional ones
// are lost. A caller who has closed may still be reading, until he resets what
// he is sent.
func TestCallerConnectionGone(t *testing.T) {
	for _, c := range []struct {
		name   string
		ends   func(*peer)
		listen bool
		gone   int64 // messages for a connection that is known to be gone
	}{
		{"reset, he listens", reset, true, 2},
		{"reset, he does not", reset, false, 2},
		{"closed, he listens", closePeer, true, 0},
		{"closed, he does not", closePeer, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := pipelinetest.New(t, stages(router{}))
			caller := connect(n, netio.TCP, "192.0.2.1:40001")
			caller.send(over("TCP", request("INVITE", "1 ", "inv", "")))
			inv := expectSent(n, bob, "INVITE ")[0]
			caller.expect("SIP/2.0 100 ")
			c.ends(caller)
			n.FromUDP(bob, respond(inv, "180 Ringing"))
			n.FromUDP(bob, respond(inv, "200 OK"))
			d := dial(n, alice)
			if c.listen {
				d.Succeed()
				(&peer{n, n.Loops[0], d.Conn}).expect("SIP/2.0 200 ")
			} else {
				d.Fail(errRefused)
			}
			expectSent(n, bob)
			if gone, again := n.Count("sluice_sip_flows_gone_total"), n.Count("sluice_sip_connections_reopened_total"); gone != c.gone || again != 1 {
				t.Errorf("counted %d messages for a connection that is gone and %d reopened, want %d and 1", gone, again, c.gone)
			}
			n.Advance(40 * time.Second)
			n.Idle()
		})
	}
}

func reset(p *peer)     { p.h.Break(p.c, syscall.ECONNRESET) }
func closePeer(p *peer) { p.h.ClosePeer(p.c) }
func halfClose(p *peer) { p.h.HalfClose(p.c) }

// refuseDials refuses the connections that are being opened.
func refuseDials(n *pipelinetest.Net) {
	for _, h := range n.Loops {
		for _, d := range h.Dials() {
			d.Fail(errRefused)
		}
	}
}

// A callee's connection that closes before it answered.
func TestCalleeConnectionGone(t *testing.T) {
	for _, method := range []string{"INVITE", "OPTIONS"} {
		n := pipelinetest.New(t, stages(router{}))
		n.FromUDP(alice, target(bobTCP, request(method, "1 ", "a", "")))
		d := dial(n, bob)
		d.Succeed()
		n.Sent()
		n.Loops[0].ClosePeer(d.Conn)
		got := expectSent(n, alice, "SIP/2.0 500 Connection Error\r\n")[0]
		n.FromUDP(alice, request("ACK", "1 ", "a", toTag(got)))
		n.Advance(40 * time.Second)
		n.Idle()
	}
}
