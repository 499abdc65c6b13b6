package pipeline

import (
	"time"

	"sluice/netio"
)

// halfCloseTime is how long a peer that has ended its sending is kept for its
// answers: as long as a non-INVITE transaction takes (RFC 3261 §17.1.2.2, 64*T1).
// A phone that rings for longer is answered as if the connection had closed.
const halfCloseTime = 32 * time.Second

// OnHalfClose implements netio.HalfCloseHandler. A client that has ended its
// sending may go on reading: then its connection is open for responses (RFC
// 3261 §18.2.2), until it has all final ones. What waits for a response of
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

// connFor returns the connection for a message: of a transaction of ours, which
// has a token, only while the peer can answer.
func (e *Engine) connFor(id netio.ConnID, token uint64) *netio.Conn {
	if token != 0 {
		return e.loop.Conn(id)
	}
	return e.loop.ConnToAnswer(id)
}
