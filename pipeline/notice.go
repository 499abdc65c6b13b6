package pipeline

import (
	"time"

	"sluice/netio"
	"sluice/netio/wheel"
)

// A notice tells another loop what becomes of a client transaction and the
// connection where it awaits its response: mailLost or mailSettled. It may not be
// lost, or the one would wait for its timers, and the other never be idle.
type notice struct {
	kind uint8
	loop uint8 // whose it is
	conn netio.ConnID
	tok  Token
}

const (
	maxNotices  = 1 << 18 // of a loop that finds no room for them
	noticeAgain = 20 * time.Millisecond
)

// notices are those that wait for room in the mailbox of their loop.
type notices struct {
	timer wheel.Timer
	e     *Engine
	list  []notice
}

// tell sends n, now or when there is room for it.
func (e *Engine) tell(n notice) {
	if e.edge.loop(int(n.loop)) == nil || e.postNotice(n) {
		return
	}
	w := &e.notices
	if len(w.list) == maxNotices {
		e.count(metricMailboxFull)
		return
	}
	if w.list = append(w.list, n); !w.timer.Armed() {
		w.e, w.timer.Owner = e, w
		e.loop.Wheel().Arm(&w.timer, e.loop.Now(), noticeAgain)
	}
}

func (e *Engine) postNotice(n notice) bool {
	return e.edge.loop(int(n.loop)).Post(netio.Mail{Kind: n.kind, Conn: n.conn, Token: uint64(n.tok)})
}

// Expire implements wheel.Owner: it sends what there is room for now.
func (w *notices) Expire(*wheel.Timer, time.Duration) time.Duration {
	var full [256]bool
	left := w.list[:0]
	for _, n := range w.list {
		if full[n.loop] = full[n.loop] || !w.e.postNotice(n); full[n.loop] {
			left = append(left, n)
		}
	}
	if w.list = left; len(left) > 0 {
		return noticeAgain
	}
	w.list = nil // it is seldom needed
	return 0
}
