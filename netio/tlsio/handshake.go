package tlsio

import (
	"container/list"
	"crypto/tls"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// handshake is what a Session has besides until its handshake is done.
type handshake struct {
	s       *Session
	pool    *Pool
	notify  func()
	peer    func(*tls.ConnectionState) *PeerCert
	started bool          // there is a goroutine; the loop's own
	more    chan struct{} // holds a token when there is a record to read, or the handshake is aborted

	// The room's.
	room                 *room
	source               netip.Addr // of the peer
	origin               *origin    // the same, once there is a goroutine
	since                time.Time  // when it began to wait for its peer
	place, placeOfOrigin *list.Element
	gaveWay              bool // its place in the room is another's

	mu       sync.Mutex
	in       []byte // received
	borrowed int64  // of the pool, for in
	left     int    // of the record that is being read
	out      []byte // to be sent
	told     bool   // the loop knows that there is something to be sent
	aborted  error
	result   Step
}

// feed runs on the loop.
func (h *handshake) feed(b []byte) error {
	h.mu.Lock()
	flood := !h.keep(b)
	ready := h.left > 0 || whole(h.in)
	alien := !h.started && !startsHandshake(h.in)
	h.mu.Unlock()
	switch {
	case flood:
		return ErrFlood
	case alien:
		return ErrNotTLS
	case !ready:
	case h.started:
		h.wake()
	case !h.pool.start(h):
		return ErrBusy
	}
	return nil
}

// keep adds what was received to what waits, false when that would be too much.
func (h *handshake) keep(b []byte) bool {
	if h.aborted != nil {
		return true // nobody will read it
	}
	if !h.borrow(len(h.in) + len(b)) {
		return false
	}
	h.in = append(h.in, b...)
	return true
}

// borrow asks the pool for what n bytes of input need beyond the handshake's own room, or gives back what they do not.
func (h *handshake) borrow(n int) bool {
	need := int64(max(0, n-ownInput))
	if need == h.borrowed {
		return true
	}
	if !h.pool.lend(h.borrowed, need) {
		return false
	}
	h.borrowed = need
	return true
}

// drop forgets what was received.
func (h *handshake) drop() {
	h.in = nil
	h.borrow(0)
}

func (h *handshake) wake() {
	select {
	case h.more <- struct{}{}:
	default: // it is there
	}
}

// abort may be called by any goroutine.
func (h *handshake) abort(why error) {
	h.mu.Lock()
	if h.aborted == nil {
		h.aborted = why
	}
	h.drop()
	h.mu.Unlock()
	h.wake()
}

// step runs on the loop.
func (h *handshake) step() Step {
	h.mu.Lock()
	defer h.mu.Unlock()
	step := h.result
	step.Out, h.out, h.told = h.out, nil, false
	if step.Done {
		if step.Err == nil {
			step.Rest = h.in
		}
		h.drop()
	}
	return step
}

// run is the goroutine.
func (h *handshake) run() {
	h.room.acquire()
	peer, err := h.shake()
	h.room.release()
	h.room.leave(h)
	h.mu.Lock()
	h.result = Step{Done: true, Err: err, Peer: peer}
	h.mu.Unlock()
	h.notify()
}

// shake does the handshake. What a peer's certificate may do to a parser must not end the process.
func (h *handshake) shake() (peer *PeerCert, err error) {
	defer func() {
		if r := recover(); r != nil {
			peer, err = nil, fmt.Errorf("tls: handshake panicked: %v", r)
		}
	}()
	if err := h.s.conn.Handshake(); err != nil {
		return nil, err
	}
	state := h.s.conn.ConnectionState()
	return h.peer(&state), nil
}

// read runs on the goroutine. Before it waits it has sent what was written, and lets others compute.
func (h *handshake) read(p []byte) (int, error) {
	for {
		h.mu.Lock()
		n, err := h.take(p), h.aborted
		tell := n == 0 && len(h.out) > 0 && !h.told
		h.told = h.told || tell
		h.mu.Unlock()
		if err != nil {
			return 0, err
		}
		if n > 0 {
			return n, nil
		}
		if tell {
			h.notify()
		}
		h.room.await(h)
	}
}

// take reads of the first record, once it is whole. Until then memory is held for what there is of it alone, not for what came before.
func (h *handshake) take(p []byte) int {
	if h.left == 0 {
		if !whole(h.in) {
			h.in = append([]byte(nil), h.in...)
			return 0
		}
		h.left = RecordLen(h.in)
	}
	n := copy(p[:min(len(p), h.left)], h.in)
	h.in = h.in[n:]
	h.left -= n
	h.borrow(len(h.in))
	return n
}

// write runs on the goroutine.
func (h *handshake) write(p []byte) {
	h.mu.Lock()
	h.out = append(h.out, p...)
	h.mu.Unlock()
}
