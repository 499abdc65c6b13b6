package sip_test

import (
	"strings"
	"testing"

	"sluice/parser/sip"
)

func TestAppendCaret(t *testing.T) {
	long := strings.Repeat("0123456789", 30)
	tests := []struct {
		name, buf string
		off       int
		want      string
	}{
		{"nothing", "", 0, "\n^\n"},
		{"first byte", "OPTIONS sip:a@b\r\nA: b\r\n", 0, "OPTIONS sip:a@b\n^\n"},
		{"within a line", "OPTIONS sip:a@b\r\nA: b\r\n", 20, "A: b\n   ^\n"},
		{"line end", "OPTIONS\r\nA: b\r\n", 8, "OPTIONS\n       ^\n"},
		{"CR of a line end", "OPTIONS\r\nA: b\r\n", 7, "OPTIONS\\r\n       ^\n"},
		{"bare CR", "A: b\rc\r\n", 4, "A: b\\rc\n    ^\n"},
		{"bare LF", "A: b\nc\n", 5, "c\n^\n"},
		{"end", "A: b\r\nC", 7, "C\n ^\n"},
		{"last LF", "A: b\r\n", 6, "\n^\n"},
		{"beyond the end", "A: b", 100, "A: b\n    ^\n"},
		{"before the beginning", "A: b", -1, "A: b\n^\n"},
		{"escapes before", "\t\\\x00é\x7fb", 6, "\\t\\\\\\x00\\xc3\\xa9\\x7fb\n                    ^\n"},
		{"100 columns", long[:100] + "\r\n", 99, long[:100] + "\n" + strings.Repeat(" ", 99) + "^\n"},
		{"100 columns, nothing before", long[:100], 0, long[:100] + "\n^\n"},
		{"101 columns", long[:101], 0, long[:97] + "...\n^\n"},
		{"101 columns, the last of them", long[:101], 100, "..." + long[47:101] + "\n" + strings.Repeat(" ", 56) + "^\n"},
		{"in the middle", long, 150, "..." + long[97:191] + "...\n" + strings.Repeat(" ", 56) + "^\n"},
		{"escapes cut", strings.Repeat("\x00", 90), 45, "..." + strings.Repeat(`\x00`, 23) + "...\n" + strings.Repeat(" ", 59) + "^\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(sip.AppendCaret(nil, []byte(tt.buf), tt.off)); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

func TestAppendCaretAppends(t *testing.T) {
	if got, want := string(sip.AppendCaret([]byte("x"), []byte("ab"), 1)), "xab\n ^\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
