package stun

import "net/netip"

// MaxResponse is the length of the longest response.
const MaxResponse = headerLen +
	4 + (maxSoftware+3)&^3 +
	4 + 4 + len(reasonUnknown) +
	4 + 2*MaxUnknown +
	4 + 4

// maxSoftware: SOFTWARE is shorter than 128 characters (RFC 8489 §14.14).
const maxSoftware = 127

// reasonUnknown is padded within the text, as RFC 3489 §11.2.9 asks.
const reasonUnknown = "Unknown Attribute   "

// AppendResponse appends the answer to r, which came from src: success, or
// error 420 when r has unknown attributes. software is what SOFTWARE says, in
// ASCII, cut after 127 characters; "" leaves it out. An IPv4-mapped address
// counts as IPv4.
func AppendResponse(dst []byte, r *Request, src netip.AddrPort, software string) []byte {
	start := len(dst)
	typ := bindingSuccess
	if r.numUnknown > 0 {
		typ = bindingError
	}
	dst = append16(dst, typ)
	dst = append16(dst, 0)
	dst = append(dst, r.id[:]...)
	if software != "" && !r.Classic {
		dst = appendSoftware(dst, software[:min(len(software), maxSoftware)])
	}
	if r.numUnknown > 0 {
		dst = appendUnknown(dst, r)
	} else {
		dst = appendAddress(dst, r, src)
	}
	n := len(dst) - start - headerLen
	if !r.Classic {
		n += 8 // FINGERPRINT is counted before it is there
	}
	dst[start+2], dst[start+3] = byte(n>>8), byte(n)
	if r.Classic {
		return dst
	}
	sum := checksum(dst[start:])
	dst = append16(dst, attrFingerprint)
	dst = append16(dst, 4)
	dst = append16(dst, int(sum>>16))
	return append16(dst, int(sum&0xFFFF))
}

func appendSoftware(dst []byte, software string) []byte {
	dst = append16(dst, attrSoftware)
	dst = append16(dst, len(software))
	dst = append(dst, software...)
	return append(dst, make([]byte, -len(software)&3)...)
}

// appendAddress appends the address that the request came from, XORed with
// the magic cookie and the transaction id (RFC 8489 §14.2) unless an RFC 3489
// client asked.
func appendAddress(dst []byte, r *Request, src netip.AddrPort) []byte {
	typ := attrXORMappedAddress
	var mask [16]byte
	if r.Classic {
		typ = attrMappedAddress
	} else {
		mask = r.id
	}
	family, ip := 2, src.Addr().Unmap().As16()
	host := ip[:]
	if src.Addr().Unmap().Is4() {
		family, host = 1, ip[12:]
	}
	dst = append16(dst, typ)
	dst = append16(dst, 4+len(host))
	dst = append16(dst, family)
	dst = append16(dst, int(src.Port())^be16(mask[:]))
	for i, b := range host {
		dst = append(dst, b^mask[i])
	}
	return dst
}

// appendUnknown appends ERROR-CODE 420 and UNKNOWN-ATTRIBUTES (RFC 8489 §14.8,
// §14.13). A list of odd length is padded; for RFC 3489 clients its last type is
// there twice instead (RFC 3489 §11.2.10).
func appendUnknown(dst []byte, r *Request) []byte {
	dst = append16(dst, attrErrorCode)
	dst = append16(dst, 4+len(reasonUnknown))
	dst = append(dst, 0, 0, 4, 20)
	dst = append(dst, reasonUnknown...)
	list := r.Unknown()
	odd := len(list)%2 == 1
	n := 2 * len(list)
	if odd && r.Classic {
		n += 2
	}
	dst = append16(dst, attrUnknown)
	dst = append16(dst, n)
	for _, typ := range list {
		dst = append16(dst, int(typ))
	}
	switch {
	case odd && r.Classic:
		dst = append16(dst, int(list[len(list)-1]))
	case odd:
		dst = append16(dst, 0)
	}
	return dst
}

func append16(dst []byte, n int) []byte { return append(dst, byte(n>>8), byte(n)) }
