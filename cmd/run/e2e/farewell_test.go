//go:build e2e

package e2e_test

import (
	"errors"
	"io"
	"syscall"
	"testing"
	"time"

	"sluice/pipeline/link/linktest"
)

// openMany opens WebSockets at every listener for them.
func openMany(t *testing.T, s *server, each int) (clients []*linktest.Client) {
	t.Helper()
	for scheme, dial := range dialers {
		for range each {
			conn, err := dial(s)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { conn.Close() })
			c, err := linktest.Open(conn, scheme+"://localhost/", linktest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			clients = append(clients, c)
		}
	}
	return clients
}

// TestStopClosesWebSockets: a client of a server that stops sees a closing
// handshake with 1001 (RFC 6455 §7.4.1) and the end of TLS, no broken connection.
func TestStopClosesWebSockets(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	clients := openMany(t, s, 100)
	s.signal(syscall.SIGTERM)
	for _, c := range clients {
		var closed *linktest.Closed
		if _, err := c.Receive(); !errors.As(err, &closed) || closed.Code != 1001 {
			t.Fatalf("got %v, want to be closed with 1001", err)
		}
		if _, err := io.Copy(io.Discard, c.Conn); err != nil {
			t.Errorf("behind the Close frame: %v, want the end", err)
		}
	}
	s.checkExit()
}

// TestStopDoesNotWaitForever: clients that do not answer have a second, all
// together.
func TestStopDoesNotWaitForever(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	openMany(t, s, 20)
	began := time.Now()
	s.signal(syscall.SIGTERM)
	s.checkExit()
	if took := time.Since(began); took < 900*time.Millisecond || took > time.Second+late {
		t.Errorf("ended after %v, want 1s", took)
	}
}
