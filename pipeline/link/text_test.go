package link

import (
	"testing"
	"unicode/utf8"
)

// However text is cut, it is text as a whole or it is not; and it fails at the
// first byte with which no text can begin.
func TestTextCheck(t *testing.T) {
	starts := []byte{0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xe0, 0xe1, 0xed, 0xee, 0xf0, 0xf1, 0xf4, 0xf5}
	n := len(starts)
	for i := range n * n * n * n {
		b := []byte{starts[i%n], starts[i/n%n], starts[i/n/n%n], starts[i/n/n/n]}
		for split := range len(b) + 1 {
			var c textCheck
			got := c.add(b[:split]) && c.add(b[split:])
			if want := couldBeText(b); got != want {
				t.Fatalf("% x cut at %d: got %v, want %v", b, split, got, want)
			}
			if got && c.complete() != utf8.Valid(b) {
				t.Fatalf("% x cut at %d: got complete %v", b, split, c.complete())
			}
		}
	}
}

// couldBeText reports whether some text begins with b.
func couldBeText(b []byte) bool {
	for _, tail := range []string{"", "\x80", "\x80\x80", "\x80\x80\x80", "\xa0\x80", "\x90\x80\x80"} {
		if utf8.Valid(append(b[:len(b):len(b)], tail...)) {
			return true
		}
	}
	return false
}
