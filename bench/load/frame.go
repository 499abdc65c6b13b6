package main

import (
	"encoding/binary"
	"errors"
)

// The part of RFC 6455 §5 that a SIP client needs: whole messages in one masked
// frame out, unfragmented frames in.

const (
	opText   = 0x1
	opBinary = 0x2
	opClose  = 0x8
	opPing   = 0x9
	opPong   = 0xA
)

const maxFrame = 1 << 20

var (
	errFragment = errors.New("server sent a fragmented message")
	errMasked   = errors.New("server sent a masked frame")
	errFrame    = errors.New("server sent a frame above 1 MiB")
)

// appendFrame appends payload as one final frame, masked with key (RFC 6455 §5.3).
func appendFrame(dst []byte, op byte, key uint32, payload []byte) []byte {
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

// nextFrame takes one frame from the beginning of b: its opcode, its payload and
// its whole length, which is zero while the frame is incomplete.
func nextFrame(b []byte) (op byte, payload []byte, size int, err error) {
	if len(b) < 2 {
		return 0, nil, 0, nil
	}
	op = b[0] & 0x0f
	if b[0]&0x80 == 0 || op == 0 {
		return 0, nil, 0, errFragment
	}
	if b[1]&0x80 != 0 {
		return 0, nil, 0, errMasked
	}
	head, n := 2, uint64(b[1])
	switch n {
	case 126:
		if head = 4; len(b) < head {
			return 0, nil, 0, nil
		}
		n = uint64(binary.BigEndian.Uint16(b[2:]))
	case 127:
		if head = 10; len(b) < head {
			return 0, nil, 0, nil
		}
		n = binary.BigEndian.Uint64(b[2:])
	}
	if n > maxFrame {
		return 0, nil, 0, errFrame
	}
	size = head + int(n)
	if len(b) < size {
		return 0, nil, 0, nil
	}
	return op, b[head:size], size, nil
}
