package netio

import (
	"math"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// force are the options that exceed the kernel's limits, which CAP_NET_ADMIN allows.
var force = map[int]int{unix.SO_RCVBUF: unix.SO_RCVBUFFORCE, unix.SO_SNDBUF: unix.SO_SNDBUFFORCE}

// setBuffer asks for a buffer and returns the size that the kernel gives; 0 asks for nothing.
func setBuffer(fd, option, size int) int {
	if size == 0 {
		return 0
	}
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, force[option], size) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, size)
	}
	got, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, option)
	return got / 2 // the kernel doubles it, for what it keeps with the bytes: socket(7)
}

// setUserTimeout bounds how long sent bytes stay unacknowledged before the connection is given up (RFC 5482). Connections inherit it from the
// socket that they were accepted on.
func setUserTimeout(fd int, d time.Duration) {
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(d.Milliseconds()))
}

// unacknowledged is how much of what was written to a socket its peer has not acknowledged, a FIN counting as one byte: tcp(7).
func unacknowledged(fd int) int {
	n, _ := unix.IoctlGetInt(fd, unix.SIOCOUTQ)
	return n
}

// divert has a listening socket get no new connections, and leave them to others on its port: it is bound to an interface that there is not.
// Handshakes that have begun go on.
func divert(fd int) {
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BINDTOIFINDEX, math.MaxInt32)
}

// changeOwner makes a socket a user's: the kernel goes by the owner of its file.
func changeOwner(fd, uid, gid int) error {
	return os.NewSyscallError("fchown", unix.Fchown(fd, uid, gid))
}

// sharePorts lets connections from a given local address share its ports as long as they go to different peers: without
// IP_BIND_ADDRESS_NO_PORT the kernel takes a port for the address as soon as it is bound, and 28,000 connections exhaust them.
func sharePorts(fd int) {
	_ = unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
}
