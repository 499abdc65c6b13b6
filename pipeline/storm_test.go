package pipeline_test

import (
	"fmt"
	"math/rand"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// A forkStorm is a call that forks at random, to callees that do what they
// want, with a stage that does too.
type forkStorm struct {
	t      *testing.T
	r      *rand.Rand
	n      *pipelinetest.Net
	tokens []pipeline.Token
	open   []*leg
	byVia  map[string]*leg
	dials  []*netiotest.Dial
	peers  []*peer
	finals []string // that alice got

	whims   bool // the stage has them
	breadth int  // Max-Breadth that alice sent
	taken   time.Duration
}

// A leg is a request as a callee got it.
type leg struct {
	to       string
	peer     *peer // nil: by UDP
	text     string
	since    time.Duration // it was sent then or later
	rang     bool          // it has sent a provisional response
	ended    bool          // it has sent a final one
	canceled bool
}

// pending reports whether l surely waits for a final response: Timer B ends
// what is silent.
func (l *leg) pending(now time.Duration) bool {
	switch {
	case l.ended || l.canceled:
		return false
	case l.peer != nil:
		return l.rang && l.peer.c.State() == netio.StateOpen
	}
	return l.rang || now-l.since < short.TimerB
}

func (*forkStorm) Name() string { return "whims" }

// whim is a verdict on a branch.
func (s *forkStorm) whim(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	if !s.whims {
		return pipeline.Continue
	}
	switch s.r.Intn(24) {
	case 0:
		return pipeline.Drop
	case 1:
		return x.Reply(sip.Gone)
	case 2:
		x.AddHop(s.hop())
		return x.Forward()
	case 3, 4, 5:
		s.tokens = append(s.tokens, b.Token())
		return pipeline.Suspend
	case 6:
		if b.Resp == nil {
			b.AbortRouting()
		}
		return pipeline.Drop
	case 7:
		b.Blacklist(2*time.Second, sip.Decline)
	}
	return pipeline.Continue
}

func (s *forkStorm) OnTarget(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	return s.whim(x, b)
}

func (s *forkStorm) OnResponse(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	return s.whim(x, b)
}

func (s *forkStorm) OnFailure(x *pipeline.Exchange, b *pipeline.Branch, _ pipeline.Cause) pipeline.Verdict {
	return s.whim(x, b)
}

func (s *forkStorm) OnResume(x *pipeline.Exchange, b *pipeline.Branch, _ pipeline.Event) pipeline.Verdict {
	return s.whim(x, b)
}

// hop is one of a few.
func (s *forkStorm) hop() pipeline.Hop {
	transport := []string{"", "", ";transport=tcp", ";transport=ws"}[s.r.Intn(4)]
	return pipeline.Hop{RequestURI: fmt.Appendf(nil, "sip:u@192.0.2.%d:5060%s", 10+s.r.Intn(6), transport), Q: uint16(s.r.Intn(3) * 400), Fallback: s.r.Intn(5) == 0}
}

// addresses is a stage that finds them: of some hops none, of some two.
type addresses struct {
	ways
	s *forkStorm
}

func (a *addresses) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	if a.s.whims {
		x.SetFrom([]byte(anonymous))
		x.SetTo([]byte(desk))
	}
	return a.ways.OnRequest(x)
}

func (a *addresses) OnResolve(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	switch a.s.r.Intn(8) {
	case 0:
		b.Fail(pipeline.CauseNoDNSResolution)
		return pipeline.Continue
	case 1:
		a.s.tokens = append(a.s.tokens, b.Token())
		return pipeline.Suspend
	case 2:
		a.OnResume(x, b, pipeline.Event{})
	}
	return a.OnResume(x, b, pipeline.Event{})
}

// take notes what was sent.
func (s *forkStorm) take() {
	for _, p := range s.n.Sent() {
		if p.To == alice {
			s.alice(p.Text)
		} else {
			s.callee(p.To, nil, p.Text)
		}
	}
	for _, d := range s.n.Loops[0].Dials() {
		s.dials = append(s.dials, d)
		s.peers = append(s.peers, &peer{s.n, s.n.Loops[0], d.Conn})
	}
	for _, p := range s.peers {
		if p.c.State() == netio.StateClosed {
			continue
		}
		for _, msg := range p.received() {
			s.callee("", p, msg)
		}
	}
	s.taken = s.n.Loops[0].Now()
}

func (s *forkStorm) alice(msg string) {
	what := strings.TrimPrefix(pipelinetest.StartLine(msg), "SIP/2.0 ")[:3]
	if strings.HasSuffix(pipelinetest.Header(msg, "CSeq")[0], "CANCEL") {
		return
	}
	if got := parties(msg); !strings.HasPrefix(got, sentParties) {
		s.t.Errorf("alice got a %s for %s", what, got)
	}
	if what < "200" {
		if len(s.finals) > 0 {
			s.t.Errorf("alice got %s after %q", what, s.finals)
		}
		return
	}
	s.finals = append(s.finals, what+" "+toTag(msg))
	if what >= "300" {
		s.n.FromUDP(alice, request("ACK", "1 ", "fork", toTag(msg)))
	}
}

func (s *forkStorm) callee(to string, p *peer, msg string) {
	id := pipelinetest.Header(msg, "Via")[0]
	method, _, _ := strings.Cut(msg, " ")
	switch l := s.byVia[id]; {
	case method == "ACK":
	case method == "CANCEL":
		if l == nil || !l.rang {
			s.t.Errorf("a CANCEL before a provisional response:\n%s", msg)
			return
		}
		l.canceled = true
		s.say(&leg{to: to, peer: p, text: msg}, "200 OK")
		if s.r.Intn(3) > 0 && !l.ended {
			l.ended = true
			s.say(l, "487 Request Terminated")
		}
	case l == nil:
		l = &leg{to: to, peer: p, text: msg, since: s.taken}
		s.byVia[id] = l
		s.open = append(s.open, l)
		s.checkBreadth()
	}
}

// checkBreadth checks that the callees do not have more between them than
// alice has given (RFC 5393 §5.3.3).
func (s *forkStorm) checkBreadth() {
	if s.whims {
		return // a stage may give up a callee before he ends
	}
	sum := 0
	for _, l := range s.open {
		if l.pending(s.n.Loops[0].Now()) {
			n, err := strconv.Atoi(strings.Join(pipelinetest.Header(l.text, "Max-Breadth"), " and "))
			if err != nil {
				s.t.Errorf("Max-Breadth: %v", err)
			}
			sum += n
		}
	}
	if sum > s.breadth {
		s.t.Errorf("the callees have a Max-Breadth of %d together, want at most %d", sum, s.breadth)
	}
}

func (s *forkStorm) say(l *leg, status string, lines ...string) {
	tag := fmt.Sprint("t", s.r.Intn(3))
	msg := answer(l.text, status, tag, lines...)
	if l.peer != nil {
		if l.peer.c.State() != netio.StateClosed {
			l.peer.feed(msg)
		}
		return
	}
	s.n.FromUDP(l.to, msg)
}

// step has one thing happen.
func (s *forkStorm) step() {
	switch s.r.Intn(12) {
	case 0:
		s.n.Advance(time.Duration(s.r.Intn(3000)) * time.Millisecond)
	case 1:
		if s.r.Intn(8) == 0 {
			s.n.FromUDP(alice, request("CANCEL", "1 ", "fork", ""))
		}
	case 2, 3:
		if len(s.tokens) > 0 {
			post(s.n, s.tokens[s.r.Intn(len(s.tokens))], pipeline.Event{})
		}
	case 4:
		if len(s.dials) > 0 {
			d := s.dials[len(s.dials)-1]
			s.dials = s.dials[:len(s.dials)-1]
			if s.r.Intn(2) == 0 {
				d.Succeed()
			} else {
				d.Fail(errRefused)
			}
		}
	case 5:
		if len(s.peers) > 0 {
			if p := s.peers[s.r.Intn(len(s.peers))]; p.c.State() == netio.StateOpen && s.r.Intn(4) == 0 {
				p.h.ClosePeer(p.c)
			}
		}
	default:
		if len(s.open) > 0 {
			s.respond(s.open[s.r.Intn(len(s.open))])
		}
	}
	s.take()
}

func (s *forkStorm) respond(l *leg) {
	if l.ended {
		return
	}
	status := []string{"100 T", "180 R", "180 R", "183 P", "199 E", "200 O", "302 M", "404 N", "401 U", "407 P", "430 F", "486 B", "503 S", "603 D"}[s.r.Intn(14)]
	late := s.n.Count("sluice_sip_responses_late_total")
	l.ended = status >= "2"
	s.say(l, status, fmt.Sprintf("Contact: <sip:c@192.0.2.%d:5060>;q=0.%d", 10+s.r.Intn(9), s.r.Intn(9)), "WWW-Authenticate: Digest realm=x", "Retry-After: 7")
	if status < "2" && s.n.Count("sluice_sip_responses_late_total") == late { // what comes after Timer B begins nothing
		l.rang = true
	}
}

// TestForkStorm: whatever callees, caller and stages do, the caller gets one
// final response, or 2xx alone; no callee rings on when she has it; and when
// the timers are through nothing is left.
func TestForkStorm(t *testing.T) {
	answered := 0
	for seed := range int64(1000) {
		s := &forkStorm{t: t, r: rand.New(rand.NewSource(seed)), byVia: map[string]*leg{}, whims: seed%2 == 0}
		a := &addresses{s: s}
		for range 1 + s.r.Intn(6) {
			a.hops = append(a.hops, s.hop())
		}
		p := short
		p.SerialForking, p.RecurseOnRedirect, p.UseBlacklist = s.r.Intn(4) == 0, s.r.Intn(2) == 0, s.r.Intn(3) == 0
		p.BlacklistTime = 3 * time.Second
		s.n = pipelinetest.New(t, stages(s, a), pipelinetest.Options{Profile: p})
		s.breadth = 1 + s.r.Intn(5)
		s.n.FromUDP(alice, request("INVITE", "1 ", "fork", "", "Supported: 199\r\n", fmt.Sprintf("Max-Breadth: %d\r\n", s.breadth)))
		s.take()
		for range 10 + s.r.Intn(60) {
			s.step()
		}
		s.finish(seed)
		answered += len(s.finals)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if answered < 600 {
		t.Errorf("%d final responses in all: that was hardly tried", answered)
	}
}

// finish lets time pass, and checks what came of it.
func (s *forkStorm) finish(seed int64) {
	t := s.t
	s.whims = false
	for range 40 {
		for len(s.dials) > 0 {
			s.dials[0].Fail(errRefused)
			s.dials = s.dials[1:]
		}
		s.n.Advance(10 * time.Second)
		s.take()
	}
	for _, what := range s.n.Leftovers() {
		t.Error(what)
	}
	if got := s.n.Count("sluice_stage_panics_total"); got != 0 {
		t.Errorf("%d panics", got)
	}
	for _, f := range s.finals {
		if f[0] != s.finals[0][0] || f[0] != '2' && f != s.finals[0] {
			t.Errorf("alice got %q, want one final response, or 2xx alone", s.finals)
			break
		}
	}
	if len(s.finals) == 0 && seed%2 != 0 {
		t.Error("alice got no final response")
	}
	for _, l := range s.open {
		if l.rang && !l.ended && !l.canceled && (l.peer == nil || l.peer.c.State() == netio.StateOpen) {
			t.Errorf("a callee still rings, and was not cancelled:\n%s", l.text)
		}
	}
}
