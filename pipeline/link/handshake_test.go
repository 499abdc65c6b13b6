package link_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sluice/parser/http1"
	"sluice/pipeline/link"
)

// The example of RFC 7118 §4.1.
const handshake = "GET / HTTP/1.1\r\n" +
	"Host: sip-ws.example.com\r\n" +
	"Upgrade: websocket\r\n" +
	"Connection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
	"Origin: http://www.example.com\r\n" +
	"Sec-WebSocket-Protocol: sip\r\n" +
	"Sec-WebSocket-Version: 13\r\n" +
	"\r\n"

// with returns the handshake with the line that begins with old replaced, or
// removed.
func with(old, line string) string {
	start := strings.Index(handshake, old)
	end := start + strings.Index(handshake[start:], "\r\n") + 2
	if line != "" {
		line += "\r\n"
	}
	return handshake[:start] + line + handshake[end:]
}

var (
	accepted = []string{"upgrade /", "http 101 Switching Protocols"}

	badRequest  = refused("400 Bad Request")
	notUpgraded = refused("426 Upgrade Required")
	tooLarge    = append([]string{"count bad_handshake", "count request_too_long"}, refused("431 Request Header Fields Too Large")[1:]...)
)

func refused(status string) []string {
	return []string{"count bad_handshake", "http " + status, "close 0"}
}

func TestHandshake(t *testing.T) {
	many := strings.Repeat("X: y\r\n", 64)
	tests := []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"incomplete", handshake[:len(handshake)-1], nil},
		{"example of RFC 7118", handshake, accepted},
		{"frames at once", handshake + text(small) + masked(fin|opPing, "a"), slices.Concat(accepted, messages(small), ponged("a"))},
		{"violation at once", handshake + "\x81\x00", slices.Concat(accepted, failed(link.CounterUnmasked, 1002))},
		{"path and query", with("GET", "GET /sip?token=1 HTTP/1.1"), []string{"upgrade /sip?token=1", "http 101 Switching Protocols"}},
		{"absolute target", with("GET", "GET ws://sip-ws.example.com/a HTTP/1.1"), []string{"upgrade ws://sip-ws.example.com/a", "http 101 Switching Protocols"}},
		{"empty line before", "\r\n" + handshake, accepted},
		{"HTTP/1.2", with("GET", "GET / HTTP/1.2"), accepted},
		{"no Origin", with("Origin", ""), accepted},
		{"Host with port", with("Host", "Host: sip.example.com:8080"), accepted},
		{"Host that is IPv6", with("Host", "Host: [2001:db8::1]:8080"), accepted},
		{"Upgrade in capitals", with("Upgrade", "Upgrade: WebSocket"), accepted},
		{"Upgrade among others", with("Upgrade", "Upgrade: h2c, websocket"), accepted},
		{"Connection of Firefox", with("Connection", "Connection: keep-alive, Upgrade"), accepted},
		{"Connection in lower case", with("Connection", "connection: upgrade"), accepted},
		{"two Connection fields", with("Connection", "Connection: keep-alive\r\nConnection: Upgrade"), accepted},
		{"several sub-protocols", with("Sec-WebSocket-P", "Sec-WebSocket-Protocol: msrp, sip"), accepted},
		{"several fields of sub-protocols", with("Sec-WebSocket-P", "Sec-WebSocket-Protocol: msrp\r\nSec-WebSocket-Protocol: sip"), accepted},
		{"extensions are ignored", with("Origin", "Sec-WebSocket-Extensions: permessage-deflate"), accepted},
		{"Content-Length of 0", with("Origin", "Content-Length: 0"), accepted},
		{"as many fields as allowed", with("Origin", strings.TrimSuffix(many[:6*58], "\r\n")), accepted},

		{"HEAD", with("GET", "HEAD / HTTP/1.1"), refused("405 Method Not Allowed")},
		{"POST", with("GET", "POST / HTTP/1.1"), refused("405 Method Not Allowed")},
		{"OPTIONS *", with("GET", "OPTIONS * HTTP/1.1"), refused("405 Method Not Allowed")},
		{"CONNECT", with("GET", "CONNECT a:80 HTTP/1.1"), refused("405 Method Not Allowed")},
		{"get", with("GET", "get / HTTP/1.1"), refused("405 Method Not Allowed")},
		{"HTTP/1.0", with("GET", "GET / HTTP/1.0"), badRequest},
		{"HTTP/2.0", with("GET", "GET / HTTP/2.0"), refused("505 HTTP Version Not Supported")},
		{"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refused("505 HTTP Version Not Supported")},
		{"no version", with("GET", "GET /"), badRequest},
		{"fragment in the target", with("GET", "GET /#a HTTP/1.1"), badRequest},

		{"a request that is no upgrade", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", notUpgraded},
		{"no Upgrade", with("Upgrade", ""), notUpgraded},
		{"Upgrade to something else", with("Upgrade", "Upgrade: h2c"), badRequest},
		{"empty Upgrade", with("Upgrade", "Upgrade:"), badRequest},
		{"no Connection", with("Connection", ""), badRequest},
		{"Connection without Upgrade", with("Connection", "Connection: keep-alive"), badRequest},

		{"no Host", with("Host", ""), badRequest},
		{"no Host, POST", strings.Replace(with("Host", ""), "GET", "POST", 1), badRequest},
		{"no Host, no Upgrade", "GET / HTTP/1.1\r\n\r\n", badRequest},
		{"no Host, another version", strings.Replace(with("Host", ""), "13", "8", 1), badRequest},
		{"no Host, HTTP/1.0, HEAD", "HEAD / HTTP/1.0\r\n\r\n", refused("405 Method Not Allowed")},
		{"two Hosts, HTTP/1.0, HEAD", "HEAD / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", badRequest},
		{"Host with two ports", with("Host", "Host: a:80:81"), badRequest},
		{"Host with an open bracket", with("Host", "Host: [::1"), badRequest},
		{"empty Host", with("Host", "Host:"), badRequest},
		{"two Hosts", with("Host", "Host: a\r\nHost: b"), badRequest},
		{"Host with a path", with("Host", "Host: a/b"), badRequest},
		{"Host with a user", with("Host", "Host: a@b"), badRequest},
		{"Host with a space", with("Host", "Host: a b"), badRequest},

		{"no key", with("Sec-WebSocket-K", ""), badRequest},
		{"empty key", with("Sec-WebSocket-K", "Sec-WebSocket-Key:"), badRequest},
		{"two keys", with("Sec-WebSocket-K", strings.Repeat("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", 2)[2:]), badRequest},
		{"key of 15 bytes", with("Sec-WebSocket-K", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j"), badRequest},
		{"key of 17 bytes", with("Sec-WebSocket-K", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZWU="), badRequest},
		{"key of 18 bytes", with("Sec-WebSocket-K", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZWVl"), badRequest},
		{"key that is not base64", with("Sec-WebSocket-K", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q=="), badRequest},
		{"key without padding", with("Sec-WebSocket-K", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"), badRequest},

		{"no version of the protocol", with("Sec-WebSocket-V", ""), notUpgraded},
		{"version 8", with("Sec-WebSocket-V", "Sec-WebSocket-Version: 8"), notUpgraded},
		{"versions 8 and 13", with("Sec-WebSocket-V", "Sec-WebSocket-Version: 8, 13"), notUpgraded},
		{"two versions", with("Sec-WebSocket-V", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13"), notUpgraded},
		{"version 013", with("Sec-WebSocket-V", "Sec-WebSocket-Version: 013"), notUpgraded},

		{"no sub-protocol", with("Sec-WebSocket-P", ""), badRequest},
		{"empty sub-protocol", with("Sec-WebSocket-P", "Sec-WebSocket-Protocol:"), badRequest},
		{"sub-protocol msrp", with("Sec-WebSocket-P", "Sec-WebSocket-Protocol: msrp"), badRequest},
		{"sub-protocol SIP", with("Sec-WebSocket-P", "Sec-WebSocket-Protocol: SIP"), badRequest},
		{"sub-protocol that begins with sip", with("Sec-WebSocket-P", "Sec-WebSocket-Protocol: sip2"), badRequest},

		{"Content-Length", with("Origin", "Content-Length: 1"), badRequest},
		{"Transfer-Encoding", with("Origin", "Transfer-Encoding: chunked"), badRequest},
		{"bare LF", strings.ReplaceAll(handshake, "\r\n", "\n"), badRequest},
		{"folded field", with("Origin", "A: b\r\n c"), badRequest},
		{"space before a colon", with("Origin", "Origin : a"), badRequest},
		{"NUL", with("Origin", "Origin: \x00"), badRequest},
		{"SIP", small, badRequest},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", badRequest},
		{"WebSocket frame", text(small), badRequest},
		{"too many fields", with("Origin", strings.TrimSuffix(many, "\r\n")), tooLarge},
		{"nothing is read after an answer", with("GET", "POST / HTTP/1.1") + handshake, refused("405 Method Not Allowed")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run{mode: link.ModeHTTP}.check(t, []byte(tt.in), tt.want)
		})
	}
}

func TestHandshakeLimits(t *testing.T) {
	cookie := func(n int) string { return with("Origin", "Cookie: "+strings.Repeat("x", n)) }
	exact := cookie(1000 - len(cookie(0)))
	tests := []struct {
		name, in string
		max      int
		want     []string
	}{
		{"as long as allowed", exact, 1000, accepted},
		{"as long as allowed, frames behind", exact + text(small), 1000, append(slices.Clone(accepted), messages(small)...)},
		{"one byte too long", cookie(1001 - len(cookie(0))), 1000, tooLarge},
		{"malformed beyond the limit", cookie(1000) + "\x00", 1000, tooLarge},
		{"default", cookie(16_000 - len(cookie(0))), 0, accepted},
		{"more than the default", cookie(16_384), 0, tooLarge},
		{"no end", "GET /" + strings.Repeat("a", 20_000), 0, tooLarge},
		{"no end, limit above the ceiling", "GET /" + strings.Repeat("a", 70_000), 1 << 20, tooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run{mode: link.ModeHTTP, lim: link.Limits{MaxHead: tt.max}}.check(t, []byte(tt.in), tt.want)
		})
	}
}

func TestReject(t *testing.T) {
	r := run{mode: link.ModeHTTP, sink: recorder{reject: 403}}
	r.check(t, []byte(handshake+text(small)), []string{"upgrade /", "http 403 Forbidden", "close 0"})
}

// A transcript is a sink that keeps what is written.
type transcript struct {
	recorder
	out bytes.Buffer
}

func (s *transcript) Write(l *link.Link, b []byte)  { s.out.Write(b) }
func (s *transcript) Answer(l *link.Link, b []byte) { s.out.Write(b) }

func TestAnswerBytes(t *testing.T) {
	const closed = "Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
	tests := []struct{ name, in, want string }{
		{"accepted", handshake, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n"},
		{"no upgrade", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 426 Upgrade Required\r\n" + closed + "Content-Length: 27\r\n" +
			"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\nthis is a WebSocket server\n"},
		{"method", with("GET", "PUT / HTTP/1.1"), "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\nAllow: GET\r\n\r\n"},
		{"malformed", "\x00", "HTTP/1.1 400 Bad Request\r\n" + closed + "Content-Length: 17\r\n\r\nmalformed method\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := transcript{recorder: recorder{pool: link.NewPool(link.Limits{}), later: true}}
			var l link.Link
			l.Init(link.ModeHTTP)
			l.Feed([]byte(tt.in), s.pool, &s)
			l.Accept("", s.pool, &s)
			if got := s.out.String(); got != tt.want {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestAnswerLater(t *testing.T) {
	frames := text(small) + masked(fin|opPing, "a")
	half := len(frames) / 2
	waiting := func(p *link.Pool) (*link.Link, *recorder) {
		rec := &recorder{pool: p, later: true}
		l := new(link.Link)
		l.Init(link.ModeHTTP)
		l.Feed([]byte(handshake+frames[:3]), p, rec)
		l.Feed([]byte(frames[3:half]), p, rec)
		w, _ := l.Waiting()
		if want := []string{"upgrade /"}; !slices.Equal(rec.events, want) || w != link.WaitNothing {
			t.Fatalf("got %v, waiting %d, want %v, %d", rec.events, w, want, link.WaitNothing)
		}
		rec.events = nil
		return l, rec
	}
	t.Run("accept", func(t *testing.T) {
		p := link.NewPool(link.Limits{})
		l, rec := waiting(p)
		l.Accept("", p, rec)
		l.Feed([]byte(frames[half:]), p, rec)
		l.Accept("", p, rec)
		l.Reject(403, "", "", "", p, rec)
		want := slices.Concat([]string{"http 101 Switching Protocols"}, messages(small), ponged("a"))
		if !slices.Equal(rec.events, want) {
			t.Errorf("got %v, want %v", rec.events, want)
		}
	})
	t.Run("reject", func(t *testing.T) {
		p := link.NewPool(link.Limits{})
		l, rec := waiting(p)
		l.Reject(401, "", "", "", p, rec)
		l.Accept("", p, rec)
		l.Feed([]byte(frames[half:]), p, rec)
		if want := []string{"http 401 Unauthorized", "close 0"}; !slices.Equal(rec.events, want) {
			t.Errorf("got %v, want %v", rec.events, want)
		}
	})
	t.Run("connection gone", func(t *testing.T) {
		p := link.NewPool(link.Limits{})
		l, rec := waiting(p)
		l.Release(p)
		l.Accept("", p, rec)
		if len(rec.events) != 0 {
			t.Errorf("got %v, want nothing", rec.events)
		}
	})
	for _, limit := range []int{512, 1 << 20} {
		t.Run(fmt.Sprintf("too much meanwhile, limit %d", limit), func(t *testing.T) {
			p := link.NewPool(link.Limits{MaxHead: limit})
			l, rec := waiting(p)
			for range 200 {
				l.Feed(make([]byte, 512), p, rec)
			}
			l.Accept("", p, rec)
			if want := badRequest; !slices.Equal(rec.events, want) {
				t.Errorf("got %v, want %v", rec.events, want)
			}
		})
	}
}

func TestHandshakeIsReadableLater(t *testing.T) {
	p := link.NewPool(link.Limits{})
	rec := &keeper{recorder: recorder{pool: p, later: true}}
	var l link.Link
	l.Init(link.ModeHTTP)
	b := []byte(handshake)
	l.Feed(b, p, rec)
	copy(b, make([]byte, len(b)))
	for range 40 {
		l.Feed([]byte(strings.Repeat("x", 100)), p, rec)
		var other link.Link
		other.Init(link.ModeHTTP)
		other.Feed([]byte(strings.Repeat("x", 600)), p, rec)
	}
	if got := string(rec.origin()); got != "http://www.example.com" {
		t.Errorf("got Origin %q", got)
	}
}

// A keeper is a sink that keeps the handshake.
type keeper struct {
	recorder
	q *http1.Request
}

func (k *keeper) OnUpgrade(l *link.Link, q *http1.Request) { k.q = q }

func (k *keeper) origin() []byte {
	v, _ := k.q.Value("Origin")
	return v
}
