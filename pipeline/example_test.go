// A stage of your own, with its test. In a package of its own it needs nothing
// else; a command that has it is cmd/sluice/main.go with one more import.

package pipeline_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"sluice/netio"
	"sluice/netio/stats"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// A stage begins with its registration, in an init function of a package that
// the command imports. The configuration calls it by the ID.
func init() {
	pipeline.Register(pipeline.Info{
		ID:    "example.com/agents",
		New:   func() pipeline.Module { return &Agents{} },
		Needs: []pipeline.Fact{pipeline.FactValid}, // stands behind stage sanity
	})
}

// Agents is [stage."example.com/agents"]: it refuses user agents by pattern, and
// tells those that get the request which edge it came through.
type Agents struct {
	// Refuse are regular expressions; a request whose User-Agent matches one is
	// answered 403.
	Refuse []string `toml:"refuse"`
	// Edge is the value of the header field X-Edge.
	Edge string `toml:"edge" default:"sluice"`

	refuse  []*regexp.Regexp
	refused stats.ID
}

// Check reports settings that cannot be, each with the path from the section to
// the key. Types, bounds and unknown keys are looked after by the tags.
func (a *Agents) Check(fault func(reason string, path ...any)) {
	for i, text := range a.Refuse {
		if _, err := regexp.Compile(text); err != nil {
			fault(fmt.Sprintf("%q is no regular expression", text), "refuse", i)
		}
	}
}

// Provision implements pipeline.Provisioner: it makes ready what the stages of
// all loops share.
func (a *Agents) Provision(s *pipeline.Setup) (err error) {
	a.refused = s.Stats.Counter("example_agents_refused_total", "Requests refused because of their User-Agent.")
	a.refuse = make([]*regexp.Regexp, len(a.Refuse))
	for i, text := range a.Refuse {
		if a.refuse[i], err = regexp.Compile(text); err != nil {
			return fmt.Errorf("refuse: %w", err)
		}
	}
	return nil
}

// NewStage implements pipeline.Module: it is called for each loop, and what it
// returns is used on that loop alone.
func (a *Agents) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) {
	return &agents{a, []byte(a.Edge)}, nil
}

type agents struct {
	*Agents // not changed any more
	edge    []byte
}

// Name implements pipeline.Stage.
func (*agents) Name() string { return "example.com/agents" }

// OnRequest implements pipeline.RequestHandler. The bytes of x.Req are valid
// until it returns, and are not written to: what is to change goes into x.Edits.
func (s *agents) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	agent := x.Req.Value(sip.HeaderUserAgent)
	for _, r := range s.refuse {
		if r.Match(agent) {
			x.Loop().Stats().Inc(s.refused)
			return x.Reply(sip.Forbidden.WithReason("Unwelcome User Agent"))
		}
	}
	for i := range x.Req.NumHeaders() { // what the client says of it does not count
		if parser.EqualFold(x.Req.Header(i).Name.Of(x.Req.Buf), "X-Edge") {
			x.Edits.RemoveHeader(x.Req, i)
		}
	}
	x.Edits.AddHeaderEnd(x.Req, "X-Edge", s.edge)
	return pipeline.Continue
}

// agentsSettings stand for the section of the configuration.
type agentsSettings Agents

func (a agentsSettings) Decode(dst any) error {
	d := dst.(*Agents)
	d.Refuse, d.Edge = a.Refuse, a.Edge
	return nil
}

// newAgentsNet returns a server without sockets, on virtual time, that runs the
// stage between one that vouches for requests and one that forwards them.
func newAgentsNet(tb testing.TB, settings agentsSettings) *pipelinetest.Net {
	return pipelinetest.New(tb, nil, pipelinetest.Options{
		Stages: []string{"example-before", "example.com/agents", "example-behind"},
		Decode: func(stage string) pipeline.Settings {
			if stage == "example.com/agents" {
				return settings
			}
			return nil
		},
	})
}

// plain is a module without settings.
type plain func(x *pipeline.Exchange) pipeline.Verdict

func (p plain) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) {
	return pipeline.RequestFunc(p), nil
}

func init() {
	before := plain(func(*pipeline.Exchange) pipeline.Verdict { return pipeline.Continue })
	behind := plain(func(x *pipeline.Exchange) pipeline.Verdict {
		x.AddTarget(pipeline.Target{Transport: netio.UDP, Addr: netip.MustParseAddrPort("192.0.2.9:5060")})
		return x.Forward()
	})
	pipeline.Register(pipeline.Info{ID: "example-before", New: func() pipeline.Module { return before }, Gives: []pipeline.Fact{pipeline.FactValid}})
	pipeline.Register(pipeline.Info{ID: "example-behind", New: func() pipeline.Module { return behind }})
}

func TestAgents(t *testing.T) {
	for _, c := range []struct {
		name, lines string
		want        string // start line
		edge        string // X-Edge and X-Other of what is forwarded
		refused     int64
	}{
		{"nothing said", "", "OPTIONS sip:bob@example.com SIP/2.0", "paris", 0},
		{"a phone", "User-Agent: Phone/2.1\r\n", "OPTIONS sip:bob@example.com SIP/2.0", "paris", 0},
		{"a scanner", "User-Agent: friendly-scanner\r\n", "SIP/2.0 403 Unwelcome User Agent", "", 1},
		{"the second pattern", "User-Agent: sipcli/v1.8\r\n", "SIP/2.0 403 Unwelcome User Agent", "", 1},
		{"a client that claims an edge", "x-edge: rome\r\nX-Other: 1\r\nX-Edge: oslo\r\n", "OPTIONS sip:bob@example.com SIP/2.0", "paris, 1", 0},
	} {
		n := newAgentsNet(t, agentsSettings{Refuse: []string{"(?i)scan", "^sip(cli|vicious)"}, Edge: "paris"})
		n.FromUDP("192.0.2.1:5060", "OPTIONS sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n"+
			"From: <sip:a@example.com>;tag=1\r\nTo: <sip:bob@example.com>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n"+c.lines+"Content-Length: 0\r\n\r\n")
		sent := n.Sent()
		if len(sent) != 1 {
			t.Errorf("%s: got %d messages, want one", c.name, len(sent))
			continue
		}
		if got := pipelinetest.StartLine(sent[0].Text); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if got := strings.Join(append(pipelinetest.Header(sent[0].Text, "X-Edge"), pipelinetest.Header(sent[0].Text, "X-Other")...), ", "); got != c.edge {
			t.Errorf("%s: got %q, want %q", c.name, got, c.edge)
		}
		if got := n.Count("example_agents_refused_total"); got != c.refused {
			t.Errorf("%s: counted %d, want %d", c.name, got, c.refused)
		}
	}
}
