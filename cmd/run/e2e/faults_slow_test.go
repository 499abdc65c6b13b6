//go:build e2e && linux

package e2e_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFaultSlowSenders: whoever has begun something and sends a byte a second is
// closed when the time for it is over, told why where there are words for it,
// and counted.
func TestFaultSlowSenders(t *testing.T) {
	t.Parallel()
	const (
		limit   = 3 * time.Second
		senders = 10 // of each kind
	)
	s := startFaulty(t, `head_timeout = "3s"`+"\n"+`message_timeout = "3s"`+"\n")
	caller, callee := s.pair(t, "tcp", "ws")
	before := s.usage()
	hello := string(clientHello(t))
	good := func(transport string) string { return goodInvite(transport).String() }

	var wait sync.WaitGroup
	var errs errorList
	for _, tt := range []struct {
		name      string
		transport string
		raw       bool // before the handshakes that the transport has
		text      string
		limit     time.Duration
		words     string // at last
	}{
		{"a message", "tcp", false, good("tcp"), limit, ""},
		{"a message over TLS", "tls", false, good("tls"), limit, ""},
		{"a frame", "ws", false, string(frame(0x81, good("ws"))), limit, "too slow"},
		{"a frame over TLS", "wss", false, string(frame(0x81, good("wss"))), limit, "too slow"},
		{"an HTTP request", "ws", true, handshake, limit, "HTTP/1.1 408 "},
		{"a handshake of TLS", "tls", true, hello, handshakeTime, ""},
		{"a handshake of TLS for WebSockets", "wss", true, hello, handshakeTime, ""},
	} {
		for i := range senders {
			wait.Go(func() { errs.add(tt.name, s.drip(tt.transport, tt.raw, i, tt.text, tt.limit, tt.words)) })
		}
	}
	for i := range senders {
		wait.Go(func() { errs.add("a TLS record", s.dripRecord("tls", i, limit, "")) })
		wait.Go(func() { errs.add("a TLS record of a frame", s.dripRecord("wss", i, limit, "too slow")) })
		wait.Go(func() { errs.add("an HTTP request over TLS", s.dripRequest(i, limit)) })
	}
	meanwhile(t, func() { bothHangUp(t, caller, callee) }, func() error { wait.Wait(); return errs.err() })

	for _, tt := range []struct {
		name string
		want float64
	}{
		{"sluice_connections_message_timeouts_total", 6 * senders},
		{"sluice_connections_head_timeouts_total", 2 * senders},
		{"sluice_tls_handshake_timeouts_total", 2 * senders},
	} {
		s.count(t, tt.name, tt.want)
	}
	s.backTo(t, before, 10*senders)
}

// drip sends a text byte by byte on a new connection.
func (s *server) drip(transport string, raw bool, i int, text string, limit time.Duration, words string) error {
	begun := time.Now()
	if !raw {
		p, err := s.open(transport, source(i))
		if err != nil {
			return err
		}
		return dripOn(p, text, begun, limit, words)
	}
	c, err := s.connect(transport, source(i))
	if err != nil {
		return err
	}
	return dripOn(c, text, begun, limit, words)
}

// dripRecord sends a TLS record byte by byte. What is in it does not matter, as
// it never is all there; what the server says comes through the session.
func (s *server) dripRecord(transport string, i int, limit time.Duration, words string) error {
	begun := time.Now()
	p, err := s.open(transport, source(i))
	if err != nil {
		return err
	}
	return dripOn(beneath{p.Conn, p.tcp}, record, begun, limit, words)
}

// beneath is a connection with TLS that is written to without TLS.
type beneath struct {
	net.Conn
	tcp *net.TCPConn
}

func (b beneath) Write(p []byte) (int, error) { return b.tcp.Write(p) }

// record is the beginning of a TLS record of 256 bytes.
const record = "\x17\x03\x03\x01\x00" + "0123456789"

// dripRequest sends an HTTP request byte by byte, over TLS.
func (s *server) dripRequest(i int, limit time.Duration) error {
	begun := time.Now()
	c, err := s.connect("wss", source(i))
	if err != nil {
		return err
	}
	p, err := s.greet("tls", c)
	if err != nil {
		return err
	}
	return dripOn(p, handshake, begun, limit, "HTTP/1.1 408 ")
}

// dripOn sends a byte of a text every second until the server closes the
// connection, and checks how it does, and when: the time that the server gives
// has not begun before the test did.
func dripOn(c net.Conn, text string, begun time.Time, limit time.Duration, words string) error {
	defer c.Close()
	closed := make(chan string, 1)
	c.SetDeadline(begun.Add(limit + processTime))
	go func() {
		got, _ := io.ReadAll(c)
		closed <- string(got)
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for n := 0; ; n = min(n+1, len(text)-1) {
		c.Write([]byte(text[n : n+1]))
		select {
		case <-tick.C:
		case got := <-closed:
			if took := time.Since(begun); took < limit-time.Second || took > limit+late {
				return fmt.Errorf("closed after %v, want %v", took, limit)
			}
			if !strings.Contains(got, words) {
				return fmt.Errorf("got %q before it was closed, want %q", got, words)
			}
			return nil
		}
	}
}

// TestFaultReaderThatNeverReads: what waits for it is bounded. Then it is closed
// and counted, and who waits for its answers is told.
func TestFaultReaderThatNeverReads(t *testing.T) {
	t.Parallel()
	for i, transport := range streams {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			s := startFaulty(t, "max_write_queue = 262144\n")
			caller, callee := s.pair(t, streams[(i+2)%4], transport)
			sender := newPhone(t, s, "tcp")
			sender.register(600)
			var before usage
			for range 2 { // the loops keep buffers of the first time
				before = s.usage()
				s.deafen(t, transport, sender, func() { callerHangsUp(t, caller, callee) })
			}
			bothHangUp(t, caller, callee)
			s.backTo(t, before, 1)
		})
	}
}

// deafen sends messages to a user who does not read them, until his connection
// is closed.
func (s *server) deafen(t *testing.T, transport string, sender *phone, call func()) {
	t.Helper()
	c, err := s.connectWith(net.Dialer{Control: narrow}, transport)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	deaf, err := s.greet(transport, c)
	if err != nil {
		t.Fatal(err)
	}
	user, err := deaf.register(unique("deaf"))
	if err != nil {
		t.Fatal(err)
	}
	before := s.metric("sluice_slow_readers_total")
	var sent []*message
	for s.metric("sluice_slow_readers_total") == before {
		if len(sent) > 400 {
			t.Fatalf("%d messages of 50 kB wait for a reader", len(sent))
		}
		for range 5 {
			m := sender.newRequest("MESSAGE", user.aor())
			m.add("Content-Type", "text/plain")
			m.body = strings.Repeat("x", 50000)
			sender.send(sender.out, m)
			sent = append(sent, m)
		}
		call()
	}
	for _, m := range sent {
		if status := sender.final(m).status(); status < 300 {
			t.Errorf("a message that nobody has read: got %d", status)
		}
	}
	t.Logf("closed with %d messages of 50 kB on the way", len(sent))
	c.SetReadDeadline(time.Now().Add(soon))
	if _, err := io.Copy(io.Discard, c); isTimeout(err) {
		t.Error("not closed")
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
