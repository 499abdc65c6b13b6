//go:build e2e && linux

package e2e_test

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestFaultDescriptorsUsedUp: with no descriptor left, new connections are
// refused and not left waiting, old ones live and calls over them go on, and so
// do new connections when there is room again.
func TestFaultDescriptorsUsedUp(t *testing.T) {
	t.Parallel()
	const room, n = 50, 100
	hop := newFailingHop(t, "", "tcp", nil)
	go hop.serve(0)
	s := startFaulty(t, "", func(c *settings) {
		c.rules = fmt.Sprintf("\n[[stage.route.rule]]\ndomains = [\"hop.example.com\"]\nnext_hop = \"sip:%s;transport=tcp\"\n", hop.Addr()) + c.rules
	})
	secured, socket := s.pair(t, "tls", "ws")
	datagrams := newPhone(t, s, "udp")
	datagrams.register(600)
	bothHangUp(t, secured, socket)
	ours, theirs := setUp(t, datagrams, socket)
	before := s.usage()
	limit := before.descriptors + room - 10 // some are reserves
	s.limitDescriptors(t, limit)

	for range 2 {
		// More come than there is room for, and still more when the admin server
		// has taken the last descriptor that was left.
		var peers []*peer
		for range 2 {
			meanwhile(t, func() { bothHangUp(t, secured, socket) }, func() (err error) {
				more, err := s.crowd(n, room)
				peers = append(peers, more...)
				return err
			})
			if c, err := net.DialTimeout("tcp", s.admin, soon); err == nil {
				peers = append(peers, &peer{tcp: c.(*net.TCPConn)})
			}
		}
		// Who was refused with a word gives back a descriptor when he has heard it.
		full := 0
		s.until(t, soon, "no descriptor is left", func() bool {
			if full++; s.descriptors() < limit {
				full = 0
				if c, err := net.DialTimeout("tcp", s.admin, soon); err == nil {
					peers = append(peers, &peer{tcp: c.(*net.TCPConn)})
				}
			}
			return full == 25
		})
		offer(t, ours, socket)
		offer(t, theirs, datagrams)
		if status := datagrams.final(datagrams.ask("OPTIONS", "sip:somebody@hop.example.com")).status(); status < 500 {
			t.Errorf("a request that needs a connection: got %d, want a failure", status)
		}

		closeAll(peers)
		for _, transport := range streams {
			s.until(t, soon, "service over "+transport, func() bool {
				p, err := s.served(transport, source(n))
				if err == nil {
					p.tcp.Close()
				}
				return err == nil
			})
		}
	}
	datagrams.response(datagrams.ask("OPTIONS", "sip:somebody@hop.example.com"), 200)
	hangUp(t, ours, socket)
	s.until(t, soon, "sluice_accept_errors_total", func() bool { return s.metric("sluice_accept_errors_total") > 0 })
	before.descriptors++ // the connection to the next hop
	s.backTo(t, before, room)
}

// crowd opens n connections, of which no more than room are served, and returns
// those. The others are to be refused, not left waiting.
func (s *server) crowd(n, room int) ([]*peer, error) {
	peers := make([]*peer, n)
	var served atomic.Int64
	err := each(n, func(i int) (err error) {
		peers[i], err = s.served(streams[i%len(streams)], source(i))
		if err == nil {
			served.Add(1)
		} else if isTimeout(err) {
			return fmt.Errorf("left waiting: %w", err)
		}
		return nil
	})
	if served.Load() > int64(room) {
		err = errors.Join(err, fmt.Errorf("%d of %d were served with room for %d", served.Load(), n, room))
	}
	return peers, err
}

// limitDescriptors limits those that the server may have from now on.
func (s *server) limitDescriptors(t *testing.T, n int) {
	t.Helper()
	var limit unix.Rlimit
	err := unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_NOFILE, nil, &limit)
	limit.Cur = uint64(n)
	if err = errors.Join(err, unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_NOFILE, &limit, nil)); err != nil {
		t.Fatal(err)
	}
}

// served opens a connection and has a request answered on it.
func (s *server) served(transport string, from net.IP) (*peer, error) {
	p, err := s.open(transport, from)
	if err != nil {
		return nil, err
	}
	text := strings.ReplaceAll(ask(strings.ToUpper(transport), unique("s")), "\n", "\r\n")
	if err = p.say(text); err == nil {
		err = p.await("SIP/2.0 483 ")
	}
	if err != nil {
		closeNow(p.tcp)
		return nil, err
	}
	return p, nil
}

// TestFaultIdleConnectionsHaveNoGoroutines: there are as many goroutines with ten
// thousand connections as with ten and with none.
func TestFaultIdleConnectionsHaveNoGoroutines(t *testing.T) {
	t.Parallel()
	most := many(1000, 10000)
	for _, transport := range []string{"ws", "wss"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			s := startFaulty(t, "")
			none := s.metric("go_goroutines")
			caller, callee := s.pair(t, transport, "udp")
			before := s.usage()
			for _, n := range []int{10, most} {
				began := time.Now()
				peers, err := s.openMany(n, func(int) string { return transport })
				defer closeAll(peers)
				if err != nil {
					t.Fatal(err)
				}
				took := time.Since(began)
				bothHangUp(t, caller, callee)
				now := s.metric("go_goroutines")
				if n == most { // those with which gnet takes over connections stay for some seconds
					s.until(t, 2*processTime, "as many goroutines as before", func() bool {
						now = s.metric("go_goroutines")
						return now <= none+5
					})
				}
				bothHangUp(t, caller, callee)
				t.Logf("%d connections in %v: %v goroutines, before there was any %v; heap and RSS in KiB %v, before %v", n, took, now, none, s.usage(), before)
				if open := s.metric("sluice_connections"); open < float64(n) { // all have been answered
					t.Errorf("connections: got %v, want %d", open, n)
				}
				closeAll(peers)
			}
			bothHangUp(t, caller, callee)
			s.backTo(t, before, most)
		})
	}
}
