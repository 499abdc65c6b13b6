package link

import "unicode/utf8"

// A textCheck checks that text which comes in parts is UTF-8, and fails at the
// first byte with which it cannot be (RFC 6455 §8.1).
type textCheck struct {
	b [utf8.UTFMax - 1]byte // the character that is not complete
	n uint8
}

// add takes the next part. It returns false if no text begins like this.
func (t *textCheck) add(b []byte) bool {
	for t.n > 0 && len(b) > 0 {
		var c [utf8.UTFMax]byte
		n := copy(c[:], t.b[:t.n])
		c[n] = b[0]
		b = b[1:]
		n++
		if !utf8.FullRune(c[:n]) {
			t.n = uint8(copy(t.b[:], c[:n]))
			continue
		}
		if !utf8.Valid(c[:n]) {
			return false
		}
		t.n = 0
	}
	if utf8.Valid(b) {
		return true
	}
	whole := len(b) - cut(b)
	t.n = uint8(copy(t.b[:], b[whole:]))
	return t.n > 0 && utf8.Valid(b[:whole])
}

// complete reports whether the text may end here.
func (t *textCheck) complete() bool { return t.n == 0 }

// cut returns how many bytes at the end of b begin a character that goes on
// behind it.
func cut(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		last := b[len(b)-n:]
		if !utf8.RuneStart(last[0]) {
			continue
		}
		if utf8.FullRune(last) {
			return 0
		}
		return n
	}
	return 0
}
