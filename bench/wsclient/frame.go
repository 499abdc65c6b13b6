package wsclient

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// Opcodes (RFC 6455 §5.2).
const (
	OpText   = 0x1
	OpBinary = 0x2
	OpClose  = 0x8
	OpPing   = 0x9
	OpPong   = 0xA
)

const maxPayload = 1 << 20

var (
	errReserved = errors.New("server sent a frame with a reserved bit") // no extension was agreed on
	errFragment = errors.New("server sent a fragmented message")
	errMasked   = errors.New("server sent a masked frame")
	errLarge    = errors.New("server sent a frame above 1 MiB")
)

// AppendFrame appends payload as one final frame, masked with key (RFC 6455 §5.3).
// The key may be zero, which the server has to apply all the same: nobody is
// between the two whom masking protects (§10.3).
func AppendFrame(dst []byte, op byte, key uint32, payload []byte) []byte {
	dst = append(dst, 0x80|op)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, 0x80|byte(n))
	case n < 1<<16:
		dst = append(dst, 0x80|126, byte(n>>8), byte(n))
	default:
		dst = append(dst, 0x80|127)
		dst = binary.BigEndian.AppendUint64(dst, uint64(n))
	}
	dst = binary.LittleEndian.AppendUint32(dst, key)
	wide := uint64(key)<<32 | uint64(key)
	for len(payload) >= 8 {
		dst = binary.LittleEndian.AppendUint64(dst, binary.LittleEndian.Uint64(payload)^wide)
		payload = payload[8:]
	}
	for i, c := range payload {
		dst = append(dst, c^byte(key>>(8*(i&3))))
	}
	return dst
}

// NextFrame takes one frame from the beginning of b: its opcode, its payload, which
// lies in b, and its whole length, which is zero while the frame is incomplete.
func NextFrame(b []byte) (op byte, payload []byte, size int, err error) {
	op, head, n, err := frameHead(b)
	if err != nil || len(b) < head+n {
		return 0, nil, 0, err
	}
	return op, b[head : head+n], head + n, nil
}

// ReadFrame reads one frame. Its payload is in buf, or in what takes buf's place
// because it is larger.
func ReadFrame(r *bufio.Reader, buf []byte) (op byte, payload []byte, err error) {
	head, n := minHead, 0
	for have := 0; have < head; {
		have = head
		b, err := r.Peek(have)
		if err != nil {
			return 0, buf, err
		}
		if op, head, n, err = frameHead(b); err != nil {
			return 0, buf, err
		}
	}
	if _, err = r.Discard(head); err != nil {
		return 0, buf, err
	}
	if n > cap(buf) {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	_, err = io.ReadFull(r, buf)
	return op, buf, err
}

// minHead is how long the head of a frame is at least.
const minHead = 2

// frameHead reads the head of a frame: its opcode, its length, and that of the
// payload. Until b holds the whole head only the length of the head is right.
func frameHead(b []byte) (op byte, head, payload int, err error) {
	if len(b) < minHead {
		return 0, minHead, 0, nil
	}
	op = b[0] & 0x0f
	switch {
	case b[0]&0x70 != 0:
		return 0, 0, 0, errReserved
	case b[0]&0x80 == 0 || op == 0:
		return 0, 0, 0, errFragment
	case b[1]&0x80 != 0:
		return 0, 0, 0, errMasked
	}
	head, n := minHead, uint64(b[1])
	switch n {
	case 126:
		if head = 4; len(b) >= head {
			n = uint64(binary.BigEndian.Uint16(b[2:]))
		}
	case 127:
		if head = 10; len(b) >= head {
			n = binary.BigEndian.Uint64(b[2:])
		}
	}
	if n > maxPayload {
		return 0, 0, 0, errLarge
	}
	return op, head, int(n), nil
}
