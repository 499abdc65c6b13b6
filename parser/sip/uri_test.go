package sip_test

import (
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

func text(buf string, s parser.Span) string { return string(s.Of([]byte(buf))) }

func TestParseURI(t *testing.T) {
	type want struct {
		scheme                                       sip.Scheme
		user, password, host, params, headers, maddr string
		port                                         uint16
		transport                                    sip.Transport
		lr, ob                                       bool
	}
	tests := []struct {
		name string
		raw  string
		want want
	}{
		{"host", "sip:atlanta.com", want{scheme: sip.SchemeSIP, host: "atlanta.com"}},
		{"user", "sip:alice@atlanta.com", want{scheme: sip.SchemeSIP, user: "alice", host: "atlanta.com"}},
		{"scheme in capitals", "SIP:alice@atlanta.com", want{scheme: sip.SchemeSIP, user: "alice", host: "atlanta.com"}},
		{"sips", "sips:alice@atlanta.com?subject=project%20x&priority=urgent", want{scheme: sip.SchemeSIPS, user: "alice", host: "atlanta.com", headers: "subject=project%20x&priority=urgent"}},
		{"password", "sip:alice:secretword@atlanta.com;transport=tcp", want{scheme: sip.SchemeSIP, user: "alice", password: "secretword", host: "atlanta.com", params: "transport=tcp", transport: sip.TransportTCP}},
		{"empty password", "sip:alice:@atlanta.com", want{scheme: sip.SchemeSIP, user: "alice", host: "atlanta.com"}},
		{"telephone number", "sip:+1-212-555-1212:1234@gateway.com;user=phone", want{scheme: sip.SchemeSIP, user: "+1-212-555-1212", password: "1234", host: "gateway.com", params: "user=phone"}},
		{"telephone parameters", "sip:+358-555-1234567;postd=pp22;isub=1411@foo.com;user=phone", want{scheme: sip.SchemeSIP, user: "+358-555-1234567;postd=pp22;isub=1411", host: "foo.com", params: "user=phone"}},
		{"port", "sip:1212@gateway.com:5061", want{scheme: sip.SchemeSIP, user: "1212", host: "gateway.com", port: 5061}},
		{"IPv4", "sip:alice@192.0.2.4", want{scheme: sip.SchemeSIP, user: "alice", host: "192.0.2.4"}},
		{"semicolon in user", "sip:alice;day=tuesday@atlanta.com", want{scheme: sip.SchemeSIP, user: "alice;day=tuesday", host: "atlanta.com"}},
		{"all parameters in user", "sip:a;lr;ob;transport=tcp;maddr=m?x=y@atlanta.com;lr", want{scheme: sip.SchemeSIP, user: "a;lr;ob;transport=tcp;maddr=m?x=y", host: "atlanta.com", params: "lr", lr: true}},
		{"user and password like host and port", "sip:host:5060@atlanta.com", want{scheme: sip.SchemeSIP, user: "host", password: "5060", host: "atlanta.com"}},
		{"password like a bad port", "sip:host:99999@atlanta.com", want{scheme: sip.SchemeSIP, user: "host", password: "99999", host: "atlanta.com"}},
		{"escaped user", "sip:%61lice@atlanta.com;transport=TCP", want{scheme: sip.SchemeSIP, user: "%61lice", host: "atlanta.com", params: "transport=TCP", transport: sip.TransportTCP}},
		{"escaped NUL", "sip:null-%00-null@example.com", want{scheme: sip.SchemeSIP, user: "null-%00-null", host: "example.com"}},
		{"every user character", "sip:a-_.!~*'()&=+$,;?/@b", want{scheme: sip.SchemeSIP, user: "a-_.!~*'()&=+$,;?/", host: "b"}},
		{"star code", "sip:*21#@atlanta.com", want{scheme: sip.SchemeSIP, user: "*21#", host: "atlanta.com"}},
		{"IPv6", "sip:[2001:db8::10]", want{scheme: sip.SchemeSIP, host: "[2001:db8::10]"}},
		{"IPv6 with port and transport", "sip:alice@[2001:db8::10]:5070;transport=udp", want{scheme: sip.SchemeSIP, user: "alice", host: "[2001:db8::10]", port: 5070, params: "transport=udp", transport: sip.TransportUDP}},
		{"IPv6 that ends with a port-like group", "sip:user@[2001:db8::10:5070]", want{scheme: sip.SchemeSIP, user: "user", host: "[2001:db8::10:5070]"}},
		{"IPv4-mapped IPv6", "sip:[::ffff:192.0.2.10]:5060", want{scheme: sip.SchemeSIP, host: "[::ffff:192.0.2.10]", port: 5060}},
		{"underscore in host", "sip:a@under_score.example.com", want{scheme: sip.SchemeSIP, user: "a", host: "under_score.example.com"}},
		{"host with final dot", "sip:a@example.com.", want{scheme: sip.SchemeSIP, user: "a", host: "example.com."}},
		{"loose route", "sip:p1.example.com;lr", want{scheme: sip.SchemeSIP, host: "p1.example.com", params: "lr", lr: true}},
		{"lr with a value", "sip:p1.example.com;LR=on;ob", want{scheme: sip.SchemeSIP, host: "p1.example.com", params: "LR=on;ob", lr: true, ob: true}},
		{"empty parameter value", "sip:p1.example.com;lr=;transport=", want{scheme: sip.SchemeSIP, host: "p1.example.com", params: "lr=;transport=", lr: true}},
		{"maddr", "sip:alice@atlanta.com;maddr=239.255.255.1;ttl=15", want{scheme: sip.SchemeSIP, user: "alice", host: "atlanta.com", params: "maddr=239.255.255.1;ttl=15", maddr: "239.255.255.1"}},
		{"maddr IPv6", "sip:alice@atlanta.com;maddr=[2001:db8::1];lr", want{scheme: sip.SchemeSIP, user: "alice", host: "atlanta.com", params: "maddr=[2001:db8::1];lr", maddr: "[2001:db8::1]", lr: true}},
		{"first of repeated parameters", "sip:a;transport=ws;transport=tcp;maddr=x;maddr=y", want{scheme: sip.SchemeSIP, host: "a", params: "transport=ws;transport=tcp;maddr=x;maddr=y", transport: sip.TransportWS, maddr: "x"}},
		{"unknown transport", "sip:a;transport=carrier-pigeon", want{scheme: sip.SchemeSIP, host: "a", params: "transport=carrier-pigeon", transport: sip.TransportOther}},
		{"escaped parameter", "sip:a;l%72;x=%41", want{scheme: sip.SchemeSIP, host: "a", params: "l%72;x=%41"}},
		{"method and header", "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", want{scheme: sip.SchemeSIP, host: "atlanta.com", params: "method=REGISTER", headers: "to=alice%40atlanta.com"}},
		{"WebSocket client", "sip:alice@df7jal23ls0d.invalid;transport=ws", want{scheme: sip.SchemeSIP, user: "alice", host: "df7jal23ls0d.invalid", params: "transport=ws", transport: sip.TransportWS}},
		{"flow token", "sip:VskztcQ/S8p4WPbOnHbuyh5iJvJIW3ib@ep1.example.com;lr;ob", want{scheme: sip.SchemeSIP, user: "VskztcQ/S8p4WPbOnHbuyh5iJvJIW3ib", host: "ep1.example.com", params: "lr;ob", lr: true, ob: true}},
		{"highest port", "sip:a:65535", want{scheme: sip.SchemeSIP, host: "a", port: 65535}},
		{"port with zeros", "sip:a:0005060", want{scheme: sip.SchemeSIP, host: "a", port: 5060}},
		{"global number", "tel:+1-201-555-0123", want{scheme: sip.SchemeTel, user: "+1-201-555-0123"}},
		{"local number", "tel:863-1234;phone-context=+1-914-555", want{scheme: sip.SchemeTel, user: "863-1234", params: "phone-context=+1-914-555"}},
		{"other scheme", "http://www.example.com/a?b=c#d", want{scheme: sip.SchemeOther}},
		{"scheme that begins like sip", "sipx:a@b", want{scheme: sip.SchemeOther}},
		{"scheme that ends like sip", "soap.beep://192.0.2.103:3002", want{scheme: sip.SchemeOther}},
		{"urn", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", want{scheme: sip.SchemeOther}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, tail := range []string{"", " ", ">;tag=1", "\r\n", "\x00", "\xff"} {
				raw := " " + tt.raw + tail
				var u sip.URI
				next, e := sip.ParseURI([]byte(raw), 0, &u)
				if e != parser.OK || next != 1+len(tt.raw) {
					t.Fatalf("before %q: got %v at %d, want ok at %d", tail, e, next, 1+len(tt.raw))
				}
				got := want{u.Scheme, text(raw, u.User), text(raw, u.Password), text(raw, u.Host), text(raw, u.Params), text(raw, u.Headers), text(raw, u.Maddr), u.Port, u.Transport, u.LR, u.OB}
				if got != tt.want {
					t.Errorf("before %q: got  %+v\nwant %+v", tail, got, tt.want)
				}
				if got := text(raw, u.Text); got != tt.raw {
					t.Errorf("Text: got %q, want %q", got, tt.raw)
				}
			}
		})
	}
}

func TestParseURIErrors(t *testing.T) {
	tests := []struct {
		name string
		raw  string
		err  parser.Err
	}{
		{"nothing", "", parser.ErrURI},
		{"scheme only", "sip", parser.ErrURI},
		{"no scheme", "alice@atlanta.com", parser.ErrURI},
		{"nothing after the scheme", "sip:", parser.ErrHost},
		{"nothing after sips", "sips:", parser.ErrHost},
		{"in angle brackets", "<sip:a@b>", parser.ErrURI},
		{"no host", "sip:alice@", parser.ErrHost},
		{"no user", "sip:@atlanta.com", parser.ErrHost},
		{"two at signs", "sip:a@b@c", parser.ErrHost},
		{"space in host", "sip:a@ b", parser.ErrHost},
		{"empty port", "sip:a@b:", parser.ErrPort},
		{"empty port and parameter", "sip:a@b:;lr", parser.ErrPort},
		{"port 0", "sip:a@b:0", parser.ErrPort},
		{"port too high", "sip:a@b:65536", parser.ErrPort},
		{"port overflow", "sip:a@b:18446744073709556676", parser.ErrPort},
		{"port is no number", "sip:a@b:5o60", parser.ErrPort},
		{"open IPv6 reference", "sip:a@[2001:db8::1", parser.ErrHost},
		{"bare IPv6", "sip:a@2001:db8::1", parser.ErrPort},
		{"IPv6 zone", "sip:a@[fe80::1%25eth0]", parser.ErrHost},
		{"empty parameter", "sip:a@b;;lr", parser.ErrParam},
		{"parameter without name", "sip:a@b;=c", parser.ErrParam},
		{"final semicolon", "sip:a@b;", parser.ErrParam},
		{"comma after host", "sip:a@b,c", parser.ErrHost},
		{"bad escape", "sip:a%4@b", parser.ErrHost},
		{"escape cut off", "sip:a%4", parser.ErrHost},
		{"empty headers", "sip:a@b?", parser.ErrURI},
		{"tel without number", "tel:;x=y", parser.ErrURI},
		{"other scheme without more", "http:", parser.ErrURI},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var u sip.URI
			next, e := sip.ParseURI([]byte(tt.raw), 0, &u)
			if e != tt.err {
				t.Errorf("got %v at %d, want %v (%+v)", e, next, tt.err, u)
			}
		})
	}
}

func TestURIParam(t *testing.T) {
	raw := "sip:a@b;Transport=tcp;lr;maddr=[::1];x=?y=z"
	var u sip.URI
	sip.ParseURI([]byte(raw), 0, &u)
	tests := []struct {
		name, want string
		ok         bool
	}{
		{"transport", "tcp", true},
		{"LR", "", true},
		{"maddr", "[::1]", true},
		{"x", "", true},
		{"y", "", false},
		{"trans", "", false},
		{"", "", false},
	}
	for _, tt := range tests {
		value, ok := u.Param([]byte(raw), tt.name)
		if got := text(raw, value); got != tt.want || ok != tt.ok {
			t.Errorf("%q: got %q, %v, want %q, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}

func TestURIIP(t *testing.T) {
	tests := []struct{ host, want string }{
		{"192.0.2.1", "192.0.2.1"},
		{"0.0.0.0", "0.0.0.0"},
		{"255.255.255.255", "255.255.255.255"},
		{"[2001:DB8::1]", "2001:db8::1"},
		{"[::ffff:192.0.2.10]", "::ffff:192.0.2.10"},
		{"192.0.2", ""},
		{"192.0.2.256", ""},
		{"192.0.2.01", ""},
		{"192.0.2.1.", ""},
		{"192.0.2.1.com", ""},
		{"1.2.3.4.5", ""},
		{"99999999999999999999.1.1.1", ""},
		{"atlanta.com", ""},
		{"dead.beef", ""},
		{"[1]", ""},
		{"[2001:db8:::1]", ""},
		{"[192.0.2.1]", ""},
	}
	for _, tt := range tests {
		raw := []byte("sip:" + tt.host)
		var u sip.URI
		if _, e := sip.ParseURI(raw, 0, &u); e != parser.OK {
			t.Errorf("%s: got %v, want ok", tt.host, e)
			continue
		}
		ip, ok := u.IP(raw)
		if ok != (tt.want != "") || ok && ip.String() != tt.want {
			t.Errorf("%s: got %v, %v, want %q", tt.host, ip, ok, tt.want)
		}
	}
}
