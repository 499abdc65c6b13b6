package registrar_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
	"sluice/stages/registrar"
)

func TestLookup(t *testing.T) {
	tests := []struct {
		name     string
		register []string // a REGISTER to sips:example.com if that is the first
		method   string   // "" is INVITE
		uri      string   // "" is sip:alice@example.com
		after    time.Duration
		headers  []string
		status   string // "" is "200 Passed On"
		hops     []string
	}{
		{name: "one binding", register: headers("Contact: <sip:a@192.0.2.1;transport=udp>"), hops: headers("sip:a@192.0.2.1;transport=udp")},
		{name: "any method", register: headers("Contact: <sip:a@192.0.2.1>"), method: "MESSAGE", hops: headers("sip:a@192.0.2.1")},
		{name: "host in other case, with port and parameters", register: headers("Contact: <sip:a@192.0.2.1>"), uri: "sip:alice:secret@EXAMPLE.com:5080;transport=tcp", hops: headers("sip:a@192.0.2.1")},
		{name: "by q, then the latest", register: headers("Contact: <sip:a@192.0.2.1>;q=0.1, <sip:b@192.0.2.1>, <sip:c@192.0.2.1>"),
			hops: headers("sip:b@192.0.2.1", "sip:c@192.0.2.1", "sip:a@192.0.2.1")},
		{name: "Path becomes Route", register: headers("Contact: <sip:a@192.0.2.1>", "Path: <sip:e2@192.0.2.9;lr>", "Path: <sip:e1@192.0.2.8;lr>"),
			hops: headers("sip:a@192.0.2.1 route <sip:e2@192.0.2.9;lr>, <sip:e1@192.0.2.8;lr>")},
		{name: "without what no Request-URI holds", register: headers("Contact: <sip:a@192.0.2.1;x=1;Method=INVITE;y?Subject=s>, <sip:b@192.0.2.1?a=b>, <sip:c@192.0.2.1;method=BYE>"),
			hops: headers("sip:a@192.0.2.1;x=1;y", "sip:b@192.0.2.1", "sip:c@192.0.2.1")},
		{name: "what is not SIP is for others to judge", register: headers("Contact: <tel:+1234>"), hops: headers("tel:+1234")},
		{name: "an unreachable host over UDP", register: headers("Contact: <sip:a@x.invalid>"), hops: headers("sip:a@x.invalid only")},
		{name: "an unreachable host behind a Path", register: headers("Contact: <sip:a@x.INVALID>", "Path: <sip:192.0.2.9;lr>"), hops: headers("sip:a@x.INVALID route <sip:192.0.2.9;lr>")},
		{name: "never registered", status: "404 Not Found"},
		{name: "an ended binding", register: headers("Contact: <sip:a@192.0.2.1>;expires=60"), after: time.Minute, status: "480 Temporarily Unavailable"},
		{name: "an ended binding that was swept", register: headers("Contact: <sip:a@192.0.2.1>;expires=60"), after: 5 * time.Minute, status: "480 Temporarily Unavailable"},
		{name: "one of two has ended", register: headers("Contact: <sip:a@192.0.2.1>;expires=60, <sip:b@192.0.2.1>;expires=600"), after: time.Minute, hops: headers("sip:b@192.0.2.1")},
		{name: "SIPS goes to SIPS", register: headers("sips:example.com", "Contact: <sips:a@192.0.2.1>"), uri: "sips:alice@example.com", hops: headers("sips:a@192.0.2.1")},
		{name: "SIPS does not go to SIP", register: headers("Contact: <sip:a@192.0.2.1>"), uri: "sips:alice@example.com", status: "480 Temporarily Unavailable"},
		{name: "SIP does not go to SIPS", register: headers("sips:example.com", "Contact: <sips:a@192.0.2.1>"), status: "480 Temporarily Unavailable"},
		{name: "another domain", register: headers("Contact: <sip:a@192.0.2.1>"), uri: "sip:alice@elsewhere.example"},
		{name: "a domain without a user", uri: "sip:example.com"},
		{name: "an ACK is never answered", method: "ACK", status: "-"},
		{name: "an ACK", register: headers("Contact: <sip:a@192.0.2.1>"), method: "ACK", status: "-"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			p := newPhone(t, nil)
			if len(c.register) > 0 {
				uri := "sip:example.com"
				if strings.HasPrefix(c.register[0], "sips:") {
					uri, c.register = c.register[0], c.register[1:]
				}
				wantStatus(t, "REGISTER", p.send("REGISTER", uri, c.register...), "200 OK")
			}
			p.net.Advance(c.after)
			if c.method == "" {
				c.method = "INVITE"
			}
			if c.uri == "" {
				c.uri = "sip:alice@example.com"
			}
			got := p.send(c.method, c.uri, c.headers...)
			switch c.status {
			case "-":
				if got != "" {
					t.Errorf("got\n%s\nwant no answer", got)
				}
				return
			case "":
				c.status = "200 Passed On"
			}
			wantStatus(t, c.method, got, c.status)
			wantHeader(t, c.method, got, "Hop", c.hops...)
			if routed := pipelinetest.Header(got, "Routed"); len(c.hops) > 0 && routed[0] != "true" {
				t.Errorf("Routed() = %s, want true", routed[0])
			}
		})
	}
}

func TestLookupOfRoutedRequest(t *testing.T) {
	p := newPhone(t, nil)
	p.register("Contact: <sip:a@192.0.2.1>")
	got := p.send("INVITE", "sip:alice@example.com", "X-Routed: yes")
	wantStatus(t, "INVITE", got, "200 Passed On")
	wantHeader(t, "INVITE", got, "Hop")
}

func TestLookupWarnings(t *testing.T) {
	p := newPhone(t, nil)
	p.register("Contact: <sip:a@192.0.2.1>")
	p.send("REGISTER", "sips:example.com", "To: <sip:bob@example.com>", "Contact: <sips:b@192.0.2.1>")
	wantHeader(t, "SIPS to SIP", p.send("INVITE", "sips:alice@example.com"), "Warning", `380 sluice "SIPS Not Allowed"`)
	wantHeader(t, "SIP to SIPS", p.send("INVITE", "sip:bob@example.com"), "Warning", `381 sluice "SIPS Required"`)
}

func TestLookupMetrics(t *testing.T) {
	p := newPhone(t, nil)
	p.register("Contact: <sip:a@192.0.2.1>")
	p.send("INVITE", "sip:alice@example.com")
	p.send("INVITE", "sip:bob@example.com")
	p.send("INVITE", "sip:bob@elsewhere.example")
	for name, want := range map[string]int64{"lookups_total": 2, "misses_total": 1} {
		if got := p.net.Count("sluice_registrar_" + name); got != want {
			t.Errorf("%s = %d, want %d", name, got, want)
		}
	}
}

func TestNoDomains(t *testing.T) {
	p := newPhone(t, func(r *registrar.Registrar) { r.Domains = nil })
	wantStatus(t, "REGISTER", p.register("Contact: <sip:a@192.0.2.1>"), "200 Passed On")
	wantStatus(t, "INVITE", p.send("INVITE", "sip:alice@example.com"), "200 Passed On")
}

func TestUsersProfile(t *testing.T) {
	o := options(nil)
	n := pipelinetest.New(t, nil, o)
	n.Spec.Profiles["proxy_to_users"] = &pipeline.Profile{Name: "proxy_to_users"}
	prog, err := pipeline.Build(n.Spec, n.NetLoops())
	if err != nil {
		t.Fatal(err)
	}
	n.Edge.Swap(prog)
	p := &phone{t: t, net: n}
	p.register("Contact: <sip:a@192.0.2.1>")
	wantHeader(t, "to a user", p.send("INVITE", "sip:alice@example.com"), "Profile", "proxy_to_users")
	wantHeader(t, "to elsewhere", p.send("INVITE", "sip:alice@elsewhere.example"), "Profile", "default_proxy")
}

// overTCP returns a phone that talks to the same server over a connection.
func (p *phone) overTCP(loop int, from string) *phone {
	h := p.net.Loops[loop]
	return &phone{t: p.t, net: p.net, loop: loop, conn: h.Open(netio.TCP, p.net.TCP, netip.MustParseAddrPort(from))}
}

func TestFlows(t *testing.T) {
	p := newPhone(t, nil)
	tcp := p.overTCP(0, "192.0.2.1:40001")
	wantStatus(t, "REGISTER", tcp.register("Contact: <sip:a@x.invalid>, <sip:b@192.0.2.1>;q=0.5"), "200 OK")
	other := p.overTCP(0, "192.0.2.1:40002")
	wantStatus(t, "REGISTER", other.register("Contact: <sip:c@x.invalid>;q=0.2", "Call-ID: c2"), "200 OK")

	wantHeader(t, "all alive", p.send("INVITE", "sip:alice@example.com"), "Hop",
		"sip:a@x.invalid flow tcp only", "sip:b@192.0.2.1 flow tcp", "sip:c@x.invalid flow tcp only")
	p.net.Loops[0].ClosePeer(tcp.conn)
	wantHeader(t, "first closed", p.send("INVITE", "sip:alice@example.com"), "Hop",
		"sip:b@192.0.2.1 flow tcp", "sip:c@x.invalid flow tcp only")
	if got := p.net.Count("sluice_registrar_bindings"); got != 2 {
		t.Errorf("bindings = %d, want 2", got)
	}
	p.net.Loops[0].ClosePeer(other.conn)
	wantHeader(t, "both closed", p.send("INVITE", "sip:alice@example.com"), "Hop", "sip:b@192.0.2.1 flow tcp")
}

func TestFlowThatMoved(t *testing.T) {
	p := newPhone(t, nil)
	first := p.overTCP(0, "192.0.2.1:40001")
	first.register("Contact: <sip:a@x.invalid>")
	second := p.overTCP(0, "192.0.2.1:40002")
	second.register("Contact: <sip:a@x.invalid>", "Call-ID: c2")
	p.net.Loops[0].ClosePeer(first.conn)
	wantHeader(t, "the new connection", p.send("INVITE", "sip:alice@example.com"), "Hop", "sip:a@x.invalid flow tcp only")
	p.net.Loops[0].ClosePeer(second.conn)
	wantStatus(t, "no connection", p.send("INVITE", "sip:alice@example.com"), "480 Temporarily Unavailable")
}

// TestConnectionGoneBeforeItsRegister: the request waited in an earlier stage
// while its client went away.
func TestConnectionGoneBeforeItsRegister(t *testing.T) {
	p := newPhone(t, nil)
	tcp := p.overTCP(0, "192.0.2.1:40001")
	tcp.register("Contact: <sip:a@x.invalid>", "X-Park: yes")
	p.net.Loops[0].ClosePeer(tcp.conn)
	p.net.Edge.Post(parked, pipeline.Event{Kind: pipeline.EventPosted})
	p.net.Loops[0].RunMail()
	wantStatus(t, "INVITE", p.send("INVITE", "sip:alice@example.com"), "404 Not Found")
	p.net.Advance(40 * time.Second)
	p.net.Idle()
}

func TestLoopsShareBindings(t *testing.T) {
	o := options(nil)
	o.Loops = 2
	n := pipelinetest.New(t, nil, o)
	first, second := &phone{t: t, net: n}, &phone{t: t, net: n, loop: 1}
	first.register("Contact: <sip:a@192.0.2.1>")
	second.overTCP(1, "192.0.2.1:40001").register("Contact: <sip:b@x.invalid>;q=0.5", "Call-ID: c2")
	for _, p := range []*phone{first, second} {
		wantHeader(t, "INVITE", p.send("INVITE", "sip:alice@example.com"), "Hop", "sip:a@192.0.2.1", "sip:b@x.invalid flow tcp only")
	}
	if got := n.Count("sluice_registrar_bindings"); got != 2 {
		t.Errorf("bindings = %d, want 2", got)
	}
}
