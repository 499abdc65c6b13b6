package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"sluice/netio/netiotest"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// parker suspends every request and remembers its token.
type parker struct {
	token    pipeline.Token
	event    pipeline.Event
	resumed  int
	canceled int
	verdict  func(x *pipeline.Exchange, ev pipeline.Event) pipeline.Verdict
}

func (*parker) Name() string { return "parker" }

func (p *parker) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	p.token = x.Token()
	return pipeline.Suspend
}

func (p *parker) OnResume(x *pipeline.Exchange, _ *pipeline.Branch, ev pipeline.Event) pipeline.Verdict {
	p.resumed++
	p.event = ev
	if p.verdict != nil {
		return p.verdict(x, ev)
	}
	return pipeline.Continue
}

func (p *parker) OnCancel(*pipeline.Exchange) { p.canceled++ }

// post posts a token as any goroutine would, and lets the loops work.
func post(n *pipelinetest.Net, tok pipeline.Token, ev pipeline.Event) {
	n.Edge.Post(tok, ev)
	netiotest.RunMail(n.Loops...)
}

func TestSuspend(t *testing.T) {
	p := &parker{}
	n := pipelinetest.New(t, stages(p, forwarder{}))
	n.FromUDP(alice, request("OPTIONS", "1 ", "opt", ""))
	n.FromUDP(alice, request("OPTIONS", "1 ", "opt", "")) // a retransmission runs no stage
	if got := n.Sent(); len(got) != 0 || p.resumed != 0 {
		t.Fatalf("while parked: sent %v, resumed %d times; want nothing", got, p.resumed)
	}
	post(n, p.token, pipeline.Event{Code: 7, Data: t})
	if p.resumed != 1 || p.event.Kind != pipeline.EventPosted || p.event.Code != 7 || p.event.Data != any(t) {
		t.Errorf("resumed %d times with %+v, want once with what was posted", p.resumed, p.event)
	}
	opt := n.SentTo(bob)
	post(n, p.token, pipeline.Event{})
	if p.resumed != 1 || n.Count("sluice_stage_stale_tokens_total") != 1 {
		t.Errorf("a spent token resumed the exchange")
	}
	n.FromUDP(bob, respond(opt, "200 OK"))
	n.SentTo(alice)
	n.Advance(40 * time.Second)
	n.Idle()
}

// A spent token must not wake a later parking of the same slot.
func TestSpentToken(t *testing.T) {
	p := &parker{}
	n := pipelinetest.New(t, stages(p, forwarder{}))
	n.FromUDP(alice, request("OPTIONS", "1 ", "one", ""))
	spent := p.token
	post(n, spent, pipeline.Event{})
	n.FromUDP(alice, request("OPTIONS", "2 ", "two", ""))
	post(n, spent, pipeline.Event{})
	if p.resumed != 1 {
		t.Errorf("resumed %d times, want 1", p.resumed)
	}
	post(n, p.token, pipeline.Event{})
	if p.resumed != 2 {
		t.Errorf("resumed %d times, want 2", p.resumed)
	}
}

func TestSuspendedInviteIsAnswered100(t *testing.T) {
	p := &parker{}
	n := pipelinetest.New(t, stages(p, forwarder{}))
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	n.Advance(190 * time.Millisecond)
	if got := n.Sent(); len(got) != 0 {
		t.Errorf("sent %v before 200 ms", got)
	}
	n.Advance(30 * time.Millisecond)
	if got := n.SentTo(alice); pipelinetest.StartLine(got) != "SIP/2.0 100 Trying" {
		t.Errorf("got %q, want 100", got)
	}
	post(n, p.token, pipeline.Event{})
	if got := n.SentTo(bob); !strings.HasPrefix(got, "INVITE ") {
		t.Errorf("got %q, want the INVITE and no second 100", got)
	}
}

func TestGuardTimer(t *testing.T) {
	p := &parker{verdict: func(x *pipeline.Exchange, ev pipeline.Event) pipeline.Verdict {
		if ev.Kind == pipeline.EventTimeout {
			return x.Reply(notFound)
		}
		return pipeline.Continue
	}}
	n := pipelinetest.New(t, stages(p))
	n.FromUDP(alice, request("OPTIONS", "1 ", "opt", ""))
	n.Advance(11 * time.Second)
	if got := n.SentTo(alice); pipelinetest.StartLine(got) != "SIP/2.0 404 Not Found" {
		t.Errorf("got %q, want what OnResume answered", got)
	}
	n.Advance(40 * time.Second)
	n.Idle()
}

func TestCancelWhileSuspended(t *testing.T) {
	p := &parker{}
	n := pipelinetest.New(t, stages(p, forwarder{}))
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	n.FromUDP(alice, request("CANCEL", "1 ", "inv", ""))
	got := n.Sent()
	if len(got) != 2 || pipelinetest.StartLine(got[0].Text) != "SIP/2.0 200 Cancelled" || pipelinetest.StartLine(got[1].Text) != "SIP/2.0 487 Request Terminated" {
		t.Fatalf("sent %v, want 200 and 487", got)
	}
	post(n, p.token, pipeline.Event{})
	if p.resumed != 0 || p.canceled != 1 {
		t.Errorf("resumed %d times, OnCancel %d times; want 0 and 1", p.resumed, p.canceled)
	}
	n.FromUDP(alice, request("ACK", "1 ", "inv", pipelinetest.Header(got[1].Text, "To")[0][len("<sip:bob@example.com>;tag="):]))
	n.Advance(40 * time.Second)
	n.Idle()
}

// recorder notes which of its handlers ran, in which order.
type recorder struct {
	name string
	log  *[]string
}

func (r recorder) Name() string                 { return r.name }
func (r recorder) note(what string)             { *r.log = append(*r.log, what+" "+r.name) }
func (r recorder) OnRelease(*pipeline.Exchange) { r.note("release") }

func (r recorder) OnRequest(*pipeline.Exchange) pipeline.Verdict {
	r.note("request")
	return pipeline.Continue
}

func (r recorder) OnTarget(*pipeline.Exchange, *pipeline.Branch) pipeline.Verdict {
	r.note("target")
	return pipeline.Continue
}

func (r recorder) OnResponse(*pipeline.Exchange, *pipeline.Branch) pipeline.Verdict {
	r.note("response")
	return pipeline.Continue
}

func (r recorder) OnFailure(_ *pipeline.Exchange, _ *pipeline.Branch, why pipeline.Cause) pipeline.Verdict {
	r.note(why.String())
	return pipeline.Continue
}

func TestOrder(t *testing.T) {
	var log []string
	n := pipelinetest.New(t, stages(recorder{"a", &log}, recorder{"b", &log}, forwarder{}))
	n.FromUDP(alice, request("OPTIONS", "1 ", "opt", ""))
	n.FromUDP(bob, respond(n.SentTo(bob), "200 OK"))
	want := "request a, request b, target a, target b, response b, response a, release a, release b"
	if got := strings.Join(log, ", "); got != want {
		t.Errorf("order is\n%s\nwant\n%s", got, want)
	}
	log = nil
	n.FromUDP(alice, request("OPTIONS", "2 ", "opt2", ""))
	n.Advance(33 * time.Second)
	want = "request a, request b, target a, target b, client_timeout b, client_timeout a, release a, release b"
	if got := strings.Join(log, ", "); got != want {
		t.Errorf("order is\n%s\nwant\n%s", got, want)
	}
}

func TestPanic(t *testing.T) {
	fuse := true
	bomb := pipeline.RequestFunc(func(x *pipeline.Exchange) pipeline.Verdict {
		if fuse {
			panic("the password is hunter2")
		}
		return pipeline.Continue
	})
	n := pipelinetest.New(t, stages(bomb, forwarder{}))
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	got := n.SentTo(alice)
	if pipelinetest.StartLine(got) != "SIP/2.0 500 Server Internal Error" || strings.Contains(got, "hunter2") {
		t.Errorf("alice got\n%s\nwant 500 without the text of the panic", got)
	}
	fuse = false
	n.FromUDP(alice, request("OPTIONS", "1 ", "opt", ""))
	n.FromUDP(bob, respond(n.SentTo(bob), "200 OK"))
	n.SentTo(alice)
	n.FromUDP(alice, request("ACK", "1 ", "inv", pipelinetest.Header(got, "To")[0][len("<sip:bob@example.com>;tag="):]))
	n.Advance(40 * time.Second)
	n.Idle()
	if got := n.Count("sluice_stage_panics_total"); got != 1 {
		t.Errorf("%d panics counted, want 1", got)
	}
}

// counting counts how often its cell was used in an exchange.
type counting struct {
	cell pipeline.Local[int]
	seen []int
}

func (*counting) Name() string { return "counting" }

func (c *counting) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	*c.cell.Of(x) += 1
	return pipeline.Continue
}

func (c *counting) OnResponse(x *pipeline.Exchange, _ *pipeline.Branch) pipeline.Verdict {
	*c.cell.Of(x) += 10
	c.seen = append(c.seen, *c.cell.Of(x))
	return pipeline.Continue
}

func TestCells(t *testing.T) {
	var c *counting
	n := pipelinetest.New(t, func(b *pipeline.LoopBuilder) []pipeline.Stage {
		c = &counting{cell: pipeline.NewLocal[int](b)}
		return []pipeline.Stage{c, forwarder{}}
	})
	for _, id := range []string{"one", "two"} {
		n.FromUDP(alice, request("OPTIONS", "1 ", id, ""))
		n.FromUDP(bob, respond(n.SentTo(bob), "200 OK"))
		n.Sent()
	}
	if len(c.seen) != 2 || c.seen[0] != 11 || c.seen[1] != 11 {
		t.Errorf("cells held %v at the response, want 11 in each exchange", c.seen)
	}
}

func TestSwap(t *testing.T) {
	p := &parker{}
	n := pipelinetest.New(t, stages(p, forwarder{}), pipelinetest.Options{Loops: 2})
	n.FromUDP(alice, request("OPTIONS", "1 ", "old", ""))
	refuse := pipeline.RequestFunc(func(x *pipeline.Exchange) pipeline.Verdict { return x.Reply(notFound) })
	next := pipeline.BuildWith(n.Spec, n.NetLoops(), stages(refuse))
	n.Edge.Swap(next)
	netiotest.RunMail(n.Loops...)
	n.FromUDP(alice, request("OPTIONS", "2 ", "new", ""))
	if got := n.SentTo(alice); pipelinetest.StartLine(got) != "SIP/2.0 404 Not Found" {
		t.Errorf("got %q, want the new program's answer", got)
	}
	select {
	case <-n.Program.Drained():
		t.Fatal("the old program drained with an exchange parked on it")
	default:
	}
	post(n, p.token, pipeline.Event{})
	n.FromUDP(bob, respond(n.SentTo(bob), "200 OK"))
	n.SentTo(alice)
	select {
	case <-n.Program.Drained():
	default:
		t.Error("the old program has not drained")
	}
}

func TestExpel(t *testing.T) {
	p := &parker{verdict: func(x *pipeline.Exchange, ev pipeline.Event) pipeline.Verdict {
		if ev.Kind == pipeline.EventCancel {
			return x.Reply(notFound)
		}
		return pipeline.Continue
	}}
	n := pipelinetest.New(t, stages(p))
	n.FromUDP(alice, request("OPTIONS", "1 ", "opt", ""))
	n.Edge.Swap(pipeline.BuildWith(n.Spec, n.NetLoops(), stages(forwarder{})))
	n.Edge.Expel(n.Program)
	netiotest.RunMail(n.Loops...)
	n.SentTo(alice)
	select {
	case <-n.Program.Drained():
	default:
		t.Error("the old program has not drained")
	}
}

func TestDrain(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}))
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	inv := n.Sent()[1].Text
	n.Edge.Drain()
	netiotest.RunMail(n.Loops...)
	n.FromUDP(alice, request("INVITE", "2 ", "inv2", ""))
	if got := n.SentTo(alice); pipelinetest.StartLine(got) != "SIP/2.0 503 Server is Being Stopped" || len(pipelinetest.Header(got, "Retry-After")) != 1 {
		t.Errorf("a new call is answered\n%s\nwant 503 with Retry-After", got)
	}
	if n.Edge.Activity().Exchanges == 0 {
		t.Error("idle while a call is set up")
	}
	n.FromUDP(bob, respond(inv, "200 OK"))
	n.SentTo(alice)
	n.FromUDP(alice, request("BYE", "3 ", "bye", "b1"))
	n.FromUDP(bob, respond(n.SentTo(bob), "200 OK"))
	n.SentTo(alice)
	if n.Edge.Activity().Exchanges != 0 {
		t.Error("not idle after the last answer")
	}
}
