package parsers

import (
	"bufio"
	"bytes"
	"net"
	"net/netip"
	"testing"

	peer "github.com/pires/go-proxyproto"

	"sluice/parser"
	"sluice/parser/proxyproto"
)

// Headers that go-proxyproto writes are read as it reads them.
func TestPROXYHeaders(t *testing.T) {
	type addr = net.Addr
	tcp := func(s string) addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(s)) }
	udp := func(s string) addr { return net.UDPAddrFromAddrPort(netip.MustParseAddrPort(s)) }
	local := func(s string) addr { return &net.UnixAddr{Net: "unix", Name: s} }
	tests := []struct {
		name     string
		src, dst addr
	}{
		{"TCP over IPv4", tcp("192.0.2.1:49152"), tcp("198.51.100.7:5060")},
		{"extremes of IPv4", tcp("0.0.0.0:0"), tcp("255.255.255.255:65535")},
		{"TCP over IPv6", tcp("[2001:db8::1]:49152"), tcp("[2001:db8:1:2:3:4:5:6]:5061")},
		{"extremes of IPv6", tcp("[::]:0"), tcp("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")},
		{"mixed families", tcp("192.0.2.1:49152"), tcp("[2001:db8::1]:5061")},
		{"UDP over IPv4", udp("192.0.2.1:49152"), udp("198.51.100.7:5060")},
		{"UDP over IPv6", udp("[2001:db8::1]:49152"), udp("[2001:db8::2]:5060")},
		{"UNIX", local("/run/a"), local("/run/b")},
		{"unknown", nil, nil},
	}
	values := []peer.TLV{{Type: peer.PP2_TYPE_ALPN, Value: []byte("sip/2")}, {Type: peer.PP2_TYPE_NOOP}, {Type: 0xEA, Value: make([]byte, 300)}}
	for _, tt := range tests {
		for _, version := range []byte{1, 2} {
			for _, tlvs := range [][]peer.TLV{nil, values} {
				h := peer.HeaderProxyFromAddrs(version, tt.src, tt.dst)
				if err := h.SetTLVs(tlvs); err != nil {
					t.Fatal(err)
				}
				raw, err := h.Format()
				if err != nil {
					t.Fatalf("%s, version %d: %v", tt.name, version, err)
				}
				compareHeaders(t, tt.name, raw)
			}
		}
	}
}

// compareHeaders reads raw with both.
func compareHeaders(t *testing.T, name string, raw []byte) {
	t.Helper()
	theirs, err := peer.Read(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatalf("%s: go-proxyproto: %v", name, err)
	}
	var h proxyproto.Header
	n, e := proxyproto.Parse(append(bytes.Clone(raw), "REGISTER"...), &h)
	if n != len(raw) || e != parser.OK || h.Version != theirs.Version {
		t.Fatalf("%s: got version %d, %d bytes, %v, want %d, %d", name, h.Version, n, e, theirs.Version, len(raw))
	}
	want := proxyproto.Header{Version: theirs.Version}
	src, dst, ok := theirs.IPs()
	want.Local = !ok || theirs.Command.IsLocal()
	if !want.Local {
		sport, dport, _ := theirs.Ports()
		want.Src, want.Dst = addrPort(src, sport), addrPort(dst, dport)
	}
	if h != want {
		t.Errorf("%s, %q: got %+v, want %+v", name, raw, h, want)
	}
}

func addrPort(ip net.IP, port int) netip.AddrPort {
	a, _ := netip.AddrFromSlice(ip)
	return netip.AddrPortFrom(a.Unmap(), uint16(port))
}

// Lines and blocks that go-proxyproto refuses are refused.
func TestPROXYRefusals(t *testing.T) {
	for _, raw := range []string{
		"PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n",
		"PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n",
		"PROXY TCP4 192.0.2.1  192.0.2.2 1 2\r\n",
		"PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n",
		"PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n",
		"PROXY TCP6 fe80::1%eth0 fe80::2 1 2\r\n",
		"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n",
		"PROXY SCTP 192.0.2.1 192.0.2.2 1 2\r\n",
		"\r\n\r\n\x00\r\nQUIT\n\x31\x11\x00\x0cAAAABBBBCCDD",
		"\r\n\r\n\x00\r\nQUIT\n\x22\x11\x00\x0cAAAABBBBCCDD",
		"\r\n\r\n\x00\r\nQUIT\n\x21\x13\x00\x0cAAAABBBBCCDD",
		"\r\n\r\n\x00\r\nQUIT\n\x21\x41\x00\x0cAAAABBBBCCDD",
		"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0bAAAABBBBCCD",
		"\r\n\r\n\x00\r\nQUIT\n\x21\x21\x00\x0cAAAABBBBCCDD",
	} {
		if _, err := peer.Read(bufio.NewReader(bytes.NewReader([]byte(raw)))); err == nil {
			t.Errorf("%q: go-proxyproto takes it", raw)
		}
		var h proxyproto.Header
		if _, err := proxyproto.Parse([]byte(raw), &h); err == parser.OK || err == parser.ErrMore {
			t.Errorf("%q: got %v", raw, err)
		}
	}
}
