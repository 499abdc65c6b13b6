package registrar

import (
	"slices"

	"sluice/netio"
)

// maxUsersPerFlow bounds the users that are remembered for one connection.
// Bindings of further ones stay until they end.
const maxUsersPerFlow = 16

// flows remembers which users registered over which connection of one loop,
// and can be reached by nothing else. Users are known by their hash: the
// bindings themselves say whose they are, and nothing here points to an old
// record. It belongs to the loop, and outlives Programs as connections do.
type flows struct {
	first map[netio.ConnID]uint64   // nearly all connections have one user
	more  map[netio.ConnID][]uint64 // the second and the following ones
}

// flows returns those of loop i.
func (t *table) flows(i int) *flows { return &t.byLoop[i] }

// add notes a user.
func (f *flows) add(id netio.ConnID, hash uint64) {
	first, ok := f.first[id]
	if !ok {
		if f.first == nil {
			f.first = map[netio.ConnID]uint64{}
		}
		f.first[id] = hash
		return
	}
	more := f.more[id]
	if first == hash || slices.Contains(more, hash) || 1+len(more) == maxUsersPerFlow {
		return
	}
	if f.more == nil {
		f.more = map[netio.ConnID][]uint64{}
	}
	f.more[id] = append(more, hash)
}

// take returns the users of a connection, if there are any, and forgets them.
func (f *flows) take(id netio.ConnID) (first uint64, more []uint64, ok bool) {
	if first, ok = f.first[id]; ok {
		delete(f.first, id)
	}
	if more = f.more[id]; more != nil {
		delete(f.more, id)
	}
	return first, more, ok
}
