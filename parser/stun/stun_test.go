package stun_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/stun"
)

const (
	transaction = "b7e7a701bc34d686fa87dfae"
	cookie      = "2112a442"
	classic     = "c0ffee00"
)

// Requests of RFC 5769, §2.1 and §2.4.
var rfc5769Request = unhex("00010058" + cookie + transaction +
	"80220010" + "5354554e207465737420636c69656e74" +
	"00240004" + "6e0001ff" +
	"80290008" + "932ff9b151263b36" +
	"00060009" + "6576746a3a68367659202020" +
	"00080014" + "9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2" +
	"80280004" + "e57a3bcf")

var rfc5769LongTerm = unhex("00010060" + cookie + "78ad3433c6ad72c029da412e" +
	"00060012" + "e3839ee38388e383aae38383e382afe382b90000" +
	"0015001c" + "662f2f3439396b3935346436" + "4f4c33346f4c394653547679" + "36347341" +
	"0014000b" + "6578616d706c652e6f726700" +
	"00080014" + "f67024656dd64a3e02b8e0712e85c9a28ca89666")

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// message builds a Binding request with a true length.
func message(cookie string, attributes ...string) []byte {
	b := unhex("00010000" + cookie + transaction + strings.Join(attributes, ""))
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-20))
	return b
}

// printed appends a true FINGERPRINT.
func printed(b []byte) []byte {
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-20+8))
	sum := crc32.ChecksumIEEE(b) ^ 0x5354554e
	return binary.BigEndian.AppendUint32(append(b, 0x80, 0x28, 0, 4), sum)
}

func TestParseRequest(t *testing.T) {
	tests := []struct {
		name    string
		in      []byte
		want    parser.Err
		unknown []uint16
	}{
		{name: "RFC 5769 §2.1", in: rfc5769Request, unknown: []uint16{0x0024}},
		{name: "RFC 5769 §2.4", in: rfc5769LongTerm},
		{name: "no attributes", in: message(cookie)},
		{name: "fingerprint", in: printed(message(cookie))},
		{name: "optional attributes", in: message(cookie, "80220003616263ff", "ffff0000")},
		{name: "RFC 3489", in: message(classic)},
		{name: "RFC 3489, CHANGE-REQUEST", in: message(classic, "0003000400000006"), unknown: []uint16{3}},
		{name: "RFC 3489, what is FINGERPRINT to others", in: message(classic, "8028000400000000", "80220000")},
		{name: "unknown attributes", in: message(cookie, "7fff0000", "00020000", "7fff000101000000", "80000000"), unknown: []uint16{0x7fff, 2}},
		{name: "more unknown attributes than are listed", in: message(cookie, seventeen()...), unknown: sixteen()},
		{name: "unknown attribute after MESSAGE-INTEGRITY", in: message(cookie, "00080000", "00240000")},
		{name: "unknown attribute after MESSAGE-INTEGRITY-SHA256", in: message(cookie, "001c0000", "00240000")},
		{name: "unknown attribute before MESSAGE-INTEGRITY", in: message(cookie, "00240000", "00080000"), unknown: []uint16{0x24}},
		{name: "understood attributes", in: message(cookie, "00010000", "00060000", "00080000", "00090000", "000a0000",
			"00140000", "00150000", "001c0000", "001d0000", "001e0000", "00200000")},

		{name: "empty", want: parser.ErrMore},
		{name: "one byte", in: []byte{0}, want: parser.ErrMore},
		{name: "19 bytes", in: message(cookie)[:19], want: parser.ErrMore},
		{name: "a byte missing", in: rfc5769Request[:len(rfc5769Request)-1], want: parser.ErrMore},
		{name: "a byte more", in: append(message(cookie), 0), want: parser.ErrTooLong},
		{name: "indication", in: method(0x0011), want: parser.ErrMethod},
		{name: "success", in: method(0x0101), want: parser.ErrMethod},
		{name: "error", in: method(0x0111), want: parser.ErrMethod},
		{name: "another method", in: method(0x0003), want: parser.ErrMethod},
		{name: "SIP", in: []byte("OPTIONS sip:a SIP/2.0\r\n\r\n"), want: parser.ErrMethod},
		{name: "length no multiple of four", in: append(unhex("00010002"+cookie+transaction), 0, 0), want: parser.ErrNumber},
		{name: "attribute beyond the end", in: message(cookie, "8022000500000000"), want: parser.ErrNumber},
		{name: "attribute far beyond the end", in: message(cookie, "8022ffff"), want: parser.ErrNumber},
		{name: "padding missing", in: message(cookie, "80220000", "80220001"), want: parser.ErrNumber},
		{name: "fingerprint of three bytes", in: message(cookie, "8028000300000000"), want: parser.ErrNumber},
		{name: "fingerprint of eight bytes", in: message(cookie, "802800080000000000000000"), want: parser.ErrNumber},
		{name: "something after fingerprint", in: append(printed(message(cookie))[:28:28], 0x80, 0x22, 0, 0), want: parser.ErrTooLong},
		{name: "attribute after fingerprint", in: message(cookie, "8028000400000000", "80220000"), want: parser.ErrParam},
		{name: "wrong fingerprint", in: message(cookie, "8028000400000000"), want: parser.ErrChecksum},
		{name: "changed after the fingerprint", in: changed(), want: parser.ErrChecksum},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r stun.Request
			before := bytes.Clone(tt.in)
			if got := stun.ParseRequest(tt.in, &r); got != tt.want {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			if tt.want == parser.OK && !slices.Equal(r.Unknown(), tt.unknown) {
				t.Errorf("unknown: got %#x, want %#x", r.Unknown(), tt.unknown)
			}
			if !bytes.Equal(tt.in, before) {
				t.Error("the datagram was written")
			}
			if tt.want != parser.OK {
				return
			}
			for i := range tt.in {
				if got := stun.ParseRequest(tt.in[:i:i], &r); got == parser.OK {
					t.Errorf("the first %d of %d bytes: got %v", i, len(tt.in), got)
				}
			}
		})
	}
}

func method(typ uint16) []byte {
	b := message(cookie)
	binary.BigEndian.PutUint16(b, typ)
	return b
}

func changed() []byte {
	b := bytes.Clone(rfc5769Request)
	b[30] ^= 1 // within SOFTWARE
	return b
}

func seventeen() (attributes []string) {
	for i := range 17 {
		attributes = append(attributes, hex.EncodeToString([]byte{0x70, byte(i), 0, 0}))
	}
	return attributes
}

func sixteen() (types []uint16) {
	for i := range uint16(16) {
		types = append(types, 0x7000+i)
	}
	return types
}

func TestAppendResponse(t *testing.T) {
	const (
		ip4     = "192.0.2.1:32853" // the addresses of RFC 5769
		ip6     = "[2001:db8:1234:5678:11:2233:4455:6677]:32853"
		xor4    = "00200008" + "0001a147e112a643"
		xor6    = "00200014" + "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
		mapped4 = "00010008" + "00018055c0000201"
		mapped6 = "00010014" + "0002805520010db8123456780011223344556677"
		error20 = "00090018" + "00000414" + "556e6b6e6f776e20417474726962757465202020"
	)
	tests := []struct {
		name     string
		in       []byte
		src      string
		software string
		want     string // without FINGERPRINT, its length not counted
	}{
		{"RFC 5769 §2.2", message(cookie), ip4, "", "0101000c" + cookie + transaction + xor4},
		{"RFC 5769 §2.3", message(cookie), ip6, "", "01010018" + cookie + transaction + xor6},
		{"IPv4-mapped", message(cookie), "[::ffff:192.0.2.1]:32853", "", "0101000c" + cookie + transaction + xor4},
		{"zone", message(cookie), "[2001:db8:1234:5678:11:2233:4455:6677%eth0]:32853", "", "01010018" + cookie + transaction + xor6},
		{"software of four", message(cookie), ip4, "edge", "01010014" + cookie + transaction + "8022000465646765" + xor4},
		{"software padded", message(cookie), ip4, "sluice", "01010018" + cookie + transaction + "80220006736c756963650000" + xor4},
		{"software cut", message(cookie), ip4, strings.Repeat("s", 200),
			"01010090" + cookie + transaction + "8022007f" + strings.Repeat("73", 127) + "00" + xor4},
		{"420, one attribute", rfc5769Request, ip4, "", "01110024" + cookie + transaction + error20 + "000a000200240000"},
		{"420, two attributes", message(cookie, "00030000", "00240000"), ip6, "edge",
			"0111002c" + cookie + transaction + "8022000465646765" + error20 + "000a000400030024"},
		{"RFC 3489", message(classic), ip4, "edge", "0101000c" + classic + transaction + mapped4},
		{"RFC 3489, IPv6", message(classic), ip6, "edge", "01010018" + classic + transaction + mapped6},
		{"RFC 3489, 420", message(classic, "0003000400000006"), ip4, "edge",
			"01110024" + classic + transaction + error20 + "000a000400030003"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r stun.Request
			if err := stun.ParseRequest(tt.in, &r); err != parser.OK {
				t.Fatal(err)
			}
			want := unhex(tt.want)
			if !r.Classic {
				want = printed(want)
			}
			prefix := []byte("kept")
			got := stun.AppendResponse(prefix, &r, netip.MustParseAddrPort(tt.src), tt.software)
			if !bytes.HasPrefix(got, prefix) || !bytes.Equal(got[len(prefix):], want) {
				t.Errorf("got %x\nwant %x", got[len(prefix):], want)
			}
		})
	}
}

func TestMaxResponse(t *testing.T) {
	var r stun.Request
	if err := stun.ParseRequest(message(cookie, seventeen()...), &r); err != parser.OK {
		t.Fatal(err)
	}
	if got := stun.AppendResponse(nil, &r, netip.AddrPort{}, strings.Repeat("s", 200)); len(got) != stun.MaxResponse {
		t.Errorf("got %d bytes, want %d", len(got), stun.MaxResponse)
	}
	stun.ParseRequest(message(cookie), &r)
	for src, want := range map[string]int{"192.0.2.1:1": 40, "[2001:db8::1]:1": 52} {
		if got := stun.AppendResponse(nil, &r, netip.MustParseAddrPort(src), ""); len(got) != want {
			t.Errorf("%s: got %d bytes, want %d", src, len(got), want)
		}
	}
}

func TestDetect(t *testing.T) {
	tests := []struct {
		name, in string
		want     bool
	}{
		{"nothing", "", false},
		{"request", "\x00\x01", true},
		{"response", "\x01\x01", true},
		{"SIP", "INVITE", false},
		{"keep-alive", "\r\n\r\n", false},
		{"ChannelData of TURN", "\x40\x00", false},
	}
	for _, tt := range tests {
		if got := stun.Detect([]byte(tt.in)); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func BenchmarkAnswer(b *testing.B) {
	in, src := printed(message(cookie)), netip.MustParseAddrPort("192.0.2.1:32853")
	dst := make([]byte, 0, stun.MaxResponse)
	var r stun.Request
	b.ReportAllocs()
	for b.Loop() {
		if err := stun.ParseRequest(in, &r); err != parser.OK {
			b.Fatal(err)
		}
		dst = stun.AppendResponse(dst[:0], &r, src, "")
	}
}
