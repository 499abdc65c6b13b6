package sip

import (
	"strings"
	"testing"
)

// TestHeaderHash finds a slot of its own for every name, and when a name was
// added that has none, a multiplier to put into headerHash.
func TestHeaderHash(t *testing.T) {
	if !collides(headerHash) {
		return
	}
	x := uint64(1)
	for range 50_000_000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		if !collides(x | 1) {
			t.Fatalf("header names collide: got headerHash = %#x, want for instance %#x", uint64(headerHash), x|1)
		}
	}
	t.Fatal("header names collide, and no multiplier was found that avoids it")
}

func collides(multiplier uint64) bool {
	var used [256]bool
	for id := HeaderOther + 1; id < NumHeaders; id++ {
		k := makeHeaderKey([]byte(headerDefs[id].name))
		s := headerSlot(k.lo, k.hi, multiplier)
		if used[s] {
			return true
		}
		used[s] = true
	}
	return false
}

func TestLookupHeader(t *testing.T) {
	for id := HeaderOther + 1; id < NumHeaders; id++ {
		name := id.String()
		if name == "" {
			t.Fatalf("header %d has no name", id)
		}
		spellings := []string{name, strings.ToLower(name), strings.ToUpper(name)}
		if c := headerDefs[id].compact; c != 0 {
			spellings = append(spellings, string(c), strings.ToUpper(string(c)))
		}
		for _, s := range spellings {
			if got := LookupHeader([]byte(s)); got != id {
				t.Errorf("LookupHeader(%q): got %d, want %d", s, got, id)
			}
		}
		for i := range name {
			b := []byte(name)
			b[i] ^= 0x40
			if got := LookupHeader(b); got == id {
				t.Errorf("LookupHeader(%q): got %v, want another", b, got)
			}
		}
	}
	for _, s := range []string{"", ":", "z", "-", "Vi", "Viaa", "X-Via", "Call\rID", "Call_ID", "P-Asserted-Identitx", "P-Asserted_Identity", strings.Repeat("a", 300)} {
		if got := LookupHeader([]byte(s)); got != HeaderOther {
			t.Errorf("LookupHeader(%q): got %v, want HeaderOther", s, got)
		}
	}
}
