package linktest

import (
	"fmt"
	"strings"
)

// sequences are bytes that are text, or not (RFC 3629).
var sequences = []struct {
	name, bytes string
	text        bool
}{
	{"ASCII", "Hello-World", true},
	{"Latin", "äöüß", true},
	{"Greek", "κόσμε", true},
	{"Chinese", "\u4f60\u597d", true},
	{"emoji", "\U0001f4de\u200d\U0001f469", true},
	{"combining characters", "e\u0301o\u0308", true},
	{"byte order mark", "\ufeff", true},

	{"U+0000, the first of one byte", "\x00", true},
	{"U+007F, the last of one byte", "\x7f", true},
	{"U+0080, the first of two bytes", "\u0080", true},
	{"U+07FF, the last of two bytes", "\u07ff", true},
	{"U+0800, the first of three bytes", "\u0800", true},
	{"U+FFFF, the last of three bytes", "\uffff", true},
	{"U+10000, the first of four bytes", "\U00010000", true},
	{"U+10FFFF, the last of four bytes", "\U0010ffff", true},
	{"U+D7FF, before the surrogates", "\ud7ff", true},
	{"U+E000, after the surrogates", "\ue000", true},
	{"U+FFFD", "\ufffd", true},
	{"U+FFFE, no character", "\ufffe", true},
	{"U+1FFFF, no character", "\U0001ffff", true},
	{"U+8FFFE, no character", "\U0008fffe", true},
	{"U+FDD0, no character", "\ufdd0", true},

	{"80, a continuation of nothing", "\x80", false},
	{"BF, a continuation of nothing", "\xbf", false},
	{"two continuations of nothing", "\x80\xbf", false},
	{"three continuations of nothing", "\x80\xbf\x80", false},
	{"six continuations of nothing", "\x80\xbf\x80\xbf\x80\xbf", false},
	{"continuation behind a whole character", "\u00e9\xa9", false},
	{"first of two bytes alone", "\xc2 ", false},
	{"first of two bytes twice", "\xc2\xc2\x80", false},
	{"first of three bytes alone", "\xe1 ", false},
	{"first of four bytes alone", "\xf1 ", false},
	{"two of three bytes", "\xe2\x82 ", false},
	{"two of four bytes", "\xf0\x90 ", false},
	{"three of four bytes", "\xf0\x90\x8d ", false},
	{"two of three bytes, then a whole character", "\xe2\x82\u00e9", false},
	{"ends with the first of two bytes", "a\xc3", false},
	{"ends with the first of three bytes", "a\xe2", false},
	{"ends with two of three bytes", "a\xe2\x82", false},
	{"ends with the first of four bytes", "a\xf0", false},
	{"ends with two of four bytes", "a\xf0\x9d", false},
	{"ends with three of four bytes", "a\xf0\x9d\x84", false},

	{"FE", "\xfe", false},
	{"FF", "\xff", false},
	{"FE FE FF FF", "\xfe\xfe\xff\xff", false},
	{"C0", "\xc0", false},
	{"C1", "\xc1", false},
	{"F5", "\xf5\x80\x80\x80", false},
	{"F6", "\xf6\x80\x80\x80", false},
	{"F7", "\xf7\xbf\xbf\xbf", false},
	{"five bytes", "\xf8\x88\x80\x80\x80", false},
	{"five bytes, the last", "\xfb\xbf\xbf\xbf\xbf", false},
	{"six bytes", "\xfc\x84\x80\x80\x80\x80", false},
	{"six bytes, the last", "\xfd\xbf\xbf\xbf\xbf\xbf", false},
	{"U+110000", "\xf4\x90\x80\x80", false},
	{"U+13FFFF", "\xf4\xbf\xbf\xbf", false},

	{"slash in two bytes", "\xc0\xaf", false},
	{"slash in three bytes", "\xe0\x80\xaf", false},
	{"slash in four bytes", "\xf0\x80\x80\xaf", false},
	{"slash in five bytes", "\xf8\x80\x80\x80\xaf", false},
	{"slash in six bytes", "\xfc\x80\x80\x80\x80\xaf", false},
	{"U+007F in two bytes", "\xc1\xbf", false},
	{"U+07FF in three bytes", "\xe0\x9f\xbf", false},
	{"U+FFFF in four bytes", "\xf0\x8f\xbf\xbf", false},
	{"NUL in two bytes", "\xc0\x80", false},
	{"NUL in three bytes", "\xe0\x80\x80", false},
	{"NUL in four bytes", "\xf0\x80\x80\x80", false},

	{"U+D800, the first surrogate", "\xed\xa0\x80", false},
	{"U+DB7F", "\xed\xad\xbf", false},
	{"U+DB80", "\xed\xae\x80", false},
	{"U+DBFF", "\xed\xaf\xbf", false},
	{"U+DC00", "\xed\xb0\x80", false},
	{"U+DF80", "\xed\xbe\x80", false},
	{"U+DFFF, the last surrogate", "\xed\xbf\xbf", false},
	{"U+D800 U+DC00, a pair", "\xed\xa0\x80\xed\xb0\x80", false},
	{"U+DBFF U+DFFF, a pair", "\xed\xaf\xbf\xed\xbf\xbf", false},

	{"Greek and a surrogate", "κόσμε\xed\xa0\x80edited", false},
	{"bad byte behind 64 good ones", strings.Repeat("abcdefgh", 8) + "\xff", false},
	{"bad byte before 64 good ones", "\xff" + strings.Repeat("abcdefgh", 8), false},
}

// texts has every sequence in one frame, and in a frame for each byte; then
// those of which the server must not await the end.
func texts() (all []Case) {
	for i, s := range sequences {
		parts := []string{Request("a", "")}
		for j := range len(s.bytes) {
			parts = append(parts, s.bytes[j:j+1])
		}
		group := []Case{
			{Name: s.name, In: text(Request("a", s.bytes))},
			{Name: s.name + ", a fragment for each byte", In: Fragments(OpText, parts...)},
			{Name: s.name + ", in binary", In: bin(Request("a", s.bytes)), Want: []Reply{{Op: OpBinary, CallID: "a"}}},
		}
		for j := range group[:2] {
			if s.text {
				group[j].Want = []Reply{answered("a")}
			} else {
				group[j].Close = 1007
			}
		}
		all = append(all, numbered(fmt.Sprintf("6.%d", i+1), group...)...)
	}
	early := func(name, bytes string) Case {
		frame := text(Request("a", bytes+"and more that does not come"))
		return Case{Name: name, In: frame[:len(frame)-len("and more that does not come")], Close: 1007}
	}
	return append(all, numbered("6.early",
		early("bad byte in a frame that is not complete", "\xff"),
		early("surrogate in a frame that is not complete", "\xed\xa0"),
		early("overlong character in a frame that is not complete", "\xe0\x80"),
		early("U+110000 in a frame that is not complete", "\xf4\x90"),
		Case{Name: "bad byte in a message that is not complete", In: Frame(OpText, Request("a", "\xff")), Close: 1007},
		Case{Name: "bad byte in a later fragment", In: Frame(OpText, Request("a", "")) + Frame(OpContinuation, "x\x80"), Close: 1007},
		Case{Name: "character spoiled by the next fragment", In: Frame(OpText, Request("a", "\xce")) + Frame(OpContinuation, "x"), Close: 1007},
		Case{Name: "character cut by a ping", In: Frame(OpText, Request("a", "\xce")) + ping("\xff") + Frame(Fin|OpContinuation, "\xba"), Want: []Reply{ponged("\xff"), answered("a")}},
		Case{Name: "character cut by a ping and not completed", In: Frame(OpText, Request("a", "\xce")) + ping("") + Frame(Fin|OpContinuation, ""), Want: []Reply{ponged("")}, Close: 1007},
		Case{Name: "not text in a message that is text after one that is not", In: bin(Request("a", "\xff")) + text(Request("b", "\xff")), Want: []Reply{{Op: OpBinary, CallID: "a"}}, Close: 1007},
		Case{Name: "half a character does not reach the next message", In: bin(Request("a", "\xce")) + text(Request("b", "x")), Want: []Reply{{Op: OpBinary, CallID: "a"}, answered("b")}},
	)...)
}
