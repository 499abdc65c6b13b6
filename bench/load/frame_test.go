package main

import (
	"bytes"
	"testing"
)

// unmask turns a client's frame into the same frame as a server would send it.
func unmask(t *testing.T, frame []byte) []byte {
	t.Helper()
	head := 2
	switch frame[1] & 0x7f {
	case 126:
		head = 4
	case 127:
		head = 10
	}
	if frame[1]&0x80 == 0 {
		t.Fatal("the frame is not masked")
	}
	out := append([]byte{frame[0], frame[1] & 0x7f}, frame[2:head]...)
	key := frame[head : head+4]
	for i, c := range frame[head+4:] {
		out = append(out, c^key[i%4])
	}
	return out
}

func TestFrameRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 125, 126, 800, 65535, 65536} {
		payload := bytes.Repeat([]byte("INVITE sip:x "), n/13+1)[:n]
		frame := unmask(t, appendFrame(nil, opText, 0xdeadbeef, payload))
		op, got, size, err := nextFrame(append(frame, 0x81))
		if err != nil || op != opText || size != len(frame) || !bytes.Equal(got, payload) {
			t.Errorf("payload of %d: got op %d, %d bytes, size %d of %d, %v", n, op, len(got), size, len(frame), err)
		}
		for cut := range min(len(frame), 20) {
			if _, _, size, err := nextFrame(frame[:cut]); size != 0 || err != nil {
				t.Errorf("payload of %d cut at %d: got size %d, %v, want to wait", n, cut, size, err)
			}
		}
	}
}

func TestFrameRefused(t *testing.T) {
	tests := []struct {
		name  string
		frame []byte
		want  error
	}{
		{"first fragment", []byte{0x01, 1, 'x'}, errFragment},
		{"continuation", []byte{0x80, 1, 'x'}, errFragment},
		{"masked", []byte{0x81, 0x81, 1, 2, 3, 4, 'x'}, errMasked},
		{"too long", []byte{0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0}, errFrame},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, _, err := nextFrame(tt.frame); err != tt.want {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestCheckUpgrade(t *testing.T) {
	const nonce = "dGhlIHNhbXBsZSBub25jZQ=="
	const accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" // RFC 6455 §1.3
	tests := []struct {
		name, answer string
		ok           bool
	}{
		{"good", "HTTP/1.1 101 Switching Protocols\r\n" + accept + "sec-websocket-protocol:sip\r\n\r\n", true},
		{"refused", "HTTP/1.1 403 Forbidden\r\n\r\n", false},
		{"without sub-protocol", "HTTP/1.1 101 Switching Protocols\r\n" + accept + "\r\n", false},
		{"wrong key", "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: sip\r\n\r\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := checkUpgrade(tt.answer, nonce); (err == nil) != tt.ok {
				t.Errorf("got %v, want ok=%v", err, tt.ok)
			}
		})
	}
}
