package txn

import (
	"fmt"
	"testing"

	"sluice/parser/sip"
)

type collided struct {
	Entry[collided]
	id int
}

// Keys of one hash are told apart by all of their bytes.
func TestTableCollision(t *testing.T) {
	seed := NewSeed([16]byte{9})
	const n = 32
	table := NewTable[collided](n)
	var records [n]collided
	key := func(i int) *Key {
		k := new(Key)
		seed.MakeKey(k, fmt.Appendf(nil, "z9hG4bK%d", i), []byte("h"), 1, sip.MethodInvite, nil)
		k.hash = 42
		return k
	}
	for i := range records {
		records[i].id = i
		if got := table.Lookup(key(i)); got != nil {
			t.Fatalf("%d: got record %d before it was inserted", i, got.id)
		}
		table.Insert(&records[i].Entry, &records[i], key(i))
	}
	for i := range records {
		if got := table.Lookup(key(i)); got != &records[i] {
			t.Errorf("%d: got %v", i, got)
		}
	}
	for _, i := range []int{0, n - 1, n / 2} { // last, first and middle of the chain
		table.Remove(&records[i].Entry)
		if got := table.Lookup(key(i)); got != nil {
			t.Errorf("%d: got %v after it was removed", i, got)
		}
	}
	for i := 1; i < n-1; i++ {
		if i != n/2 && table.Lookup(key(i)) != &records[i] {
			t.Errorf("%d: lost with a neighbour", i)
		}
	}
}

// The digest that stands for a long key is not told from one by the hash.
func TestKeyCollision(t *testing.T) {
	seed := NewSeed([16]byte{9})
	var long, literal Key
	seed.MakeKey(&long, make([]byte, 200), []byte("h"), 1, sip.MethodInvite, nil)
	literal = long
	literal.kind = literalKey
	if long.kind != digestKey || long.Equal(&literal) {
		t.Errorf("kind %d: a digest is equal to a text of the same bytes", long.kind)
	}
}

// Without the seed nobody knows which branches share a chain: the same branches
// fall elsewhere under another, and chains stay short under either.
func TestTableSeeded(t *testing.T) {
	const n = 4096
	var sets [2][n]uint64
	for i, secret := range [][16]byte{{1}, {2}} {
		seed := NewSeed(secret)
		var chains [n]int
		longest := 0
		for j := range n {
			var k Key
			seed.MakeKey(&k, fmt.Appendf(nil, "z9hG4bK%08d", j), []byte("10.0.0.1"), 5060, sip.MethodInvite, nil)
			sets[i][j] = k.hash % n
			chains[k.hash%n]++
			longest = max(longest, chains[k.hash%n])
		}
		if longest > 10 { // 1 in 25,000 for a random function
			t.Errorf("seed %d: got a chain of %d for %d keys", i, longest, n)
		}
	}
	same := 0
	for j := range n {
		if sets[0][j] == sets[1][j] {
			same++
		}
	}
	if same > 16 {
		t.Errorf("%d of %d keys have the same chain under two seeds", same, n)
	}
}
