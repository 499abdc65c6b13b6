package proxyproto_test

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/proxyproto"
)

const signature = "\r\n\r\n\x00\r\nQUIT\n"

// v2 builds a binary header with a true length.
func v2(verCmd, family byte, block ...string) string {
	b := strings.Join(block, "")
	return signature + string([]byte{verCmd, family, byte(len(b) >> 8), byte(len(b))}) + b
}

func tlv(typ byte, value string) string {
	return string([]byte{typ, byte(len(value) >> 8), byte(len(value))}) + value
}

// summed puts the right checksum in place of the first "####".
func summed(header string) string {
	at := strings.Index(header, "####")
	b := []byte(header)
	clear(b[at : at+4])
	binary.BigEndian.PutUint32(b[at:], crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	return string(b)
}

const (
	block4    = "\xc0\x00\x02\x01\xc6\x33\x64\x07\xc0\x00\x13\xc4"
	block6    = "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\xc0\x00\x13\xc5"
	mapped6   = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xc0\x00\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xc6\x33\x64\x07\xc0\x00\x13\xc4"
	crc       = "\x03\x00\x04####"
	full6     = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
	longest   = "PROXY UNKNOWN " + full6 + " " + full6 + " 65535 65535\r\n"
	localOnly = ""
)

func header(version uint8, src, dst string) proxyproto.Header {
	if src == localOnly {
		return proxyproto.Header{Version: version, Local: true}
	}
	return proxyproto.Header{Version: version, Src: netip.MustParseAddrPort(src), Dst: netip.MustParseAddrPort(dst)}
}

// Headers that are accepted.
var accepted = []struct {
	name, in string
	want     proxyproto.Header
}{
	{"example of the specification", "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n", header(1, "192.168.0.1:56324", "192.168.0.11:443")},
	{"longest TCP4", "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", header(1, "255.255.255.255:65535", "255.255.255.255:65535")},
	{"port 0", "PROXY TCP4 192.0.2.1 192.0.2.2 0 0\r\n", header(1, "192.0.2.1:0", "192.0.2.2:0")},
	{"TCP6", "PROXY TCP6 2001:db8::1 2001:DB8:0:0:0:0:0:2 49152 5061\r\n", header(1, "[2001:db8::1]:49152", "[2001:db8::2]:5061")},
	{"longest TCP6", "PROXY TCP6 " + full6 + " " + full6 + " 65535 65535\r\n", header(1, "["+full6+"]:65535", "["+full6+"]:65535")},
	{"TCP6, IPv4-mapped", "PROXY TCP6 ::ffff:192.0.2.1 ::FFFF:c000:202 1 2\r\n", header(1, "192.0.2.1:1", "192.0.2.2:2")},
	{"UNKNOWN", "PROXY UNKNOWN\r\n", header(1, localOnly, "")},
	{"UNKNOWN with a space", "PROXY UNKNOWN \r\n", header(1, localOnly, "")},
	{"UNKNOWN with anything", "PROXY UNKNOWN a\x00\rb  \xff\r\n", header(1, localOnly, "")},
	{"longest UNKNOWN", longest, header(1, localOnly, "")},

	{"LOCAL", v2(0x20, 0x00), header(2, localOnly, "")},
	{"LOCAL with addresses", v2(0x20, 0x11, block4), header(2, localOnly, "")},
	{"LOCAL of an unknown family", v2(0x20, 0xff, "junk"), header(2, localOnly, "")},
	{"LOCAL too short for its family", v2(0x20, 0x21, "junk"), header(2, localOnly, "")},
	{"LOCAL with a wrong checksum", v2(0x20, 0x00, crc), header(2, localOnly, "")},
	{"TCP over IPv4", v2(0x21, 0x11, block4), header(2, "192.0.2.1:49152", "198.51.100.7:5060")},
	{"UDP over IPv4", v2(0x21, 0x12, block4), header(2, "192.0.2.1:49152", "198.51.100.7:5060")},
	{"TCP over IPv6", v2(0x21, 0x21, block6), header(2, "[2001:db8::1]:49152", "[2001:db8::2]:5061")},
	{"UDP over IPv6", v2(0x21, 0x22, block6), header(2, "[2001:db8::1]:49152", "[2001:db8::2]:5061")},
	{"IPv4-mapped", v2(0x21, 0x21, mapped6), header(2, "192.0.2.1:49152", "198.51.100.7:5060")},
	{"UNIX stream", v2(0x21, 0x31, strings.Repeat("/", 216)), header(2, localOnly, "")},
	{"UNIX datagram with values", v2(0x21, 0x32, strings.Repeat("/", 216), tlv(0x04, "")), header(2, localOnly, "")},
	{"unspecified", v2(0x21, 0x00), header(2, localOnly, "")},
	{"unspecified with anything", v2(0x21, 0x00, "?"), header(2, localOnly, "")},
	{"unspecified transport", v2(0x21, 0x10, block4), header(2, localOnly, "")},
	{"unspecified family", v2(0x21, 0x01, block4), header(2, localOnly, "")},
	{"values", v2(0x21, 0x11, block4, tlv(0x01, "sip/2.0"), tlv(0x04, ""), tlv(0xEA, "\x01vpce-1")), header(2, "192.0.2.1:49152", "198.51.100.7:5060")},
	{"checksum", summed(v2(0x21, 0x11, block4, crc)), header(2, "192.0.2.1:49152", "198.51.100.7:5060")},
	{"checksum amid values", summed(v2(0x21, 0x21, block6, tlv(0x02, "example.com"), crc, tlv(0x05, "id"))), header(2, "[2001:db8::1]:49152", "[2001:db8::2]:5061")},
	{"checksum over UNIX", summed(v2(0x21, 0x31, strings.Repeat("a", 216), crc)), header(2, localOnly, "")},
	{"longest", v2(0x21, 0x11, block4, tlv(0x20, strings.Repeat("c", proxyproto.MaxV2-16-12-3))), header(2, "192.0.2.1:49152", "198.51.100.7:5060")},
}

// Headers that are refused.
var refused = []struct {
	name, in string
	want     parser.Err
}{
	{"a SIP request", "OPTIONS sip:a SIP/2.0\r\n", parser.ErrStartLine},
	{"another word", "PROXX TCP4 192.0.2.1 192.0.2.2 1 2\r\n", parser.ErrStartLine},
	{"lower case", "proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n", parser.ErrStartLine},
	{"a SIP request that begins alike", "PROXYING sip:a SIP/2.0\r\n", parser.ErrStartLine},
	{"keep-alive", "\r\n\r\nOPTIONS", parser.ErrStartLine},
	{"no family", "PROXY \r\n", parser.ErrParam},
	{"unknown family", "PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n", parser.ErrParam},
	{"family in lower case", "PROXY tcp4 192.0.2.1 192.0.2.2 1 2\r\n", parser.ErrParam},
	{"family too long", "PROXY UNKNOWNS\r\n", parser.ErrParam},
	{"two spaces before the family", "PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n", parser.ErrParam},
	{"no addresses", "PROXY TCP4\r\n", parser.ErrHost},
	{"one address", "PROXY TCP4 192.0.2.1\r\n", parser.ErrHost},
	{"two spaces", "PROXY TCP4 192.0.2.1  192.0.2.2 1 2\r\n", parser.ErrHost},
	{"tab", "PROXY TCP4 192.0.2.1\t192.0.2.2 1 2\r\n", parser.ErrHost},
	{"leading zero in an address", "PROXY TCP4 192.0.02.1 192.0.2.2 1 2\r\n", parser.ErrHost},
	{"octet out of range", "PROXY TCP4 192.0.2.256 192.0.2.2 1 2\r\n", parser.ErrHost},
	{"three octets", "PROXY TCP4 192.0.2.1 192.0.2 1 2\r\n", parser.ErrHost},
	{"IPv6 in TCP4", "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n", parser.ErrHost},
	{"IPv4-mapped in TCP4", "PROXY TCP4 ::ffff:192.0.2.1 192.0.2.2 1 2\r\n", parser.ErrHost},
	{"IPv4 in TCP6", "PROXY TCP6 2001:db8::1 192.0.2.2 1 2\r\n", parser.ErrHost},
	{"zone", "PROXY TCP6 fe80::1%eth0 fe80::2 1 2\r\n", parser.ErrHost},
	{"brackets", "PROXY TCP6 [2001:db8::1] [2001:db8::2] 1 2\r\n", parser.ErrHost},
	{"nine groups", "PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 2\r\n", parser.ErrHost},
	{"name", "PROXY TCP4 localhost 192.0.2.2 1 2\r\n", parser.ErrHost},
	{"no ports", "PROXY TCP4 192.0.2.1 192.0.2.2\r\n", parser.ErrPort},
	{"one port", "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n", parser.ErrPort},
	{"port out of range", "PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n", parser.ErrPort},
	{"port of six digits", "PROXY TCP4 192.0.2.1 192.0.2.2 1 100000\r\n", parser.ErrPort},
	{"leading zero in a port", "PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n", parser.ErrPort},
	{"signed port", "PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n", parser.ErrPort},
	{"space at the end", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n", parser.ErrPort},
	{"another word at the end", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n", parser.ErrPort},
	{"CR within", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\rX\r\n", parser.ErrPort},
	{"LF alone", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n", parser.ErrLineEnd},
	{"LF alone after UNKNOWN", "PROXY UNKNOWN\nPROXY UNKNOWN\r\n", parser.ErrLineEnd},
	{"108 bytes", strings.Replace(longest, " 65535\r", " 655355\r", 1), parser.ErrTooLong},
	{"endless", "PROXY " + strings.Repeat("x", 300), parser.ErrTooLong},

	{"version 1 in binary", v2(0x11, 0x11, block4), parser.ErrVersion},
	{"version 3", v2(0x31, 0x11, block4), parser.ErrVersion},
	{"unknown command", v2(0x22, 0x11, block4), parser.ErrMethod},
	{"unknown family of version 2", v2(0x21, 0x41, block4), parser.ErrParam},
	{"unknown transport of version 2", v2(0x21, 0x13, block4), parser.ErrParam},
	{"too short for IPv4", v2(0x21, 0x11, block4[:11]), parser.ErrNumber},
	{"too short for IPv6", v2(0x21, 0x22, block6[:35]), parser.ErrNumber},
	{"too short for UNIX", v2(0x21, 0x31, strings.Repeat("/", 215)), parser.ErrNumber},
	{"too long", v2(0x21, 0x11, block4, tlv(0x20, strings.Repeat("c", proxyproto.MaxV2-16-12-2))), parser.ErrTooLong},
	{"LOCAL, too long", v2(0x20, 0x00, strings.Repeat("c", 65535)), parser.ErrTooLong},
	{"no type-length-value", v2(0x21, 0x11, block4, "\x04\x00"), parser.ErrNumber},
	{"value beyond the block", v2(0x21, 0x11, block4, tlv(0x01, "a"), "\x04\x00\x01"), parser.ErrNumber},
	{"checksum of three bytes", v2(0x21, 0x11, block4, tlv(0x03, "abc")), parser.ErrNumber},
	{"checksum of five bytes", v2(0x21, 0x11, block4, tlv(0x03, "abcde")), parser.ErrNumber},
	{"wrong checksum", v2(0x21, 0x11, block4, tlv(0x03, "abcd")), parser.ErrHeaderValue},
	{"right checksum, other addresses", strings.Replace(summed(v2(0x21, 0x11, block4, crc)), "\xc0\x00\x02\x01", "\xc0\x00\x02\x02", 1), parser.ErrHeaderValue},
	{"two checksums", summed(v2(0x21, 0x11, block4, crc, tlv(0x03, "\x00\x00\x00\x00"))), parser.ErrDuplicate},
}

func TestAccepted(t *testing.T) {
	for _, tt := range accepted {
		t.Run(tt.name, func(t *testing.T) {
			for _, follows := range []string{"", "R", "REGISTER sip:a SIP/2.0\r\n"} {
				in := []byte(tt.in + follows)
				var h proxyproto.Header
				if n, err := proxyproto.Parse(in, &h); n != len(tt.in) || err != parser.OK || h != tt.want {
					t.Errorf("followed by %q: got %+v, %d, %v, want %+v, %d", follows, h, n, err, tt.want, len(tt.in))
				}
			}
			checkSplits(t, tt.in, parser.OK)
		})
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range refused {
		t.Run(tt.name, func(t *testing.T) {
			before := proxyproto.Header{Version: 9}
			h := before
			if n, err := proxyproto.Parse([]byte(tt.in), &h); n != 0 || err != tt.want || h != before {
				t.Errorf("got %+v, %d, %v, want %v", h, n, err, tt.want)
			}
			checkSplits(t, tt.in, tt.want)
		})
	}
}

// checkSplits gives every beginning of in: each asks for more or has the
// outcome of the whole, and from the first that has, all have.
func checkSplits(t *testing.T, in string, want parser.Err) {
	t.Helper()
	decided := false
	buf := []byte(in)
	for i := range buf {
		var h proxyproto.Header
		_, err := proxyproto.Parse(buf[:i:i], &h)
		switch {
		case err == parser.ErrMore && !decided:
		case err == want && want != parser.OK:
			decided = true
		default:
			t.Fatalf("first %d of %d bytes: got %v, want %v (decided: %v)", i, len(buf), err, want, decided)
		}
	}
}

// What is no header is refused as soon as that can be known.
func TestRefusedEarly(t *testing.T) {
	tests := []struct {
		name, in string
		want     parser.Err
	}{
		{"first byte", "I", parser.ErrStartLine},
		{"PROPFIND", "PROP", parser.ErrStartLine},
		{"CRLF and a request", "\r\nI", parser.ErrStartLine},
		{"version", signature + "\x11", parser.ErrVersion},
		{"command", signature + "\x2f", parser.ErrMethod},
		{"family", signature + "\x21\x99", parser.ErrParam},
		{"length", signature + "\x21\x11\xff\xff", parser.ErrTooLong},
		{"block", signature + "\x21\x11\x00\x00", parser.ErrNumber},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var h proxyproto.Header
			if _, got := proxyproto.Parse([]byte(tt.in), &h); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if _, got := proxyproto.Parse([]byte(tt.in[:len(tt.in)-1]), &h); got != parser.ErrMore {
				t.Errorf("a byte less: got %v, want %v", got, parser.ErrMore)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"longest TCP6", "TCP over IPv4", "checksum amid values"} {
		for _, tt := range accepted {
			if tt.name != name {
				continue
			}
			b.Run(name, func(b *testing.B) {
				in := []byte(tt.in)
				var h proxyproto.Header
				b.ReportAllocs()
				for b.Loop() {
					if _, err := proxyproto.Parse(in, &h); err != parser.OK {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
