package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// The part of RFC 6455 §5 that a SIP client needs: whole messages in one masked
// frame out, unfragmented frames in.

const (
	opText  = 0x1
	opClose = 0x8
	opPing  = 0x9
	opPong  = 0xA
)

var errFrame = errors.New("server sent a frame that is fragmented, masked or longer than 64 KiB")

// appendFrame appends payload as one final frame. Its mask is zero, which the
// server has to apply all the same: nobody is between the two (RFC 6455 §10.3).
func appendFrame(dst []byte, op byte, payload []byte) []byte {
	dst = append(dst, 0x80|op)
	if n := len(payload); n < 126 {
		dst = append(dst, 0x80|byte(n))
	} else {
		dst = append(dst, 0x80|126, byte(n>>8), byte(n))
	}
	dst = append(dst, 0, 0, 0, 0)
	return append(dst, payload...)
}

// readFrame reads one frame. Its payload is in buf, or in what takes buf's place
// because it is larger.
func readFrame(r *bufio.Reader, buf []byte) (op byte, payload []byte, err error) {
	head, err := r.Peek(2)
	if err != nil {
		return 0, buf, err
	}
	op, n := head[0]&0x0f, int(head[1])
	size := 2
	if n == 126 {
		size = 4
		if head, err = r.Peek(size); err != nil {
			return 0, buf, err
		}
		n = int(binary.BigEndian.Uint16(head[2:]))
	} else if n > 126 {
		return 0, buf, errFrame // masked, or 64 bits of length
	}
	if head[0]&0x80 == 0 || op == 0 {
		return 0, buf, errFrame
	}
	if _, err = r.Discard(size); err != nil {
		return 0, buf, err
	}
	if n > cap(buf) {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	_, err = io.ReadFull(r, buf)
	return op, buf, err
}
