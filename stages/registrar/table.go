package registrar

import (
	"hash/maphash"
	"sync/atomic"
	"time"

	"sluice/netio"
)

const (
	dirBits     = 10
	segmentBits = 10
	numSegments = 1 << dirBits
)

// A table holds the records of all users. Any loop may use it at any time;
// doc.go says how.
type table struct {
	seed     maphash.Seed
	dir      [numSegments]atomic.Pointer[segment]
	bindings atomic.Int64  // in the table, ended ones included
	vacant   atomic.Int64  // records without bindings
	sweeper  atomic.Uint32 // the segment that is swept next
	byLoop   [maxLoops]flows
	users    int // modules that use it; changed only where Programs are built and closed
}

// maxLoops is the number of loops that a netio.ConnID can tell apart.
const maxLoops = 256

type segment [1 << segmentBits]bucket

func newTable() *table { return &table{seed: maphash.MakeSeed()} }

// hash is what a user's bucket and its part in the chain are taken from.
func (t *table) hash(aor []byte) uint64 { return maphash.Bytes(t.seed, aor) }

// bucket returns the bucket for hash, nil if nothing was ever stored near it.
func (t *table) bucket(hash uint64) *bucket {
	s := t.dir[hash>>(64-dirBits)].Load()
	if s == nil {
		return nil
	}
	return &s[hash>>(64-dirBits-segmentBits)%(1<<segmentBits)]
}

// makeBucket is bucket, and makes what is missing.
func (t *table) makeBucket(hash uint64) *bucket {
	if b := t.bucket(hash); b != nil {
		return b
	}
	t.dir[hash>>(64-dirBits)].CompareAndSwap(nil, new(segment))
	return t.bucket(hash)
}

// find returns the record of a user, nil if there is none.
func (t *table) find(aor []byte) record {
	hash := t.hash(aor)
	if b := t.bucket(hash); b != nil {
		c := b.load()
		return c.record(c.find(hash, aor))
	}
	return nil
}

// A change computes the bindings that take the place of those in old, and
// reports whether they shall; what it returns is copied. It is called again when
// another loop was faster.
type change func(old record) (list []binding, ok bool)

// update changes the bindings of a user. It returns the user's record as it
// is now, nil if there is none; how many bindings came or went; and full,
// with nothing changed, if there would be more than limit of all users.
func (t *table) update(aor []byte, limit int, f change) (now record, delta int, full bool) {
	hash := t.hash(aor)
	b := t.makeBucket(hash)
	for {
		c := b.load()
		at := c.find(hash, aor)
		old := c.record(at)
		list, ok := f(old)
		if !ok || old == nil && len(list) == 0 {
			return old, 0, false
		}
		delta = len(list) - old.len()
		if delta > 0 && t.bindings.Add(int64(delta)) > int64(limit) {
			t.bindings.Add(int64(-delta))
			return old, 0, true
		}
		if fresh, ok := t.swap(b, c, at, hash, aor, list, limit); ok {
			if delta < 0 {
				t.bindings.Add(int64(delta))
			}
			return fresh, delta, false
		}
		if delta > 0 {
			t.bindings.Add(int64(-delta))
		}
	}
}

// swap publishes list as the bindings of a user in the bucket b, whose record is
// at the given place in c, unless b does not hold c any more.
func (t *table) swap(b *bucket, c chain, at int, hash uint64, aor []byte, list []binding, limit int) (record, bool) {
	var next chain
	var fresh record
	if len(list) > 0 || t.vacant.Load() < int64(limit) {
		next = c.replaced(at, hash, aor, list)
		if fresh = next.record(at); at < 0 {
			fresh = next.record(next.len() - 1)
		}
	} else {
		next = c.without(at)
	}
	if !b.swap(c, next) {
		return nil, false
	}
	old := c.record(at)
	wasVacant, isVacant := old != nil && old.len() == 0, fresh != nil && fresh.len() == 0
	switch {
	case wasVacant && !isVacant:
		t.vacant.Add(-1)
	case !wasVacant && isVacant:
		t.vacant.Add(1)
	}
	return fresh, true
}

// sweep takes the bindings that have ended out of the next n segments that
// exist, each of which ended is told of, and returns how many those were.
func (t *table) sweep(now time.Duration, n, limit int, ended func(aor []byte, b *binding)) (removed int) {
	for range numSegments {
		if n == 0 {
			break
		}
		s := t.dir[t.sweeper.Add(1)%numSegments].Load()
		if s == nil {
			continue
		}
		n--
		for i := range s {
			c := s[i].load()
			if c.earliest() > now {
				continue
			}
			for k := range c.len() {
				if r := c.record(k); r.anyEnded(now) {
					removed += t.remove(r.aor(), limit, func(b *binding) bool { return !b.live(now) }, ended)
				}
			}
		}
	}
	return removed
}

// lost takes the bindings out that could be reached over one connection alone,
// of the users with that hash, or of others where they are met; gone is told of each.
func (t *table) lost(id netio.ConnID, hash uint64, limit int, gone func(aor []byte, b *binding)) (removed int) {
	c := t.bucket(hash).load()
	for i := range c.len() {
		if r := c.record(i); r.anyOnly(id) {
			removed += t.remove(r.aor(), limit, func(b *binding) bool { return b.only(id) }, gone)
		}
	}
	return removed
}

// remove takes the bindings of a user that match out, tells gone of each, and
// returns how many they were.
func (t *table) remove(aor []byte, limit int, match func(*binding) bool, gone func(aor []byte, b *binding)) int {
	var before record
	var b binding // here, because match and gone let it escape
	_, delta, _ := t.update(aor, limit, func(old record) (kept []binding, ok bool) {
		before = old
		for i := range old.len() {
			if b = old.binding(i); !match(&b) {
				kept = append(kept, b)
			}
		}
		return kept, len(kept) < old.len()
	})
	if delta == 0 {
		return 0
	}
	for i := range before.len() {
		if b = before.binding(i); match(&b) {
			gone(aor, &b)
		}
	}
	return -delta
}
