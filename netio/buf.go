package netio

import "math/bits"

// bufClasses are the pooled sizes, and how many free buffers of each a loop keeps: at most 8 MiB per loop.
var bufClasses = [...]struct{ size, keep int }{
	{512, 1024}, {1 << 10, 1024}, {2 << 10, 1024}, {4 << 10, 512}, {16 << 10, 64}, {64 << 10, 16},
}

const (
	maxPooled  = 64 << 10
	classNone  = uint8(len(bufClasses))
	poisonByte = 0xDD
)

// Buf is a pooled buffer, owned by a loop. Its reference count is a plain integer: Retain and Release are called on the owning loop
// only.
type Buf struct {
	// B is the content: length zero and the capacity that was asked for when acquired. It may be re-sliced and appended to; beyond its
	// capacity an append moves to memory that is not pooled.
	B []byte

	mem   []byte
	loop  *Loop
	next  *Buf
	refs  int32
	class uint8
}

// Retain adds an owner, who will call Release.
func (b *Buf) Retain() *Buf {
	b.refs++
	return b
}

// Release gives up one reference; the last one returns the buffer to the pool of its loop. B must not be used afterwards.
func (b *Buf) Release() {
	b.refs--
	if b.refs > 0 {
		return
	}
	if b.refs < 0 {
		panic("netio: a Buf was released twice")
	}
	b.loop.pool.put(b)
}

// bufPool is one loop's free lists.
type bufPool struct {
	free   [len(bufClasses)]*Buf
	count  [len(bufClasses)]int
	out    int  // acquired and not yet released
	poison bool // overwrite what is released, so that tests see who still reads it
}

func classOf(n int) uint8 {
	switch {
	case n <= 4<<10:
		return uint8(bits.Len(uint(max(n-1, 0)) >> 9))
	case n <= 16<<10:
		return 4
	case n <= maxPooled:
		return 5
	}
	return classNone
}

func (p *bufPool) get(l *Loop, n int) *Buf {
	p.out++
	class := classOf(n)
	if class == classNone {
		mem := make([]byte, 0, n)
		return &Buf{B: mem, mem: mem, loop: l, refs: 1, class: class}
	}
	b := p.free[class]
	if b == nil {
		mem := make([]byte, 0, bufClasses[class].size)
		return &Buf{B: mem, mem: mem, loop: l, refs: 1, class: class}
	}
	p.free[class] = b.next
	p.count[class]--
	b.next, b.refs = nil, 1
	return b
}

// spoil overwrites, in tests, what nobody may read any more.
func (p *bufPool) spoil(b []byte) {
	if !p.poison {
		return
	}
	for i := range b {
		b[i] = poisonByte
	}
}

func (p *bufPool) put(b *Buf) {
	p.out--
	p.spoil(b.mem[:cap(b.mem)])
	b.B = b.mem
	if b.class == classNone || p.count[b.class] >= bufClasses[b.class].keep {
		return
	}
	b.next = p.free[b.class]
	p.free[b.class] = b
	p.count[b.class]++
}
