package netio

import (
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// dialControl lets connections from a given local address share its ports as long as they go to different peers: without
// IP_BIND_ADDRESS_NO_PORT the kernel takes a port for the address as soon as it is bound, and 28,000 connections exhaust them.
func dialControl(local netip.Addr) func(network, address string, raw syscall.RawConn) error {
	if !local.IsValid() {
		return nil
	}
	return func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) {
			_ = unix.SetsockoptInt(int(fd), unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
		})
	}
}
