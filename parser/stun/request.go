package stun

import (
	"hash/crc32"

	"sluice/parser"
)

// MaxUnknown is the number of different unknown attributes that a 420 lists;
// more of them are not looked at.
const MaxUnknown = 16

const (
	headerLen   = 20
	magicCookie = 0x2112A442

	bindingRequest = 0x0001
	bindingSuccess = 0x0101
	bindingError   = 0x0111
)

// Attribute types (RFC 8489 §18.3). Those below optional must be understood.
const (
	attrMappedAddress     = 0x0001
	attrUsername          = 0x0006
	attrIntegrity         = 0x0008
	attrErrorCode         = 0x0009
	attrUnknown           = 0x000A
	attrRealm             = 0x0014
	attrNonce             = 0x0015
	attrIntegritySHA256   = 0x001C
	attrPasswordAlgorithm = 0x001D
	attrUserhash          = 0x001E
	attrXORMappedAddress  = 0x0020
	optional              = 0x8000
	attrSoftware          = 0x8022
	attrFingerprint       = 0x8028
)

// A Request is what a Binding request asks. It holds no reference to the
// datagram. The zero Request is ready for [ParseRequest], which resets it.
type Request struct {
	// Classic: there is no magic cookie, so an RFC 3489 client sent it.
	Classic bool

	id         [16]byte // the magic cookie and the transaction id, echoed as they are
	unknown    [MaxUnknown]uint16
	numUnknown uint8
}

// Unknown returns the attributes that must be understood and are not, each
// once, in order. It is valid until r is used again.
func (r *Request) Unknown() []uint16 { return r.unknown[:r.numUnknown] }

// Detect reports whether a datagram is STUN rather than SIP (RFC 5626 §8).
func Detect(datagram []byte) bool { return len(datagram) > 0 && datagram[0] <= 1 }

// ParseRequest takes the datagram buf as a Binding request. OK asks for
// [AppendResponse]; after anything else the datagram is dropped:
//
//   - ErrMore: it ends before the message does
//   - ErrTooLong: bytes follow the message
//   - ErrMethod: no Binding request
//   - ErrNumber: a length is no multiple of four or leads out of the message
//   - ErrParam: an attribute follows FINGERPRINT
//   - ErrChecksum: FINGERPRINT is wrong
func ParseRequest(buf []byte, r *Request) parser.Err {
	r.numUnknown = 0
	switch {
	case len(buf) >= 2 && be16(buf) != bindingRequest:
		return parser.ErrMethod
	case len(buf) < headerLen:
		return parser.ErrMore
	}
	end := headerLen + be16(buf[2:])
	switch {
	case end%4 != 0:
		return parser.ErrNumber
	case end > len(buf):
		return parser.ErrMore
	case end < len(buf):
		return parser.ErrTooLong
	}
	r.Classic = be32(buf[4:]) != magicCookie
	copy(r.id[:], buf[4:headerLen])
	return r.attributes(buf)
}

// attributes walks the attributes of the message buf.
func (r *Request) attributes(buf []byte) parser.Err {
	protected := false // an integrity attribute was there
	for at := headerLen; at < len(buf); {
		// Both ends are multiples of four, so a type and a length are there.
		typ, n := be16(buf[at:]), be16(buf[at+2:])
		next := at + 4 + (n+3)&^3
		if next > len(buf) {
			return parser.ErrNumber
		}
		switch {
		case typ == attrFingerprint && !r.Classic:
			if err := fingerprint(buf, at, n, next); err != parser.OK {
				return err
			}
		case typ == attrIntegrity, typ == attrIntegritySHA256:
			protected = true
		case typ < optional && !protected && !understood(typ):
			r.addUnknown(uint16(typ))
		}
		at = next
	}
	return parser.OK
}

// understood reports whether RFC 8489 defines an attribute that must be
// understood. Those that RFC 3489 alone defines are not (RFC 5389 §12.2).
func understood(typ int) bool {
	switch typ {
	case attrMappedAddress, attrUsername, attrIntegrity, attrErrorCode, attrUnknown, attrRealm, attrNonce,
		attrIntegritySHA256, attrPasswordAlgorithm, attrUserhash, attrXORMappedAddress:
		return true
	}
	return false
}

func (r *Request) addUnknown(typ uint16) {
	if r.numUnknown == MaxUnknown {
		return
	}
	for _, t := range r.Unknown() {
		if t == typ {
			return
		}
	}
	r.unknown[r.numUnknown] = typ
	r.numUnknown++
}

// fingerprint checks the FINGERPRINT at at, n bytes long. As it is the last
// attribute, the length in the header is the one it was computed with.
func fingerprint(buf []byte, at, n, next int) parser.Err {
	switch {
	case n != 4:
		return parser.ErrNumber
	case next != len(buf):
		return parser.ErrParam
	case be32(buf[at+4:]) != checksum(buf[:at]):
		return parser.ErrChecksum
	}
	return parser.OK
}

// checksum returns the value of the FINGERPRINT that follows b (RFC 8489 §14.7).
func checksum(b []byte) uint32 { return crc32.ChecksumIEEE(b) ^ 0x5354554E }

func be16(b []byte) int { return int(b[0])<<8 | int(b[1]) }

func be32(b []byte) uint32 { return uint32(be16(b))<<16 | uint32(be16(b[2:])) }
