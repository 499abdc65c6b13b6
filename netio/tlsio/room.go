package tlsio

import (
	"container/list"
	"net/netip"
	"sync"
	"time"
)

const (
	// grace is how long a handshake may wait for its peer before it has to give way to a new one.
	grace = time.Second

	// fairShare is the part of a room, one of so many, beyond which a source has to give way to others at once.
	fairShare = 8
)

// room is where handshakes are under way.
//
// When it is full a new one takes the place of another: who says hello and nothing else, many times, must not keep others out until the deadline.
// That is the one that has waited longest for its peer
//   - of a source that has more than its share, if there is such a source and the new one is not of such itself,
//   - else of all, or of the new one's source if that has its share, unless it has not waited for long yet.
type room struct {
	limit  int
	grace  time.Duration
	tokens chan struct{} // one is held by each goroutine that computes

	mu      sync.Mutex
	active  int
	waiting *list.List // of *handshake, for their peers, longest first
	origins map[netip.Addr]*origin
	greedy  map[*origin]struct{} // those with more than their share, at most fairShare unless the room is tiny
}

// origin is what a room knows of the peers of one source, as long as there are any.
type origin struct {
	addr    netip.Addr
	active  int
	waiting *list.List // those of room.waiting that are from here
}

func (r *room) open(workers, limit int) {
	r.limit, r.grace, r.tokens = limit, grace, make(chan struct{}, workers)
	r.waiting, r.origins, r.greedy = list.New(), make(map[netip.Addr]*origin), make(map[*origin]struct{})
}

func (r *room) share() int { return max(1, r.limit/fairShare) }

func (r *room) occupied() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.active
}

// enter gives h a place. old has lost its own for that, if not nil, and is to be told; ok is false when there is no place.
func (r *room) enter(h *handshake) (old *handshake, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.active == r.limit {
		if old = r.yielding(h.source); old == nil {
			return nil, false
		}
		r.unlink(old)
		r.vacate(old)
		old.gaveWay = true
	}
	o := r.origins[h.source]
	if o == nil {
		o = &origin{addr: h.source, waiting: list.New()}
		r.origins[h.source] = o
	}
	h.origin = o
	r.active++
	if o.active++; o.active > r.share() {
		r.greedy[o] = struct{}{}
	}
	return old, true
}

// leave ends h.
func (r *room) leave(h *handshake) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !h.gaveWay {
		r.vacate(h)
	}
}

func (r *room) vacate(h *handshake) {
	o := h.origin
	r.active--
	if o.active--; o.active <= r.share() {
		delete(r.greedy, o)
	}
	if o.active == 0 {
		delete(r.origins, o.addr)
	}
}

// yielding finds who has to give way to a new handshake of a source, nil when there is none.
func (r *room) yielding(source netip.Addr) *handshake {
	among := r.waiting
	if own := r.origins[source]; own != nil && own.active >= r.share() {
		among = own.waiting
	} else {
		for o := range r.greedy {
			if first := o.waiting.Front(); first != nil {
				return first.Value.(*handshake)
			}
		}
	}
	if first := among.Front(); first != nil {
		if h := first.Value.(*handshake); time.Since(h.since) >= r.grace {
			return h
		}
	}
	return nil
}

// await lets h wait for its peer, and others compute meanwhile.
func (r *room) await(h *handshake) {
	r.mu.Lock()
	if !h.gaveWay {
		h.since, h.place, h.placeOfOrigin = time.Now(), r.waiting.PushBack(h), h.origin.waiting.PushBack(h)
	}
	r.mu.Unlock()
	r.release()
	<-h.more
	r.mu.Lock()
	r.unlink(h)
	r.mu.Unlock()
	r.acquire()
}

func (r *room) unlink(h *handshake) {
	if h.place == nil {
		return
	}
	r.waiting.Remove(h.place)
	h.origin.waiting.Remove(h.placeOfOrigin)
	h.place, h.placeOfOrigin = nil, nil
}

func (r *room) acquire() { r.tokens <- struct{}{} }
func (r *room) release() { <-r.tokens }
