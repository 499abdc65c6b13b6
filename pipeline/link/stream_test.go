package link_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline/link"
)

// withLength returns a message that announces a body of that length.
func withLength(length string) string {
	return strings.Replace(message("a", ""), "Content-Length: 0", "Content-Length: "+length, 1)
}

var withoutLength = strings.Replace(message("a", ""), "Content-Length: 0\r\n", "", 1)

func bad(err parser.Err, counter link.Counter, id string) []string {
	return []string{"count " + counter.String(), fmt.Sprintf("bad %v, call-id %q", err, id), "close 0"}
}

func badHead(err parser.Err, counter link.Counter) []string {
	return []string{"count " + counter.String(), fmt.Sprintf("bad %v", err), "close 0"}
}

// dropped returns a response whose status code is none.
func dropped(status, body string) string {
	return fmt.Sprintf("SIP/2.0 %s\r\nCall-ID: z\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body)
}

// dropStatus is what the sink is told when such a response comes, and then rest.
func dropStatus(rest []string) []string {
	return append([]string{"count bad_message", "bad malformed status code"}, rest...)
}

const bigCode = "4294967301 better not break the receiver" // RFC 4475 §3.1.2.19

var (
	pinged = []string{`write "\r\n"`, "count ping", "keep-alive"}

	small = message("a", "")
	body  = message("b", "hello")
	inner = message("c", message("d", "SIP in SIP\r\n\r\n"))
	reply = "SIP/2.0 200 OK\r\nCall-ID: e\r\nl: 2\r\n\r\nok"
)

func TestStream(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"one message", small, messages(small)},
		{"body", body, messages(body)},
		{"response, compact form", reply, messages(reply)},
		{"body that looks like a message", inner, messages(inner)},
		{"body that ends in CRLFs", message("f", "x\r\n\r\n"), messages(message("f", "x\r\n\r\n"))},
		{"several messages", small + body + inner + reply + small, messages(small, body, inner, reply, small)},
		{"half a message", body[:100], nil},
		{"body that lacks a byte", body[:len(body)-1], nil},
		{"message and a half", small + body[:len(body)-2], messages(small)},
		{"bare LF as line end", "SIP/2.0 200 OK\nl: 1\n\nx" + small, bad(parser.ErrLineEnd, link.CounterBadMessage, "")},
		{"bytes that are not text", message("g", "\x00\xff\xfe"), messages(message("g", "\x00\xff\xfe"))},

		{"CR", "\r", nil},
		{"lone CRLF", "\r\n", nil},
		{"keep-alive", "\r\n\r\n", pinged},
		{"keep-alive and a half", "\r\n\r\n\r\n", pinged},
		{"three keep-alives", strings.Repeat("\r\n", 6), slices.Concat(pinged, pinged, pinged)},
		{"CRLF before a message", "\r\n" + small, messages(small)},
		{"CRLF between messages", small + "\r\n" + body, messages(small, body)},
		{"CRLF on both sides of a message", "\r\n" + small + "\r\n", messages(small)},
		{"keep-alive before a message", "\r\n\r\n" + small, slices.Concat(pinged, messages(small))},
		{"keep-alive after a message", small + "\r\n\r\n", slices.Concat(messages(small), pinged)},
		{"keep-alive between messages", small + "\r\n\r\n" + body, slices.Concat(messages(small), pinged, messages(body))},

		{"no Content-Length", withoutLength + small, bad(parser.ErrContentLength, link.CounterBadMessage, "a")},
		{"Content-Length is no number", withLength("x"), bad(parser.ErrContentLength, link.CounterBadMessage, "a")},
		{"Content-Length is negative", withLength("-1"), bad(parser.ErrContentLength, link.CounterBadMessage, "a")},
		{"Content-Length is empty", withLength(""), bad(parser.ErrContentLength, link.CounterBadMessage, "a")},
		{"two that differ", withLength("0\r\nl: 1"), bad(parser.ErrContentLength, link.CounterBadMessage, "a")},
		{"two that agree", withLength("0\r\nl: 0"), messages(withLength("0\r\nl: 0"))},
		{"a body of 1 GB", withLength("1073741824") + "xxxx", bad(parser.ErrTooLong, link.CounterTooLong, "a")},
		{"a body of 10^30", withLength("1" + strings.Repeat("0", 30)), bad(parser.ErrTooLong, link.CounterTooLong, "a")},
		{"a body of 2^64", withLength("18446744073709551616"), bad(parser.ErrTooLong, link.CounterTooLong, "a")},

		{"other version", strings.Replace(small, "SIP/2.0", "SIP/3.0", 1), bad(parser.ErrVersion, link.CounterBadMessage, "a")},
		{"malformed header name", strings.Replace(small, "Max-Forwards", "Max Forwards", 1), bad(parser.ErrHeaderName, link.CounterBadMessage, "a")},
		{"malformed message after a good one", body + withoutLength, slices.Concat(messages(body), bad(parser.ErrContentLength, link.CounterBadMessage, "a"))},
		{"good message after a malformed one", withoutLength + body, bad(parser.ErrContentLength, link.CounterBadMessage, "a")},
		{"status code too long", dropped(bigCode, "") + small, dropStatus(messages(small))},
		{"status code too short", dropped("20", "") + small, dropStatus(messages(small))},
		{"no status code", dropped("", "") + small, dropStatus(messages(small))},
		{"status code of another class", dropped("799 Unknown", "") + small, dropStatus(messages(small))},
		{"status code too long, body", small + dropped(bigCode, small) + body, slices.Concat(messages(small), dropStatus(messages(body)))},
		{"status code too long, keep-alive behind", dropped(bigCode, "") + "\r\n\r\n", dropStatus(pinged)},
		{"two of them", dropped(bigCode, "x") + dropped("0", "y") + small, dropStatus(dropStatus(messages(small)))},
		{"status code too long, no Content-Length", strings.Replace(dropped(bigCode, ""), "Content-Length", "X", 1) + small, badHead(parser.ErrStatus, link.CounterBadMessage)},
		{"status code too long, a body of 1 GB", strings.Replace(dropped(bigCode, ""), "h: 0", "h: 1073741824", 1) + small, badHead(parser.ErrStatus, link.CounterBadMessage)},
		{"status code too long, malformed header name", strings.Replace(dropped(bigCode, ""), "Call-ID", "Call ID", 1) + small, badHead(parser.ErrStatus, link.CounterBadMessage)},
		{"status code too long, not complete", dropped(bigCode, "hello")[:60], nil},
		{"status line of another protocol", "HTTP/1.1 20 OK\r\n", badHead(parser.ErrMethod, link.CounterBadMessage)},
		{"garbage", "\x16\x03\x01\x02\x00\x01\x00", badHead(parser.ErrMethod, link.CounterBadMessage)},
		{"garbage line", "what is this\r\n", badHead(parser.ErrStartLine, link.CounterBadMessage)},
		{"HTTP", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", badHead(parser.ErrStartLine, link.CounterBadMessage)},
		{"CR without LF", "\r" + small, badHead(parser.ErrLineEnd, link.CounterBadMessage)},
		{"two CRs", "\r\r\n", badHead(parser.ErrLineEnd, link.CounterBadMessage)},
		{"CRLF CR", "\r\n\rX", badHead(parser.ErrLineEnd, link.CounterBadMessage)},
		{"LF", "\n" + small, badHead(parser.ErrStartLine, link.CounterBadMessage)},
		{"NUL", "\x00", badHead(parser.ErrMethod, link.CounterBadMessage)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run{mode: link.ModeSIP}.check(t, []byte(tt.in), tt.want)
		})
	}
}

func TestStreamLimits(t *testing.T) {
	sized := func(n int) string {
		for fill := n - len(message("a", "")); ; fill-- {
			if m := message("a", strings.Repeat("x", fill)); len(m) == n {
				return m
			}
		}
	}
	header := "MESSAGE sip:a SIP/2.0\r\nX: " + strings.Repeat("x", 80_000)
	tests := []struct {
		name, in string
		max      int
		want     []string
	}{
		{"as long as allowed", sized(1000) + sized(999), 1000, messages(sized(1000), sized(999))},
		{"one byte too long", sized(1001), 1000, bad(parser.ErrTooLong, link.CounterTooLong, "a")},
		{"65535 bytes", sized(65535) + small, 0, messages(sized(65535), small)},
		{"65536 bytes", sized(65536), 0, bad(parser.ErrTooLong, link.CounterTooLong, "a")},
		{"a message of 70 kB", sized(70_000) + small, 0, bad(parser.ErrTooLong, link.CounterTooLong, "a")},
		{"a limit above the ceiling", sized(70_000), 1 << 20, bad(parser.ErrTooLong, link.CounterTooLong, "a")},
		{"a head that does not end", header, 0, badHead(parser.ErrTooLong, link.CounterTooLong)},
		{"a head that does not end within the limit", header, 1000, badHead(parser.ErrTooLong, link.CounterTooLong)},
		{"a head over the limit", small, len(small) - 1, badHead(parser.ErrTooLong, link.CounterTooLong)},
		{"a head of the limit", small + small, len(small), messages(small, small)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run{mode: link.ModeSIP, lim: link.Limits{MaxMessage: tt.max}}.check(t, []byte(tt.in), tt.want)
		})
	}
}

// A body that would be too long is refused when the head is complete, and the
// message that the sink sees ends with its head.
func TestTooLongIsNotAwaited(t *testing.T) {
	in := withLength("1073741824")
	rec := recorder{pool: link.NewPool(link.Limits{})}
	var l link.Link
	l.Init(link.ModeSIP)
	l.Feed([]byte(in[:len(in)-1]), rec.pool, &rec)
	if len(rec.events) != 0 {
		t.Fatalf("head incomplete: got %v", rec.events)
	}
	l.Feed([]byte("\n"), rec.pool, &rec)
	if want := bad(parser.ErrTooLong, link.CounterTooLong, "a"); !slices.Equal(rec.events, want) {
		t.Errorf("got %v, want %v", rec.events, want)
	}
	if rec.max != len(in) {
		t.Errorf("got a message of %d bytes, want %d", rec.max, len(in))
	}
	if w, _ := l.Waiting(); l.Mode() != link.ModeEnded || w != link.WaitNothing {
		t.Errorf("got mode %d, waiting %d, want an ended link", l.Mode(), w)
	}
}

// zeroCopy is a sink that wants its messages to lie in b.
type zeroCopy struct {
	recorder
	t    *testing.T
	b    []byte
	seen int
}

func (z *zeroCopy) OnMessage(l *link.Link, m *sip.Message) {
	if at := z.seen; &m.Buf[0] != &z.b[at] {
		z.t.Errorf("message at %d was copied", at)
	}
	z.seen += len(m.Buf)
}

func TestWholeMessagesAreNotCopied(t *testing.T) {
	z := zeroCopy{t: t, b: []byte(small + body + inner + reply)}
	p := link.NewPool(link.Limits{})
	var l link.Link
	l.Init(link.ModeSIP)
	l.Feed(z.b, p, &z)
	if z.seen != len(z.b) {
		t.Errorf("got messages of %d bytes, want %d", z.seen, len(z.b))
	}
}

func TestPingOfOurs(t *testing.T) {
	rec := recorder{pool: link.NewPool(link.Limits{})}
	var l link.Link
	l.Init(link.ModeSIP)
	if got := string(l.AppendPing(nil, []byte("of no use here"))); got != "\r\n\r\n" {
		t.Fatalf("AppendPing: got %q, want a double CRLF", got)
	}
	l.Feed([]byte("\r\n"+small+"\r\n\r\n"), rec.pool, &rec)
	want := slices.Concat([]string{"count pong", "keep-alive"}, messages(small), pinged)
	if !slices.Equal(rec.events, want) {
		t.Errorf("got %v, want %v", rec.events, want)
	}
}

// ender is a sink that ends the link upon its first message.
type ender struct{ recorder }

func (e *ender) OnMessage(l *link.Link, m *sip.Message) {
	e.recorder.OnMessage(l, m)
	l.End()
}

func TestEndStopsTheFeed(t *testing.T) {
	for name, cuts := range map[string][]string{
		"whole":   {small + body},
		"partial": {small[:50], small[50:] + body, body},
	} {
		t.Run(name, func(t *testing.T) {
			e := ender{recorder{pool: link.NewPool(link.Limits{})}}
			var l link.Link
			l.Init(link.ModeSIP)
			for _, b := range cuts {
				l.Feed([]byte(b), e.pool, &e)
			}
			if want := messages(small); !slices.Equal(e.events, want) {
				t.Errorf("got %v, want %v", e.events, want)
			}
		})
	}
}

func TestCounterNames(t *testing.T) {
	seen := map[string]bool{"": true, "unknown": true}
	for c := range link.NumCounters {
		if seen[c.String()] {
			t.Errorf("counter %d: got %q, want a name of its own", c, c)
		}
		seen[c.String()] = true
	}
	if got := link.NumCounters.String(); got != "unknown" {
		t.Errorf("got %q, want unknown", got)
	}
}
