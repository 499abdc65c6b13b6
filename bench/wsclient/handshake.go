package wsclient

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
)

// The sample of RFC 6455 §1.3: the key need not be secret here.
const (
	key    = "dGhlIHNhbXBsZSBub25jZQ=="
	accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// Upgrade asks host for a WebSocket with the sub-protocol sip (RFC 7118 §4.1), in
// the words of a browser, and reads the answer. What in holds after that is frames.
func Upgrade(out io.Writer, in *bufio.Reader, host string) error {
	_, err := fmt.Fprintf(out, "GET / HTTP/1.1\r\nHost: %[1]s\r\nConnection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"+
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\n"+
		"Upgrade: websocket\r\nOrigin: https://%[1]s\r\nSec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate, br\r\n"+
		"Accept-Language: en-GB,en;q=0.9\r\nSec-WebSocket-Key: %[2]s\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"+
		"Sec-WebSocket-Protocol: sip\r\n\r\n", host, key)
	if err != nil {
		return fmt.Errorf("upgrade: %w", err)
	}
	resp, err := http.ReadResponse(in, nil)
	if err != nil {
		return fmt.Errorf("upgrade: %w", err)
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("upgrade answered %s", resp.Status)
	}
	// No extension: no frame could be read any more (RFC 7692 §6).
	for name, want := range map[string]string{
		"Sec-WebSocket-Accept": accept, "Sec-WebSocket-Protocol": "sip", "Sec-WebSocket-Extensions": "",
	} {
		if got := resp.Header.Get(name); got != want {
			return fmt.Errorf("upgrade answered with %s: %q, want %q", name, got, want)
		}
	}
	return nil
}
