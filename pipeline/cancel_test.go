package pipeline_test

import (
	"testing"
	"time"

	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// suspendOn parks a branch where a test holds, and notes its token.
func suspendOn(tok *pipeline.Token, test func(b *pipeline.Branch) bool) onBranch {
	return only(test, func(_ *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
		*tok = b.Token()
		return pipeline.Suspend
	})
}

// The caller gives up: all branches are cancelled, and she gets one 487 (RFC 3261
// §9.2, §16.10).
func TestCancelOfForks(t *testing.T) {
	three := hops(hop("bob", 500), hop("carol", 500), hop("dave", 500), hop("erin", 100))
	const why = `CANCEL | Reason: SIP;cause=600;text="tired" | Reason: Q.850;cause=16`
	for _, p := range []play{
		{name: "two ring, one says nothing yet", hops: three, steps: []string{
			"INVITE > bob INVITE, carol INVITE, dave INVITE",
			"bob 180 > alice 180",
			"carol 180 > alice 180",
			"CANCEL > carol CANCEL, bob CANCEL",
			"CANCEL >",
			"bob 487 > bob ACK",
			"dave 180 > dave CANCEL, alice 180",
			"dave 487 > dave ACK",
			"carol 487 > carol ACK, alice 487",
			"CANCEL >",
		}},
		{name: "the reason goes with it, also later", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			why + " > bob CANCEL SIP;cause=600",
			"bob 487 > bob ACK",
			"carol 100 > carol CANCEL SIP;cause=600",
			"carol 487 > carol ACK, alice 487",
		}},
		{name: "nobody has said anything", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"CANCEL >",
			"wait 3900ms >",
			"wait 200ms > alice 487",
		}},
		{name: "who rings does not heed it", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"CANCEL > bob CANCEL",
			"wait 31s >",
			"bob 183 > alice 183",
			"wait 2s > alice 487",
		}},
		{name: "it crosses a 200", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"carol 180 > alice 180",
			"CANCEL > carol CANCEL, bob CANCEL",
			"bob 200 > alice 200",
			"carol 487 > carol ACK",
		}},
		{name: "it crosses a 200, and another one", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"CANCEL >",
			"bob 200 > alice 200",
			"carol 200 > alice 200",
		}},
		{name: "it comes after the 200", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 200 > alice 200",
			"CANCEL >",
			"carol 180 > carol CANCEL SIP;cause=200",
			"carol 487 > carol ACK",
		}},
		{name: "a better response of before is not for who gave up", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 404 > bob ACK",
			"carol 180 > alice 180",
			"CANCEL > carol CANCEL",
			"carol 487 > carol ACK, alice 487",
		}},
		{name: "a 6xx is", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"carol 180 > alice 180",
			"CANCEL > carol CANCEL, bob CANCEL",
			"bob 487 > bob ACK",
			"carol 603 > carol ACK, alice 603",
		}},
		{name: "between two calls of a series", profile: serially, hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE",
			"bob 180 > alice 180",
			"CANCEL > bob CANCEL",
			"bob 486 > bob ACK, alice 486", // he was faster, and carol is not called
		}},
		{name: "a 503 after it goes nowhere else", hops: hops(hop("bob", 500)), targets: map[string][]pipeline.Target{"bob": {udp("bob"), udp("carol")}}, steps: []string{
			"INVITE > bob INVITE",
			"bob 100 >",
			"CANCEL > bob CANCEL",
			"bob 503 > bob ACK, alice 500",
		}},
		{name: "dialling", hops: hops(hop("bob", 500), fallback("erin"), hop("carol", 500)), targets: map[string][]pipeline.Target{"bob": {tcp("bob"), udp("dave")}}, steps: []string{
			"INVITE > carol INVITE, dial bob",
			"carol 180 > alice 180",
			"CANCEL > carol CANCEL",
			"carol 487 > carol ACK",
			"bob refuses > alice 487",
		}},
		{name: "dialling, and it succeeds", hops: hops(hop("bob", 500)), targets: map[string][]pipeline.Target{"bob": {tcp("bob")}}, steps: []string{
			"INVITE > dial bob",
			why + " >",
			"bob accepts > bob INVITE",
			"bob 100 > bob CANCEL SIP;cause=600",
			"bob 487 > alice 487, bob ACK", // his is seen later, for it goes by TCP
		}},
		{name: "while an address is sought", hops: hops(hop("bob", 500), hop("erin", 100)), suspend: "bob", steps: []string{
			"INVITE >",
			"CANCEL > alice 487",
			"post >",
		}},
		{name: "while one address is sought, and another one rings", hops: bobAndCarol, suspend: "bob", steps: []string{
			"INVITE > carol INVITE",
			"carol 180 > alice 180",
			"CANCEL > carol CANCEL",
			"post >",
			"carol 487 > carol ACK, alice 487",
		}},
	} {
		p.run(t)
	}
}

// The caller gives up while a stage holds a branch.
func TestCancelOfSuspendedForks(t *testing.T) {
	isBob := func(b *pipeline.Branch) bool { return b.Target.Addr == bobAt }
	for _, test := range []struct {
		name   string
		judge  func(tok *pipeline.Token) *judge
		before []string
		cancel string // what it brings about
		posted string // what the post does then
		after  []string
	}{
		{"OnTarget", func(tok *pipeline.Token) *judge { return &judge{target: suspendOn(tok, isBob)} },
			[]string{"INVITE > carol INVITE", "carol 180 > alice 180"}, "carol CANCEL", "", []string{"carol 487 > carol ACK, alice 487"}},
		{"OnResponse, a provisional one", func(tok *pipeline.Token) *judge { return &judge{response: suspendOn(tok, isBob)} },
			[]string{"INVITE > bob INVITE, carol INVITE", "carol 180 > alice 180", "bob 180 >"}, "carol CANCEL, bob CANCEL", "alice 180",
			[]string{"carol 487 > carol ACK", "bob 487 > bob ACK", "post > alice 487"}},
		{"OnResponse, a final one", func(tok *pipeline.Token) *judge { return &judge{response: suspendOn(tok, isBob)} },
			[]string{"INVITE > bob INVITE, carol INVITE", "carol 180 > alice 180", "bob 486 > bob ACK"}, "carol CANCEL", "",
			[]string{"carol 487 > carol ACK, alice 487"}},
		{"OnResponse, a 200", func(tok *pipeline.Token) *judge { return &judge{response: suspendOn(tok, isBob)} },
			[]string{"INVITE > bob INVITE, carol INVITE", "carol 180 > alice 180", "bob 200 >"}, "carol CANCEL", "alice 200",
			[]string{"carol 487 > carol ACK"}},
		{"OnFailure", func(tok *pipeline.Token) *judge { return &judge{failure: suspendOn(tok, isBob)} },
			[]string{"INVITE > bob INVITE, carol INVITE", "carol 180 > alice 180", "wait 4100ms >"}, "carol CANCEL", "",
			[]string{"carol 487 > carol ACK, alice 487"}},
	} {
		for _, posted := range []bool{true, false} {
			var tok pipeline.Token
			c := newCall(t, &ways{hops: hops(hop("bob", 500), hop("carol", 500), hop("erin", 100))}, short, test.judge(&tok))
			c.run(test.before)
			if got := c.do("CANCEL"); got != test.cancel {
				t.Errorf("%s: CANCEL: got %s, want %s", test.name, got, test.cancel)
			}
			if !posted { // the guard timer does it then
				c.end()
				continue
			}
			c.ways.token = tok
			if got := c.do("post"); got != test.posted {
				t.Errorf("%s: the post: got %s, want %s", test.name, got, test.posted)
			}
			for _, step := range test.after {
				c.ways.token = tok
				c.run([]string{step})
			}
			c.end()
		}
	}
}

// All header lines of the reason go with the CANCEL of every branch.
func TestReasonOfCancel(t *testing.T) {
	c := newCall(t, &ways{hops: bobAndCarol}, short)
	c.run([]string{"INVITE > bob INVITE, carol INVITE", "bob 180 > alice 180"})
	c.do(`CANCEL | Reason: SIP;cause=600;text="tired" | Reason: Q.850;cause=16`)
	c.do("carol 180")
	for _, who := range []string{"bob", "carol"} {
		if got, want := c.header(who+" CANCEL", "Reason"), `SIP;cause=600;text="tired", Q.850;cause=16`; got != want {
			t.Errorf("%s was cancelled because of %s, want %s", who, got, want)
		}
		if got, want := c.header(who+" CANCEL", "Via"), pipelinetest.Header(c.texts[who+" INVITE"], "Via")[0]; got != want {
			t.Errorf("%s was cancelled with Via %s, want %s", who, got, want)
		}
	}
	c.end()
}

// Timers are those of each branch (RFC 3261 §16.6 step 11, §16.7 step 2, §16.8).
func TestTimersOfForks(t *testing.T) {
	for _, p := range []play{
		{name: "Timer C of one", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"wait 3s >",
			"carol 180 > alice 180",
			"wait 2100ms > bob CANCEL",
			"bob 487 > bob ACK",
			"wait 1s >",
			"carol 200 > alice 200",
		}},
		{name: "Timer C of all", hops: hops(hop("bob", 500), hop("carol", 500), hop("dave", 100)), steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"carol 180 > alice 180",
			"wait 5100ms > bob CANCEL, carol CANCEL",
			"bob 487 > bob ACK",
			"carol 486 > carol ACK, dave INVITE",
			"dave 603 > dave ACK, alice 603",
		}},
		{name: "Timer C is set again", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"carol 180 > alice 180",
			"wait 4900ms >",
			"carol 183 > alice 183",
			"wait 200ms > bob CANCEL",
			"wait 4600ms >",
			"bob 183 > alice 183", // what he says now does not help him
			"wait 300ms > carol CANCEL",
			"bob 487 > bob ACK",
			"carol 487 > carol ACK, alice 408",
		}},
		{name: "a 100 does not set Timer C again", hops: hops(hop("bob", 500)), steps: []string{
			"INVITE > bob INVITE",
			"bob 100 >",
			"wait 4900ms >",
			"bob 100 >",
			"wait 200ms > bob CANCEL",
			"bob 487 > bob ACK, alice 408",
		}},
		{name: "a 200 after Timer C", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"carol 404 > carol ACK",
			"wait 5100ms > bob CANCEL",
			"bob 200 > alice 200",
		}},
		{name: "the caller gives up after Timer C", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"carol 404 > carol ACK",
			"wait 5100ms > bob CANCEL",
			"CANCEL >",
			"bob 487 > bob ACK, alice 404",
		}},
		{name: "no further address after Timer C", hops: hops(hop("bob", 500), fallback("dave")), targets: map[string][]pipeline.Target{"bob": {udp("bob"), udp("carol")}}, steps: []string{
			"INVITE > bob INVITE",
			"bob 180 > alice 180",
			"wait 5100ms > bob CANCEL",
			"bob 503 > bob ACK, alice 408",
		}},
		{name: "Timer B of one", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"carol 180 > alice 180",
			"wait 4100ms >",
			"carol 404 > carol ACK, alice 404",
		}},
		{name: "Timer B of all", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"wait 3900ms >",
			"wait 200ms > alice 408",
		}},
		{name: "Timer B of an address", hops: hops(hop("bob", 500)), targets: map[string][]pipeline.Target{"bob": {udp("bob"), udp("carol")}}, steps: []string{
			"INVITE > bob INVITE",
			"wait 4100ms > carol INVITE",
			"bob 180 >", // nobody listens any more
			"carol 200 > alice 200",
		}},
		{name: "Timer F of all", hops: bobAndCarol, steps: []string{
			"OPTIONS > bob OPTIONS, carol OPTIONS",
			"bob 100 >",
			"wait 10s >",
		}},
		{name: "Timer F of one", hops: bobAndCarol, steps: []string{
			"OPTIONS > bob OPTIONS, carol OPTIONS",
			"wait 3900ms >",
			"bob 404 >",
			"wait 200ms > alice 404",
		}},
		{name: "Timer F of one after the other", profile: serially, hops: bobAndCarol, steps: []string{
			"OPTIONS > bob OPTIONS",
			"wait 4100ms > carol OPTIONS",
			"carol 200 > alice 200",
		}},
	} {
		p.run(t)
	}
}

// A request other than INVITE is not answered 100 (RFC 4320 §4.1).
func TestNoTryingForOthers(t *testing.T) {
	c := newCall(t, &ways{hops: bobAndCarol}, short)
	c.FromUDP(alice, request("OPTIONS", "1 ", "fork", ""))
	c.Advance(3 * time.Second)
	for _, p := range c.Sent() {
		if p.To == alice {
			t.Errorf("alice got %s", pipelinetest.StartLine(p.Text))
		}
	}
	c.end()
}
