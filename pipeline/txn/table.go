package txn

// An Entry ties a record of type T into a [Table]. It is embedded in the
// record, so that a table never allocates; it holds a copy of its key. The zero
// Entry is ready for use, and again after Remove.
type Entry[T any] struct {
	next  *Entry[T]
	owner *T
	key   Key
}

// Key returns the key under which e was inserted last.
func (e *Entry[T]) Key() *Key { return &e.key }

// A Table finds the server transaction of a request by its [Key]. It has a
// fixed number of chains, one for each record it may hold, which seeded hashes
// keep short whatever peers put into their branches.
type Table[T any] struct {
	chains []*Entry[T]
	limit  int
	len    int
}

// NewTable returns a table of at most limit records, which is at least 1. It
// takes 8 to 16 bytes for each at once.
func NewTable[T any](limit int) *Table[T] {
	limit = max(limit, 1)
	n := 1
	for n < limit {
		n *= 2
	}
	return &Table[T]{chains: make([]*Entry[T], n), limit: limit}
}

// Len returns the number of records.
func (t *Table[T]) Len() int { return t.len }

// Insert adds owner, in which e is embedded, under a copy of k. It is false, and
// nothing is changed, when the table is full or e is in a table. The caller has
// looked k up before; of two records with one key the later is found.
func (t *Table[T]) Insert(e *Entry[T], owner *T, k *Key) bool {
	if t.len >= t.limit || e.owner != nil {
		return false
	}
	chain := t.chain(k)
	e.key, e.owner, e.next = *k, owner, *chain
	*chain = e
	t.len++
	return true
}

// Lookup returns the record whose key is k, in full and not by hash alone, or
// nil.
func (t *Table[T]) Lookup(k *Key) *T {
	for e := *t.chain(k); e != nil; e = e.next {
		if e.key.Equal(k) {
			return e.owner
		}
	}
	return nil
}

// Remove takes e out. It is false when e is not in t.
func (t *Table[T]) Remove(e *Entry[T]) bool {
	for p := t.chain(&e.key); *p != nil; p = &(*p).next {
		if *p != e {
			continue
		}
		*p, e.next, e.owner = e.next, nil, nil
		t.len--
		return true
	}
	return false
}

// chain returns where the chain of k begins.
func (t *Table[T]) chain(k *Key) **Entry[T] {
	return &t.chains[k.hash&uint64(len(t.chains)-1)]
}
