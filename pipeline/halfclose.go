package pipeline

import (
	"io"
	"time"

	"sluice/netio"
)

// halfCloseTime is how long a peer that has ended its sending is kept for its
// answers: as long as a non-INVITE transaction takes (RFC 3261 §17.1.2.2, 64*T1).
// A phone that rings for longer is answered as if the connection had closed.
const halfCloseTime = 32 * time.Second

// OnHalfClose implements netio.HalfCloseHandler. A client that has ended its
// sending may go on reading: then its connection is open for responses (RFC
// 3261 §18.2.2), until all final ones have arrived. What waits for a response of
// the peer waits in vain, and so would any new request to it.
func (e *Engine) OnHalfClose(c *netio.Conn) {
	defer e.guardCallback()
	f, ok := c.Link.(*flow)
	if !ok || f.owed == 0 || !c.KeepWriting() {
		return
	}
	f.link.Release(e.pool)
	f.since = e.loop.Now()
	f.arm()
	f.loseClients(nil)
}

// paid notes that the client of s has its final response, or gets none.
func (s *serverTxn) paid() {
	if !s.owes {
		return
	}
	s.owes = false
	if s.flow.owed--; s.flow.owed == 0 {
		s.flow.c.Finish()
	}
}

// A final is a final response on a connection whose peer has ended its sending.
// If the peer has closed its socket altogether, that is lost, and the reset which
// it brings is the first that we hear of it.
type final struct {
	b    *netio.Buf
	back path
	next *final
}

// maxFinals bounds the bytes of the finals of a connection; what exceeds it is
// sent once.
const maxFinals = 128 << 10

// mayBeLost keeps a final response that was just sent, if the connection of its
// request may turn out to be closed.
func (s *serverTxn) mayBeLost(b *netio.Buf) {
	f := s.flow
	if f == nil || !f.c.HalfClosed() || s.back.conn != f.c.ID() {
		return
	}
	size := len(b.B)
	for n := f.finals; n != nil; n = n.next {
		size += len(n.b.B)
	}
	if size <= maxFinals {
		f.finals = &final{b.Retain(), s.back, f.finals}
		f.c.Keeps(size)
	}
}

// arrived forgets the finals if the peer has acknowledged them.
func (f *flow) arrived() {
	if f.finals != nil && f.c.Acknowledged() {
		f.dropFinals()
	}
}

func (f *flow) dropFinals() {
	for ; f.finals != nil; f.finals = f.finals.next {
		f.finals.b.Release()
	}
	f.c.Keeps(0)
}

// sendAgain sends the finals of a connection that was reset as if writing them
// had failed (RFC 3261 §18.2.2).
func (f *flow) sendAgain(err error) {
	if err != io.EOF && whyClosed(err) == CausePeerClosed {
		for n := f.finals; n != nil; n = n.next {
			if f.e.reopen(&n.back) {
				f.e.transmit(&n.back, n.b, 0)
			}
		}
	}
	f.dropFinals()
}

// connFor returns the connection for a message: of a transaction of ours, which
// has a token, only while the peer can answer.
func (e *Engine) connFor(id netio.ConnID, token uint64) *netio.Conn {
	if token != 0 {
		return e.loop.Conn(id)
	}
	return e.loop.ConnToAnswer(id)
}
