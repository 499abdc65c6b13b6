package wsclient

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
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

func TestRoundTrip(t *testing.T) {
	for _, key := range []uint32{0, 0xdeadbeef} {
		for _, n := range []int{0, 1, 7, 8, 125, 126, 800, 65535, 65536} {
			payload := bytes.Repeat([]byte("INVITE sip:x "), n/13+1)[:n]
			frame := unmask(t, AppendFrame(nil, OpText, key, payload))
			op, got, size, err := NextFrame(append(frame, 0x81))
			if err != nil || op != OpText || size != len(frame) || !bytes.Equal(got, payload) {
				t.Errorf("NextFrame, payload of %d: got op %d, %d bytes, size %d of %d, %v", n, op, len(got), size, len(frame), err)
			}
			for cut := range min(len(frame), 20) {
				if _, _, size, err := NextFrame(frame[:cut]); size != 0 || err != nil {
					t.Errorf("payload of %d cut at %d: got size %d, %v, want to wait", n, cut, size, err)
				}
			}
			op, got, err = ReadFrame(bufio.NewReader(iotest.OneByteReader(bytes.NewReader(frame))), make([]byte, 0, 100))
			if err != nil || op != OpText || !bytes.Equal(got, payload) {
				t.Errorf("ReadFrame, payload of %d: got op %d, %d bytes, %v", n, op, len(got), err)
			}
		}
	}
}

func TestRefused(t *testing.T) {
	tests := []struct {
		name, frame string
		want        error
	}{
		{"first fragment", "\x01\x01x", errFragment},
		{"continuation", "\x80\x01x", errFragment},
		{"masked", "\x81\x81aaaax", errMasked},
		{"masked and no more", "\x81\xfe", errMasked},
		{"compressed", "\xc1\x01x", errReserved},
		{"too long", "\x81\x7f\x00\x00\x00\x00\x00\x10\x00\x01", errLarge},
		{"too long for a signed number", "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", errLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, size, err := NextFrame([]byte(tt.frame)); err != tt.want || size != 0 {
				t.Errorf("NextFrame: got size %d, %v, want %v", size, err, tt.want)
			}
			if _, _, err := ReadFrame(bufio.NewReader(strings.NewReader(tt.frame)), nil); err != tt.want {
				t.Errorf("ReadFrame: got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestReadFrameCutShort(t *testing.T) {
	tests := []struct {
		name, in string
		want     error
	}{
		{"nothing", "", io.EOF},
		{"head", "\x81", io.EOF},
		{"length", "\x81\x7e\x01", io.EOF},
		{"payload", "\x81\x02h", io.ErrUnexpectedEOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, err := ReadFrame(bufio.NewReader(strings.NewReader(tt.in)), nil); err != tt.want {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestReadFrameKeepsBuffer(t *testing.T) {
	in := bufio.NewReader(strings.NewReader("\x81\x02hi\x82\x02ho"))
	buf := make([]byte, 0, 10)
	for _, want := range []string{"hi", "ho"} {
		_, got, err := ReadFrame(in, buf)
		if err != nil || string(got) != want || &got[0] != &buf[:1][0] {
			t.Errorf("got %q, %v, want %q in the buffer given", got, err, want)
		}
	}
}
