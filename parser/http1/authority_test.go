package http1_test

import (
	"testing"

	"sluice/parser"
	"sluice/parser/http1"
)

func TestAuthority(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"Host", "GET /a HTTP/1.1\r\nHost: h:80\r\n\r\n", "h:80"},
		{"no Host", "GET / HTTP/1.0\r\n\r\n", ""},
		{"absolute target", "GET ws://t:81/a HTTP/1.1\r\nHost: h\r\n\r\n", "t:81"},
		{"absolute target without path", "GET ws://t HTTP/1.1\r\nHost: h\r\n\r\n", "t"},
		{"absolute target with query alone", "GET ws://t?a=/b HTTP/1.1\r\nHost: h\r\n\r\n", "t"},
		{"URI in a path", "GET /ws://t/a HTTP/1.1\r\nHost: h\r\n\r\n", "h"},
		{"URI in a query", "GET /?a=ws://t/a HTTP/1.1\r\nHost: h\r\n\r\n", "h"},
	} {
		var r http1.Request
		if err := r.Index([]byte(c.in)); err != parser.OK || string(r.Authority()) != c.want {
			t.Errorf("%s: got %q, %v, want %q", c.name, r.Authority(), err, c.want)
		}
	}
}

func TestSplitHost(t *testing.T) {
	for _, c := range []struct {
		in, host, port string
		ok             bool
	}{
		{"a", "a", "", true},
		{"a.example.com:8080", "a.example.com", "8080", true},
		{"a:", "a", "", true},
		{"192.0.2.1:1", "192.0.2.1", "1", true},
		{"[2001:db8::1]", "[2001:db8::1]", "", true},
		{"[::ffff:192.0.2.1]:65535", "[::ffff:192.0.2.1]", "65535", true},
		{in: ""}, {in: ":80"}, {in: "a:b"}, {in: "a:80:81"}, {in: "a:123456"}, {in: "u@a"}, {in: "a/b"}, {in: "a b"},
		{in: "["}, {in: "[]"}, {in: "[::1"}, {in: "[::1]a"}, {in: "[g::1]"}, {in: "2001:db8::1"}, {in: "a\x80"},
	} {
		host, port, ok := http1.SplitHost([]byte(c.in))
		if string(host) != c.host && c.ok || string(port) != c.port && c.ok || ok != c.ok {
			t.Errorf("%q: got %q, %q, %t, want %q, %q, %t", c.in, host, port, ok, c.host, c.port, c.ok)
		}
	}
}

func TestAppendOrigin(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"null", "null"},
		{"https://Example.COM", "https://example.com"},
		{"HTTPS://example.com:443", "https://example.com"},
		{"https://example.com:0443", "https://example.com"},
		{"https://example.com:80", "https://example.com:80"},
		{"http://example.com:80", "http://example.com"},
		{"http://example.com:8080", "http://example.com:8080"},
		{"http://[2001:DB8::1]:80", "http://[2001:db8::1]"},
		{"chrome-extension://abc", "chrome-extension://abc"},
		{"Null", ""}, {"", ""}, {"*", ""}, {"example.com", ""}, {"https://", ""}, {"://a", ""}, {"1a://b", ""}, {"https://a/", ""},
		{"https://a https://b", ""}, {"https://u@a", ""}, {"https://a:x", ""},
	} {
		got, ok := http1.AppendOrigin([]byte("-"), []byte(c.in))
		if ok != (c.want != "") || ok && string(got) != "-"+c.want {
			t.Errorf("%q: got %q, %t, want %q", c.in, got, ok, c.want)
		}
	}
}
