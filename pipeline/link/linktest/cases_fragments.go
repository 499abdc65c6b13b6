package linktest

import (
	"fmt"
	"slices"
	"strings"
)

func fragmentation() []Case {
	a, b := Request("a", ""), Request("b", "")
	var bytewise []string
	for i := range len(a) {
		bytewise = append(bytewise, a[i:i+1])
	}
	var pinged strings.Builder
	var pongs []Reply
	for i := range len(a) {
		op := byte(OpContinuation)
		if i == 0 {
			op = OpText
		}
		pinged.WriteString(Frame(op, a[i:i+1]) + ping(fmt.Sprint(i)))
		pongs = append(pongs, ponged(fmt.Sprint(i)))
	}
	pinged.WriteString(Frame(Fin|OpContinuation, ""))
	return slices.Concat(numbered("5.1",
		Case{Name: "two fragments", In: Fragments(OpText, a[:50], a[50:]), Want: []Reply{answered("a")}},
		Case{Name: "three fragments, then another message", In: Fragments(OpText, a[:1], a[1:90], a[90:]) + text(b), Want: []Reply{answered("a"), answered("b")}},
		Case{Name: "a fragment for each byte", In: Fragments(OpText, bytewise...), Want: []Reply{answered("a")}},
		Case{Name: "binary in fragments", In: Fragments(OpBinary, a[:50], a[50:]), Want: []Reply{{Op: OpBinary, CallID: "a"}}},
		Case{Name: "empty first fragment", In: Fragments(OpText, "", a), Want: []Reply{answered("a")}},
		Case{Name: "empty last fragment", In: Fragments(OpText, a, ""), Want: []Reply{answered("a")}},
		Case{Name: "empty fragments between", In: Fragments(OpText, a[:9], "", "", "", a[9:]), Want: []Reply{answered("a")}},
		Case{Name: "nothing but empty fragments", In: Fragments(OpText, "", "", "")},
		Case{Name: "a thousand empty fragments", In: Fragments(OpText, append(make([]string, 1000), a)...), Want: []Reply{answered("a")}},
		Case{Name: "keep-alive in fragments", In: Fragments(OpText, "\r", "\n\r", "\n"), Want: []Reply{crlf}},
		Case{Name: "message that is not finished", In: Frame(OpText, a)},
	), numbered("5.2",
		Case{Name: "ping between fragments", In: Frame(OpText, a[:50]) + ping("now") + Frame(Fin|OpContinuation, a[50:]), Want: []Reply{ponged("now"), answered("a")}},
		Case{Name: "ping with 125 bytes between fragments", In: Frame(OpText, a[:50]) + ping(ping125) + Frame(Fin|OpContinuation, a[50:]), Want: []Reply{ponged(ping125), answered("a")}},
		Case{Name: "pong between fragments", In: Frame(OpText, a[:50]) + pong("now") + Frame(Fin|OpContinuation, a[50:]), Want: []Reply{answered("a")}},
		Case{Name: "ping after an empty first fragment", In: Frame(OpText, "") + ping("now") + Frame(Fin|OpContinuation, a), Want: []Reply{ponged("now"), answered("a")}},
		Case{Name: "a ping after every byte", In: pinged.String(), Want: append(pongs, answered("a"))},
		Case{Name: "ping too long between fragments", In: Frame(OpText, a[:50]) + ping(ping125+"!"), Close: 1002},
		Case{Name: "ping in fragments between fragments", In: Frame(OpText, a[:50]) + Frame(OpPing, "a"), Close: 1002},
		Case{Name: "close between fragments", In: Frame(OpText, a[:50]) + Close(1000, "") + Frame(Fin|OpContinuation, a[50:]), Close: 1000},
	), numbered("5.3",
		Case{Name: "continuation of nothing", In: Frame(Fin|OpContinuation, a), Close: 1002},
		Case{Name: "continuation of nothing, not final", In: Frame(OpContinuation, a), Close: 1002},
		Case{Name: "empty continuation of nothing", In: Frame(Fin|OpContinuation, ""), Close: 1002},
		Case{Name: "continuation after a whole message", In: text(a) + Frame(Fin|OpContinuation, b), Want: []Reply{answered("a")}, Close: 1002},
		Case{Name: "continuation after the last fragment", In: Fragments(OpText, a[:50], a[50:]) + Frame(OpContinuation, b), Want: []Reply{answered("a")}, Close: 1002},
		Case{Name: "continuation after a ping", In: ping("a") + Frame(Fin|OpContinuation, "b"), Want: []Reply{ponged("a")}, Close: 1002},
		Case{Name: "text within a message", In: Frame(OpText, a[:50]) + text(b), Close: 1002},
		Case{Name: "binary within a message", In: Frame(OpText, a[:50]) + bin(b), Close: 1002},
		Case{Name: "text within a binary message", In: Frame(OpBinary, a[:50]) + text(b), Close: 1002},
		Case{Name: "first fragment within a message", In: Frame(OpText, a[:50]) + Frame(OpText, a[50:]), Close: 1002},
		Case{Name: "final text frame in place of the last fragment", In: Frame(OpText, a[:50]) + Frame(Fin|OpText, a[50:]), Close: 1002},
	))
}

// limits are those of the default: 65535 bytes for a message, and for a frame,
// 32768 for the head of a message.
func limits() []Case {
	const most = 65535
	long := sized("a", most)
	var parts []string
	for i := 0; i < most; i += 1000 {
		parts = append(parts, long[i:min(i+1000, most)])
	}
	ok := []Reply{answered("a")}
	return slices.Concat(numbered("9.1",
		Case{Name: "text of 65535 bytes", In: text(long), Want: ok},
		Case{Name: "65536 bytes announced", In: Announced(Fin|OpText, 65536), Close: 1009},
		Case{Name: "1 MiB announced", In: Announced(Fin|OpText, 1<<20), Close: 1009},
		Case{Name: "1 GiB announced", In: Announced(Fin|OpBinary, 1<<30), Close: 1009},
		Case{Name: "2 GiB announced", In: Announced(Fin|OpBinary, 1<<31), Close: 1009},
		Case{Name: "4 GiB and a few bytes announced", In: Announced(Fin|OpBinary, 1<<32+9), Close: 1009},
		Case{Name: "2^63-1 bytes announced", In: Announced(Fin|OpBinary, 1<<63-1), Close: 1009},
		Case{Name: "1 MiB announced after a message", In: text(keepCRLF) + Announced(Fin|OpText, 1<<20), Want: []Reply{crlf}, Close: 1009},
	), numbered("9.2",
		Case{Name: "65535 bytes in fragments of 1000", In: Fragments(OpText, parts...), Want: ok},
		Case{Name: "65535 bytes in two fragments", In: Fragments(OpText, long[:1], long[1:]), Want: ok},
		Case{Name: "65536 bytes in fragments of 1000", In: Fragments(OpText, append(parts[:len(parts):len(parts)], "x")...), Close: 1009},
		Case{Name: "fragment that makes it one byte too long announced", In: Frame(OpText, long[:10]) + Header(OpContinuation, masked, 2, most-9) + string(mask[:]), Close: 1009},
		Case{Name: "1 GiB announced by a continuation", In: Frame(OpText, long[:10]) + Announced(Fin|OpContinuation, 1<<30), Close: 1009},
		Case{Name: "control frames do not count", In: Frame(OpText, long[:9]) + ping(ping125) + Frame(Fin|OpContinuation, long[9:]), Want: []Reply{ponged(ping125), answered("a")}},
		Case{Name: "empty fragment behind the most", In: Fragments(OpText, long, "", ""), Want: ok},
		Case{Name: "two messages, each as long as allowed", In: text(long) + text(sized("b", most)), Want: []Reply{answered("a"), answered("b")}},
	), numbered("9.3",
		Case{Name: "head of 32768 bytes", In: text(headed("a", 32768)), Want: ok},
		Case{Name: "head of 32769 bytes", In: text(headed("a", 32769)), Want: ok, Close: 1009},
		Case{Name: "head of 32769 bytes in fragments", In: Fragments(OpText, headed("a", 32769)[:9], headed("a", 32769)[9:]), Want: ok, Close: 1009},
		Case{Name: "head of 32769 bytes after a message", In: text(keepCRLF) + text(headed("a", 32769)), Want: []Reply{crlf, answered("a")}, Close: 1009},
	))
}

// headed returns a request whose head has n bytes.
func headed(id string, n int) string {
	r := Request(id, "")
	head := r[:len(r)-2] + "X:"
	return head + strings.Repeat("x", n-len(head)-4) + "\r\n\r\n"
}
