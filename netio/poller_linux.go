package netio

import (
	"os"
	"unsafe"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// maxPolled sockets are reported at a time; those that are left out are with the next wake-up.
const maxPolled = 64

// poller tells a loop which of its UDP sockets have something to read. gnet reads the first datagram of its own sockets itself, without asking
// where it arrived, can be given none while it runs, and does not give one up. So the sockets are in an epoll instance of ours, which is
// readable when one of them is, and that is in gnet's poller like a connection.
//
// gnet reads a connection that is readable, and closes it if it cannot, as it is with an epoll instance. What it has is therefore changed
// under its number: epoll goes on watching the file that was there when it was told to (epoll(7)), and gnet reads a counter, eight bytes at a
// time, which never runs dry.
type poller struct {
	fd      int
	counter int
	sockets []*socket // by what is in their events; nil: free
	events  [maxPolled]unix.EpollEvent
}

// counted is what the counter begins with. It is one less after each wake-up.
const counted = 1 << 63

// polled is what a poller knows a socket by.
type polled struct{ place int }

func newPoller() (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	p := &poller{fd: fd}
	if p.counter, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK|unix.EFD_SEMAPHORE); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("eventfd", err)
	}
	start := uint64(counted)
	if _, err = unix.Write(p.counter, (*[8]byte)(unsafe.Pointer(&start))[:]); err != nil {
		p.close()
		return nil, os.NewSyscallError("write", err)
	}
	return p, nil
}

// enrolPoller gives the poller to gnet, which takes connections of package net only: one end of a pair, under whose number is the poller.
func (e *engine) enrolPoller() error {
	a, b, err := socketPair()
	if err != nil {
		return err
	}
	b.Close()
	raw, err := a.SyscallConn()
	if err == nil {
		var dupErr error
		if err = raw.Control(func(fd uintptr) { dupErr = unix.Dup3(e.poller.fd, int(fd), unix.O_CLOEXEC) }); err == nil {
			err = dupErr
		}
	}
	if err != nil {
		a.Close()
		return err
	}
	return e.enrolInternal(e.poller, a)
}

// enrolled changes what gnet has under its number.
func (p *poller) enrolled(gc gnet.Conn) error {
	return os.NewSyscallError("dup3", unix.Dup3(p.counter, gc.Fd(), unix.O_CLOEXEC))
}

// watch makes s known to the poller, which tells of it from attend on, until unwatch.
func (e *engine) watch(s *socket) error {
	p := e.poller
	s.place = len(p.sockets)
	for i, other := range p.sockets {
		if other == nil {
			s.place = i
			break
		}
	}
	event := unix.EpollEvent{Fd: int32(s.place)}
	if err := unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, s.fd, &event); err != nil {
		return os.NewSyscallError("epoll_ctl", err)
	}
	if s.place == len(p.sockets) {
		p.sockets = append(p.sockets, nil)
	}
	p.sockets[s.place] = s
	return nil
}

// attend does not fail: all that the kernel needs for it is there.
func (e *engine) attend(s *socket) {
	event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(s.place)}
	_ = unix.EpollCtl(e.poller.fd, unix.EPOLL_CTL_MOD, s.fd, &event)
}

func (e *engine) unwatch(s *socket) {
	_ = unix.EpollCtl(e.poller.fd, unix.EPOLL_CTL_DEL, s.fd, nil)
	e.poller.sockets[s.place] = nil
}

// arrived reads the sockets that have something.
func (e *engine) arrived() {
	p := e.poller
	for i := range p.wait() {
		if s := p.sockets[p.events[i].Fd]; s != nil {
			e.drainSocket(s)
		}
	}
}

// wait never waits, and so does without the scheduler, as recvmmsg.
func (p *poller) wait() int {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(unsafe.Pointer(&p.events[0])), maxPolled, 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

func (p *poller) close() {
	unix.Close(p.fd)
	unix.Close(p.counter)
}
