package sip

import (
	"encoding/binary"
	"math/bits"

	"sluice/parser"
)

//go:generate go run ./headertable

// A HeaderID names a header field that a proxy, an edge or a registrar reads.
type HeaderID uint8

// String returns the canonical name, "" for HeaderOther.
func (id HeaderID) String() string {
	if id >= NumHeaders {
		return ""
	}
	return headerDefs[id].name
}

// Single reports whether a message may carry the header field only once, and
// with one value.
func (id HeaderID) Single() bool {
	return id < NumHeaders && headerDefs[id].single
}

type headerDef struct {
	name    string
	compact byte // RFC 3261 §7.3.3 and the registry; 0 is none
	single  bool
}

// headerKey is what a name is found by: its first and its last eight bytes, or
// all of a shorter one with zeros after it, folded to lower case. Names of up to
// 16 bytes are compared by it alone.
type headerKey struct {
	lo, hi uint64
	n      uint8
	id     HeaderID
}

var (
	headerSlots   = makeHeaderSlots()
	headerCompact = makeHeaderCompact()
)

func makeHeaderSlots() (t [256]headerKey) {
	for id := HeaderOther + 1; id < NumHeaders; id++ {
		k := makeHeaderKey([]byte(headerDefs[id].name))
		k.id = id
		t[headerSlot(k.lo, k.hi, headerHash)] = k
	}
	return t
}

func makeHeaderCompact() (t [256]HeaderID) {
	for id, d := range headerDefs {
		if d.compact != 0 {
			t[d.compact] = HeaderID(id)
			t[d.compact&^0x20] = HeaderID(id)
		}
	}
	return t
}

// foldWord lowers the letters among the eight bytes of w. It also moves some
// bytes that are in no header name, onto others that are in none.
func foldWord(w uint64) uint64 { return w | w&0x4040404040404040>>1 }

func makeHeaderKey(name []byte) headerKey {
	k := headerKey{n: uint8(len(name))}
	if len(name) >= 8 {
		k.lo = foldWord(binary.LittleEndian.Uint64(name))
		k.hi = foldWord(binary.LittleEndian.Uint64(name[len(name)-8:]))
		return k
	}
	for i, c := range name {
		k.lo |= uint64(c) << (8 * i)
	}
	k.lo = foldWord(k.lo)
	return k
}

func headerSlot(lo, hi, multiplier uint64) uint8 {
	return uint8((lo ^ hi<<1) * multiplier >> 56)
}

// findHeader returns the id of the known name with this key. The middle of a
// name of more than 16 bytes is not compared.
func findHeader(lo, hi uint64, n int) HeaderID {
	k := &headerSlots[headerSlot(lo, hi, headerHash)]
	if k.lo == lo && k.hi == hi && int(k.n) == n {
		return k.id
	}
	return HeaderOther
}

// LookupHeader returns the id of the header field called name, without regard
// to case; one letter is a compact form.
func LookupHeader(name []byte) HeaderID {
	n := len(name)
	if n == 1 {
		return headerCompact[name[0]]
	}
	k := makeHeaderKey(name)
	id := findHeader(k.lo, k.hi, n)
	if n > 16 && id != HeaderOther && !parser.EqualFold(name[8:n-8], headerDefs[id].name[8:n-8]) {
		return HeaderOther
	}
	return id
}

// lookupLine returns the id of the header field that begins at line, and the
// offset of its colon, when a known name of up to 15 bytes stands right before
// it; else HeaderOther. What line holds beyond its end does not matter.
func lookupLine(line []byte) (id HeaderID, colon int) {
	if len(line) < 16 {
		return HeaderOther, 0
	}
	lo := binary.LittleEndian.Uint64(line)
	colon = colonIn(lo)
	switch {
	case colon == 1:
		return headerCompact[byte(lo)], 1
	case colon < 8:
		return findHeader(foldWord(lo&(1<<(8*colon)-1)), 0, colon), colon
	}
	colon += colonIn(binary.LittleEndian.Uint64(line[8:]))
	if colon == 16 {
		return HeaderOther, 0
	}
	hi := binary.LittleEndian.Uint64(line[colon-8:])
	return findHeader(foldWord(lo), foldWord(hi), colon), colon
}

// colonIn returns the index of the first colon among the bytes of w, 8 if there
// is none.
func colonIn(w uint64) int {
	const ones = 0x0101010101010101
	w ^= ':' * ones
	return bits.TrailingZeros64((w-ones)&^w&(0x80*ones)) >> 3
}
