package registrar

import (
	"bytes"
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

type segment [1 << segmentBits]atomic.Pointer[record]

// A record is what is known of one user. One that is in the table never
// changes. A user who has no binding any more keeps an empty record, so that
// callers can be told from those of users that never were.
type record struct {
	next     *record
	hash     uint64
	aor      []byte // shared by all versions of the record
	bindings []binding
}

func newTable() *table { return &table{seed: maphash.MakeSeed()} }

// bucket returns the bucket for hash, nil if nothing was ever stored near it.
func (t *table) bucket(hash uint64) *atomic.Pointer[record] {
	s := t.dir[hash>>(64-dirBits)].Load()
	if s == nil {
		return nil
	}
	return &s[hash>>(64-dirBits-segmentBits)%(1<<segmentBits)]
}

// makeBucket is bucket, and makes what is missing.
func (t *table) makeBucket(hash uint64) *atomic.Pointer[record] {
	if b := t.bucket(hash); b != nil {
		return b
	}
	t.dir[hash>>(64-dirBits)].CompareAndSwap(nil, new(segment))
	return t.bucket(hash)
}

// find returns the record of a user, nil if there is none.
func (t *table) find(aor []byte) *record {
	hash := maphash.Bytes(t.seed, aor)
	if b := t.bucket(hash); b != nil {
		return b.Load().find(hash, aor)
	}
	return nil
}

// find looks for a user in the chain that begins with r, which may be nil.
func (r *record) find(hash uint64, aor []byte) *record {
	for ; r != nil; r = r.next {
		if r.hash == hash && bytes.Equal(r.aor, aor) {
			return r
		}
	}
	return nil
}

// replaced returns the chain that begins with r, with fresh in the place of old, or without
// old if fresh is nil; an old of nil puts fresh in front. The records before
// old are copied, those behind it are shared.
func (r *record) replaced(old, fresh *record) *record {
	if old == nil {
		fresh.next = r
		return fresh
	}
	if r != old {
		c := *r
		c.next = r.next.replaced(old, fresh)
		return &c
	}
	if fresh == nil {
		return old.next
	}
	fresh.next = old.next
	return fresh
}

// A change computes the bindings that take the place of old, and reports
// whether they shall. It must not keep old, nor change it, and it is called
// again when another loop was faster.
type change func(old []binding) (list []binding, ok bool)

// update changes the bindings of a user. It returns the user's record as it
// is now, nil if there is none; how many bindings came or went; and full,
// with nothing changed, if there would be more than limit of all users.
func (t *table) update(aor []byte, limit int, f change) (now *record, delta int, full bool) {
	hash := maphash.Bytes(t.seed, aor)
	b := t.makeBucket(hash)
	for {
		head := b.Load()
		old := head.find(hash, aor)
		var had []binding
		if old != nil {
			had = old.bindings
		}
		list, ok := f(had)
		if !ok || old == nil && len(list) == 0 {
			return old, 0, false
		}
		delta = len(list) - len(had)
		if delta > 0 && t.bindings.Add(int64(delta)) > int64(limit) {
			t.bindings.Add(int64(-delta))
			return old, 0, true
		}
		if fresh, ok := t.swap(b, head, old, hash, aor, list, limit); ok {
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

// swap publishes list as the bindings of a user in the bucket b, unless that
// has changed since it held head.
func (t *table) swap(b *atomic.Pointer[record], head, old *record, hash uint64, aor []byte, list []binding, limit int) (*record, bool) {
	var fresh *record
	if len(list) > 0 || t.vacant.Load() < int64(limit) {
		fresh = &record{hash: hash, bindings: append([]binding(nil), list...)}
		if old != nil {
			fresh.aor = old.aor
		} else {
			fresh.aor = bytes.Clone(aor)
		}
	}
	if !b.CompareAndSwap(head, head.replaced(old, fresh)) {
		return nil, false
	}
	wasVacant, isVacant := old != nil && len(old.bindings) == 0, fresh != nil && len(fresh.bindings) == 0
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
			for r := s[i].Load(); r != nil; r = r.next {
				if r.anyEnded(now) {
					removed += t.remove(r.aor, limit, func(b *binding) bool { return !b.live(now) }, ended)
				}
			}
		}
	}
	return removed
}

func (r *record) anyEnded(now time.Duration) bool {
	for i := range r.bindings {
		if !r.bindings[i].live(now) {
			return true
		}
	}
	return false
}

// remove takes the bindings of a user that match out, tells gone of each, and
// returns how many they were.
func (t *table) remove(aor []byte, limit int, match func(*binding) bool, gone func(aor []byte, b *binding)) int {
	var before []binding
	_, delta, _ := t.update(aor, limit, func(old []binding) ([]binding, bool) {
		before = old
		var kept []binding
		for i := range old {
			if !match(&old[i]) {
				kept = append(kept, old[i])
			}
		}
		return kept, len(kept) < len(old)
	})
	if delta == 0 {
		return 0
	}
	for i := range before {
		if match(&before[i]) {
			gone(aor, &before[i])
		}
	}
	return -delta
}

// maxUsersPerFlow bounds the users that are remembered for one connection.
// Bindings of further ones stay until they end.
const maxUsersPerFlow = 16

// flows remembers which users registered over which connection of one loop,
// and can be reached by nothing else. It belongs to the loop, and outlives
// Programs as connections do.
type flows struct{ users map[netio.ConnID][][]byte }

// flows returns those of loop i.
func (t *table) flows(i int) *flows { return &t.byLoop[i] }

// add notes a user; aor never changes.
func (f *flows) add(id netio.ConnID, aor []byte) {
	list := f.users[id]
	for _, known := range list {
		if bytes.Equal(known, aor) {
			return
		}
	}
	if len(list) == maxUsersPerFlow {
		return
	}
	if f.users == nil {
		f.users = map[netio.ConnID][][]byte{}
	}
	f.users[id] = append(list, aor)
}

// take returns the users of a connection and forgets them.
func (f *flows) take(id netio.ConnID) [][]byte {
	list := f.users[id]
	delete(f.users, id)
	return list
}
