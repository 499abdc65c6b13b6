package main

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
	var v view
	if got := v.scan([]byte(invite)); got != scanDone {
		t.Fatalf("scan: got %d, want done", got)
	}
	checks := []struct{ what, got, want string }{
		{"via", string(v.via), "SIP/2.0/UDP 127.0.0.1:27060;branch=z9hG4bKproxy"},
		{"from", string(v.from), "<sip:alice@127.0.0.1>;tag=a1"},
		{"to", string(v.to), "<sip:bob@127.0.0.1>"},
		{"call-id", string(v.callID), "0123"},
		{"contact", string(addrSpec(v.contact)), "sip:alice@127.0.0.1:4100"},
		{"body", invite[v.head:], "body"},
	}
	for _, c := range checks {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
	if v.method != methodInvite || v.status != 0 || v.body != 4 || len(v.records) != 1 || len(v.echo) != 6 || v.routed {
		t.Errorf("got method %d, status %d, body %d, %d records, %d lines to repeat, routed %v",
			v.method, v.status, v.body, len(v.records), len(v.echo), v.routed)
	}
}

func TestScanCutShort(t *testing.T) {
	var v view
	for cut := range strings.Index(invite, "\r\n\r\n") + 4 {
		if got := v.scan([]byte(invite[:cut])); got != scanMore {
			t.Fatalf("first %d bytes: got %d, want more", cut, got)
		}
	}
}

func TestScanStartLine(t *testing.T) {
	tests := []struct {
		name, text string
		want       scanResult
		status     int
		method     method
	}{
		{"response", "SIP/2.0 180 Ringing\r\nCSeq: 7  BYE\r\n\r\n", scanDone, 180, methodBye},
		{"no reason phrase", "SIP/2.0 200 \r\nCSeq: 1 OPTIONS\r\n\r\n", scanDone, 200, methodOptions},
		{"unknown method", "MESSAGE sip:a SIP/2.0\r\nRoute: <sip:b;lr>\r\n\r\n", scanDone, 0, methodOther},
		{"status out of range", "SIP/2.0 999 X\r\n\r\n", scanBad, 0, 0},
		{"other protocol", "GET / HTTP/1.1\r\n\r\n", scanBad, 0, 0},
		{"no colon", "SIP/2.0 200 OK\r\nnonsense\r\n\r\n", scanBad, 0, 0},
		{"folded", "SIP/2.0 200 OK\r\nVia: a\r\n b: c\r\n\r\n", scanBad, 0, 0},
		{"endless", strings.Repeat("x", maxHead+1), scanBad, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var v view
			got := v.scan([]byte(tt.text))
			if got != tt.want {
				t.Fatalf("got %d, want %d", got, tt.want)
			}
			if got == scanDone && (v.status != tt.status || v.method != tt.method) {
				t.Errorf("got status %d, method %d, want %d, %d", v.status, v.method, tt.status, tt.method)
			}
		})
	}
}

func TestAppendRoutes(t *testing.T) {
	tests := []struct {
		name     string
		records  []string
		forward  string
		backward string
	}{
		{"none", nil, "", ""},
		{"one", []string{"<sip:a;lr>"}, "<sip:a;lr>", "<sip:a;lr>"},
		{"two headers", []string{"<sip:a;lr>", "<sip:b;lr>"}, "<sip:a;lr> <sip:b;lr>", "<sip:b;lr> <sip:a;lr>"},
		{"a list", []string{"<sip:a;lr>, <sip:b,c;lr>;x=y", "<sip:d;lr>"},
			"<sip:a;lr> <sip:b,c;lr>;x=y <sip:d;lr>", "<sip:d;lr> <sip:b,c;lr>;x=y <sip:a;lr>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var records [][]byte
			for _, r := range tt.records {
				records = append(records, []byte(r))
			}
			for _, dir := range []struct {
				reversed bool
				want     string
			}{{false, tt.forward}, {true, tt.backward}} {
				got := strings.ReplaceAll(string(appendRoutes(nil, records, dir.reversed)), "\r\nRoute: ", " ")
				got = strings.TrimSuffix(strings.TrimPrefix(got, "Route: "), "\r\n")
				if got != dir.want {
					t.Errorf("reversed %v: got %q, want %q", dir.reversed, got, dir.want)
				}
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
	} {
		if got := string(addrSpec([]byte(value))); got != want {
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
		if got := viaPort([]byte(via)); got != want {
			t.Errorf("%s: got %d, want %d", via, got, want)
		}
	}
}
