package netio

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// askForFaces has the kernel tell with each datagram at which address it arrived.
func askForFaces(fd int, inet6 bool) {
	if inet6 {
		_ = unix.SetsockoptInt(fd, unix.SOL_IPV6, unix.IPV6_RECVPKTINFO, 1)
	} else {
		_ = unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_PKTINFO, 1)
	}
}

// probe is a socket that never sends: connected to a peer it shows which of our addresses the kernel would take.
type probe struct {
	fd   int
	open bool
}

// LocalAddr implements Router.
func (e *engine) LocalAddr(peer netip.Addr) netip.Addr {
	p, family, inet6 := &e.probes[0], unix.AF_INET, peer.Is6()
	if inet6 {
		p, family = &e.probes[1], unix.AF_INET6
	}
	if !p.open {
		fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			return netip.Addr{}
		}
		p.fd, p.open = fd, true
	}
	var sa unix.RawSockaddrInet6
	size := e.batch.encode(&sa, netip.AddrPortFrom(peer, discardPort), inet6)
	if _, _, errno := unix.RawSyscall(unix.SYS_CONNECT, uintptr(p.fd), uintptr(unsafe.Pointer(&sa)), uintptr(size)); errno != 0 {
		return netip.Addr{}
	}
	defer disconnect(p.fd) // or the next route would begin at this address
	size = unix.SizeofSockaddrInet6
	if _, _, errno := unix.RawSyscall(unix.SYS_GETSOCKNAME, uintptr(p.fd), uintptr(unsafe.Pointer(&sa)), uintptr(unsafe.Pointer(&size))); errno != 0 {
		return netip.Addr{}
	}
	return e.batch.decode(&sa).Addr()
}

// discardPort is any port that is not zero.
const discardPort = 9

func (e *engine) closeProbes() {
	for i := range e.probes {
		if e.probes[i].open {
			unix.Close(e.probes[i].fd)
		}
		e.probes[i] = probe{}
	}
}
