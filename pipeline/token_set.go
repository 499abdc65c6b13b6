package pipeline

import "math/bits"

// A tokenSet holds Tokens, in a table with open addressing that is never more
// than half full. nil is an empty one that nothing can be added to.
type tokenSet struct {
	slots []Token // zero is free; their number is a power of two
	n     int
}

const (
	minTokenSlots  = 8
	keepTokenSlots = 4096 // beyond that what is empty goes back to the heap
)

// len returns how many there are.
func (s *tokenSet) len() int {
	if s == nil {
		return 0
	}
	return s.n
}

// home returns the slot in which t belongs.
func (s *tokenSet) home(t Token) int {
	return int(uint64(t) * 0x9e3779b97f4a7c15 >> (64 - bits.Len(uint(len(s.slots)-1))))
}

// find returns the slot that t is in, or the free one that it would be in.
func (s *tokenSet) find(t Token) int {
	i := s.home(t)
	for s.slots[i] != 0 && s.slots[i] != t {
		i = (i + 1) & (len(s.slots) - 1)
	}
	return i
}

// add puts t in.
func (s *tokenSet) add(t Token) {
	if 2*(s.n+1) > len(s.slots) {
		s.grow()
	}
	if i := s.find(t); s.slots[i] == 0 {
		s.slots[i] = t
		s.n++
	}
}

func (s *tokenSet) grow() {
	old := s.slots
	s.slots = make([]Token, max(minTokenSlots, 2*len(old)))
	for _, t := range old {
		if t != 0 {
			s.slots[s.find(t)] = t
		}
	}
}

// remove takes t out, if it is there, and closes the gap: what comes behind may
// be there because its own slot was taken.
func (s *tokenSet) remove(t Token) {
	if s.len() == 0 {
		return
	}
	mask := len(s.slots) - 1
	gap := s.find(t)
	if s.slots[gap] == 0 {
		return
	}
	s.n--
	if s.n == 0 && len(s.slots) > keepTokenSlots {
		s.slots = nil
		return
	}
	for i := (gap + 1) & mask; s.slots[i] != 0; i = (i + 1) & mask {
		if home := s.home(s.slots[i]); (i-home)&mask >= (i-gap)&mask {
			s.slots[gap], gap = s.slots[i], i
		}
	}
	s.slots[gap] = 0
}

// all goes through them, in no order; the set must not change meanwhile.
func (s *tokenSet) all(yield func(Token) bool) {
	if s == nil {
		return
	}
	for _, t := range s.slots {
		if t != 0 && !yield(t) {
			return
		}
	}
}
