package sanity_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
	_ "sluice/stages/sanity"
)

func init() {
	pipeline.Register(pipeline.Info{
		ID:    "test-answer",
		New:   func() pipeline.Module { return module{} },
		Needs: []pipeline.Fact{pipeline.FactValid},
	})
}

type module struct{}

func (module) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) {
	return pipeline.RequestFunc(func(x *pipeline.Exchange) pipeline.Verdict {
		passed++
		return x.Reply(passedOn)
	}), nil
}

// passed counts what the stage let through.
var passed int

var passedOn = sip.OK.WithReason("Passed On")

const alice = "192.0.2.1:5060"

// request is an OPTIONS with another Request-URI and these header lines.
func request(method, uri string, lines ...string) string {
	text := method + " " + uri + " SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK1\r\n" +
		"From: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>\r\n" +
		"Call-ID: c1\r\nCSeq: 1 " + method + "\r\n"
	for _, line := range lines {
		text += line + "\r\n"
	}
	return text + "Content-Length: 0\r\n\r\n"
}

const bob = "sip:bob@192.0.2.2"

var rules = []struct {
	name        string
	uri         string
	lines       []string
	want        string // the status line
	unsupported []string
}{
	{"a plain request", bob, nil, "200 Passed On", nil},
	{"sips over UDP", "sips:bob@192.0.2.2:5061;transport=tcp", nil, "403 SIPS Needs TLS", nil},
	{"an IPv6 reference", "sip:bob@[2001:db8::2]", nil, "200 Passed On", nil},
	{"a name", "sip:bob@example.com", nil, "200 Passed On", nil},
	{"parameters that nobody knows", "sip:bob@192.0.2.2;x=y;z", nil, "200 Passed On", nil},
	{"upper case", "SIP:bob@192.0.2.2", nil, "200 Passed On", nil},

	{"a URI without a host", "sip:", nil, "400 Malformed Request-URI", nil},
	{"a user without a host", "sip:bob@", nil, "400 Malformed Request-URI", nil},
	{"a port that is none", "sip:bob@192.0.2.2:66000", nil, "400 Malformed Request-URI", nil},
	{"an open bracket", "sip:bob@[2001:db8::2", nil, "400 Malformed Request-URI", nil},
	{"a URI in angle brackets", "<sip:bob@192.0.2.2>", nil, "400 Malformed Request-URI", nil},                           // RFC 4475 §3.1.2.7
	{"header fields in the URI", "sip:bob@192.0.2.2;x=y;z?subject=hello", nil, "400 Header Fields in Request-URI", nil}, // RFC 4475 §3.1.2.11
	{"no scheme", "bob@192.0.2.2", nil, "400 Malformed Request-URI", nil},

	{"tel", "tel:+15551234", nil, "416 Unsupported URI Scheme", nil},
	{"http", "http://example.com/", nil, "416 Unsupported URI Scheme", nil},
	{"mailto", "mailto:bob@example.com", nil, "416 Unsupported URI Scheme", nil},
	{"a scheme that nobody knows", "nobodyKnowsThisScheme:totallyopaquecontent", nil, "416 Unsupported URI Scheme", nil}, // RFC 4475 §3.3.3

	{"Max-Forwards 0", bob, []string{"Max-Forwards: 0"}, "200 Passed On", nil}, // is not for this stage to refuse
	{"Max-Forwards 255", bob, []string{"Max-Forwards: 255"}, "200 Passed On", nil},
	{"Max-Forwards 256", bob, []string{"Max-Forwards: 256"}, "400 Malformed Max-Forwards", nil},
	{"Max-Forwards 300 (RFC 4475)", bob, []string{"Max-Forwards: 300"}, "400 Malformed Max-Forwards", nil},
	{"Max-Forwards without an end", bob, []string{"Max-Forwards: " + strings.Repeat("9", 500)}, "400 Malformed Max-Forwards", nil},
	{"Max-Forwards below 0", bob, []string{"Max-Forwards: -1"}, "400 Malformed Max-Forwards", nil},
	{"Max-Forwards that is a word", bob, []string{"Max-Forwards: many"}, "400 Malformed Max-Forwards", nil},
	{"Max-Forwards that is two", bob, []string{"Max-Forwards: 70 69"}, "400 Malformed Max-Forwards", nil},
	{"Max-Forwards that is empty", bob, []string{"Max-Forwards:"}, "400 Malformed Max-Forwards", nil},

	{"Proxy-Require", bob, []string{"Proxy-Require: sec-agree"}, "420 Bad Extension", []string{"sec-agree"}},
	{"Proxy-Require of several", bob, []string{"Proxy-Require: nothingSupportsThis, nothingSupportsThisEither"}, "420 Bad Extension",
		[]string{"nothingSupportsThis", "nothingSupportsThisEither"}}, // RFC 4475 §3.3.6
	{"Proxy-Require twice", bob, []string{"Proxy-Require: a,b", "Proxy-Require:  c "}, "420 Bad Extension", []string{"a", "b", "c"}},
	{"Proxy-Require of nothing", bob, []string{"Proxy-Require:"}, "200 Passed On", nil},
	{"Require is for the callee", bob, []string{"Require: 100rel"}, "200 Passed On", nil},

	{"a Route", bob, []string{"Route: <sip:192.0.2.9;lr>"}, "200 Passed On", nil},
	{"a Route that is a URI", bob, []string{"Route: sip:192.0.2.9"}, "200 Passed On", nil},
	{"a Route that is none", bob, []string{"Route: nowhere"}, "400 Malformed Route", nil},
	{"a Route with an open bracket", bob, []string{"Route: <sip:192.0.2.9;lr"}, "400 Malformed Route", nil},
	{"a Route with an open quote", bob, []string{`Route: "edge <sip:192.0.2.9;lr>`}, "400 Malformed Route", nil},
	{"a Route that is a star", bob, []string{"Route: *"}, "400 Malformed Route", nil},
	{"a Route that is empty", bob, []string{"Route:"}, "400 Malformed Route", nil},
}

func TestRules(t *testing.T) {
	for _, c := range rules {
		for _, method := range []string{"OPTIONS", "INVITE", "EXTENDED"} {
			n := pipelinetest.New(t, nil, pipelinetest.Options{Stages: []string{"sanity", "test-answer"}})
			n.FromUDP(alice, request(method, c.uri, c.lines...))
			got := n.SentTo(alice)
			if status := strings.TrimPrefix(pipelinetest.StartLine(got), "SIP/2.0 "); status != c.want {
				t.Errorf("%s, %s: got %q, want %q", c.name, method, status, c.want)
			}
			if list := pipelinetest.Header(got, "Unsupported"); strings.Join(list, "|") != strings.Join(c.unsupported, "|") {
				t.Errorf("%s, %s: Unsupported %q, want %q", c.name, method, list, c.unsupported)
			}
		}
	}
}

// A request for a SIPS URI has to come over TLS (RFC 3261 §26.2.2), in a
// WebSocket too (RFC 7118 §9.2).
func TestSIPS(t *testing.T) {
	for transport, want := range map[netio.Transport]string{netio.TCP: "403 SIPS Needs TLS", netio.TLS: "200 Passed On"} {
		n := pipelinetest.New(t, nil, pipelinetest.Options{Stages: []string{"sanity", "test-answer"}})
		h := n.Loops[0]
		c := h.Open(transport, n.TCP, netip.MustParseAddrPort(alice))
		h.Feed(c, []byte(request("OPTIONS", "sips:bob@192.0.2.2:5061")))
		if got := strings.TrimPrefix(pipelinetest.StartLine(string(h.Written(c))), "SIP/2.0 "); got != want {
			t.Errorf("%s: got %q, want %q", transport, got, want)
		}
	}
}

// An ACK is never answered: one that is in order goes on, one that is not is
// dropped (RFC 3261 §16.3). Options are not asked for in it (§8.2.2.3).
func TestAckIsNeverAnswered(t *testing.T) {
	for _, c := range rules {
		n := pipelinetest.New(t, nil, pipelinetest.Options{Stages: []string{"sanity", "test-answer"}})
		passed = 0
		n.FromUDP(alice, request("ACK", c.uri, c.lines...))
		if got := n.Sent(); len(got) != 0 {
			t.Errorf("%s: an ACK is answered\n%s", c.name, got[0].Text)
		}
		want := 0
		if strings.HasPrefix(c.want, "200") || strings.HasPrefix(c.want, "420") {
			want = 1
		}
		if passed != want {
			t.Errorf("%s: the ACK went on %d times, want %d", c.name, passed, want)
		}
		n.Advance(time.Second)
		n.Idle()
	}
}

// What comes first of several faults is the one that is told.
func TestFirstFaultWins(t *testing.T) {
	bad := []string{"Max-Forwards: x", "Proxy-Require: y", "Route: z"}
	n := pipelinetest.New(t, nil, pipelinetest.Options{Stages: []string{"sanity", "test-answer"}})
	for i, want := range []string{"400 Malformed Max-Forwards", "420 Bad Extension", "400 Malformed Route"} {
		n.FromUDP(alice, strings.Replace(request("OPTIONS", bob, bad[i:]...), "z9hG4bK1", "z9hG4bK1"+bad[i][:1], 1))
		if got := strings.TrimPrefix(pipelinetest.StartLine(n.SentTo(alice)), "SIP/2.0 "); got != want {
			t.Errorf("with %q: got %q, want %q", bad[i:], got, want)
		}
	}
}
