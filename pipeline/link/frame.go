package link

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// maxFrameHead is the length of the longest frame header a client sends
// (RFC 6455 §5.2).
const maxFrameHead = 2 + 8 + 4

// A frameHead holds the first bytes of a frame header that is incomplete.
type frameHead struct {
	b [maxFrameHead]byte
	n uint8
}

// A frame is one whose header is complete.
type frame struct {
	open bool // its end did not come yet
	fin  bool
	op   ws.OpCode
	mask [4]byte
	done uint16 // bytes of the payload that came
	left uint16 // and that did not
}

// headLen returns the length of the frame header that begins with b, or more
// than len(b) if that does not tell.
func headLen(b []byte) int {
	if len(b) < 2 {
		return 2
	}
	n := 2
	switch b[1] & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if b[1]&0x80 != 0 {
		n += 4
	}
	return n
}

// decodeHead decodes the frame header b, which is complete. It returns false
// for a length that is not encoded as RFC 6455 §5.2 says: the shortest way,
// and with 63 bits.
func decodeHead(b []byte) (ws.Header, bool) {
	h := ws.Header{
		Fin:    b[0]&0x80 != 0,
		Rsv:    b[0] >> 4 & 7,
		OpCode: ws.OpCode(b[0] & 0xf),
		Masked: b[1]&0x80 != 0,
		Length: int64(b[1] & 0x7f),
	}
	least := int64(0)
	switch h.Length {
	case 126:
		h.Length, least = int64(binary.BigEndian.Uint16(b[2:])), 126
	case 127:
		h.Length, least = int64(binary.BigEndian.Uint64(b[2:])), 1<<16
	}
	if h.Masked {
		copy(h.Mask[:], b[len(b)-4:])
	}
	return h, h.Length >= least
}

// appendHead appends the header of an unfragmented frame as a server sends it,
// unmasked (RFC 6455 §5.1).
func appendHead(dst []byte, op ws.OpCode, n int) []byte {
	dst = append(dst, 0x80|byte(op))
	switch {
	case n < 126:
		return append(dst, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, 126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, 127), uint64(n))
}

// appendClose appends a Close frame. A code that never travels (RFC 6455
// §7.4.1: 1005, 1006, 1015) is left out, with the reason. A reason that is too
// long for a control frame is cut between characters.
func appendClose(dst []byte, code int, reason string) []byte {
	if !validClose(code) {
		return appendHead(dst, ws.OpClose, 0)
	}
	n := min(len(reason), ws.MaxControlFramePayloadSize-2)
	for n < len(reason) && n > 0 && !utf8.RuneStart(reason[n]) {
		n--
	}
	dst = appendHead(dst, ws.OpClose, 2+n)
	dst = binary.BigEndian.AppendUint16(dst, uint16(code))
	return append(dst, reason[:n]...)
}

// decodeClose returns what a Close frame says, code 1005 if nothing. It returns
// false for half a code and for one that must not be sent.
func decodeClose(payload []byte) (code int, reason []byte, ok bool) {
	switch len(payload) {
	case 0:
		return int(ws.StatusNoStatusRcvd), nil, true
	case 1:
		return 0, nil, false
	}
	code = int(binary.BigEndian.Uint16(payload))
	return code, payload[2:], validClose(code)
}

// validClose reports whether code may stand in a Close frame: those of RFC 6455
// §7.4.1 but for the reserved ones, those that IANA registered since (1012 to
// 1014), and those of §7.4.2 for applications.
func validClose(code int) bool {
	if code < 1000 || code > 4999 {
		return false
	}
	c := ws.StatusCode(code)
	return c.IsApplicationSpec() || c.IsPrivateSpec() || c >= 1012 && c <= 1014 ||
		c.IsProtocolDefined() && !c.IsProtocolReserved()
}
