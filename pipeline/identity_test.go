package pipeline_test

import (
	"net/netip"
	"testing"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
)

func TestIdentity(t *testing.T) {
	id := pipeline.NewIdentity("sluice", []netio.ListenerConfig{
		{Transport: netio.UDP, Addr: netip.MustParseAddrPort("192.0.2.254:5060")},
		{Transport: netio.TCP, Addr: netip.MustParseAddrPort("0.0.0.0:5070"), Advertise: "edge.example.com"},
		{Transport: netio.UDP, Addr: netip.MustParseAddrPort("10.0.0.1:5060"), Advertise: "Edge2.example.com:5080"},
		{Transport: netio.UDP, Addr: netip.MustParseAddrPort("10.0.0.2:5060"), Advertise: "203.0.113.1"},
		{Transport: netio.UDP, Addr: netip.MustParseAddrPort("10.0.0.3:5060"), Advertise: "203.0.113.2:5090"},
		{Transport: netio.TLS, Addr: netip.MustParseAddrPort("[2001:db8::254]:5061"), Advertise: "[2001:db8::1]"},
		{Transport: netio.WS, Addr: netip.MustParseAddrPort("192.0.2.254:80")},
		{Transport: netio.WSS, Addr: netip.MustParseAddrPort("192.0.2.253:443"), Advertise: "[2001:db8::2]:444"},
		{Transport: netio.UDP, Addr: netip.MustParseAddrPort("0.0.0.0:5066")},
		{Transport: netio.TCP, Addr: netip.MustParseAddrPort("[::]:5067")},
	}, []string{"Example.com", "[2001:db8::5]"})
	id.Local = func(ip netip.Addr) bool {
		return ip == netip.MustParseAddr("198.51.100.1") || ip == netip.MustParseAddr("2001:db8:5::1")
	}
	for _, c := range []struct {
		uri  string
		ours bool
	}{
		{"sip:192.0.2.254", true},
		{"sip:anybody@192.0.2.254:5060;transport=tcp;lr", true},
		{"sip:192.0.2.254:5061", false},
		{"sips:192.0.2.254", false}, // that is port 5061
		{"sip:192.0.2.254;transport=tls", false},
		{"sip:192.0.2.254;transport=ws", true}, // and that is port 80
		{"sip:192.0.2.254:80", true},
		{"sip:192.0.2.253;transport=wss", true},
		{"sip:[::ffff:192.0.2.254]", true},
		{"sip:192.0.2.25", false},
		{"tel:192.0.2.254", false},

		{"sip:edge.example.com:5070", true},
		{"sip:EDGE.example.com:5070", true},
		{"sip:edge.example.com", false},
		{"sip:edge2.example.com:5080", true},
		{"sip:edge2.example.com:5060", false},
		{"sip:10.0.0.1", true},
		{"sip:203.0.113.1", true},
		{"sip:203.0.113.2:5090", true},
		{"sip:203.0.113.2", false},
		{"sips:[2001:db8::254]", true},
		{"sips:[2001:db8::1]", true},
		{"sips:[2001:db8:0:0::1]:5061", true},
		{"sip:[2001:db8::1]", false},
		{"sip:[2001:db8::2]:444", true},

		{"sip:198.51.100.1:5066", true},
		{"sip:127.0.0.7:5066", true},
		{"sip:198.51.100.1:5067", false}, // there we listen on IPv6 alone
		{"sip:198.51.100.1", false},
		{"sip:198.51.100.2:5066", false},
		{"sip:[2001:db8:5::1]:5067;transport=tcp", true},
		{"sip:[::1]:5067", true},
		{"sip:[2001:db8:5::1]:5066", false},
		{"sip:[2001:db8:5::2]:5067", false},

		{"sip:example.com", true},
		{"sip:bob@EXAMPLE.COM:9999;transport=tcp", true}, // a domain is ours at every port
		{"sip:sub.example.com", false},
		{"sip:example.com.evil.example", false},
	} {
		var u sip.URI
		buf := []byte("x" + c.uri) // offsets count
		if _, err := sip.ParseURI(buf, 1, &u); err != parser.OK {
			t.Fatalf("%s: %v", c.uri, err)
		}
		if got := id.Owns(buf, &u); got != c.ours {
			t.Errorf("%s: got %t, want %t", c.uri, got, c.ours)
		}
	}
}
