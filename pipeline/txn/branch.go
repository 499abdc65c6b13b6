package txn

import "encoding/binary"

// MagicCookie begins the branch of every element that follows RFC 3261
// (§8.1.1.7).
const MagicCookie = "z9hG4bK"

// BranchLen is the length of the branches we make.
const BranchLen = len(MagicCookie) + branchChars

// What a branch carries, before it is spelled out five bits to a character:
// loop (1), slot (4), generation (4), loop detection (8), tag (8).
const (
	branchSigned = 17
	branchBytes  = branchSigned + 8
	branchChars  = branchBytes * 8 / 5
)

// A Branch names a client transaction: the loop that owns it, its slot there,
// and the generation of the slot, which tells its users apart over time.
type Branch struct {
	Loop uint8
	Slot uint32
	Gen  uint32
}

// A BranchKey is the secret by which we know our own branches. All loops share
// one.
type BranchKey struct{ k0, k1 uint64 }

// NewBranchKey returns the key made of secret, which is random and kept for as
// long as the process lives.
func NewBranchKey(secret [16]byte) BranchKey {
	return BranchKey{
		binary.LittleEndian.Uint64(secret[:8]),
		binary.LittleEndian.Uint64(secret[8:]),
	}
}

// The characters of a branch: those of RFC 4648 base32 in lower case, every one
// a token character, and unhurt by a peer that changes the case.
const branchAlphabet = "abcdefghijklmnopqrstuvwxyz234567"

// branchValues is the inverse of branchAlphabet, for either case; noValue marks
// the bytes that are not in it.
var branchValues = makeBranchValues()

const noValue = 0xff

func makeBranchValues() (t [256]uint8) {
	for c := range t {
		t[c] = noValue
	}
	for i, c := range []byte(branchAlphabet) {
		t[c] = uint8(i)
		if c >= 'a' {
			t[c-'a'+'A'] = uint8(i)
		}
	}
	return t
}

// Append appends the branch parameter of the transaction b: [BranchLen] token
// characters. loopCookie is the value for loop detection (RFC 3261 §16.6 step
// 8), see [BranchKey.LoopCookie]. The same arguments give the same branch, as
// ACK and CANCEL need it.
func (k *BranchKey) Append(dst []byte, b Branch, loopCookie uint64) []byte {
	var raw [branchBytes]byte
	raw[0] = b.Loop
	binary.BigEndian.PutUint32(raw[1:], b.Slot)
	binary.BigEndian.PutUint32(raw[5:], b.Gen)
	binary.BigEndian.PutUint64(raw[9:], loopCookie)
	binary.BigEndian.PutUint64(raw[branchSigned:], sipHash(k.k0, k.k1, raw[:branchSigned]))

	dst = append(dst, MagicCookie...)
	for p := raw[:]; len(p) >= 5; p = p[5:] {
		w := uint64(p[0])<<32 | uint64(binary.BigEndian.Uint32(p[1:]))
		dst = append(dst,
			branchAlphabet[w>>35&31], branchAlphabet[w>>30&31], branchAlphabet[w>>25&31], branchAlphabet[w>>20&31],
			branchAlphabet[w>>15&31], branchAlphabet[w>>10&31], branchAlphabet[w>>5&31], branchAlphabet[w&31])
	}
	return dst
}

// Parse returns what [BranchKey.Append] put into branch. It is false for every
// branch that was not made with k; the letter case does not matter. How long it
// takes does not depend on how much of a forged tag is right.
func (k *BranchKey) Parse(branch []byte) (b Branch, loopCookie uint64, ok bool) {
	if len(branch) != BranchLen || !HasMagicCookie(branch) {
		return Branch{}, 0, false
	}
	var raw [branchBytes]byte
	var seen uint8
	text := branch[len(MagicCookie):]
	for i := 0; i < branchBytes; i += 5 {
		var w uint64
		for _, c := range text[:8] {
			v := branchValues[c]
			seen |= v
			w = w<<5 | uint64(v&31)
		}
		text = text[8:]
		raw[i] = byte(w >> 32)
		binary.BigEndian.PutUint32(raw[i+1:], uint32(w))
	}
	if seen&^31 != 0 || binary.BigEndian.Uint64(raw[branchSigned:]) != sipHash(k.k0, k.k1, raw[:branchSigned]) {
		return Branch{}, 0, false
	}
	b.Loop = raw[0]
	b.Slot = binary.BigEndian.Uint32(raw[1:])
	b.Gen = binary.BigEndian.Uint32(raw[5:])
	return b, binary.BigEndian.Uint64(raw[9:]), true
}

// LoopCookie returns a value that differs, for all that can be told, when any
// of parts does: the fields that decide how a request is processed (RFC 3261
// §16.6 step 8). A request that comes back with a Via of ours and the same
// value has looped; with another value it spirals (§16.3 step 4). The order of
// the parts and how many there are count too.
func (k *BranchKey) LoopCookie(parts ...[]byte) uint64 {
	return chain(k.k0^loopDomain, k.k1, parts)
}

// What a key is used for besides signing branches; one use's hashes say nothing
// about another's.
const (
	loopDomain   = 0x6c6f6f70_636f6f6b
	legacyDomain = 0x72666332_35343300
	digestDomain = 0x6b657964_69676573
)

// chain hashes parts one after the other, each under a key that the hash of
// those before it changes, so that bytes cannot move from one part to the next.
func chain(k0, k1 uint64, parts [][]byte) uint64 {
	var h uint64
	for _, p := range parts {
		h = sipHash(k0^h, k1, p)
	}
	return h
}

// HasMagicCookie reports whether branch comes from an element that follows
// RFC 3261. Peers exist that change the letter case, which §7.3.1 lets them.
func HasMagicCookie(branch []byte) bool {
	if len(branch) < len(MagicCookie) {
		return false
	}
	for i := range len(MagicCookie) {
		if lower(branch[i]) != lower(MagicCookie[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c-'A' < 26 {
		c |= 0x20
	}
	return c
}
