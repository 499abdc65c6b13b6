package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// ends has a callee give a final response, or none: silence, or a connection
// that is refused.
func (c *call) ends(who, how string) {
	switch how {
	case "silence":
		for _, other := range []string{"bob", "carol"} {
			if other != who && c.got[other] != "" {
				c.do(other + " 100") // so that he is not taken to be silent too
			}
		}
		c.do("wait 4100ms")
	case "refusal":
		c.do(who + " refuses")
	default:
		c.do(who + " " + how + " From " + who)
	}
}

// What the caller gets when two have ended without a 2xx, whoever is first (RFC
// 3261 §16.7 step 6).
func TestBestOfTwo(t *testing.T) {
	for _, c := range []struct{ method, one, other, want string }{
		{"INVITE", "486", "503", "486"},
		{"INVITE", "486", "603", "603"},
		{"INVITE", "486", "302", "302"},
		{"INVITE", "302", "603", "603"},
		{"INVITE", "302", "401", "302"},
		{"INVITE", "401", "486", "401"},
		{"INVITE", "407", "404", "407"},
		{"INVITE", "415", "480", "415"},
		{"INVITE", "420", "486", "420"},
		{"INVITE", "484", "404", "484"},
		{"INVITE", "401", "500", "401"},
		{"INVITE", "407", "603", "603"},
		{"INVITE", "408", "486", "486"},
		{"INVITE", "430", "404", "404"},
		{"INVITE", "430", "503", "430"},
		{"INVITE", "487", "480", "480"},
		{"INVITE", "503", "503", "500"},
		{"INVITE", "404", "silence", "404"},
		{"INVITE", "503", "silence", "408 Client Timeout"},
		{"INVITE", "603", "silence", "603"},
		{"INVITE", "302", "silence", "302"},
		{"INVITE", "401", "silence", "401"},
		{"INVITE", "408", "silence", "408 From "},
		{"INVITE", "404", "refusal", "404"},
		{"INVITE", "503", "refusal", "500 From "},
		{"INVITE", "502", "refusal", "502"},
		{"INVITE", "603", "refusal", "603"},
		{"INVITE", "silence", "refusal", "408 Client Timeout"},
		{"OPTIONS", "486", "503", "486"},
		{"OPTIONS", "486", "603", "603"},
		{"OPTIONS", "404", "silence", "404"},
		{"OPTIONS", "404", "refusal", "404"},
		{"OPTIONS", "503", "silence", "500 From "}, // a 408 must not be sent (RFC 4320 §4.2), but this may
		{"OPTIONS", "silence", "silence", ""},
	} {
		for _, swapped := range []bool{false, true} {
			first, last := c.one, c.other
			if swapped {
				first, last = last, first
			}
			t.Run(fmt.Sprint(c.method, " ", first, ", ", last), func(t *testing.T) {
				bestOfTwo(t, c.method, first, last, c.want)
			})
		}
	}
}

// bestOfTwo is a request that bob is the first to end, mostly, and carol the last.
func bestOfTwo(t *testing.T, method, first, last, want string) {
	w := &ways{hops: bobAndCarol, targets: map[string][]pipeline.Target{}}
	for who, how := range map[string]string{"bob": first, "carol": last} {
		if how == "refusal" {
			w.targets[who] = []pipeline.Target{tcp(who)}
		}
	}
	n := newCall(t, w, short)
	n.do(method)
	one, other := "bob", "carol"
	if first == "silence" && (method == "OPTIONS" || last == "refusal") { // who is silent is so for as long as the other may be
		one, other, first, last = other, one, last, first
	}
	n.ends(one, first)
	if last != "silence" || first != "silence" {
		n.none()
		n.ends(other, last)
	}
	got := strings.Join(n.answers(), ", ")
	if !strings.HasPrefix(got, want) || want == "" && got != "" {
		t.Errorf("alice got %q, want %q", got, want)
	}
	n.end()
}

// answers returns what alice got of final responses.
func (c *call) answers() (list []string) {
	for what, msg := range c.texts {
		if strings.HasPrefix(what, "alice ") && what >= "alice 2" {
			list = append(list, strings.TrimPrefix(pipelinetest.StartLine(msg), "SIP/2.0 "))
		}
	}
	return list
}

// none checks that alice has got none yet.
func (c *call) none() {
	c.t.Helper()
	if got := c.answers(); len(got) > 0 {
		c.t.Errorf("alice got %q before all branches have ended", got)
	}
}

// A 6xx ends the others and waits for that (RFC 3261 §16.7 step 5).
func TestGlobalFailure(t *testing.T) {
	three := hops(hop("bob", 500), hop("carol", 500), hop("dave", 500), hop("erin", 100))
	for _, p := range []play{
		{name: "waits for who rings, and for who does not yet", hops: three, steps: []string{
			"INVITE > bob INVITE, carol INVITE, dave INVITE",
			"bob 180 > alice 180",
			"carol 180 > alice 180",
			"bob 603 Decline > bob ACK, carol CANCEL SIP;cause=603",
			"bob 603 Decline > bob ACK",
			"carol 487 > carol ACK",
			"dave 100 > dave CANCEL SIP;cause=603",
			"dave 487 > dave ACK, alice 603",
		}},
		{name: "the reason is the status", hops: three, steps: []string{
			"INVITE > bob INVITE, carol INVITE, dave INVITE",
			"carol 180 > alice 180",
			"bob 600 Busy Everywhere > bob ACK, carol CANCEL SIP;cause=600",
			"carol 487 > carol ACK",
			"wait 4100ms > alice 600",
		}},
		{name: "a better one of before does not count", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 302 > bob ACK",
			"carol 604 > carol ACK, alice 604",
		}},
		{name: "the first of two", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 606 > bob ACK",
			"carol 603 > carol ACK, alice 606",
		}},
		{name: "a 2xx crosses the CANCEL", hops: three, steps: []string{
			"INVITE > bob INVITE, carol INVITE, dave INVITE",
			"carol 180 > alice 180",
			"bob 603 > bob ACK, carol CANCEL SIP;cause=603",
			"carol 200 > alice 200",
			"dave 180 > dave CANCEL SIP;cause=603",
			"dave 487 > dave ACK",
		}},
		{name: "a 2xx instead of a provisional response", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 603 > bob ACK",
			"carol 200 > alice 200",
		}},
		{name: "no address is sought any more", hops: bobAndCarol, suspend: "carol", steps: []string{
			"INVITE > bob INVITE",
			"bob 603 > bob ACK, alice 603",
			"post >",
		}},
		{name: "no further address is tried", hops: bobAndCarol, targets: map[string][]pipeline.Target{"carol": {tcp("carol"), udp("dave")}}, steps: []string{
			"INVITE > bob INVITE, dial carol",
			"bob 603 > bob ACK",
			"carol refuses > alice 603",
		}},
		{name: "no fallback is tried", hops: hops(hop("bob", 500), hop("carol", 500), fallback("dave")), steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 603 > bob ACK",
			"carol 430 > carol ACK, alice 603",
		}},
		{name: "no redirection is followed", hops: bobAndCarol, profile: recursing, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 603 > bob ACK",
			"carol 302 | Contact: <sip:erin@192.0.2.5:5065> > carol ACK, alice 603",
		}},
		{name: "the callee does not heed the CANCEL", hops: bobAndCarol, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"carol 180 > alice 180",
			"bob 603 > bob ACK, carol CANCEL SIP;cause=603",
			"wait 31s >",
			"wait 2s > alice 603",
		}},
		{name: "of a request that is no INVITE", hops: three, steps: []string{
			"OPTIONS > bob OPTIONS, carol OPTIONS, dave OPTIONS",
			"bob 603 >",
			"carol 404 >",
			"dave 404 > alice 603",
		}},
	} {
		p.run(t)
	}
}

// A 503 is about the callee's server; as it stands the caller would take it to
// be about ours (RFC 3261 §16.7 step 6).
func TestLone503(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []string
		want  string
	}{
		{"alone", []string{"bob 503 Come Back Later | Retry-After: 20"}, "SIP/2.0 500 Come Back Later"},
		{"without a reason phrase", []string{"bob 503 "}, "SIP/2.0 500 "},
	} {
		n := newCall(t, &ways{hops: hops(hop("bob", 500))}, short)
		n.do("INVITE")
		for _, step := range c.steps {
			n.do(step)
		}
		if got := pipelinetest.StartLine(n.texts["alice 500"]); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: alice got %q, want %q", c.name, got, c.want)
		}
		if got := toTag(n.texts["alice 500"]); got != "bob" {
			t.Errorf("%s: the tag is %q, want that of the 503", c.name, got)
		}
		n.end()
	}
}

// challenged answers with challenges and a body.
func challenged(c *call, who, status string, lines ...string) {
	c.t.Helper()
	body := "who are you, " + who + "?\r\n\r\nreally"
	msg := answer(c.got[who], status+" Who Are You", who, append(lines, "Content-Type: text/plain")...)
	msg = strings.Replace(msg, "Content-Length: 0", fmt.Sprint("Content-Length: ", len(body)), 1) + body
	c.FromUDP(callees[who], msg)
	c.settle(false)
}

// The caller gets all challenges at once (RFC 3261 §16.7 step 7).
func TestChallenges(t *testing.T) {
	const www, proxy = "WWW-Authenticate: Digest realm=", "Proxy-Authenticate: Digest realm="
	for _, test := range []struct {
		name    string
		serial  bool
		answers [][]string // who, status, challenges
		status  string
		body    string
		want    []string
	}{
		{"401, 407 and 401", false, [][]string{{"bob", "401", www + `"b"`, www + `"b2"`}, {"carol", "407", proxy + `"c"`}, {"dave", "401", www + `"d"`, proxy + `"d2"`}},
			"401", "bob", []string{www + `"b"`, www + `"b2"`, proxy + `"c"`, www + `"d"`, proxy + `"d2"`}},
		{"the same one after the other", true, [][]string{{"bob", "401", www + `"b"`}, {"carol", "407", proxy + `"c"`}, {"dave", "407", proxy + `"d"`}},
			"401", "bob", []string{www + `"b"`, proxy + `"c"`, proxy + `"d"`}},
		{"after others", false, [][]string{{"bob", "404"}, {"carol", "486", www + `"ignored"`}, {"dave", "401", www + `"d"`}}, "401", "dave", []string{www + `"d"`}},
		{"before others", false, [][]string{{"bob", "407", proxy + `"b"`}, {"carol", "486"}, {"dave", "503", www + `"ignored"`}}, "407", "bob", []string{proxy + `"b"`}},
		{"between others", false, [][]string{{"bob", "486"}, {"carol", "407", proxy + `"c"`}, {"dave", "401", www + `"d"`}}, "407", "carol", []string{proxy + `"c"`, www + `"d"`}},
		{"one that is not chosen", false, [][]string{{"bob", "401", www + `"b"`}, {"carol", "302"}, {"dave", "401", www + `"d"`}}, "302", "carol", nil},
		{"none in it", false, [][]string{{"bob", "401"}, {"carol", "407"}, {"dave", "401", www + `"d"`}}, "401", "bob", []string{www + `"d"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := short
			p.SerialForking = test.serial
			c := newCall(t, &ways{hops: hops(hop("bob", 500), hop("carol", 500), hop("dave", 500))}, p)
			c.do("INVITE")
			for i, a := range test.answers {
				challenged(c, a[0], a[1], a[2:]...)
				if c.texts["alice "+test.status] != "" && i < 2 {
					t.Error("a final response before all branches have ended")
				}
			}
			m := parsed(t, c.texts["alice "+test.status])
			if _, body, _ := strings.Cut(string(m.Buf), "\r\n\r\n"); body != "who are you, "+test.body+"?\r\n\r\nreally" {
				t.Errorf("the body is %q", body)
			}
			got := 0
			for _, name := range []string{"WWW-Authenticate", "Proxy-Authenticate"} {
				got += len(pipelinetest.Header(string(m.Buf), name))
			}
			for _, line := range test.want {
				if n := strings.Count(string(m.Buf), "\r\n"+line+"\r\n"); n != 1 {
					t.Errorf("%s is there %d times, want once", line, n)
				}
			}
			if got != len(test.want) {
				t.Errorf("%d challenges, want %d:\n%s", got, len(test.want), m.Buf)
			}
			c.end()
		})
	}
}

// Challenges are bounded, and what is beyond the bound is left out in whole
// lines.
func TestChallengesAreBounded(t *testing.T) {
	c := newCall(t, &ways{hops: hops(hop("bob", 500), hop("carol", 500), hop("dave", 500), hop("erin", 500))}, short)
	c.do("INVITE")
	for _, who := range []string{"bob", "carol", "dave", "erin"} {
		var lines []string
		for i := range 10 {
			lines = append(lines, fmt.Sprintf("WWW-Authenticate: Digest realm=\"%s%d\", nonce=\"%s\"", who, i, strings.Repeat("n", 900)))
		}
		challenged(c, who, "401", lines...)
	}
	m := parsed(t, c.texts["alice 401"])
	got := pipelinetest.Header(string(m.Buf), "WWW-Authenticate")
	if len(got) < 10 || len(got) > 26 {
		t.Errorf("%d challenges, want those of bob and as many as go into 16 KiB", len(got))
	}
	for _, v := range got {
		if len(v) < 900 || !strings.HasSuffix(v, `n"`) {
			t.Errorf("a challenge was cut short: %s", v)
		}
	}
	c.end()
}
