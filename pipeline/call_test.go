package pipeline_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// callees are those that calls fork to.
var callees = map[string]string{"bob": bob, "carol": carol, "dave": "192.0.2.4:5064", "erin": "192.0.2.5:5065"}

func nameOf(addr string) string {
	for name, a := range callees {
		if a == addr {
			return name
		}
	}
	if addr == alice {
		return "alice"
	}
	return addr
}

// hop leads to a callee, with a preference.
func hop(who string, q uint16) pipeline.Hop {
	return pipeline.Hop{RequestURI: []byte("sip:" + who + "@" + callees[who]), Q: q}
}

// fallback is another way to where the hop before it leads.
func fallback(who string) pipeline.Hop {
	h := hop(who, 0)
	h.Fallback = true
	return h
}

// udp, tcp and overTLS are the addresses of a callee.
func udp(who string) pipeline.Target {
	return pipeline.Target{Addr: netip.MustParseAddrPort(callees[who])}
}

func tcp(who string) pipeline.Target {
	t := udp(who)
	t.Transport = netio.TCP
	return t
}

func overTLS(who string) pipeline.Target {
	t := udp(who)
	t.Transport = netio.TLS
	return t
}

// ways is a stage that forwards requests to its hops. It finds the targets of
// each: those that the test gives to the user in its URI, else the address there.
type ways struct {
	hops    []pipeline.Hop
	targets map[string][]pipeline.Target
	suspend string         // the user whose hop is not resolved at once
	token   pipeline.Token // of that
}

func (*ways) Name() string { return "ways" }

func (w *ways) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	for _, h := range w.hops {
		x.AddHop(h)
	}
	return x.Forward()
}

func (w *ways) OnResolve(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	if w.suspend != "" && strings.Contains(string(b.Hop().RequestURI), w.suspend) {
		w.token = b.Token()
		return pipeline.Suspend
	}
	return w.OnResume(x, b, pipeline.Event{})
}

func (w *ways) OnResume(x *pipeline.Exchange, b *pipeline.Branch, _ pipeline.Event) pipeline.Verdict {
	text := b.Hop().RequestURI
	if text == nil {
		text = x.NextURI()
	}
	var u sip.URI
	if _, err := sip.ParseURI(text, 0, &u); err != parser.OK {
		b.Fail(pipeline.CauseUnsupportedURIScheme)
		return pipeline.Continue
	}
	if list, ok := w.targets[string(u.User.Of(text))]; ok {
		for _, t := range list {
			b.AddTarget(t)
		}
		return pipeline.Continue
	}
	ip, ok := u.IP(text)
	if !ok {
		b.Fail(pipeline.CauseNoDNSResolution)
		return pipeline.Continue
	}
	transport, _ := netio.ParseTransport(u.Transport.Lower())
	b.AddTarget(pipeline.Target{Transport: transport, Addr: netip.AddrPortFrom(ip, u.Port)})
	return pipeline.Continue
}

// answer is a response to a request as a callee got it, with more header lines.
func answer(req, status, tag string, lines ...string) string {
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\r\n")
	for _, name := range []string{"Via", "Record-Route", "From", "To", "Call-ID", "CSeq"} {
		for _, v := range pipelinetest.Header(req, name) {
			if name == "To" && !strings.Contains(v, "tag=") {
				v += ";tag=" + tag
			}
			b.WriteString(name + ": " + v + "\r\n")
		}
	}
	for _, line := range lines {
		b.WriteString(line + "\r\n")
	}
	return b.String() + "Content-Length: 0\r\n\r\n"
}

// A call is a request of alice's, and what it came to.
type call struct {
	*pipelinetest.Net
	t     *testing.T
	ways  *ways
	lines []string          // of the request
	got   map[string]string // the request that a callee has, by his name
	peers map[string]*peer  // those that we reach by TCP
	dials map[string]*netiotest.Dial
	texts map[string]string // what was sent last, by what the log says of it
	seen  map[string]bool   // what was sent at all
	log   []string
}

func newCall(t *testing.T, w *ways, p pipeline.Profile, before ...pipeline.Stage) *call {
	t.Helper()
	n := pipelinetest.New(t, stages(append(before, w)...), pipelinetest.Options{Profile: p})
	return &call{Net: n, t: t, ways: w, got: map[string]string{}, peers: map[string]*peer{}, dials: map[string]*netiotest.Dial{},
		texts: map[string]string{}, seen: map[string]bool{}}
}

// do has something happen, and tells what was sent then. Alice acknowledges
// what is not a 2xx, and callees answer a CANCEL.
//
//	INVITE         alice sends a request
//	CANCEL         she cancels it; header lines may follow, after a bar
//	bob 180/x OK   bob answers what he has with that status, in the dialog x; likewise
//	bob accepts    the connection that is being opened to him; or refuses
//	wait 5s        time passes; what is sent again is not told
//	post           what is suspended in the stage that finds targets goes on
func (c *call) do(event string) string {
	c.t.Helper()
	c.log = nil
	event, extra, _ := strings.Cut(event, " | ")
	var lines []string
	if extra != "" {
		lines = strings.Split(extra, " | ")
	}
	who, what, _ := strings.Cut(event, " ")
	again := false
	switch {
	case who == "wait":
		d, err := time.ParseDuration(what)
		if err != nil {
			c.t.Fatal(err)
		}
		again = true
		c.Advance(d)
	case who == "post":
		post(c.Net, c.ways.token, pipeline.Event{})
	case what == "accepts":
		c.dialled(who).Succeed()
	case what == "refuses":
		delete(c.peers, who)
		c.dialled(who).Fail(errRefused)
	case callees[who] != "":
		c.says(who, what, lines)
	default:
		var all string
		for _, line := range append(lines, c.lines...) {
			all += line + "\r\n"
		}
		c.FromUDP(alice, request(who, "1 ", "fork", "", all))
	}
	c.settle(again)
	return strings.Join(c.log, ", ")
}

// dialled is the connection that is being opened to a callee.
func (c *call) dialled(who string) *netiotest.Dial {
	c.t.Helper()
	if c.dials[who] == nil {
		c.t.Fatalf("%s was not dialled", who)
	}
	return c.dials[who]
}

// says has a callee answer.
func (c *call) says(who, what string, lines []string) {
	c.t.Helper()
	status, reason, _ := strings.Cut(what, " ")
	status, tag, _ := strings.Cut(status, "/")
	if tag == "" {
		tag = who
	}
	if reason == "" {
		reason = "Because"
	}
	if c.got[who] == "" {
		c.t.Fatalf("%s has no request to answer %s", who, what)
	}
	msg := answer(c.got[who], status+" "+reason, tag, lines...)
	if p := c.peers[who]; p != nil {
		p.feed(msg)
		return
	}
	c.FromUDP(callees[who], msg)
}

// settle lets everybody react to what was sent, until nothing more is; again
// leaves out of the log what was sent before.
func (c *call) settle(again bool) {
	for busy := true; busy; {
		busy = false
		for _, p := range c.Sent() {
			busy = true
			c.arrives(nameOf(p.To), p.Text, again)
		}
		for _, d := range c.Loops[0].Dials() {
			busy = true
			who := nameOf(d.Remote.String())
			c.dials[who] = d
			c.log = append(c.log, "dial "+who)
			c.peers[who] = &peer{c.Net, c.Loops[0], d.Conn}
		}
		for _, who := range []string{"bob", "carol", "dave", "erin"} {
			if p := c.peers[who]; p != nil {
				for _, msg := range p.received() {
					busy = true
					c.arrives(who, msg, again)
				}
			}
		}
	}
}

// arrives notes a message and reacts to it.
func (c *call) arrives(who, msg string, again bool) {
	what, _, _ := strings.Cut(strings.TrimPrefix(msg, "SIP/2.0 "), " ")
	cseq := pipelinetest.Header(msg, "CSeq")[0]
	known := c.seen[who+msg]
	c.seen[who+msg] = true
	entry := who + " " + what
	switch {
	case who == "alice" && (what == "100" || strings.HasSuffix(cseq, "CANCEL")):
		return
	case who == "alice" && what >= "300" && strings.HasSuffix(cseq, "INVITE"):
		c.FromUDP(alice, request("ACK", "1 ", "fork", toTag(msg)))
	case who == "alice":
	case what == "CANCEL":
		if reason := pipelinetest.Header(msg, "Reason"); len(reason) > 0 {
			reason, _, _ := strings.Cut(strings.Join(reason, "+"), ";text=")
			entry += " " + reason
		}
		resp := answer(msg, "200 OK", who)
		if p := c.peers[who]; p != nil {
			p.feed(resp)
		} else {
			c.FromUDP(callees[who], resp)
		}
	case what != "ACK":
		c.got[who] = msg
	}
	c.texts[who+" "+what] = msg
	if !again || !known {
		c.log = append(c.log, entry)
	}
}

// header returns a header of the message that was logged so last.
func (c *call) header(what, name string) string {
	return strings.Join(pipelinetest.Header(c.texts[what], name), ", ")
}

// run does each step, which reads "event > what is sent then".
func (c *call) run(steps []string) {
	c.t.Helper()
	for _, step := range steps {
		event, want, _ := strings.Cut(step, " >")
		if got := c.do(event); got != strings.TrimSpace(want) {
			c.t.Errorf("%s:\ngot  %s\nwant %s", event, got, strings.TrimSpace(want))
		}
	}
}

// end lets all timers pass, and checks that nothing is left.
func (c *call) end() {
	c.t.Helper()
	for range 4 {
		c.Advance(40 * time.Second)
		c.settle(true)
	}
	c.Idle()
	if got := c.Count("sluice_stage_panics_total"); got != 0 {
		c.t.Errorf("%d panics", got)
	}
}

// A play is a call that is told in steps.
type play struct {
	name    string
	hops    []pipeline.Hop
	profile func(p *pipeline.Profile)
	targets map[string][]pipeline.Target
	judge   *judge
	suspend string
	lines   []string
	steps   []string
}

func (p *play) run(t *testing.T) {
	t.Helper()
	t.Run(p.name, func(t *testing.T) {
		t.Helper()
		profile := short
		if p.profile != nil {
			p.profile(&profile)
		}
		if p.judge == nil {
			p.judge = &judge{}
		}
		c := newCall(t, &ways{hops: p.hops, targets: p.targets, suspend: p.suspend}, profile, p.judge)
		c.lines = p.lines
		c.run(p.steps)
		c.end()
	})
}

func hops(list ...pipeline.Hop) []pipeline.Hop { return list }

const elsewhere = "SIP;cause=200" // RFC 3326 §3.1

var bobAndCarol = hops(hop("bob", 500), hop("carol", 500))

func serially(p *pipeline.Profile) { p.SerialForking = true }
