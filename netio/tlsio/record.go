package tlsio

const (
	// MaxPlaintext is the most that one record carries (RFC 8446 §5.1).
	MaxPlaintext = 1 << 14

	recordHeader  = 5
	maxCiphertext = MaxPlaintext + 2048 // RFC 5246 §6.2.3, the more generous of the two versions
	maxOverhead   = 64                  // of a record over its plaintext: header, nonce, MAC and padding of every suite

	typeHandshake = 22
)

// RecordLen is the length of the record that b begins with, its header included, or 0 when the header is not whole. Of a record that
// is longer than any may be it is the header alone, which is enough for Open to refuse it.
func RecordLen(b []byte) int {
	if len(b) < recordHeader {
		return 0
	}
	n := int(b[3])<<8 | int(b[4])
	if n > maxCiphertext {
		return recordHeader
	}
	return recordHeader + n
}

// SealedLen is room enough for the records of n bytes.
func SealedLen(n int) int { return n + (n/MaxPlaintext+1)*maxOverhead }

// startsHandshake tells whether b can be the beginning of a record with a ClientHello. Every version so far has 3 as its major number.
func startsHandshake(b []byte) bool {
	return (len(b) < 1 || b[0] == typeHandshake) && (len(b) < 2 || b[1] == 3)
}

// whole tells whether b begins with a whole record.
func whole(b []byte) bool {
	n := RecordLen(b)
	return n > 0 && n <= len(b)
}
