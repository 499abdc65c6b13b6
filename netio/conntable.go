package netio

import (
	"net/netip"
	"sync/atomic"
)

const maxSlots = 1 << 24

// connTable finds the connections of one loop by id and by peer.
type connTable struct {
	slots []connSlot
	free  []uint32
	peers map[peer]*Conn // the newest; the others are chained behind it
	count int
	names nameTable
}

// nameTable is what other loops may know of the connections of one: in whose name each of them is. Its pages never move.
type nameTable [maxSlots / namesPerPage]atomic.Pointer[namePage]

type namePage [namesPerPage]atomic.Pointer[Listener]

const namesPerPage = 1 << 12

func (t *nameTable) of(slot uint32) *Listener {
	if p := t[slot/namesPerPage].Load(); p != nil {
		return p[slot%namesPerPage].Load()
	}
	return nil
}

func (t *nameTable) set(slot uint32, ln *Listener) {
	p := t[slot/namesPerPage].Load()
	if p == nil {
		if ln == nil {
			return
		}
		p = new(namePage)
		t[slot/namesPerPage].Store(p)
	}
	p[slot%namesPerPage].Store(ln)
}

type connSlot struct {
	conn       *Conn
	generation uint32
}

type peer struct {
	transport Transport
	addr      netip.AddrPort
}

// add gives c a slot and an id and makes it findable; false when there are no slots left.
func (t *connTable) add(c *Conn) bool {
	var slot uint32
	switch {
	case len(t.free) > 0:
		slot = t.free[len(t.free)-1]
		t.free = t.free[:len(t.free)-1]
	case len(t.slots) < maxSlots:
		slot = uint32(len(t.slots))
		t.slots = append(t.slots, connSlot{})
	default:
		return false
	}
	s := &t.slots[slot]
	s.generation++
	if s.generation == 0 {
		s.generation = 1
	}
	s.conn = c
	c.id = connID(c.loop.index, slot, s.generation)
	t.names.set(slot, c.listener)
	t.count++
	t.link(c)
	return true
}

// remove frees c's slot. It was unlinked before.
func (t *connTable) remove(c *Conn) {
	s := &t.slots[c.id.slot()]
	if s.conn != c {
		return
	}
	s.conn = nil
	t.names.set(c.id.slot(), nil)
	t.free = append(t.free, c.id.slot())
	t.count--
}

func (t *connTable) lookup(id ConnID) *Conn {
	slot := id.slot()
	if int(slot) >= len(t.slots) {
		return nil
	}
	s := &t.slots[slot]
	if s.generation != id.generation() {
		return nil
	}
	return s.conn
}

func (t *connTable) link(c *Conn) {
	if t.peers == nil {
		t.peers = make(map[peer]*Conn)
	}
	key := peer{c.transport, c.remote}
	if older := t.peers[key]; older != nil {
		c.older, older.newer = older, c
	}
	t.peers[key] = c
}

// unlink takes c out of the chain of its peer and leaves the others in it.
func (t *connTable) unlink(c *Conn) {
	key := peer{c.transport, c.remote}
	switch {
	case c.newer != nil:
		c.newer.older = c.older
	case t.peers[key] != c:
		return
	case c.older != nil:
		t.peers[key] = c.older
	default:
		delete(t.peers, key)
	}
	if c.older != nil {
		c.older.newer = c.newer
	}
	c.newer, c.older = nil, nil
}
