package registrar_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"sluice/netio"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
	"sluice/stages/registrar"
)

// The chain under test: a stage that vouches for every request, the
// registrar, and one that answers with what it finds.
func init() {
	pipeline.Register(pipeline.Info{
		ID:    "test-valid",
		New:   func() pipeline.Module { return testModule{valid{}} },
		Gives: []pipeline.Fact{pipeline.FactValid},
	})
	pipeline.Register(pipeline.Info{ID: "test-probe", New: func() pipeline.Module { return testModule{probe{}} }})
}

var chain = []string{"test-valid", "registrar", "test-probe"}

type testModule struct{ stage pipeline.Stage }

func (m testModule) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) { return m.stage, nil }

// valid routes what has an X-Routed header field, and suspends what has an
// X-Park.
type valid struct{}

// parked is the token of what valid suspended last.
var parked pipeline.Token

func (valid) Name() string { return "test-valid" }

func (valid) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	if x.Req.Find("X-Routed") >= 0 {
		x.SetRouted()
	}
	if x.Req.Find("X-Park") >= 0 {
		parked = x.Token()
		return pipeline.Suspend
	}
	return pipeline.Continue
}

// probe answers 299 with a Hop header line for each hop.
type probe struct{}

func (probe) Name() string { return "test-probe" }

var passedOn = sip.OK.WithReason("Passed On")

func (probe) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	var lines strings.Builder
	fmt.Fprintf(&lines, "Routed: %t\r\nProfile: %s\r\n", x.Routed(), x.Profile().Name)
	for _, h := range x.Hops() {
		fmt.Fprintf(&lines, "Hop: %s", h.RequestURI)
		if h.Route != nil {
			fmt.Fprintf(&lines, " route %s", h.Route)
		}
		if h.Flow != 0 {
			fmt.Fprintf(&lines, " flow %s", h.Transport)
		}
		if h.FlowOnly {
			lines.WriteString(" only")
		}
		lines.WriteString("\r\n")
	}
	return x.ReplyHeaders(passedOn, []byte(lines.String()))
}

// settings changes the registrar's settings as a configuration would.
type settings func(r *registrar.Registrar)

func (f settings) Decode(dst any) error {
	f(dst.(*registrar.Registrar))
	return nil
}

// options are those of a pipeline with a registrar for example.com and
// 192.0.2.254.
func options(change settings) pipelinetest.Options {
	return pipelinetest.Options{
		Stages: chain,
		Decode: func(stage string) pipeline.Settings {
			if stage != "registrar" {
				return nil
			}
			return settings(func(r *registrar.Registrar) {
				r.Domains = []string{"example.com", "192.0.2.254", "[2001:db8::1]"}
				if change != nil {
					change(r)
				}
			})
		},
	}
}

// A phone sends requests and sees the answers.
type phone struct {
	t    testing.TB
	net  *pipelinetest.Net
	loop int
	conn *netio.Conn // nil: UDP
	n    int         // requests sent
}

const phoneAddr = "192.0.2.1:5060"

func newPhone(t testing.TB, change settings) *phone {
	return &phone{t: t, net: pipelinetest.New(t, nil, options(change))}
}

// send sends a request and returns the answer; "" if there is none. Header
// lines of more take the place of those of the same name that a request has
// anyway.
func (p *phone) send(method, uri string, more ...string) string {
	p.t.Helper()
	p.n++
	transport := "UDP"
	if p.conn != nil {
		transport = "TCP"
	}
	lines := []string{
		"Via: SIP/2.0/" + transport + " 192.0.2.1:5060;rport;branch=z9hG4bK" + strconv.Itoa(p.loop) + "x" + strconv.Itoa(p.n),
		"Max-Forwards: 70",
		"From: <sip:alice@example.com>;tag=f1",
		"To: <sip:alice@example.com>",
		"Call-ID: c1",
		"CSeq: " + strconv.Itoa(p.n) + " " + method,
		"Content-Length: 0",
	}
	text := method + " " + uri + " SIP/2.0\r\n"
	for _, line := range lines {
		if !replaced(line, more) {
			text += line + "\r\n"
		}
	}
	for _, line := range more {
		text += line + "\r\n"
	}
	text += "\r\n"
	if p.conn != nil {
		p.net.Loops[p.loop].Feed(p.conn, []byte(text))
		return string(p.net.Loops[p.loop].Written(p.conn))
	}
	p.net.FromUDP(phoneAddr, text, p.loop)
	got := p.net.Sent()
	switch {
	case len(got) == 0:
		return ""
	case len(got) > 1 || got[0].To != phoneAddr:
		p.t.Fatalf("sent %v, want one answer to %s", got, phoneAddr)
	}
	return got[0].Text
}

func replaced(line string, more []string) bool {
	name, _, _ := strings.Cut(line, ":")
	for _, m := range more {
		if other, _, _ := strings.Cut(m, ":"); strings.EqualFold(name, other) {
			return true
		}
	}
	return false
}

func (p *phone) register(more ...string) string {
	p.t.Helper()
	return p.send("REGISTER", "sip:example.com", more...)
}

// status returns the status line without its version.
func status(msg string) string {
	return strings.TrimPrefix(pipelinetest.StartLine(msg), "SIP/2.0 ")
}

func wantStatus(t testing.TB, what, msg, want string) {
	t.Helper()
	if got := status(msg); got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func wantHeader(t testing.TB, what, msg, name string, want ...string) {
	t.Helper()
	got := pipelinetest.Header(msg, name)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s: %s\ngot  %q\nwant %q", what, name, got, want)
	}
}
