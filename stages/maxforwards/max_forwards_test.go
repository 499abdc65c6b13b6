package maxforwards_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
	"sluice/stages/maxforwards"
)

func init() {
	pipeline.Register(pipeline.Info{ID: "test-valid", New: func() pipeline.Module { return module(proceed) }, Gives: []pipeline.Fact{pipeline.FactValid}})
	pipeline.Register(pipeline.Info{ID: "test-forward", New: func() pipeline.Module { return module(forward) }})
}

type module func(x *pipeline.Exchange) pipeline.Verdict

func (m module) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) {
	return pipeline.RequestFunc(m), nil
}

func proceed(*pipeline.Exchange) pipeline.Verdict { return pipeline.Continue }

func forward(x *pipeline.Exchange) pipeline.Verdict {
	x.AddTarget(pipeline.Target{Addr: netip.MustParseAddrPort(bob)})
	return x.Forward()
}

const (
	alice = "192.0.2.1:5060"
	bob   = "192.0.2.2:5062"
)

// settings set the limit as a configuration would.
type settings int

func (limit settings) Decode(dst any) error {
	dst.(*maxforwards.MaxForwards).Limit = int(limit)
	return nil
}

// exchange sends a request with these header lines through a chain; limit 0
// is the default. It returns the Max-Forwards that bob gets, or alice's
// answer.
func exchange(t *testing.T, chain []string, limit int, method, lines string) string {
	t.Helper()
	n := pipelinetest.New(t, nil, pipelinetest.Options{Stages: chain, Decode: func(stage string) pipeline.Settings {
		if stage != "max-forwards" || limit == 0 {
			return nil
		}
		return settings(limit)
	}})
	n.FromUDP(alice, method+" sip:bob@192.0.2.2:5062 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK1\r\n"+lines+
		"From: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>\r\nCall-ID: c1\r\nCSeq: 1 "+method+"\r\nContent-Length: 0\r\n\r\n")
	got := n.Sent()
	defer func() {
		n.Advance(80 * time.Second)
		n.Sent()
		n.Idle()
	}()
	if len(got) == 0 {
		return "nothing"
	}
	last := got[len(got)-1]
	if last.To == bob {
		return strings.Join(pipelinetest.Header(last.Text, "Max-Forwards"), "|")
	}
	return strings.TrimPrefix(pipelinetest.StartLine(last.Text), "SIP/2.0 ")
}

var (
	with    = []string{"test-valid", "max-forwards", "test-forward"}
	without = []string{"test-valid", "test-forward"}
)

func TestMaxForwards(t *testing.T) {
	for _, c := range []struct {
		name   string
		limit  int
		method string
		lines  string
		want   string
	}{
		{"lowered", 0, "OPTIONS", "Max-Forwards: 70\r\n", "69"},
		{"lowered to 0", 0, "OPTIONS", "Max-Forwards: 1\r\n", "0"},
		{"exhausted", 0, "OPTIONS", "Max-Forwards: 0\r\n", "483 Too Many Hops"},
		{"exhausted, written at length", 0, "OPTIONS", "Max-Forwards: 000\r\n", "483 Too Many Hops"},
		{"exhausted INVITE", 0, "INVITE", "Max-Forwards: 0\r\n", "483 Too Many Hops"},
		{"exhausted ACK", 0, "ACK", "Max-Forwards: 0\r\n", "nothing"},
		{"an ACK", 0, "ACK", "Max-Forwards: 9\r\n", "8"},
		{"missing", 0, "OPTIONS", "", "70"},
		{"one above the limit", 0, "OPTIONS", "Max-Forwards: 71\r\n", "70"},
		{"far above the limit", 0, "INVITE", "Max-Forwards: 255\r\n", "70"},
		{"a lower limit: missing", 10, "OPTIONS", "", "10"},
		{"a lower limit: above", 10, "OPTIONS", "Max-Forwards: 70\r\n", "10"},
		{"a lower limit: one above", 10, "OPTIONS", "Max-Forwards: 11\r\n", "10"},
		{"a lower limit: at it", 10, "OPTIONS", "Max-Forwards: 10\r\n", "9"},
		{"a lower limit: below", 10, "OPTIONS", "Max-Forwards: 3\r\n", "2"},
		{"the lowest limit", 1, "OPTIONS", "Max-Forwards: 70\r\n", "1"},
		{"the lowest limit: at it", 1, "OPTIONS", "Max-Forwards: 1\r\n", "0"},
		{"the highest limit", 255, "OPTIONS", "Max-Forwards: 255\r\n", "254"},
		{"the highest limit: missing", 255, "OPTIONS", "", "255"},
	} {
		if got := exchange(t, with, c.limit, c.method, c.lines); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// Without the stage in the chain the request is lowered and refused all the
// same, only later, and nothing caps it.
func TestWithoutTheStage(t *testing.T) {
	for _, c := range []struct{ name, method, lines, want string }{
		{"lowered", "OPTIONS", "Max-Forwards: 70\r\n", "69"},
		{"lowered to 0", "INVITE", "Max-Forwards: 1\r\n", "0"},
		{"the highest", "OPTIONS", "Max-Forwards: 255\r\n", "254"},
		{"missing", "OPTIONS", "", "70"},
		{"exhausted", "OPTIONS", "Max-Forwards: 0\r\n", "483 Too Many Hops"},
		{"exhausted INVITE", "INVITE", "Max-Forwards: 0\r\n", "483 Too Many Hops"},
		{"exhausted ACK", "ACK", "Max-Forwards: 0\r\n", "nothing"},
		{"malformed", "OPTIONS", "Max-Forwards: x\r\n", "400 Malformed Max-Forwards"},
	} {
		if got := exchange(t, without, 0, c.method, c.lines); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
