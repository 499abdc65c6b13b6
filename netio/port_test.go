package netio

import (
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"testing"
)

var nextPort atomic.Uint32

func init() { nextPort.Store(uint32(os.Getpid() * 40)) }

// FreePort is a port that nobody has, and that no program is given for connections of its own: those would be in the way of a listener on every
// address.
func FreePort(t testing.TB) uint16 {
	t.Helper()
	for range 1000 {
		port := uint16(12000 + nextPort.Add(1)%8000)
		if isFree(netip.AddrPortFrom(netip.IPv4Unspecified(), port)) && isFree(netip.AddrPortFrom(netip.IPv6Unspecified(), port)) {
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

func isFree(addr netip.AddrPort) bool {
	tcp, err := net.Listen("tcp", addr.String())
	if err != nil {
		return false
	}
	tcp.Close()
	udp, err := net.ListenPacket("udp", addr.String())
	if err != nil {
		return false
	}
	udp.Close()
	return true
}
