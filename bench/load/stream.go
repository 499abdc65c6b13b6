package main

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"sluice/bench/sipmsg"
	"sluice/bench/wsclient"
)

const (
	readSize   = 16 << 10
	maxMessage = 1 << 20 // as much as wsclient takes in a frame
)

func (w *wire) openStream(t transport, from netip.Addr, server netip.AddrPort) (*flow, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("%s socket: %w", t, err)
	}
	f := &flow{fd: fd, transport: t}
	if err := f.connect(from, server); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("%s to %s: %w", t, server, err)
	}
	return f, w.add(f)
}

// connect runs before the load and blocks: at most connectWait seconds for each step.
func (f *flow) connect(from netip.Addr, server netip.AddrPort) error {
	const connectWait = 5
	for _, opt := range []int{unix.SO_RCVTIMEO, unix.SO_SNDTIMEO} {
		if err := unix.SetsockoptTimeval(f.fd, unix.SOL_SOCKET, opt, &unix.Timeval{Sec: connectWait}); err != nil {
			return err
		}
	}
	if err := unix.Bind(f.fd, &unix.SockaddrInet4{Addr: from.As4()}); err != nil {
		return err
	}
	if err := unix.Connect(f.fd, &unix.SockaddrInet4{Addr: server.Addr().As4(), Port: int(server.Port())}); err != nil {
		return err
	}
	f.local = localAddr(f.fd)
	if f.transport == transportWS {
		if err := f.upgrade(server); err != nil {
			return err
		}
	}
	return f.tune()
}

// maxUpgrade bounds the answer to a handshake and what is read with it.
const maxUpgrade = 4096

// upgrade makes the connection a WebSocket. Frames that came with the answer wait
// for the next read.
func (f *flow) upgrade(server netip.AddrPort) error {
	in := bufio.NewReader(io.LimitReader(blocking(f.fd), maxUpgrade))
	if err := wsclient.Upgrade(blocking(f.fd), in, server.String()); err != nil {
		return err
	}
	var err error
	f.in, err = in.Peek(in.Buffered())
	return err
}

// blocking is a socket that waits, up to its time limit.
type blocking int

func (b blocking) Read(p []byte) (int, error) {
	n, err := again(func() (int, error) { return unix.Read(int(b), p) })
	if n == 0 && err == nil {
		err = io.EOF
	}
	return max(n, 0), err
}

func (b blocking) Write(p []byte) (int, error) {
	n, err := again(func() (int, error) { return unix.Write(int(b), p) })
	return max(n, 0), err
}

// again repeats a call that a signal interrupted: with a time limit on the socket
// the kernel does not (signal(7)).
func again(call func() (int, error)) (n int, err error) {
	for n, err = call(); err == unix.EINTR; n, err = call() {
	}
	return n, err
}

// tune makes the socket ready for the loop.
func (f *flow) tune() error {
	if err := unix.SetsockoptInt(f.fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return err
	}
	f.in = append(make([]byte, 0, readSize), f.in...)
	return unix.SetNonblock(f.fd, true)
}

func (w *wire) openListener(ip netip.Addr) (*flow, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("tcp socket: %w", err)
	}
	f := &flow{fd: fd, transport: transportTCP, listener: true}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: ip.As4()}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("tcp bind %s: %w", ip, err)
	}
	if err := unix.Listen(fd, 128); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("tcp listen: %w", err)
	}
	f.local = localAddr(fd)
	return f, w.add(f)
}

func (w *wire) accept(l *flow) {
	fd, _, err := unix.Accept4(l.fd, unix.SOCK_CLOEXEC)
	if err != nil {
		return
	}
	f := &flow{fd: fd, transport: transportTCP, local: l.local}
	if f.tune() != nil || w.add(f) != nil {
		unix.Close(fd)
	}
}

// read takes what one read gives and every whole message in it.
func (w *wire) read(f *flow) {
	if cap(f.in)-len(f.in) < readSize/2 {
		f.in = append(make([]byte, 0, 2*cap(f.in)), f.in...)
	}
	free := f.in[len(f.in):cap(f.in)]
	n, _, e := syscall.RawSyscall(unix.SYS_READ, uintptr(f.fd), uintptr(unsafe.Pointer(&free[0])), uintptr(len(free)))
	switch {
	case e == unix.EAGAIN || e == unix.EINTR:
		return
	case e != 0:
		w.hangUp(f, e)
		return
	case n == 0:
		w.hangUp(f, errEnd)
		return
	}
	f.in = f.in[:len(f.in)+int(n)]
	taken, err := w.take(f, f.in)
	if err != nil {
		w.hangUp(f, err)
		return
	}
	f.in = f.in[:copy(f.in, f.in[taken:])]
}

// hangUp ends one stream for good.
func (w *wire) hangUp(f *flow, why error) {
	if f.open {
		w.close(f)
		w.onClose(f, why)
	}
}

// take hands out the whole messages at the beginning of b and says how long they were.
func (w *wire) take(f *flow, b []byte) (int, error) {
	if f.transport == transportWS {
		return w.takeFrames(f, b)
	}
	at := 0
	for {
		for at < len(b) && (b[at] == '\r' || b[at] == '\n') { // keep-alives (RFC 5626 §3.5.1)
			at++
		}
		if at == len(b) {
			return at, nil
		}
		switch w.view.Scan(b[at:]) {
		case sipmsg.Incomplete:
			return at, nil
		case sipmsg.Malformed:
			return at, errMessage
		}
		size := w.view.Size()
		if size > maxMessage {
			return at, errLarge
		}
		if at+size > len(b) {
			return at, nil
		}
		w.onMessage(f, nil, &w.view)
		at += size
	}
}

func (w *wire) takeFrames(f *flow, b []byte) (int, error) {
	for at := 0; ; {
		op, payload, size, err := wsclient.NextFrame(b[at:])
		if err != nil || size == 0 {
			return at, err
		}
		switch op {
		case wsclient.OpText, wsclient.OpBinary:
			w.whole(f, nil, payload)
		case wsclient.OpPing:
			f.out = wsclient.AppendFrame(f.out, wsclient.OpPong, w.nextKey(), payload)
			w.mark(f)
		case wsclient.OpClose:
			return at, fmt.Errorf("server closed the WebSocket: %q", payload)
		}
		at += size
	}
}

// write writes what f holds; what the socket does not take waits until it does.
func (w *wire) write(f *flow) {
	for len(f.out) > 0 {
		n, _, e := syscall.RawSyscall(unix.SYS_WRITE, uintptr(f.fd), uintptr(unsafe.Pointer(&f.out[0])), uintptr(len(f.out)))
		if e == unix.EINTR {
			continue
		}
		if e == unix.EAGAIN {
			break
		}
		if e != 0 {
			w.hangUp(f, e)
			return
		}
		f.out = f.out[:copy(f.out, f.out[n:])]
	}
	w.await(f, len(f.out) > 0)
}

// await asks epoll to tell when f can be written again, or no longer to.
func (w *wire) await(f *flow, blocked bool) {
	if blocked == f.blocked {
		return
	}
	f.blocked = blocked
	ev := unix.EpollEvent{Events: unix.EPOLLIN, Fd: f.index}
	if blocked {
		ev.Events |= unix.EPOLLOUT
	}
	if err := unix.EpollCtl(w.epoll, unix.EPOLL_CTL_MOD, f.fd, &ev); err != nil {
		w.hangUp(f, err)
	}
}
