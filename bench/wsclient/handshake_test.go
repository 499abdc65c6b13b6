package wsclient

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
	"testing"
)

func TestUpgrade(t *testing.T) {
	const start = "HTTP/1.1 101 Switching Protocols\r\n"
	const good = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nsec-websocket-protocol:sip\r\n" // RFC 6455 §1.3
	tests := []struct {
		name, answer string
		want         string // in the error
	}{
		{"good, and a Ping behind it", start + good + "\r\n\x89\x00", ""},
		{"refused", "HTTP/1.1 403 Forbidden\r\n\r\n", "403"},
		{"without sub-protocol", start + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", "Protocol"},
		{"wrong key", start + "Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: sip\r\n\r\n", "Accept"},
		{"extension", start + good + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", "Extensions"},
		{"cut short", start + good, "EOF"},
		{"other protocol", "SIP/2.0 200 OK\r\n\r\n", "malformed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			in := bufio.NewReader(strings.NewReader(tt.answer))
			err := Upgrade(&out, in, "127.0.0.1:27080")
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if req, err := http.ReadRequest(bufio.NewReader(&out)); err != nil || req.Host != "127.0.0.1:27080" || req.Header.Get("Upgrade") != "websocket" {
				t.Errorf("asked with %v, %v", req, err)
			}
			if err != nil {
				return
			}
			if op, _, err := ReadFrame(in, nil); op != OpPing || err != nil {
				t.Errorf("behind the answer: got %x, %v, want a Ping", op, err)
			}
		})
	}
}
