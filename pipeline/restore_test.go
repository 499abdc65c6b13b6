package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

const (
	anonymous = `"Anonymous" <sip:anonymous@anonymous.invalid>`
	desk      = "<sip:desk@example.org;x=y>"
)

// renaming is a stage that changes who calls and who is called.
type renaming struct {
	from, to string
	failed   bool
}

func (*renaming) Name() string { return "renaming" }

func (r *renaming) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	if r.from != "" && !x.SetFrom([]byte(r.from)) {
		r.failed = true
	}
	if r.to != "" && !x.SetTo([]byte(r.to)) {
		r.failed = true
	}
	return pipeline.Continue
}

// parties returns From and To of a message.
func parties(msg string) string {
	return strings.Join(pipelinetest.Header(msg, "From"), " and ") + " | " + strings.Join(pipelinetest.Header(msg, "To"), " and ")
}

const sentParties = "<sip:alice@example.com>;tag=a1 | <sip:bob@example.com>"

// The callee sees the names that a stage gave, the caller those that she
// sent, in every response, early or late (RFC 3261 §8.2.6.2).
func TestPartiesAreRestored(t *testing.T) {
	for _, c := range []struct{ name, from, to, sent string }{
		{"From", anonymous, "", anonymous + ";tag=a1 | <sip:bob@example.com>"},
		{"To", "", desk, "<sip:alice@example.com>;tag=a1 | " + desk},
		{"both", anonymous, desk, anonymous + ";tag=a1 | " + desk},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newCall(t, &ways{hops: bobAndCarol}, short, &renaming{from: c.from, to: c.to})
			n.do("INVITE")
			for _, who := range []string{"bob", "carol"} {
				if got := parties(n.got[who]); got != c.sent {
					t.Errorf("%s got %s, want %s", who, got, c.sent)
				}
			}
			check := func(event, what, tag string) {
				t.Helper()
				delete(n.texts, what)
				n.do(event)
				if got := parties(n.texts[what]); got != sentParties+";tag="+tag {
					t.Errorf("%s: alice got %s, want %s;tag=%s", event, got, sentParties, tag)
				}
			}
			check("bob 180/b1", "alice 180", "b1")
			check("carol 183", "alice 183", "carol")
			check("bob 200/b1", "alice 200", "b1")
			if got, want := n.header("carol CANCEL", "From")+" | "+n.header("carol CANCEL", "To"), c.sent; got != want {
				t.Errorf("the CANCEL has %s, want %s", got, want)
			}
			check("bob 200/b1", "alice 200", "b1") // again, and the exchange is over
			check("bob 200/b2", "alice 200", "b2")
			check("carol 200", "alice 200", "carol")
			check("carol 200", "alice 200", "carol")
			n.Advance(10 * time.Second)
			check("bob 200/b1", "alice 200", "b1")
			check("bob 200/b2", "alice 200", "b2")
			n.end()
		})
	}
}

// A final response other than 2xx, and what belongs to it; those of ours too.
func TestPartiesOfFailures(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		steps []string
		last  string // what alice got
		tag   string // in it, empty for any
	}{
		{"of a callee", nil, []string{"carol 404", "bob 486"}, "alice 404", "carol"},
		{"of a callee, challenged", nil, []string{"carol 401 | WWW-Authenticate: Digest realm=c", "bob 407 | Proxy-Authenticate: Digest realm=b"}, "alice 401", "carol"},
		{"503", nil, []string{"carol 503", "bob 503"}, "alice 500", "carol"},
		{"of ours", nil, []string{"wait 4100ms"}, "alice 408", ""},
		{"a 199", []string{wants199}, []string{"carol 180", "carol 404"}, "alice 199", "carol"},
		{"a cancelled call", nil, []string{"bob 180", "carol 180", "CANCEL", "bob 487", "carol 487"}, "alice 487", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newCall(t, &ways{hops: bobAndCarol}, short, &renaming{from: anonymous, to: desk})
			n.lines = c.lines
			n.do("INVITE")
			for _, step := range c.steps {
				n.do(step)
			}
			got := parties(n.texts[c.last])
			if !strings.HasPrefix(got, sentParties+";tag=") || !strings.HasSuffix(got, c.tag) {
				t.Errorf("alice got %s, want %s;tag=%s", got, sentParties, c.tag)
			}
			for _, what := range []string{"bob ACK", "carol ACK", "bob CANCEL", "carol CANCEL"} {
				if n.texts[what] == "" {
					continue
				}
				want := anonymous + ";tag=a1 | " + desk
				who, method, _ := strings.Cut(what, " ")
				if method == "ACK" {
					want += ";tag=" + who
				}
				if got := parties(n.texts[what]); got != want {
					t.Errorf("%s has %s, want %s", what, got, want)
				}
				if got := n.header(what, "Max-Forwards"); got != "69" {
					t.Errorf("%s has Max-Forwards %s, want 69", what, got)
				}
			}
			n.end()
		})
	}
}

// However the parties are written, their parameters stay.
func TestPartiesAsWritten(t *testing.T) {
	for _, c := range []struct{ name, from, to, sent string }{
		{"a display name", `From: "Alice \"A\" <x>" <sip:alice@example.com>;tag=a1`, `To: Bob B. <sip:bob@example.com>`, anonymous + ";tag=a1 | " + desk},
		{"no angle brackets", "From: sip:alice@example.com;tag=a1", "To: sip:bob@example.com", anonymous + ";tag=a1 | " + desk},
		{"more parameters", "From: <sip:alice@example.com>;x=1;tag=a1;y", "To: <sip:bob@example.com>;z=2", anonymous + ";x=1;tag=a1;y | " + desk + ";z=2"},
		{"white space", "From: <sip:alice@example.com> ; tag=a1", "To: Bob   <sip:bob@example.com> ", anonymous + " ; tag=a1 | " + desk},
		{"folded", "From: Alice\r\n <sip:alice@example.com>\r\n ;tag=a1", "To:\r\n <sip:bob@example.com>", anonymous + " ;tag=a1 | " + desk},
		{"in a dialog", "From: <sip:alice@example.com>;tag=a1", "To: <sip:bob@example.com>;tag=b1", anonymous + ";tag=a1 | " + desk + ";tag=b1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &renaming{from: anonymous, to: desk}
			n := newCall(t, &ways{hops: hops(hop("bob", 500))}, short, r)
			msg := strings.NewReplacer("From: <sip:alice@example.com>;tag=a1", c.from, "To: <sip:bob@example.com>", c.to).Replace(request("OPTIONS", "1 ", "fork", ""))
			n.FromUDP(alice, msg)
			n.settle(false)
			n.got["bob"] = strings.ReplaceAll(n.got["bob"], "\r\n ", " ") // folded lines in one, which package pipelinetest cannot read else
			if got := parties(n.got["bob"]); got != c.sent || r.failed {
				t.Errorf("bob got %s, want %s", got, c.sent)
			}
			n.do("bob 200/b1")
			got := n.texts["alice 200"]
			m, was := parsed(t, got), parsed(t, msg)
			if a, b := m.Value(sip.HeaderFrom), was.Value(sip.HeaderFrom); string(a) != string(b) {
				t.Errorf("alice got From %q, want %q", a, b)
			}
			to, want := string(m.Value(sip.HeaderTo)), strings.TrimSpace(string(was.Value(sip.HeaderTo)))
			if !strings.Contains(want, ";tag=") {
				want += ";tag=b1"
			}
			if strings.ReplaceAll(to, " ", "") != strings.ReplaceAll(want, " ", "") {
				t.Errorf("alice got To %q, want %q", to, want)
			}
			n.end()
		})
	}
}

// Another stage may change it once more, and the tag is nobody's to change.
func TestPartiesSetTwice(t *testing.T) {
	n := newCall(t, &ways{hops: hops(hop("bob", 500))}, short, &renaming{from: `"First" <sip:first@example.org>`, to: "<sip:first@example.org>"}, &renaming{from: anonymous, to: desk})
	n.do("INVITE")
	if got, want := parties(n.got["bob"]), anonymous+";tag=a1 | "+desk; got != want {
		t.Errorf("bob got %s, want %s", got, want)
	}
	n.do("bob 200")
	if got, want := parties(n.texts["alice 200"]), sentParties+";tag=bob"; got != want {
		t.Errorf("alice got %s, want %s", got, want)
	}
	n.end()
}

// The ACK for a 2xx is renamed as its INVITE was.
func TestPartiesOfAck(t *testing.T) {
	n := newCall(t, &ways{hops: hops(hop("bob", 500))}, short, &renaming{from: anonymous, to: desk})
	n.FromUDP(alice, request("ACK", "1 ", "ack", "b1"))
	if got, want := parties(n.SentTo(bob)), anonymous+";tag=a1 | "+desk+";tag=b1"; got != want {
		t.Errorf("bob got %s, want %s", got, want)
	}
	n.end()
}

// What a stage has changed in a 2xx is so in what repeats it, also when the
// exchange is over; and in nothing else.
func TestEditsOfARepeated2xx(t *testing.T) {
	j := &judge{response: func(_ *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
		b.Edits.AddHeaderEnd(b.Resp, "X-Relayed", []byte("yes"))
		return pipeline.Continue
	}}
	n := newCall(t, &ways{hops: hops(hop("bob", 500))}, short, j)
	n.run([]string{"INVITE > bob INVITE", "bob 180 > alice 180", "bob 200 > alice 200"})
	first := n.texts["alice 200"]
	if got := n.header("alice 200", "X-Relayed"); got != "yes" {
		t.Errorf("X-Relayed is %q, want yes", got)
	}
	n.Advance(20 * time.Second)
	n.run([]string{"bob 200 > alice 200"})
	if again := n.texts["alice 200"]; again != first {
		t.Errorf("it is repeated as\n%s\nwant\n%s", again, first)
	}
	n.run([]string{"bob 200/other > alice 200"})
	if got := toTag(n.texts["alice 200"]); got != "other" {
		t.Errorf("the 200 of another dialog has the tag %q", got)
	}
	n.end()
}

// A name that cannot be read is left as it is.
func TestPartiesThatCannotBeRead(t *testing.T) {
	r := &renaming{from: anonymous}
	n := newCall(t, &ways{hops: hops(hop("bob", 500))}, short, r)
	n.FromUDP(alice, strings.Replace(request("OPTIONS", "1 ", "fork", ""), "<sip:alice@example.com>", "<sip:alice@example.com", 1))
	if got := n.SentTo(alice); !strings.HasPrefix(got, "SIP/2.0 400 ") {
		t.Errorf("alice got %s, want 400", pipelinetest.StartLine(got))
	}
	n.end()
}
