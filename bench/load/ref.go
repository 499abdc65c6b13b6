package main

// A callRef names one use of one slot. Its text is part of every Call-ID, tag
// and branch of that call.
type callRef struct {
	slot, gen uint32
}

// refLen is the length of a callRef's text: slot and generation, 8 hexadecimal digits each.
const refLen = 16

const hexDigits = "0123456789abcdef"

func (r callRef) text() (t [refLen]byte) {
	v := uint64(r.slot)<<32 | uint64(r.gen)
	for i := refLen - 1; i >= 0; i-- {
		t[i] = hexDigits[v&15]
		v >>= 4
	}
	return t
}

// parseRef reads the text of a callRef from the beginning of b.
func parseRef(b []byte) (callRef, bool) {
	if len(b) < refLen {
		return callRef{}, false
	}
	var v uint64
	for _, c := range b[:refLen] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		default:
			return callRef{}, false
		}
		v = v<<4 | uint64(c)
	}
	return callRef{slot: uint32(v >> 32), gen: uint32(v)}, true
}
