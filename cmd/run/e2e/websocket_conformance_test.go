//go:build e2e

package e2e_test

import (
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"sluice/pipeline/link/linktest"
)

// dialers open connections to the WebSocket listeners of a server, by the
// scheme of the listener.
var dialers = map[string]func(s *server) (net.Conn, error){
	"ws":  func(s *server) (net.Conn, error) { return dial(s.ws, nil) },
	"wss": func(s *server) (net.Conn, error) { return dial(s.wss, s.vault.client()) },
}

// TestWebSocketConformance plays the cases of linktest (RFC 6455, RFC 7118),
// written at once and, unless that is too long, byte by byte.
func TestWebSocketConformance(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	for scheme, open := range dialers {
		play := func(t *testing.T, length int, run func(conn io.ReadWriter, size int) error) {
			sizes := []int{length + 1, 1}
			if length > 2000 {
				sizes[1] = 1000
			}
			for _, size := range sizes {
				conn, err := open(s)
				if err != nil {
					t.Fatal(err)
				}
				conn.SetDeadline(time.Now().Add(soon))
				if err := run(conn, size); err != nil {
					t.Errorf("in pieces of %d: %v", size, err)
				}
				conn.Close()
			}
		}
		for i := range linktest.Cases {
			c := &linktest.Cases[i]
			t.Run(fmt.Sprintf("%s %s %s", scheme, c.ID, c.Name), func(t *testing.T) { play(t, len(c.In), c.Run) })
		}
		for i := range linktest.Handshakes {
			h := &linktest.Handshakes[i]
			t.Run(fmt.Sprintf("%s %s %s", scheme, h.ID, h.Name), func(t *testing.T) { play(t, len(h.In), h.Run) })
		}
	}
}
