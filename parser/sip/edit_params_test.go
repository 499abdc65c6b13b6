package sip_test

import (
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// paramsMessage has one URI in each place that may have parameters.
const paramsMessage = `INVITE sip:bob@biloxi.com;transport=tcp;lr?a=b SIP/2.0
Via: SIP/2.0/UDP a.example.com:5060 ; branch=z9hG4bK1 ;rport
Via: SIP/2.0/TCP b.example.com;branch=z9hG4bK2;keep
Route: <sip:edge.example.com;lr>, <sip:core.example.com>
To: sip:bob@biloxi.com
From: <sip:alice@atlanta.com>;tag=1
P-Asserted-Identity: <sip:alice@atlanta.com;x=1;y;X=2;x>
Contact: <sip:alice@192.0.2.4:5060;ob>;expires=60

`

func TestEditParams(t *testing.T) {
	type edit func(e *sip.Edits, m *sip.Message)
	ruri := func(m *sip.Message) *sip.URI { u, _ := m.RequestURI(); return u }
	route := func(m *sip.Message) *sip.URI { n, _ := m.TopRoute(); return &n.URI }
	contact := func(m *sip.Message) *sip.URI {
		var n sip.NameAddr
		at := m.Header(m.First(sip.HeaderContact)).Value
		sip.ParseNameAddr(m.Buf[:at.End()], at.Start(), &n)
		return &n.URI
	}
	via := func(m *sip.Message) *sip.Via { v, _ := m.TopVia(); return v }
	tests := []struct {
		name     string
		edit     edit
		from, to string // what is replaced in the message
	}{
		{"set in Request-URI", func(e *sip.Edits, m *sip.Message) { e.SetURIParam(m, ruri(m), "Transport", "ws") }, ";transport=tcp", ";Transport=ws"},
		{"add before headers", func(e *sip.Edits, m *sip.Message) { e.SetURIParam(m, ruri(m), "maddr", "192.0.2.1") }, ";lr?a", ";lr;maddr=192.0.2.1?a"},
		{"remove the first", func(e *sip.Edits, m *sip.Message) { e.RemoveURIParam(m, ruri(m), "transport") }, ";transport=tcp", ""},
		{"remove all", func(e *sip.Edits, m *sip.Message) {
			e.RemoveURIParam(m, ruri(m), "transport")
			e.RemoveURIParam(m, ruri(m), "lr")
		}, ";transport=tcp;lr", ""},
		{"add a flag to Route", func(e *sip.Edits, m *sip.Message) { e.SetURIParam(m, route(m), "ob", "") }, ";lr>", ";lr;ob>"},
		{"remove a repeated one", func(e *sip.Edits, m *sip.Message) {
			var n sip.NameAddr
			at := m.Header(m.First(sip.HeaderPAssertedIdentity)).Value
			sip.ParseNameAddr(m.Buf[:at.End()], at.Start(), &n)
			e.RemoveURIParam(m, &n.URI, "x")
		}, ";x=1;y;X=2;x>", ";y>"},
		{"remove from Route", func(e *sip.Edits, m *sip.Message) { e.RemoveURIParam(m, route(m), "LR") }, "com;lr>", "com>"},
		{"set a value in Contact", func(e *sip.Edits, m *sip.Message) { e.SetURIParam(m, contact(m), "ob", "1") }, ";ob>", ";ob=1>"},
		{"remove what is not there", func(e *sip.Edits, m *sip.Message) { e.RemoveURIParam(m, contact(m), "lr") }, "", ""},
		{"bare URI", func(e *sip.Edits, m *sip.Message) {
			to, _ := m.To()
			if got := e.SetURIParam(m, &to.URI, "lr", ""); got != parser.ErrURI {
				t.Errorf("SetURIParam of a bare URI: got %v, want %v", got, parser.ErrURI)
			}
		}, "", ""},
		{"set in Via", func(e *sip.Edits, m *sip.Message) { e.SetViaParam(m, via(m), "branch", "z9hG4bK3") }, "branch=z9hG4bK1", "branch=z9hG4bK3"},
		{"set a flag of Via", func(e *sip.Edits, m *sip.Message) { e.SetViaParam(m, via(m), "rport", "5060") }, ";rport", ";rport=5060"},
		{"add to Via", func(e *sip.Edits, m *sip.Message) { e.SetViaParam(m, via(m), "alias", "") }, ";rport", ";rport;alias"},
		{"remove from Via", func(e *sip.Edits, m *sip.Message) { e.RemoveViaParam(m, via(m), "branch") }, "; branch=z9hG4bK1", ""},
		{"before the first", func(e *sip.Edits, m *sip.Message) {
			e.AddHeaderBefore(m, m.First(sip.HeaderVia), "A", []byte("b"))
		}, "Via: SIP/2.0/UDP", "A: b\r\nVia: SIP/2.0/UDP"},
		{"after the first", func(e *sip.Edits, m *sip.Message) {
			e.AddHeaderAfter(m, m.First(sip.HeaderVia), "A", []byte("b"))
		}, "Via: SIP/2.0/TCP", "A: b\r\nVia: SIP/2.0/TCP"},
		{"before the last", func(e *sip.Edits, m *sip.Message) {
			e.AddHeaderBefore(m, m.Last(sip.HeaderVia), "A", []byte("b"))
		}, "Via: SIP/2.0/TCP", "A: b\r\nVia: SIP/2.0/TCP"},
		{"after the last", func(e *sip.Edits, m *sip.Message) {
			e.AddHeaderAfter(m, m.Last(sip.HeaderVia), "A", []byte("b"))
		}, "Route:", "A: b\r\nRoute:"},
		{"after the last of all", func(e *sip.Edits, m *sip.Message) {
			e.AddHeaderAfter(m, m.Last(sip.HeaderContact), "A", []byte("b"))
		}, "expires=60\r\n", "expires=60\r\nA: b\r\n"},
		{"before none", func(e *sip.Edits, m *sip.Message) {
			e.AddHeaderBefore(m, m.First(sip.HeaderPath), "A", []byte("b"))
		}, "Via: SIP/2.0/UDP", "A: b\r\nVia: SIP/2.0/UDP"},
		{"after none", func(e *sip.Edits, m *sip.Message) {
			e.AddHeaderAfter(m, m.Last(sip.HeaderPath), "A", []byte("b"))
		}, "expires=60\r\n", "expires=60\r\nA: b\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw := crlf(paramsMessage)
			m := index(t, raw)
			var e sip.Edits
			tt.edit(&e, m)
			got := string(m.AppendEdited(nil, &e, nil, nil))
			if want := strings.Replace(raw, tt.from, tt.to, 1); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestAppendNewRequest(t *testing.T) {
	got := string(sip.AppendNewRequest(nil, &sip.NewRequest{
		Method:      "OPTIONS",
		URI:         "sip:core.example.com;transport=tcp",
		Via:         "SIP/2.0/TCP edge.example.com;branch=z9hG4bK1",
		MaxForwards: 70,
		From:        "<sip:edge.example.com>;tag=a",
		To:          "<sip:core.example.com>",
		CallID:      "b",
		CSeq:        7,
		Headers:     "User-Agent: c\r\n",
		Body:        []byte("hello"),
	}))
	want := crlf(`OPTIONS sip:core.example.com;transport=tcp SIP/2.0
Via: SIP/2.0/TCP edge.example.com;branch=z9hG4bK1
Max-Forwards: 70
From: <sip:edge.example.com>;tag=a
To: <sip:core.example.com>
Call-ID: b
CSeq: 7 OPTIONS
User-Agent: c
Content-Length: 5

`) + "hello"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	m := index(t, got)
	if c, e := m.CSeq(); e != parser.OK || c.Method != sip.MethodOptions || c.Num != 7 {
		t.Errorf("CSeq: got %+v %v", c, e)
	}
}
