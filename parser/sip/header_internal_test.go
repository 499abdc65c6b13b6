package sip

import (
	"strings"
	"testing"
)

// TestHeaderHash finds a slot of its own for every name, as the generator saw to
// it: if names collide, its hash is no longer the same as this one.
func TestHeaderHash(t *testing.T) {
	var used [len(headerSlots)]HeaderID
	for id := HeaderOther + 1; id < NumHeaders; id++ {
		k := makeHeaderKey([]byte(headerDefs[id].name))
		s := headerSlot(k.lo, k.hi, headerHash)
		if used[s] != HeaderOther {
			t.Errorf("%v and %v collide", used[s], id)
		}
		used[s] = id
	}
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
