package sip_test

import (
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

func TestParseNameAddr(t *testing.T) {
	type want struct {
		display, uri, user, host, params, tag string
		star                                  bool
	}
	tests := []struct {
		name string
		raw  string
		want want
	}{
		{"name-addr", "<sip:bob@biloxi.com>", want{uri: "sip:bob@biloxi.com", user: "bob", host: "biloxi.com"}},
		{"tag", "<sip:bob@biloxi.com>;tag=a6c85cf", want{uri: "sip:bob@biloxi.com", user: "bob", host: "biloxi.com", params: "tag=a6c85cf", tag: "a6c85cf"}},
		{"display name", "Bob <sip:bob@biloxi.com>", want{display: "Bob", uri: "sip:bob@biloxi.com", user: "bob", host: "biloxi.com"}},
		{"display name of words", "Bob van der  Smith-Jones<sip:b@c>;x", want{display: "Bob van der  Smith-Jones", uri: "sip:b@c", user: "b", host: "c", params: "x"}},
		{"quoted display name", `"A. G. Bell" <sip:agb@bell-telephone.com> ;tag=a48s`, want{display: `"A. G. Bell"`, uri: "sip:agb@bell-telephone.com", user: "agb", host: "bell-telephone.com", params: "tag=a48s", tag: "a48s"}},
		{"quotes within quotes", `"J Rosenberg \\\"" <sip:j@example.com>`, want{display: `"J Rosenberg \\\""`, uri: "sip:j@example.com", user: "j", host: "example.com"}},
		{"separators in quotes", `"a,b;c<d>:e" <sip:j@k>`, want{display: `"a,b;c<d>:e"`, uri: "sip:j@k", user: "j", host: "k"}},
		{"quoted control characters", "\"NUL:\\\x00 DEL:\\\x7f\" <sip:j@k>", want{display: "\"NUL:\\\x00 DEL:\\\x7f\"", uri: "sip:j@k", user: "j", host: "k"}},
		{"empty display name", `"" <sip:j@k>`, want{display: `""`, uri: "sip:j@k", user: "j", host: "k"}},
		{"UTF-8 display name", "José Ñandú <sip:j@k>", want{display: "José Ñandú", uri: "sip:j@k", user: "j", host: "k"}},
		{"display name with a bracket", "Bob (home) <sip:j@k>", want{display: "Bob (home)", uri: "sip:j@k", user: "j", host: "k"}},
		{"display name sip", "sip <sip:j@k>", want{display: "sip", uri: "sip:j@k", user: "j", host: "k"}},
		{"folded", "Bob\r\n Smith\r\n\t<sip:j@k>\r\n ;\r\n tag\r\n =\r\n 98asjd8", want{display: "Bob\r\n Smith", uri: "sip:j@k", user: "j", host: "k", params: "tag\r\n =\r\n 98asjd8", tag: "98asjd8"}},
		{"addr-spec", "sip:+12125551212@server.phone2net.com;tag=887s", want{uri: "sip:+12125551212@server.phone2net.com", user: "+12125551212", host: "server.phone2net.com", params: "tag=887s", tag: "887s"}},
		{"addr-spec alone", "sip:c8oqz84zk7z@privacy.org", want{uri: "sip:c8oqz84zk7z@privacy.org", user: "c8oqz84zk7z", host: "privacy.org"}},
		{"addr-spec and white space", "sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n", want{uri: "sip:vivekg@chair-dnrc.example.com", user: "vivekg", host: "chair-dnrc.example.com", params: "tag    = 1918181833n", tag: "1918181833n"}},
		{"addr-spec with port", "sip:a@b:5060;x=y", want{uri: "sip:a@b:5060", user: "a", host: "b", params: "x=y"}},
		{"parameters of URI and header", "<sip:a@b;tag=uri;lr>;tag=header", want{uri: "sip:a@b;tag=uri;lr", user: "a", host: "b", params: "tag=header", tag: "header"}},
		{"every character in URI", "<sip:a;b?c,d@e?f=g>", want{uri: "sip:a;b?c,d@e?f=g", user: "a;b?c,d", host: "e"}},
		{"empty tag", "<sip:a@b>;tag=", want{uri: "sip:a@b", user: "a", host: "b", params: "tag="}},
		{"tag without value", "<sip:a@b>;tag", want{uri: "sip:a@b", user: "a", host: "b", params: "tag"}},
		{"tag with base64", "<sip:a@b>;tag=a+/b==", want{uri: "sip:a@b", user: "a", host: "b", params: "tag=a+/b==", tag: "a+/b=="}},
		{"tag in capitals", "<sip:a@b>;TAG=x", want{uri: "sip:a@b", user: "a", host: "b", params: "TAG=x", tag: "x"}},
		{"instance", `<sip:a@b>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>";reg-id=1;expires=3600`, want{uri: "sip:a@b", user: "a", host: "b", params: `+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>";reg-id=1;expires=3600`}},
		{"separators in a quoted parameter", `<sip:a@b>;x="a,;\"b";tag=1`, want{uri: "sip:a@b", user: "a", host: "b", params: `x="a,;\"b";tag=1`, tag: "1"}},
		{"IPv6", "<sip:a@[2001:db8::1]:5060;lr>", want{uri: "sip:a@[2001:db8::1]:5060;lr", user: "a", host: "[2001:db8::1]"}},
		{"IPv6 parameter", "<sip:a@b>;x=[2001:db8::1]", want{uri: "sip:a@b", user: "a", host: "b", params: "x=[2001:db8::1]"}},
		{"tel", "<tel:+1-201-555-0123>;x", want{uri: "tel:+1-201-555-0123", user: "+1-201-555-0123", params: "x"}},
		{"bare tel", "tel:+1-201-555-0123;x", want{uri: "tel:+1-201-555-0123", user: "+1-201-555-0123", params: "x"}},
		{"other scheme", "<mailto:a@b?subject=c>;d", want{uri: "mailto:a@b?subject=c", params: "d"}},
		{"bare other scheme", "http://example.com/;d", want{uri: "http://example.com/", params: "d"}},
		{"wildcard", "*", want{star: true}},
		{"display name of a star", "* <sip:a@b>", want{display: "*", uri: "sip:a@b", user: "a", host: "b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, tail := range []string{"", " ", "\r\n ", ",<sip:x>", " , <sip:x>"} {
				raw := "\t" + tt.raw + tail
				var n sip.NameAddr
				next, e := sip.ParseNameAddr([]byte(raw), 0, &n)
				if e != parser.OK || next != len(raw) && raw[next] != ',' {
					t.Fatalf("before %q: got %v at %d", tail, e, next)
				}
				got := want{text(raw, n.Display), text(raw, n.URIText), text(raw, n.URI.User), text(raw, n.URI.Host), text(raw, n.Params), text(raw, n.Tag), n.Star}
				if got != tt.want {
					t.Errorf("before %q: got  %+v\nwant %+v", tail, got, tt.want)
				}
				if got := text(raw, n.Text); got != tt.raw {
					t.Errorf("Text: got %q, want %q", got, tt.raw)
				}
			}
		})
	}
}

func TestParseNameAddrErrors(t *testing.T) {
	tests := []struct {
		name string
		raw  string
		err  parser.Err
	}{
		{"nothing", "", parser.ErrNameAddr},
		{"white space", " \t ", parser.ErrNameAddr},
		{"comma", ",<sip:a@b>", parser.ErrNameAddr},
		{"display name only", "Bob", parser.ErrNameAddr},
		{"quoted display name only", `"Bob"`, parser.ErrNameAddr},
		{"no URI", "<>", parser.ErrURI},
		{"open bracket", "<sip:a@b", parser.ErrNameAddr},
		{"space in brackets", "< sip:a@b>", parser.ErrURI},
		{"space after URI in brackets", "<sip:a@b >", parser.ErrNameAddr},
		{"two brackets", "<sip:a@b>>", parser.ErrNameAddr},
		{"open quote", `"Bob <sip:a@b>`, parser.ErrNameAddr},
		{"quote ends in a backslash", `"Bob\`, parser.ErrNameAddr},
		{"comma in display name", "Bell, Alexander <sip:a@b>", parser.ErrNameAddr},
		{"quote in display name", `Bob "B" <sip:a@b>`, parser.ErrNameAddr},
		{"display name before addr-spec", `"Bob" sip:a@b`, parser.ErrNameAddr},
		{"bad URI", "<sip:a@b:x>", parser.ErrPort},
		{"URI without scheme", "<bob@b>", parser.ErrURI},
		{"addr-spec with headers", "sip:a@b?c=d", parser.ErrNameAddr},
		{"empty parameter", "<sip:a@b>;;tag=1", parser.ErrNameAddr},
		{"final semicolon", "<sip:a@b>;", parser.ErrNameAddr},
		{"parameter without name", "<sip:a@b>;=1", parser.ErrNameAddr},
		{"two words for a value", "<sip:a@b>;a=b c", parser.ErrNameAddr},
		{"open quote in a parameter", `<sip:a@b>;a="b`, parser.ErrNameAddr},
		{"two tags", "<sip:a@b>;tag=1;tag=2", parser.ErrParam},
		{"text after the brackets", "<sip:a@b> x", parser.ErrNameAddr},
		{"wildcard with parameter", "*;expires=0", parser.ErrNameAddr},
		{"two wildcards", "* *", parser.ErrNameAddr},
		{"control character", "<sip:a@b>;a=\x01", parser.ErrNameAddr},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var n sip.NameAddr
			next, e := sip.ParseNameAddr([]byte(tt.raw), 0, &n)
			if e != tt.err {
				t.Errorf("got %v at %d, want %v (%+v)", e, next, tt.err, n)
			}
		})
	}
}

func TestNameAddrParam(t *testing.T) {
	raw := `<sip:a@b;x=uri>;x = "a;b=c" ; reg-id=1;ob`
	var n sip.NameAddr
	if _, e := sip.ParseNameAddr([]byte(raw), 0, &n); e != parser.OK {
		t.Fatal(e)
	}
	tests := []struct {
		name, want string
		ok         bool
	}{
		{"x", `"a;b=c"`, true},
		{"Reg-ID", "1", true},
		{"ob", "", true},
		{"b", "", false},
		{"expires", "", false},
	}
	for _, tt := range tests {
		value, ok := n.Param([]byte(raw), tt.name)
		if got := text(raw, value); got != tt.want || ok != tt.ok {
			t.Errorf("%q: got %q, %v, want %q, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}
