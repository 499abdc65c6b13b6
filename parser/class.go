package parser

// A Class is a set of character classes; [Classes] gives those of a byte.
type Class uint8

const (
	Token Class = 1 << iota // token of RFC 3261 §25.1 (and of RFC 9110, but for its wider set)
	Digit
	Alpha
	Hex
	Space // SP or HTAB
	Host  // letters, digits, '-', '.', and '_', which real host names carry
)

// Classes holds the classes of every byte.
var Classes = makeClasses()

func makeClasses() (t [256]Class) {
	for c := range 256 {
		b := byte(c)
		switch {
		case b >= '0' && b <= '9':
			t[c] |= Digit | Hex | Token | Host
		case b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z':
			t[c] |= Alpha | Token | Host
			if b|0x20 <= 'f' {
				t[c] |= Hex
			}
		}
	}
	for _, b := range []byte("-.!%*_+`'~") {
		t[b] |= Token
	}
	for _, b := range []byte("-._") {
		t[b] |= Host
	}
	t[' '] |= Space
	t['\t'] |= Space
	return t
}

// Is reports whether b is in any of the classes c.
func (c Class) Is(b byte) bool { return Classes[b]&c != 0 }

// Lower returns the lower-case form of an ASCII letter, any other byte as it is.
func Lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b | 0x20
	}
	return b
}

// EqualFold reports whether b equals s without regard to the case of ASCII
// letters.
func EqualFold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range len(s) {
		if b[i] != s[i] && Lower(b[i]) != Lower(s[i]) {
			return false
		}
	}
	return true
}
