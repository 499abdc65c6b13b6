package link_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline/link"
	"sluice/pipeline/link/linktest"
)

const (
	opCont  = 0x0
	opText  = 0x1
	opBin   = 0x2
	opClose = 0x8
	opPing  = 0x9
	opPong  = 0xa
	fin     = 0x80
)

func masked(first byte, payload string) string { return linktest.Frame(first, payload) }

func text(p string) string { return masked(fin|opText, p) }
func bin(p string) string  { return masked(fin|opBin, p) }

func closing(code uint16, reason string) string { return linktest.Close(int(code), reason) }

// failed is what the sink is told of a violation.
func failed(c link.Counter, code int) []string {
	return []string{"count " + c.String(), fmt.Sprintf(`write close %d ""`, code), fmt.Sprintf("close %d", code)}
}

func closed(code int) []string {
	return []string{fmt.Sprintf(`write close %d ""`, code), fmt.Sprintf("close %d", code)}
}

func ponged(payload string) []string {
	return []string{fmt.Sprintf("write pong %q", payload), "count ping", "keep-alive"}
}

var (
	badFrame = failed(link.CounterBadFrame, 1002)
	badText  = failed(link.CounterBadText, 1007)
	tooBig   = failed(link.CounterTooLong, 1009)
	pongSeen = []string{"count pong", "keep-alive"}

	utf8Body = message("u", "κόσμε 𝄞")
	long126  = message("l", strings.Repeat("x", 300))
	bytes125 = strings.Repeat("p", 125)
)

// badSIP is what the sink is told of a malformed SIP message in a frame.
func badSIP(err parser.Err, id string, code int) []string {
	what := err.Error()
	if id != "" {
		what = fmt.Sprintf("%v, call-id %q", err, id)
	}
	return []string{"count bad_message", "bad " + what,
		fmt.Sprintf("write close %d %q", code, err.Error()), fmt.Sprintf("close %d", code)}
}

type frameTest struct {
	name, in string
	want     []string
}

func runFrames(t *testing.T, lim link.Limits, tests []frameTest) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run{mode: link.ModeWebSocket, lim: lim}.check(t, []byte(tt.in), tt.want)
		})
	}
}

func TestFrameHeaders(t *testing.T) {
	runFrames(t, link.Limits{}, []frameTest{
		{"nothing", "", nil},
		{"first byte", "\x81", nil},
		{"header without payload", text(small)[:8], nil},
		{"payload that lacks a byte", text(small)[:len(text(small))-1], nil},
		{"text", text(small), messages(small)},
		{"binary", bin(small), messages(small)},
		{"several messages", text(small) + bin(body) + text(inner), messages(small, body, inner)},
		{"16 bit length", text(long126), messages(long126)},
		{"mask of zeros", "\x81\x82\x00\x00\x00\x00\r\n", pongSeen},

		{"text without mask", "\x81\x02\r\n", failed(link.CounterUnmasked, 1002)},
		{"text without mask, 16 bit length", "\x81\x7e\x01\x00", failed(link.CounterUnmasked, 1002)},
		{"ping without mask", "\x89\x00", failed(link.CounterUnmasked, 1002)},
		{"close without mask", "\x88\x02\x03\xe8", failed(link.CounterUnmasked, 1002)},
		{"RSV1", masked(fin|0x40|opText, small), badFrame},
		{"RSV2", masked(fin|0x20|opText, small), badFrame},
		{"RSV3", masked(fin|0x10|opText, small), badFrame},
		{"RSV1 on a ping", masked(fin|0x40|opPing, ""), badFrame},
		{"RSV1 on a continuation", masked(opText, "M") + masked(fin|0x40|opCont, ""), badFrame},

		{"opcode 3", masked(fin|0x3, ""), badFrame},
		{"opcode 4", masked(fin|0x4, small), badFrame},
		{"opcode 5", masked(fin|0x5, ""), badFrame},
		{"opcode 6", masked(fin|0x6, ""), badFrame},
		{"opcode 7", masked(fin|0x7, ""), badFrame},
		{"opcode 11", masked(fin|0xb, ""), badFrame},
		{"opcode 12", masked(fin|0xc, ""), badFrame},
		{"opcode 13", masked(fin|0xd, ""), badFrame},
		{"opcode 14", masked(fin|0xe, ""), badFrame},
		{"opcode 15", masked(fin|0xf, ""), badFrame},

		{"16 bit length below 126", "\x81\xfe\x00\x7dabcd", badFrame},
		{"64 bit length below 65536", "\x81\xff\x00\x00\x00\x00\x00\x00\xff\xffabcd", badFrame},
		{"64 bit length with its highest bit", "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00abcd", badFrame},
		{"nothing is read after a violation", masked(fin|0x3, "") + text(small), badFrame},
	})
}

func TestControlFrames(t *testing.T) {
	runFrames(t, link.Limits{}, []frameTest{
		{"ping", masked(fin|opPing, ""), ponged("")},
		{"ping with payload", masked(fin|opPing, "\x00hello\xff"), ponged("\x00hello\xff")},
		{"ping with 125 bytes", masked(fin|opPing, bytes125), ponged(bytes125)},
		{"ping with 126 bytes", masked(fin|opPing, bytes125+"p"), badFrame},
		{"ping in fragments", masked(opPing, "a") + masked(fin|opCont, "b"), badFrame},
		{"pings between messages", text(small) + masked(fin|opPing, "a") + text(body) + masked(fin|opPing, "b"),
			slices.Concat(messages(small), ponged("a"), messages(body), ponged("b"))},
		{"pong", masked(fin|opPong, "unasked"), pongSeen},
		{"pong with 126 bytes", masked(fin|opPong, bytes125+"p"), badFrame},
		{"pong in fragments", masked(opPong, ""), badFrame},

		{"close without code", masked(fin|opClose, ""), []string{`write close ""`, "close 1005"}},
		{"close with half a code", masked(fin|opClose, "\x03"), badFrame},
		{"close in fragments", masked(opClose, "\x03\xe8"), badFrame},
		{"close with 126 bytes", closing(1000, strings.Repeat("x", 124)), badFrame},
		{"close with 125 bytes", closing(1000, strings.Repeat("x", 123)), closed(1000)},
		{"close with reason", closing(1001, "going away: κόσμε"), closed(1001)},
		{"close with a reason that is not UTF-8", closing(1000, "\xce"), badText},
		{"close with a cut character", closing(1000, "κ"[:1]), badText},
		{"nothing is read after a close", closing(1000, "") + text(small), closed(1000)},
		{"no answer to a ping after a close", closing(1000, "") + masked(fin|opPing, ""), closed(1000)},
		{"close within a message", masked(opText, "MESS") + closing(1000, "") + masked(fin|opCont, "AGE"), closed(1000)},
	})
}

func TestCloseCodes(t *testing.T) {
	valid := func(code uint16) bool {
		switch code {
		case 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014:
			return true
		}
		return code >= 3000 && code <= 4999
	}
	for _, code := range []uint16{
		0, 1, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015,
		1016, 1100, 2000, 2999, 3000, 3999, 4000, 4999, 5000, 65535,
	} {
		want := badFrame
		if valid(code) {
			want = closed(int(code))
		}
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			run{mode: link.ModeWebSocket}.check(t, []byte(closing(code, "why")), want)
		})
	}
}

func TestFragments(t *testing.T) {
	cut := func(m string, at ...int) (out string) {
		first, start := byte(opText), 0
		for _, end := range at {
			out += masked(first, m[start:end])
			first, start = opCont, end
		}
		return out + masked(fin|opCont, m[start:])
	}
	perByte := masked(opText, "")
	for i := range len(small) {
		perByte += masked(opCont, small[i:i+1])
	}
	perByte += masked(fin|opCont, "")
	kappa := strings.Index(utf8Body, "κ")
	ping := masked(fin|opPing, "now")
	runFrames(t, link.Limits{}, []frameTest{
		{"two", cut(small, 100), messages(small)},
		{"three, then another message", cut(body, 1, len(body)-1) + text(small), messages(body, small)},
		{"a byte each", perByte, messages(small)},
		{"empty first", cut(small, 0), messages(small)},
		{"empty last", cut(small, len(small)), messages(small)},
		{"all empty", masked(opText, "") + masked(opCont, "") + masked(fin|opCont, ""), nil},
		{"binary", masked(opBin, body[:9]) + masked(fin|opCont, body[9:]), messages(body)},
		{"16 bit lengths", cut(long126+long126, 310), badSIP(parser.ErrContentLength, "l", 4002)},
		{"ping between", masked(opText, small[:9]) + ping + masked(fin|opCont, small[9:]), append(ponged("now"), messages(small)...)},
		{"ping before the first byte", masked(opText, "") + ping + masked(fin|opCont, small), append(ponged("now"), messages(small)...)},
		{"pings and pong between", masked(opText, small[:9]) + ping + masked(fin|opPong, "") + masked(opCont, small[9:20]) + ping + masked(fin|opCont, small[20:]),
			slices.Concat(ponged("now"), pongSeen, ponged("now"), messages(small))},
		{"ping too long between", masked(opText, small[:9]) + masked(fin|opPing, bytes125+"p"), badFrame},

		{"continuation of nothing", masked(fin|opCont, small), badFrame},
		{"unfinished continuation of nothing", masked(opCont, small), badFrame},
		{"continuation after a whole message", text(small) + masked(fin|opCont, small), append(messages(small), badFrame...)},
		{"continuation after the last fragment", cut(small, 9) + masked(fin|opCont, ""), append(messages(small), badFrame...)},
		{"text within a message", masked(opText, small[:9]) + text(small), badFrame},
		{"binary within a message", masked(opText, small[:9]) + bin(small), badFrame},
		{"first fragment within a message", masked(opText, small[:9]) + masked(opText, small[9:]), badFrame},
		{"unfinished", masked(opText, small[:9]) + masked(opCont, small[9:]), nil},

		{"character cut by fragments", cut(utf8Body, kappa+1), messages(utf8Body)},
		{"character of four bytes cut three times", cut(utf8Body, len(utf8Body)-3, len(utf8Body)-2, len(utf8Body)-1), messages(utf8Body)},
		{"character cut by a ping", masked(opText, utf8Body[:kappa+1]) + ping + masked(fin|opCont, utf8Body[kappa+1:]), append(ponged("now"), messages(utf8Body)...)},
		{"character that is not completed", cut(utf8Body[:kappa+1], 9), badText},
		{"character spoiled by the next fragment", masked(opText, utf8Body[:kappa+1]) + masked(fin|opCont, "x"), badText},
	})
}

func TestText(t *testing.T) {
	latin1 := message("i", "\xe9")
	runFrames(t, link.Limits{}, []frameTest{
		{"UTF-8", text(utf8Body), messages(utf8Body)},
		{"not UTF-8", text(latin1), badText},
		{"not UTF-8 in a binary message", bin(latin1), messages(latin1)},
		{"overlong", text(message("o", "\xc0\xaf")), badText},
		{"surrogate", text(message("o", "\xed\xa0\x80")), badText},
		{"beyond U+10FFFF", text(message("o", "\xf4\x90\x80\x80")), badText},
		{"cut character at the end", text(message("o", "\xe2\x82")), badText},
		{"not UTF-8 in fragments of binary", masked(opBin, latin1[:9]) + masked(fin|opCont, latin1[9:]), messages(latin1)},
		{"not UTF-8, of a frame that is not complete", text(latin1 + "more")[:8+len(latin1)+1], badText},
		{"not UTF-8, of a message that is not complete", masked(opText, latin1+"more"), badText},
		{"text after binary", bin(latin1) + text(latin1), append(messages(latin1), badText...)},
	})
}

func TestSIPInFrames(t *testing.T) {
	answer := func(kind string) []string {
		return []string{fmt.Sprintf(`write %s "\r\n"`, kind), "count ping", "keep-alive"}
	}
	noLength := withoutLength + "any body"
	runFrames(t, link.Limits{}, []frameTest{
		{"response", text(reply), messages(reply)},
		{"no Content-Length", text(noLength), messages(noLength)},
		{"Content-Length too small", text(small + "x"), badSIP(parser.ErrContentLength, "a", 4002)},
		{"Content-Length too large", text(body[:len(body)-1]), badSIP(parser.ErrContentLength, "b", 4002)},
		{"Content-Length of 1 GB", text(withLength("1073741824")), badSIP(parser.ErrContentLength, "a", 4002)},
		{"Content-Length is no number", text(withLength("x")), badSIP(parser.ErrContentLength, "a", 4000)},
		{"two that differ", text(withLength("0\r\nl: 1")), badSIP(parser.ErrContentLength, "a", 4000)},
		{"two messages in one", text(small + body), badSIP(parser.ErrContentLength, "a", 4002)},
		{"head that is not complete", text(small[:len(small)-2]), badSIP(parser.ErrMore, "", 4001)},
		{"other version", text(strings.Replace(small, "SIP/2.0", "SIP/3.0", 1)), badSIP(parser.ErrVersion, "a", 4000)},
		{"garbage", text("hello"), badSIP(parser.ErrMore, "", 4001)},
		{"garbage line", text("what is this\r\n"), badSIP(parser.ErrStartLine, "", 4000)},
		{"status code that is none", text(dropped(bigCode, "x")) + text(small), dropStatus(messages(small))},
		{"nothing is read after a malformed one", text("?") + text(small), badSIP(parser.ErrMethod, "", 4000)},
		{"CRLF before a message", text("\r\n\r\n" + small), messages(small)},
		{"empty message", text(""), nil},
		{"empty binary message", bin(""), nil},
		{"CRLF", text("\r\n"), pongSeen},
		{"double CRLF", text("\r\n\r\n"), answer("text")},
		{"double CRLF in binary", bin("\r\n\r\n"), answer("binary")},
		{"double CRLF in fragments", masked(opText, "\r") + masked(fin|opCont, "\n\r\n"), answer("text")},
		{"double CRLF in two messages", text("\r\n") + text("\r\n"), append(pongSeen, pongSeen...)},
		{"CR", text("\r"), badSIP(parser.ErrMethod, "", 4000)},
	})
}

func TestFrameLimits(t *testing.T) {
	n := len(small)
	runFrames(t, link.Limits{MaxMessage: n}, []frameTest{
		{"as long as allowed", text(small) + text(small), messages(small, small)},
		{"one byte too long", text(small + "x"), tooBig},
		{"length alone", masked(fin|opText, small+"x")[:8], tooBig},
		{"1 GB", "\x81\xff\x00\x00\x00\x00\x40\x00\x00\x00abcd", tooBig},
		{"2^63-1 bytes", "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffabcd", tooBig},
		{"fragments as long as allowed", masked(opText, small[:9]) + masked(fin|opCont, small[9:]), messages(small)},
		{"last fragment too long", masked(opText, small[:9]) + masked(fin|opCont, small[8:]), tooBig},
		{"middle fragment too long", masked(opText, small[:9]) + masked(opCont, small[8:]), tooBig},
		{"control frames do not count", masked(opText, small) + masked(fin|opPing, bytes125) + masked(fin|opCont, ""),
			append(ponged(bytes125), messages(small)...)},
		{"a length that is not minimal is worse than one too long", "\x81\xff\x00\x00\x00\x00\x00\x00\xff\xffabcd", badFrame},
	})
	runFrames(t, link.Limits{MaxFrame: 100}, []frameTest{
		{"frames as long as allowed", masked(opText, small[:100]) + masked(opCont, small[100:200]) + masked(fin|opCont, small[200:]), messages(small)},
		{"frame too long", masked(fin|opText, small[:101]), tooBig},
		{"last frame too long", masked(opText, small[:9]) + masked(fin|opCont, small[9:110]), tooBig},
	})
	runFrames(t, link.Limits{}, []frameTest{
		{"70 kB", text(message("a", strings.Repeat("x", 70_000))), tooBig},
		{"65535 bytes", text(message("a", strings.Repeat("x", 65535-n-4))), messages(message("a", strings.Repeat("x", 65535-n-4)))},
	})
}

func TestFramesAreNotCopied(t *testing.T) {
	in := text(small)
	z := zeroCopy{t: t, b: []byte(in)}
	p := link.NewPool(link.Limits{})
	var l link.Link
	l.Init(link.ModeWebSocket)
	z.seen = len(in) - len(small)
	l.Feed(z.b, p, &z)
	if z.seen != len(in) {
		t.Errorf("got messages up to %d, want %d", z.seen, len(in))
	}
}

// opened returns a link on which the peer sent these frames.
func opened(t *testing.T, frames string) (*link.Link, *recorder) {
	t.Helper()
	rec := &recorder{pool: link.NewPool(link.Limits{})}
	l := new(link.Link)
	l.Init(link.ModeWebSocket)
	l.Feed([]byte(frames), rec.pool, rec)
	rec.events = nil
	return l, rec
}

func TestAppendMessage(t *testing.T) {
	latin1 := message("i", "\xe9")
	tests := []struct{ name, peer, msg, want string }{
		{"before the peer sent", "", small, fmt.Sprintf("text %q", small)},
		{"after text", text(small), small, fmt.Sprintf("text %q", small)},
		{"after binary", bin(small), small, fmt.Sprintf("binary %q", small)},
		{"after binary and text", bin(small) + text(small), small, fmt.Sprintf("text %q", small)},
		{"within a binary message", masked(opBin, small), small, fmt.Sprintf("text %q", small)},
		{"not UTF-8", text(small), latin1, fmt.Sprintf("binary %q", latin1)},
		{"125 bytes", "", bytes125, fmt.Sprintf("text %q", bytes125)},
		{"126 bytes", "", bytes125 + "x", fmt.Sprintf("text %q", bytes125+"x")},
		{"65535 bytes", "", strings.Repeat("x", 65535), fmt.Sprintf("text %q", strings.Repeat("x", 65535))},
		{"65536 bytes", "", strings.Repeat("x", 65536), fmt.Sprintf("text %q", strings.Repeat("x", 65536))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, _ := opened(t, tt.peer)
			if got := frameText(l.AppendMessage(nil, []byte(tt.msg))); got != tt.want {
				t.Errorf("got %.100s, want %.100s", got, tt.want)
			}
		})
	}
}

func TestAppendWhereNothingMayBeSent(t *testing.T) {
	for name, mode := range map[string]link.Mode{"handshake": link.ModeHTTP, "ended": link.ModeEnded} {
		t.Run(name, func(t *testing.T) {
			var l link.Link
			l.Init(mode)
			got := l.AppendClose(l.AppendPong(l.AppendPing(l.AppendMessage([]byte("x"), []byte(small)), nil), nil), 1000, "")
			if string(got) != "x" {
				t.Errorf("got %q, want nothing appended", got)
			}
		})
	}
	var l link.Link
	l.Init(link.ModeSIP)
	if got := string(l.AppendClose(l.AppendMessage(nil, []byte(small)), 1000, "")); got != small {
		t.Errorf("SIP stream: got %q, want the message alone", got)
	}
}

func TestCloseOfOurs(t *testing.T) {
	tests := []struct {
		name   string
		code   int
		reason string
		want   string
	}{
		{"code and reason", 1001, "going down", `close 1001 "going down"`},
		{"no code", 1005, "dropped", `close ""`},
		{"no code that travels", 1006, "", `close ""`},
		{"long reason", 1000, strings.Repeat("x", 200), fmt.Sprintf("close 1000 %q", strings.Repeat("x", 123))},
		{"cut between characters", 1000, strings.Repeat("κ", 100), fmt.Sprintf("close 1000 %q", strings.Repeat("κ", 61))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, rec := opened(t, "")
			if got := frameText(l.AppendClose(nil, tt.code, tt.reason)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if got := l.AppendClose(l.AppendPong(l.AppendPing(l.AppendMessage(nil, []byte(small)), nil), nil), 1000, ""); len(got) > 0 {
				t.Errorf("after the Close frame: got %q, want nothing", got)
			}
			l.Feed([]byte(text(small)+masked(fin|opPing, "a")+closing(1000, "")), rec.pool, rec)
			if want := append(ponged("a"), "close 1000"); !slices.Equal(rec.events, want) {
				t.Errorf("got %q, want %q", rec.events, want)
			}
		})
	}
}

func TestViolationAfterCloseOfOurs(t *testing.T) {
	l, rec := opened(t, "")
	l.AppendClose(nil, 1000, "")
	l.Feed([]byte("\x81\x00"), rec.pool, rec)
	if want := []string{"count unmasked", "close 1002"}; !slices.Equal(rec.events, want) {
		t.Errorf("got %q, want %q", rec.events, want)
	}
}

// closer is a sink that sends a Close frame upon its first message.
type closer struct {
	recorder
	sent []byte
}

func (c *closer) OnMessage(l *link.Link, m *sip.Message) {
	c.recorder.OnMessage(l, m)
	c.sent = l.AppendClose(c.sent, 1008, "enough")
}

func TestCloseFromWithinAMessage(t *testing.T) {
	c := closer{recorder: recorder{pool: link.NewPool(link.Limits{})}}
	var l link.Link
	l.Init(link.ModeWebSocket)
	l.Feed([]byte(text(small)+text(body)+closing(1008, "")), c.pool, &c)
	if want := append(messages(small), "close 1008"); !slices.Equal(c.events, want) {
		t.Errorf("got %q, want %q", c.events, want)
	}
	if got := frameText(c.sent); got != `close 1008 "enough"` {
		t.Errorf("got %s, want one Close frame", got)
	}
}
