package sipmsg

import (
	"strings"
	"testing"
)

const invite = "INVITE sip:bob@127.0.0.1:4000 SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 127.0.0.1:27060;branch=z9hG4bKproxy\r\n" +
	"v: SIP/2.0/UDP 127.0.0.1:4100;branch=z9hG4bKx\r\n" +
	"Record-Route: <sip:127.0.0.1:27060;lr>\r\n" +
	"Max-Forwards: 69\r\n" +
	"from: <sip:alice@127.0.0.1>;tag=a1\r\n" +
	"To : <sip:bob@127.0.0.1>\r\n" +
	"i: 0123\r\n" +
	"CSeq: 1 INVITE\r\n" +
	"m: <sip:alice@127.0.0.1:4100>\r\n" +
	"l: 4\r\n\r\nbody"

func TestScan(t *testing.T) {
	var v View
	if got := v.Scan([]byte(invite)); got != Complete {
		t.Fatalf("scan: got %d, want done", got)
	}
	checks := []struct{ what, got, want string }{
		{"via", string(v.Via), "SIP/2.0/UDP 127.0.0.1:27060;branch=z9hG4bKproxy"},
		{"from", string(v.From), "<sip:alice@127.0.0.1>;tag=a1"},
		{"to", string(v.To), "<sip:bob@127.0.0.1>"},
		{"call-id", string(v.CallID), "0123"},
		{"contact", string(AddrSpec(v.Contact)), "sip:alice@127.0.0.1:4100"},
		{"body", invite[v.head:], "body"},
	}
	for _, c := range checks {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
	if v.Method != MethodInvite || v.Status != 0 || v.body != 4 || len(v.Records) != 1 || len(v.echo) != 6 || v.Routed {
		t.Errorf("got method %d, status %d, body %d, %d records, %d lines to repeat, routed %v",
			v.Method, v.Status, v.body, len(v.Records), len(v.echo), v.Routed)
	}
}

func TestScanCutShort(t *testing.T) {
	var v View
	for cut := range strings.Index(invite, "\r\n\r\n") + 4 {
		if got := v.Scan([]byte(invite[:cut])); got != Incomplete {
			t.Fatalf("first %d bytes: got %d, want more", cut, got)
		}
	}
}

func TestWhole(t *testing.T) {
	const head = "BYE sip:a SIP/2.0\r\nContent-Length: 3\r\n\r\n"
	tests := []struct {
		name, text string
		want       bool
	}{
		{"all of it", head + "abc", true},
		{"more", head + "abcd", true},
		{"body cut short", head + "ab", false},
		{"head cut short", head[:len(head)-2], false},
		{"greatest length", "BYE sip:a SIP/2.0\r\nl: 99999999999999999999\r\n\r\n", false},
		{"headers in the body", "BYE sip:a SIP/2.0\r\n\r\nContent-Length: 3\r\n\r\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var v View
			if got := v.Whole([]byte(tt.text)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestScanStartLine(t *testing.T) {
	tests := []struct {
		name, text string
		want       ScanResult
		status     int
		method     Method
	}{
		{"response", "SIP/2.0 180 Ringing\r\nCSeq: 7  BYE\r\n\r\n", Complete, 180, MethodBye},
		{"no reason phrase", "SIP/2.0 200 \r\nCSeq: 1 OPTIONS\r\n\r\n", Complete, 200, MethodOptions},
		{"unknown method", "MESSAGE sip:a SIP/2.0\r\nRoute: <sip:b;lr>\r\n\r\n", Complete, 0, MethodOther},
		{"response without CSeq", "SIP/2.0 200 OK\r\n\r\n", Complete, 200, MethodOther},
		{"status cut short", "SIP/2.0 20\r\n\r\n", Malformed, 0, 0},
		{"no status", "SIP/2.0 abc\r\n\r\n", Malformed, 0, 0},
		{"nothing", "", Incomplete, 0, 0},
		{"empty line", "\r\n", Malformed, 0, 0},
		{"status out of range", "SIP/2.0 999 X\r\n\r\n", Malformed, 0, 0},
		{"other protocol", "GET / HTTP/1.1\r\n\r\n", Malformed, 0, 0},
		{"no colon", "SIP/2.0 200 OK\r\nnonsense\r\n\r\n", Malformed, 0, 0},
		{"folded", "SIP/2.0 200 OK\r\nVia: a\r\n b: c\r\n\r\n", Malformed, 0, 0},
		{"endless", strings.Repeat("x", MaxHead+1), Malformed, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var v View
			got := v.Scan([]byte(tt.text))
			if got != tt.want {
				t.Fatalf("got %d, want %d", got, tt.want)
			}
			if got == Complete && (v.Status != tt.status || v.Method != tt.method) {
				t.Errorf("got status %d, method %d, want %d, %d", v.Status, v.Method, tt.status, tt.method)
			}
		})
	}
}

func TestAddrSpec(t *testing.T) {
	for value, want := range map[string]string{
		`<sip:a@b;transport=ws>;expires=3`: "sip:a@b;transport=ws",
		`"A" <sip:a@b>`:                    "sip:a@b",
		`sip:a@b;expires=3`:                "sip:a@b",
		`sip:a@b`:                          "sip:a@b",
		`<sip:a@b`:                         "",
		`><`:                               "",
		``:                                 "",
	} {
		if got := string(AddrSpec([]byte(value))); got != want {
			t.Errorf("%s: got %q, want %q", value, got, want)
		}
	}
}

func TestViaPort(t *testing.T) {
	for via, want := range map[string]uint16{
		"SIP/2.0/UDP 127.0.0.1:27060;branch=z9hG4bKx": 27060,
		"SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx:1":     5060,
		"SIP/2.0/UDP 127.0.0.1:7":                     7,
		"SIP/2.0/UDP [::1]":                           5060,
		"SIP/2.0/UDP [::1]:99;rport":                  99,
	} {
		if got := (&View{Via: []byte(via)}).ViaPort(); got != want {
			t.Errorf("%s: got %d, want %d", via, got, want)
		}
	}
}
