package sip_test

import (
	"net/netip"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// readAll reads what a proxy reads of every request.
func readAll(m *sip.Message) bool {
	_, e1 := m.TopVia()
	_, e2 := m.From()
	_, e3 := m.To()
	_, e4 := m.CSeq()
	_, e5 := m.MaxForwards()
	_, e6 := m.TopRoute()
	var contact sip.NameAddr
	at := m.Header(m.First(sip.HeaderContact)).Value
	_, e7 := sip.ParseNameAddr(m.Buf[:at.End()], at.Start(), &contact)
	return e1|e2|e3|e4|e5|e7 == parser.OK && e6 == parser.ErrMissing && len(m.CallID()) > 0
}

// relay makes the edits that a record-routing proxy makes.
func relay(m *sip.Message, a, b *sip.Edits, src netip.AddrPort) {
	a.FixVia(m, src)
	top := m.HeadersStart()
	b.InsertString(top, "Via: ")
	b.InsertEgress(top, sip.EgressVia)
	b.InsertString(top, ";branch=z9hG4bK0123456789abcdef\r\nRecord-Route: <sip:")
	b.InsertEgress(top, sip.EgressSentBy)
	b.InsertString(top, ";transport=")
	b.InsertEgress(top, sip.EgressTransport)
	b.InsertString(top, ";lr>\r\n")
	hops, _ := m.MaxForwards()
	b.ReplaceUint(m.Header(m.First(sip.HeaderMaxForwards)).Value, uint64(hops-1))
}

func BenchmarkIndex(b *testing.B) {
	raw := testMessage(b, "invite.sip")
	var m sip.Message
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		m.Reset()
		if e := m.Index(raw); e != parser.OK {
			b.Fatal(e)
		}
	}
}

func BenchmarkIndexAndRead(b *testing.B) {
	raw := testMessage(b, "invite.sip")
	var m sip.Message
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		m.Reset()
		if e := m.Index(raw); e != parser.OK || !readAll(&m) {
			b.Fatal(e)
		}
	}
}

func BenchmarkIndexAndReadResponse(b *testing.B) {
	raw := testMessage(b, "ok.sip")
	var m sip.Message
	var contact sip.NameAddr
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		m.Reset()
		e := m.Index(raw)
		_, e1 := m.TopVia()
		_, e2 := m.From()
		_, e3 := m.To()
		_, e4 := m.CSeq()
		at := m.Header(m.First(sip.HeaderContact)).Value
		_, e5 := sip.ParseNameAddr(m.Buf[:at.End()], at.Start(), &contact)
		if e|e1|e2|e3|e4|e5 != parser.OK || len(m.CallID()) == 0 {
			b.Fatal(e)
		}
	}
}

func BenchmarkEdited(b *testing.B) {
	m := index(b, string(testMessage(b, "invite.sip")))
	src := netip.MustParseAddrPort("192.0.2.7:4711")
	eg := sip.Egress{Transport: sip.TransportUDP, SentBy: "192.0.2.1:5060"}
	var one, two sip.Edits
	dst := make([]byte, 0, 2048)
	b.ReportAllocs()
	for b.Loop() {
		one.Reset()
		two.Reset()
		relay(m, &one, &two, src)
		dst = m.AppendEdited(dst[:0], &one, &two, &eg)
	}
}

func BenchmarkReply(b *testing.B) {
	m := index(b, string(testMessage(b, "invite.sip")))
	src := netip.MustParseAddrPort("192.0.2.7:4711")
	dst := make([]byte, 0, 2048)
	b.ReportAllocs()
	for b.Loop() {
		dst = sip.AppendReply(dst[:0], m, src, &sip.Trying, nil)
	}
}

func BenchmarkParse(b *testing.B) {
	var u sip.URI
	var n sip.NameAddr
	var v sip.Via
	tests := []struct {
		name, raw string
		parse     func(buf []byte) (int, parser.Err)
	}{
		{"URI", "sip:alice@pc33.atlanta.com:5060;transport=tcp;lr", func(buf []byte) (int, parser.Err) { return sip.ParseURI(buf, 0, &u) }},
		{"NameAddr", `"Alice" <sip:alice@atlanta.com>;tag=1928301774`, func(buf []byte) (int, parser.Err) { return sip.ParseNameAddr(buf, 0, &n) }},
		{"Via", "SIP/2.0/UDP bigbox3.site3.atlanta.com;branch=z9hG4bK77ef4c2312983.1;rport", func(buf []byte) (int, parser.Err) { return sip.ParseVia(buf, 0, &v) }},
	}
	for _, tt := range tests {
		raw := []byte(tt.raw)
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, e := tt.parse(raw); e != parser.OK {
					b.Fatal(e)
				}
			}
		})
	}
}
