package netio

import (
	"net"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"
)

// unmap turns an IPv4 address in IPv6 clothes into what it is.
func unmap(addr netip.AddrPort) netip.AddrPort {
	if addr.Addr().Is4In6() {
		return netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
	}
	return addr
}

func addrPortOf(sa unix.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *unix.SockaddrInet6:
		addr := netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			addr = addr.WithZone(zoneName(sa.ZoneId))
		}
		return netip.AddrPortFrom(addr, uint16(sa.Port))
	}
	return netip.AddrPort{}
}

func sockaddrOf(addr netip.AddrPort) unix.Sockaddr {
	if addr.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(addr.Port()), Addr: addr.Addr().As16(), ZoneId: zoneID(addr.Addr().Zone())}
}

// tcpAddrPort is the address of one side of a connection.
func tcpAddrPort(addr net.Addr) netip.AddrPort {
	if tcp, ok := addr.(*net.TCPAddr); ok {
		return unmap(tcp.AddrPort())
	}
	return netip.AddrPort{}
}

// zoneName is the zone of a link-local address (RFC 4007 §11) as package net writes it: the interface's name.
func zoneName(id uint32) string {
	if ifi, err := net.InterfaceByIndex(int(id)); err == nil {
		return ifi.Name
	}
	return strconv.Itoa(int(id))
}

func zoneID(name string) uint32 {
	if name == "" {
		return 0
	}
	if ifi, err := net.InterfaceByName(name); err == nil {
		return uint32(ifi.Index)
	}
	n, _ := strconv.ParseUint(name, 10, 32)
	return uint32(n)
}

// zoneCache remembers the last zone: looking one up asks the kernel for its interfaces.
type zoneCache struct {
	id   uint32
	name string
}

func (z *zoneCache) nameOf(id uint32) string {
	if z.id != id {
		z.id, z.name = id, zoneName(id)
	}
	return z.name
}

func (z *zoneCache) idOf(name string) uint32 {
	if z.name != name {
		z.id, z.name = zoneID(name), name
	}
	return z.id
}
