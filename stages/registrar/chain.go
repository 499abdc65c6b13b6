package registrar

import (
	"bytes"
	"encoding/binary"
	"math"
	"sync/atomic"
	"time"
	"unsafe"

	"sluice/netio"
	"sluice/parser"
)

// A chain is what a bucket holds: the records of the users whose hashes lead
// there. It is one allocation without pointers, so that a look-up reads
// neighbouring cache lines and the garbage collector none. One that is in the
// table never changes. nil has no records. Numbers are little-endian:
//
//	 0  how long the chain is, 4 bytes
//	 4  number of records, 4
//	 8  when the first binding of any ends, 8: the sweep reads no further
//	16  of each record: part of its hash, 4; where it ends in the chain, 4
//	    the records
type chain []byte

const (
	chainHead  = 16
	indexEntry = 8
)

// A record is what is known of one user, nil that there is nothing. A user who
// has no binding any more keeps a record without, so that callers can be told
// from those of users that never were.
//
//	0  length of the address-of-record, 2
//	2  number of bindings, 2
//	4  the address-of-record
//	   of each binding what bindingSize describes
//	   the texts of the bindings
type record []byte

const recordHead = 4

// bindingSize is that of a binding without its text:
//
//	 0  expires, 8
//	 8  flow, 8
//	16  cseq, 4
//	20  where its text begins in the record, 4
//	24  length of the text, 2
//	26  q, 2
//	28  transport, 1
//	29  1 if the connection is the only way, 1
//	30  uri, target, path, params, device, callID, source, 4 each
const bindingSize = spansAt + 7*4

const spansAt = 30

var le = binary.LittleEndian

// A bucket publishes a chain. Any loop may read and change it at any time.
type bucket struct{ start atomic.Pointer[byte] }

// load returns the chain that b holds now. What a bucket points to is the
// start of a chain, and a chain begins with its own length.
func (b *bucket) load() chain {
	p := b.start.Load()
	if p == nil {
		return nil
	}
	return unsafe.Slice(p, le.Uint32(unsafe.Slice(p, chainHead)))
}

// swap makes b hold fresh if it holds old.
func (b *bucket) swap(old, fresh chain) bool {
	return b.start.CompareAndSwap(unsafe.SliceData(old), unsafe.SliceData(fresh))
}

func (c chain) len() int {
	if c == nil {
		return 0
	}
	return int(le.Uint32(c[4:]))
}

// never is when the first binding ends where there is none.
const never = time.Duration(math.MaxInt64)

// earliest returns when the first of the bindings ends.
func (c chain) earliest() time.Duration {
	if c == nil {
		return never
	}
	return time.Duration(le.Uint64(c[8:]))
}

// part returns what the index has of the hash of a record: what leads to the
// bucket is of the other half.
func (c chain) part(i int) uint32 { return le.Uint32(c[chainHead+i*indexEntry:]) }

func (c chain) end(i int) int {
	if i < 0 {
		return chainHead + c.len()*indexEntry
	}
	return int(le.Uint32(c[chainHead+i*indexEntry+4:]))
}

// record returns one of the records; nil for none, -1.
func (c chain) record(i int) record {
	if i < 0 {
		return nil
	}
	from, to := c.end(i-1), c.end(i)
	return record(c[from:to:to])
}

// find returns which record is a user's, -1 for none.
func (c chain) find(hash uint64, aor []byte) int {
	for i := range c.len() {
		if c.part(i) == uint32(hash) && bytes.Equal(c.record(i).aor(), aor) {
			return i
		}
	}
	return -1
}

// replaced returns a chain with a record of these bindings in the place of the
// one at i; an i of -1 puts it behind the others. All of it is copied.
func (c chain) replaced(i int, hash uint64, aor []byte, list []binding) chain {
	n, size := c.len(), recordSize(aor, list)
	others := len(c) - len(c.record(i))
	switch {
	case c == nil:
		n, i, others = 1, 0, chainHead+indexEntry
	case i < 0:
		n, i, others = n+1, n, others+indexEntry
	}
	fresh := makeChain(n, others+size)
	for k := range n {
		if k == i {
			fresh.enter(k, uint32(hash), size).write(aor, list)
		} else {
			fresh.copy(k, c, k)
		}
	}
	fresh.seal()
	return fresh
}

// without returns a chain that lacks the record at i, nil if that is the only
// one.
func (c chain) without(i int) chain {
	n := c.len() - 1
	if n == 0 {
		return nil
	}
	fresh := makeChain(n, len(c)-len(c.record(i))-indexEntry)
	for k := range n {
		from := k
		if k >= i {
			from++
		}
		fresh.copy(k, c, from)
	}
	fresh.seal()
	return fresh
}

// makeChain returns a chain for n records that is size bytes long. The records
// are entered one after the other.
func makeChain(n, size int) chain {
	c := make(chain, size)
	le.PutUint32(c, uint32(size))
	le.PutUint32(c[4:], uint32(n))
	return c
}

// enter makes room for record i and returns it.
func (c chain) enter(i int, part uint32, size int) record {
	at := chainHead + i*indexEntry
	le.PutUint32(c[at:], part)
	le.PutUint32(c[at+4:], uint32(c.end(i-1)+size))
	return c.record(i)
}

// copy enters record i, which is one of another chain.
func (c chain) copy(i int, from chain, k int) {
	r := from.record(k)
	copy(c.enter(i, from.part(k), len(r)), r)
}

// seal notes when the first binding ends; after that c does not change.
func (c chain) seal() {
	first := never
	for i := range c.len() {
		r := c.record(i)
		for k := range r.len() {
			first = min(first, r.fixed(k).expires())
		}
	}
	le.PutUint64(c[8:], uint64(first))
}

func recordSize(aor []byte, list []binding) int {
	size := recordHead + len(aor) + len(list)*bindingSize
	for i := range list {
		size += len(list[i].text)
	}
	return size
}

// write makes r, which has the right size, the record of a user. An aor is not
// longer than maxAOR.
func (r record) write(aor []byte, list []binding) {
	le.PutUint16(r, uint16(len(aor)))
	le.PutUint16(r[2:], uint16(len(list)))
	copy(r[recordHead:], aor)
	at := recordHead + len(aor) + len(list)*bindingSize
	for i := range list {
		b := &list[i]
		r.fixed(i).write(b, at)
		at += copy(r[at:], b.text)
	}
}

func (r record) aor() []byte {
	n := recordHead + int(le.Uint16(r))
	return r[recordHead:n:n]
}

// len returns the number of bindings.
func (r record) len() int {
	if r == nil {
		return 0
	}
	return int(le.Uint16(r[2:]))
}

// A fixed is a binding without its text.
type fixed [bindingSize]byte

func (r record) fixed(i int) *fixed {
	return (*fixed)(r[recordHead+int(le.Uint16(r))+i*bindingSize:])
}

func (f *fixed) expires() time.Duration { return time.Duration(le.Uint64(f[:])) }
func (f *fixed) flow() netio.ConnID     { return netio.ConnID(le.Uint64(f[8:])) }
func (f *fixed) flowOnly() bool         { return f[29] != 0 }

// write makes f that of b, whose text begins at a place in the record.
func (f *fixed) write(b *binding, text int) {
	le.PutUint64(f[:], uint64(b.expires))
	le.PutUint64(f[8:], uint64(b.flow))
	le.PutUint32(f[16:], b.cseq)
	le.PutUint32(f[20:], uint32(text))
	le.PutUint16(f[24:], uint16(len(b.text)))
	le.PutUint16(f[26:], b.q)
	f[28], f[29] = byte(b.transport), 0
	if b.flowOnly {
		f[29] = 1
	}
	for i, s := range [...]parser.Span{b.uri, b.target, b.path, b.params, b.device, b.callID, b.source} {
		le.PutUint16(f[spansAt+4*i:], s.Off)
		le.PutUint16(f[spansAt+4*i+2:], s.Len)
	}
}

func (f *fixed) span(i int) parser.Span {
	return parser.Span{Off: le.Uint16(f[spansAt+4*i:]), Len: le.Uint16(f[spansAt+4*i+2:])}
}

// binding returns one of the bindings. Its text is part of the record, whose
// bytes never change.
func (r record) binding(i int) binding {
	f := r.fixed(i)
	at := int(le.Uint32(f[20:]))
	return binding{
		text:      r[at : at+int(le.Uint16(f[24:]))],
		expires:   f.expires(),
		flow:      f.flow(),
		uri:       f.span(0),
		target:    f.span(1),
		path:      f.span(2),
		params:    f.span(3),
		device:    f.span(4),
		callID:    f.span(5),
		source:    f.span(6),
		cseq:      le.Uint32(f[16:]),
		q:         le.Uint16(f[26:]),
		transport: netio.Transport(f[28]),
		flowOnly:  f.flowOnly(),
	}
}

// anyEnded reports whether there are bindings that are not live.
func (r record) anyEnded(now time.Duration) bool {
	for i := range r.len() {
		if r.fixed(i).expires() <= now {
			return true
		}
	}
	return false
}

// anyOnly reports whether there are bindings that are lost without a connection.
func (r record) anyOnly(over netio.ConnID) bool {
	for i := range r.len() {
		if f := r.fixed(i); f.flowOnly() && f.flow() == over {
			return true
		}
	}
	return false
}
