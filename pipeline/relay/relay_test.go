package relay_test

import (
	"bytes"
	"strings"
	"testing"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline/relay"
)

// request returns a request of the call callID with these header lines.
func request(t *testing.T, headers ...string) *sip.Message {
	t.Helper()
	text := "BYE sip:bob@192.0.2.2:5062 SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n"
	for _, h := range headers {
		text += h + "\r\n"
	}
	text += "Call-ID: " + string(callID) + "\r\nCSeq: 2 BYE\r\n\r\n"
	m := new(sip.Message)
	if err := m.Index([]byte(text)); err != parser.OK {
		t.Fatalf("%s\n%v", text, err)
	}
	return m
}

// written returns m with the edits e.
func written(m *sip.Message, e *sip.Edits) string {
	return string(m.AppendEdited(nil, e, nil, nil))
}

// lines returns the header lines of text that begin with name.
func lines(text, name string) string {
	var found []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, name) {
			found = append(found, strings.TrimRight(line, "\r\n"))
		}
	}
	return strings.Join(found, "|")
}

func TestSetContentLength(t *testing.T) {
	for _, c := range []struct {
		name, header, body string
		want               string
	}{
		{"missing, no body", "X-Other: 1", "", "Content-Length: 0"},
		{"missing", "X-Other: 1", "0123456789", "Content-Length: 10"},
		{"there", "Content-Length: 3", "abc", "Content-Length: 3"},
		{"there, compact", "l: 3", "abc", ""},
	} {
		m := request(t, c.header)
		m.Buf = append(m.Buf, c.body...)
		var e sip.Edits
		relay.SetContentLength(&e, m)
		text := written(m, &e)
		if got := lines(text, "Content-Length"); got != c.want || !strings.HasSuffix(text, "\r\n\r\n"+c.body) {
			t.Errorf("%s: got %q, want %q, in\n%s", c.name, got, c.want, text)
		}
		relay.SetContentLength(&e, m)
		if got := lines(written(m, &e), "Content-Length"); got != c.want {
			t.Errorf("%s, set twice: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSetMaxForwards(t *testing.T) {
	for _, c := range []struct {
		name   string
		header string
		n      int
		want   string
	}{
		{"lowered", "Max-Forwards: 70", 69, "Max-Forwards: 69"},
		{"one digit less", "Max-Forwards: 10", 9, "Max-Forwards: 9"},
		{"raised", "Max-Forwards: 0", 255, "Max-Forwards: 255"},
		{"to zero", "Max-Forwards: 1", 0, "Max-Forwards: 0"},
		{"white space stays", "Max-Forwards  :   70", 69, "Max-Forwards  :   69"},
		{"another case", "mAX-fORWARDS: 70", 69, ""},
		{"missing", "X-Other: 1", 70, "Max-Forwards: 70"},
	} {
		m := request(t, c.header)
		var e sip.Edits
		relay.SetMaxForwards(&e, m, c.n)
		text := written(m, &e)
		if got := lines(text, "Max-Forwards"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		out := new(sip.Message)
		if err := out.Index([]byte(text)); err != parser.OK {
			t.Errorf("%s: %v in\n%s", c.name, err, text)
		}
		if n, err := out.MaxForwards(); err != parser.OK || n != c.n || out.Count(sip.HeaderMaxForwards) != 1 {
			t.Errorf("%s: got %d (%v, %d times), want %d once", c.name, n, err, out.Count(sip.HeaderMaxForwards), c.n)
		}
		if out.NumHeaders() != m.NumHeaders()+1-m.Count(sip.HeaderMaxForwards) {
			t.Errorf("%s: other header fields changed:\n%s", c.name, text)
		}
	}
}

var (
	udp     = relay.Side{Transport: netio.UDP, SentBy: "192.0.2.254:5060"}
	inner   = relay.Side{Transport: netio.UDP, SentBy: "10.0.0.1:5060"}
	tcp     = relay.Side{Transport: netio.TCP, SentBy: "192.0.2.254:5060"}
	tls     = relay.Side{Transport: netio.TLS, SentBy: "edge.example.com:5061"}
	tcpFlow = relay.Side{Transport: netio.TCP, SentBy: "192.0.2.254:5060", Flow: aFlow}
	wsFlow  = relay.Side{Transport: netio.WS, SentBy: "192.0.2.254:80", Flow: aFlow + 1}
	wssFlow = relay.Side{Transport: netio.WSS, SentBy: "[2001:db8::1]:443", Flow: aFlow + 2}
)

// The sides of calls, and whether Record-Route names them apart.
var calls = []struct {
	name           string
	caller, callee relay.Side
	double         bool
}{
	{"udp to udp", udp, udp, false},
	{"tcp to tcp, both opened by us", tcp, tcp, false},
	{"udp to another udp", udp, inner, true},
	{"udp to tcp", udp, tcp, true},
	{"tcp to udp", tcp, udp, true},
	{"tls to udp", tls, udp, true},
	{"a tcp client to udp", tcpFlow, udp, true},
	{"udp to a tcp client", udp, tcpFlow, true},
	{"a tcp client to tcp", tcpFlow, tcp, true},
	{"tcp to a tcp client", tcp, tcpFlow, true},
	{"a tcp client to itself", tcpFlow, tcpFlow, true},
	{"ws to wss", wsFlow, wssFlow, true},
	{"wss to udp", wssFlow, udp, true},
}

// recordRoutes returns the values of what InsertRecordRoute inserts.
func recordRoutes(t *testing.T, caller, callee relay.Side) []string {
	t.Helper()
	m := request(t)
	var e sip.Edits
	relay.InsertRecordRoute(&e, m.HeadersStart(), ours, caller, callee, callID)
	text := written(m, &e)
	var values []string
	for _, line := range strings.Split(lines(text, "Record-Route"), "|") {
		values = append(values, strings.TrimPrefix(line, "Record-Route: "))
	}
	if want := "BYE sip:bob@192.0.2.2:5062 SIP/2.0\r\nRecord-Route: " + strings.Join(values, "\r\nRecord-Route: ") + "\r\nVia: "; !strings.HasPrefix(text, want) {
		t.Errorf("got\n%s\nwant it to begin with\n%s", text, want)
	}
	return values
}

// uri returns the Record-Route value that names side.
func uri(side relay.Side) string {
	s := "<sip:" + string(token(side.Transport, side.Flow)) + "@" + side.SentBy
	switch side.Transport {
	case netio.UDP:
	case netio.WSS:
		s += ";transport=ws" // RFC 7118 §5.2
	default:
		s += ";transport=" + side.Transport.String()
	}
	return s + ";lr>"
}

func TestInsertRecordRoute(t *testing.T) {
	for _, c := range calls {
		got := strings.Join(recordRoutes(t, c.caller, c.callee), " ")
		want := uri(c.callee)
		if c.double {
			want += " " + uri(c.caller) // RFC 5658 §3.1: the callee's side on top
		}
		if got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, want)
		}
	}
}

// edge owns what Record-Route is made of.
type edge struct{}

func (edge) Owns(buf []byte, u *sip.URI) bool {
	switch string(u.Host.Of(buf)) {
	case "192.0.2.254", "10.0.0.1", "edge.example.com", "[2001:db8::1]":
		return true
	}
	return false
}

func take(m *sip.Message) (relay.Routes, string, parser.Err) {
	var e sip.Edits
	r, err := relay.TakeRoutes(&e, m, ours, edge{})
	return r, lines(written(m, &e), "Route"), err
}

// What we put into Record-Route comes back in Route, in this order from the
// callee and reversed from the caller (RFC 3261 §12.1), and names the other
// side either way.
func TestRecordRouteNamesTheFarSide(t *testing.T) {
	for _, c := range calls {
		rr := recordRoutes(t, c.caller, c.callee)
		reversed := make([]string, len(rr))
		for i, v := range rr {
			reversed[len(rr)-1-i] = v
		}
		for _, from := range []struct {
			name string
			set  []string
			far  relay.Side
		}{{"callee", rr, c.caller}, {"caller", reversed, c.callee}} {
			r, left, err := take(request(t, "Route: "+strings.Join(from.set, ", ")))
			if err != parser.OK || left != "" || r.Taken != len(rr) || !r.Signed {
				t.Errorf("%s, from the %s: got %+v, left %q, %v", c.name, from.name, r, left, err)
			}
			if r.Transport != from.far.Transport || r.Flow != from.far.Flow {
				t.Errorf("%s, from the %s: got %s, %#x, want %s, %#x", c.name, from.name,
					r.Transport, uint64(r.Flow), from.far.Transport, uint64(from.far.Flow))
			}
		}
	}
}

func TestTakeRoutes(t *testing.T) {
	signed, flow := uri(udp), uri(wsFlow)
	bare, forged := "<sip:192.0.2.254:5060;lr>", "<sip:AAAAAAAAAAAA@192.0.2.254:5060;lr>"
	const foreign, strict = "<sip:198.51.100.7;lr>", "<sip:198.51.100.8>"
	type want struct {
		taken  int
		signed bool
		flow   netio.ConnID
		next   string
		loose  bool
		left   string
	}
	for _, c := range []struct {
		name   string
		routes []string
		want   want
	}{
		{"none", nil, want{}},
		{"ours", []string{signed}, want{taken: 1, signed: true}},
		{"ours with a flow", []string{flow}, want{taken: 1, signed: true, flow: wsFlow.Flow}},
		{"ours twice in a list", []string{signed + ", " + flow}, want{taken: 2, signed: true, flow: wsFlow.Flow}},
		{"ours twice in two headers", []string{flow, signed}, want{taken: 2, signed: true}},
		{"ours in lists over headers", []string{flow + "," + signed, signed + " , " + flow}, want{taken: 4, signed: true, flow: wsFlow.Flow}},
		{"ours, then foreign", []string{signed, foreign},
			want{1, true, 0, "sip:198.51.100.7;lr", true, "Route: " + foreign}},
		{"ours, then foreign, in a list", []string{signed + ", " + foreign},
			want{1, true, 0, "sip:198.51.100.7;lr", true, "Route: " + foreign}},
		{"ours twice, then foreign twice", []string{flow + ", " + signed + "," + foreign, strict},
			want{2, true, 0, "sip:198.51.100.7;lr", true, "Route: " + foreign + "|Route: " + strict}},
		{"ours, then a strict router", []string{signed, strict}, want{1, true, 0, "sip:198.51.100.8", false, "Route: " + strict}},
		{"foreign", []string{foreign}, want{next: "sip:198.51.100.7;lr", loose: true, left: "Route: " + foreign}},
		{"foreign, then ours", []string{foreign, signed}, want{0, false, 0, "sip:198.51.100.7;lr", true, "Route: " + foreign + "|Route: " + signed}},
		{"foreign between ours", []string{signed + ", " + foreign + ", " + flow},
			want{1, true, 0, "sip:198.51.100.7;lr", true, "Route: " + foreign + ", " + flow}},
		{"without a token", []string{bare}, want{taken: 1}},
		{"with a forged token", []string{forged}, want{taken: 1}},
		{"with a token of another server", []string{"<sip:" + string(theirs.Append(nil, netio.UDP, 0, callID)) + "@192.0.2.254:5060;lr>"}, want{taken: 1}},
		{"with a token of another call", []string{"<sip:" + string(ours.Append(nil, netio.UDP, 0, []byte("call-2"))) + "@192.0.2.254:5060;lr>"}, want{taken: 1}},
		{"without a token, then with one", []string{bare, flow}, want{taken: 2, signed: true, flow: wsFlow.Flow}},
		{"with a token, then without", []string{flow, bare}, want{taken: 2, signed: true, flow: wsFlow.Flow}},
		{"our token at an address that we had before a reload", []string{strings.Replace(signed, "192.0.2.254", "198.51.100.7", 1)},
			want{taken: 1, signed: true}},
		{"with a display name", []string{`"Edge, inner" ` + signed + ";x=y"}, want{taken: 1, signed: true}},
	} {
		var headers []string
		for _, r := range c.routes {
			headers = append(headers, "Route: "+r)
		}
		m := request(t, headers...)
		before := bytes.Clone(m.Buf)
		r, left, err := take(m)
		got := want{r.Taken, r.Signed, r.Flow, string(r.Next.Of(m.Buf)), r.Loose, left}
		if err != parser.OK || got != c.want {
			t.Errorf("%s: %v, got\n%+v, want\n%+v", c.name, err, got, c.want)
		}
		if !bytes.Equal(before, m.Buf) {
			t.Errorf("%s: the message was written to", c.name)
		}
	}
}

func TestTakeMalformedRoutes(t *testing.T) {
	for _, c := range []struct{ name, routes string }{
		{"no URI", "nowhere"},
		{"an open bracket", "<sip:192.0.2.254"},
		{"an open quote", `"edge <sip:192.0.2.254;lr>`},
		{"no host", "<sip:>"},
		{"behind ours", uri(udp) + ", <sip:@>"},
		{"a star", "*"},
		{"a star behind ours", uri(udp) + ", *"},
	} {
		if r, _, err := take(request(t, "Route: "+c.routes)); err == parser.OK {
			t.Errorf("%s: got %+v and no error", c.name, r)
		}
	}
}

// RFC 3261 §16.6 step 6, with the example of §16.12.1.2.
func TestFollowStrict(t *testing.T) {
	for _, c := range []struct {
		name   string
		routes []string
		want   []string // Route header lines afterwards
	}{
		{"alone", []string{"<sip:198.51.100.7>"}, []string{"Route: <sip:bob@198.51.100.9>"}},
		{"one of a list", []string{"<sip:198.51.100.7>,<sip:198.51.100.8;lr>"}, []string{"Route: <sip:198.51.100.8;lr>", "Route: <sip:bob@198.51.100.9>"}},
		{"one of two", []string{"<sip:198.51.100.7>", "<sip:198.51.100.8;lr>"}, []string{"Route: <sip:198.51.100.8;lr>", "Route: <sip:bob@198.51.100.9>"}},
	} {
		raw := "BYE sip:bob@198.51.100.9 SIP/2.0\r\nRoute: " + strings.Join(c.routes, "\r\nRoute: ") + "\r\nCall-ID: x\r\n\r\n"
		var m sip.Message
		if err := m.Index([]byte(raw)); err != parser.OK {
			t.Fatalf("%s: %v", c.name, err)
		}
		m.SetEnd(len(raw))
		var e sip.Edits
		r, err := relay.TakeRoutes(&e, &m, relay.NewFlowKey([16]byte{}), nobody{})
		if err != parser.OK || r.Loose {
			t.Fatalf("%s: TakeRoutes: %v, loose %v", c.name, err, r.Loose)
		}
		relay.FollowStrict(&e, &m, &r, m.URIText.Of(m.Buf))
		want := "BYE sip:198.51.100.7 SIP/2.0\r\n" + strings.Join(c.want, "\r\n") + "\r\nCall-ID: x\r\n\r\n"
		if got := string(m.AppendEdited(nil, &e, nil, nil)); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, want)
		}
	}
}

// RFC 3261 §16.4: a strict router before us has put our Record-Route value into
// the Request-URI and the remote target at the end of Route.
func TestStrictRouterUpstream(t *testing.T) {
	const target, foreign = "<sip:bob@192.0.2.9:5062>", "<sip:198.51.100.7;lr>"
	one, two := strings.Trim(uri(udp), "<>"), uri(wsFlow)
	for _, c := range []struct {
		name   string
		uri    string
		routes []string
		start  string // of the request as it goes on
		left   string
		flow   netio.ConnID
		next   string
	}{
		{"the target alone", one, []string{target}, "sip:bob@192.0.2.9:5062", "", 0, ""},
		{"another value of ours", one, []string{two + ", " + target}, "sip:bob@192.0.2.9:5062", "", wsFlow.Flow, ""},
		{"in two header fields", one, []string{two, target}, "sip:bob@192.0.2.9:5062", "", wsFlow.Flow, ""},
		{"a proxy after us", one, []string{two + "," + foreign + "," + target}, "sip:bob@192.0.2.9:5062", "Route: " + foreign, wsFlow.Flow, "sip:198.51.100.7;lr"},
		{"a target that is named like us", one, []string{"<sip:192.0.2.254:5060>"}, "sip:192.0.2.254:5060", "", 0, ""},
		{"not ours", "sip:x@192.0.2.254:5060", []string{two}, "sip:x@192.0.2.254:5060", "", wsFlow.Flow, ""},
		{"of another call", "sip:" + string(ours.Append(nil, netio.UDP, 0, []byte("call-2"))) + "@192.0.2.254:5060", []string{foreign}, "", "Route: " + foreign, 0, "sip:198.51.100.7;lr"},
	} {
		raw := "BYE " + c.uri + " SIP/2.0\r\nRoute: " + strings.Join(c.routes, "\r\nRoute: ") + "\r\nCall-ID: " + string(callID) + "\r\n\r\n"
		var m sip.Message
		if err := m.Index([]byte(raw)); err != parser.OK {
			t.Fatalf("%s: %v", c.name, err)
		}
		var e sip.Edits
		r, err := relay.TakeRoutes(&e, &m, ours, edge{})
		text := written(&m, &e)
		start := c.start
		if start == "" {
			start = c.uri
		}
		if err != parser.OK || !strings.HasPrefix(text, "BYE "+start+" SIP/2.0\r\n") || lines(text, "Route") != c.left {
			t.Errorf("%s: %v, got\n%swant %s and %q", c.name, err, text, start, c.left)
		}
		if got := relay.Signed(&m, ours); got != r.Signed {
			t.Errorf("%s: signed %v, want %v", c.name, got, r.Signed)
		}
		if r.Flow != c.flow || string(r.Next.Of(m.Buf)) != c.next {
			t.Errorf("%s: got flow %#x, next %q", c.name, uint64(r.Flow), r.Next.Of(m.Buf))
		}
	}
}

// nobody owns no URI.
type nobody struct{}

func (nobody) Owns([]byte, *sip.URI) bool { return false }
