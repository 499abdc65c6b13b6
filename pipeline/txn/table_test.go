package txn_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"sluice/parser/sip"
	"sluice/pipeline/txn"
)

// A record is what an owner of transactions has: an entry and its own matter.
type record struct {
	txn.Entry[record]
	id int
}

// A via is what a key is made of.
type via struct {
	branch, host string
	port         uint16
	method       sip.Method
	methodText   string
}

func (v via) key(s *txn.Seed) *txn.Key {
	k := new(txn.Key)
	s.MakeKey(k, []byte(v.branch), []byte(v.host), v.port, v.method, []byte(v.methodText))
	return k
}

func TestKey(t *testing.T) {
	seed := txn.NewSeed(secret)
	var (
		long     = "z9hG4bK" + strings.Repeat("x", 300)
		longHost = strings.Repeat("Host.", 40) + "example.com"
		base     = via{"z9hG4bK776asdhds", "pc33.atlanta.com", 5060, sip.MethodInvite, "INVITE"}
	)
	for _, c := range []struct {
		name string
		a, b via
		same bool
	}{
		{"retransmission", base, base, true},
		{"ACK matches its INVITE, §17.2.3 rule 3", base, via{"z9hG4bK776asdhds", "pc33.atlanta.com", 5060, sip.MethodAck, "ACK"}, true},
		{"CANCEL is a transaction of its own, §9.1", base, via{"z9hG4bK776asdhds", "pc33.atlanta.com", 5060, sip.MethodCancel, "CANCEL"}, false},
		{"host in another case", base, via{"z9hG4bK776asdhds", "PC33.Atlanta.COM", 5060, sip.MethodInvite, "INVITE"}, true},
		{"branch in another case", base, via{"z9hG4bK776ASDHDS", "pc33.atlanta.com", 5060, sip.MethodInvite, "INVITE"}, false},
		{"other branch, rule 1", base, via{"z9hG4bK776asdhdt", "pc33.atlanta.com", 5060, sip.MethodInvite, "INVITE"}, false},
		{"other host, rule 2", base, via{"z9hG4bK776asdhds", "pc34.atlanta.com", 5060, sip.MethodInvite, "INVITE"}, false},
		{"other port, rule 2", base, via{"z9hG4bK776asdhds", "pc33.atlanta.com", 5061, sip.MethodInvite, "INVITE"}, false},
		{"other port, high byte", base, via{"z9hG4bK776asdhds", "pc33.atlanta.com", 5060 + 256, sip.MethodInvite, "INVITE"}, false},
		{"no port", base, via{"z9hG4bK776asdhds", "pc33.atlanta.com", 0, sip.MethodInvite, "INVITE"}, false},
		{"other method, rule 3", base, via{"z9hG4bK776asdhds", "pc33.atlanta.com", 5060, sip.MethodBye, "BYE"}, false},
		{"bytes moved from branch to host", via{"ab", "cd", 1, sip.MethodBye, ""}, via{"abc", "d", 1, sip.MethodBye, ""}, false},
		{"bytes moved from host to branch", via{"cdx", "ab", 1, sip.MethodBye, ""}, via{"dx", "abc", 1, sip.MethodBye, ""}, false},
		{"unknown methods", via{"b", "h", 1, sip.MethodOther, "FOO"}, via{"b", "h", 1, sip.MethodOther, "FOO"}, true},
		{"other unknown method", via{"b", "h", 1, sip.MethodOther, "FOO"}, via{"b", "h", 1, sip.MethodOther, "BAR"}, false},
		{"unknown method in another case", via{"b", "h", 1, sip.MethodOther, "FOO"}, via{"b", "h", 1, sip.MethodOther, "foo"}, false},
		{"text of a known method is not looked at", via{"b", "h", 1, sip.MethodBye, "BYE"}, via{"b", "h", 1, sip.MethodBye, ""}, true},
		{"long branch", via{long, "h", 1, sip.MethodBye, ""}, via{long, "h", 1, sip.MethodBye, ""}, true},
		{"long branch, last byte", via{long + "a", "h", 1, sip.MethodBye, ""}, via{long + "b", "h", 1, sip.MethodBye, ""}, false},
		{"long branch, length", via{long, "h", 1, sip.MethodBye, ""}, via{long + "x", "h", 1, sip.MethodBye, ""}, false},
		{"long branch, other host", via{long, "h", 1, sip.MethodBye, ""}, via{long, "g", 1, sip.MethodBye, ""}, false},
		{"long branch, other port", via{long, "h", 1, sip.MethodBye, ""}, via{long, "h", 2, sip.MethodBye, ""}, false},
		{"long branch, other method", via{long, "h", 1, sip.MethodBye, ""}, via{long, "h", 1, sip.MethodInvite, ""}, false},
		{"long branch, bytes moved", via{long + "ab", "c", 1, sip.MethodBye, ""}, via{long + "a", "bc", 1, sip.MethodBye, ""}, false},
		{"long host in another case", via{"b", longHost, 1, sip.MethodBye, ""}, via{"b", strings.ToUpper(longHost), 1, sip.MethodBye, ""}, true},
		{"long host, last byte", via{"b", longHost + "a", 1, sip.MethodBye, ""}, via{"b", longHost + "b", 1, sip.MethodBye, ""}, false},
		{"long unknown method", via{"b", "h", 1, sip.MethodOther, long}, via{"b", "h", 1, sip.MethodOther, long}, true},
		{"long unknown method, last byte", via{"b", "h", 1, sip.MethodOther, long + "a"}, via{"b", "h", 1, sip.MethodOther, long + "b"}, false},
		{"nothing at all", via{}, via{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := c.a.key(&seed), c.b.key(&seed)
			if got := a.Equal(b); got != c.same {
				t.Errorf("got equal %v, want %v", got, c.same)
			}
			if got := b.Equal(a); got != c.same {
				t.Errorf("the other way round: got equal %v, want %v", got, c.same)
			}
		})
	}
}

// Every length around the step from a key kept whole to a digest.
func TestKeyLengths(t *testing.T) {
	seed := txn.NewSeed(secret)
	keys := map[txn.Key]int{}
	for n := range 300 {
		k := via{strings.Repeat("b", n), "h", 1, sip.MethodBye, ""}.key(&seed)
		if twin, ok := keys[*k]; ok {
			t.Errorf("branches of %d and %d bytes have one key", twin, n)
		}
		keys[*k] = n
	}
}

// A Key may be used again for another message: nothing of the first is left.
func TestKeyReuse(t *testing.T) {
	seed := txn.NewSeed(secret)
	var k txn.Key
	for _, branch := range []string{strings.Repeat("long", 20), strings.Repeat("longer", 50), "short"} {
		v := via{branch, "h", 1, sip.MethodBye, ""}
		seed.MakeKey(&k, []byte(branch), []byte("h"), 1, sip.MethodBye, nil)
		if !k.Equal(v.key(&seed)) {
			t.Errorf("%q: a used Key differs from a new one", branch)
		}
	}
}

func TestLegacyBranch(t *testing.T) {
	seed := txn.NewSeed(secret)
	type fields struct {
		uri, tag, call, via string
		cseq                uint32
	}
	key := func(f fields, m sip.Method) *txn.Key {
		branch := seed.AppendLegacyBranch(nil, []byte(f.uri), []byte(f.tag), []byte(f.call), []byte(f.via), f.cseq)
		return via{string(branch), "pc33.atlanta.com", 0, m, ""}.key(&seed)
	}
	base := fields{"sip:bob@biloxi.com", "1928301774", "a84b4c76e66710", "SIP/2.0/UDP pc33.atlanta.com", 314159}
	invite := key(base, sip.MethodInvite)
	for _, c := range []struct {
		name string
		key  *txn.Key
		same bool
	}{
		{"retransmission", key(base, sip.MethodInvite), true},
		{"its ACK", key(base, sip.MethodAck), true},
		{"other method", key(base, sip.MethodBye), false},
		{"other Request-URI", key(fields{"sip:bob@biloxi.org", base.tag, base.call, base.via, base.cseq}, sip.MethodInvite), false},
		{"other From tag", key(fields{base.uri, "x", base.call, base.via, base.cseq}, sip.MethodInvite), false},
		{"other Call-ID", key(fields{base.uri, base.tag, "x", base.via, base.cseq}, sip.MethodInvite), false},
		{"other Via", key(fields{base.uri, base.tag, base.call, "x", base.cseq}, sip.MethodInvite), false},
		{"other CSeq", key(fields{base.uri, base.tag, base.call, base.via, 314160}, sip.MethodInvite), false},
	} {
		if got := c.key.Equal(invite); got != c.same {
			t.Errorf("%s: got equal %v, want %v", c.name, got, c.same)
		}
	}
}

func TestTable(t *testing.T) {
	seed := txn.NewSeed(secret)
	key := func(i int) *txn.Key {
		return via{fmt.Sprintf("z9hG4bK%d", i), "10.0.0.1", 5060, sip.MethodInvite, ""}.key(&seed)
	}
	const limit = 100
	table := txn.NewTable[record](limit)
	records := make([]record, limit+1)
	for i := range limit {
		records[i].id = i
		if table.Lookup(key(i)) != nil {
			t.Fatalf("%d: found before it was inserted", i)
		}
		if !table.Insert(&records[i].Entry, &records[i], key(i)) {
			t.Fatalf("%d: refused", i)
		}
	}
	if table.Insert(&records[limit].Entry, &records[limit], key(limit)) || table.Len() != limit {
		t.Errorf("got %d records, want it full at %d", table.Len(), limit)
	}
	if table.Remove(&records[limit].Entry) {
		t.Error("removed what was refused")
	}
	for i := range limit {
		if r := table.Lookup(key(i)); r != &records[i] {
			t.Fatalf("%d: got %v", i, r)
		}
		if !records[i].Key().Equal(key(i)) {
			t.Errorf("%d: the entry has another key", i)
		}
	}
	for _, i := range rand.New(rand.NewPCG(5, 6)).Perm(limit) {
		if !table.Remove(&records[i].Entry) || table.Remove(&records[i].Entry) {
			t.Fatalf("%d: want it removed once", i)
		}
		if table.Lookup(key(i)) != nil {
			t.Fatalf("%d: found after it was removed", i)
		}
	}
	if table.Len() != 0 {
		t.Errorf("got %d records, want 0", table.Len())
	}
	if !table.Insert(&records[0].Entry, &records[0], key(7)) || table.Lookup(key(7)) != &records[0] {
		t.Error("an entry that was removed cannot be used again")
	}
}

func TestTableMisuse(t *testing.T) {
	seed := txn.NewSeed(secret)
	k := via{"z9hG4bKa", "h", 1, sip.MethodBye, ""}.key(&seed)
	l := via{"z9hG4bKb", "h", 1, sip.MethodBye, ""}.key(&seed)
	one, other := txn.NewTable[record](4), txn.NewTable[record](4)
	var a, b record
	if one.Remove(&a.Entry) {
		t.Error("a zero entry was removed")
	}
	one.Insert(&a.Entry, &a, k)
	if one.Insert(&a.Entry, &a, l) || one.Len() != 1 || one.Lookup(k) != &a {
		t.Error("an entry was inserted twice")
	}
	if other.Insert(&a.Entry, &a, k) || other.Remove(&a.Entry) {
		t.Error("an entry of one table was accepted by another")
	}
	one.Insert(&b.Entry, &b, k)
	if one.Lookup(k) != &b {
		t.Error("of two records with one key the later is not found")
	}
	if !one.Remove(&b.Entry) || one.Lookup(k) != &a {
		t.Error("the earlier of two records with one key is not found after the later went")
	}
	if got := txn.NewTable[record](0); !got.Insert(&b.Entry, &b, k) {
		t.Error("a table for none does not hold one")
	}
}

// The table against a map, under random inserts, look-ups and removals.
func TestTableModel(t *testing.T) {
	seed := txn.NewSeed(secret)
	rng := rand.New(rand.NewPCG(7, 8))
	const keys, limit = 64, 24
	table := txn.NewTable[record](limit)
	records := make([]record, keys)
	present := map[int]bool{}
	for range 50000 {
		i := rng.IntN(keys)
		k := via{fmt.Sprint("z9hG4bK", i), "h", 1, sip.MethodInvite, ""}.key(&seed)
		switch rng.IntN(3) {
		case 0:
			want := !present[i] && len(present) < limit
			if got := table.Insert(&records[i].Entry, &records[i], k); got != want {
				t.Fatalf("insert %d: got %v, want %v", i, got, want)
			}
			if want {
				present[i] = true
			}
		case 1:
			if got := table.Remove(&records[i].Entry); got != present[i] {
				t.Fatalf("remove %d: got %v, want %v", i, got, present[i])
			}
			delete(present, i)
		case 2:
			if got := table.Lookup(k); (got == &records[i]) != present[i] || got != nil && got != &records[i] {
				t.Fatalf("look up %d: got %v, want present %v", i, got, present[i])
			}
		}
		if table.Len() != len(present) {
			t.Fatalf("got %d records, want %d", table.Len(), len(present))
		}
	}
}
