package fuzz

import (
	"bytes"
	"testing"

	"sluice/parser"
	"sluice/parser/proxyproto"
)

var proxySeeds = []string{
	"PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nREGISTER",
	"PROXY TCP6 2001:db8::1 ::ffff:192.0.2.1 0 65535\r\n",
	"PROXY UNKNOWN ff ff\r\n",
	"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n",
	"\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00REGISTER",
	"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x01\xc6\x33\x64\x07\xc0\x00\x13\xc4",
	"\r\n\r\n\x00\r\nQUIT\n\x21\x12\x00\x13\xc0\x00\x02\x01\xc6\x33\x64\x07\xc0\x00\x13\xc4\x03\x00\x04\x00\x00\x00\x00",
	"\r\n\r\n\x00\r\nQUIT\n\x21\x21\x00\x28\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\xc0\x00\x13\xc5\x04\x00\x01x",
	"\r\n\r\n\x00\r\nQUIT\n\x21\x31\x00\xd8",
}

// FuzzPROXY holds the PROXY protocol reader to these: nothing panics and the
// buffer is not written; the outcome is the same however the bytes arrive and
// whatever follows the header; addresses are there exactly when the header
// names some, and both are of one family that is not IPv4 in IPv6.
func FuzzPROXY(f *testing.F) {
	for _, s := range proxySeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		var h proxyproto.Header
		n, err := proxyproto.Parse(raw, &h)
		if !bytes.Equal(raw, before) {
			t.Fatal("the buffer was written")
		}
		checkProxyHeader(t, raw, n, err, &h)
		for i := range min(len(raw), 2*proxyproto.MaxV2) {
			var part proxyproto.Header
			m, e := proxyproto.Parse(raw[:i:i], &part)
			switch {
			case e == parser.ErrMore && m == 0 && (err != parser.OK || i < n):
			case e == err && m == n && part == h:
			default:
				t.Fatalf("first %d bytes: got %+v, %d, %v, want %+v, %d, %v", i, part, m, e, h, n, err)
			}
		}
		if err != parser.OK {
			return
		}
		var again proxyproto.Header
		if m, e := proxyproto.Parse(append(bytes.Clone(raw[:n]), "\r\nx"...), &again); m != n || e != err || again != h {
			t.Fatalf("followed by something else: got %+v, %d, %v, want %+v, %d", again, m, e, h, n)
		}
	})
}

func checkProxyHeader(t *testing.T, raw []byte, n int, err parser.Err, h *proxyproto.Header) {
	if err != parser.OK {
		if n != 0 || *h != (proxyproto.Header{}) {
			t.Fatalf("got %+v, %d with %v", *h, n, err)
		}
		return
	}
	if n <= 0 || n > len(raw) || h.Version == 1 && n > proxyproto.MaxV1 || h.Version == 2 && n > proxyproto.MaxV2 {
		t.Fatalf("version %d: got a header of %d bytes in %d", h.Version, n, len(raw))
	}
	src, dst := h.Src.Addr(), h.Dst.Addr()
	if h.Local == src.IsValid() || h.Local == dst.IsValid() || src.Is4In6() || dst.Is4In6() || src.Zone() != "" || dst.Zone() != "" {
		t.Fatalf("got %+v", *h)
	}
}
