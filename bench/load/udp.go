package main

import (
	"fmt"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	batchSize   = 64
	maxDatagram = 4096
	// socketBuffer holds some thousand messages, so that a burst is not lost here.
	socketBuffer = 8 << 20
)

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
}

// A vector is the argument of one recvmmsg or sendmmsg call.
type vector struct {
	hdr  [batchSize]mmsghdr
	iov  [batchSize]unix.Iovec
	addr [batchSize]peer
}

func (v *vector) init() {
	for i := range v.hdr {
		h := &v.hdr[i].hdr
		h.Iov = &v.iov[i]
		h.SetIovlen(1)
		h.Name = (*byte)(unsafe.Pointer(&v.addr[i]))
		h.Namelen = unix.SizeofSockaddrInet4
	}
}

func (v *vector) set(i int, b []byte) {
	v.iov[i].Base = unsafe.SliceData(b)
	v.iov[i].SetLen(len(b))
}

// A sendBatch gathers the datagrams of one socket for one sendmmsg.
type sendBatch struct {
	vector
	buf [batchSize][]byte
	n   int
}

func newSendBatch() *sendBatch {
	s := &sendBatch{}
	s.init()
	for i := range s.buf {
		s.buf[i] = make([]byte, 0, 2048)
	}
	return s
}

func (s *sendBatch) push(b []byte, to *peer) {
	s.buf[s.n] = b
	s.addr[s.n] = *to
	s.set(s.n, b)
	s.n++
}

// A recvBatch is shared by all sockets: its bytes are valid until the next read.
type recvBatch struct {
	vector
	buf [batchSize][maxDatagram]byte
}

func newRecvBatch() *recvBatch {
	r := &recvBatch{}
	r.init()
	for i := range r.buf {
		r.set(i, r.buf[i][:])
	}
	return r
}

func (w *wire) openUDP(ip netip.Addr) (*flow, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("udp socket: %w", err)
	}
	for _, opt := range []int{unix.SO_RCVBUF, unix.SO_SNDBUF} {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, opt, socketBuffer); err != nil {
			unix.Close(fd)
			return nil, fmt.Errorf("udp buffer: %w", err)
		}
	}
	// Above net.core.rmem_max only a privileged process may go; the rest do with that.
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, socketBuffer)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: ip.As4()}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("udp bind %s: %w", ip, err)
	}
	f := &flow{fd: fd, transport: transportUDP, batch: newSendBatch(), local: localAddr(fd)}
	return f, w.add(f)
}

// receive takes one batch; what is left makes the socket ready again.
func (w *wire) receive(f *flow) {
	rx := w.rx
	n, _, e := syscall.RawSyscall6(unix.SYS_RECVMMSG, uintptr(f.fd), uintptr(unsafe.Pointer(&rx.hdr)), batchSize,
		unix.MSG_DONTWAIT, 0, 0)
	if e != 0 {
		return
	}
	for i := range int(n) {
		h := &rx.hdr[i]
		if h.hdr.Flags&unix.MSG_TRUNC != 0 {
			w.broken++
			continue
		}
		w.whole(f, &rx.addr[i], rx.buf[i][:h.n])
	}
}

// sendBatch sends what f has gathered. What the kernel does not take is dropped
// and counted; retransmission makes up for it.
func (w *wire) sendBatch(f *flow) {
	s := f.batch
	for sent := 0; sent < s.n; {
		n, _, e := syscall.RawSyscall6(unix.SYS_SENDMMSG, uintptr(f.fd), uintptr(unsafe.Pointer(&s.hdr[sent])),
			uintptr(s.n-sent), unix.MSG_DONTWAIT, 0, 0)
		switch e {
		case 0:
			sent += int(n)
		case unix.EINTR:
		default:
			w.dropped++
			sent++
		}
	}
	s.n = 0
}

func localAddr(fd int) netip.AddrPort {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}
	}
	if v4, ok := sa.(*unix.SockaddrInet4); ok {
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), uint16(v4.Port))
	}
	return netip.AddrPort{}
}
