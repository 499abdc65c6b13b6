package sip_test

import (
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

func parseURI(t *testing.T, raw string) (buf []byte, u *sip.URI) {
	t.Helper()
	u = new(sip.URI)
	buf = []byte(raw)
	if next, e := sip.ParseURI(buf, 0, u); e != parser.OK || next != len(buf) {
		t.Fatalf("ParseURI(%q): got %v at %d, want ok", raw, e, next)
	}
	return buf, u
}

func TestCompareURI(t *testing.T) {
	many := strings.Repeat(";a=b", 40)
	tests := []struct {
		name string
		a, b string
		want bool
	}{
		// The examples of RFC 3261 §19.1.4.
		{"escaped user, case of host and transport", "sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp", true},
		{"parameter on one side", "sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true},
		{"parameter on the other side", "sip:carol@chicago.com", "sip:carol@chicago.com;security=on", true},
		{"different parameters", "sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on", true},
		{"order of parameters", "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com", "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com", true},
		{"order of headers", "sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x", true},
		{"case of user", "SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", false},
		{"port left out", "sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false},
		{"transport left out", "sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false},
		{"port and transport", "sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false},
		{"header on one side", "sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false},
		{"name and address", "sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false},
		{"not transitive", "sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", false},

		{"itself", "sip:alice:pw@atlanta.com:5060;lr;x=y?a=b", "sip:alice:pw@atlanta.com:5060;lr;x=y?a=b", true},
		{"sip and sips", "sip:alice@atlanta.com", "sips:alice@atlanta.com", false},
		{"user on one side", "sip:atlanta.com", "sip:alice@atlanta.com", false},
		{"password on one side", "sip:alice@atlanta.com", "sip:alice:x@atlanta.com", false},
		{"case of password", "sip:alice:X@atlanta.com", "sip:alice:x@atlanta.com", false},
		{"user that begins alike", "sip:alice@atlanta.com", "sip:alice2@atlanta.com", false},
		{"reserved character escaped", "sip:a%2Bb@c", "sip:a+b@c", false},
		{"spelling of an escape", "sip:a%2Bb@c", "sip:a%2bb@c", true},
		{"maddr on one side", "sip:a@b", "sip:a@b;maddr=c", false},
		{"ttl on one side", "sip:a@b;ttl=1", "sip:a@b", false},
		{"user parameter on one side", "sip:a@b;user=phone", "sip:a@b", false},
		{"method on one side", "sip:a@b;method=INVITE", "sip:a@b", false},
		{"escaped parameter name", "sip:a@b;x=1", "sip:a@b;%78=2", false},
		{"lr with and without value", "sip:a@b;lr", "sip:a@b;lr=", true},
		{"IPv6 spellings", "sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0::1]", true},
		{"IPv6 addresses", "sip:a@[2001:db8::1]", "sip:a@[2001:db8::2]", false},
		{"malformed IPv6 references", "sip:a@[:::1]", "sip:a@[:::1]", true},
		{"header values", "sip:a@b?x=1&y=2", "sip:a@b?x=1&y=3", false},
		{"headers on one side", "sip:a@b?x=1&y=2", "sip:a@b?x=1", false},
		{"repeated parameter", "sip:a@b;x=1;x=2", "sip:a@b;x=1;y;X=2", true},
		{"repeated parameter that differs", "sip:a@b;x=1;x=2", "sip:a@b;x=1;x=3", false},
		{"repeated header on one side", "sip:a@b?x=1&x=2", "sip:a@b?x=1", false},
		{"many parameters alike", "sip:a@b" + many, "sip:a@b" + strings.ToUpper(many), true},
		{"many parameters", "sip:a@b" + many, "sip:a@b" + many + ";c", false},
		{"tel separators", "tel:+1-201-555-0123", "tel:+1(201)555.0123", true},
		{"tel numbers", "tel:+1-201-555-0123", "tel:+1-201-555-0124", false},
		{"tel shorter", "tel:+1-201-555-012", "tel:+1-201-555-0123", false},
		{"tel context", "tel:7042;phone-context=example.com", "tel:7042;Phone-Context=EXAMPLE.com", true},
		{"tel other context", "tel:7042;phone-context=example.com", "tel:7042;phone-context=example.net", false},
		{"tel without context", "tel:7042;phone-context=example.com", "tel:7042", false},
		{"other scheme", "urn:service:sos", "urn:service:sos", true},
		{"other schemes", "urn:service:sos", "urn:service:fire", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			abuf, a := parseURI(t, tt.a)
			bbuf, b := parseURI(t, tt.b)
			if got := sip.CompareURI(abuf, a, bbuf, b); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if got := sip.CompareURI(bbuf, b, abuf, a); got != tt.want {
				t.Errorf("the other way round: got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAppendAOR(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"plain", "sip:bob@biloxi.com", "bob@biloxi.com"},
		{"everything", "sips:Bob:secret@BiloXi.Com:5061;transport=tcp;user=phone?a=b", "Bob@biloxi.com"},
		{"escaped", "sip:%62%6Fb%2d@biloxi.com", "bob-@biloxi.com"},
		{"escaped and reserved", "sip:a%3bb%2fc%20d%25@biloxi.com", "a%3Bb%2Fc%20d%25@biloxi.com"},
		{"reserved", "sip:+1;x=y@biloxi.com", "+1;x=y@biloxi.com"},
		{"escaped hash", "sip:*21%23@biloxi.com", "*21#@biloxi.com"},
		{"escaped UTF-8", "sip:%e2%82%ac@biloxi.com", "%E2%82%AC@biloxi.com"},
		{"no user", "sip:biloxi.com:5060", "biloxi.com"},
		{"IPv6", "sip:a@[2001:DB8:0::1]:5060", "a@[2001:db8::1]"},
		{"malformed IPv6", "sip:a@[:::A]", "a@[:::a]"},
		{"global number", "tel:+1-(201)-555.0123;x=y", "+12015550123"},
		{"local number", "tel:70-42;x;phone-context=Example.com", "7042;phone-context=example.com"},
		{"local number without context", "tel:*3A", "*3a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			buf, u := parseURI(t, tt.raw)
			if got := string(sip.AppendAOR([]byte("x"), buf, u)); got != "x"+tt.want {
				t.Errorf("got %q, want %q", got, "x"+tt.want)
			}
		})
	}
}
