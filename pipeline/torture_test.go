package pipeline_test

import (
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
	_ "sluice/stages/looseroute"
	_ "sluice/stages/maxforwards"
	"sluice/stages/route"
	_ "sluice/stages/sanity"
	_ "sluice/stages/target"
)

const tortureDir = "../parser/sip/testdata/torture/"

// A torture is a message of RFC 4475 or RFC 5118 and what becomes of it; the
// manifest says what its fields mean, and package sip tests the rest of them.
type torture struct {
	RFC     int    `toml:"rfc"`
	Section string `toml:"section"`
	Name    string `toml:"name"`
	Repair  *struct {
		CRLF    bool     `toml:"crlf"`
		Replace []string `toml:"replace"`
		Append  string   `toml:"append"`
	} `toml:"repair"`

	UDP       string `toml:"udp"`
	TCP       string `toml:"tcp"`
	Reason    string `toml:"reason"`
	TCPReason string `toml:"tcp_reason"`
	Answers   string `toml:"answers"`
	Forwards  int    `toml:"forwards"`

	text string
}

// tortures returns all messages, repaired where the manifest has it.
func tortures(t *testing.T) []torture {
	t.Helper()
	b, err := os.ReadFile(tortureDir + "manifest.toml")
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Message []torture `toml:"message"`
	}
	if err := toml.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	for i := range all.Message {
		c := &all.Message[i]
		b, err := os.ReadFile(tortureDir + "rfc" + strconv.Itoa(c.RFC) + "/" + c.Name + ".dat")
		if err != nil {
			t.Fatal(err)
		}
		c.text = string(b)
		if r := c.Repair; r != nil {
			c.text = strings.NewReplacer(r.Replace...).Replace(c.text)
			if r.CRLF {
				c.text = strings.ReplaceAll(c.text, "\n", "\r\n")
			}
			c.text += r.Append
		}
	}
	return all.Message
}

func (c *torture) String() string {
	if c.Repair != nil {
		return c.Section + " " + c.Name + " repaired"
	}
	return c.Section + " " + c.Name
}

// everyRequestToBob are the settings of stage route.
type everyRequestToBob struct{}

func (everyRequestToBob) Decode(dst any) error {
	dst.(*route.Route).Rule = []route.Rule{{NextHop: "sip:" + bob}}
	return nil
}

// realChain is a Net with the stages of a proxy, which sends all to bob.
func realChain(t *testing.T) *pipelinetest.Net {
	return pipelinetest.New(t, nil, pipelinetest.Options{
		Stages: []string{"sanity", "max-forwards", "loose-route", "route", "target"},
		Decode: func(stage string) pipeline.Settings {
			if stage == "route" {
				return everyRequestToBob{}
			}
			return nil
		},
	})
}

// parsed indexes the first message of text, which is cut to it.
func parsed(t *testing.T, text string) *sip.Message {
	t.Helper()
	m := new(sip.Message)
	if err := m.Index([]byte(text)); err != parser.OK {
		t.Fatalf("what was sent has a %v\n%s", err, sip.AppendCaret(nil, []byte(text), m.ErrOffset()))
	}
	if n, err := m.ContentLength(); err == parser.OK {
		m.SetEnd(m.HeadLen() + n)
	}
	return m
}

// statuses returns those of the responses that text is made of, but for 100.
func statuses(t *testing.T, text string) (list []string) {
	t.Helper()
	for len(text) > 0 {
		m := parsed(t, text)
		if m.Status != 100 {
			list = append(list, strconv.Itoa(int(m.Status))+" "+string(m.ReasonText.Of(m.Buf)))
		}
		text = text[len(m.Buf):]
	}
	return list
}

// outcome puts into a word what was forwarded to bob and answered to alice.
func outcome(forwarded, answers []string) string {
	switch {
	case len(forwarded) > 0 && len(answers) == 0:
		return "forward"
	case len(forwarded) == 0 && len(answers) == 1:
		return answers[0]
	case len(forwarded) == 0 && len(answers) == 0:
		return "drop"
	}
	return strings.Join(slices.Concat(forwarded, answers), "\n")
}

// want is the outcome of the manifest, with the reason of an answer.
func want(outcome, reason string) string {
	if outcome[0] >= '0' && outcome[0] <= '9' {
		return outcome + " " + reason
	}
	return outcome
}

// split tells apart what went to bob and what went to alice, wherever her Via
// says that she is.
func split(t *testing.T, sent []pipelinetest.Packet) (forwarded, answers []string) {
	t.Helper()
	for _, p := range sent {
		switch {
		case p.To == bob:
			forwarded = append(forwarded, p.Text)
		case strings.HasPrefix(p.To, "192.0.2.1:"):
			answers = append(answers, statuses(t, p.Text)...)
		default:
			t.Errorf("sent to %s:\n%s", p.To, p.Text)
		}
	}
	return forwarded, answers
}

// accept returns bob's 200 to what he was sent.
func accept(m *sip.Message) string {
	return string(sip.AppendReply(nil, m, netip.MustParseAddrPort("192.0.2.254:5060"), &sip.OK, []byte("b1")))
}

func TestTortureOverUDP(t *testing.T) {
	for _, c := range tortures(t) {
		t.Run(c.String(), func(t *testing.T) {
			n := realChain(t)
			n.FromUDP(alice, c.text)
			forwarded, answers := split(t, n.Sent())
			if got, want := outcome(forwarded, answers), want(c.UDP, c.Reason); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			for _, text := range forwarded {
				m := parsed(t, text)
				checkForwarded(t, m, parsed(t, c.text), alice)
				n.FromUDP(bob, accept(m))
				if _, answers := split(t, n.Sent()); len(answers) != 1 || answers[0] != "200 OK" {
					t.Errorf("bob's 200 arrives as %q", answers)
				}
			}
			n.Advance(40 * time.Second)
			n.Idle()
		})
	}
}

// In a stream, Content-Length says where a message ends; what cannot be told
// apart any more ends the connection.
func TestTortureOverTCP(t *testing.T) {
	for _, c := range tortures(t) {
		for _, pieces := range []string{"whole", "byte by byte"} {
			t.Run(c.String()+", "+pieces, func(t *testing.T) {
				n := realChain(t)
				caller := connect(n, netio.TCP, "192.0.2.1:40001")
				if pieces == "whole" {
					caller.feed(c.text)
				} else {
					for i := 0; i < len(c.text) && !caller.h.Shut(caller.c); i++ {
						caller.feed(c.text[i : i+1])
					}
				}
				forwarded, elsewhere := split(t, n.Sent())
				answers := statuses(t, string(caller.h.Written(caller.c)))
				got, closed := outcome(forwarded, answers), caller.h.Shut(caller.c)
				if closed {
					got += " close"
				}
				if got != wantInStream(&c) || len(elsewhere) > 0 || len(forwarded) > max(c.Forwards, 1) {
					t.Errorf("got %q, %d requests and %q by UDP, want %q", got, len(forwarded), elsewhere, wantInStream(&c))
				}
				rest := c.text
				for _, text := range forwarded {
					m, from := parsed(t, text), parsed(t, rest)
					checkForwarded(t, m, from, "192.0.2.1:40001")
					rest = strings.TrimLeft(rest[len(from.Buf):], "\r\n")
					n.FromUDP(bob, accept(m))
					if back := statuses(t, string(caller.h.Written(caller.c))); !closed && (len(back) != 1 || back[0] != "200 OK") {
						t.Errorf("bob's 200 arrives as %q", back)
					}
				}
				if !closed {
					caller.h.ClosePeer(caller.c)
				}
				refuseDials(n)
				n.Advance(40 * time.Second)
				n.Idle()
			})
		}
	}
}

// wantInStream is the outcome of the manifest; from outside, waiting looks like
// dropping.
func wantInStream(c *torture) string {
	reason := c.Reason
	if c.TCPReason != "" {
		reason = c.TCPReason
	}
	tcp, end, closes := strings.Cut(c.TCP, " ")
	if tcp == "wait" {
		return "drop"
	}
	if tcp = want(tcp, reason); closes {
		tcp += " " + end
	}
	return tcp
}

// checkForwarded checks that got is what came from from, but for what RFC 3261
// §16.6 has a proxy change: not a byte of another header field or the body.
func checkForwarded(t *testing.T, got, came *sip.Message, from string) {
	t.Helper()
	var edits sip.Edits
	edits.FixVia(came, netip.MustParseAddrPort(from))
	if hops, err := came.MaxForwards(); err == parser.OK {
		edits.ReplaceUint(came.Header(came.First(sip.HeaderMaxForwards)).Value, uint64(min(hops-1, 70)))
	}
	target := strictRoute(&edits, came)
	want := parsed(t, string(came.AppendEdited(nil, &edits, nil, nil)))
	i := 0
	for k := range got.NumHeaders() {
		line := string(got.Line(k).Of(got.Buf))
		if i < want.NumHeaders() && line == string(want.Line(i).Of(want.Buf)) {
			i++
		} else if !addedByUs(line) && line != "Route: <"+target+">\r\n" {
			t.Errorf("forwarded with %q", line)
		}
	}
	if i < want.NumHeaders() {
		t.Errorf("forwarded without %q", want.Line(i).Of(want.Buf))
	}
	if start, wantStart := got.Buf[:got.HeadersStart()], want.Buf[:want.HeadersStart()]; string(start) != string(wantStart) {
		t.Errorf("forwarded with %q, want %q", start, wantStart)
	}
	if string(got.Body()) != string(want.Body()) {
		t.Errorf("forwarded with the body %q, want %q", got.Body(), want.Body())
	}
}

// strictRoute makes the edits for a next hop that is a strict router (RFC 3261
// §16.6 step 6), and returns the Request-URI, which is then the last Route.
func strictRoute(edits *sip.Edits, came *sip.Message) string {
	top, err := came.TopRoute()
	if err != parser.OK || top.URI.LR {
		return ""
	}
	edits.Replace(came.URIText, top.URIText.Of(came.Buf))
	edits.RemoveElement(came, sip.HeaderRoute)
	return string(came.URIText.Of(came.Buf))
}

// addedByUs reports whether line is a header field that a proxy adds.
func addedByUs(line string) bool {
	return strings.HasPrefix(line, "Via: SIP/2.0/UDP 192.0.2.254:5060;rport;branch=z9hG4bK") ||
		strings.HasPrefix(line, "Record-Route: <sip:") && strings.Contains(line, "@192.0.2.254:5060;") ||
		line == "Max-Forwards: 70\r\n" || line == "Max-Breadth: 60\r\n"
}

// The responses as answers to a request of ours: relayed as they are, to where
// the request came from and nowhere else, or dropped.
func TestTortureResponses(t *testing.T) {
	tried := 0
	for _, c := range tortures(t) {
		if !strings.HasPrefix(c.text, "SIP/2.0 ") {
			continue
		}
		tried++
		t.Run(c.String(), func(t *testing.T) {
			method := "INVITE"
			if strings.Contains(c.text, " OPTIONS\r\n") {
				method = "OPTIONS"
			}
			n := realChain(t)
			n.FromUDP(alice, request(method, "35 ", "a", ""))
			forwarded, _ := split(t, n.Sent())
			vias := pipelinetest.Header(forwarded[0], "Via")
			first := strings.Index(c.text, "Via: ")
			end := first + strings.Index(c.text[first:], "\r\n")
			n.FromUDP(bob, c.text[:first]+"Via: "+vias[0]+c.text[end:])
			sent := n.Sent()
			switch {
			case c.Answers == "drop" && len(sent) == 0:
			case c.Answers == "relay" && len(sent) == 1 && sent[0].To == alice:
				if got, want := sent[0].Text, c.text[:first]+c.text[end+2:]; got != want {
					t.Errorf("relayed as\n%s\nwant\n%s", got, want)
				}
			default:
				t.Errorf("sent %v, want %s", sent, c.Answers)
			}
			n.FromUDP(bob, respond(forwarded[0], "200 OK"))
			n.Advance(40 * time.Second)
			n.Idle()
		})
	}
	if tried != 5 {
		t.Errorf("tried %d responses, want 5", tried)
	}
}

// What waits in a stream for the rest of its body goes on when that is there.
func TestTortureBodyArrivesLate(t *testing.T) {
	for _, c := range tortures(t) {
		if c.Name != "clerr" {
			continue
		}
		n := realChain(t)
		caller := connect(n, netio.TCP, "192.0.2.1:40001")
		caller.feed(c.text)
		if got := n.Sent(); len(got) != 0 {
			t.Fatalf("sent %v before the body is complete", got)
		}
		_, body, _ := strings.Cut(c.text, "\r\n\r\n")
		rest := strings.Repeat("x", 9999-len(body))
		caller.feed(rest)
		forwarded, _ := split(t, n.Sent())
		if len(forwarded) != 1 {
			t.Fatalf("forwarded %d requests, want 1", len(forwarded))
		}
		m := parsed(t, forwarded[0])
		checkForwarded(t, m, parsed(t, c.text+rest), "192.0.2.1:40001")
		n.FromUDP(bob, accept(m))
		n.Advance(40 * time.Second)
		n.Idle()
		return
	}
	t.Error("there is no clerr")
}

// A 420 lists what is not supported (RFC 3261 §16.3 step 5).
func TestTortureUnsupported(t *testing.T) {
	for _, c := range tortures(t) {
		if c.Name != "bext01" {
			continue
		}
		n := realChain(t)
		n.FromUDP(alice, c.text)
		got := pipelinetest.Header(n.SentTo(alice), "Unsupported")
		if want := []string{"noProxiesSupportThis", "norDoAnyProxiesSupportThis"}; !slices.Equal(got, want) {
			t.Errorf("Unsupported: got %q, want %q", got, want)
		}
	}
}
