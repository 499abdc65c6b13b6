package tlsio

import (
	"cmp"
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	// DefaultHandshakes is how many handshakes a Pool lets run at a time.
	DefaultHandshakes = 4096

	// DefaultAhead is how much a peer may send at once behind its handshake.
	DefaultAhead = 1 << 20

	// ownInput is how much of what was received each handshake may keep until it is used. The longest message is a chain of certificates.
	ownInput = 64 << 10

	// loans is how much all handshakes may keep together beyond that: of peers that send data right behind their last message, for as long
	// as the goroutine computes or waits for a token. While it waits for its peer it keeps one record at most.
	loans = 64 << 20
)

// Limits bound a Pool. The zero value of each field means its default.
type Limits struct {
	Workers    int // goroutines that compute at a time, with clients and as many with servers; 0: one per core
	Handshakes int // that are under way at a time, with clients and as many with servers
	Ahead      int // bytes that a peer may send behind its last message, before they are sealed: what one of our own kind has queued meanwhile
}

// Pool runs handshakes, for all loops of a process. Those with clients, which anybody may begin, and those with servers, which we begin, do not
// take each other's room.
type Pool struct {
	accepted, dialled room
	done              sync.WaitGroup

	ahead, budget int64 // that one handshake, and all of them, may borrow
	lent          atomic.Int64
}

// NewPool makes a Pool.
func NewPool(l Limits) *Pool {
	workers := l.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	p := &Pool{ahead: int64(SealedLen(cmp.Or(max(l.Ahead, 0), DefaultAhead)))}
	p.budget = max(loans, p.ahead)
	for _, r := range []*room{&p.accepted, &p.dialled} {
		r.open(workers, cmp.Or(max(l.Handshakes, 0), DefaultHandshakes))
	}
	return p
}

// Active is the number of handshakes that are under way, those apart that have given way and not ended yet.
func (p *Pool) Active() int { return p.accepted.occupied() + p.dialled.occupied() }

// Wait returns when no handshake runs any more. The loops must have stopped.
func (p *Pool) Wait() { p.done.Wait() }

// start begins h, false when there is no room. It runs on the loop.
func (p *Pool) start(h *handshake) bool {
	old, ok := h.room.enter(h)
	if !ok {
		return false
	}
	if old != nil {
		old.abort(ErrBusy)
	}
	h.started = true
	p.done.Go(h.run)
	return true
}

// lend grants a handshake that has borrowed `had` bytes to have n, false when it or all together would have too much. Fewer are always granted.
func (p *Pool) lend(had, n int64) bool {
	if n > had && n > p.ahead {
		return false
	}
	if p.lent.Add(n-had) > p.budget && n > had {
		p.lent.Add(had - n)
		return false
	}
	return true
}
