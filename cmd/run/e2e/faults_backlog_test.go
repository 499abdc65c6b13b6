//go:build e2e && linux

package e2e_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

func closedFor(reason string) string {
	return fmt.Sprintf("sluice_write_memory_closed_total{reason=%q}", reason)
}

// TestFaultManyWhoNeverRead: what waits is bounded for one source, and for all,
// by closing those who do not read. Phones of others call each other meanwhile.
func TestFaultManyWhoNeverRead(t *testing.T) {
	t.Parallel()
	const (
		limit = 64 << 20
		share = limit / 8
	)
	for _, tt := range []struct {
		name, transport, reason, not string
		from                         func(i int) net.IP
		most                         float64
	}{
		{"of one source", "tcp", "source", "all", func(int) net.IP { return source(0) }, share},
		{"of one source, with TLS", "wss", "source", "all", func(int) net.IP { return source(0) }, share},
		{"of many sources", "tcp", "all", "source", func(i int) net.IP { return source(i) }, limit},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := many(100, 1000)
			s := startNarrow(t, fmt.Sprintf("max_write_queue = 4194304\nmax_write_memory = %d\n", limit))
			caller, callee := s.pair(t, "tcp", "ws")
			bothHangUp(t, caller, callee)
			before := s.usage()
			peers := make([]*peer, n)
			defer func() { closeAll(peers) }()
			var highest, heap, closed, received float64
			look := func() (done bool) {
				highest = max(highest, s.metric("sluice_write_waiting_bytes"))
				heap = max(heap, s.metric("go_memstats_heap_alloc_bytes")-float64(before.heap<<10))
				closed = s.metric(closedFor(tt.reason))
				was := received
				received = s.metric("sluice_stream_received_bytes_total")
				return closed > 0 && received == was
			}
			meanwhile(t, func() { look(); callerHangsUp(t, caller, callee) }, func() error {
				return each(n, func(i int) (err error) {
					peers[i], err = s.pester(tt.transport, tt.from(i))
					return err
				})
			})
			s.until(t, processTime, "all is heard and somebody is closed for it", look)
			bothHangUp(t, caller, callee)
			if others := s.metric(closedFor(tt.not)); others != 0 {
				t.Errorf("closed %v for %q and %v for %q, want no others", closed, tt.reason, others, tt.not)
			}
			if highest < tt.most/4 || highest > tt.most*2 { // a machine that stands still looks late
				t.Errorf("%.0f bytes waited, want about %.0f", highest, tt.most)
			}
			if most := 3*tt.most + float64(keptStorage<<10+n*40<<10); heap > most {
				t.Errorf("the heap grew by %.0f bytes, want no more than %.0f", heap, most)
			}
			t.Logf("%v of %d closed; at most %.1f MiB waited, the heap grew by %.1f MiB", closed, n, highest/(1<<20), heap/(1<<20))
			closeAll(peers)
			s.level(t, "sluice_write_waiting_bytes", 0)
			s.backTo(t, before, n)
		})
	}
}

// startNarrow is startFaulty with sockets that take little at a time for tcp and
// wss, or the kernel would keep megabytes for each.
func startNarrow(t *testing.T, lines string) *server {
	t.Helper()
	sip, web := freeAddr(t), freeAddr(t)
	s := startFaulty(t, lines, func(c *settings) {
		for _, url := range []string{"tcp://" + sip, "wss://" + web} {
			c.rules += fmt.Sprintf("\n[[listen]]\nurl = %q\nsend_buffer = 32768\n", url)
		}
	})
	s.tcp, s.wss = sip, web
	return s
}

// pester connects, asks for some 2 MB of answers and reads none of them, until
// the server closes the connection.
func (s *server) pester(transport string, from net.IP) (*peer, error) {
	tcp, err := s.connectWith(net.Dialer{Control: narrow, LocalAddr: &net.TCPAddr{IP: from}}, transport)
	if err != nil {
		return nil, err
	}
	p, err := s.greet(transport, tcp)
	if err != nil {
		return nil, err
	}
	tcp.SetWriteDeadline(time.Now().Add(processTime))
	long := ";x=" + strings.Repeat("x", 20000)
	for range 100 {
		text := strings.Replace(ask(strings.ToUpper(transport), unique("pester")), ";tag=", long+";tag=", 1)
		if err := p.say(strings.ReplaceAll(text, "\n", "\r\n")); isTimeout(err) {
			return p, err
		} else if err != nil {
			break
		}
	}
	return p, nil
}
