package proxyproto

import (
	"bytes"
	"net/netip"
	"unsafe"

	"sluice/parser"
)

// parseV1 takes "PROXY TCP4 192.0.2.1 192.0.2.2 49152 5060" CRLF (§2.1). buf
// begins with the signature or with a part of it.
func parseV1(buf []byte, h *Header) (int, parser.Err) {
	line := buf[:min(len(buf), MaxV1)]
	lf := bytes.IndexByte(line, '\n')
	switch {
	case lf < 0 && len(line) == MaxV1:
		return 0, parser.ErrTooLong
	case lf < 0:
		return 0, parser.ErrMore
	case line[lf-1] != '\r':
		return 0, parser.ErrLineEnd
	}
	family, rest := word(line[len(signatureV1) : lf-1])
	switch string(family) {
	case "UNKNOWN":
		*h = Header{Version: 1, Local: true}
		return lf + 1, parser.OK
	case "TCP4", "TCP6":
		if err := parseTCP(rest, family[3] == '4', h); err != parser.OK {
			return 0, err
		}
		return lf + 1, parser.OK
	}
	return 0, parser.ErrParam
}

// parseTCP takes "192.0.2.1 192.0.2.2 49152 5060".
func parseTCP(rest []byte, want4 bool, h *Header) parser.Err {
	var words [3][]byte
	for i := range words {
		words[i], rest = word(rest)
	}
	src, ok1 := parseIP(words[0], want4)
	dst, ok2 := parseIP(words[1], want4)
	if !ok1 || !ok2 {
		return parser.ErrHost
	}
	sport, ok1 := parsePort(words[2])
	dport, ok2 := parsePort(rest)
	if !ok1 || !ok2 {
		return parser.ErrPort
	}
	*h = Header{Version: 1, Src: netip.AddrPortFrom(src, sport), Dst: netip.AddrPortFrom(dst, dport)}
	return parser.OK
}

// word cuts b at its first space.
func word(b []byte) (first, rest []byte) {
	if i := bytes.IndexByte(b, ' '); i >= 0 {
		return b[:i], b[i+1:]
	}
	return b, nil
}

// parseIP reads an address of the family without zone.
func parseIP(b []byte, want4 bool) (netip.Addr, bool) {
	if len(b) == 0 {
		return netip.Addr{}, false
	}
	for _, c := range b {
		if c != '.' && c != ':' && !parser.Hex.Is(c) {
			return netip.Addr{}, false
		}
	}
	// The string does not outlive the call: ParseAddr keeps it only in an
	// error, which is dropped.
	a, err := netip.ParseAddr(unsafe.String(&b[0], len(b)))
	return a.Unmap(), err == nil && a.Is4() == want4
}

// parsePort reads 0 to 65535 without leading zeros.
func parsePort(b []byte) (uint16, bool) {
	if len(b) == 0 || len(b) > 5 || len(b) > 1 && b[0] == '0' {
		return 0, false
	}
	n := 0
	for _, c := range b {
		if !parser.Digit.Is(c) {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return uint16(n), n <= 0xFFFF
}
