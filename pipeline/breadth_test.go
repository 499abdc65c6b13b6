package pipeline_test

import (
	"strings"
	"testing"

	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// Max-Breadth is shared out among the branches that are alive, and is never
// more than what came (RFC 5393 §5.3.3).
func TestMaxBreadth(t *testing.T) {
	one := hops(hop("bob", 500))
	three := hops(hop("bob", 500), hop("carol", 500), hop("dave", 500))
	for _, c := range []struct {
		name  string
		lines []string
		hops  []pipeline.Hop
		want  string // who got a request at once, and the value in it
	}{
		{"one branch", []string{"Max-Breadth: 7"}, one, "bob 7"},
		{"one branch, the least", []string{"Max-Breadth: 1"}, one, "bob 1"},
		{"absent", nil, one, "bob 60"},
		{"absent, three branches", nil, three, "bob 20, carol 20, dave 20"},
		{"the most", []string{"Max-Breadth: 60"}, one, "bob 60"},
		{"more than the most", []string{"Max-Breadth: 61"}, one, "bob 60"},
		{"much more than the most", []string{"Max-Breadth: 18446744073709551617"}, one, "bob 60"},
		{"zeros before it", []string{"Max-Breadth: 0005"}, one, "bob 5"},
		{"not a number", []string{"Max-Breadth: many"}, one, "bob 60"},
		{"a sign", []string{"Max-Breadth: -1"}, one, "bob 60"},
		{"a parameter", []string{"Max-Breadth: 3;x=y"}, one, "bob 60"},
		{"empty", []string{"Max-Breadth:"}, one, "bob 60"},
		{"twice", []string{"Max-Breadth: 4", "Max-Breadth: 50"}, one, "bob 4"},
		{"enough", []string{"Max-Breadth: 3"}, three, "bob 1, carol 1, dave 1"},
		{"what does not divide", []string{"Max-Breadth: 11"}, three, "bob 4, carol 4, dave 3"},
		{"too little for all", []string{"Max-Breadth: 2"}, three, "bob 1, carol 1"},
		{"for one after the other", []string{"Max-Breadth: 1"}, three, "bob 1"},
		{"none", []string{"Max-Breadth: 0"}, three, "alice 440"},
		{"none for one branch", []string{"Max-Breadth: 0"}, one, "alice 440"},
		{"none in other digits", []string{"Max-Breadth: 000"}, one, "alice 440"},
	} {
		for _, method := range []string{"INVITE", "OPTIONS"} {
			n := newCall(t, &ways{hops: c.hops}, short)
			n.lines = c.lines
			n.do(method)
			var got []string
			for _, who := range []string{"bob", "carol", "dave"} {
				if msg := n.got[who]; msg != "" {
					got = append(got, who+" "+strings.Join(pipelinetest.Header(msg, "Max-Breadth"), " and "))
				}
			}
			if n.texts["alice 440"] != "" {
				got = append(got, "alice 440")
			}
			if got := strings.Join(got, ", "); got != c.want {
				t.Errorf("%s, %s: got %s, want %s", method, c.name, got, c.want)
			}
			n.end()
		}
	}
}

// What a branch had is for the next one when it has ended (RFC 5393 §5.3.3.1).
func TestMaxBreadthIsUsedAgain(t *testing.T) {
	three := hops(hop("bob", 500), hop("carol", 500), hop("dave", 500), hop("erin", 100))
	for _, test := range []struct {
		name    string
		profile func(p *pipeline.Profile)
		targets map[string][]pipeline.Target
		breadth string
		steps   []string
		want    map[string]string
	}{
		{"one by one", nil, nil, "1", []string{
			"INVITE > bob INVITE",
			"bob 404 > bob ACK, carol INVITE",
			"carol 404 > carol ACK, dave INVITE",
			"dave 404 > dave ACK, erin INVITE",
			"erin 200 > alice 200",
		}, map[string]string{"bob": "1", "carol": "1", "dave": "1", "erin": "1"}},
		{"two, and the third when both have ended", nil, nil, "2", []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 404 > bob ACK",
			"carol 404 > carol ACK, dave INVITE",
			"dave 404 > dave ACK, erin INVITE",
			"erin 404 > erin ACK, alice 404",
		}, map[string]string{"bob": "1", "carol": "1", "dave": "2", "erin": "2"}},
		{"one after the other has all", serially, nil, "5", []string{
			"INVITE > bob INVITE",
			"bob 404 > bob ACK, carol INVITE",
			"carol 603 > carol ACK, alice 603",
		}, map[string]string{"bob": "5", "carol": "5"}},
		{"another address has the branch's", nil, map[string][]pipeline.Target{"bob": {tcp("bob"), udp("bob")}}, "6", []string{
			"INVITE > carol INVITE, dave INVITE, dial bob",
			"bob refuses > bob INVITE",
			"carol 200 > alice 200",
		}, map[string]string{"bob": "2", "carol": "2", "dave": "2"}},
		{"a redirection", recursing, nil, "1", []string{
			"INVITE > bob INVITE",
			"bob 302 | Contact: <sip:x@192.0.2.2:5062>;q=1 > bob ACK, bob INVITE",
			"bob 603 > bob ACK, alice 603",
		}, map[string]string{"bob": "1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := short
			if test.profile != nil {
				test.profile(&p)
			}
			c := newCall(t, &ways{hops: three, targets: test.targets}, p)
			c.lines = []string{"Max-Breadth: " + test.breadth}
			c.run(test.steps)
			for who, want := range test.want {
				if got := c.header(who+" INVITE", "Max-Breadth"); got != want {
					t.Errorf("%s got Max-Breadth %s, want %s", who, got, want)
				}
			}
			c.end()
		})
	}
}

// A CANCEL and the ACK of a hop need none; what another proxy put on the
// response is not ours.
func TestMaxBreadthOfOthers(t *testing.T) {
	c := newCall(t, &ways{hops: bobAndCarol}, short)
	c.run([]string{
		"INVITE > bob INVITE, carol INVITE",
		"bob 180 > alice 180",
		"CANCEL > bob CANCEL",
		"bob 487 > bob ACK",
	})
	for _, what := range []string{"bob CANCEL", "bob ACK", "alice 180"} {
		if got := c.header(what, "Max-Breadth"); got != "" {
			t.Errorf("%s has Max-Breadth %s", what, got)
		}
	}
	c.end()
}
