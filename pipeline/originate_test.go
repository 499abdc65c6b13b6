package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// caller is a stage that sends requests of its own and notes what comes of
// them.
type caller struct {
	*pipeline.Originator
	name pipeline.Local[string]
	seen []string
}

func newCaller(b *pipeline.LoopBuilder) *caller {
	return &caller{Originator: b.Originator(), name: pipeline.NewLocal[string](b)}
}

func (*caller) Name() string { return "caller" }

// send originates r under a name.
func (c *caller) send(n *pipelinetest.Net, name string, r pipeline.Outgoing) error {
	r.Prepare = func(x *pipeline.Exchange) { *c.name.Of(x) = name }
	err := c.Originate(r)
	n.Advance(0)
	return err
}

func (c *caller) note(x *pipeline.Exchange, what string) {
	if x.Originated() && x.Req.Method != sip.MethodAck {
		c.seen = append(c.seen, *c.name.Of(x)+" "+what)
	}
}

func (c *caller) OnResolve(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	b.AddTarget(toUDP)
	return pipeline.Continue
}

func (c *caller) OnResponse(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	c.note(x, strings.TrimPrefix(pipelinetest.StartLine(string(b.Resp.Buf)), "SIP/2.0 "))
	return pipeline.Continue
}

func (c *caller) OnFailure(x *pipeline.Exchange, _ *pipeline.Branch, why pipeline.Cause) pipeline.Verdict {
	c.note(x, why.String())
	return pipeline.Continue
}

func (c *caller) OnRelease(x *pipeline.Exchange) { c.note(x, "over") }

func originating(t *testing.T) (*pipelinetest.Net, *caller) {
	t.Helper()
	var c *caller
	n := pipelinetest.New(t, func(b *pipeline.LoopBuilder) []pipeline.Stage {
		c = newCaller(b)
		return []pipeline.Stage{c}
	})
	return n, c
}

// A request of a stage goes out with all that RFC 3261 §8.1.1 wants, and its
// outcome comes back to the stage alone.
func TestOriginate(t *testing.T) {
	for _, c := range []struct{ name, answer, seen string }{
		{"accepted", "200 OK", "one 200 OK, one over"},
		{"refused", "404 Not Found", "one 404 Not Found, one over"},
		{"not answered", "", "one client_timeout, one over"},
	} {
		n, s := originating(t)
		err := s.send(n, "one", pipeline.Outgoing{Method: "MESSAGE", URI: "sip:bob@192.0.2.2:5062", Headers: "Content-Type: text/plain\r\n", Body: []byte("hello")})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		msg := expectSent(n, bob, "MESSAGE sip:bob@192.0.2.2:5062 SIP/2.0\r\n")[0]
		for name, want := range map[string]string{"Max-Forwards": "70", "CSeq": "1 MESSAGE", "To": "<sip:bob@192.0.2.2:5062>", "Content-Length": "5", "Content-Type": "text/plain"} {
			if got := strings.Join(pipelinetest.Header(msg, name), "|"); got != want {
				t.Errorf("%s: %s is %q, want %q", c.name, name, got, want)
			}
		}
		for _, name := range []string{"Via", "From", "Call-ID"} {
			if len(pipelinetest.Header(msg, name)) != 1 {
				t.Errorf("%s: no %s in\n%s", c.name, name, msg)
			}
		}
		if len(pipelinetest.Header(msg, "Record-Route")) != 0 || !strings.HasSuffix(msg, "\r\n\r\nhello") {
			t.Errorf("%s: got\n%s", c.name, msg)
		}
		if c.answer != "" {
			n.FromUDP(bob, respond(msg, c.answer))
		}
		n.Advance(40 * time.Second)
		for _, p := range n.Sent() {
			if p.To != bob {
				t.Errorf("%s: %s got %q", c.name, p.To, pipelinetest.StartLine(p.Text))
			}
		}
		if got := strings.Join(s.seen, ", "); got != c.seen {
			t.Errorf("%s: the stage saw %q, want %q", c.name, got, c.seen)
		}
		n.Idle()
	}
}

// The 2xx of an INVITE of our own is acknowledged, each time it comes, along
// the route that it gives (RFC 3261 §12.1.2, §13.2.2.4).
func TestOriginateInvite(t *testing.T) {
	n, s := originating(t)
	if err := s.send(n, "call", pipeline.Outgoing{
		Method: "INVITE", URI: "sip:bob@192.0.2.2:5062", From: "<sip:edge@example.com>;tag=e1", CallID: "c1", CSeq: 7,
		Headers: "Contact: <sip:edge@192.0.2.254>\r\n",
	}); err != nil {
		t.Fatal(err)
	}
	inv := expectSent(n, bob, "INVITE ")[0]
	n.FromUDP(bob, respond(inv, "180 Ringing"))
	ok := strings.Replace(respond(inv, "200 OK"), "Contact: <sip:bob@192.0.2.2:5062>", "Record-Route: <sip:p2.example.com;lr>, <sip:p1.example.com;lr>\r\nContact: <sip:bob@10.0.0.9>", 1)
	var first string
	for range 3 {
		n.FromUDP(bob, ok)
		n.Advance(0)
		ack := expectSent(n, bob, "ACK sip:bob@10.0.0.9 SIP/2.0\r\n")[0]
		if first == "" {
			first = ack
		}
		if ack != first {
			t.Errorf("the ACK differs when it is sent again:\n%s\n%s", first, ack)
		}
		if got := strings.Join(pipelinetest.Header(ack, "Route"), "|"); got != "<sip:p1.example.com;lr>|<sip:p2.example.com;lr>" {
			t.Errorf("Route is %q", got)
		}
		if got := pipelinetest.Header(ack, "CSeq")[0] + pipelinetest.Header(ack, "To")[0]; got != "7 ACK"+pipelinetest.Header(ok, "To")[0] {
			t.Errorf("CSeq and To are %q", got)
		}
	}
	if got := strings.Join(s.seen, ", "); got != "call 180 Ringing, call 200 OK, call over" {
		t.Errorf("the stage saw %q", got)
	}
	n.Advance(40 * time.Second)
	n.Idle()
}

// An INVITE of our own that is refused is acknowledged by its transaction.
func TestOriginateInviteRefused(t *testing.T) {
	n, s := originating(t)
	if err := s.send(n, "call", pipeline.Outgoing{Method: "INVITE", URI: "sip:bob@192.0.2.2:5062"}); err != nil {
		t.Fatal(err)
	}
	inv := expectSent(n, bob, "INVITE ")[0]
	n.FromUDP(bob, respond(inv, "486 Busy Here"))
	expectSent(n, bob, "ACK ")
	if got := strings.Join(s.seen, ", "); got != "call 486 Busy Here, call over" {
		t.Errorf("the stage saw %q", got)
	}
	n.Advance(40 * time.Second)
	n.Idle()
}

// What is no request is not sent, and a stage of a Program that was replaced
// sends nothing.
func TestOriginateRefused(t *testing.T) {
	n, s := originating(t)
	for name, r := range map[string]pipeline.Outgoing{
		"nothing":              {},
		"no URI":               {Method: "OPTIONS"},
		"two lines":            {Method: "OPTIONS", URI: "sip:a@b", To: "<sip:a@b>\r\nX: y"},
		"a malformed To":       {Method: "OPTIONS", URI: "sip:a@b", To: "<sip:a@b"},
		"a head that ends":     {Method: "OPTIONS", URI: "sip:a@b", Headers: "X: y\r\n\r\n"},
		"a line that does not": {Method: "OPTIONS", URI: "sip:a@b", Headers: "X"},
	} {
		if err := s.send(n, name, r); err != pipeline.ErrMalformedOutgoing {
			t.Errorf("%s: got %v", name, err)
		}
	}
	replace(n, stages(forwarder{}))
	if err := s.send(n, "late", pipeline.Outgoing{Method: "OPTIONS", URI: "sip:bob@192.0.2.2:5062"}); err != nil {
		t.Errorf("late: %v", err)
	}
	if sent := n.Sent(); len(sent) != 0 {
		t.Errorf("sent %v", sent)
	}
	n.Idle()
}

// A request of our own over a connection.
func TestOriginateOverFlow(t *testing.T) {
	var c *caller
	n := pipelinetest.New(t, func(b *pipeline.LoopBuilder) []pipeline.Stage {
		c = newCaller(b)
		return []pipeline.Stage{flowOnly{c}}
	})
	client := connect(n, netio.WS, bobWS)
	if err := c.send(n, "one", pipeline.Outgoing{Method: "OPTIONS", URI: "sip:bob@x.invalid", Hop: pipeline.Hop{Flow: client.c.ID(), Transport: netio.WS, FlowOnly: true}}); err != nil {
		t.Fatal(err)
	}
	req := client.received()
	if len(req) != 1 || !strings.HasPrefix(req[0], "OPTIONS sip:bob@x.invalid ") {
		t.Fatalf("the client got %q", req)
	}
	client.send(respond(req[0], "200 OK"))
	if got := strings.Join(c.seen, ", "); got != "one 200 OK, one over" {
		t.Errorf("the stage saw %q", got)
	}
	n.Idle()
}

// flowOnly resolves hops to their flows.
type flowOnly struct{ *caller }

func (flowOnly) OnResolve(_ *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	b.AddTarget(pipeline.Target{Flow: b.Hop().Flow, Transport: b.Hop().Transport})
	return pipeline.Continue
}
