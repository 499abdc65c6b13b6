package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// registers answers REGISTER itself and forwards the rest.
type registers struct{ forwarder }

func (r registers) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	if x.Req.Method == sip.MethodRegister {
		return x.Reply(sip.Reply{Status: 200, Reason: "OK"})
	}
	return r.forwarder.OnRequest(x)
}

// TestKeep: who offers keep-alives is told how often (RFC 6223).
func TestKeep(t *testing.T) {
	const mine, theirs = ";keep=30", ";keep=5"
	for _, c := range []struct {
		name        string
		every       time.Duration
		stateless   bool // we are not in the route set
		method, via string
		status      string // of bob's, "" when we answer
		toTag       string
		want        string
	}{
		{"registration", 30 * time.Second, false, "REGISTER", ";keep", "", "", mine},
		{"in other letters", 30 * time.Second, false, "REGISTER", ";Keep", "", "", mine},
		{"no offer", 30 * time.Second, false, "REGISTER", "", "", "", ""},
		{"switched off", 0, false, "REGISTER", ";keep", "", "", ""},
		{"ringing", 30 * time.Second, false, "INVITE", ";keep", "180 Ringing", "", mine},
		{"call", 30 * time.Second, false, "INVITE", ";keep", "200 OK", "", mine},
		{"call refused", 30 * time.Second, false, "INVITE", ";keep", "486 Busy Here", "", ""},
		{"call that passes us by", 30 * time.Second, true, "INVITE", ";keep", "200 OK", "", ""},
		{"call that is up", 30 * time.Second, true, "INVITE", ";keep", "200 OK", "b1", mine},
		{"with a value", 30 * time.Second, false, "INVITE", theirs, "200 OK", "", theirs},
		{"neither registration nor call", 30 * time.Second, false, "OPTIONS", ";keep", "200 OK", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			lim := pipelinetest.DefaultLimits
			lim.Conn.Keep = c.every
			n := pipelinetest.New(t, stages(registers{}), pipelinetest.Options{Limits: lim, Profile: pipeline.Profile{
				DoRecordRouting: !c.stateless, TimerB: 32 * time.Second, TimerC: 180 * time.Second, TimerF: 32 * time.Second,
			}})
			n.FromUDP(alice, strings.Replace(request(c.method, "1 ", "keep", c.toTag), ";rport", ";rport"+c.via, 1))
			sent := n.Sent()
			if c.status != "" {
				var forwarded string
				for _, p := range sent {
					if p.To == bob {
						forwarded = p.Text
					} else if via := pipelinetest.Header(p.Text, "Via")[0]; strings.Contains(via, mine) {
						t.Errorf("100: Via %s, want no answer yet", via)
					}
				}
				n.FromUDP(bob, respond(forwarded, c.status))
				sent = n.Sent()
			}
			answer := ""
			for _, p := range sent {
				if p.To == alice {
					answer = p.Text
				}
			}
			via := pipelinetest.Header(answer, "Via")[0]
			_, got, ok := strings.Cut(strings.ToLower(via), ";keep")
			if got, _, _ = strings.Cut(got, ";"); ok {
				got = ";keep" + got
			}
			if want := c.want; got != want && !(want == "" && got == ";keep") {
				t.Errorf("Via: %s, want %q in it", via, want)
			}
			if pipelinetest.Header(answer, "Content-Length")[0] != "0" || !strings.HasSuffix(answer, "\r\n\r\n") {
				t.Errorf("the response is damaged:\n%s", answer)
			}
		})
	}
}
