package tlsio

import (
	"runtime"
	"sync"
	"time"
)

const (
	// DefaultHandshakes is how many handshakes a Pool lets run at a time.
	DefaultHandshakes = 4096

	// grace is how long a handshake may wait for its peer before it has to give way to a new one.
	grace = time.Second
)

// Pool runs handshakes, for all loops of a process.
//
// When it is full a new handshake takes the place of the one that has waited longest for its peer, unless that is not long yet: who says hello
// and nothing else, many times, must not keep others out until the deadline.
type Pool struct {
	limit  int
	tokens chan struct{} // one is held by each goroutine that computes
	done   sync.WaitGroup

	mu      sync.Mutex
	active  int
	waiting struct{ first, last *handshake } // for their peers, longest first
}

// NewPool makes a Pool of which at most `workers` goroutines compute, and at most `limit` exist, at a time. 0 means a worker per core, and
// DefaultHandshakes.
func NewPool(workers, limit int) *Pool {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if limit <= 0 {
		limit = DefaultHandshakes
	}
	return &Pool{limit: limit, tokens: make(chan struct{}, workers)}
}

// Active is the number of handshakes that are under way, those apart that have given way and not ended yet.
func (p *Pool) Active() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.active
}

// Wait returns when no handshake runs any more. The loops must have stopped.
func (p *Pool) Wait() { p.done.Wait() }

// start begins h, false when there is no room. It runs on the loop.
func (p *Pool) start(h *handshake) bool {
	p.mu.Lock()
	var old *handshake
	switch {
	case p.active < p.limit:
		p.active++
	case p.waiting.first != nil && time.Since(p.waiting.first.since) >= grace:
		old = p.waiting.first
		old.gaveWay = true
		p.unlink(old)
	default:
		p.mu.Unlock()
		return false
	}
	p.mu.Unlock()
	if old != nil {
		old.abort(ErrBusy)
	}
	h.started = true
	p.done.Go(h.run)
	return true
}

// leave ends h.
func (p *Pool) leave(h *handshake) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !h.gaveWay {
		p.active--
	}
}

// await lets h wait for its peer, and others compute meanwhile.
func (p *Pool) await(h *handshake) {
	p.mu.Lock()
	if !h.gaveWay {
		p.link(h)
	}
	p.mu.Unlock()
	p.release()
	<-h.more
	p.mu.Lock()
	p.unlink(h)
	p.mu.Unlock()
	p.acquire()
}

func (p *Pool) acquire() { p.tokens <- struct{}{} }
func (p *Pool) release() { <-p.tokens }

func (p *Pool) link(h *handshake) {
	h.waits, h.since, h.before = true, time.Now(), p.waiting.last
	if h.before != nil {
		h.before.after = h
	} else {
		p.waiting.first = h
	}
	p.waiting.last = h
}

func (p *Pool) unlink(h *handshake) {
	if !h.waits {
		return
	}
	if h.before != nil {
		h.before.after = h.after
	} else {
		p.waiting.first = h.after
	}
	if h.after != nil {
		h.after.before = h.before
	} else {
		p.waiting.last = h.before
	}
	h.waits, h.before, h.after = false, nil, nil
}
