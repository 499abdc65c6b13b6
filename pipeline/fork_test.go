package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// Who is asked when (RFC 3261 §16.5, §16.6).
func TestGroups(t *testing.T) {
	for _, p := range []play{
		{name: "equal ones at once, the next when none has accepted", hops: hops(hop("dave", 500), hop("bob", 900), hop("carol", 900)), steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 180 > alice 180",
			"bob 486 > bob ACK",
			"carol 404 > carol ACK, dave INVITE",
			"dave 200 > alice 200",
		}},
		{name: "three groups", hops: hops(hop("bob", 1), hop("carol", 0), hop("dave", 1000)), steps: []string{
			"INVITE > dave INVITE",
			"dave 404 > dave ACK, bob INVITE",
			"bob 404 > bob ACK, carol INVITE",
			"carol 404 > carol ACK, alice 404",
		}},
		{name: "the next group is not begun after a 2xx", hops: hops(hop("bob", 900), hop("carol", 800)), steps: []string{
			"INVITE > bob INVITE",
			"bob 200 > alice 200",
			"wait 10s >",
		}},
		{name: "one after the other", profile: serially, hops: hops(hop("bob", 500), hop("carol", 500), hop("dave", 900)), steps: []string{
			"INVITE > dave INVITE",
			"dave 486 > dave ACK, bob INVITE",
			"bob 480 > bob ACK, carol INVITE",
			"carol 180 > alice 180",
			"carol 200 > alice 200",
		}},
		{name: "one after the other, who is silent", profile: serially, hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE",
			"wait 4100ms > carol INVITE",
			"carol 486 > carol ACK, alice 486",
		}},
		{name: "a fallback is not called", hops: hops(hop("bob", 500), fallback("carol")), steps: []string{
			"INVITE > bob INVITE",
			"bob 404 > bob ACK, alice 404",
		}},
		{name: "a fallback for who is silent", hops: hops(hop("bob", 500), fallback("carol"), fallback("erin"), hop("dave", 500)), steps: []string{
			"INVITE > bob INVITE, dave INVITE",
			"dave 180 > alice 180",
			"wait 4100ms > carol INVITE",
			"carol 100 >",
			"dave 486 > dave ACK",
			"carol 430 > carol ACK, erin INVITE",
			"erin 486 > erin ACK, alice 486",
		}},
		{name: "a fallback for a connection that is refused", targets: map[string][]pipeline.Target{"bob": {tcp("bob")}},
			hops: hops(hop("bob", 500), fallback("carol")), steps: []string{
				"INVITE > dial bob",
				"bob refuses > carol INVITE",
				"carol 200 > alice 200",
			}},
		{name: "a hop without an address", targets: map[string][]pipeline.Target{"bob": {}}, hops: bobAndCarol, steps: []string{
			"INVITE > carol INVITE",
			"carol 486 > carol ACK, alice 486",
		}},
		{name: "no hop has an address", targets: map[string][]pipeline.Target{"bob": {}, "carol": {}}, hops: bobAndCarol, steps: []string{
			"INVITE > alice 500",
		}},
		{name: "no hop", steps: []string{"INVITE > alice 500"}},
		{name: "a hop whose address is found later", hops: bobAndCarol, suspend: "bob", steps: []string{
			"INVITE > carol INVITE",
			"carol 404 > carol ACK",
			"post > bob INVITE",
			"bob 200 > alice 200",
		}},
		{name: "a hop whose address is nowhere", hops: bobAndCarol, suspend: "bob", steps: []string{
			"INVITE > carol INVITE",
			"carol 200 > alice 200",
			"post >",
		}},
	} {
		p.run(t)
	}
}

// The first 2xx goes to the caller and ends the other branches, all 2xx do go
// to the caller (RFC 3261 §16.7 steps 5 and 10).
func TestFirst2xx(t *testing.T) {
	three := hops(hop("bob", 500), hop("carol", 500), hop("dave", 500))
	for _, p := range []play{
		{name: "those that ring are cancelled", hops: three, steps: []string{
			"INVITE > bob INVITE, carol INVITE, dave INVITE",
			"bob 180 > alice 180",
			"dave 183 > alice 183",
			"bob 200 > alice 200, dave CANCEL " + elsewhere,
			"dave 487 > dave ACK",
			"dave 487 > dave ACK",
			"carol 180 > carol CANCEL " + elsewhere, // and she is not heard any more
			"carol 183 >",
			"carol 487 > carol ACK",
		}},
		{name: "one that says nothing is left alone", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 200 > alice 200",
			"wait 10s >",
		}},
		{name: "one that refuses meanwhile", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 200 > alice 200",
			"carol 603 > carol ACK",
			"wait 1s >",
		}},
		{name: "a second one", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"carol 180 > alice 180",
			"bob 200 > alice 200, carol CANCEL " + elsewhere,
			"carol 200 > alice 200",
			"carol 200 > alice 200",
			"bob 200/other > alice 200",
			"bob 200 > alice 200",
		}},
		{name: "a second one, without a provisional response", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 200 > alice 200",
			"carol 200 > alice 200",
		}},
		{name: "after a final response of another branch", hops: three, steps: []string{
			"INVITE > bob INVITE, carol INVITE, dave INVITE",
			"bob 486 > bob ACK",
			"carol 401 > carol ACK",
			"dave 202 > alice 202",
		}},
		{name: "while the address of another one is sought", hops: bobAndCarol, suspend: "bob", steps: []string{
			"INVITE > carol INVITE",
			"carol 200 > alice 200",
			"post >",
		}},
		{name: "while another one is dialled", hops: bobAndCarol, targets: map[string][]pipeline.Target{"bob": {tcp("bob")}}, steps: []string{
			"INVITE > carol INVITE, dial bob",
			"carol 200 > alice 200",
			"bob accepts > bob INVITE",
			"bob 100 > bob CANCEL " + elsewhere,
			"bob 487 > bob ACK",
		}},
		{name: "while another one is dialled in vain", hops: bobAndCarol, targets: map[string][]pipeline.Target{"bob": {tcp("bob"), udp("dave")}}, steps: []string{
			"INVITE > carol INVITE, dial bob",
			"carol 200 > alice 200",
			"bob refuses >",
		}},
		{name: "of a request that is no INVITE", hops: bobAndCarol, steps: []string{
			"OPTIONS > bob OPTIONS, carol OPTIONS",
			"bob 200 > alice 200",
			"carol 200 >",
			"carol 200 >",
		}},
		{name: "of a request that is no INVITE, the others are silent", hops: bobAndCarol, steps: []string{
			"OPTIONS > bob OPTIONS, carol OPTIONS",
			"bob 404 >",
			"bob 404 >",
			"carol 200 > alice 200",
			"wait 10s >",
		}},
	} {
		p.run(t)
	}
}

// Which dialog a response belongs to is for the callees to say, in each branch.
func TestTagsOfBranches(t *testing.T) {
	c := newCall(t, &ways{hops: bobAndCarol}, short)
	c.do("INVITE")
	if a, b := c.header("bob INVITE", "Via"), c.header("carol INVITE", "Via"); a == b {
		t.Errorf("both branches have the Via %s", a)
	}
	for _, step := range []struct{ event, sent, tag string }{
		{"bob 180/b1", "alice 180", "b1"}, {"bob 180/b2", "alice 180", "b2"}, {"carol 183/c1", "alice 183", "c1"}, {"carol 200/c1", "alice 200", "c1"},
		{"bob 200/b2", "alice 200", "b2"}, {"carol 200/c2", "alice 200", "c2"},
	} {
		c.do(step.event)
		if got := toTag(c.texts[step.sent]); got != step.tag {
			t.Errorf("%s arrives with the tag %q, want %q", step.event, got, step.tag)
		}
		if via := pipelinetest.Header(c.texts[step.sent], "Via"); len(via) != 1 || !strings.Contains(via[0], "branch=z9hG4bKfork") {
			t.Errorf("%s arrives with Via %q, want alice's alone", step.event, via)
		}
	}
	c.end()
}

// No more than 32 branches are alive at a time.
func TestMaxParallel(t *testing.T) {
	w := &ways{}
	for i := range 40 {
		w.hops = append(w.hops, pipeline.Hop{RequestURI: fmt.Appendf(nil, "sip:u@192.0.2.100:%d", 6000+i)})
	}
	c := newCall(t, w, short)
	c.FromUDP(alice, request("INVITE", "1 ", "fork", ""))
	first := invites(c.Sent())
	if len(first) != 32 {
		t.Fatalf("%d INVITEs at once, want 32", len(first))
	}
	for i, p := range first {
		c.FromUDP(p.To, answer(p.Text, "404 Not Found", "t"))
		if rest := len(invites(c.Sent())); i < 31 && rest != 0 || i == 31 && rest != 8 {
			t.Errorf("%d INVITEs after %d responses", rest, i+1)
		}
	}
	c.end()
	if got := c.texts["alice 404"]; got == "" {
		t.Error("alice got no 404")
	}
}

func invites(sent []pipelinetest.Packet) []pipelinetest.Packet {
	return slices.DeleteFunc(sent, func(p pipelinetest.Packet) bool { return !strings.HasPrefix(p.Text, "INVITE ") })
}

// What is beyond the 128th hop is left out.
func TestMaxHops(t *testing.T) {
	w := &ways{}
	for range 130 {
		w.hops = append(w.hops, hop("bob", 500))
	}
	c := newCall(t, w, short)
	c.do("OPTIONS")
	if got := c.Count("sluice_sip_targets_refused_total"); got != 2 {
		t.Errorf("%d hops counted as refused, want 2", got)
	}
	c.end()
}

// An ACK belongs to one callee, whatever the hops are.
func TestAckIsNotForked(t *testing.T) {
	c := newCall(t, &ways{hops: bobAndCarol}, short)
	c.FromUDP(alice, request("ACK", "1 ", "ack", "b1"))
	if sent := c.Sent(); len(sent) != 1 || sent[0].To != bob {
		t.Errorf("sent %v, want one ACK to bob", sent)
	}
	c.Idle()
}

// A response that a stage gives to a request ends all of its branches.
func TestReplyEndsBranches(t *testing.T) {
	busy := only(func(b *pipeline.Branch) bool { return b.Resp.Status == 486 }, reply(sip.Gone))
	for _, p := range []play{
		{name: "OnResponse", hops: bobAndCarol, judge: &judge{response: busy}, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"carol 180 > alice 180",
			"bob 486 > bob ACK, carol CANCEL, alice 410",
			"carol 200 > ", // it comes too late
		}},
		{name: "OnFailure", hops: bobAndCarol, judge: &judge{failure: reply(sip.Gone)}, targets: map[string][]pipeline.Target{"bob": {tcp("bob")}}, steps: []string{
			"INVITE > carol INVITE, dial bob",
			"carol 180 > alice 180",
			"bob refuses > carol CANCEL, alice 410",
			"carol 487 > carol ACK",
		}},
		{name: "OnTarget", hops: bobAndCarol, judge: &judge{target: only(func(b *pipeline.Branch) bool { return b.Target == udp("carol") }, reply(sip.Gone))}, steps: []string{
			"INVITE > bob INVITE, alice 410",
			"bob 180 > bob CANCEL",
			"bob 487 > bob ACK",
		}},
	} {
		p.run(t)
	}
}
