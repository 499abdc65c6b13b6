package http1_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/http1"
)

const handshake = "GET /sip?token=a%20b&x HTTP/1.1\r\n" +
	"Host: sip.example.com:8443\r\n" +
	"Upgrade: websocket\r\n" +
	"Connection: keep-alive, Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
	"Origin: https://www.example.com\r\n" +
	"sec-websocket-protocol: , chat ,sip\r\n" +
	"Sec-WebSocket-Protocol:\t msrp \t\r\n" +
	"Sec-WebSocket-Version: 13\r\n" +
	"Empty:\r\n" +
	"\r\n"

// dump shows all that Index found.
func dump(r *http1.Request, err parser.Err) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v head=%d", err, r.HeadLen())
	if err != parser.OK {
		return b.String()
	}
	fmt.Fprintf(&b, " 1.%d %q %q path=%q query=%q\n", r.Minor, r.Method.Of(r.Buf), r.Target.Of(r.Buf),
		r.Path.Of(r.Buf), r.Query.Of(r.Buf))
	for i := range r.NumHeaders() {
		h := r.Header(i)
		fmt.Fprintf(&b, "%q=%q\n", h.Name.Of(r.Buf), h.Value.Of(r.Buf))
	}
	return b.String()
}

// index feeds the prefixes of in that end at the given lengths, each in
// memory of its own, until the outcome is final.
func index(in string, ends ...int) string {
	var r http1.Request
	var err parser.Err
	for _, end := range append(ends, len(in)) {
		if err = r.Index([]byte(in[:end])); err != parser.ErrMore {
			break
		}
	}
	r.Buf = []byte(in)[:len(r.Buf)]
	return dump(&r, err)
}

func repeat(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

var indexTests = []struct {
	name, in string
	err      parser.Err
}{
	{"handshake", handshake, parser.OK},
	{"of a browser", browserRequest, parser.OK},
	{"bytes after the head", handshake + "\x81\x80abcd", parser.OK},
	{"no fields", "GET / HTTP/1.1\r\n\r\n", parser.OK},
	{"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", parser.OK},
	{"HTTP/1.9", "GET / HTTP/1.9\r\n\r\n", parser.OK},
	{"empty lines before", "\r\n\r\nGET / HTTP/1.1\r\n\r\n", parser.OK},
	{"every token character in a method", "A1!#$%&'*+-.^_`|~z / HTTP/1.1\r\n\r\n", parser.OK},
	{"every token character in a name", "GET / HTTP/1.1\r\nA1!#$%&'*+-.^_`|~z: x\r\n\r\n", parser.OK},
	{"absolute-form", "GET ws://h:80/p?q HTTP/1.1\r\n\r\n", parser.OK},
	{"absolute-form without path", "GET HTTPS://h HTTP/1.1\r\n\r\n", parser.OK},
	{"absolute-form with query only", "GET http://h?q HTTP/1.1\r\n\r\n", parser.OK},
	{"asterisk-form", "OPTIONS * HTTP/1.1\r\n\r\n", parser.OK},
	{"authority-form", "CONNECT h:443 HTTP/1.1\r\n\r\n", parser.OK},
	{"query with question marks", "GET /a?b?c HTTP/1.1\r\n\r\n", parser.OK},
	{"value with bytes above 0x7f", "GET / HTTP/1.1\r\nX: \xc3\xa9\xff\r\n\r\n", parser.OK},
	{"64 fields", "GET / HTTP/1.1\r\n" + repeat("X%d: y\r\n", 64) + "\r\n", parser.OK},

	{"nothing", "", parser.ErrMore},
	{"half a request line", "GET / HT", parser.ErrMore},
	{"request line only", "GET / HTTP/1.1\r\n", parser.ErrMore},
	{"no blank line", strings.TrimSuffix(handshake, "\r\n"), parser.ErrMore},
	{"half a blank line", strings.TrimSuffix(handshake, "\n"), parser.ErrMore},

	{"ClientHello", "\x16\x03\x01\x02\x00", parser.ErrMethod},
	{"space first", " GET / HTTP/1.1\r\n\r\n", parser.ErrMethod},
	{"method with a colon", "GE:T / HTTP/1.1\r\n\r\n", parser.ErrStartLine},
	{"method alone", "GET\r\n\r\n", parser.ErrStartLine},
	{"no version", "GET /\r\n\r\n", parser.ErrStartLine},
	{"two spaces", "GET  / HTTP/1.1\r\n\r\n", parser.ErrStartLine},
	{"two spaces before version", "GET /  HTTP/1.1\r\n\r\n", parser.ErrStartLine},
	{"space after version", "GET / HTTP/1.1 \r\n\r\n", parser.ErrStartLine},
	{"target with a space", "GET /a b HTTP/1.1\r\n\r\n", parser.ErrStartLine},
	{"target with a tab", "GET /a\tb HTTP/1.1\r\n\r\n", parser.ErrStartLine},
	{"target above ASCII", "GET /\xc3\xa9 HTTP/1.1\r\n\r\n", parser.ErrStartLine},
	{"SIP", "REGISTER sip:h SIP/2.0\r\n\r\n", parser.ErrStartLine},
	{"target ends with the line", "GET /a\r\n\r\n", parser.ErrStartLine},
	{"version in lower case", "GET / http/1.1\r\n\r\n", parser.ErrStartLine},
	{"version without minor", "GET / HTTP/1\r\n\r\n", parser.ErrStartLine},
	{"version with long minor", "GET / HTTP/1.10\r\n\r\n", parser.ErrStartLine},
	{"version of letters", "GET / HTTP/a.b\r\n\r\n", parser.ErrStartLine},
	{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", parser.ErrVersion},
	{"HTTP/0.9 with version", "GET / HTTP/0.9\r\n\r\n", parser.ErrVersion},

	{"target with a fragment", "GET /a#b HTTP/1.1\r\n\r\n", parser.ErrURI},
	{"fragment behind a query", "GET /a?b#c HTTP/1.1\r\n\r\n", parser.ErrURI},
	{"target without slash", "GET a HTTP/1.1\r\n\r\n", parser.ErrURI},
	{"target of half a scheme", "GET htt HTTP/1.1\r\n\r\n", parser.ErrURI},
	{"target of a scheme alone", "GET http:// HTTP/1.1\r\n\r\n", parser.ErrURI},
	{"authority-form with GET", "GET h:443 HTTP/1.1\r\n\r\n", parser.ErrURI},
	{"target of another scheme", "GET ftp://h/ HTTP/1.1\r\n\r\n", parser.ErrURI},
	{"target without authority", "GET http:///a HTTP/1.1\r\n\r\n", parser.ErrURI},
	{"asterisk with GET", "GET * HTTP/1.1\r\n\r\n", parser.ErrURI},

	{"bare LF first", "\nGET / HTTP/1.1\r\n\r\n", parser.ErrLineEnd},
	{"bare LF in a method", "GE\nT / HTTP/1.1\r\n\r\n", parser.ErrLineEnd},
	{"bare LF in a target", "GET /\n HTTP/1.1\r\n\r\n", parser.ErrLineEnd},
	{"bare LF in a name", "GET / HTTP/1.1\r\nA\nB: c\r\n\r\n", parser.ErrLineEnd},
	{"bare LF before a value", "GET / HTTP/1.1\r\nA: \n\r\n", parser.ErrLineEnd},
	{"bare LF after the request line", "GET / HTTP/1.1\n\r\n", parser.ErrLineEnd},
	{"bare LF after a field", "GET / HTTP/1.1\r\nA: b\n\r\n", parser.ErrLineEnd},
	{"bare LF as blank line", "GET / HTTP/1.1\r\nA: b\r\n\n", parser.ErrLineEnd},
	{"bare CR in a value", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", parser.ErrHeaderValue},
	{"bare CR after the request line", "GET / HTTP/1.1\rA: b\r\n\r\n", parser.ErrStartLine},
	{"bare CR as blank line", "GET / HTTP/1.1\r\nA: b\r\n\rc", parser.ErrHeaderName},
	{"bare CR first", "\rGET / HTTP/1.1\r\n\r\n", parser.ErrMethod},
	{"NUL in a value", "GET / HTTP/1.1\r\nA: b\x00c\r\n\r\n", parser.ErrHeaderValue},
	{"DEL in a value", "GET / HTTP/1.1\r\nA: \x7f\r\n\r\n", parser.ErrHeaderValue},
	{"folded value", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", parser.ErrHeaderName},
	{"space before the first field", "GET / HTTP/1.1\r\n A: b\r\n\r\n", parser.ErrHeaderName},
	{"space before the colon", "GET / HTTP/1.1\r\nA : b\r\n\r\n", parser.ErrHeaderName},
	{"no colon", "GET / HTTP/1.1\r\nAb\r\n\r\n", parser.ErrHeaderName},
	{"no name", "GET / HTTP/1.1\r\n: b\r\n\r\n", parser.ErrHeaderName},
	{"65 fields", "GET / HTTP/1.1\r\n" + repeat("X%d: y\r\n", 65) + "\r\n", parser.ErrTooManyHeaders},
}

func TestIndex(t *testing.T) {
	for _, tt := range indexTests {
		t.Run(tt.name, func(t *testing.T) {
			want := index(tt.in)
			if got, _, _ := strings.Cut(want, " head="); got != tt.err.Error() {
				t.Fatalf("got %v, want %v", got, tt.err)
			}
			for i := range len(tt.in) {
				if got := index(tt.in, i); got != want {
					t.Fatalf("split at %d: got %s\nwant %s", i, got, want)
				}
			}
			ends := make([]int, len(tt.in))
			for i := range ends {
				ends[i] = i
			}
			if got := index(tt.in, ends...); got != want {
				t.Errorf("byte by byte: got %s\nwant %s", got, want)
			}
		})
	}
}

// What cannot become a request is refused at once: nothing waits for the end of
// a line that a peer never sends.
func TestIndexErrorIsEarly(t *testing.T) {
	tests := []struct {
		name, in string
		want     parser.Err
	}{
		{"ClientHello", "\x16", parser.ErrMethod},
		{"control character in a method", "GE\x00", parser.ErrStartLine},
		{"second space", "GET  ", parser.ErrStartLine},
		{"fragment", "GET /#", parser.ErrURI},
		{"version of another protocol", "REGISTER sip:h S", parser.ErrStartLine},
		{"major version", "GET / HTTP/2.0\r", parser.ErrVersion},
		{"target", "GET a HTTP/1.1\r", parser.ErrURI},
		{"fold", "GET / HTTP/1.1\r\nA: b\r\n ", parser.ErrHeaderName},
		{"control character in a value", "GET / HTTP/1.1\r\nA: \x7f", parser.ErrHeaderValue},
		{"65th field", "GET / HTTP/1.1\r\n" + repeat("X%d: y\r\n", 64) + "X:", parser.ErrTooManyHeaders},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r http1.Request
			if got := r.Index([]byte(tt.in[:len(tt.in)-1])); got != parser.ErrMore {
				t.Errorf("a byte earlier: got %v, want %v", got, parser.ErrMore)
			}
			if got := r.Index([]byte(tt.in)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestIndexTooLong(t *testing.T) {
	long := "GET / HTTP/1.1\r\nA: " + strings.Repeat("x", 70_000) + "\r\n\r\n"
	if got, want := index(long), index(long, 100, 40_000); got != want || !strings.HasPrefix(got, "too long") {
		t.Errorf("got %s, split %s, want too long", got, want)
	}
}

func TestIndexErrorIsFinal(t *testing.T) {
	var r http1.Request
	if got := r.Index([]byte("GET\r\n")); got != parser.ErrStartLine {
		t.Fatalf("got %v, want %v", got, parser.ErrStartLine)
	}
	if got := r.Index([]byte("GET\r\n\r\nGET / HTTP/1.1\r\n\r\n")); got != parser.ErrStartLine {
		t.Errorf("again: got %v, want %v", got, parser.ErrStartLine)
	}
	r.Reset()
	if got := r.Index([]byte("GET / HTTP/1.1\r\n\r\n")); got != parser.OK {
		t.Errorf("after Reset: got %v, want %v", got, parser.OK)
	}
}

func TestTarget(t *testing.T) {
	tests := []struct{ name, line, path, query string }{
		{"root", "GET /", "/", ""},
		{"path and query", "GET /a/b?c=d&e", "/a/b", "c=d&e"},
		{"empty query", "GET /a?", "/a", ""},
		{"absolute", "GET wss://h:1/a?b", "/a", "b"},
		{"absolute without path", "GET http://h", "", ""},
		{"absolute with query only", "GET http://h?b", "", "b"},
		{"asterisk", "OPTIONS *", "", ""},
		{"authority", "CONNECT h:1", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r http1.Request
			if err := r.Index([]byte(tt.line + " HTTP/1.1\r\n\r\n")); err != parser.OK {
				t.Fatal(err)
			}
			if got := string(r.Path.Of(r.Buf)); got != tt.path {
				t.Errorf("path: got %q, want %q", got, tt.path)
			}
			if got := string(r.Query.Of(r.Buf)); got != tt.query {
				t.Errorf("query: got %q, want %q", got, tt.query)
			}
		})
	}
}

func TestFields(t *testing.T) {
	var r http1.Request
	if err := r.Index([]byte(handshake)); err != parser.OK {
		t.Fatal(err)
	}
	if r.HeadLen() != len(handshake) || r.Minor != 1 {
		t.Errorf("got head %d minor %d, want %d and 1", r.HeadLen(), r.Minor, len(handshake))
	}
	if v, ok := r.Value("ORIGIN"); !ok || string(v) != "https://www.example.com" {
		t.Errorf("Value: got %q %v", v, ok)
	}
	if v, ok := r.Value("empty"); !ok || len(v) != 0 {
		t.Errorf("Value of an empty field: got %q %v", v, ok)
	}
	if _, ok := r.Value("Cookie"); ok {
		t.Error("Value of an absent field: got one")
	}
	if got := r.Count("Sec-WebSocket-Protocol"); got != 2 {
		t.Errorf("Count: got %d, want 2", got)
	}
	var list []string
	for tok := r.Tokens("Sec-WebSocket-Protocol"); tok.Next(); {
		list = append(list, string(tok.Bytes()))
	}
	if got := strings.Join(list, " "); got != "chat sip msrp" {
		t.Errorf("Tokens: got %q, want %q", got, "chat sip msrp")
	}
	for token, want := range map[string]bool{"upgrade": true, "keep-alive": true, "keep": false, "": false} {
		if got := r.HasToken("Connection", token); got != want {
			t.Errorf("HasToken %q: got %v, want %v", token, got, want)
		}
	}
}

func TestAnswers(t *testing.T) {
	tests := []struct {
		name, want string
		got        []byte
	}{
		{"upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\nA: b\r\n\r\n",
			http1.AppendUpgrade(nil, []byte("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "sip", "A: b\r\n")},
		{"upgrade without protocol", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" +
			"Connection: Upgrade\r\nSec-WebSocket-Accept: k\r\n\r\n",
			http1.AppendUpgrade(nil, []byte("k"), "")},
		{"status", "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
			http1.AppendStatus(nil, 404, "", "")},
		{"status with all", "xHTTP/1.1 403 No\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n" +
			"Content-Length: 3\r\nA: b\r\n\r\nno\n",
			http1.AppendStatus([]byte("x"), 403, "No", "no\n", "A: b\r\n")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !bytes.Equal(tt.got, []byte(tt.want)) {
				t.Errorf("got %q\nwant %q", tt.got, tt.want)
			}
		})
	}
}

func TestReasonPhrase(t *testing.T) {
	for _, status := range []int{101, 301, 302, 307, 308, 400, 401, 403, 404, 405, 408, 426, 429, 431, 500, 503, 505} {
		if http1.ReasonPhrase(status) == "" {
			t.Errorf("%d: got no reason phrase", status)
		}
	}
	if got := http1.ReasonPhrase(299); got != "" {
		t.Errorf("299: got %q, want none", got)
	}
}

// browserRequest is what Chromium sends, 574 bytes.
const browserRequest = "GET /sip?token=eyJhbGciOiJIUzI1NiJ9.e30.abc HTTP/1.1\r\n" +
	"Host: sip.example.com:8443\r\n" +
	"Connection: Upgrade\r\n" +
	"Pragma: no-cache\r\n" +
	"Cache-Control: no-cache\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36\r\n" +
	"Upgrade: websocket\r\n" +
	"Origin: https://www.example.com\r\n" +
	"Sec-WebSocket-Version: 13\r\n" +
	"Accept-Encoding: gzip, deflate, br, zstd\r\n" +
	"Accept-Language: en-GB,en-US;q=0.9,en;q=0.8\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
	"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" +
	"Sec-WebSocket-Protocol: sip\r\n" +
	"\r\n"

func BenchmarkIndex(b *testing.B)        { benchmarkIndex(b, handshake) }
func BenchmarkIndexBrowser(b *testing.B) { benchmarkIndex(b, browserRequest) }

func benchmarkIndex(b *testing.B, request string) {
	var r http1.Request
	in := []byte(request)
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		r.Reset()
		if r.Index(in) != parser.OK {
			b.Fatal("not indexed")
		}
	}
}
