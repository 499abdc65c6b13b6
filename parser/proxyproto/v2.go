package proxyproto

import (
	"hash/crc32"
	"net/netip"

	"sluice/parser"
)

const (
	headLen    = 16 // signature, version and command, family and transport, length
	versionTwo = 0x20
	cmdProxy   = 0x01 // LOCAL is 0

	typeCRC32C = 0x03
)

// An addresses says how the address block of a family is laid out.
type addresses struct{ host, len int } // bytes of one IP address; of the whole block

var (
	unspecified = addresses{}
	inet        = addresses{4, 2*4 + 2*2}
	inet6       = addresses{16, 2*16 + 2*2}
	unix        = addresses{0, 2 * 108}
)

// parseV2 takes a binary header (§2.2). buf begins with the signature or with
// a part of it. What is wrong is found in the order of the bytes, as soon as
// they are there.
func parseV2(buf []byte, h *Header) (int, parser.Err) {
	var block addresses
	skip := true
	if len(buf) > 12 {
		switch {
		case buf[12]&0xF0 != versionTwo:
			return 0, parser.ErrVersion
		case buf[12]&0x0F > cmdProxy:
			return 0, parser.ErrMethod
		}
	}
	if len(buf) > 13 && buf[12]&0x0F == cmdProxy {
		var ok bool
		if block, ok = layout(buf[13]); !ok {
			return 0, parser.ErrParam
		}
		skip = block == unspecified
	}
	if len(buf) < headLen {
		return 0, parser.ErrMore
	}
	end := headLen + be16(buf[14:])
	switch {
	case end > MaxV2:
		return 0, parser.ErrTooLong
	case headLen+block.len > end:
		return 0, parser.ErrNumber
	case end > len(buf):
		return 0, parser.ErrMore
	}
	if !skip {
		if err := checkValues(buf[:end], headLen+block.len); err != parser.OK {
			return 0, err
		}
	}
	*h = Header{Version: 2, Local: block.host == 0}
	if block.host > 0 {
		h.Src, h.Dst = pair(buf[headLen:headLen+block.len], block.host)
	}
	return end, parser.OK
}

// layout returns the address block of a family and transport. Whether a
// stream or datagrams reached the balancer makes no difference.
func layout(family byte) (addresses, bool) {
	if family>>4 > 3 || family&0x0F > 2 {
		return unspecified, false
	}
	if family&0x0F == 0 {
		return unspecified, true
	}
	return [...]addresses{unspecified, inet, inet6, unix}[family>>4], true
}

// pair reads the source and the destination of an address block.
func pair(b []byte, host int) (src, dst netip.AddrPort) {
	from, _ := netip.AddrFromSlice(b[:host])
	to, _ := netip.AddrFromSlice(b[host : 2*host])
	ports := b[2*host:]
	return netip.AddrPortFrom(from.Unmap(), uint16(be16(ports))), netip.AddrPortFrom(to.Unmap(), uint16(be16(ports[2:])))
}

// checkValues walks the type-length-values of the header buf from at on, and
// checks CRC32C.
func checkValues(buf []byte, at int) parser.Err {
	summed := false
	for at < len(buf) {
		if len(buf)-at < 3 {
			return parser.ErrNumber
		}
		typ, value, next := buf[at], at+3, at+3+be16(buf[at+1:])
		if next > len(buf) {
			return parser.ErrNumber
		}
		at = next
		if typ != typeCRC32C {
			continue
		}
		switch {
		case next-value != 4:
			return parser.ErrNumber
		case summed:
			return parser.ErrDuplicate
		case checksum(buf, value) != uint32(be16(buf[value:]))<<16|uint32(be16(buf[value+2:])):
			return parser.ErrHeaderValue
		}
		summed = true
	}
	return parser.OK
}

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	zeros      [4]byte
)

// checksum returns the CRC32C of the header buf with the checksum at at taken
// as zeros (§2.2.3).
func checksum(buf []byte, at int) uint32 {
	sum := crc32.Update(0, castagnoli, buf[:at])
	sum = crc32.Update(sum, castagnoli, zeros[:])
	return crc32.Update(sum, castagnoli, buf[at+4:])
}

func be16(b []byte) int { return int(b[0])<<8 | int(b[1]) }
