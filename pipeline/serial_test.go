package pipeline_test

import (
	"testing"

	"sluice/parser/sip"
	"sluice/pipeline"
)

// to has the exchange go on, with a hop added just then.
func to(who string) onBranch {
	return func(x *pipeline.Exchange, _ *pipeline.Branch) pipeline.Verdict {
		x.AddHop(hop(who, 500))
		return x.Forward()
	}
}

func status(codes ...uint16) func(b *pipeline.Branch) bool {
	return func(b *pipeline.Branch) bool {
		for _, code := range codes {
			if b.Resp.Status == code {
				return true
			}
		}
		return false
	}
}

// from tells by the hop whose branch it is.
func from(who string) func(b *pipeline.Branch) bool {
	return func(b *pipeline.Branch) bool { return b.Target.Addr == udp(who).Addr }
}

// What a stage says to the responses and failures of forks.
func TestVerdictsOnForks(t *testing.T) {
	one := hops(hop("bob", 500))
	toTwo := map[string][]pipeline.Target{"bob": {udp("bob"), udp("erin")}}
	bobTCP := map[string][]pipeline.Target{"bob": {tcp("bob")}}
	for _, p := range []play{
		{name: "a provisional response is dropped", hops: bobAndCarol, judge: &judge{response: only(status(180), drop)}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 >",
			"carol 183 > alice 183",
			"bob 200 > alice 200, carol CANCEL " + elsewhere,
			"carol 487 > carol ACK",
		}},
		{name: "a final response is dropped", hops: bobAndCarol, judge: &judge{response: only(status(404), drop)}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 404 > bob ACK",
			"carol 486 > carol ACK, alice 486",
		}},
		{name: "all final responses are dropped", hops: bobAndCarol, judge: &judge{response: only(isFinal, drop)}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 404 > bob ACK",
			"carol 486 > carol ACK, alice 500",
		}},
		{name: "a 6xx is dropped", hops: bobAndCarol, judge: &judge{response: only(status(603), drop)}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"carol 180 > alice 180",
			"bob 603 > bob ACK",
			"carol 200 > alice 200",
		}},
		{name: "a 200 is dropped, and what repeats it", hops: bobAndCarol,
			judge: &judge{response: only(func(b *pipeline.Branch) bool { return status(200)(b) && from("bob")(b) }, drop)}, steps: []string{
				"INVITE > bob INVITE, carol INVITE",
				"bob 200 >",
				"bob 200 >",
				"carol 486 > carol ACK, alice 486",
				"bob 200 >",
			}},
		{name: "a redirection is dropped", hops: one, profile: recursing, judge: &judge{response: only(status(302), drop)}, steps: []string{
			"INVITE > bob INVITE",
			"bob 302 | Contact: <sip:erin@192.0.2.5:5065> > bob ACK, alice 500",
		}},
		{name: "the next address instead of a final response", hops: bobAndCarol, targets: toTwo, judge: &judge{response: only(status(404), goOn)}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 404 > bob ACK, erin INVITE",
			"carol 486 > carol ACK",
			"erin 480 > erin ACK, alice 486",
		}},
		{name: "the next address instead of a 430", hops: one, targets: toTwo, judge: &judge{response: only(status(430), goOn)}, steps: []string{
			"INVITE > bob INVITE",
			"bob 430 > bob ACK, erin INVITE",
			"erin 200 > alice 200",
		}},
		{name: "the next address when a 430 is dropped", hops: one, targets: toTwo, judge: &judge{response: only(status(430), drop)}, steps: []string{
			"INVITE > bob INVITE",
			"bob 430 > bob ACK, erin INVITE",
			"erin 200 > alice 200",
		}},
		{name: "a fallback when a 486 is dropped", hops: hops(hop("bob", 500), fallback("dave")), judge: &judge{response: only(status(486), drop)}, steps: []string{
			"INVITE > bob INVITE",
			"bob 486 > bob ACK, dave INVITE",
			"dave 200 > alice 200",
		}},
		{name: "another hop instead of a final response", hops: one, judge: &judge{response: only(status(486), to("dave"))}, steps: []string{
			"INVITE > bob INVITE",
			"bob 486 > bob ACK, dave INVITE",
			"dave 200 > alice 200",
		}},
		{name: "another hop, when the other branches have ended", hops: bobAndCarol, judge: &judge{response: only(status(486), to("dave"))}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 486 > bob ACK",
			"carol 404 > carol ACK, dave INVITE",
			"dave 404 > dave ACK, alice 404",
		}},
		{name: "another hop instead of every final response", hops: one, judge: &judge{response: only(isFinal, to("bob"))}, steps: []string{
			"INVITE > bob INVITE",
			"bob 486 > bob ACK, bob INVITE",
			"bob 486 > bob ACK, bob INVITE",
			"bob 180 > alice 180",
			"CANCEL > bob CANCEL",
			"bob 487 > bob ACK, alice 487",
		}},
		{name: "another hop instead of a provisional response", hops: one, judge: &judge{response: only(status(182), to("dave"))}, steps: []string{
			"INVITE > bob INVITE",
			"bob 182 > bob CANCEL, dave INVITE",
			"bob 183 >",
			"bob 487 > bob ACK",
			"dave 200 > alice 200",
		}},
		{name: "another hop instead of a provisional response, which a 200 crosses", hops: one, judge: &judge{response: only(status(182), to("dave"))}, steps: []string{
			"INVITE > bob INVITE",
			"bob 182 > bob CANCEL, dave INVITE",
			"dave 180 > alice 180",
			"bob 200 > alice 200, dave CANCEL " + elsewhere, // RFC 3261 §16.7 step 10
			"dave 487 > dave ACK",
		}},
		{name: "another hop instead of a 200, which is not heard of again", hops: one,
			judge: &judge{response: only(func(b *pipeline.Branch) bool { return status(200)(b) && from("bob")(b) }, to("dave"))}, steps: []string{
				"INVITE > bob INVITE",
				"bob 200 > dave INVITE",
				"bob 200 >",
				"dave 180 > alice 180",
				"bob 200 >",
				"dave 200 > alice 200",
				"bob 200 >",
			}},
		{name: "a reply instead of a 200, which is not heard of again", hops: one, judge: &judge{response: only(status(200), reply(sip.Gone))}, steps: []string{
			"INVITE > bob INVITE",
			"bob 200 > alice 410",
			"bob 200 >",
		}},
		{name: "another hop after a 6xx", hops: one, judge: &judge{response: only(status(603), to("dave"))}, steps: []string{
			"INVITE > bob INVITE",
			"bob 603 > bob ACK, dave INVITE",
			"dave 404 > dave ACK, alice 404",
		}},
		{name: "another hop for who is silent", hops: one, judge: &judge{failure: to("dave")}, steps: []string{
			"INVITE > bob INVITE",
			"wait 4100ms > dave INVITE",
			"dave 200 > alice 200",
		}},
		{name: "another hop for who only rings", hops: one, judge: &judge{failure: to("dave")}, steps: []string{
			"INVITE > bob INVITE",
			"bob 180 > alice 180",
			"wait 5100ms > bob CANCEL",
			"bob 487 > bob ACK, dave INVITE",
			"dave 200 > alice 200",
		}},
		{name: "another hop for a connection that is refused", hops: one, targets: bobTCP, judge: &judge{failure: to("dave")}, steps: []string{
			"INVITE > dial bob",
			"bob refuses > dave INVITE",
			"dave 180 > alice 180",
			"dave 200 > alice 200",
		}},
		{name: "another hop for one without an address", hops: one, targets: map[string][]pipeline.Target{"bob": {}}, judge: &judge{failure: to("dave")}, steps: []string{
			"INVITE > dave INVITE",
			"dave 200 > alice 200",
		}},
		{name: "a failure is dropped, others answer", hops: bobAndCarol, targets: bobTCP, judge: &judge{failure: drop}, steps: []string{
			"INVITE > carol INVITE, dial bob",
			"bob refuses >",
			"carol 404 > carol ACK, alice 404",
		}},
		{name: "a failure is dropped, and so is the search", hops: hops(hop("bob", 500), hop("carol", 100)), targets: bobTCP, judge: &judge{failure: drop}, steps: []string{
			"INVITE > dial bob",
			"bob refuses >",
			"wait 10s >",
		}},
		{name: "a failure is replied to", hops: bobAndCarol, targets: bobTCP, judge: &judge{failure: reply(sip.Gone)}, steps: []string{
			"INVITE > carol INVITE, dial bob",
			"bob refuses > alice 410",
			"carol 180 > carol CANCEL",
			"carol 200 >",
		}},
		{name: "a target is dropped", hops: bobAndCarol, judge: &judge{target: only(from("bob"), drop)}, steps: []string{
			"INVITE > carol INVITE",
			"carol 404 > carol ACK, alice 404",
		}},
		{name: "all targets are dropped", hops: hops(hop("bob", 500), hop("carol", 500), hop("dave", 100)), judge: &judge{target: drop}, steps: []string{
			"INVITE > alice 500",
		}},
		{name: "routing is aborted, what was begun goes on", hops: hops(hop("bob", 500), hop("carol", 500), hop("dave", 500), hop("erin", 100)),
			judge: &judge{target: only(from("carol"), abort)}, steps: []string{
				"INVITE > bob INVITE",
				"bob 486 > bob ACK, alice 486",
			}},
		{name: "routing is aborted, what was begun is silent", hops: hops(hop("bob", 500), hop("carol", 500), hop("erin", 100)),
			judge: &judge{target: only(from("carol"), abort)}, steps: []string{
				"INVITE > bob INVITE",
				"wait 4100ms > alice 403",
			}},
		{name: "routing is aborted, and what was begun is accepted", hops: bobAndCarol, judge: &judge{target: only(from("carol"), abort)}, steps: []string{
			"INVITE > bob INVITE",
			"bob 200 > alice 200",
		}},
	} {
		p.run(t)
	}
}

// What a 503 and a 430 of one address or flow have tried next, without a word
// to the stages (RFC 3263 §4.3, RFC 5626 §7).
func TestFailover(t *testing.T) {
	one := hops(hop("bob", 500))
	toTwo := map[string][]pipeline.Target{"bob": {udp("bob"), udp("carol")}}
	toThree := map[string][]pipeline.Target{"bob": {udp("bob"), tcp("carol"), udp("dave")}}
	never := only(status(503, 430), reply(sip.Gone))
	for _, p := range []play{
		{name: "503", hops: one, targets: toTwo, judge: &judge{response: never}, steps: []string{
			"INVITE > bob INVITE",
			"bob 180 > alice 180",
			"bob 503 > bob ACK, carol INVITE",
			"bob 503 > bob ACK",
			"carol 200 > alice 200",
		}},
		{name: "503 of another method", hops: one, targets: toTwo, judge: &judge{response: never}, steps: []string{
			"OPTIONS > bob OPTIONS",
			"bob 503 > carol OPTIONS",
			"carol 404 > alice 404",
		}},
		{name: "503, a connection that is refused, and a third one", hops: one, targets: toThree, steps: []string{
			"INVITE > bob INVITE",
			"bob 503 > bob ACK, dial carol",
			"carol refuses > dave INVITE",
			"dave 486 > dave ACK, alice 486",
		}},
		{name: "503 of all", hops: one, targets: toTwo, steps: []string{
			"INVITE > bob INVITE",
			"bob 503 > bob ACK, carol INVITE",
			"carol 503 > carol ACK, alice 500",
		}},
		{name: "503, failover not wanted", hops: one, targets: toTwo, profile: func(p *pipeline.Profile) { p.NoFailoverOn503 = true }, steps: []string{
			"INVITE > bob INVITE",
			"bob 503 > bob ACK, alice 500",
		}},
		{name: "500 is an answer", hops: one, targets: toTwo, steps: []string{
			"INVITE > bob INVITE",
			"bob 500 > bob ACK, alice 500",
		}},
		{name: "503 of one branch", hops: bobAndCarol, targets: map[string][]pipeline.Target{"bob": {udp("bob"), udp("dave")}}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"carol 180 > alice 180",
			"bob 503 > bob ACK, dave INVITE",
			"carol 486 > carol ACK",
			"dave 480 > dave ACK, alice 486",
		}},
		{name: "430 and a fallback", hops: hops(hop("bob", 500), fallback("carol")), judge: &judge{response: never}, steps: []string{
			"INVITE > bob INVITE",
			"bob 430 > bob ACK, carol INVITE",
			"carol 200 > alice 200",
		}},
		{name: "430 and no fallback", hops: hops(hop("bob", 500), hop("carol", 100)), steps: []string{
			"INVITE > bob INVITE",
			"bob 430 > bob ACK, carol INVITE",
			"carol 404 > carol ACK, alice 404",
		}},
		{name: "430 alone", hops: one, targets: toTwo, steps: []string{
			"INVITE > bob INVITE",
			"bob 430 > bob ACK, alice 430",
		}},
		{name: "430 of all flows", hops: hops(hop("bob", 500), fallback("carol"), fallback("dave")), steps: []string{
			"INVITE > bob INVITE",
			"bob 430 > bob ACK, carol INVITE",
			"carol 430 > carol ACK, dave INVITE",
			"dave 430 > dave ACK, alice 430",
		}},
		{name: "430 skips the addresses of the flow", hops: hops(hop("bob", 500), fallback("dave")), targets: toTwo, steps: []string{
			"INVITE > bob INVITE",
			"bob 430 > bob ACK, dave INVITE",
			"dave 200 > alice 200",
		}},
		{name: "503 is the callee's answer, another flow to him is not asked", hops: hops(hop("bob", 500), fallback("carol")), steps: []string{ // RFC 5626 §7
			"INVITE > bob INVITE",
			"bob 503 > bob ACK, alice 500",
		}},
		{name: "486 is, too", hops: hops(hop("bob", 500), fallback("carol")), steps: []string{
			"INVITE > bob INVITE",
			"bob 486 > bob ACK, alice 486",
		}},
		{name: "a fallback of its own for each branch", hops: hops(hop("bob", 500), fallback("carol"), hop("dave", 500), fallback("erin")), steps: []string{
			"INVITE > bob INVITE, dave INVITE",
			"dave 430 > dave ACK, erin INVITE",
			"erin 486 > erin ACK",
			"bob 430 > bob ACK, carol INVITE",
			"carol 200 > alice 200",
		}},
	} {
		p.run(t)
	}
}

// A stage sees the responses and failures that count, and no others.
func TestWhatStagesSeeOfForks(t *testing.T) {
	var seen []uint16
	j := &judge{response: func(_ *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
		seen = append(seen, b.Resp.Status)
		return pipeline.Continue
	}}
	c := newCall(t, &ways{hops: bobAndCarol, targets: map[string][]pipeline.Target{"bob": {tcp("bob"), udp("bob"), udp("dave")}}}, short, j)
	c.run([]string{
		"INVITE > carol INVITE, dial bob",
		"carol 100 >",
		"carol 183 > alice 183",
		"bob refuses > bob INVITE",
		"bob 503 > bob ACK, dave INVITE",
		"dave 480 > dave ACK",
		"dave 480 > dave ACK",
		"carol 202 > alice 202",
		"carol 202 > alice 202",
	})
	want := []uint16{183, 480, 202}
	if len(seen) != len(want) || len(j.causes) != 1 || j.causes[0] != "connection_error" {
		t.Fatalf("saw %v and %q, want %v and one connection_error", seen, j.causes, want)
	}
	for i := range want {
		if seen[i] != want[i] {
			t.Errorf("saw %v, want %v", seen, want)
		}
	}
	c.end()
}

// resuming is a judge that gives its verdict later.
type resuming struct {
	judge
	verdict onBranch
}

func (r *resuming) OnResume(x *pipeline.Exchange, b *pipeline.Branch, _ pipeline.Event) pipeline.Verdict {
	return r.verdict(x, b)
}

// A verdict on a fork may come later, and means the same then.
func TestLateVerdictsOnForks(t *testing.T) {
	before := []string{"INVITE > bob INVITE, carol INVITE", "carol 180 > alice 180"}
	silence := append(before[:2:2], "wait 4100ms >")
	busy := append(before[:2:2], "bob 486 > bob ACK")
	accepted := append(before[:2:2], "bob 200 >")
	for _, c := range []struct {
		name    string
		before  []string // after which bob's branch is suspended
		verdict onBranch
		steps   []string
	}{
		{"a failure, another hop", silence, to("dave"), []string{"post >", "carol 404 > carol ACK, dave INVITE", "dave 200 > alice 200"}},
		{"a failure, a reply", silence, reply(sip.Gone), []string{"post > carol CANCEL, alice 410", "carol 487 > carol ACK"}},
		{"a failure, dropped", silence, drop, []string{"post >", "carol 404 > carol ACK, alice 404"}},
		{"a failure, and a 200 of another one", silence, to("dave"), []string{"carol 200 > alice 200", "post >"}},
		{"a failure, and the other one ends", silence, to("dave"), []string{"carol 404 > carol ACK", "post > dave INVITE", "dave 486 > dave ACK, alice 404"}},
		{"a final response, another hop", busy, to("dave"), []string{"post >", "carol 404 > carol ACK, dave INVITE", "dave 200 > alice 200"}},
		{"a final response, a reply", busy, reply(sip.Gone), []string{"post > carol CANCEL, alice 410", "carol 487 > carol ACK"}},
		{"a final response, dropped", busy, drop, []string{"post >", "carol 404 > carol ACK, alice 404"}},
		{"a final response, and the other one ends", busy, drop, []string{"carol 404 > carol ACK", "post > alice 404"}},
		{"a final response, and a 6xx of another one", busy, to("dave"), []string{"carol 603 > carol ACK", "post > alice 603"}},
		{"a 200, and a 200 of another one", accepted, func(*pipeline.Exchange, *pipeline.Branch) pipeline.Verdict { return pipeline.Continue },
			[]string{"carol 200 > alice 200", "post >", "bob 200 > alice 200"}},
		{"a 200, dropped", accepted, drop, []string{"post >", "bob 200 >", "carol 486 > carol ACK, alice 486"}},
		{"a 200, passed on", accepted, func(*pipeline.Exchange, *pipeline.Branch) pipeline.Verdict { return pipeline.Continue },
			[]string{"post > alice 200, carol CANCEL " + elsewhere, "carol 487 > carol ACK"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var tok pipeline.Token
			r := &resuming{verdict: c.verdict}
			r.response = suspendOn(&tok, func(b *pipeline.Branch) bool { return from("bob")(b) && isFinal(b) })
			r.failure = suspendOn(&tok, from("bob"))
			n := newCall(t, &ways{hops: bobAndCarol}, short, r)
			n.run(c.before)
			n.ways.token = tok
			n.run(c.steps)
			n.end()
		})
	}
}
