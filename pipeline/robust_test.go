package pipeline_test

import (
	"fmt"
	"math/rand"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"sluice/netio"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// short has every transaction end within 40 s.
var short = pipeline.Profile{DoRecordRouting: true, TimerB: 4 * time.Second, TimerC: 5 * time.Second, TimerF: 4 * time.Second}

func limited(change func(l *pipeline.Limits)) pipelinetest.Options {
	o := pipelinetest.Options{Limits: pipelinetest.DefaultLimits}
	change(&o.Limits)
	return o
}

func TestTransactionTableFull(t *testing.T) {
	answer := pipeline.RequestFunc(func(x *pipeline.Exchange) pipeline.Verdict { return x.Reply(sip.OK) })
	n := pipelinetest.New(t, stages(answer), limited(func(l *pipeline.Limits) { l.MaxTransactions = 3 }))
	for i := range 3 {
		n.FromUDP(alice, request("OPTIONS", "1 ", fmt.Sprint("o", i), ""))
		expectSent(n, alice, "SIP/2.0 200 ")
	}
	for _, method := range []string{"OPTIONS", "INVITE"} {
		n.FromUDP(alice, request(method, "1 ", "more", ""))
		got := expectSent(n, alice, "SIP/2.0 503 ")[0]
		if after := pipelinetest.Header(got, "Retry-After"); len(after) != 1 || after[0] != "10" {
			t.Errorf("%s: Retry-After %q, want 10", method, after)
		}
		n.FromUDP(alice, request("ACK", "1 ", "more", toTag(got)))
		expectSent(n, alice)
	}
	n.FromUDP(alice, request("OPTIONS", "1 ", "o0", "")) // what is known goes on
	expectSent(n, alice, "SIP/2.0 200 ")
	if got := n.Count("sluice_sip_transactions_refused_total"); got != 2 {
		t.Errorf("%d requests counted as refused, want 2", got)
	}
	n.Advance(33 * time.Second)
	n.Idle()
	n.FromUDP(alice, request("OPTIONS", "1 ", "more", ""))
	expectSent(n, alice, "SIP/2.0 200 ")
}

// The table is made once: a reload that allows more does not make it larger.
func TestTransactionTableAfterReload(t *testing.T) {
	answer := pipeline.RequestFunc(func(x *pipeline.Exchange) pipeline.Verdict { return x.Reply(sip.OK) })
	n := pipelinetest.New(t, stages(answer), limited(func(l *pipeline.Limits) { l.MaxTransactions = 3 }))
	for i, c := range []struct {
		limit int
		want  string
	}{{2, "SIP/2.0 503 "}, {3, "SIP/2.0 200 "}, {1000, "SIP/2.0 503 "}} {
		if i == 0 {
			n.FromUDP(alice, request("OPTIONS", "1 ", "one", ""))
			n.FromUDP(alice, request("OPTIONS", "1 ", "two", ""))
			n.Sent()
		}
		n.Spec.Limits.MaxTransactions = c.limit
		replace(n, stages(answer))
		n.FromUDP(alice, request("OPTIONS", "1 ", fmt.Sprint("after", i), ""))
		expectSent(n, alice, c.want)
	}
	n.Advance(33 * time.Second)
	n.Idle()
}

func TestTooManyParked(t *testing.T) {
	var tokens []pipeline.Token
	parking := pipeline.RequestFunc(func(x *pipeline.Exchange) pipeline.Verdict {
		tokens = append(tokens, x.Token())
		return pipeline.Suspend
	})
	n := pipelinetest.New(t, stages(parking, forwarder{}), limited(func(l *pipeline.Limits) { l.MaxParked = 2 }))
	for _, id := range []string{"one", "two"} {
		n.FromUDP(alice, request("OPTIONS", "1 ", id, ""))
		expectSent(n, alice)
	}
	n.FromUDP(alice, request("OPTIONS", "1 ", "three", ""))
	expectSent(n, alice, "SIP/2.0 503 ")
	if got := n.Count("sluice_stage_suspend_refused_total"); got != 1 {
		t.Errorf("%d refused, want 1", got)
	}
	n.FromUDP(alice, request("OPTIONS", "1 ", "three", "")) // and again
	expectSent(n, alice, "SIP/2.0 503 ")
	post(n, tokens[2], pipeline.Event{}) // is void
	post(n, tokens[0], pipeline.Event{})
	n.FromUDP(bob, respond(expectSent(n, bob, "OPTIONS ")[0], "200 OK"))
	expectSent(n, alice, "SIP/2.0 200 ")
	n.FromUDP(alice, request("OPTIONS", "1 ", "four", "")) // there is room again
	expectSent(n, alice)
	n.Advance(50 * time.Second) // the guard timer, and whatever comes of it
	n.Sent()
	n.Idle()
}

// Datagrams that are too short for a message: keep-alives, STUN, noise.
func TestSmallDatagrams(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string // the answer
		alive      int64  // keep-alives counted
	}{
		{"a double CRLF", "\r\n\r\n", "\r\n", 1},
		{"a CRLF", "\r\n", "", 1},
		{"a zero byte", "\x00", "", 1},
		{"nothing", "", "", 1},
		{"three CRLF", "\r\n\r\n\r\n", "", 0},
		{"the beginning of a STUN request", "\x00\x01\x00\x00\x21\x12\xa4\x42", "", 0},
		{"a word", "jaK", "", 0},
	} {
		n := pipelinetest.New(t, stages(forwarder{}))
		n.FromUDP(alice, c.text)
		got := ""
		for _, p := range n.Sent() {
			got += p.Text
		}
		if alive := n.Count("sluice_keepalives_total"); got != c.want || alive != c.alive || n.Count("sluice_sip_malformed_total") != 1-alive {
			t.Errorf("%s: answered %q, %d keep-alives; want %q, %d", c.name, got, alive, c.want, c.alive)
		}
		n.Idle()
	}
}

// Handshakes count too, also those of stages that ask for no token.
func TestTooManyHandshakesParked(t *testing.T) {
	first, second := &handshakes{judge: pass}, silent{}
	n := pipelinetest.New(t, stages(first, second), limited(func(l *pipeline.Limits) { l.MaxParked = 2 }))
	for range 2 {
		p := open(n)
		if got := p.h.Written(p.c); len(got) != 0 || p.h.Shut(p.c) {
			t.Fatalf("answered %q, want nothing yet", got)
		}
	}
	p := open(n)
	if got := string(p.h.Written(p.c)); !strings.HasPrefix(got, "HTTP/1.1 503 ") || !strings.Contains(got, "Retry-After: ") || !p.h.Shut(p.c) {
		t.Errorf("answered %q, want 503 with Retry-After and an end", got)
	}
	n.FromUDP(alice, request("OPTIONS", "1 ", "opt", ""))
	expectSent(n, alice, "SIP/2.0 503 ")
	n.Advance(33 * time.Second)
	n.Idle()
}

// silent suspends handshakes and requests, and asks for no token.
type silent struct{}

func (silent) Name() string                                     { return "silent" }
func (silent) OnHandshake(*pipeline.Handshake) pipeline.Verdict { return pipeline.Suspend }
func (silent) OnRequest(*pipeline.Exchange) pipeline.Verdict    { return pipeline.Suspend }

// No part of a valid request leaves anything behind, and none but the whole
// goes anywhere.
func TestEveryTruncation(t *testing.T) {
	invite := strings.Replace(request("INVITE", "1 ", "inv", "", "Route: <sip:192.0.2.254;lr>\r\n"), "Content-Length: 0\r\n\r\n",
		"Content-Type: application/sdp\r\nContent-Length: 12\r\n\r\nv=0\r\no=- 0 0", 1)
	n := pipelinetest.New(t, stages(forwarder{}))
	head := strings.Index(invite, "\r\n\r\n") + len("\r\n\r\n")
	for cut := range len(invite) {
		n.FromUDP(alice, invite[:cut])
		if cut < head {
			expectSent(n, alice) // nobody can tell what would have come
		} else {
			expectSent(n, alice, "SIP/2.0 400 wrong Content-Length\r\n")
		}
		n.FromUDP(alice, invite[cut+1:])
		for _, p := range n.Sent() {
			if p.To != alice || !strings.HasPrefix(p.Text, "SIP/2.0 400 ") {
				t.Fatalf("without its first %d bytes it has sent to %s:\n%s", cut+1, p.To, p.Text)
			}
		}
		n.Idle()
	}
	if got := n.Count("sluice_stage_panics_total"); got != 0 {
		t.Errorf("%d panics", got)
	}
	n.FromUDP(alice, invite)
	if got := n.Sent(); len(got) != 2 || got[1].To != bob {
		t.Errorf("the whole has sent %v, want 100 and INVITE", got)
	}
}

// A stream that ends anywhere in a message leaves nothing behind either, and a
// WebSocket message that is cut short is none.
func TestEveryTruncationOfAStream(t *testing.T) {
	invite := over("TCP", request("INVITE", "1 ", "inv", ""))
	n := pipelinetest.New(t, stages(forwarder{}))
	h := n.Loops[0]
	for cut := range len(invite) {
		c := h.Open(netio.TCP, n.TCP, netip.AddrPortFrom(aliceAt.Addr(), uint16(40000+cut)))
		h.Feed(c, []byte(invite[:cut]))
		h.ClosePeer(c)
		if got := h.Written(c); len(got) != 0 || len(n.Sent()) != 0 {
			t.Fatalf("the first %d bytes were answered %q", cut, got)
		}
		n.Idle()
	}
	for cut := range len(invite) {
		p := connect(n, netio.WS, aliceWS)
		p.send(invite[:cut])
		if cut == 0 {
			p.expect() // a keep-alive of sorts
		} else if !p.h.Shut(p.c) {
			t.Fatalf("the connection is open after a message of %d bytes", cut)
		}
		p.h.ClosePeer(p.c)
		n.Idle()
	}
	if got := n.Count("sluice_stage_panics_total"); got != 0 {
		t.Errorf("%d panics", got)
	}
	p := connect(n, netio.WS, aliceWS)
	p.send(over("WS", request("OPTIONS", "1 ", "opt", "")))
	expectSent(n, bob, "OPTIONS ")
}

// A head that has no end closes its stream, and nothing of it is kept.
func TestEndlessHead(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}))
	endless := strings.TrimSuffix(over("TCP", request("INVITE", "1 ", "inv", "")), "\r\n")
	for _, line := range []string{"X-Pad: " + strings.Repeat("x", 1000) + "\r\n", "x"} {
		p := connect(n, netio.TCP, aliceWS)
		p.feed(endless)
		for sent := 0; sent < 70000 && !p.h.Shut(p.c); sent += 1000 * len(line) {
			p.feed(strings.Repeat(line, 1000))
		}
		if !p.h.Shut(p.c) {
			t.Errorf("%.10q: the connection is open", line)
		}
		n.Idle()
	}
	if got := n.Count("sluice_stage_panics_total"); got != 0 || len(n.Sent()) != 0 {
		t.Errorf("%d panics, or something was sent", got)
	}
}

// mutate changes a message at a few places.
func mutate(r *rand.Rand, msg string) string {
	b := []byte(msg)
	for range 1 + r.Intn(3) {
		if len(b) == 0 {
			break
		}
		i := r.Intn(len(b))
		j := min(i+r.Intn(1<<r.Intn(10)), len(b)-1) // mostly near
		switch r.Intn(7) {
		case 0:
			b[i] = byte(r.Intn(256))
		case 1:
			b[i] ^= 1 << r.Intn(8)
		case 2: // something that means something
			b[i] = "\r\n\x00 ,;:<>\"@=?/%[]0"[r.Intn(18)]
		case 3:
			b = append(b[:i], b[j:]...)
		case 4: // one piece again
			b = append(b[:j], append(append([]byte(nil), b[i:j]...), b[j:]...)...)
		case 5: // all of it again
			b = append(b[:i], append([]byte(msg), b[i:]...)...)
		case 6:
			b = append(b[:i], append([]byte(strings.Repeat(string(b[i:i+1]), 1+r.Intn(300))), b[i:]...)...)
		}
		if len(b) > 8000 {
			b = b[:8000]
		}
	}
	return string(b)
}

// A storm is what hostile peers send to two loops, over all transports.
type storm struct {
	n       *pipelinetest.Net
	r       *rand.Rand
	good    []string // what is made bad
	tcp, ws *peer
}

// message returns the i-th message.
func (s *storm) message(i int) string {
	msg := s.good[s.r.Intn(len(s.good))]
	if s.r.Intn(3) > 0 { // in one of many transactions
		msg = strings.Replace(msg, "branch=z9hG4bK", fmt.Sprintf("branch=z9hG4bK%d", i/16), 1)
	}
	if s.r.Intn(4) > 0 {
		msg = mutate(s.r, msg)
	}
	return msg
}

// blow sends the i-th message, and lets come back what went out.
func (s *storm) blow(i int) {
	msg := s.message(i)
	switch s.r.Intn(4) {
	case 0, 1:
		s.n.FromUDP(alice, msg, i%2)
	case 2:
		if s.tcp == nil || s.tcp.c.State() == netio.StateClosed {
			s.tcp = connect(s.n, netio.TCP, fmt.Sprint("192.0.2.1:", 1024+i), 0)
		}
		s.tcp.feed(msg)
		s.tcp.h.Written(s.tcp.c)
	case 3:
		if s.ws == nil || s.ws.c.State() == netio.StateClosed {
			s.ws = connect(s.n, netio.WS, fmt.Sprint("192.0.2.1:", 1024+i), 1)
		}
		s.ws.feed(string(masked(s.n.TB, ws.OpBinary, msg)))
		s.ws.h.Written(s.ws.c)
	}
	for _, d := range s.n.Loops[i%2].Dials() {
		if s.r.Intn(2) == 0 {
			d.Fail(errRefused)
		} else {
			d.Succeed()
		}
	}
	for _, p := range s.n.Sent() {
		if p.To != alice && s.r.Intn(3) == 0 {
			s.answer(p.Text)
		}
	}
}

// answer sends a response, good or bad, on either loop.
func (s *storm) answer(req string) {
	status := []string{"100 Trying", "180 Ringing", "200 OK", "302 Elsewhere", "487 Request Terminated", "603 Decline"}
	resp := respond(req, status[s.r.Intn(len(status))])
	if s.r.Intn(2) == 0 {
		resp = mutate(s.r, resp)
	}
	s.n.FromUDP(bob, resp, s.r.Intn(2))
}

// Whatever arrives, nothing panics, and when the timers are through nothing is
// left.
func TestMutations(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}), pipelinetest.Options{Loops: 2, Profile: short})
	s := storm{n: n, r: rand.New(rand.NewSource(1)), good: []string{
		request("INVITE", "1 ", "inv", ""), request("OPTIONS", "1 ", "opt", ""), request("ACK", "1 ", "inv", "b1"), request("CANCEL", "1 ", "inv", ""),
		request("BYE", "2 ", "bye", "b1", "Route: <sip:192.0.2.254;lr>, <sip:bob@192.0.2.2:5062;lr>\r\n"),
		request("INVITE", "1 ", "chat", "", "Supported: path, outbound\r\nProxy-Require: none\r\nReason: SIP;cause=200\r\nTimestamp: 54\r\n"),
		target(bobTCP, request("INVITE", "1 ", "tcp", "")), target("sip:bob@[2001:db8::2]:5062", request("OPTIONS", "1 ", "six", "")),
	}}
	for i := range 20000 {
		s.blow(i)
	}
	for _, name := range []string{"sluice_sip_malformed_total", "sluice_sip_requests_forwarded_total", "sluice_sip_responses_foreign_total",
		"sluice_sip_retransmissions_received_total", "sluice_sip_cancels_total", "sluice_sip_responses_sent_4xx_total", "sluice_loop_handovers_total"} {
		if n.Count(name) < 10 {
			t.Errorf("%s is %d: that was hardly tried", name, n.Count(name))
		}
	}
	n.Advance(40 * time.Second)
	if got := n.Count("sluice_exchanges"); got != 0 {
		t.Errorf("%d exchanges after 40 s, want 0", got)
	}
	refuseDials(n)
	n.Advance(30 * time.Second) // a callee that ignored a CANCEL is given up after 32 s, and the caller has 32 s for his ACK
	n.Sent()
	n.Idle()
	if got := n.Count("sluice_stage_panics_total"); got != 0 {
		t.Errorf("%d panics", got)
	}
	n.FromUDP(alice, request("OPTIONS", "1 ", "after", ""))
	n.FromUDP(bob, respond(expectSent(n, bob, "OPTIONS ")[0], "200 OK"))
	expectSent(n, alice, "SIP/2.0 200 ")
}

// What comes back as it went out has looped; what comes back with another
// Request-URI is a spiral and goes on (RFC 3261 §16.3 step 4).
func TestLoops(t *testing.T) {
	for _, method := range []string{"INVITE", "OPTIONS"} {
		n := pipelinetest.New(t, stages(forwarder{}))
		n.FromUDP(alice, request(method, "1 ", "a", ""))
		sent := n.Sent()
		out := sent[len(sent)-1].Text

		// Another proxy sends it back to us.
		back := strings.Replace(out, "Via: ", "Via: SIP/2.0/UDP 192.0.2.2:5062;branch=z9hG4bKother\r\nVia: ", 1)
		n.FromUDP(bob, back)
		got := expectSent(n, bob, "SIP/2.0 482 Loop Detected\r\n")[0]
		if n.Count("sluice_sip_loops_total") != 1 {
			t.Errorf("%s: %d loops counted, want 1", method, n.Count("sluice_sip_loops_total"))
		}
		if method == "INVITE" {
			n.FromUDP(bob, strings.Replace(strings.Replace(back, "INVITE", "ACK", 2), "To: <sip:bob@example.com>", "To: <sip:bob@example.com>;tag="+toTag(got), 1))
			expectSent(n, bob)
		}

		for name, spiral := range map[string]string{
			"another Request-URI": target("sip:carol@192.0.2.3:5064", back),
			"another port":        target("sip:bob@192.0.2.2:5064", back),
			"a Route":             strings.Replace(back, "Max-Forwards", "Route: <sip:192.0.2.254;lr>\r\nMax-Forwards", 1),
		} {
			spiral = strings.Replace(spiral, "z9hG4bKother", "z9hG4bKspiral"+name[len(name)-3:], 1)
			n.FromUDP(bob, spiral)
			sent := n.Sent()
			last := sent[len(sent)-1]
			if last.To == alice || !strings.HasPrefix(last.Text, method+" ") || len(pipelinetest.Header(last.Text, "Via")) != 4 {
				t.Errorf("%s with %s: got\n%s\nwant it to go on", method, name, last.Text)
			}
		}
		n.Advance(100 * time.Second)
		n.Sent()
		n.Idle()
	}
}

// A request that does not get a transaction is answered without one, and the
// ACK for that answer goes nowhere.
func TestStatelessRefusals(t *testing.T) {
	swap := func(old, to string) func(string) string {
		return func(msg string) string { return strings.Replace(msg, old, to, 1) }
	}
	for _, c := range []struct {
		name  string
		spoil func(msg string) string
		want  string
	}{
		{"a branch of RFC 2543", swap("z9hG4bKa", "a"), "400 Via branch non RFC 3261 compliant"},
		{"a branch that is the cookie alone", swap("z9hG4bKa", "z9hG4bK"), "400 Via branch non RFC 3261 compliant"},
		{"no branch", swap(";branch=z9hG4bKa", ""), "400 Via branch non RFC 3261 compliant"},
		{"a From that is none", swap("From: <sip:alice@example.com>", "From: <sip:alice@example.com"), "400 Malformed From"},
		{"a To that is none", swap("To: <sip:bob@example.com>", "To: <<sip:bob@example.com>"), "400 Malformed To"},
		{"no CSeq number", swap("CSeq: 1 ", "CSeq: "), "400 Malformed or mismatched CSeq"},
		{"a CSeq too high", swap("CSeq: 1 ", "CSeq: 2147483648 "), "400 Malformed or mismatched CSeq"},
		{"an empty Call-ID", swap("call-1@192.0.2.1", ""), "400 Malformed Call-ID"},
		{"a body that is cut short", swap("Content-Length: 0", "Content-Length: 1"), "400 wrong Content-Length"},
		{"a Content-Length that is none", swap("Content-Length: 0", "Content-Length: -1"), "400 wrong Content-Length"},
		{"another version", swap(" SIP/2.0\r\n", " SIP/3.0\r\n"), "505 Version Not Supported"},
	} {
		n := pipelinetest.New(t, stages(forwarder{}))
		for _, method := range []string{"INVITE", "OPTIONS"} {
			n.FromUDP(alice, c.spoil(request(method, "1 ", "a", "")))
			got := expectSent(n, alice, "SIP/2.0 "+c.want+"\r\n")[0]
			if method == "INVITE" {
				ack := request("ACK", "1 ", "a", toTag(got))
				n.FromUDP(alice, c.spoil(ack))
				if sent := n.Sent(); len(sent) != 0 {
					t.Errorf("%s: its ACK has sent %v", c.name, sent)
				}
			}
		}
		n.Idle()
	}
}

// The ACK for a refusal is known by its tag alone; with another tag it is one
// for a 2xx and travels.
func TestAckOfRefusal(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}))
	n.FromUDP(alice, strings.Replace(request("INVITE", "1 ", "a", ""), "From: <sip:alice@example.com>", "From: <sip:alice@example.com", 1))
	got := expectSent(n, alice, "SIP/2.0 400 ")[0]
	n.FromUDP(alice, request("ACK", "1 ", "a", toTag(got)))
	expectSent(n, alice)
	n.FromUDP(alice, request("ACK", "1 ", "a", "b1"))
	expectSent(n, bob, "ACK ")
	n.Idle()
}

// A callee that still rings when Timer C fires is cancelled, and what it then
// says decides (RFC 3261 §16.8): a 2xx goes through, anything else is 408.
func TestTimerC(t *testing.T) {
	for _, c := range []struct{ name, final, want string }{
		{"gives up", "487 Request Terminated", "408 INVITE Timeout"},
		{"is busy at last", "486 Busy Here", "408 INVITE Timeout"},
		{"answers at last", "200 OK", "200 OK"},
		{"says nothing", "", "408 INVITE Timeout"},
	} {
		n := pipelinetest.New(t, stages(forwarder{}), pipelinetest.Options{Profile: short})
		n.FromUDP(alice, request("INVITE", "1 ", "a", ""))
		inv := n.Sent()[1].Text
		n.FromUDP(bob, respond(inv, "180 Ringing"))
		n.Sent()
		n.Advance(5100 * time.Millisecond) // Timer C
		cancel := expectSent(n, bob, "CANCEL ")[0]
		n.FromUDP(bob, respond(cancel, "200 OK"))
		if c.final == "" {
			n.Advance(31 * time.Second)
			n.Sent()
			n.Advance(time.Second) // 64*T1 after the CANCEL
		} else {
			n.FromUDP(bob, respond(inv, c.final))
		}
		if got := finals(n, "INVITE"); len(got) != 1 || got[0] != c.want {
			t.Errorf("bob %s: alice got %q, want %q", c.name, got, c.want)
		}
		n.Advance(80 * time.Second)
		n.Sent()
		n.Idle()
	}
}
