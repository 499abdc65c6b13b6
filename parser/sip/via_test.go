package sip_test

import (
	"net/netip"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

func TestParseVia(t *testing.T) {
	type want struct {
		transport                                          sip.Transport
		text, host, params, branch, received, rspan, maddr string
		port, rport                                        uint16
		rportSet                                           bool
	}
	tests := []struct {
		name string
		raw  string
		want want
	}{
		{"no parameters", "SIP/2.0/UDP erlang.bell-telephone.com:5060", want{transport: sip.TransportUDP, text: "UDP", host: "erlang.bell-telephone.com", port: 5060}},
		{"branch", "SIP/2.0/UDP erlang.bell-telephone.com:5060;branch=z9hG4bK87asdks7", want{transport: sip.TransportUDP, text: "UDP", host: "erlang.bell-telephone.com", port: 5060, params: "branch=z9hG4bK87asdks7", branch: "z9hG4bK87asdks7"}},
		{"received", "SIP/2.0/UDP 192.0.2.1:5060 ;received=192.0.2.207 ;branch=z9hG4bK77asjd", want{transport: sip.TransportUDP, text: "UDP", host: "192.0.2.1", port: 5060, params: "received=192.0.2.207 ;branch=z9hG4bK77asjd", branch: "z9hG4bK77asjd", received: "192.0.2.207"}},
		{"white space", "SIP / 2.0 / UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1", want{transport: sip.TransportUDP, text: "UDP", host: "first.example.com", port: 4000, params: "ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1", maddr: "224.2.0.1", branch: "z9hG4bKa7c6a8dlze.1"}},
		{"folded", "SIP  /   2.0\r\n /UDP\r\n    192.0.2.2\r\n :\r\n 5070;branch\r\n =\r\n 390skdjuw", want{transport: sip.TransportUDP, text: "UDP", host: "192.0.2.2", port: 5070, params: "branch\r\n =\r\n 390skdjuw", branch: "390skdjuw"}},
		{"rport asked for", "SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9hG4bKkjshdyff", want{transport: sip.TransportUDP, text: "UDP", host: "10.1.1.1", port: 4540, params: "rport;branch=z9hG4bKkjshdyff", branch: "z9hG4bKkjshdyff", rportSet: true, rspan: "rport"}},
		{"rport given", "SIP/2.0/UDP 10.1.1.1:4540;received=192.0.2.1;rport=9988;branch=z9hG4bKkjshdyff", want{transport: sip.TransportUDP, text: "UDP", host: "10.1.1.1", port: 4540, params: "received=192.0.2.1;rport=9988;branch=z9hG4bKkjshdyff", branch: "z9hG4bKkjshdyff", received: "192.0.2.1", rportSet: true, rport: 9988, rspan: "rport=9988"}},
		{"rport with empty value", "SIP/2.0/UDP a;rport=", want{transport: sip.TransportUDP, text: "UDP", host: "a", params: "rport=", rportSet: true, rspan: "rport="}},
		{"IPv6", "SIP/2.0/TCP [2001:db8::9:1]:5070;received=2001:db8::9:255;branch=z9hG4bKas3-111", want{transport: sip.TransportTCP, text: "TCP", host: "[2001:db8::9:1]", port: 5070, params: "received=2001:db8::9:255;branch=z9hG4bKas3-111", branch: "z9hG4bKas3-111", received: "2001:db8::9:255"}},
		{"received IPv6 in brackets", "SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3", want{transport: sip.TransportUDP, text: "UDP", host: "[2001:db8::9:1]", params: "received=[2001:db8::9:255];branch=z9hG4bKas3", branch: "z9hG4bKas3", received: "[2001:db8::9:255]"}},
		{"WebSocket", "SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks", want{transport: sip.TransportWSS, text: "WSS", host: "df7jal23ls0d.invalid", params: "branch=z9hG4bK56sdasks", branch: "z9hG4bK56sdasks"}},
		{"transport in lower case", "sip/2.0/tls a", want{transport: sip.TransportTLS, text: "tls", host: "a"}},
		{"unknown transport", "SIP/2.0/UNKNOWN t5.example.com;branch=z9hG4bK", want{transport: sip.TransportOther, text: "UNKNOWN", host: "t5.example.com", params: "branch=z9hG4bK", branch: "z9hG4bK"}},
		{"underscore in host", "SIP/2.0/UDP my_host:5060", want{transport: sip.TransportUDP, text: "UDP", host: "my_host", port: 5060}},
		{"keep and alias", "SIP/2.0/TCP a;keep;alias;branch=b", want{transport: sip.TransportTCP, text: "TCP", host: "a", params: "keep;alias;branch=b", branch: "b"}},
		{"keep with value", "SIP/2.0/TCP a;keep=30;branch=b", want{transport: sip.TransportTCP, text: "TCP", host: "a", params: "keep=30;branch=b", branch: "b"}},
		{"quoted extension", `SIP/2.0/TCP a;x="b,;c";branch=b`, want{transport: sip.TransportTCP, text: "TCP", host: "a", params: `x="b,;c";branch=b`, branch: "b"}},
		{"empty branch", "SIP/2.0/TCP a;branch=;x", want{transport: sip.TransportTCP, text: "TCP", host: "a", params: "branch=;x"}},
		{"names in capitals", "SIP/2.0/TCP a;BRANCH=b;RPORT=1;Received=1.2.3.4;MADDR=m", want{transport: sip.TransportTCP, text: "TCP", host: "a", params: "BRANCH=b;RPORT=1;Received=1.2.3.4;MADDR=m", branch: "b", rport: 1, rportSet: true, rspan: "RPORT=1", received: "1.2.3.4", maddr: "m"}},
		{"odd branch", "SIP/2.0/TCP a;branch=z9hG4bK==a/b:c@d", want{transport: sip.TransportTCP, text: "TCP", host: "a", params: "branch=z9hG4bK==a/b:c@d", branch: "z9hG4bK==a/b:c@d"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, tail := range []string{"", " ", "\r\n ", ",SIP/2.0/UDP x", " , SIP/2.0/UDP x"} {
				raw := " " + tt.raw + tail
				var v sip.Via
				next, e := sip.ParseVia([]byte(raw), 0, &v)
				if e != parser.OK || next != len(raw) && raw[next] != ',' {
					t.Fatalf("before %q: got %v at %d", tail, e, next)
				}
				got := want{v.Transport, text(raw, v.TransportText), text(raw, v.Host), text(raw, v.Params), text(raw, v.Branch), text(raw, v.Received), text(raw, v.RportSpan), text(raw, v.Maddr), v.Port, v.Rport, v.RportSet}
				if got != tt.want {
					t.Errorf("before %q: got  %+v\nwant %+v", tail, got, tt.want)
				}
				if got := text(raw, v.Text); got != tt.raw {
					t.Errorf("Text: got %q, want %q", got, tt.raw)
				}
			}
		})
	}
}

func TestParseViaErrors(t *testing.T) {
	tests := []struct {
		name string
		raw  string
		err  parser.Err
	}{
		{"nothing", "", parser.ErrVia},
		{"protocol only", "SIP/2.0/UDP", parser.ErrVia},
		{"no host", "SIP/2.0/UDP ", parser.ErrVia},
		{"no space before host", "SIP/2.0/UDP[::1]", parser.ErrVia},
		{"no transport", "SIP/2.0 a", parser.ErrVia},
		{"empty transport", "SIP/2.0/ a", parser.ErrVia},
		{"host and parameter only", "a;branch=b", parser.ErrVia},
		{"bad host", "SIP/2.0/UDP a/b", parser.ErrHost},
		{"open IPv6 reference", "SIP/2.0/UDP [::1", parser.ErrHost},
		{"two hosts", "SIP/2.0/UDP a b", parser.ErrHost},
		{"empty port", "SIP/2.0/UDP a:", parser.ErrPort},
		{"empty port and parameter", "SIP/2.0/UDP a:;branch=b", parser.ErrPort},
		{"port 0", "SIP/2.0/UDP a:0", parser.ErrPort},
		{"port too high", "SIP/2.0/UDP a:65536", parser.ErrPort},
		{"port is no number", "SIP/2.0/UDP a:b", parser.ErrPort},
		{"empty parameter", "SIP/2.0/UDP 192.0.2.15;;,;,,", parser.ErrVia},
		{"final semicolon", "SIP/2.0/UDP a;", parser.ErrVia},
		{"rport too high", "SIP/2.0/UDP a;rport=65536", parser.ErrPort},
		{"rport 0", "SIP/2.0/UDP a;rport=0", parser.ErrPort},
		{"rport is no number", "SIP/2.0/UDP a;rport=b", parser.ErrPort},
		{"two branches", "SIP/2.0/UDP a;branch=b;branch=c", parser.ErrParam},
		{"two rports", "SIP/2.0/UDP a;rport;rport", parser.ErrParam},
		{"two received", "SIP/2.0/UDP a;received;received=b", parser.ErrParam},
		{"two maddrs", "SIP/2.0/UDP a;maddr=b;maddr=c", parser.ErrParam},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var v sip.Via
			next, e := sip.ParseVia([]byte(tt.raw), 0, &v)
			if e != tt.err {
				t.Errorf("got %v at %d, want %v (%+v)", e, next, tt.err, v)
			}
		})
	}
}

func TestViaAddresses(t *testing.T) {
	tests := []struct{ raw, ip, received string }{
		{"SIP/2.0/UDP 192.0.2.1;received=192.0.2.7", "192.0.2.1", "192.0.2.7"},
		{"SIP/2.0/UDP [2001:db8::1];received=2001:db8::7", "2001:db8::1", "2001:db8::7"},
		{"SIP/2.0/UDP a;received=[2001:db8::7]", "", "2001:db8::7"},
		{"SIP/2.0/UDP a;received=b", "", ""},
		{"SIP/2.0/UDP a", "", ""},
	}
	show := func(a netip.Addr, ok bool) string {
		if !ok {
			return ""
		}
		return a.String()
	}
	for _, tt := range tests {
		var v sip.Via
		if _, e := sip.ParseVia([]byte(tt.raw), 0, &v); e != parser.OK {
			t.Errorf("%s: got %v, want ok", tt.raw, e)
		}
		if got := show(v.IP([]byte(tt.raw))); got != tt.ip {
			t.Errorf("%s: IP: got %q, want %q", tt.raw, got, tt.ip)
		}
		if got := show(v.ReceivedIP([]byte(tt.raw))); got != tt.received {
			t.Errorf("%s: ReceivedIP: got %q, want %q", tt.raw, got, tt.received)
		}
	}
}
