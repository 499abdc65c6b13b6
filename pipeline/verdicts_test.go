package pipeline_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// judge is a stage whose verdicts on branches a test gives; nil is Continue.
type judge struct {
	target   func(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict
	response func(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict
	failure  func(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict
	causes   []string // of what failed
}

func (*judge) Name() string { return "judge" }

func (j *judge) OnTarget(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	if j.target == nil {
		return pipeline.Continue
	}
	return j.target(x, b)
}

func (j *judge) OnResponse(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	if j.response == nil {
		return pipeline.Continue
	}
	return j.response(x, b)
}

func (j *judge) OnFailure(x *pipeline.Exchange, b *pipeline.Branch, why pipeline.Cause) pipeline.Verdict {
	j.causes = append(j.causes, why.String())
	if j.failure == nil {
		return pipeline.Continue
	}
	return j.failure(x, b)
}

type onBranch func(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict

func reply(r sip.Reply) onBranch {
	return func(x *pipeline.Exchange, _ *pipeline.Branch) pipeline.Verdict { return x.Reply(r) }
}

func goOn(x *pipeline.Exchange, _ *pipeline.Branch) pipeline.Verdict { return x.Forward() }

func drop(*pipeline.Exchange, *pipeline.Branch) pipeline.Verdict { return pipeline.Drop }

// only applies a verdict where a test holds.
func only(test func(b *pipeline.Branch) bool, v onBranch) onBranch {
	return func(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
		if test(b) {
			return v(x, b)
		}
		return pipeline.Continue
	}
}

func isTCP(b *pipeline.Branch) bool { return b.Target.Transport.Reliable() }

func isFinal(b *pipeline.Branch) bool { return b.Resp.Status >= 200 }

func abort(_ *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	b.AbortRouting()
	return pipeline.Drop
}

const carol = "192.0.2.3:5063"

// TestVerdicts: a call to bob, and then to carol, as the verdicts of a stage
// have it. Bob answers 180 and 404 to what he gets, carol 200.
func TestVerdicts(t *testing.T) {
	toCarol := toUDP
	toCarol.Addr = netip.MustParseAddrPort(carol)
	both, first := []pipeline.Target{toUDP, toCarol}, []pipeline.Target{toUDP}
	for _, c := range []struct {
		name    string
		judge   judge
		targets []pipeline.Target
		want    string // who got what, in order
		causes  string
	}{
		{"no verdict", judge{}, both, "bob INVITE, alice 180, bob ACK, alice 404", ""},

		{"a target is dropped", judge{target: only(func(b *pipeline.Branch) bool { return b.Target.Addr == bobAt }, drop)}, both, "carol INVITE, alice 200", ""},
		{"every target is dropped", judge{target: drop}, both, "alice 500", ""},
		{"routing is aborted", judge{target: abort}, both, "alice 403", "destination_aborted"},
		{"routing is aborted, and answered", judge{target: abort, failure: reply(sip.Gone)}, both, "alice 410", "destination_aborted"},
		{"a target is answered", judge{target: reply(sip.Decline)}, both, "alice 603", ""},

		{"a provisional response is dropped", judge{response: only(func(b *pipeline.Branch) bool { return !isFinal(b) }, drop)}, both, "bob INVITE, bob ACK, alice 404", ""},
		{"a provisional response is overridden", judge{response: only(func(b *pipeline.Branch) bool { return !isFinal(b) }, reply(sip.Gone))}, both,
			"bob INVITE, bob CANCEL, alice 410, bob ACK", ""},
		{"a final response is dropped", judge{response: only(func(b *pipeline.Branch) bool { return b.Resp.Status == 404 }, drop)}, both,
			"bob INVITE, alice 180, bob ACK, carol INVITE, alice 200", ""},
		{"the last final response is dropped", judge{response: only(isFinal, drop)}, first, "bob INVITE, alice 180, bob ACK, alice 500", ""},
		{"a final response is overridden", judge{response: only(isFinal, reply(sip.Gone))}, both, "bob INVITE, alice 180, bob ACK, alice 410", ""},
		{"the next target after a final response", judge{response: only(func(b *pipeline.Branch) bool { return b.Resp.Status == 404 }, goOn)}, both,
			"bob INVITE, alice 180, bob ACK, carol INVITE, alice 200", ""},

		{"a failure", judge{}, []pipeline.Target{toTCP, toCarol}, "carol INVITE, alice 200", "connection_error"},
		{"a failure is answered", judge{failure: reply(sip.Gone)}, []pipeline.Target{toTCP, toCarol}, "alice 410", "connection_error"},
		{"a failure, and the next target", judge{failure: goOn}, []pipeline.Target{toTCP, toCarol}, "carol INVITE, alice 200", "connection_error"},
		{"a failure, and no next target", judge{failure: goOn}, []pipeline.Target{toTCP}, "alice 500", "connection_error"},
		{"a failure is dropped", judge{failure: drop}, []pipeline.Target{toTCP, toCarol}, "", "connection_error"},
		{"a target is dropped after a failure", judge{target: only(func(b *pipeline.Branch) bool { return !isTCP(b) }, drop)}, []pipeline.Target{toTCP, toCarol}, "alice 500", "connection_error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := pipelinetest.New(t, stages(&c.judge, router{"bob": c.targets}))
			n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
			var log []string
			for _, d := range n.Loops[0].Dials() {
				d.Fail(errRefused)
			}
			for sent := n.Sent(); len(sent) > 0; sent = n.Sent() {
				for _, p := range sent {
					if line := react(n, p); line != "" {
						log = append(log, line)
					}
				}
			}
			if got := strings.Join(log, ", "); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if got := strings.Join(c.judge.causes, ", "); got != c.causes {
				t.Errorf("the stage saw failures %q, want %q", got, c.causes)
			}
			n.Advance(40 * time.Second)
			n.Sent()
			n.Idle()
		})
	}
}

// react has who gets a message answer it, and tells who got what.
func react(n *pipelinetest.Net, p pipelinetest.Packet) string {
	what, _, _ := strings.Cut(strings.TrimPrefix(p.Text, "SIP/2.0 "), " ")
	switch {
	case what == "100":
		return ""
	case p.To == alice:
		if what >= "300" {
			n.FromUDP(alice, request("ACK", "1 ", "inv", toTag(p.Text)))
		}
		return "alice " + what
	case p.To == carol:
		n.FromUDP(carol, respond(p.Text, "200 OK"))
		return "carol " + what
	case what == "INVITE":
		n.FromUDP(bob, respond(p.Text, "180 Ringing"))
		n.FromUDP(bob, respond(p.Text, "404 Not Found"))
	case what == "CANCEL":
		n.FromUDP(bob, respond(p.Text, "200 OK"))
	}
	return "bob " + what
}

// Edits of a branch are for its target alone, those of the exchange for all;
// edits of a branch that has a response are for that.
func TestEdits(t *testing.T) {
	j := &judge{
		target: func(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
			b.Edits.AddHeaderEnd(x.Req, "X-Target", []byte(b.Target.Addr.String()))
			return pipeline.Continue
		},
		response: func(_ *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
			b.Edits.AddHeaderEnd(b.Resp, "X-Relayed", []byte("yes"))
			return pipeline.Continue
		},
	}
	all := pipeline.RequestFunc(func(x *pipeline.Exchange) pipeline.Verdict {
		x.Edits.AddHeaderEnd(x.Req, "X-All", []byte("yes"))
		return pipeline.Continue
	})
	n := pipelinetest.New(t, stages(j, all, router{"bob": {toTCP, toUDP}}))
	n.FromUDP(alice, request("OPTIONS", "1 ", "opt", ""))
	dial(n, bob).Fail(errRefused)
	opt := expectSent(n, bob, "OPTIONS ")[0]
	if got := pipelinetest.Header(opt, "X-Target"); len(got) != 1 || got[0] != bob {
		t.Errorf("X-Target %q, want that of this target once", got)
	}
	if got := pipelinetest.Header(opt, "X-All"); len(got) != 1 {
		t.Errorf("X-All %q, want it once", got)
	}
	n.FromUDP(bob, respond(opt, "200 OK"))
	ok := expectSent(n, alice, "SIP/2.0 200 ")[0]
	if got := pipelinetest.Header(ok, "X-Relayed"); len(got) != 1 || len(pipelinetest.Header(ok, "X-All")) != 0 {
		t.Errorf("the response has X-Relayed %q, want it once and nothing of the request", got)
	}
}

// A request that no stage takes is answered 404.
func TestUnrouted(t *testing.T) {
	n := pipelinetest.New(t, stages(&judge{}))
	n.FromUDP(alice, request("OPTIONS", "1 ", "opt", ""))
	expectSent(n, alice, "SIP/2.0 404 Not Found\r\n")
	if got := n.Count("sluice_sip_unrouted_total"); got != 1 {
		t.Errorf("counted %d, want 1", got)
	}
}

// A branch that is parked when its Program is expelled goes on where it was.
func TestExpelBranches(t *testing.T) {
	suspend := func(*pipeline.Exchange, *pipeline.Branch) pipeline.Verdict { return pipeline.Suspend }
	for _, c := range []struct {
		name  string
		judge judge
		want  string // then
	}{
		{"before the target is tried", judge{target: suspend}, "bob OPTIONS"},
		{"with a response", judge{response: suspend}, "alice 200"},
		{"with a failure", judge{failure: suspend, target: abort}, "alice 403"},
	} {
		n := pipelinetest.New(t, stages(&c.judge, forwarder{}))
		n.FromUDP(alice, request("OPTIONS", "1 ", "opt", ""))
		answerUDP(n)
		expectSent(n, alice)
		replace(n, stages(forwarder{}))
		n.Edge.Expel(n.Program)
		n.Advance(0)
		var got string
		for _, p := range n.Sent() {
			got = react(n, p)
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		n.Advance(40 * time.Second)
		checkDrained(t, n.Program)
		n.Sent()
		n.Idle()
	}
}
