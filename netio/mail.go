package netio

import (
	"math/bits"
	"net/netip"
	"sync/atomic"
)

// Mail is what one loop, or any goroutine, hands to a loop. Its fields mean what the handler makes of them.
type Mail struct {
	Kind     uint8 // the handler's own
	Code     int32 // the handler's own, as Token is
	Token    uint64
	Conn     ConnID
	Addr     netip.AddrPort
	Listener *Listener
	Data     any
}

// mailbox is a bounded queue with many writers and one reader, without locks: a ring whose cells carry the turn they are in. A cell may
// be written when its turn is the writer's position, and read when it is the position plus one.
type mailbox struct {
	cells []mailCell
	mask  uint64
	_     [48]byte
	tail  atomic.Uint64 // next position to write
	_     [56]byte
	head  uint64 // next position to read; the reader's own
}

type mailCell struct {
	turn atomic.Uint64
	mail Mail
}

func (b *mailbox) init(size int) {
	size = 1 << bits.Len(uint(max(size, 2)-1))
	b.cells = make([]mailCell, size)
	b.mask = uint64(size) - 1
	for i := range b.cells {
		b.cells[i].turn.Store(uint64(i))
	}
}

// put appends m; false when the box is full.
func (b *mailbox) put(m *Mail) bool {
	for {
		pos := b.tail.Load()
		cell := &b.cells[pos&b.mask]
		turn := cell.turn.Load()
		switch {
		case turn == pos:
			if b.tail.CompareAndSwap(pos, pos+1) {
				cell.mail = *m
				cell.turn.Store(pos + 1)
				return true
			}
		case turn < pos:
			return false
		}
	}
}

// take moves the oldest mail into m; false when there is none, or when its writer has not finished yet.
func (b *mailbox) take(m *Mail) bool {
	cell := &b.cells[b.head&b.mask]
	if cell.turn.Load() != b.head+1 {
		return false
	}
	*m = cell.mail
	cell.mail = Mail{}
	cell.turn.Store(b.head + b.mask + 1)
	b.head++
	return true
}

// ready tells the reader whether take would find something.
func (b *mailbox) ready() bool { return b.cells[b.head&b.mask].turn.Load() == b.head+1 }
