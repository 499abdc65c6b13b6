package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

func recursing(p *pipeline.Profile) { p.RecurseOnRedirect = true }

// What becomes of a redirection (RFC 3261 §16.5, §16.7 step 4).
func TestRedirect(t *testing.T) {
	one, both := hops(hop("bob", 1000)), bobAndCarol
	const toCarol, toDave, toErin = "Contact: <sip:carol@192.0.2.3:5063>", "Contact: <sip:dave@192.0.2.4:5064>", "Contact: <sip:erin@192.0.2.5:5065>"
	for _, p := range []play{
		{name: "is for the caller", hops: one, profile: func(*pipeline.Profile) {}, steps: []string{
			"INVITE > bob INVITE",
			"bob 302 | " + toCarol + " > bob ACK, alice 302",
		}},
		{name: "is followed", hops: one, steps: []string{
			"INVITE > bob INVITE",
			"bob 302 | " + toCarol + " > bob ACK, carol INVITE",
			"carol 180 > alice 180",
			"carol 200 > alice 200",
		}},
		{name: "is followed, of a request that is no INVITE", hops: one, steps: []string{
			"OPTIONS > bob OPTIONS",
			"bob 301 | " + toCarol + " > carol OPTIONS",
			"carol 404 > alice 404",
		}},
		{name: "the best of what follows", hops: one, steps: []string{
			"INVITE > bob INVITE",
			"bob 300 | " + toCarol + " | " + toDave + " > bob ACK, carol INVITE, dave INVITE",
			"carol 486 > carol ACK",
			"dave 407 > dave ACK, alice 407",
		}},
		{name: "q of the contacts", hops: one, steps: []string{
			"INVITE > bob INVITE",
			"bob 300 | " + toCarol + ";q=0.1, <sip:dave@192.0.2.4:5064>;q=0.7 | " + toErin + ";q=0.7 > bob ACK, dave INVITE, erin INVITE",
			"dave 404 > dave ACK",
			"erin 404 > erin ACK, carol INVITE",
			"carol 404 > carol ACK, alice 404",
		}},
		{name: "before hops of a lower q", hops: hops(hop("bob", 900), hop("carol", 500)), steps: []string{
			"INVITE > bob INVITE",
			"bob 302 | " + toDave + ";q=0.6 > bob ACK, dave INVITE",
			"dave 404 > dave ACK, carol INVITE",
			"carol 200 > alice 200",
		}},
		{name: "waits for the other branches", hops: both, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 302 | " + toDave + " > bob ACK",
			"carol 486 > carol ACK, dave INVITE",
			"dave 404 > dave ACK, alice 486",
		}},
		{name: "is not followed after a 2xx", hops: both, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 302 | " + toDave + " > bob ACK",
			"carol 200 > alice 200",
		}},
		{name: "two of them to the same", hops: both, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 302 | " + toDave + " > bob ACK",
			"carol 302 | " + toDave + " > carol ACK, dave INVITE",
			"dave 404 > dave ACK, alice 302",
		}},
		{name: "the same contact twice", hops: one, steps: []string{
			"INVITE > bob INVITE",
			"bob 302 | " + toDave + " | Contact: <sip:dave@192.0.2.4:5064> > bob ACK, dave INVITE",
			"dave 404 > dave ACK, alice 404",
		}},
		{name: "the same contact in other words", hops: one, steps: []string{
			"INVITE > bob INVITE",
			"bob 302 | " + toDave + " | Contact: <SIP:%64ave@192.0.2.4:5064> > bob ACK, dave INVITE",
			"dave 404 > dave ACK, alice 404",
		}},
		{name: "to who was asked before", hops: both, steps: []string{
			"INVITE > bob INVITE, carol INVITE",
			"bob 302 | " + toCarol + " > bob ACK",
			"carol 404 > carol ACK, alice 302",
		}},
		{name: "to itself", hops: one, steps: []string{
			"INVITE > bob INVITE",
			"bob 302 | Contact: <sip:bob@192.0.2.2:5062> > bob ACK, alice 302",
		}},
		{name: "in circles", hops: one, steps: []string{
			"INVITE > bob INVITE",
			"bob 302 | " + toCarol + " > bob ACK, carol INVITE",
			"carol 302 | " + toDave + " > carol ACK, dave INVITE",
			"dave 302 | Contact: <sip:bob@192.0.2.2:5062> | " + toCarol + " > dave ACK, alice 302",
		}},
		{name: "no Contact", hops: one, steps: []string{
			"INVITE > bob INVITE",
			"bob 302 > bob ACK, alice 302",
		}},
		{name: "no Contact that can be read", hops: one, steps: []string{
			"INVITE > bob INVITE",
			"bob 302 | Contact: <sip:carol@ > bob ACK, alice 302",
		}},
		{name: "a telephone number alone", hops: one, steps: []string{
			"INVITE > bob INVITE",
			"bob 302 | Contact: <tel:+15551234> > bob ACK, alice 302",
		}},
		{name: "headers in the URI", hops: one, steps: []string{ // what they ask for we do not do
			"INVITE > bob INVITE",
			"bob 302 | Contact: <sip:carol@192.0.2.3:5063?Subject=x> > bob ACK, alice 302",
		}},
		{name: "a stage wants the caller to have it", hops: one, judge: &judge{response: only(isFinal, func(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
			return x.ReplyHeaders(sip.Reply{Status: 302, Reason: "Moved"}, []byte("Contact: "+string(b.Resp.Value(sip.HeaderContact))+"\r\n"))
		})}, steps: []string{
			"INVITE > bob INVITE",
			"bob 302 | " + toCarol + " > bob ACK, alice 302",
		}},
		{name: "its contact cannot be reached", hops: one, steps: []string{
			"INVITE > bob INVITE",
			"bob 302 | Contact: <sip:carol@192.0.2.3:5063;transport=tcp> > bob ACK, dial carol",
			"carol refuses > alice 500",
		}},
		{name: "after the client gave up", hops: one, steps: []string{
			"INVITE > bob INVITE",
			"bob 180 > alice 180",
			"CANCEL > bob CANCEL",
			"bob 302 | " + toCarol + " > bob ACK, alice 302",
		}},
	} {
		if p.profile == nil {
			p.profile = recursing
		}
		p.run(t)
	}
}

// What was followed is not for the caller to try again; what was not, is (RFC
// 3261 §16.7 step 4).
func TestRedirectInPart(t *testing.T) {
	profile := short
	recursing(&profile)
	c := newCall(t, &ways{hops: hops(hop("bob", 1000))}, profile)
	c.run([]string{
		"INVITE > bob INVITE",
		"bob 300 | Contact: <sip:carol@192.0.2.3:5063>, <tel:+15551234> > bob ACK, carol INVITE",
		"carol 486 > carol ACK, alice 300",
	})
	if got := c.header("alice 300", "Contact"); got != "<tel:+15551234>" {
		t.Errorf("alice got Contact %q, want the telephone number alone", got)
	}
	c.end()
}

// A request for a SIPS URI is not sent to anything less secure (RFC 3261 §16.7
// step 4), nor one for a SIP URI to a SIPS URI (RFC 5630 §5.3).
func TestRedirectOfSIPS(t *testing.T) {
	profile := short
	recursing(&profile)
	for _, test := range []struct{ uri, contact, want string }{
		{"sips:bob@192.0.2.2:5062", "Contact: <sip:carol@192.0.2.3:5063>", "alice 302, bob ACK"},
		{"sips:bob@192.0.2.2:5062", "Contact: <sip:carol@192.0.2.3:5063>, <sips:carol@192.0.2.3:5063>", "dial carol, bob ACK"},
		{"sip:bob@192.0.2.2:5062", "Contact: <sips:carol@192.0.2.3:5063>", "alice 302, bob ACK"},
		{"sip:bob@192.0.2.2:5062", "Contact: <sips:carol@192.0.2.3:5063>, <sip:carol@192.0.2.3:5063>", "dial carol, bob ACK"},
	} {
		w := &ways{hops: []pipeline.Hop{{Q: 1000}}, targets: map[string][]pipeline.Target{"bob": {overTLS("bob")}, "carol": {overTLS("carol")}}}
		c := newCall(t, w, profile)
		c.Edge.SetListeners([]*netio.Listener{c.UDP, c.TCP, netiotest.NewListener(3, netio.TLS, "192.0.2.254:5061")})
		c.FromUDP(alice, target(test.uri, request("INVITE", "1 ", "fork", "")))
		c.settle(false)
		c.do("bob accepts")
		if got := c.do("bob 302 | " + test.contact); got != test.want {
			t.Errorf("%s, %s: %s, want %s", test.uri, test.contact, got, test.want)
		}
		if c.dials["carol"] != nil {
			c.do("carol accepts")
			scheme, _, _ := strings.Cut(test.uri, ":")
			if msg := c.texts["carol INVITE"]; !strings.HasPrefix(msg, "INVITE "+scheme+":carol@") {
				t.Errorf("%s: carol got %s", test.uri, pipelinetest.StartLine(msg))
			}
		}
		c.end()
	}
}

// The Request-URI is that of the contact, without what is not for it.
func TestRedirectedRequest(t *testing.T) {
	profile := short
	recursing(&profile)
	c := newCall(t, &ways{hops: hops(hop("bob", 1000))}, profile)
	c.do("INVITE")
	c.do(`bob 302 | Contact: "Carol" <sip:carol@192.0.2.3:5063;x=y>;expires=30;q=0.3`)
	if got := pipelinetest.StartLine(c.texts["carol INVITE"]); got != "INVITE sip:carol@192.0.2.3:5063;x=y SIP/2.0" {
		t.Errorf("carol got %q", got)
	}
	if got := c.header("carol INVITE", "Max-Breadth"); got != "60" {
		t.Errorf("Max-Breadth is %q, want 60", got)
	}
	c.do("carol 200")
	c.end()
}

// Who always has a new place to go is not followed for ever.
func TestEndlessRedirect(t *testing.T) {
	for _, pad := range []string{"", strings.Repeat("x", 300)} {
		profile := short
		recursing(&profile)
		c := newCall(t, &ways{hops: hops(hop("bob", 1000))}, profile)
		c.do("INVITE")
		rounds := 0
		for c.texts["alice 302"] == "" && rounds < 1000 {
			rounds++
			c.do(fmt.Sprintf("bob 302 | Contact: <sip:b%d%s@192.0.2.2:5062>", rounds, pad))
		}
		if rounds > 128 {
			t.Errorf("followed %d redirections, want at most 128", rounds)
		}
		c.end()
	}
}
