//go:build e2e && linux

package e2e_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestFaultHalfOpenHandshakes: clients that begin a TLS handshake, or do not even
// that, and wait. Each source has so many connections and no more, each
// handshake its time, and others get in all the while.
func TestFaultHalfOpenHandshakes(t *testing.T) {
	t.Parallel()
	const perSource = 100 // are let in of 110
	n := many(1980, 9900)
	const handshakeTime = 2 * soon // no longer than soon may others wait, so they do not wait for its end
	s := startFaulty(t, fmt.Sprintf("max_connections_per_source = %d\ntls_handshake_timeout = %q\n", perSource, handshakeTime))
	caller, callee := s.pair(t, "wss", "udp")
	before := s.usage()
	hello := clientHello(t)
	begin := [][]byte{nil, hello[:3], hello[:len(hello)/2], hello, hello, hello} // a whole one has a handshake begin
	lives := make([]time.Duration, n)
	meanwhile(t, func() {
		bothHangUp(t, caller, callee)
		s.until(t, soon, "a TLS handshake of others", func() bool {
			p, err := s.open([]string{"tls", "wss"}[serial.Add(1)%2], net.IPv4(127, 0, 0, 1))
			if err == nil {
				p.Close()
			}
			return err == nil
		})
	}, func() error {
		var wait sync.WaitGroup
		defer wait.Wait()
		return each(n, func(i int) error {
			c, err := s.connect([]string{"tls", "wss"}[i%2], source(i/110))
			if err != nil {
				return err
			}
			since := time.Now()
			c.SetDeadline(since.Add(handshakeTime + 2*processTime))
			c.Write(begin[i%len(begin)])
			wait.Go(func() {
				defer c.Close()
				io.Copy(io.Discard, c)
				lives[i] = time.Since(since)
			})
			return nil
		})
	})
	longest := slices.Max(lives)
	var refused, slow, busy float64
	s.poll(t, soon, "all are counted", func() bool {
		refused, slow, busy = s.metric("sluice_source_connections_limited_total"), s.metric("sluice_tls_handshake_timeouts_total"), s.metric("sluice_tls_handshakes_refused_total")
		return refused+slow+busy >= float64(n)
	})
	t.Logf("%d half-open: %v refused at once, %v gave way to others, %v timed out; the longest lived for %v", n, refused, busy, slow, longest)
	if refused+slow+busy < float64(n) || refused == 0 || slow == 0 {
		t.Errorf("counted: %v refused by their source, %v refused, %v too slow; want %d in all", refused, busy, slow, n)
	}
	if limit := handshakeTime + time.Duration(many(int(soon), int(processTime))); longest > limit { // many wait to be accepted
		t.Errorf("the longest lived for %v, want less than %v", longest, limit)
	}
	s.backTo(t, before, n)
}

// clientHello is the first record of a client.
func clientHello(t *testing.T) []byte {
	ours, theirs := net.Pipe()
	go tls.Client(theirs, &tls.Config{ServerName: "sip.example.com"}).Handshake()
	b := make([]byte, 1<<14)
	n, err := ours.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	ours.Close()
	return b[:n]
}
