package pipeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// conns is a stage that notes which connections come and go.
type conns struct {
	name string
	log  *[]string
	open func(c *netio.Conn) pipeline.Verdict // nil: Continue
}

func (s conns) Name() string { return s.name }

func (s conns) OnOpen(c *netio.Conn) pipeline.Verdict {
	*s.log = append(*s.log, s.name+" open "+c.Transport().String())
	if s.open != nil {
		return s.open(c)
	}
	return pipeline.Continue
}

func (s conns) OnClose(c *netio.Conn, why pipeline.Cause) {
	*s.log = append(*s.log, s.name+" close "+c.Transport().String()+" "+why.String())
}

// took takes the log and compares it.
func took(t *testing.T, what string, log *[]string, want string) {
	t.Helper()
	if got := strings.Join(*log, ", "); got != want {
		t.Errorf("%s: the stages saw\n%s\nwant\n%s", what, got, want)
	}
	*log = nil
}

func TestConnHandlers(t *testing.T) {
	var log []string
	n := pipelinetest.New(t, stages(conns{"a", &log, nil}, conns{"b", &log, nil}, router{}))
	p := connect(n, netio.TCP, alice)
	took(t, "accepted", &log, "a open tcp, b open tcp")
	p.h.ClosePeer(p.c)
	took(t, "closed by the peer", &log, "a close tcp peer_closed, b close tcp peer_closed")

	p = connect(n, netio.TCP, alice)
	p.h.Break(p.c, errRefused)
	took(t, "broken", &log, "a open tcp, b open tcp, a close tcp peer_closed, b close tcp peer_closed")

	p = connect(n, netio.WS, alice)
	took(t, "a WebSocket", &log, "a open ws, b open ws")
	p.h.ClosePeer(p.c)
	took(t, "a WebSocket closed by the peer", &log, "a close ws peer_closed, b close ws peer_closed")

	p = connect(n, netio.TCP, alice)
	p.feed("this is not SIP at all\r\n\r\n")
	took(t, "garbage", &log, "a open tcp, b open tcp, a close tcp local_closed, b close tcp local_closed")

	n.FromUDP(alice, target(bobTCP, request("OPTIONS", "1 ", "one", "")))
	d := dial(n, bob)
	took(t, "dialling", &log, "")
	d.Succeed()
	took(t, "dialled", &log, "a open tcp, b open tcp")
	n.Loops[0].ClosePeer(d.Conn)
	took(t, "the peer closed what we dialled", &log, "a close tcp peer_closed, b close tcp peer_closed")

	n.FromUDP(alice, target(bobTCP, request("OPTIONS", "2 ", "two", "")))
	dial(n, bob).Fail(errRefused)
	took(t, "a dial that fails", &log, "")

	connect(n, netio.TCP, alice)
	n.Loops[0].Stop()
	took(t, "stopped", &log, "a open tcp, b open tcp, a close tcp local_closed, b close tcp local_closed")
}

func TestOnOpenDrop(t *testing.T) {
	var log []string
	refuse := func(*netio.Conn) pipeline.Verdict { return pipeline.Drop }
	n := pipelinetest.New(t, stages(conns{"a", &log, nil}, conns{"b", &log, refuse}, conns{"c", &log, nil}, router{}))
	h := n.Loops[0]
	c := h.Open(netio.TCP, n.TCP, aliceAt)
	h.Feed(c, []byte(over("TCP", request("OPTIONS", "1 ", "one", ""))))
	if !h.Shut(c) || len(h.Written(c)) != 0 || len(n.Sent()) != 0 {
		t.Error("the connection was not closed, or a message on it got an answer")
	}
	if got := strings.Join(log, ", "); !strings.HasPrefix(got, "a open tcp, b open tcp, a close tcp local_closed, b close tcp local_closed") {
		t.Errorf("the stages saw %s", got)
	}
	n.Idle()
}

// A request whose connection we refuse to open ends, and does not wait.
func TestOnOpenDropsWhatWeDialled(t *testing.T) {
	var log []string
	refuse := func(*netio.Conn) pipeline.Verdict { return pipeline.Drop }
	n := pipelinetest.New(t, stages(conns{"a", &log, refuse}, router{}))
	n.FromUDP(alice, target(bobTCP, request("OPTIONS", "1 ", "one", "")))
	dial(n, bob).Succeed()
	expectSent(n, alice, "SIP/2.0 500 Connection Error\r\n")
	n.Advance(40 * time.Second)
	n.Idle()
}

// visits counts, in a cell of the connection, what a stage has seen there.
type visits struct {
	cell pipeline.ConnLocal[int]
	seen *[]int
}

func (visits) Name() string { return "visits" }

func (v visits) OnOpen(c *netio.Conn) pipeline.Verdict {
	*v.cell.Of(c) += 100
	return pipeline.Continue
}

func (v visits) OnClose(c *netio.Conn, _ pipeline.Cause) { *v.seen = append(*v.seen, *v.cell.Of(c)) }

func (v visits) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	n := v.cell.Of(x.Conn)
	*n++
	*v.seen = append(*v.seen, *n)
	return x.Reply(notFound)
}

// The cell of a connection is one for each Program, and lives as long as both.
func TestConnLocal(t *testing.T) {
	var first, second, third []int
	with := func(seen *[]int) func(b *pipeline.LoopBuilder) []pipeline.Stage {
		return func(b *pipeline.LoopBuilder) []pipeline.Stage {
			pipeline.NewConnLocal[string](b) // of another stage
			return []pipeline.Stage{visits{pipeline.NewConnLocal[int](b), seen}}
		}
	}
	n := pipelinetest.New(t, with(&first))
	p, other := connect(n, netio.TCP, alice), connect(n, netio.TCP, "192.0.2.1:40002")
	serial := 0
	ask := func(p *peer, times int) {
		for range times {
			serial++
			p.send(over("TCP", request("OPTIONS", "1 ", "o"+string(rune('a'+serial)), "")))
		}
		p.received()
	}
	ask(p, 2)
	ask(other, 1)
	replace(n, with(&second))
	ask(p, 2)
	replace(n, with(&third))
	ask(p, 1)
	p.h.ClosePeer(p.c)
	for _, c := range []struct {
		name      string
		got, want []int
	}{
		{"the first program", first, []int{101, 102, 101}},
		{"the second program", second, []int{1, 2}},
		{"the third program, and the end", third, []int{1, 1}},
	} {
		if len(c.got) != len(c.want) {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
			continue
		}
		for i := range c.got {
			if c.got[i] != c.want[i] {
				t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
				break
			}
		}
	}
	if got := (pipeline.ConnLocal[int]{}).Of(p.c); got != nil {
		t.Error("a connection that has closed has a cell")
	}
}

// bomb panics in the handlers that its name lists.
type bomb string

func (b bomb) blow(where string) pipeline.Verdict {
	if strings.Contains(string(b), where) {
		panic("oops")
	}
	return pipeline.Continue
}

func (bomb) Name() string                                    { return "bomb" }
func (b bomb) OnRequest(*pipeline.Exchange) pipeline.Verdict { return b.blow("request") }
func (b bomb) OnCancel(*pipeline.Exchange)                   { b.blow("cancel") }
func (b bomb) OnRelease(*pipeline.Exchange)                  { b.blow("release") }
func (b bomb) OnOpen(*netio.Conn) pipeline.Verdict           { return pipeline.Continue }
func (b bomb) OnClose(*netio.Conn, pipeline.Cause)           { b.blow("close") }

func (b bomb) OnTarget(_ *pipeline.Exchange, br *pipeline.Branch) pipeline.Verdict {
	if br.Target.Transport == netio.UDP {
		return b.blow("target")
	}
	return pipeline.Continue
}

func (b bomb) OnResponse(*pipeline.Exchange, *pipeline.Branch) pipeline.Verdict {
	return b.blow("response")
}

func (b bomb) OnFailure(*pipeline.Exchange, *pipeline.Branch, pipeline.Cause) pipeline.Verdict {
	return b.blow("failure")
}

var (
	toTCP = pipeline.Target{Transport: netio.TCP, Addr: bobAt}
	toUDP = pipeline.Target{Addr: bobAt}
)

// answerUDP and answerTCP let bob answer what has reached him.
func answerUDP(n *pipelinetest.Net) {
	for _, p := range n.Sent() {
		if p.To == bob {
			n.FromUDP(bob, respond(p.Text, "200 OK"))
		}
	}
}

func answerTCP(n *pipelinetest.Net) {
	d := dial(n, bob)
	d.Succeed()
	p := &peer{n, n.Loops[0], d.Conn}
	p.send(respond(p.received()[0], "200 OK"))
}

func refuseTCP(n *pipelinetest.Net) { dial(n, bob).Fail(errRefused) }

// Wherever a stage panics on the way of a request, the client gets one answer
// and nothing is left behind.
func TestPanicAnywhere(t *testing.T) {
	for _, c := range []struct {
		bomb    bomb
		targets []pipeline.Target
		then    func(n *pipelinetest.Net) // after alice's request
		want    string                    // her final response
		panics  int64
	}{
		{"request", []pipeline.Target{toUDP}, nil, "500 Server Internal Error", 1},
		{"target", []pipeline.Target{toUDP}, nil, "500 Server Internal Error", 1},
		{"target of the second attempt", []pipeline.Target{toTCP, toUDP}, refuseTCP, "500 Server Internal Error", 1},
		{"release", []pipeline.Target{toUDP}, answerUDP, "200 OK", 1},
		{"request and release", []pipeline.Target{toUDP}, nil, "500 Server Internal Error", 2},
		{"close", []pipeline.Target{toTCP}, func(n *pipelinetest.Net) {
			d := dial(n, bob)
			d.Succeed()
			n.Loops[0].ClosePeer(d.Conn)
		}, "500 Connection Error", 1},
	} {
		for _, method := range []string{"INVITE", "OPTIONS"} {
			t.Run(string(c.bomb)+" "+method, func(t *testing.T) {
				n := pipelinetest.New(t, stages(c.bomb, router{"bob": c.targets}))
				n.FromUDP(alice, request(method, "1 ", "a", ""))
				if c.then != nil {
					c.then(n)
				}
				if got := finals(n, method); len(got) != 1 || got[0] != c.want {
					t.Errorf("alice got %q, want %q once", got, c.want)
				}
				if n.Edge.Activity().Exchanges != 0 {
					t.Error("an exchange is left")
				}
				n.Advance(40 * time.Second) // nobody answers what is out
				n.Sent()
				n.Idle()
				if got := n.Count("sluice_stage_panics_total"); got != c.panics {
					t.Errorf("%d panics counted, want %d", got, c.panics)
				}
				replace(n, stages(forwarder{}))
				checkDrained(t, n.Program)
			})
		}
	}
}

// A stage that panics at a response, a failure or a CANCEL does not keep the
// others from seeing it, and what they and the pipeline do then is done.
func TestPanicDoesNotStopTheOthers(t *testing.T) {
	for _, c := range []struct {
		bomb    bomb
		method  string
		targets []pipeline.Target
		then    func(n *pipelinetest.Net) // after alice's request
		want    string                    // her final response
		seen    string                    // by the other stage
		panics  int64
	}{
		{"response", "INVITE", []pipeline.Target{toUDP}, answerUDP, "200 OK", "response 200", 1},
		{"response over TCP", "OPTIONS", []pipeline.Target{toTCP}, answerTCP, "200 OK", "response 200", 1},
		{"response and release", "INVITE", []pipeline.Target{toUDP}, answerUDP, "200 OK", "response 200", 2},
		{"failure of a connection", "INVITE", []pipeline.Target{toTCP, toUDP}, func(n *pipelinetest.Net) { refuseTCP(n); answerUDP(n) }, "200 OK", "failure connection_error, response 200", 1},
		{"failure by a timer", "INVITE", []pipeline.Target{toUDP}, func(n *pipelinetest.Net) { n.Advance(32100 * time.Millisecond) }, "408 Client Timeout", "failure client_timeout", 1},
		{"cancel", "INVITE", []pipeline.Target{toUDP}, func(n *pipelinetest.Net) {
			n.FromUDP(alice, request("CANCEL", "1 ", "a", ""))
			n.Advance(32100 * time.Millisecond)
		}, "487 Request Terminated", "cancel, failure client_timeout", 1},
	} {
		t.Run(string(c.bomb), func(t *testing.T) {
			var w witness
			n := pipelinetest.New(t, stages(&w, c.bomb, router{"bob": c.targets}))
			n.FromUDP(alice, request(c.method, "1 ", "a", ""))
			c.then(n)
			if got := finals(n, c.method); len(got) != 1 || got[0] != c.want {
				t.Errorf("alice got %q, want %q once", got, c.want)
			}
			if got := strings.Join(w.seen, ", "); got != c.seen {
				t.Errorf("the other stage saw %q, want %q", got, c.seen)
			}
			n.Advance(40 * time.Second)
			n.Sent()
			n.Idle()
			if got := n.Count("sluice_stage_panics_total"); got != c.panics {
				t.Errorf("%d panics counted, want %d", got, c.panics)
			}
		})
	}
}

// witness is a stage that notes what it sees.
type witness struct{ seen []string }

func (*witness) Name() string { return "witness" }

func (w *witness) OnCancel(*pipeline.Exchange) { w.seen = append(w.seen, "cancel") }

func (w *witness) OnResponse(_ *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	w.seen = append(w.seen, fmt.Sprint("response ", b.Resp.Status))
	return pipeline.Continue
}

func (w *witness) OnFailure(_ *pipeline.Exchange, _ *pipeline.Branch, why pipeline.Cause) pipeline.Verdict {
	w.seen = append(w.seen, "failure "+why.String())
	return pipeline.Continue
}

// finals takes what was sent and returns the final responses that alice got,
// the one for a CANCEL apart. She acknowledges them.
func finals(n *pipelinetest.Net, method string) (got []string) {
	for _, p := range n.Sent() {
		status := strings.TrimPrefix(pipelinetest.StartLine(p.Text), "SIP/2.0 ")
		if p.To != alice || status[0] == '1' || status == "200 Cancelled" {
			continue
		}
		got = append(got, status)
		if method == "INVITE" && status[0] != '2' {
			n.FromUDP(alice, request("ACK", "1 ", "a", toTag(p.Text)))
		}
	}
	return got
}

// toTag returns the tag of the To header field of a response to alice.
func toTag(msg string) string {
	_, tag, _ := strings.Cut(pipelinetest.Header(msg, "To")[0], ";tag=")
	return tag
}

// The gauges tell what the loops hold; a drain, and Idle, rest on them.
func TestGauges(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}))
	check := func(when string, exchanges, servers, clients int64) {
		t.Helper()
		for _, g := range []struct {
			name string
			want int64
		}{{"sluice_exchanges", exchanges}, {"sluice_server_transactions", servers}, {"sluice_client_transactions", clients}} {
			if got := n.Count(g.name); got != g.want {
				t.Errorf("%s: %s = %d, want %d", when, g.name, got, g.want)
			}
		}
	}
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	inv := n.Sent()[1].Text
	n.FromUDP(alice, request("OPTIONS", "2 ", "opt", ""))
	check("two requests out", 2, 2, 2)
	n.FromUDP(bob, respond(inv, "200 OK"))
	check("one answered", 1, 2, 2)
	n.FromUDP(alice, request("ACK", "1 ", "ack", "b1"))
	check("and acknowledged", 1, 2, 2)
	n.Advance(31 * time.Second)
	check("the other one about to time out", 1, 2, 2)
	n.Advance(2 * time.Second)
	check("in the end", 0, 0, 0)
}

// A provisional response of a stage belongs to the same dialog as the final
// one, and comes before it or not at all.
func TestReplyProvisional(t *testing.T) {
	ring := pipeline.RequestFunc(func(x *pipeline.Exchange) pipeline.Verdict {
		x.ReplyProvisional(sip.Ringing)
		x.ReplyProvisional(sip.OK) // that is none: ignored
		x.Reply(notFound)
		x.ReplyProvisional(sip.Ringing) // too late
		return pipeline.Handled
	})
	n := pipelinetest.New(t, stages(ring))
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	got := expectSent(n, alice, "SIP/2.0 180 Ringing\r\n", "SIP/2.0 404 Not Found\r\n")
	if a, b := pipelinetest.Header(got[0], "To")[0], pipelinetest.Header(got[1], "To")[0]; a != b {
		t.Errorf("To of 180 is %s, of 404 %s; want one dialog", a, b)
	}
}
