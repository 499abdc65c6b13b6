//go:build !linux

package netio

import (
	"net/netip"
	"syscall"
)

func dialControl(netip.Addr) func(network, address string, raw syscall.RawConn) error { return nil }
