package route_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
	"sluice/stages/route"
)

// The chain under test: a stage that vouches for every request, route, and
// one that tells what route decided.
func init() {
	pipeline.Register(pipeline.Info{ID: "test-valid", New: func() pipeline.Module { return module(valid) }, Gives: []pipeline.Fact{pipeline.FactValid}})
	pipeline.Register(pipeline.Info{ID: "test-probe", New: func() pipeline.Module { return module(probe) }, Needs: []pipeline.Fact{pipeline.FactRoute}})
}

var chain = []string{"test-valid", "route", "test-probe"}

type module func(x *pipeline.Exchange) pipeline.Verdict

func (m module) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) {
	return pipeline.RequestFunc(m), nil
}

// valid routes what has an X-Routed header field.
func valid(x *pipeline.Exchange) pipeline.Verdict {
	if x.Req.Find("X-Routed") >= 0 {
		x.SetRouted()
	}
	return pipeline.Continue
}

// probe answers 299 with what was decided.
func probe(x *pipeline.Exchange) pipeline.Verdict {
	lines := "Profile: " + x.Profile().Name + "\r\n"
	for _, h := range x.Hops() {
		lines += "Hop: next=" + string(h.Next) + " uri=" + string(h.RequestURI) + "\r\n"
	}
	if x.Routed() {
		lines += "Routed: yes\r\n"
	}
	return x.ReplyHeaders(passedOn, []byte(lines))
}

var passedOn = sip.OK.WithReason("Passed On")

// rules are settings as a configuration has them.
type rules []route.Rule

func (r rules) Decode(dst any) error {
	dst.(*route.Route).Rule = r
	return nil
}

// build puts a program with these rules, and these profiles besides the
// default, in the place of the Net's own.
func build(t *testing.T, n *pipelinetest.Net, r rules, profiles ...string) error {
	t.Helper()
	n.Spec.Stages = chain
	n.Spec.Settings = func(stage string) pipeline.Settings {
		if stage == "route" {
			return r
		}
		return nil
	}
	for _, name := range profiles {
		n.Spec.Profiles[name] = &pipeline.Profile{Name: name, TimerB: time.Second, TimerC: time.Second, TimerF: time.Second}
	}
	p, err := pipeline.Build(n.Spec, n.NetLoops())
	if err == nil {
		n.Edge.Install(p)
	}
	return err
}

// identity is that of a server that has a listener of each transport; behind a
// transport there may be a 6, for IPv6.
func identity(transports ...string) *pipeline.Identity {
	var all []netio.ListenerConfig
	for _, name := range transports {
		addr := "192.0.2.254:5060"
		if strings.HasSuffix(name, "6") {
			addr = "[2001:db8::254]:5060"
		}
		t, _ := netio.ParseTransport(strings.TrimSuffix(name, "6"))
		all = append(all, netio.ListenerConfig{Transport: t, Addr: netip.MustParseAddrPort(addr)})
	}
	return pipeline.NewIdentity("sluice", all, nil)
}

func newNet(t *testing.T, r rules, profiles ...string) *pipelinetest.Net {
	t.Helper()
	n := pipelinetest.New(t, func(*pipeline.LoopBuilder) []pipeline.Stage { return nil })
	if err := build(t, n, r, profiles...); err != nil {
		t.Fatal(err)
	}
	return n
}

func request(method, uri string, lines ...string) string {
	text := method + " " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK1\r\n" +
		"From: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>\r\nCall-ID: c1\r\nCSeq: 1 " + method + "\r\n"
	for _, line := range lines {
		text += line + "\r\n"
	}
	return text + "Content-Length: 0\r\n\r\n"
}

// decide sends a request by UDP and returns the reason and what was decided.
func decide(n *pipelinetest.Net, from, msg string) string {
	n.TB.Helper()
	n.FromUDP(from, msg)
	return decision(n.SentTo(from))
}

func decision(msg string) string {
	text := strings.TrimPrefix(pipelinetest.StartLine(msg), "SIP/2.0 ")
	for _, name := range []string{"Hop", "Profile", "Routed"} {
		for _, v := range pipelinetest.Header(msg, name) {
			text += ", " + v
		}
	}
	return text
}

const (
	alice = "192.0.2.1:5060"
	bob   = "sip:bob@example.com"

	// What the probe tells of a rule that does not say where to.
	through = "200 Passed On, next= uri=, default_proxy, yes"
)

func prefixes(list ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, p := range list {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

func TestConditions(t *testing.T) {
	for _, c := range []struct {
		name   string
		rule   route.Rule
		from   string
		method string
		uri    string
		match  bool
	}{
		{"no condition", route.Rule{}, alice, "INVITE", bob, true},

		{"method", route.Rule{Methods: []string{"INVITE"}}, alice, "INVITE", bob, true},
		{"method of several", route.Rule{Methods: []string{"ACK", "INVITE", "BYE"}}, alice, "BYE", bob, true},
		{"method, written small", route.Rule{Methods: []string{"invite"}}, alice, "INVITE", bob, true},
		{"method that nobody knows", route.Rule{Methods: []string{"EXTENDED"}}, alice, "EXTENDED", bob, true},
		{"another method", route.Rule{Methods: []string{"INVITE"}}, alice, "OPTIONS", bob, false},
		{"another method that begins like it", route.Rule{Methods: []string{"INVITE"}}, alice, "INVITES", bob, false},
		{"a method is case-sensitive", route.Rule{Methods: []string{"INVITE"}}, alice, "invite", bob, false},

		{"domain", route.Rule{Domains: []string{"example.com"}}, alice, "INVITE", bob, true},
		{"domain in another case", route.Rule{Domains: []string{"example.com"}}, alice, "INVITE", "sip:bob@EXAMPLE.com:5070", true},
		{"domain of several", route.Rule{Domains: []string{"a.example", "192.0.2.2"}}, alice, "INVITE", "sip:bob@192.0.2.2", true},
		{"domain that is IPv6", route.Rule{Domains: []string{"[2001:db8::2]"}}, alice, "INVITE", "sip:bob@[2001:db8::2]", true},
		{"another domain", route.Rule{Domains: []string{"example.com"}}, alice, "INVITE", "sip:bob@example.org", false},
		{"a subdomain", route.Rule{Domains: []string{"example.com"}}, alice, "INVITE", "sip:bob@sub.example.com", false},
		{"a domain in the user part", route.Rule{Domains: []string{"example.com"}}, alice, "INVITE", "sip:example.com@example.org", false},

		{"source", route.Rule{Sources: prefixes("192.0.2.0/24")}, alice, "INVITE", bob, true},
		{"source of several", route.Rule{Sources: prefixes("198.51.100.0/24", "192.0.2.1/32")}, alice, "INVITE", bob, true},
		{"source that is IPv6", route.Rule{Sources: prefixes("2001:db8::/32")}, "[2001:db8::7]:5060", "INVITE", bob, true},
		{"source that is IPv4 in IPv6", route.Rule{Sources: prefixes("192.0.2.0/24")}, "[::ffff:192.0.2.1]:5060", "INVITE", bob, true},
		{"source with a zone", route.Rule{Sources: prefixes("fe80::/10")}, "[fe80::1%eth0]:5060", "INVITE", bob, true},
		{"another source", route.Rule{Sources: prefixes("192.0.2.0/24")}, "192.0.3.1:5060", "INVITE", bob, false},
		{"everybody with IPv4 is not IPv6", route.Rule{Sources: prefixes("0.0.0.0/0")}, "[2001:db8::7]:5060", "INVITE", bob, false},
		{"the address in Via is no source", route.Rule{Sources: prefixes("192.0.2.1/32")}, "192.0.2.9:5060", "INVITE", bob, false},

		{"transport", route.Rule{Transports: []string{"udp"}}, alice, "INVITE", bob, true},
		{"transport of several", route.Rule{Transports: []string{"tcp", "udp"}}, alice, "INVITE", bob, true},
		{"another transport", route.Rule{Transports: []string{"tcp", "tls", "ws", "wss"}}, alice, "INVITE", bob, false},

		{"all", route.Rule{Methods: []string{"INVITE"}, Domains: []string{"example.com"}, Sources: prefixes("192.0.2.0/24"), Transports: []string{"udp"}}, alice, "INVITE", bob, true},
		{"all but the method", route.Rule{Methods: []string{"BYE"}, Domains: []string{"example.com"}, Sources: prefixes("192.0.2.0/24"), Transports: []string{"udp"}}, alice, "INVITE", bob, false},
		{"all but the domain", route.Rule{Methods: []string{"INVITE"}, Domains: []string{"example.org"}, Sources: prefixes("192.0.2.0/24"), Transports: []string{"udp"}}, alice, "INVITE", bob, false},
		{"all but the source", route.Rule{Methods: []string{"INVITE"}, Domains: []string{"example.com"}, Sources: prefixes("192.0.3.0/24"), Transports: []string{"udp"}}, alice, "INVITE", bob, false},
		{"all but the transport", route.Rule{Methods: []string{"INVITE"}, Domains: []string{"example.com"}, Sources: prefixes("192.0.2.0/24"), Transports: []string{"tcp"}}, alice, "INVITE", bob, false},
	} {
		n := newNet(t, rules{c.rule})
		want := "403 Forbidden"
		if c.match {
			want = through
		}
		if got := decide(n, c.from, request(c.method, c.uri)); got != want {
			t.Errorf("%s: got %q, want %q", c.name, got, want)
		}
	}
}

func TestActions(t *testing.T) {
	office := route.Rule{Sources: prefixes("192.0.2.0/24"), NextHop: "sip:198.51.100.7:5070;transport=tcp", Proxy: "carrier"}
	for _, c := range []struct {
		name  string
		rules rules
		msg   string
		want  string
	}{
		{"no rule at all", nil, request("OPTIONS", bob), "403 Forbidden"},
		{"the Request-URI decides", rules{{}}, request("OPTIONS", bob), through},
		{"next hop and profile", rules{office}, request("OPTIONS", bob), "200 Passed On, next=sip:198.51.100.7:5070;transport=tcp uri=, carrier, yes"},
		{"next hop that is sips", rules{{NextHop: "sips:198.51.100.7"}}, request("OPTIONS", bob), "200 Passed On, next=sips:198.51.100.7 uri=, default_proxy, yes"},
		{"profile alone", rules{{Proxy: "carrier"}}, request("OPTIONS", bob), "200 Passed On, next= uri=, carrier, yes"},
		{"a reply", rules{{Reply: "404 Nobody Here"}}, request("OPTIONS", bob), "404 Nobody Here"},
		{"a reply without a reason", rules{{Reply: "405"}}, request("OPTIONS", bob), "405 Method Not Allowed"},
		{"a reply without a reason that we know", rules{{Reply: "499"}}, request("OPTIONS", bob), "499 Bad Request"},
		{"the lowest reply", rules{{Reply: "300 Elsewhere"}}, request("OPTIONS", bob), "300 Elsewhere"},
		{"the highest reply", rules{{Reply: "699 Never"}}, request("OPTIONS", bob), "699 Never"},
		{"the first of two", rules{{Reply: "404 First"}, {Reply: "404 Second"}}, request("OPTIONS", bob), "404 First"},
		{"the second of two", rules{{Methods: []string{"INVITE"}, Reply: "404 First"}, {Reply: "404 Second"}}, request("OPTIONS", bob), "404 Second"},
		{"the last of three", rules{{Methods: []string{"BYE"}}, {Domains: []string{"example.org"}}, office}, request("OPTIONS", bob),
			"200 Passed On, next=sip:198.51.100.7:5070;transport=tcp uri=, carrier, yes"},
		{"none of three", rules{{Methods: []string{"BYE"}}, {Domains: []string{"example.org"}}, {Transports: []string{"ws"}}}, request("OPTIONS", bob), "403 Forbidden"},
		{"what is routed is not judged", rules{{Reply: "404 Nobody Here"}}, request("OPTIONS", bob, "X-Routed: 1"), "200 Passed On, default_proxy, yes"},
		{"what is routed needs no rule", nil, request("INVITE", bob, "X-Routed: 1"), "200 Passed On, default_proxy, yes"},
	} {
		n := pipelinetest.New(t, func(*pipeline.LoopBuilder) []pipeline.Stage { return nil })
		n.Spec.Identity = identity("udp", "tcp", "tls")
		if err := build(t, n, c.rules, "carrier"); err != nil {
			t.Fatal(err)
		}
		if got := decide(n, alice, c.msg); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// An ACK that no rule lets through is dropped without a word.
func TestAck(t *testing.T) {
	n := newNet(t, rules{{Methods: []string{"INVITE"}}})
	n.FromUDP(alice, request("ACK", bob))
	if got := n.Sent(); len(got) != 0 {
		t.Errorf("answered %v", got)
	}
	n.Idle()
}

// The profile of a rule that names none is proxy_out, if there is one.
func TestDefaultProfile(t *testing.T) {
	n := newNet(t, rules{{}}, "proxy_out")
	if got, want := decide(n, alice, request("OPTIONS", bob)), "200 Passed On, next= uri=, proxy_out, yes"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name  string
		rules rules
		want  []string // in the error
	}{
		{"reply and next hop", rules{{Reply: "404", NextHop: "sip:192.0.2.2"}}, []string{"stage.route: rule 1: reply: excludes next_hop"}},
		{"a method of two words", rules{{Methods: []string{"INVITE", "IN VITE"}}}, []string{"rule 1: methods: ", `"IN VITE"`}},
		{"a method that is nothing", rules{{Methods: []string{""}}}, []string{"rule 1: methods: "}},
		{"a transport that is none", rules{{Transports: []string{"udp", "sctp"}}}, []string{"rule 1: transports: ", `"sctp"`}},
		{"a transport in capitals", rules{{Transports: []string{"UDP"}}}, []string{"rule 1: transports: ", `"UDP"`}},
		{"next hop without a scheme", rules{{NextHop: "192.0.2.2"}}, []string{"rule 1: next_hop: ", `"192.0.2.2"`}},
		{"next hop that is tel", rules{{NextHop: "tel:+15551234"}}, []string{"rule 1: next_hop: "}},
		{"next hop with more behind it", rules{{NextHop: "sip:192.0.2.2 or sip:192.0.2.3"}}, []string{"rule 1: next_hop: "}},
		{"next hop in brackets", rules{{NextHop: "<sip:192.0.2.2>"}}, []string{"rule 1: next_hop: "}},
		{"a reply that is no number", rules{{Reply: "Not Found"}}, []string{"rule 1: reply: ", `"Not Found"`}},
		{"a reply that is a success", rules{{Reply: "200 OK"}}, []string{"rule 1: reply: "}},
		{"a reply that is no status", rules{{Reply: "700 Never"}}, []string{"rule 1: reply: "}},
		{"a reply of two lines", rules{{Reply: "404 Not\r\nFound: 1"}}, []string{"rule 1: reply: "}},
		{"a profile that is not there", rules{{}, {Proxy: "nowhere"}}, []string{"stage.route: rule 2: proxy: ", `"nowhere"`}},
		{"all at once", rules{{Reply: "x"}, {}, {NextHop: "y"}, {Transports: []string{"z"}}}, []string{"rule 1: reply", "rule 3: next_hop", "rule 4: transports"}},
	} {
		n := pipelinetest.New(t, func(*pipeline.LoopBuilder) []pipeline.Stage { return nil })
		err := build(t, n, c.rules)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: got %q, want it to have %q", c.name, err, w)
			}
		}
	}
}

// TestNextHops: a next hop to which nothing can be sent is a fault.
func TestNextHops(t *testing.T) {
	const udp, tls = "udp", "tls"
	for _, c := range []struct {
		name, hop string
		listeners []string
		want      string // in the error, "" for none
	}{
		{"udp", "sip:198.51.100.7", []string{udp}, ""},
		{"udp without a listener", "sip:198.51.100.7", []string{"tcp", "ws"}, "cannot be reached: there is no udp listener"},
		{"tcp", "sip:198.51.100.7;transport=TCP", []string{udp, "tcp"}, ""},
		{"tcp without a listener", "sip:198.51.100.7;transport=tcp", []string{udp, tls}, "there is no tcp listener"},
		{"tls", "sip:198.51.100.7;transport=tls", []string{tls}, ""},
		{"sips", "sips:198.51.100.7", []string{tls}, ""},
		{"sips with tcp is tls", "sips:198.51.100.7;transport=tcp", []string{udp, "tcp"}, "there is no tls listener"},
		{"sips with wss alone", "sips:198.51.100.7", []string{udp, "wss"}, "there is no tls listener"},
		{"sips with udp", "sips:198.51.100.7;transport=udp", []string{udp, tls}, "asks for TLS over udp"},
		{"ws", "sip:198.51.100.7;transport=ws", []string{"ws"}, "by which nobody can be reached"},
		{"wss", "sips:198.51.100.7;transport=wss", []string{"wss"}, "by which nobody can be reached"},
		{"a transport that nobody knows", "sip:198.51.100.7;transport=sctp", []string{udp}, "by which nobody can be reached"},

		{"IPv6", "sip:[2001:db8::7]", []string{udp, "udp6"}, ""},
		{"IPv6 without a listener", "sip:[2001:db8::7]", []string{udp, "tcp6"}, "no udp listener has an IPv6 address"},
		{"IPv4 without a listener", "sip:198.51.100.7", []string{"udp6", "tcp"}, "no udp listener has an IPv4 address"},

		{"a name", "sip:carrier.example", []string{udp}, "names are not resolved"},
		{"a name and its address", "sip:carrier.example;maddr=198.51.100.7", []string{udp}, ""},
		{"an address and a name as maddr", "sip:198.51.100.7;maddr=carrier.example", []string{udp}, "names are not resolved"},
		{"the family of maddr counts", "sip:198.51.100.7;maddr=[2001:db8::7]", []string{udp}, "no udp listener has an IPv6 address"},
	} {
		n := pipelinetest.New(t, func(*pipeline.LoopBuilder) []pipeline.Stage { return nil })
		n.Spec.Identity = identity(c.listeners...)
		err := build(t, n, rules{{}, {NextHop: c.hop}})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: got %v, want no fault", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `stage.route: rule 2: next_hop: "`+c.hop+`" `)):
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestNeedsValid(t *testing.T) {
	n := pipelinetest.New(t, func(*pipeline.LoopBuilder) []pipeline.Stage { return nil })
	n.Spec.Stages = chain[1:]
	if _, err := pipeline.Build(n.Spec, n.NetLoops()); err == nil || !strings.Contains(err.Error(), `stage 1, route, needs "valid", which no earlier stage gives (given by: test-valid)`) {
		t.Errorf("got %v, want that route needs valid", err)
	}
}
