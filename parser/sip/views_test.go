package sip_test

import (
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// with returns a request with the header lines given.
func with(lines string) string {
	return crlf("OPTIONS sip:bob@biloxi.com SIP/2.0\n" + lines + "\n")
}

func TestViews(t *testing.T) {
	m := index(t, string(testMessage(t, "invite.sip")))
	m.SetEnd(len(m.Buf))
	of := func(s parser.Span) string { return string(s.Of(m.Buf)) }
	via, e := m.TopVia()
	if got, want := of(via.Branch), "z9hG4bK77ef4c2312983.1"; e != parser.OK || got != want || !via.RportSet {
		t.Errorf("TopVia: got %q %v %v, want %q", got, via.RportSet, e, want)
	}
	uri, e := m.RequestURI()
	if got, want := of(uri.Host), "biloxi.example.com"; e != parser.OK || got != want || uri.Transport != sip.TransportTCP {
		t.Errorf("RequestURI: got %q %v %v, want %q", got, uri.Transport, e, want)
	}
	from, e := m.From()
	if got, want := of(from.Tag)+of(from.Display)+of(from.URI.User), "1928301774Alicealice"; e != parser.OK || got != want {
		t.Errorf("From: got %q %v, want %q", got, e, want)
	}
	to, e := m.To()
	if got, want := of(to.URIText), "sip:bob@biloxi.com"; e != parser.OK || got != want || !to.Tag.Empty() {
		t.Errorf("To: got %q %v, want %q", got, e, want)
	}
	cseq, e := m.CSeq()
	if e != parser.OK || cseq.Num != 314159 || cseq.Method != sip.MethodInvite || of(cseq.MethodText) != "INVITE" {
		t.Errorf("CSeq: got %+v %v", cseq, e)
	}
	if got, want := string(m.CallID()), "a84b4c76e66710@pc33.atlanta.com"; got != want {
		t.Errorf("CallID: got %q, want %q", got, want)
	}
	if got, e := m.MaxForwards(); got != 69 || e != parser.OK {
		t.Errorf("MaxForwards: got %d %v, want 69", got, e)
	}
	if got, e := m.ContentLength(); got != 148 || e != parser.OK {
		t.Errorf("ContentLength: got %d %v, want 148", got, e)
	}
	if _, e := m.TopRoute(); e != parser.ErrMissing {
		t.Errorf("TopRoute: got %v, want %v", e, parser.ErrMissing)
	}
	if again, _ := m.TopVia(); again != via {
		t.Error("TopVia: got another view, want the cached one")
	}
	if !m.IsRequest() || index(t, string(testMessage(t, "ok.sip"))).IsRequest() {
		t.Error("IsRequest: want true for invite.sip, false for ok.sip")
	}
}

func TestViewErrors(t *testing.T) {
	via := func(m *sip.Message) parser.Err { _, e := m.TopVia(); return e }
	uri := func(m *sip.Message) parser.Err { _, e := m.RequestURI(); return e }
	from := func(m *sip.Message) parser.Err { _, e := m.From(); return e }
	to := func(m *sip.Message) parser.Err { _, e := m.To(); return e }
	route := func(m *sip.Message) parser.Err { _, e := m.TopRoute(); return e }
	cseq := func(m *sip.Message) parser.Err { _, e := m.CSeq(); return e }
	hops := func(m *sip.Message) parser.Err { _, e := m.MaxForwards(); return e }
	length := func(m *sip.Message) parser.Err { _, e := m.ContentLength(); return e }
	expires := func(m *sip.Message) parser.Err { _, e := m.Expires(); return e }
	tests := []struct {
		name string
		raw  string
		view func(m *sip.Message) parser.Err
		want parser.Err
	}{
		{"Via missing", with(""), via, parser.ErrMissing},
		{"Via empty", with("Via:\n"), via, parser.ErrVia},
		{"Via list", with("Via: SIP/2.0/UDP a, SIP/2.0/UDP b\n"), via, parser.OK},
		{"Via list with a bad second", with("Via: SIP/2.0/UDP a, b\n"), via, parser.OK},
		{"Request-URI of a response", crlf("SIP/2.0 200 OK\n\n"), uri, parser.ErrMissing},
		{"Request-URI in brackets", crlf("INVITE <sip:a@b> SIP/2.0\n\n"), uri, parser.ErrURI},
		{"Request-URI with white space", crlf("INVITE sip:a@b; lr SIP/2.0\n\n"), uri, parser.ErrParam},
		{"Request-URI after two spaces", crlf("INVITE  sip:a@b SIP/2.0\n\n"), uri, parser.ErrURI},
		{"Request-URI before two spaces", crlf("INVITE sip:a@b  SIP/2.0\n\n"), uri, parser.ErrURI},
		{"From missing", with(""), from, parser.ErrMissing},
		{"From list", with("From: <sip:a@b>, <sip:c@d>\n"), from, parser.ErrNameAddr},
		{"From wildcard", with("From: *\n"), from, parser.ErrNameAddr},
		{"To empty", with("To:\n"), to, parser.ErrNameAddr},
		{"To compact", with("t: <sip:a@b>\n"), to, parser.OK},
		{"Route list", with("Route: <sip:a@b;lr>, <sip:c@d;lr>\n"), route, parser.OK},
		{"Route wildcard", with("Route: *\n"), route, parser.ErrNameAddr},
		{"CSeq missing", with(""), cseq, parser.ErrMissing},
		{"CSeq", with("CSeq: 1 OPTIONS\n"), cseq, parser.OK},
		{"CSeq folded", with("CSeq: 0009\n  INVITE\n"), cseq, parser.OK},
		{"CSeq highest", with("CSeq: 2147483647 INVITE\n"), cseq, parser.OK},
		{"CSeq too high", with("CSeq: 2147483648 INVITE\n"), cseq, parser.ErrCSeq},
		{"CSeq overflow", with("CSeq: 36893488147419103232 REGISTER\n"), cseq, parser.ErrCSeq},
		{"CSeq without method", with("CSeq: 1\n"), cseq, parser.ErrCSeq},
		{"CSeq without number", with("CSeq: INVITE\n"), cseq, parser.ErrCSeq},
		{"CSeq without space", with("CSeq: 1INVITE\n"), cseq, parser.ErrCSeq},
		{"CSeq negative", with("CSeq: -1 INVITE\n"), cseq, parser.ErrCSeq},
		{"CSeq with more", with("CSeq: 1 INVITE x\n"), cseq, parser.ErrCSeq},
		{"Max-Forwards missing", with(""), hops, parser.ErrMissing},
		{"Max-Forwards with zeros", with("Max-Forwards: 0068\n"), hops, parser.OK},
		{"Max-Forwards highest", with("Max-Forwards: 255\n"), hops, parser.OK},
		{"Max-Forwards too high", with("Max-Forwards: 256\n"), hops, parser.ErrNumber},
		{"Max-Forwards empty", with("Max-Forwards:\n"), hops, parser.ErrNumber},
		{"Max-Forwards negative", with("Max-Forwards: -1\n"), hops, parser.ErrNumber},
		{"Max-Forwards overflow", with("Max-Forwards: 18446744073709551617\n"), hops, parser.ErrNumber},
		{"Content-Length missing", with(""), length, parser.ErrMissing},
		{"Content-Length twice the same", with("Content-Length: 0\nl: 00\n"), length, parser.OK},
		{"Content-Length twice", with("Content-Length: 0\nl: 1\n"), length, parser.ErrDuplicate},
		{"Content-Length second bad", with("Content-Length: 0\nl: x\n"), length, parser.ErrContentLength},
		{"Content-Length negative", with("Content-Length: -999\n"), length, parser.ErrContentLength},
		{"Content-Length list", with("Content-Length: 1, 1\n"), length, parser.ErrContentLength},
		{"Content-Length huge", with("Content-Length: 99999999999999999999999999\n"), length, parser.OK},
		{"Expires missing", with(""), expires, parser.ErrMissing},
		{"Expires highest", with("Expires: 4294967295\n"), expires, parser.OK},
		{"Expires too high", with("Expires: 4294967296\n"), expires, parser.ErrNumber},
		{"Expires a date", with("Expires: Fri, 1 Jan 2010 16:00:00 EST\n"), expires, parser.ErrNumber},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := index(t, tt.raw)
			for range 2 {
				if got := tt.view(m); got != tt.want {
					t.Errorf("got %v, want %v", got, tt.want)
				}
			}
		})
	}
	if got, _ := index(t, with("Content-Length: 99999999999999999999999999\n")).ContentLength(); got != 1<<31-1 {
		t.Errorf("huge Content-Length: got %d, want %d", got, 1<<31-1)
	}
	if got, _ := index(t, with("Content-Length: 1000000000\n")).ContentLength(); got != 1000000000 {
		t.Errorf("Content-Length: got %d, want 1000000000", got)
	}
	if got, _ := index(t, with("Expires: 3600\n")).Expires(); got != 3600 {
		t.Errorf("Expires: got %d, want 3600", got)
	}
}

func TestTorturousInvite(t *testing.T) {
	m := index(t, string(testMessage(t, "torture/rfc4475/wsinv.dat")))
	of := func(s parser.Span) string { return string(s.Of(m.Buf)) }
	to, _ := m.To()
	from, _ := m.From()
	via, _ := m.TopVia()
	cseq, _ := m.CSeq()
	hops, _ := m.MaxForwards()
	route, e := m.TopRoute()
	var contact sip.NameAddr
	at := m.Header(m.First(sip.HeaderContact)).Value
	_, ce := sip.ParseNameAddr(m.Buf[:at.End()], at.Start(), &contact)
	q, _ := contact.Param(m.Buf, "q")
	tests := []struct{ name, got, want string }{
		{"To tag", of(to.Tag), "1918181833n"},
		{"From tag", of(from.Tag), "98asjd8"},
		{"From display name", of(from.Display), `"J Rosenberg \\\""`},
		{"Via host", of(via.Host), "192.0.2.2"},
		{"Via branch", of(via.Branch), "390skdjuw"},
		{"CSeq method", of(cseq.MethodText), "INVITE"},
		{"Route", of(route.URI.Host) + e.Error(), "services.example.comok"},
		{"Contact q", of(q) + ce.Error(), "0.33ok"},
		{"Subject", of(m.Header(m.First(sip.HeaderSubject)).Value), ""},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
	if cseq.Num != 9 || hops != 68 || !route.URI.LR {
		t.Errorf("CSeq, Max-Forwards, lr: got %d, %d, %v, want 9, 68, true", cseq.Num, hops, route.URI.LR)
	}
	vias := m.Values(sip.HeaderVia)
	var hosts []string
	for vias.Next() {
		var v sip.Via
		if _, e := sip.ParseVia(m.Buf[:vias.Span().End()], vias.Span().Start(), &v); e != parser.OK {
			t.Errorf("Via %q: got %v, want ok", of(vias.Span()), e)
		}
		hosts = append(hosts, of(v.Host))
	}
	if got, want := strings.Join(hosts, " "), "192.0.2.2 spindle.example.com 192.168.255.111"; got != want {
		t.Errorf("Via hosts: got %q, want %q", got, want)
	}
}

func TestValues(t *testing.T) {
	tests := []struct {
		name string
		raw  string
		want string // elements, joined with |
		err  parser.Err
	}{
		{"none", "", "", parser.OK},
		{"one", "Supported: path\n", "path", parser.OK},
		{"list", "Supported: path, gruu ,outbound\n", "path|gruu|outbound", parser.OK},
		{"lists", "Supported: path,gruu\nA: x,y\nk: outbound\n", "path|gruu|outbound", parser.OK},
		{"empty elements", "Supported: ,, path,,gruu , \nSupported:\nSupported: x\n", "path|gruu|x", parser.OK},
		{"folded", "Supported: path,\n gruu\n , x\n", "path|gruu|x", parser.OK},
		{"comma in quotes", "Supported: \"a,\\\"b\" <x>, c\n", "\"a,\\\"b\" <x>|c", parser.OK},
		{"comma in brackets", "Supported: <sip:a,b@c>;d, <e>\n", "<sip:a,b@c>;d|<e>", parser.OK},
		{"quote in brackets", "Supported: <a\"b>, <c\"d>\n", "<a\"b>|<c\"d>", parser.OK},
		{"open quote", "Supported: a, \"b, c\n", "a|\"b, c", parser.ErrHeaderValue},
		{"open bracket", "Supported: a, <b, c\nSupported: d\n", "a|<b, c|d", parser.ErrHeaderValue},
		{"quote ends in a backslash", "Supported: \"b\\\n", "\"b\\", parser.ErrHeaderValue},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := index(t, with(tt.raw))
			var got []string
			v := m.Values(sip.HeaderSupported)
			for v.Next() {
				got = append(got, string(v.Span().Of(m.Buf)))
				if m.Header(v.HeaderIndex()).ID != sip.HeaderSupported {
					t.Errorf("HeaderIndex: got %d", v.HeaderIndex())
				}
			}
			if s := strings.Join(got, "|"); s != tt.want || v.Err() != tt.err {
				t.Errorf("got %q %v, want %q %v", s, v.Err(), tt.want, tt.err)
			}
			if v.Next() {
				t.Error("Next after the end: got true, want false")
			}
		})
	}
}

func TestHasToken(t *testing.T) {
	m := index(t, with("Supported: path, GRUU\nk: outbound\n"))
	for token, want := range map[string]bool{"path": true, "gruu": true, "Outbound": true, "replaces": false, "pat": false, "": false} {
		if got := m.HasToken(sip.HeaderSupported, token); got != want {
			t.Errorf("%q: got %v, want %v", token, got, want)
		}
	}
}
