package fuzz

import (
	"bytes"
	"testing"

	"sluice/parser"
	"sluice/parser/http1"
)

var requests = []string{
	linkHandshake,
	"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Protocol: sip,, xmpp \r\n\r\nmore",
	"\r\n\r\nGET http://a/b?c HTTP/1.0\r\n\r\n", "OPTIONS * HTTP/1.1\r\n\r\n", "CONNECT a:80 HTTP/1.1\r\n\r\n",
	"GET /?a HTTP/2.0\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nA : b\r\n\r\n",
	"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "GET /#a HTTP/1.1\r\n\r\n", "GET ws://?a HTTP/1.1\r\n\r\n", "\x16\x03\x01", "GET / HTTP/1.1\r\nA:\x80\t\r\n\r\n",
}

// FuzzHTTPRequest: the outcome does not depend on how the bytes were split,
// spans are within the head and in order, and tokens within their fields.
func FuzzHTTPRequest(f *testing.F) {
	for _, s := range requests {
		f.Add([]byte(s), uint16(len(s)/2))
	}
	for _, raw := range seedMessages(f)[:8] {
		f.Add(raw, uint16(7))
	}
	f.Fuzz(func(t *testing.T, raw []byte, split uint16) {
		var whole, parts, bytewise http1.Request
		e := whole.Index(raw)
		again := parts.Index(raw[:min(int(split), len(raw))])
		if again == parser.ErrMore {
			again = parts.Index(bytes.Clone(raw))
		}
		compareRequests(t, "split", &parts, &whole, again, e)
		if len(raw) <= 4096 {
			again = parser.ErrMore
			for i := 0; i <= len(raw) && again == parser.ErrMore; i++ {
				again = bytewise.Index(raw[:i])
			}
			compareRequests(t, "byte by byte", &bytewise, &whole, again, e)
		}
		if e == parser.OK {
			checkRequest(t, &whole)
			again := whole.Index(raw)
			compareRequests(t, "again", &whole, &parts, again, e)
		}
		whole.Reset()
		compareRequests(t, "after Reset", &whole, &parts, whole.Index(raw), e)
	})
}

func compareRequests(t *testing.T, how string, got, want *http1.Request, gotErr, wantErr parser.Err) {
	t.Helper()
	if gotErr != wantErr || got.HeadLen() != want.HeadLen() || got.NumHeaders() != want.NumHeaders() {
		t.Fatalf("%s: got %v, head %d with %d fields, want %v, %d with %d", how, gotErr, got.HeadLen(), got.NumHeaders(), wantErr, want.HeadLen(), want.NumHeaders())
	}
	if got.Method != want.Method || got.Target != want.Target || got.Path != want.Path || got.Query != want.Query || got.Minor != want.Minor {
		t.Fatalf("%s: the request lines differ", how)
	}
	for i := range want.NumHeaders() {
		if got.Header(i) != want.Header(i) {
			t.Fatalf("%s: field %d: got %v, want %v", how, i, got.Header(i), want.Header(i))
		}
	}
}

func checkRequest(t *testing.T, r *http1.Request) {
	if len(r.Buf) != r.HeadLen() || !bytes.HasSuffix(r.Buf, []byte("\r\n\r\n")) {
		t.Fatalf("head of %d bytes: %q", r.HeadLen(), r.Buf)
	}
	head := parser.MakeSpan(0, r.HeadLen())
	spans := []parser.Span{r.Method, r.Target}
	within(t, "target", r.Target, r.Path, r.Query)
	inOrder(t, "target", r.Target, r.Path, r.Query)
	for i := range r.NumHeaders() {
		h := r.Header(i)
		spans = append(spans, h.Name, h.Value)
		name := string(h.Name.Of(r.Buf))
		if v, ok := r.Value(name); !ok || r.Count(name) == 1 && !bytes.Equal(v, h.Value.Of(r.Buf)) {
			t.Fatalf("field %q: got %q", name, v)
		}
		for tokens, n := r.Tokens(name), 0; tokens.Next(); n++ {
			if b := tokens.Bytes(); len(b) == 0 || bytes.IndexByte(b, ',') >= 0 || n > len(r.Buf) || !r.HasToken(name, string(b)) {
				t.Fatalf("field %q: token %q", name, b)
			}
		}
	}
	inOrder(t, "request", head, spans...)
	if a := r.Authority(); !bytes.Contains(r.Buf, a) {
		t.Fatalf("authority %q", a)
	}
}

// FuzzOrigin: the normal form of an origin is one, and is its own; hosts and
// ports are parts of their authority.
func FuzzOrigin(f *testing.F) {
	for _, s := range []string{"null", "https://Example.com:0443", "http://[2001:DB8::1]:8080", "a+b://c", "https://a:99999", "x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if host, port, ok := http1.SplitHost(raw); ok && len(host)+len(port)+1 < len(raw) {
			t.Fatalf("%q: host %q, port %q", raw, host, port)
		}
		normal, ok := http1.AppendOrigin(nil, raw)
		if !ok {
			return
		}
		again, ok := http1.AppendOrigin(nil, normal)
		if !ok || !bytes.Equal(again, normal) || len(normal) > len(raw) {
			t.Fatalf("%q: normal form %q, whose own is %q, %t", raw, normal, again, ok)
		}
	})
}
