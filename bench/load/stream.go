package main

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	readSize  = 16 << 10
	maxStream = maxHead + 1<<20 // of one unfinished message
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

// tune makes the socket ready for the loop.
func (f *flow) tune() error {
	if err := unix.SetsockoptInt(f.fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return err
	}
	f.in = make([]byte, 0, readSize)
	return unix.SetNonblock(f.fd, true)
}

// upgrade makes the connection a WebSocket with the sub-protocol sip (RFC 7118 §4.1).
// The nonce is the sample of RFC 6455 §1.3: it need not be secret here.
func (f *flow) upgrade(server netip.AddrPort) error {
	const nonce = "dGhlIHNhbXBsZSBub25jZQ=="
	request := fmt.Sprintf("GET / HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\nOrigin: http://%s\r\n\r\n",
		server, nonce, server)
	if _, err := unix.Write(f.fd, []byte(request)); err != nil {
		return fmt.Errorf("upgrade: %w", err)
	}
	answer := make([]byte, 0, 4096)
	for !bytes.Contains(answer, []byte("\r\n\r\n")) {
		if len(answer) == cap(answer) {
			return errors.New("upgrade: answer above 4 KiB")
		}
		// One byte at a time, so that no frame behind the answer is taken along.
		n, err := unix.Read(f.fd, answer[len(answer):len(answer)+1])
		if err != nil {
			return fmt.Errorf("upgrade: %w", err)
		}
		if n == 0 {
			return fmt.Errorf("upgrade: %w after %q", errEnd, answer)
		}
		answer = answer[:len(answer)+n]
	}
	return checkUpgrade(string(answer), nonce)
}

func checkUpgrade(answer, nonce string) error {
	status, headers, _ := strings.Cut(answer, "\r\n")
	if !strings.HasPrefix(status, "HTTP/1.1 101") {
		return fmt.Errorf("upgrade: %s", status)
	}
	sum := sha1.Sum([]byte(nonce + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	want := map[string]string{
		"sec-websocket-accept":   base64.StdEncoding.EncodeToString(sum[:]),
		"sec-websocket-protocol": "sip",
	}
	for line := range strings.SplitSeq(headers, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		name = strings.ToLower(name)
		if w, ok := want[name]; ok && strings.TrimSpace(value) == w {
			delete(want, name)
		}
	}
	for name, value := range want {
		return fmt.Errorf("upgrade: the answer lacks %s: %s", name, value)
	}
	return nil
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
	if err == nil && len(f.in)-taken > maxStream {
		err = errors.New("server sent a message above 1 MiB")
	}
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
		switch w.view.scan(b[at:]) {
		case scanMore:
			return at, nil
		case scanBad:
			return at, errors.New("server sent what is no SIP message")
		}
		size := w.view.head + w.view.body
		if at+size > len(b) {
			return at, nil
		}
		w.onMessage(f, nil, &w.view)
		at += size
	}
}

func (w *wire) takeFrames(f *flow, b []byte) (int, error) {
	for at := 0; ; {
		op, payload, size, err := nextFrame(b[at:])
		if err != nil || size == 0 {
			return at, err
		}
		switch op {
		case opText, opBinary:
			w.whole(f, nil, payload)
		case opPing:
			f.out = appendFrame(f.out, opPong, w.nextKey(), payload)
			w.mark(f)
		case opClose:
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
