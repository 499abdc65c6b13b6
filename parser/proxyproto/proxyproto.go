package proxyproto

import (
	"net/netip"

	"sluice/parser"
)

// The longest headers that are accepted, in bytes.
const (
	MaxV1 = 107
	MaxV2 = 4096
)

const (
	signatureV1 = "PROXY "
	signatureV2 = "\r\n\r\n\x00\r\nQUIT\n"
)

// A Header says on whose behalf a connection was made.
type Header struct {
	Src, Dst netip.AddrPort // of the client, and what it connected to; zero when Local
	// Local: the header names no address, and the connection's own are true.
	// So it is with LOCAL (a health check), UNKNOWN, unspecified families and
	// UNIX sockets.
	Local   bool
	Version uint8 // 1 or 2
}

// Parse reads the header at the beginning of buf and returns its length.
// ErrMore asks for a longer buffer that begins with the same bytes. h is
// written when the outcome is OK. After any other error the connection is to
// be closed:
//
//   - ErrStartLine: there is no PROXY header
//   - ErrVersion: a binary header that is not version 2
//   - ErrMethod: the command is neither LOCAL nor PROXY
//   - ErrParam: the family or the transport is unknown
//   - ErrTooLong: longer than MaxV1 or MaxV2
//   - ErrLineEnd: version 1 ends in LF without CR
//   - ErrHost: an address is malformed, or none of the family
//   - ErrPort: a port is malformed, or something follows the last one
//   - ErrNumber: the block of version 2 is too short for its addresses, or a
//     type-length-value does not fit
//   - ErrDuplicate: two checksums
//   - ErrHeaderValue: the checksum is wrong
func Parse(buf []byte, h *Header) (int, parser.Err) {
	switch {
	case startsLike(buf, signatureV2):
		return parseV2(buf, h)
	case startsLike(buf, signatureV1):
		return parseV1(buf, h)
	}
	return 0, parser.ErrStartLine
}

// startsLike reports whether buf begins with signature, or may once it is
// longer.
func startsLike(buf []byte, signature string) bool {
	n := min(len(buf), len(signature))
	return string(buf[:n]) == signature[:n]
}
