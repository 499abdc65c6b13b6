package fuzz

import (
	"bytes"
	"encoding/hex"
	"hash/crc32"
	"net/netip"
	"testing"

	"sluice/parser"
	"sluice/parser/stun"
)

var stunSeeds = []string{
	"000100002112a442b7e7a701bc34d686fa87dfae",
	"00010000c0ffee00b7e7a701bc34d686fa87dfae",
	"000100082112a442b7e7a701bc34d686fa87dfae8028000400000000",
	"000100102112a442b7e7a701bc34d686fa87dfae0024000101ffffff0008000080220000",
	"00010008c0ffee00b7e7a701bc34d686fa87dfae0003000400000006",
	"001100002112a442b7e7a701bc34d686fa87dfae",
}

// FuzzSTUN holds the STUN server to these: nothing panics and the datagram is
// not written; a request cut anywhere or followed by anything is none; a
// request with a true FINGERPRINT added to it gets the same answer; the answer
// is well-formed, echoes the transaction and is not longer than it may be.
func FuzzSTUN(f *testing.F) {
	for _, s := range stunSeeds {
		raw, err := hex.DecodeString(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, []byte{192, 0, 2, 1}, uint16(5060), "sluice")
		f.Add(raw, bytes.Repeat([]byte{0x20}, 16), uint16(1), "")
	}
	f.Fuzz(func(t *testing.T, raw, ip []byte, port uint16, software string) {
		addr, _ := netip.AddrFromSlice(ip)
		src := netip.AddrPortFrom(addr, port)
		before := bytes.Clone(raw)
		var r stun.Request
		err := stun.ParseRequest(raw, &r)
		if !bytes.Equal(raw, before) {
			t.Fatal("the datagram was written")
		}
		if err != parser.OK {
			return
		}
		if !stun.Detect(raw) {
			t.Fatal("a request is not detected")
		}
		out := stun.AppendResponse(nil, &r, src, software)
		checkAnswer(t, raw, out, &r)
		var other stun.Request
		for _, b := range [][]byte{raw[:len(raw)-1], append(bytes.Clone(raw), 0)} {
			if stun.ParseRequest(b, &other) == parser.OK {
				t.Fatalf("%x: got ok for %x too", raw, b)
			}
		}
		if again := addFingerprint(raw); stun.ParseRequest(again, &other) == parser.OK {
			if got := stun.AppendResponse(nil, &other, src, software); !bytes.Equal(got, out) {
				t.Fatalf("with FINGERPRINT: got %x, want %x", got, out)
			}
		} else if !r.Classic && !bytes.Contains(raw, []byte{0x80, 0x28}) && len(again) < 65535 {
			t.Fatalf("%x: refused with FINGERPRINT", again)
		}
	})
}

// addFingerprint appends a FINGERPRINT to a message.
func addFingerprint(raw []byte) []byte {
	b := bytes.Clone(raw)
	n := len(b) - 20 + 8
	b[2], b[3] = byte(n>>8), byte(n)
	sum := crc32.ChecksumIEEE(b) ^ 0x5354554e
	return append(b, 0x80, 0x28, 0, 4, byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum))
}

// checkAnswer reads a response attribute by attribute.
func checkAnswer(t *testing.T, raw, out []byte, r *stun.Request) {
	if len(out) > stun.MaxResponse || len(out) < 20 || len(out)%4 != 0 || int(out[2])<<8+int(out[3]) != len(out)-20 {
		t.Fatalf("got a response of %d bytes: %x", len(out), out)
	}
	if !bytes.Equal(out[4:20], raw[4:20]) {
		t.Fatalf("got transaction %x, want %x", out[4:20], raw[4:20])
	}
	var types []int
	for at := 20; at < len(out); {
		n := int(out[at+2])<<8 + int(out[at+3])
		types = append(types, int(out[at])<<8+int(out[at+1]))
		if at += 4 + (n+3)&^3; at > len(out) {
			t.Fatalf("got attributes beyond the end: %x", out)
		}
	}
	if last := types[len(types)-1]; r.Classic == (last == 0x8028) {
		t.Fatalf("got attributes %#x, RFC 3489 %v", types, r.Classic)
	}
	if success := out[1] == 0x01; success != (len(r.Unknown()) == 0) {
		t.Fatalf("got type %x with unknown attributes %#x", out[:2], r.Unknown())
	}
}
