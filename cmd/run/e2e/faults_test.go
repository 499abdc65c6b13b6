//go:build e2e && linux

package e2e_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The tests in faults_*_test.go do to a server what peers and networks do when
// all is not well. Meanwhile phones of the test's own call each other, and when
// it is over the server's memory and descriptors are back where they were.
//
// `make faults` (SLUICE_FAULTS=full) opens as many connections as the server
// has to bear, one test after the other: this process has descriptors for one. Otherwise it is fewer, for the test to take seconds.

// many is usual, or whole for `make faults`.
func many(usual, whole int) int {
	if os.Getenv("SLUICE_FAULTS") == "full" {
		return whole
	}
	return usual
}

var streams = []string{"tcp", "tls", "ws", "wss"}

func secure(transport string) bool    { return transport == "tls" || transport == "wss" }
func webSocket(transport string) bool { return transport == "ws" || transport == "wss" }

// startFaulty starts a server for all transports, with these lines in
// [server]. Its garbage is collected often, so that what it says of its heap is
// near to what is in use.
func startFaulty(t testing.TB, lines string, change ...func(*settings)) *server {
	t.Helper()
	return startTLS(t, append(change, func(c *settings) {
		c.server = lines
		c.env = []string{"GOGC=20"}
	})...)
}

func (s *server) addr(transport string) string {
	return map[string]string{"udp": s.udp, "tcp": s.tcp, "tls": s.tls, "ws": s.ws, "wss": s.wss}[transport]
}

// source is one of many addresses of this machine, none of them 127.0.0.1.
func source(i int) net.IP { return net.IPv4(127, 0, byte(1+i/250%250), byte(1+i%250)) }

// connect opens a TCP connection to the listener of a transport.
func (s *server) connect(transport string, from net.IP) (*net.TCPConn, error) {
	return s.connectWith(net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}, transport)
}

func (s *server) connectWith(d net.Dialer, transport string) (*net.TCPConn, error) {
	d.Timeout = processTime
	c, err := d.Dial("tcp", s.addr(transport))
	if err != nil {
		return nil, err
	}
	return c.(*net.TCPConn), nil
}

// narrow has a socket take little at a time: what is sent to it waits with the
// sender.
func narrow(_, _ string, raw syscall.RawConn) error {
	return raw.Control(func(fd uintptr) { syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
}

// A peer is a connection on which SIP can be spoken.
type peer struct {
	net.Conn  // with TLS, where there is TLS
	tcp       *net.TCPConn
	transport string
}

// open opens a connection, with its handshakes.
func (s *server) open(transport string, from net.IP) (*peer, error) {
	tcp, err := s.connect(transport, from)
	if err != nil {
		return nil, err
	}
	return s.greet(transport, tcp)
}

// greet does the handshakes of a connection.
func (s *server) greet(transport string, tcp *net.TCPConn) (*peer, error) {
	p := &peer{tcp, tcp, transport}
	tcp.SetDeadline(time.Now().Add(processTime))
	if secure(transport) {
		p.Conn = tls.Client(tcp, s.vault.client())
	}
	var err error
	if webSocket(transport) {
		io.WriteString(p, handshake)
		err = p.await("HTTP/1.1 101 ", "\r\n\r\n")
	} else if secure(transport) {
		err = p.Conn.(*tls.Conn).Handshake()
	}
	if err != nil {
		closeNow(tcp)
		return nil, fmt.Errorf("%s: handshake: %w", transport, err)
	}
	tcp.SetDeadline(time.Time{})
	return p, nil
}

// say sends a SIP message.
func (p *peer) say(text string) error {
	_, err := p.Write(p.wire(text))
	return err
}

// wire is what is sent for a SIP message, before TLS.
func (p *peer) wire(text string) []byte {
	if webSocket(p.transport) {
		return frame(0x81, text)
	}
	return []byte(text)
}

// await reads until the texts have come, one after the other.
func (p *peer) await(texts ...string) error {
	p.tcp.SetReadDeadline(time.Now().Add(soon))
	defer p.tcp.SetReadDeadline(time.Time{})
	var got []byte
	b := make([]byte, 2048)
	for _, text := range texts {
		for {
			if _, rest, ok := strings.Cut(string(got), text); ok {
				got = []byte(rest)
				break
			}
			n, err := p.Read(b)
			if got = append(got, b[:n]...); err != nil && n == 0 {
				return fmt.Errorf("%w while %q was expected; got %q", err, text, got)
			}
		}
	}
	return nil
}

// user is the phone, of which there is no more than its name, that a peer
// stands for.
func (p *peer) user(name string) *phone {
	u := &phone{name: name, transport: p.transport, sentBy: p.tcp.LocalAddr().String()}
	if webSocket(p.transport) {
		u.sentBy = name + ".invalid"
	}
	return u
}

// register registers a user whom the peer's connection leads to.
func (p *peer) register(name string) (*phone, error) {
	u := p.user(name)
	m := u.newRequest("REGISTER", "sip:localhost")
	m.replace("To", "<"+u.aor()+">")
	m.add("Contact", "<"+u.contact()+">;expires=600")
	if err := p.say(m.String()); err != nil {
		return nil, err
	}
	return u, p.await("SIP/2.0 200 ", m.branch())
}

// reset closes the connection with an RST.
func (p *peer) reset() {
	p.tcp.SetLinger(0)
	closeNow(p.tcp)
}

// pair connects two phones, of which the second is registered.
func (s *server) pair(t testing.TB, from, to string) (caller, callee *phone) {
	t.Helper()
	caller, callee = newPhone(t, s, from), newPhone(t, s, to)
	caller.register(600)
	callee.register(600)
	return caller, callee
}

// each calls f for 0 to n-1, some at a time, and returns the first errors.
func each(n int, f func(i int) error) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	var errs errorList
	for range 32 {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs.add(fmt.Sprint(i), f(i))
			}
		})
	}
	wait.Wait()
	return errs.err()
}

// An errorList collects the errors of several goroutines.
type errorList struct {
	mu   sync.Mutex
	list []error
}

func (l *errorList) add(what string, err error) {
	if err != nil {
		l.mu.Lock()
		l.list = append(l.list, fmt.Errorf("%s: %w", what, err))
		l.mu.Unlock()
	}
}

// err returns the first of them.
func (l *errorList) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.list
	if len(list) > 3 {
		list = append(list[:3:3], fmt.Errorf("and %d more", len(list)-3))
	}
	return errors.Join(list...)
}

// openMany opens n connections, to be closed by the caller: the i-th from
// source(i/100).
func (s *server) openMany(n int, transport func(i int) string) ([]*peer, error) {
	peers := make([]*peer, n)
	err := each(n, func(i int) (err error) {
		peers[i], err = s.open(transport(i), source(i/100))
		return err
	})
	return peers, err
}

func closeAll(peers []*peer) {
	for _, p := range peers {
		if p != nil {
			p.tcp.Close()
		}
	}
}

// meanwhile calls, at a measured pace, until what happens has happened, and
// once after that.
func meanwhile(t *testing.T, call func(), happens func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- happens() }()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	calls := 0
	for over := false; !over; calls++ {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			over = true
		case <-tick.C:
		}
		call()
	}
	t.Logf("%d rounds of calls went through meanwhile", calls)
}

// bothHangUp is two calls, which the caller and then the callee ends.
func bothHangUp(t *testing.T, caller, callee *phone) {
	t.Helper()
	callerHangsUp(t, caller, callee)
	calleeHangsUp(t, caller, callee)
}

// A usage is what a process has in use.
type usage struct {
	descriptors int
	heap, rss   int // KiB
}

func (s *server) usage() usage {
	return usage{s.descriptors(), int(s.metric("go_memstats_heap_alloc_bytes")) >> 10, int(s.metric("process_resident_memory_bytes")) >> 10}
}

// Storage that the loops keep for the next time: in all, in KiB, and for each of
// the connections that there were at once, in bytes. A connection that is not
// forgotten has more, some 1.5 KiB, and 9 KiB with TLS.
const (
	keptStorage = 6 << 10
	keptPerConn = 512
)

// backTo waits until the descriptors and the heap of the server are what they
// were before there were n connections. Asking for its metrics has the server
// allocate, and so collect its garbage.
func (s *server) backTo(t *testing.T, before usage, n int) {
	t.Helper()
	var now usage
	defer func() { t.Logf("descriptors, heap and RSS in KiB: %v before, %v after", before, now) }()
	s.until(t, processTime, "descriptors and memory are back", func() bool {
		now = s.usage()
		return now.descriptors <= before.descriptors && now.heap <= before.heap+keptStorage+n*keptPerConn>>10
	})
}
