package sip

import (
	"net/netip"
	"unsafe"

	"sluice/parser"
)

// parseIP reads an IPv4 address or an IPv6 address, the latter with or without
// brackets. A host name costs nothing.
func parseIP(b []byte) (netip.Addr, bool) {
	if n := len(b); n > 2 && b[0] == '[' && b[n-1] == ']' {
		return parseIPv6(b[1 : n-1])
	}
	if a, ok := parseIPv4(b); ok {
		return a, true
	}
	return parseIPv6(b)
}

// parseIPv4 reads four decimal numbers. Leading zeros are refused: they are
// octal to some.
func parseIPv4(b []byte) (netip.Addr, bool) {
	var a [4]byte
	for i := range a {
		if i > 0 {
			if len(b) == 0 || b[0] != '.' {
				return netip.Addr{}, false
			}
			b = b[1:]
		}
		n, used := leadingNumber(b)
		if used == 0 || n > 255 || used > 1 && b[0] == '0' {
			return netip.Addr{}, false
		}
		a[i], b = byte(n), b[used:]
	}
	return netip.AddrFrom4(a), len(b) == 0
}

// parseIPv6 reads an IPv6 address without zone.
func parseIPv6(b []byte) (netip.Addr, bool) {
	if len(b) < 2 || len(b) > len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255") {
		return netip.Addr{}, false
	}
	colons := 0
	for _, c := range b {
		switch {
		case c == ':':
			colons++
		case c != '.' && !parser.Hex.Is(c):
			return netip.Addr{}, false
		}
	}
	if colons < 2 {
		return netip.Addr{}, false
	}
	// The string does not outlive the call: ParseAddr keeps it only in an
	// error, which is dropped.
	a, err := netip.ParseAddr(unsafe.String(&b[0], len(b)))
	return a, err == nil
}
