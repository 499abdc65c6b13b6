package pipeline_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// chaos is a stage that does anything a stage may do, anywhere.
type chaos struct {
	r        *rand.Rand
	tokens   []pipeline.Token
	held     map[*pipeline.Exchange]bool // exchanges that are not released
	panicked int64
}

func (*chaos) Name() string { return "chaos" }

// act makes a verdict: mostly Continue.
func (c *chaos) act(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	switch c.r.Intn(24) {
	case 0, 1:
		if b != nil {
			c.tokens = append(c.tokens, b.Token())
		} else {
			c.tokens = append(c.tokens, x.Token())
		}
		return pipeline.Suspend
	case 2: // it suspends and tells nobody
		return pipeline.Suspend
	case 3: // it has told somebody and does not suspend
		c.tokens = append(c.tokens, x.Token())
	case 4:
		return x.Reply(sip.Decline)
	case 5:
		if b != nil {
			return x.Forward()
		}
	case 6:
		return pipeline.Drop
	case 7:
		x.ReplyProvisional(sip.SessionProgress)
	case 8:
		if b != nil && b.Resp == nil {
			b.AbortRouting()
			return pipeline.Drop
		}
	case 9:
		c.panicked++
		panic("chaos")
	}
	return pipeline.Continue
}

func (c *chaos) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	c.held[x] = true
	return c.act(x, nil)
}

func (c *chaos) OnTarget(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	return c.act(x, b)
}

func (c *chaos) OnResponse(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	return c.act(x, b)
}

func (c *chaos) OnFailure(x *pipeline.Exchange, b *pipeline.Branch, _ pipeline.Cause) pipeline.Verdict {
	return c.act(x, b)
}

func (c *chaos) OnResume(x *pipeline.Exchange, b *pipeline.Branch, _ pipeline.Event) pipeline.Verdict {
	return c.act(x, b)
}

func (c *chaos) OnCancel(x *pipeline.Exchange) { c.act(x, nil) }

func (c *chaos) OnRelease(x *pipeline.Exchange) { delete(c.held, x) }

// scatter forwards to up to three targets: bob over UDP, over TCP, and a
// WebSocket client whose connection another loop has.
type scatter struct {
	r      *rand.Rand
	client *peer
}

func (*scatter) Name() string { return "scatter" }

func (s *scatter) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	for range s.r.Intn(4) {
		switch s.r.Intn(4) {
		case 0:
			x.AddTarget(toTCP)
		case 1:
			x.AddTarget(pipeline.Target{Transport: netio.WS, Flow: s.client.c.ID()})
		default:
			x.AddTarget(toUDP)
		}
	}
	return x.Forward()
}

// Whatever stages do and peers answer, every exchange ends, and nothing is
// left of it.
func TestChaos(t *testing.T) {
	for seed := range int64(4) {
		r := rand.New(rand.NewSource(seed))
		c := &chaos{r: r, held: map[*pipeline.Exchange]bool{}}
		s := &scatter{r: r}
		n := pipelinetest.New(t, stages(c, c, s), pipelinetest.Options{Profile: short, Loops: 2})
		for i := range 3000 {
			if s.client == nil || s.client.c.State() == netio.StateClosed {
				s.client = connect(n, netio.WS, bobWS, 1)
			}
			turmoil(n, r, i)
			s.client.answer(r)
			if len(c.tokens) > 0 && r.Intn(2) == 0 {
				post(n, c.tokens[r.Intn(len(c.tokens))], pipeline.Event{})
			}
			if i%500 == 499 {
				c.tokens = c.tokens[len(c.tokens)/2:]
			}
		}
		n.Advance(2 * time.Minute)
		n.Sent()
		for _, d := range n.Loops[0].Dials() {
			d.Fail(errRefused)
		}
		n.Advance(2 * time.Minute)
		n.Sent()
		n.Idle()
		if len(c.held) != 0 {
			t.Errorf("seed %d: %d exchanges were not released", seed, len(c.held))
		}
		if got := n.Count("sluice_stage_panics_total"); got != c.panicked || got == 0 {
			t.Errorf("seed %d: %d panics, of which the stage made %d", seed, got, c.panicked)
		}
		if n.Count("sluice_connections_half_closed_total") == 0 {
			t.Errorf("seed %d: no connection was half-closed", seed)
		}
		replace(n, stages(forwarder{}))
		checkDrained(t, n.Program)
	}
}

// turmoil is one thing that happens on the network, and what bob answers.
func turmoil(n *pipelinetest.Net, r *rand.Rand, i int) {
	id := fmt.Sprint("t", r.Intn(4)+i/8)
	switch r.Intn(9) {
	case 0, 1, 2:
		n.FromUDP(alice, request("INVITE", "1 ", id, ""))
	case 3, 4:
		n.FromUDP(alice, request("OPTIONS", "1 ", id, ""))
	case 5:
		n.FromUDP(alice, request("CANCEL", "1 ", id, ""))
	case 6:
		n.FromUDP(alice, request("ACK", "1 ", id, "b1"))
	case 7:
		n.Advance(time.Duration(r.Intn(1500)) * time.Millisecond)
	case 8:
		caller := connect(n, netio.TCP, fmt.Sprintf("192.0.2.1:%d", 41000+i))
		method := []string{"INVITE", "OPTIONS"}[r.Intn(2)]
		caller.send(over("TCP", request(method, "1 ", "half"+id, "")), over("TCP", request("MESSAGE", "1 ", "too"+id, "")))
		if halfClose(caller); r.Intn(2) == 0 {
			closePeer(caller)
		}
	}
	for _, p := range n.Sent() {
		if p.To == bob && !strings.HasPrefix(p.Text, "ACK ") {
			answerSomehow(r, p.Text, func(resp string) { n.FromUDP(bob, resp) })
		}
	}
	for _, d := range n.Loops[0].Dials() {
		if r.Intn(3) == 0 {
			d.Fail(errRefused)
			continue
		}
		d.Succeed()
	}
	if c := n.Loops[0].Loop().ConnTo(netio.TCP, bobAt); c != nil && c.State() == netio.StateOpen {
		(&peer{n, n.Loops[0], c}).answer(r)
	}
}

// answer answers what p has received, and sometimes hangs up.
func (p *peer) answer(r *rand.Rand) {
	for _, msg := range p.received() {
		if !strings.HasPrefix(msg, "ACK ") {
			answerSomehow(r, msg, func(resp string) { p.send(resp) })
		}
	}
	if r.Intn(8) == 0 {
		p.h.ClosePeer(p.c)
	}
}

// answerSomehow gives a request up to three responses.
func answerSomehow(r *rand.Rand, req string, send func(resp string)) {
	for range r.Intn(4) {
		send(respond(req, []string{"100 Trying", "180 Ringing", "183 Session Progress", "200 OK", "404 Not Found", "487 Request Terminated"}[r.Intn(6)]))
	}
}
