package fuzz

import (
	"bytes"
	"net/netip"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

var sipSeeds = []string{
	"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1;rport\r\nTo: <sip:a@b>\r\nFrom: sip:c@d;tag=1\r\nCSeq: 1 OPTIONS\r\n\r\nbody",
	"SIP/2.0 200 OK\nv: SIP/2.0/TCP [2001:db8::1]:5060, SIP / 2.0 / UDP b ; received=2001:db8::2\nm: *\nl: 0\n\n",
	"INVITE sip:a;lr@b:5060;transport=ws?c=d SIP/2.0\r\nRoute: <sip:a;lr>,\r\n <sip:b>\r\nf: \"a\\\"b\" <sip:[::1]>;tag=\"x\"\r\n\r\n",
	"REGISTER sip:a SIP/3.0\r\nVia: SIP/2.0/UDP a\r\n rubbish\r\nno header\r\nContact: <sip:a>;q=0.3, b <tel:+1>;+sip.instance=\"<urn:uuid:1>\"\r\n\r\n",
	"ACK urn:a SIP/2.0 \r\nTo: a\rb\r\n\r\n",
	"INVITE sip:a;x=1;y;X=2@b;x=1;y;X=2;x SIP/2.0\r\nVia: SIP/2.0/UDP a\n ;x;x=1\nRoute: <sip:a;lr;lr>\nTo: b\r\r\n\r\n",
	"INVITE sip:b;x=1;y;X=2;x SIP/2.0\r\nVia: SIP/2.0/UDP a ; x;x=1 ;x\r\nRoute: <sip:a;lr;lr>\r\nm: <sip:c;x;ob>\r\n\r\n",
	"OPTIONS sip:0;t=00000;t SIP/2.0\r\n\r\n",
	"SIP/2.0 100\r\n: x\r\n\r\n",
	"\x16\x03\x01",
	"\r\n\r\n",
}

// FuzzMessageIndex holds the message indexer and what reads and writes its
// messages to these: nothing panics; every span is within the buffer, and they
// are in order; a message that is split anywhere gives the same as a whole one;
// edits of nothing reproduce it; what is written can be read again.
func FuzzMessageIndex(f *testing.F) {
	for _, raw := range seedMessages(f) {
		f.Add(raw, uint16(len(raw)/2))
	}
	f.Fuzz(func(t *testing.T, raw []byte, split uint16) {
		var m sip.Message
		e := m.Index(raw)
		checkSplit(t, raw, int(split), &m, e)
		checkTable(t, &m)
		checkViews(t, &m)
		checkWriting(t, &m, e)
		checkEnd(t, &m, int(split))
	})
}

// checkSplit indexes raw in two parts and byte by byte.
func checkSplit(t *testing.T, raw []byte, split int, want *sip.Message, wantErr parser.Err) {
	split = min(split, len(raw))
	var m sip.Message
	e := m.Index(raw[:split])
	if e == parser.ErrMore {
		e = m.Index(bytes.Clone(raw))
	}
	compareMessages(t, "split", &m, want, e, wantErr)
	if len(raw) > 4096 {
		return
	}
	m.Reset()
	e = parser.ErrMore
	for i := 0; i <= len(raw) && e == parser.ErrMore; i++ {
		e = m.Index(raw[:i])
	}
	compareMessages(t, "byte by byte", &m, want, e, wantErr)
}

func compareMessages(t *testing.T, how string, got, want *sip.Message, gotErr, wantErr parser.Err) {
	t.Helper()
	if gotErr != wantErr || got.ErrOffset() != want.ErrOffset() || got.HeadLen() != want.HeadLen() {
		t.Fatalf("%s: got %v at %d, head %d, want %v at %d, head %d", how,
			gotErr, got.ErrOffset(), got.HeadLen(), wantErr, want.ErrOffset(), want.HeadLen())
	}
	if got.Method != want.Method || got.Status != want.Status || got.MethodText != want.MethodText || got.URIText != want.URIText ||
		got.ReasonText != want.ReasonText || got.VersionText != want.VersionText {
		t.Fatalf("%s: the start lines differ", how)
	}
	if got.HeadersStart() != want.HeadersStart() || got.HeadersEnd() != want.HeadersEnd() || got.NumHeaders() != want.NumHeaders() {
		t.Fatalf("%s: the header tables differ", how)
	}
	for i := range want.NumHeaders() {
		if *got.Header(i) != *want.Header(i) {
			t.Fatalf("%s: header %d: got %v, want %v", how, i, *got.Header(i), *want.Header(i))
		}
	}
	for id := range sip.NumHeaders {
		if got.First(id) != want.First(id) {
			t.Fatalf("%s: first header %d: got %d, want %d", how, id, got.First(id), want.First(id))
		}
	}
}

// checkTable holds the header lines to follow one another without a gap.
func checkTable(t *testing.T, m *sip.Message) {
	at := m.HeadersStart()
	for i := range m.NumHeaders() {
		h, line := m.Header(i), m.Line(i)
		if line.Start() != at || line.End() > len(m.Buf) || h.Name.Start() != at || h.Value.Start() < h.Name.End() || h.Value.End() > line.End() {
			t.Fatalf("header %d at %d: line %v, %v", i, at, line, *h)
		}
		at = line.End()
	}
	if m.HeadersStart() > 0 && m.HeadLen() == 0 && (at != m.HeadersEnd() && m.NumHeaders() < sip.MaxHeaders || at > len(m.Buf)) {
		t.Fatalf("headers of an incomplete head end at %d, want %d", at, m.HeadersEnd())
	}
	if m.HeadLen() > 0 && (at != m.HeadersEnd() || at >= m.HeadLen() || m.HeadLen() > len(m.Buf)) {
		t.Fatalf("headers end at %d, want %d, head %d", at, m.HeadersEnd(), m.HeadLen())
	}
}

func within(t *testing.T, what string, outer parser.Span, inner ...parser.Span) {
	t.Helper()
	for i, s := range inner {
		if !s.Empty() && (s.Start() < outer.Start() || s.End() > outer.End()) {
			t.Fatalf("%s: span %d is %v, want it within %v", what, i, s, outer)
		}
	}
}

func checkURI(t *testing.T, buf []byte, u *sip.URI) {
	t.Helper()
	within(t, "URI", u.Text, u.User, u.Password, u.Host, u.Params, u.Headers, u.Maddr)
	u.IP(buf)
	u.Param(buf, "x")
	if !sip.CompareURI(buf, u, buf, u) {
		t.Fatalf("%q does not equal itself", u.Text.Of(buf))
	}
	var again sip.URI
	if next, e := sip.ParseURI(buf[:u.Text.End()], u.Text.Start(), &again); e != parser.OK || next != u.Text.End() || again != *u {
		t.Fatalf("%q parsed again: got %v at %d", u.Text.Of(buf), e, next)
	}
	sip.AppendAOR(nil, buf, u)
}

// checkViews parses every element of every header as everything it may be.
func checkViews(t *testing.T, m *sip.Message) {
	if u, e := m.RequestURI(); e == parser.OK {
		within(t, "Request-URI", m.URIText, u.Text)
		checkURI(t, m.Buf, u)
	}
	m.CSeq()
	m.MaxForwards()
	m.ContentLength()
	m.Expires()
	m.Duplicate()
	m.HasToken(sip.HeaderSupported, "path")
	for id := range sip.NumHeaders {
		elements := 0
		for v := m.Values(id); v.Next(); elements++ {
			within(t, "element", m.Header(v.HeaderIndex()).Value, v.Span())
			checkElement(t, m.Buf[:v.Span().End()], v.Span())
		}
		if elements > 0 && m.Count(id) == 0 {
			t.Fatalf("header %d: got %d elements of no header", id, elements)
		}
	}
}

func checkElement(t *testing.T, buf []byte, at parser.Span) {
	var n sip.NameAddr
	if next, e := sip.ParseNameAddr(buf, at.Start(), &n); e == parser.OK {
		within(t, "name-addr", at, n.Text)
		within(t, "name-addr", n.Text, n.Display, n.URIText, n.Params, n.Tag)
		n.Param(buf, "x")
		if !n.Star {
			// What stands without brackets is parsed without parameters.
			checkURI(t, buf[:n.URIText.End()], &n.URI)
		}
		if next > len(buf) || next < len(buf) && buf[next] != ',' {
			t.Fatalf("name-addr %q: stopped at %d", buf[at.Start():], next)
		}
	}
	var v sip.Via
	if next, e := sip.ParseVia(buf, at.Start(), &v); e == parser.OK {
		within(t, "Via", at, v.Text)
		within(t, "Via", v.Text, v.TransportText, v.Host, v.Params, v.Branch, v.Received, v.RportSpan, v.Maddr)
		v.IP(buf)
		v.ReceivedIP(buf)
		if next > len(buf) || next < len(buf) && buf[next] != ',' {
			t.Fatalf("Via %q: stopped at %d", buf[at.Start():], next)
		}
	}
}

// checkWriting edits the message and answers it.
func checkWriting(t *testing.T, m *sip.Message, e parser.Err) {
	var edits, none sip.Edits
	if got := m.AppendEdited(nil, &edits, &none, nil); !bytes.Equal(got, m.Buf) {
		t.Fatalf("edits of nothing: got %q, want %q", got, m.Buf)
	}
	src := netip.MustParseAddrPort("192.0.2.7:4711")
	fixed := edits.FixVia(m, src)
	reply := sip.AppendReply(nil, m, src, &sip.BadRequest, []byte("tag"))
	sip.AppendAck(nil, m, m)
	sip.AppendCancel(nil, m, nil)
	if e != parser.OK {
		return
	}
	out := m.AppendEdited(nil, nil, &edits, nil)
	if size := m.SizeEdited(nil, &edits, nil); size != len(out) {
		t.Fatalf("SizeEdited: got %d, want %d", size, len(out))
	}
	for _, written := range [][]byte{out, reply} {
		var again sip.Message
		if len(written) > parser.MaxBuffer {
			continue
		}
		if e := again.Index(written); e != parser.OK || again.Count(sip.HeaderVia) != m.Count(sip.HeaderVia) {
			t.Fatalf("written: got %v and %d Via, want ok and %d\n%q", e, again.Count(sip.HeaderVia), m.Count(sip.HeaderVia), written)
		}
		if fixed != parser.OK {
			continue
		}
		v, e := again.TopVia()
		if ip, ok := v.ReceivedIP(again.Buf); e != parser.OK || ok && ip != src.Addr() || v.RportSet && v.Rport != src.Port() {
			t.Fatalf("written: got Via %q %v", v.Text.Of(again.Buf), e)
		}
	}
	checkRemoval(t, m)
}

// checkRemoval takes all elements of Via away, one by one.
func checkRemoval(t *testing.T, m *sip.Message) {
	var edits sip.Edits
	for range 200 {
		edits.RemoveElement(m, sip.HeaderVia)
	}
	n := 0
	for v := m.Values(sip.HeaderVia); v.Next(); n++ {
	}
	if n > 200 {
		return
	}
	var again sip.Message
	if e := again.Index(m.AppendEdited(nil, &edits, nil, nil)); e != parser.OK {
		t.Fatalf("without Via: got %v", e)
	}
	if v := again.Values(sip.HeaderVia); v.Next() {
		t.Fatalf("without Via: got %q", v.Span().Of(again.Buf))
	}
}

// checkEnd cuts the message off at end, but not within its head.
func checkEnd(t *testing.T, m *sip.Message, end int) {
	want := m.Buf[:max(min(end, len(m.Buf)), m.HeadLen())]
	m.SetEnd(end)
	if !bytes.Equal(m.Buf, want) || m.HeadLen() > 0 && !bytes.Equal(m.Body(), want[m.HeadLen():]) {
		t.Fatalf("cut at %d: got %d bytes with the body %q, want %d", end, len(m.Buf), m.Body(), len(want))
	}
}
