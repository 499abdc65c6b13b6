package registrar

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

func user(i int) []byte { return fmt.Appendf(nil, "user%d@example.com", i) }

// bound returns a list of n bindings that end at the given time.
func bound(n int, expires time.Duration) (list []binding) {
	for range n {
		list = append(list, binding{text: []byte("x"), expires: expires})
	}
	return list
}

// bindings returns all of them.
func (r record) bindings() (list []binding) {
	for i := range r.len() {
		list = append(list, r.binding(i))
	}
	return list
}

// set makes list the bindings of a user.
func set(t *table, aor []byte, list []binding) (delta int, full bool) {
	_, delta, full = t.update(aor, 100, func(record) ([]binding, bool) { return list, true })
	return delta, full
}

func wantTable(t *testing.T, tab *table, bindings, vacant int64) {
	t.Helper()
	if b, v := tab.bindings.Load(), tab.vacant.Load(); b != bindings || v != vacant {
		t.Errorf("%d bindings and %d vacant records, want %d and %d", b, v, bindings, vacant)
	}
}

func TestTableUpdate(t *testing.T) {
	tab := newTable()
	alice, bob := []byte("alice@example.com"), []byte("bob@example.com")
	if tab.find(alice) != nil {
		t.Error("found alice in an empty table")
	}
	set(tab, alice, nil)
	if tab.find(alice) != nil {
		t.Error("an empty list made a record")
	}
	set(tab, alice, bound(2, time.Second))
	set(tab, bob, bound(1, time.Second))
	alice[0] = 'A' // the table has its own copy
	if r := tab.find([]byte("alice@example.com")); r == nil || r.len() != 2 {
		t.Errorf("alice is %v, want 2 bindings", r)
	}
	wantTable(t, tab, 3, 0)
	set(tab, bob, nil)
	if r := tab.find(bob); r == nil || r.len() != 0 {
		t.Errorf("bob is %v, want an empty record", r)
	}
	wantTable(t, tab, 2, 1)
	set(tab, bob, nil)
	wantTable(t, tab, 2, 1)
	set(tab, bob, bound(1, time.Second))
	wantTable(t, tab, 3, 0)
}

// TestHopStays: what was found stays as it is when the user's bindings change.
func TestHopStays(t *testing.T) {
	tab := newTable()
	alice := user(0)
	set(tab, alice, []binding{full(1)})
	found := tab.find(alice).binding(0)
	hop := found.hop()
	want := string(hop.RequestURI) + string(hop.Route)
	for i := range 100 {
		set(tab, alice, []binding{full(i + 2)})
	}
	set(tab, alice, nil)
	if got := string(hop.RequestURI) + string(hop.Route); got != want || got != "ttppp" {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTableLimits(t *testing.T) {
	tab := newTable()
	if delta, full := set(tab, user(0), bound(100, time.Second)); delta != 100 || full {
		t.Errorf("100 of 100: delta %d, full %t", delta, full)
	}
	if delta, full := set(tab, user(1), bound(1, time.Second)); delta != 0 || !full {
		t.Errorf("101st: delta %d, full %t, want 0 and true", delta, full)
	}
	if delta, full := set(tab, user(0), bound(101, time.Second)); delta != 0 || !full {
		t.Errorf("101 at once: delta %d, full %t, want 0 and true", delta, full)
	}
	wantTable(t, tab, 100, 0)
	set(tab, user(0), nil)
	for i := range 101 { // as many are remembered as there may be bindings
		set(tab, user(i), bound(1, time.Second))
		set(tab, user(i), nil)
	}
	wantTable(t, tab, 0, 100)
	if tab.find(user(99)) == nil || tab.find(user(100)) != nil {
		t.Error("want the users up to the limit remembered and the next one forgotten")
	}
}

func TestTableSegments(t *testing.T) {
	tab := newTable()
	const users = 5000
	for i := range users {
		tab.update(user(i), users, func(record) ([]binding, bool) { return bound(1, time.Second), true })
	}
	segments := 0
	for i := range tab.dir {
		if tab.dir[i].Load() != nil {
			segments++
		}
	}
	if segments < numSegments*9/10 {
		t.Errorf("%d users are in %d segments of %d, want them spread", users, segments, numSegments)
	}
	for i := range users {
		if r := tab.find(user(i)); r == nil || !bytes.Equal(r.aor(), user(i)) {
			t.Fatalf("user %d is %v", i, r)
		}
	}
	if tab.find(user(users)) != nil {
		t.Error("found a user who is not there")
	}
}

func TestTableSweep(t *testing.T) {
	tab := newTable()
	const users = 2000
	for i := range users {
		list := append(bound(1, time.Duration(i%2+1)*time.Second), bound(1, 3*time.Second)...)
		tab.update(user(i), 2*users, func(record) ([]binding, bool) { return list, true })
	}
	told := 0
	sweepAll := func(now time.Duration) (removed int) {
		for range numSegments / sweepSegments {
			removed += tab.sweep(now, sweepSegments, 2*users, func([]byte, *binding) { told++ })
		}
		return removed
	}
	for _, c := range []struct {
		now  time.Duration
		want int
	}{{time.Second - 1, 0}, {time.Second, users / 2}, {time.Second, 0}, {2 * time.Second, users / 2}, {3 * time.Second, users}} {
		told = 0
		if got := sweepAll(c.now); got != c.want || told != c.want {
			t.Errorf("at %v: %d swept, told of %d, want %d", c.now, got, told, c.want)
		}
	}
	wantTable(t, tab, 0, users)
}

// TestTableRace lets several goroutines change and read the same few users.
// No update may be lost: every writer adds one binding at a time and takes
// its own out again.
func TestTableRace(t *testing.T) {
	tab := newTable()
	const writers, rounds, users = 4, 500, 8
	var wg sync.WaitGroup
	stop := make(chan struct{})
	wg.Go(func() { // a reader sees whole lists only
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if r := tab.find(user(i % users)); r != nil && r.len()%2 != 0 {
				t.Errorf("a list of %d bindings, want pairs", r.len())
				return
			}
			tab.sweep(1, 64, 1000, func([]byte, *binding) {})
		}
	})
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for n := range rounds {
				aor := user(n % users)
				mine := func(b *binding) bool { return b.cseq == uint32(w) }
				tab.update(aor, 1000, func(old record) ([]binding, bool) {
					pair := []binding{{cseq: uint32(w), expires: 2}, {cseq: uint32(w), expires: 2}}
					return append(old.bindings(), pair...), true
				})
				if r := tab.find(aor); r == nil || !slices.ContainsFunc(r.bindings(), func(b binding) bool { return mine(&b) }) {
					t.Errorf("writer %d does not find what it wrote", w)
				}
				if got := tab.remove(aor, 1000, mine, func([]byte, *binding) {}); got != 2 {
					t.Errorf("writer %d removed %d, want 2", w, got)
				}
			}
		})
	}
	all.Wait()
	close(stop)
	wg.Wait()
	wantTable(t, tab, 0, users)
}

// TestTableRaceGrowth lets several goroutines fill a table at once.
func TestTableRaceGrowth(t *testing.T) {
	tab := newTable()
	const writers, users = 4, 3000
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range users {
				n := (i*7 + w*users/writers) % users // each user comes from all writers
				tab.update(user(n), users, func(old record) ([]binding, bool) {
					return bound(1, time.Second), true
				})
			}
		})
	}
	wg.Wait()
	for i := range users {
		if r := tab.find(user(i)); r == nil || r.len() != 1 {
			t.Fatalf("user %d is %v", i, r)
		}
	}
	wantTable(t, tab, users, 0)
}
