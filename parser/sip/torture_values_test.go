package sip_test

import (
	"os"
	"strconv"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// uri, address, param and elements show what was found in m.
func uri(m *sip.Message) *sip.URI {
	u, _ := m.RequestURI()
	return u
}

func address(m *sip.Message, id sip.HeaderID, nth int) (n sip.NameAddr) {
	vs := m.Values(id)
	for range nth + 1 {
		vs.Next()
	}
	sip.ParseNameAddr(m.Buf[:vs.Span().End()], vs.Span().Start(), &n)
	return n
}

func elements(m *sip.Message, id sip.HeaderID) (n int) {
	for vs := m.Values(id); vs.Next(); n++ {
	}
	return n
}

func param(value parser.Span, ok bool, buf []byte) string {
	if !ok {
		return "none"
	}
	return "=" + string(value.Of(buf))
}

// What the RFCs say that a message is about is found in it.
func TestTortureValues(t *testing.T) {
	tests := []struct {
		file, what string
		get        func(m *sip.Message) string
		want       string
	}{
		{"rfc4475/wsinv", "elements of Via", func(m *sip.Message) string { return strconv.Itoa(elements(m, sip.HeaderVia)) }, "3"},
		{"rfc4475/wsinv", "transport of Via", func(m *sip.Message) string { v, _ := m.TopVia(); return v.Transport.Upper() }, "UDP"},
		{"rfc4475/wsinv", "From tag", func(m *sip.Message) string { f, _ := m.From(); return string(f.Tag.Of(m.Buf)) }, "98asjd8"},
		{"rfc4475/wsinv", "display name", func(m *sip.Message) string { f, _ := m.From(); return string(f.Display.Of(m.Buf)) }, `"J Rosenberg \\\""`},
		{"rfc4475/wsinv", "Max-Forwards", func(m *sip.Message) string { n, _ := m.MaxForwards(); return strconv.Itoa(n) }, "68"},
		{"rfc4475/wsinv", "Subject", func(m *sip.Message) string { return string(m.Value(sip.HeaderSubject)) }, ""},
		{"rfc4475/intmeth", "method", func(m *sip.Message) string { return string(m.MethodText.Of(m.Buf)) }, "!interesting-Method0123456789_*+`.%indeed'~"},
		{"rfc4475/intmeth", "user", func(m *sip.Message) string { return string(uri(m).User.Of(m.Buf)) }, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"},
		{"rfc4475/intmeth", "password", func(m *sip.Message) string { return string(uri(m).Password.Of(m.Buf)) }, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"},
		{"rfc4475/intmeth", "display name", func(m *sip.Message) string { n := address(m, sip.HeaderTo, 0); return string(n.Display.Of(m.Buf)) }, "\"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f\""},
		{"rfc4475/intmeth", "From tag", func(m *sip.Message) string { f, _ := m.From(); return string(f.Tag.Of(m.Buf)) }, "_token~1'+`*%!-."},
		{"rfc4475/esc01", "host", func(m *sip.Message) string { return string(uri(m).Host.Of(m.Buf)) }, "example.net"},
		{"rfc4475/esc01", "AOR", func(m *sip.Message) string { n, _ := m.To(); return string(sip.AppendAOR(nil, m.Buf, &n.URI)) }, "user@example.com"},
		{"rfc4475/escnull", "AOR", func(m *sip.Message) string { n, _ := m.To(); return string(sip.AppendAOR(nil, m.Buf, &n.URI)) }, "null-%00-null@example.com"},
		{"rfc4475/escnull", "AOR of Contact", func(m *sip.Message) string {
			n := address(m, sip.HeaderContact, 1)
			return string(sip.AppendAOR(nil, m.Buf, &n.URI))
		}, "%00%00@host5.example.com"},
		{"rfc4475/esc02", "method", func(m *sip.Message) string { return m.Method.String() + string(m.MethodText.Of(m.Buf)) }, "RE%47IST%45R"},
		{"rfc4475/esc02", "Contacts", func(m *sip.Message) string { return strconv.Itoa(elements(m, sip.HeaderContact)) }, "2"},
		{"rfc4475/lwsdisp", "display name", func(m *sip.Message) string { f, _ := m.From(); return string(f.Display.Of(m.Buf)) }, "caller"},
		{"rfc4475/longreq", "elements of Via", func(m *sip.Message) string { return strconv.Itoa(elements(m, sip.HeaderVia)) }, "34"},
		{"rfc4475/semiuri", "user", func(m *sip.Message) string { return string(uri(m).User.Of(m.Buf)) }, "user;par=u%40example.net"},
		{"rfc4475/unreason", "reason phrase", func(m *sip.Message) string { return string(m.ReasonText.Of(m.Buf)) }, "= 2**3 * 5**2 но сто девяносто девять - простое"},
		{"rfc4475/noreason", "reason phrase", func(m *sip.Message) string { return string(m.ReasonText.Of(m.Buf)) }, ""},
		{"rfc4475/badvers", "version", func(m *sip.Message) string { return string(m.VersionText.Of(m.Buf)) }, "SIP/7.0"},
		{"rfc4475/unkscm", "scheme", func(m *sip.Message) string { return string(uri(m).Text.Of(m.Buf)) }, "nobodyKnowsThisScheme:totallyopaquecontent"},
		{"rfc4475/cparam01", "parameter of the URI", func(m *sip.Message) string {
			n := address(m, sip.HeaderContact, 0)
			v, ok := n.URI.Param(m.Buf, "unknownparam")
			return param(v, ok, m.Buf)
		}, "none"},
		{"rfc4475/cparam01", "parameter of Contact", func(m *sip.Message) string {
			n := address(m, sip.HeaderContact, 0)
			v, ok := n.Param(m.Buf, "unknownparam")
			return param(v, ok, m.Buf)
		}, "="},
		{"rfc4475/cparam02", "parameter of the URI", func(m *sip.Message) string {
			n := address(m, sip.HeaderContact, 0)
			v, ok := n.URI.Param(m.Buf, "unknownparam")
			return param(v, ok, m.Buf)
		}, "="},
		{"rfc4475/cparam02", "parameter of Contact", func(m *sip.Message) string {
			n := address(m, sip.HeaderContact, 0)
			v, ok := n.Param(m.Buf, "unknownparam")
			return param(v, ok, m.Buf)
		}, "none"},
		{"rfc4475/regescrt", "headers of the URI", func(m *sip.Message) string {
			n := address(m, sip.HeaderContact, 0)
			return string(n.URI.Headers.Of(m.Buf))
		}, "Route=%3Csip:sip.example.com%3E"},
		{"rfc5118/ipv6-good", "address", func(m *sip.Message) string { ip, _ := uri(m).IP(m.Buf); return ip.String() }, "2001:db8::10"},
		{"rfc5118/port-ambiguous", "address", func(m *sip.Message) string { ip, _ := uri(m).IP(m.Buf); return ip.String() }, "2001:db8::10:5070"},
		{"rfc5118/port-unambiguous", "address", func(m *sip.Message) string { ip, _ := uri(m).IP(m.Buf); return ip.String() }, "2001:db8::10"},
		{"rfc5118/via-received-param-with-delim", "received", func(m *sip.Message) string { v, _ := m.TopVia(); ip, _ := v.ReceivedIP(m.Buf); return ip.String() }, "2001:db8::9:255"},
		{"rfc5118/via-received-param-no-delim", "received", func(m *sip.Message) string { v, _ := m.TopVia(); ip, _ := v.ReceivedIP(m.Buf); return ip.String() }, "2001:db8::9:255"},
		{"rfc5118/ipv4-mapped-ipv6", "sent-by", func(m *sip.Message) string { v, _ := m.TopVia(); ip, _ := v.IP(m.Buf); return ip.String() }, "::ffff:192.0.2.10"},
		{"rfc5118/ipv6-correct-abnf-2-colons", "address", func(m *sip.Message) string { ip, _ := uri(m).IP(m.Buf); return ip.String() }, "2001:db8::c000:201"},
		{"rfc5118/ipv6-bug-abnf-3-colons", "host", func(m *sip.Message) string { return string(uri(m).Host.Of(m.Buf)) }, "[2001:db8:::192.0.2.1]"},
	}
	for _, tt := range tests {
		t.Run(tt.file+" "+tt.what, func(t *testing.T) {
			raw, err := os.ReadFile(tortureDir + tt.file + ".dat")
			if err != nil {
				t.Fatal(err)
			}
			var m sip.Message
			m.Index(append(raw, "\r\n\r\n"...))
			if got := tt.get(&m); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
