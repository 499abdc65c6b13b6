package pipeline_test

import (
	"strings"
	"testing"

	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

const wants199 = "Supported: timer, 199"

// dialogs199 returns the dialogs that were ended by a 199, with its reason, in
// the order in which alice got them.
func dialogs199(sent []pipelinetest.Packet) (list []string) {
	for _, p := range sent {
		if p.To == alice && strings.HasPrefix(p.Text, "SIP/2.0 199 ") {
			list = append(list, toTag(p.Text)+" "+strings.Join(pipelinetest.Header(p.Text, "Reason"), ", "))
		}
	}
	return list
}

// An early dialog that has ended, while the caller has to wait for her final
// response, is ended for her by a 199 (RFC 6228 §6).
func Test199(t *testing.T) {
	two := bobAndCarol
	for _, p := range []play{
		{name: "one of two", hops: two, lines: []string{wants199}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"carol 180 > alice 180",
			"bob 486 > bob ACK, alice 199",
			"bob 486 > bob ACK",
			"carol 486 > carol ACK, alice 486",
		}},
		{name: "two forks of one branch", hops: two, lines: []string{wants199}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180/b1 > alice 180",
			"bob 183/b2 > alice 183",
			"bob 180/b1 > alice 180",
			"bob 486/b2 > bob ACK, alice 199, alice 199",
			"carol 200 > alice 200",
		}},
		{name: "of the next group's", hops: hops(hop("bob", 900), hop("carol", 100)), lines: []string{wants199}, steps: []string{
			"INVITE > bob INVITE",
			"bob 180 > alice 180",
			"bob 486 > bob ACK, alice 199, carol INVITE",
			"carol 180 > alice 180",
			"carol 486 > carol ACK, alice 486",
		}},
		{name: "not supported", hops: two, lines: []string{"Supported: 100rel"}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"bob 486 > bob ACK",
			"carol 200 > alice 200",
		}},
		{name: "reliable responses required", hops: two, lines: []string{wants199, "Require: 100rel"}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"bob 486 > bob ACK",
			"carol 200 > alice 200",
		}},
		{name: "no early dialog", hops: two, lines: []string{wants199}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 100 >",
			"bob 486 > bob ACK",
			"carol 200 > alice 200",
		}},
		{name: "no other branch", hops: hops(hop("bob", 500)), lines: []string{wants199}, steps: []string{
			"INVITE > bob INVITE",
			"bob 180 > alice 180",
			"bob 486 > bob ACK, alice 486",
		}},
		{name: "the last branch", hops: two, lines: []string{wants199}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"carol 486 > carol ACK",
			"bob 486 > bob ACK, alice 486",
		}},
		{name: "ended by the callee", hops: two, lines: []string{wants199}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180/b1 > alice 180",
			"bob 180/b2 > alice 180",
			"bob 199/b1 > alice 199",
			"bob 486/b2 > bob ACK, alice 199",
			"carol 200 > alice 200",
		}},
		{name: "ended by the callee, all of them", hops: two, lines: []string{wants199}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"bob 199 > alice 199",
			"bob 486 > bob ACK",
			"carol 200 > alice 200",
		}},
		{name: "after a 2xx", hops: two, lines: []string{wants199}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"carol 200 > alice 200, bob CANCEL " + elsewhere,
			"bob 487 > bob ACK",
		}},
		{name: "after the caller gave up", hops: two, lines: []string{wants199}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"carol 180 > alice 180",
			"CANCEL > carol CANCEL, bob CANCEL",
			"bob 487 > bob ACK",
			"carol 487 > carol ACK, alice 487",
		}},
		{name: "after a 6xx", hops: two, lines: []string{wants199}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"carol 180 > alice 180",
			"bob 603 > bob ACK, carol CANCEL SIP;cause=603, alice 199",
			"carol 487 > carol ACK, alice 603",
		}},
		{name: "a redirection that is followed", hops: hops(hop("bob", 500)), profile: recursing, lines: []string{wants199}, steps: []string{
			"INVITE > bob INVITE",
			"bob 180 > alice 180",
			"bob 302 | Contact: <sip:dave@192.0.2.4:5064> > bob ACK, alice 199, dave INVITE",
			"dave 404 > dave ACK, alice 404",
		}},
		{name: "a 503 after which another address is tried", hops: hops(hop("bob", 500)), lines: []string{wants199},
			targets: map[string][]pipeline.Target{"bob": {udp("bob"), udp("carol")}}, steps: []string{
				"INVITE > bob INVITE",
				"bob 180 > alice 180",
				"bob 503 > bob ACK, alice 199, carol INVITE",
				"carol 180 > alice 180",
				"carol 486 > carol ACK, alice 486",
			}},
		{name: "a request that is no INVITE", hops: two, lines: []string{wants199}, steps: []string{
			"OPTIONS > bob OPTIONS, carol OPTIONS",
			"bob 180 > alice 180",
			"bob 486 >",
			"carol 200 > alice 200",
		}},
		{name: "what was not passed on is not ended", hops: two, lines: []string{wants199},
			judge: &judge{response: only(func(b *pipeline.Branch) bool { return !isFinal(b) }, drop)}, steps: []string{
				"INVITE > bob INVITE, carol INVITE",
				"bob 180 >",
				"bob 486 > bob ACK",
				"carol 200 > alice 200",
			}},
		{name: "a stage drops the final response", hops: hops(hop("bob", 500)), lines: []string{wants199}, targets: map[string][]pipeline.Target{"bob": {udp("bob"), udp("carol")}},
			judge: &judge{response: only(func(b *pipeline.Branch) bool { return b.Resp.Status == 486 }, drop)}, steps: []string{
				"INVITE > bob INVITE",
				"bob 180 > alice 180",
				"bob 486 > bob ACK, alice 199, carol INVITE",
				"carol 404 > carol ACK, alice 404",
			}},
		{name: "a stage goes on elsewhere", hops: hops(hop("bob", 500)), lines: []string{wants199},
			judge: &judge{response: only(func(b *pipeline.Branch) bool { return b.Resp.Status == 486 }, func(x *pipeline.Exchange, _ *pipeline.Branch) pipeline.Verdict {
				x.AddHop(hop("dave", 0))
				return x.Forward()
			})}, steps: []string{
				"INVITE > bob INVITE",
				"bob 180 > alice 180",
				"bob 486 > bob ACK, alice 199, dave INVITE",
				"dave 200 > alice 200",
			}},
	} {
		p.run(t)
	}
}

// A 199 is in the dialog that it ends, and says why.
func Test199SaysWhy(t *testing.T) {
	for _, test := range []struct {
		name  string
		steps []string
		last  string // the response that ends dialogs
		want  []string
	}{
		{"busy", []string{"bob 180/b1", "bob 183/b2", "carol 180"}, "bob 486/b2", []string{"b1 SIP;cause=486", "b2 SIP;cause=486"}},
		{"declined", []string{"bob 180", "carol 180"}, "bob 603", []string{"bob SIP;cause=603"}},
		{"unavailable", []string{"bob 180", "carol 180"}, "bob 503", []string{"bob SIP;cause=503"}},
		{"after another one", []string{"dave 180", "carol 404"}, "dave 480", []string{"dave SIP;cause=480"}},
		{"Timer C, after another one", []string{"carol 404", "dave 180", "bob 180", "wait 4s", "bob 183", "wait 1100ms"}, "dave 487", []string{"dave SIP;cause=408"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCall(t, &ways{hops: hops(hop("bob", 500), hop("carol", 500), hop("dave", 500))}, short)
			c.lines = []string{wants199, "Record-Route: <sip:192.0.2.9;lr>"}
			c.do("INVITE")
			for _, step := range test.steps {
				c.do(step)
			}
			who, status, _ := strings.Cut(test.last, " ")
			status, tag, tagged := strings.Cut(status, "/")
			if !tagged {
				tag = who
			}
			c.FromUDP(callees[who], answer(c.got[who], status+" Because", tag))
			sent := c.Sent()
			if got := dialogs199(sent); strings.Join(got, " and ") != strings.Join(test.want, " and ") {
				t.Errorf("ended are %q, want %q", got, test.want)
			}
			for _, p := range sent {
				if !strings.HasPrefix(p.Text, "SIP/2.0 199 ") {
					continue
				}
				parsed(t, p.Text)
				for _, name := range []string{"Contact", "Record-Route", "Require"} {
					if got := pipelinetest.Header(p.Text, name); len(got) != 0 {
						t.Errorf("the 199 has %s %q, want none", name, got)
					}
				}
				if got := pipelinetest.Header(p.Text, "CSeq"); len(got) != 1 || got[0] != "1  INVITE" && got[0] != "1 INVITE" {
					t.Errorf("the 199 has CSeq %q", got)
				}
			}
			c.end()
		})
	}
}

// The dialogs that are remembered are bounded.
func Test199IsBounded(t *testing.T) {
	c := newCall(t, &ways{hops: bobAndCarol}, short)
	c.lines = []string{wants199}
	c.do("INVITE")
	c.do("bob 180/" + strings.Repeat("x", 129))
	for i := range 20 {
		c.do("bob 180/" + string(rune('a'+i)))
	}
	c.FromUDP(bob, answer(c.got["bob"], "486 Busy Here", "a"))
	if got := dialogs199(c.Sent()); len(got) != 8 {
		t.Errorf("%d dialogs ended: %q, want the first 8", len(got), got)
	}
	c.end()
}

// A stage's own answer ends the dialogs by itself.
func Test199NotAfterReply(t *testing.T) {
	p := play{name: "a reply", hops: bobAndCarol, lines: []string{wants199}, judge: &judge{response: only(isFinal, reply(sip.Gone))}, steps: []string{
		"INVITE > bob INVITE, carol INVITE",
		"bob 180 > alice 180",
		"carol 180 > alice 180",
		"bob 486 > bob ACK, carol CANCEL, alice 410",
		"carol 487 > carol ACK",
	}}
	p.run(t)
}
