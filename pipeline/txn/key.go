package txn

import (
	"encoding/binary"

	"sluice/parser/sip"
)

// A Seed makes the hashes of [Key] unpredictable to peers, who choose the
// branches. The loops of a server share one, so that a key made by one can be
// looked up by the others.
type Seed struct{ k0, k1 uint64 }

// NewSeed returns the seed made of secret, which is random.
func NewSeed(secret [16]byte) Seed {
	return Seed{
		binary.LittleEndian.Uint64(secret[:8]),
		binary.LittleEndian.Uint64(secret[8:]),
	}
}

// keyText is how many bytes of branch, sent-by and method a Key holds as they
// are; what is longer is held as its digest.
const keyText = 110

// A Key is what a request and its retransmissions have in common, RFC 3261
// §17.2.3: the branch of the top Via, its sent-by, and the method. It is a copy
// and does not depend on the message it was made of.
type Key struct {
	hash uint64
	n    uint8
	kind uint8
	text [keyText]byte
}

// The kinds of Key, which never equal one another.
const (
	literalKey uint8 = iota
	digestKey
)

// MakeKey sets k to the key of the server transaction of a request with the
// given top Via and method. port is 0 where the sent-by has none. methodText is
// looked at for sip.MethodOther alone. An ACK has the key of its INVITE; a
// CANCEL has its own, and that of the request it cancels is the key made with
// the INVITE's method (§9.2). branch is whole, with its magic cookie, or comes
// from [Seed.AppendLegacyBranch].
//
// The host is compared without regard to case, all else byte for byte: a
// retransmission is the same bytes, and ACK and CANCEL copy them.
func (s *Seed) MakeKey(k *Key, branch, host []byte, port uint16, method sip.Method, methodText []byte) {
	if method == sip.MethodAck {
		method = sip.MethodInvite
	}
	if method != sip.MethodOther {
		methodText = nil
	}
	head := [...]byte{byte(method), byte(port >> 8), byte(port), byte(len(host)), byte(len(methodText))}
	k.kind = literalKey
	p := append(k.text[:0], head[:]...)
	if len(head)+len(branch)+len(host)+len(methodText) > keyText {
		k.kind = digestKey
		p = s.appendDigest(p, branch, host, methodText)
	} else {
		p = append(p, methodText...)
		for _, c := range host {
			p = append(p, lower(c))
		}
		p = append(p, branch...)
	}
	k.n = uint8(len(p))
	k.hash = sipHash(s.k0, s.k1, p)
}

// appendDigest appends 128 keyed bits in the place of texts too long to keep.
// Without the seed nobody can find two texts that share them.
func (s *Seed) appendDigest(dst, branch, host, methodText []byte) []byte {
	for half := range uint64(2) {
		k0, k1 := s.k0^digestDomain, s.k1^half
		h := sipHash(k0, k1, methodText)
		h = sipHash(k0^h, k1, branch)
		var folded [64]byte
		for rest := host; len(rest) > 0; {
			n := copy(folded[:], rest)
			for i := range n {
				folded[i] = lower(folded[i])
			}
			h = sipHash(k0^h, k1, folded[:n])
			rest = rest[n:]
		}
		dst = binary.LittleEndian.AppendUint64(dst, h)
	}
	return dst
}

// AppendLegacyBranch appends what stands for the branch in the key of a request
// whose top Via has none or one without the magic cookie (RFC 3261 §17.2.3,
// senders of RFC 2543). It is a keyed hash of the fields that such a request and
// its ACK share: Request-URI, tag of From, Call-ID, whole top Via and number of
// CSeq. The To tag is left out, since that of the ACK is the response's. In the
// state Accepted an ACK found this way is one for the 2xx (RFC 6026 §6), which
// [Machine] passes up. No branch on the wire can be equal to it.
func (s *Seed) AppendLegacyBranch(dst, requestURI, fromTag, callID, topVia []byte, cseq uint32) []byte {
	var num [4]byte
	binary.BigEndian.PutUint32(num[:], cseq)
	parts := [...][]byte{requestURI, fromTag, callID, topVia, num[:]}
	dst = append(dst, 0)
	for half := range uint64(2) {
		dst = binary.LittleEndian.AppendUint64(dst, chain(s.k0^legacyDomain, s.k1^half, parts[:]))
	}
	return dst
}

// Equal reports whether k and o are keys of the same transaction.
func (k *Key) Equal(o *Key) bool {
	return k.hash == o.hash && k.n == o.n && k.kind == o.kind &&
		string(k.text[:k.n]) == string(o.text[:o.n])
}
