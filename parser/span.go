package parser

// MaxBuffer is the largest buffer a [Span] can address. It is checked once,
// where a buffer is admitted; after that no conversion can truncate.
const MaxBuffer = 65535

// A Span is a run of bytes in a buffer that is not longer than [MaxBuffer].
// The zero Span is empty.
type Span struct{ Off, Len uint16 }

// MakeSpan returns the span of buf[start:end]. Both are within MaxBuffer.
func MakeSpan(start, end int) Span {
	return Span{Off: uint16(start), Len: uint16(end - start)}
}

// Of returns the bytes of s in buf. They are valid as long as buf is.
func (s Span) Of(buf []byte) []byte {
	return buf[s.Off : int(s.Off)+int(s.Len) : int(s.Off)+int(s.Len)]
}

// Start returns the offset of the first byte.
func (s Span) Start() int { return int(s.Off) }

// End returns the offset after the last byte.
func (s Span) End() int { return int(s.Off) + int(s.Len) }

// Empty reports whether s has no bytes.
func (s Span) Empty() bool { return s.Len == 0 }
