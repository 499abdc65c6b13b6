package main

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestReadFrame(t *testing.T) {
	long := strings.Repeat("x", 300)
	tests := []struct {
		name, in string
		op       byte
		payload  string
		err      error
	}{
		{"text", "\x81\x02hi", opText, "hi", nil},
		{"empty ping", "\x89\x00", opPing, "", nil},
		{"16 bits of length", "\x82\x7e\x01\x2c" + long, 2, long, nil},
		{"64 bits of length", "\x82\x7f\x00\x00\x00\x00\x00\x00\x00\x01x", 0, "", errFrame},
		{"masked", "\x81\x82aaaahi", 0, "", errFrame},
		{"first fragment", "\x01\x02hi", 0, "", errFrame},
		{"last fragment", "\x80\x02hi", 0, "", errFrame},
		{"cut head", "\x81", 0, "", io.EOF},
		{"cut length", "\x81\x7e\x01", 0, "", io.EOF},
		{"cut payload", "\x81\x02h", 0, "", io.ErrUnexpectedEOF},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			op, payload, err := readFrame(bufio.NewReader(strings.NewReader(c.in)), make([]byte, 0, 10))
			if err != c.err {
				t.Fatalf("got error %v, want %v", err, c.err)
			}
			if err == nil && (op != c.op || string(payload) != c.payload) {
				t.Errorf("got %x %q, want %x %q", op, payload, c.op, c.payload)
			}
		})
	}
}

func TestAppendFrame(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 300, 65535} {
		payload := bytes.Repeat([]byte("x"), n)
		frame := appendFrame(nil, opText, payload)
		head := 2
		if n > 125 {
			head = 4
		}
		if frame[1]&0x80 == 0 || !bytes.Equal(frame[head:head+4], make([]byte, 4)) {
			t.Fatalf("%d bytes: head %x, want one with a mask of zero", n, frame[:head+4])
		}
		server := append(append([]byte{frame[0], frame[1] &^ 0x80}, frame[2:head]...), frame[head+4:]...)
		if op, got, err := readFrame(bufio.NewReader(bytes.NewReader(server)), nil); op != opText || !bytes.Equal(got, payload) || err != nil {
			t.Errorf("%d bytes: read back %x, %d bytes, %v", n, op, len(got), err)
		}
	}
}
