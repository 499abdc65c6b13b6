package linktest

import "encoding/binary"

// Opcodes (RFC 6455 §5.2), and what is added to one in the first byte of a
// frame.
const (
	OpContinuation = 0x0
	OpText         = 0x1
	OpBinary       = 0x2
	OpClose        = 0x8
	OpPing         = 0x9
	OpPong         = 0xa

	Fin  = 0x80
	RSV1 = 0x40
	RSV2 = 0x20
	RSV3 = 0x10
)

const masked = 0x80

var mask = [4]byte{0x81, 0x0d, 0xff, 0x3c}

// Frame returns a frame as a client sends it. first is its first byte: FIN,
// reserved bits and opcode.
func Frame(first byte, payload string) string {
	b := []byte(Header(first, masked, lengthSize(len(payload)), uint64(len(payload))))
	b = append(b, mask[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^mask[i%len(mask)])
	}
	return string(b)
}

// Unmasked returns a frame as a server sends it.
func Unmasked(first byte, payload string) string {
	return Header(first, 0, lengthSize(len(payload)), uint64(len(payload))) + payload
}

// Header returns the first bytes of a frame, up to its length, which takes
// size bytes besides those 7 bits: 0, 2 or 8. second has the mask bit or not.
func Header(first, second byte, size int, length uint64) string {
	b := []byte{first}
	switch size {
	case 0:
		b = append(b, second|byte(length))
	case 2:
		b = binary.BigEndian.AppendUint16(append(b, second|126), uint16(length))
	default:
		b = binary.BigEndian.AppendUint64(append(b, second|127), length)
	}
	return string(b)
}

// Announced returns the header of a frame with that many bytes of payload, of
// which none is there.
func Announced(first byte, length uint64) string {
	return Header(first, masked, 8, length) + string(mask[:])
}

func lengthSize(n int) int {
	switch {
	case n < 126:
		return 0
	case n < 1<<16:
		return 2
	}
	return 8
}

// Fragments returns a message in as many frames as there are parts. op is that
// of the first one.
func Fragments(op byte, parts ...string) (frames string) {
	for i, part := range parts {
		if i == len(parts)-1 {
			op |= Fin
		}
		frames += Frame(op, part)
		op = OpContinuation
	}
	return frames
}

// Close returns a Close frame with a code and a reason.
func Close(code int, reason string) string {
	return Frame(Fin|OpClose, string([]byte{byte(code >> 8), byte(code)})+reason)
}
