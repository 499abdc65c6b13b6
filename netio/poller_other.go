//go:build !linux

package netio

import (
	"net"
	"os"
	"sync"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// poller has a goroutine for each UDP socket wait until it is readable, and leaves the reading to the loop.
type poller struct{ waiters sync.WaitGroup }

// polled is what a goroutine waits on.
type polled struct {
	own   *net.UDPConn  // a duplicate
	drain func()        // the goroutine's task for the loop
	again chan struct{} // the loop has read; the goroutine may go on
	gone  chan struct{}
}

func newPoller() (*poller, error) { return &poller{}, nil }

func (e *engine) enrolPoller() error { return nil }

func (p *poller) enrolled(gnet.Conn) error { return nil }

func (e *engine) arrived() {}

// watch makes s known to the poller, which tells of it from attend on, until unwatch.
func (e *engine) watch(s *socket) error {
	fd, err := unix.Dup(s.fd)
	if err != nil {
		return err
	}
	unix.CloseOnExec(fd)
	f := os.NewFile(uintptr(fd), "udp")
	defer f.Close()
	pc, err := net.FilePacketConn(f)
	if err != nil {
		return err
	}
	s.own, s.again, s.gone = pc.(*net.UDPConn), make(chan struct{}, 1), make(chan struct{})
	s.drain = func() {
		if !s.closed {
			e.drainSocket(s)
		}
		s.again <- struct{}{}
	}
	return nil
}

func (e *engine) attend(s *socket) {
	e.poller.waiters.Add(1)
	go e.wait(s)
}

func (e *engine) unwatch(s *socket) {
	s.own.Close()
	close(s.gone)
}

// wait tells the loop whenever s has something to read, until s is closed.
func (e *engine) wait(s *socket) {
	defer e.poller.waiters.Done()
	raw, err := s.own.SyscallConn()
	if err != nil {
		return
	}
	for raw.Read(readable) == nil && e.loop.Exec(s.drain) {
		select {
		case <-s.again:
		case <-s.gone:
			return
		}
	}
}

// readable tells whether a descriptor has something to read, without reading it.
func readable(fd uintptr) bool {
	var none [1]byte
	_, _, err := unix.Recvfrom(int(fd), none[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	return err != unix.EAGAIN && err != unix.EINTR
}

func (p *poller) close() { p.waiters.Wait() }
