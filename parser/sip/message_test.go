package sip_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// crlf turns the lines of a readable text into those of a message.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func testMessage(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// index indexes raw, which has to succeed.
func index(t testing.TB, raw string) *sip.Message {
	t.Helper()
	m := new(sip.Message)
	if e := m.Index([]byte(raw)); e != parser.OK {
		t.Fatalf("Index: got %v at %d, want ok\n%s", e, m.ErrOffset(), raw)
	}
	return m
}

// outcome writes down all that Index found.
func outcome(m *sip.Message, e parser.Err) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v at %d, head %d, headers %d to %d, status %d, method %v %v %v %v %v\n", e, m.ErrOffset(), m.HeadLen(),
		m.HeadersStart(), m.HeadersEnd(), m.Status, m.Method, m.MethodText, m.URIText, m.VersionText, m.ReasonText)
	for i := range m.NumHeaders() {
		fmt.Fprintf(&b, "%v %v\n", *m.Header(i), m.Line(i))
	}
	for id := range sip.NumHeaders {
		fmt.Fprintf(&b, "%d ", m.First(id))
	}
	return b.String()
}

// checkSplits compares what Index finds in raw as a whole with what it finds
// when raw comes in two parts, split anywhere, and byte by byte.
func checkSplits(t *testing.T, raw string) {
	t.Helper()
	var whole sip.Message
	want := outcome(&whole, whole.Index([]byte(raw)))
	feed := func(how string, parts ...int) {
		var m sip.Message
		e := parser.ErrMore
		for _, n := range parts {
			if e = m.Index([]byte(raw[:n])); e != parser.ErrMore {
				break
			}
		}
		if got := outcome(&m, e); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", how, got, want)
		}
	}
	all := make([]int, 0, len(raw)+1)
	for i := range len(raw) + 1 {
		feed(fmt.Sprintf("split at %d", i), i, len(raw))
		all = append(all, i)
	}
	feed("byte by byte", all...)
}

const rest = "Via: SIP/2.0/UDP a;branch=z9hG4bK1\nMax-Forwards: 70\n\n"

func TestIndex(t *testing.T) {
	tests := []struct {
		name string
		raw  string
		err  parser.Err
		off  int
		head int // 0: not complete
	}{
		{"request", crlf("OPTIONS sip:a@b SIP/2.0\n" + rest), parser.OK, 0, 81},
		{"request and body", crlf("OPTIONS sip:a@b SIP/2.0\n"+rest) + "body\nbody\r\r\n", parser.OK, 0, 81},
		{"response", crlf("SIP/2.0 200 OK\n" + rest), parser.OK, 0, 72},
		{"response without reason", crlf("SIP/2.0 100 \n" + rest), parser.OK, 0, 70},
		{"response without reason and space", crlf("SIP/2.0 100\n" + rest), parser.OK, 0, 69},
		{"version in lower case", crlf("OPTIONS sip:a@b sip/2.0\n" + rest), parser.OK, 0, 81},
		{"no header", crlf("OPTIONS sip:a@b SIP/2.0\n\n"), parser.OK, 0, 27},
		{"unknown method", crlf("!interesting-Method0123456789_*+`.%indeed'~ sip:a@b SIP/2.0\n\n"), parser.OK, 0, 63},
		{"empty value", crlf("OPTIONS sip:a@b SIP/2.0\nSubject:\nA: \n\n"), parser.OK, 0, 42},
		{"white space in Request-URI", crlf("OPTIONS sip:a@b; lr SIP/2.0\n\n"), parser.OK, 0, 31},

		{"nothing", "", parser.ErrMore, 0, 0},
		{"part of start line", "OPTIONS sip", parser.ErrMore, 0, 0},
		{"part of version", "SI", parser.ErrMore, 0, 0},
		{"no blank line", crlf("OPTIONS sip:a@b SIP/2.0\nA: b\n"), parser.ErrMore, 0, 0},
		{"blank line half", crlf("OPTIONS sip:a@b SIP/2.0\nA: b\n") + "\r", parser.ErrMore, 0, 0},

		{"leading CRLF", "\r\nOPTIONS", parser.ErrMethod, 0, 0},
		{"other protocol", "\x16\x03\x01\x02", parser.ErrMethod, 0, 0},
		{"HTTP", crlf("GET / HTTP/1.1\nHost: a\n\n"), parser.ErrStartLine, 6, 0},
		{"method is no token", crlf("OPT@IONS sip:a@b SIP/2.0\n\n"), parser.ErrMethod, 3, 0},
		{"no method", crlf(" sip:a@b SIP/2.0\n\n"), parser.ErrMethod, 0, 0},
		{"no Request-URI", crlf("OPTIONS SIP/2.0\n\n"), parser.ErrStartLine, 15, 0},
		{"empty Request-URI", crlf("OPTIONS  SIP/2.0\n\n"), parser.ErrStartLine, 16, 0},
		{"method only", "OPTIONS\n\n", parser.ErrStartLine, 7, 0},
		{"no version", crlf("OPTIONS sip:a@b\n\n"), parser.ErrStartLine, 15, 0},
		{"status too long", crlf("SIP/2.0 4294967301 better not break the receiver\n\n"), parser.ErrStatus, 8, 0},
		{"status too short", crlf("SIP/2.0 20 OK\n\n"), parser.ErrStatus, 8, 0},
		{"status too low", crlf("SIP/2.0 099 OK\n\n"), parser.ErrStatus, 8, 0},
		{"status too high", crlf("SIP/2.0 700 OK\n\n"), parser.ErrStatus, 8, 0},
		{"no status", crlf("SIP/2.0\n\n"), parser.ErrStartLine, 0, 0},

		{"other version", crlf("OPTIONS sip:a@b SIP/7.0\n" + rest), parser.ErrVersion, 16, 81},
		{"other version of response", crlf("SIP/3.0 200 OK\n" + rest), parser.ErrVersion, 0, 72},
		{"space after version", crlf("OPTIONS sip:a@b SIP/2.0 \n" + rest), parser.ErrStartLine, 23, 82},
		{"header without colon", crlf("OPTIONS sip:a@b SIP/2.0\nabc\n" + rest), parser.ErrHeaderName, 25, 86},
		{"header without name", crlf("OPTIONS sip:a@b SIP/2.0\n: abc\n" + rest), parser.ErrHeaderName, 25, 88},
		{"header name is no token", crlf("OPTIONS sip:a@b SIP/2.0\na b: c\n" + rest), parser.ErrHeaderName, 25, 89},
		{"fold before any header", crlf("OPTIONS sip:a@b SIP/2.0\n a: c\n" + rest), parser.ErrHeaderName, 25, 88},
		{"fold in a header name", crlf("OPTIONS sip:a@b SIP/2.0\nA\n : c\n" + rest), parser.ErrHeaderName, 25, 90},
		{"bare CR", crlf("OPTIONS sip:a@b SIP/2.0\nA: b\rc\n" + rest), parser.ErrLineEnd, 29, 89},
		{"bare CR before LF", crlf("OPTIONS sip:a@b SIP/2.0\nA: b\r\n" + rest), parser.ErrLineEnd, 29, 88},
		{"bare CR for a header line", crlf("OPTIONS sip:a@b SIP/2.0\n\rA: b\n" + rest), parser.ErrLineEnd, 25, 88},
		{"bare CR in start line", crlf("OPTIONS sip:a\r@b SIP/2.0\n" + rest), parser.ErrLineEnd, 13, 82},
		{"bare LF throughout", "OPTIONS sip:a@b SIP/2.0\n" + rest, parser.ErrLineEnd, 23, 77},
		{"bare LF after a header", crlf("OPTIONS sip:a@b SIP/2.0\nA: b") + "\n" + crlf("C: d\n\n"), parser.ErrLineEnd, 29, 38},
		{"bare LF in a fold", crlf("OPTIONS sip:a@b SIP/2.0\nA: b") + "\n" + crlf(" c\n\n"), parser.ErrLineEnd, 29, 36},
		{"bare LF for the blank line", crlf("OPTIONS sip:a@b SIP/2.0\nA: b\n") + "\n" + crlf("C: d\n\n"), parser.ErrLineEnd, 31, 32},
		{"bare LF after the start line of a response", "SIP/2.0 200 OK\n" + crlf(rest), parser.ErrLineEnd, 14, 71},
		{"bare LF before a bare CR", "OPTIONS sip:a@b SIP/2.0\n" + crlf("A: b\rc\n\n"), parser.ErrLineEnd, 23, 34},
		{"bare LF and another version", "OPTIONS sip:a@b SIP/7.0\n\n", parser.ErrLineEnd, 23, 25},
		{"64 headers", crlf("OPTIONS sip:a@b SIP/2.0\n" + strings.Repeat("A: b\n", 64) + "\n"), parser.OK, 0, 25 + 64*6 + 2},
		{"65 headers", crlf("OPTIONS sip:a@b SIP/2.0\n" + strings.Repeat("A: b\n", 65) + "\n"), parser.ErrTooManyHeaders, 25 + 64*6, 25 + 65*6 + 2},
		{"head of 65535 bytes", crlf("OPTIONS sip:a@b SIP/2.0\nA: " + strings.Repeat("a", 65535-25-7) + "\n\n"), parser.OK, 0, 65535},
		{"head of 65536 bytes", crlf("OPTIONS sip:a@b SIP/2.0\nA: " + strings.Repeat("a", 65536-25-7) + "\n\n"), parser.ErrTooLong, 65535, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m sip.Message
			if got := m.Index([]byte(tt.raw)); got != tt.err {
				t.Fatalf("got %v, want %v", got, tt.err)
			}
			if m.HeadLen() != tt.head {
				t.Errorf("HeadLen: got %d, want %d", m.HeadLen(), tt.head)
			}
			if m.ErrOffset() != tt.off {
				t.Errorf("ErrOffset: got %d, want %d", m.ErrOffset(), tt.off)
			}
			if tt.err != parser.ErrMore {
				if again := m.Index([]byte(tt.raw)); again != tt.err {
					t.Errorf("again: got %v, want %v", again, tt.err)
				}
			}
			if len(tt.raw) < 1000 {
				checkSplits(t, tt.raw)
			}
		})
	}
}

func TestSplitsOfMessages(t *testing.T) {
	for _, name := range []string{"invite.sip", "ok.sip", "torture/rfc4475/wsinv.dat", "torture/rfc4475/longreq.dat"} {
		t.Run(name, func(t *testing.T) { checkSplits(t, string(testMessage(t, name))) })
	}
}

func TestHeaderTable(t *testing.T) {
	raw := crlf("INVITE sip:a@b SIP/2.0\n" +
		"v: SIP/2.0/UDP one\n" +
		"X-Extra :  yes \t\n" +
		"Subject: a\n\t b \n\n")
	raw = strings.TrimSuffix(raw, "\r\n") + crlf("VIA:SIP/2.0/UDP two\nto: <sip:x@y>\nTo: <sip:z@y>\nv: SIP/2.0/UDP three\n\n") + "body"
	m := index(t, raw)
	tests := []struct {
		id          sip.HeaderID
		flags       uint8
		name, value string
	}{
		{sip.HeaderVia, 0, "v", "SIP/2.0/UDP one"},
		{sip.HeaderOther, 0, "X-Extra", "yes"},
		{sip.HeaderSubject, sip.HeaderFolded, "Subject", "a\r\n\t b"},
		{sip.HeaderVia, sip.HeaderRepeated, "VIA", "SIP/2.0/UDP two"},
		{sip.HeaderTo, 0, "to", "<sip:x@y>"},
		{sip.HeaderTo, sip.HeaderRepeated, "To", "<sip:z@y>"},
		{sip.HeaderVia, sip.HeaderRepeated, "v", "SIP/2.0/UDP three"},
	}
	if m.NumHeaders() != len(tests) {
		t.Fatalf("NumHeaders: got %d, want %d", m.NumHeaders(), len(tests))
	}
	lines := ""
	for i, want := range tests {
		h := m.Header(i)
		if h.ID != want.id || h.Flags != want.flags || string(h.Name.Of(m.Buf)) != want.name || string(h.Value.Of(m.Buf)) != want.value {
			t.Errorf("header %d: got %v %d %q %q, want %v", i, h.ID, h.Flags, h.Name.Of(m.Buf), h.Value.Of(m.Buf), want)
		}
		lines += string(m.Line(i).Of(m.Buf))
	}
	if want := raw[m.HeadersStart():m.HeadersEnd()]; lines != want {
		t.Errorf("lines: got %q, want %q", lines, want)
	}
	ints := []struct {
		name      string
		got, want int
	}{
		{"First(Via)", m.First(sip.HeaderVia), 0},
		{"Next", m.Next(0), 3},
		{"Next of last", m.Next(6), -1},
		{"Last(Via)", m.Last(sip.HeaderVia), 6},
		{"Last(Subject)", m.Last(sip.HeaderSubject), 2},
		{"Last(Route)", m.Last(sip.HeaderRoute), -1},
		{"First(Route)", m.First(sip.HeaderRoute), -1},
		{"Count(Via)", m.Count(sip.HeaderVia), 3},
		{"Count(Route)", m.Count(sip.HeaderRoute), 0},
		{"Find", m.Find("x-extra"), 1},
		{"Find nothing", m.Find("x-extr"), -1},
		{"Duplicate", m.Duplicate(), 5},
	}
	for _, tt := range ints {
		if tt.got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, tt.got, tt.want)
		}
	}
	if m.Has(sip.HeaderRoute) || !m.Has(sip.HeaderTo) {
		t.Errorf("Has: got %v, %v, want false, true", m.Has(sip.HeaderRoute), m.Has(sip.HeaderTo))
	}
	if got := m.Value(sip.HeaderRoute); got != nil {
		t.Errorf("Value of none: got %q, want nil", got)
	}
	if got := string(m.Body()); got != "body" {
		t.Errorf("Body: got %q, want %q", got, "body")
	}
	m.SetEnd(m.HeadLen() + 2)
	if got := string(m.Body()); got != "bo" {
		t.Errorf("Body after SetEnd: got %q, want %q", got, "bo")
	}
	m.SetEnd(1 << 20)
	if got := string(m.Body()); got != "bo" {
		t.Errorf("Body after SetEnd too far: got %q, want %q", got, "bo")
	}
	m.SetEnd(0)
	if got := len(m.Buf); got != m.HeadLen() {
		t.Errorf("Buf after SetEnd(0): got %d bytes, want %d", got, m.HeadLen())
	}
}

// TestMalformedLineKeepsBounds is about replies: a line that is no header field
// must not be copied with the one before it.
func TestMalformedLineKeepsBounds(t *testing.T) {
	var m sip.Message
	m.Index([]byte(crlf("INVITE sip:a@b SIP/2.0\nTo: x\nrubbish\nFrom: y\n\n")))
	if got, want := string(m.Line(0).Of(m.Buf)), "To: x\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := string(m.Value(sip.HeaderFrom)), "y"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestIndexGrowsElsewhere(t *testing.T) {
	raw := string(testMessage(t, "invite.sip"))
	var m sip.Message
	if e := m.Index([]byte(raw[:300])); e != parser.ErrMore {
		t.Fatalf("got %v, want %v", e, parser.ErrMore)
	}
	if e := m.Index([]byte(raw[:600])); e != parser.OK && e != parser.ErrMore {
		t.Fatalf("got %v", e)
	}
	longer := []byte(raw + "next message")
	if e := m.Index(longer); e != parser.OK {
		t.Fatalf("got %v, want ok", e)
	}
	if &m.Buf[0] != &longer[0] || len(m.Buf) != len(longer) {
		t.Errorf("Buf is not the last buffer")
	}
	m.SetEnd(len(raw))
	if got, want := string(m.Body()), raw[m.HeadLen():]; got != want {
		t.Errorf("Body: got %q, want %q", got, want)
	}
}

func TestCopyFromAndRebase(t *testing.T) {
	raw := testMessage(t, "invite.sip")
	m := index(t, string(raw))
	m.From()
	var c sip.Message
	c.Index([]byte("OPTIONS sip:left@over SIP/2.0\r\nA: b\r\nRoute: <sip:x>\r\n\r\n"))
	c.TopRoute()
	c.CopyFrom(m, append([]byte(nil), m.Buf...))
	clear(m.Buf)
	if got, want := outcome(&c, parser.OK), outcome(m, parser.OK); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	from, e := c.From()
	if got, want := string(from.Tag.Of(c.Buf)), "1928301774"; e != parser.OK || got != want {
		t.Errorf("From tag: got %q %v, want %q", got, e, want)
	}
	if _, e := c.TopRoute(); e != parser.ErrMissing {
		t.Errorf("TopRoute: got %v, want %v", e, parser.ErrMissing)
	}
	c.Rebase(append([]byte(nil), c.Buf...))
	if v, e := c.TopVia(); e != parser.OK || string(v.Host.Of(c.Buf)) != "bigbox3.site3.atlanta.com" {
		t.Errorf("Via after Rebase: got %q %v", v.Host.Of(c.Buf), e)
	}
}

func TestResetLeavesNothing(t *testing.T) {
	m := index(t, string(testMessage(t, "invite.sip")))
	m.From()
	m.To()
	m.TopVia()
	m.CSeq()
	m.RequestURI()
	m.Reset()
	raw := []byte("SIP/2.0 200 OK\r\nA: b\r\n\r\n")
	var fresh sip.Message
	want := outcome(&fresh, fresh.Index(raw))
	if got := outcome(m, m.Index(raw)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	_, e1 := m.From()
	_, e2 := m.TopVia()
	_, e3 := m.CSeq()
	_, e4 := m.RequestURI()
	for i, e := range []parser.Err{e1, e2, e3, e4} {
		if e != parser.ErrMissing {
			t.Errorf("view %d: got %v, want %v", i, e, parser.ErrMissing)
		}
	}
}
