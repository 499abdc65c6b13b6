package netio

import (
	"net/netip"
	"syscall"
)

// sendBatch is the number of datagrams that wait per socket before they are sent, with one system call.
const sendBatch = 64

// Datagram is one that waits to be sent.
type Datagram struct {
	From  *Listener // in whose name: that of the batch, or a face of it
	To    netip.AddrPort
	Buf   *Buf
	Token uint64        // by which its sender knows it; 0: he does not ask
	Err   syscall.Errno // set by Driver.Send: why it will never go, because of what it is or where it is to go
}

// A SendErrorHandler is a Handler that wants to know of datagrams that the system refused.
type SendErrorHandler interface {
	// OnSendError is called, before the wake-up ends, for a datagram of SendFor that cannot be sent: it is too large (EMSGSIZE), there is no way
	// to its receiver (ENETUNREACH, EHOSTUNREACH), it may not be sent (EPERM). What a network does later to one that was sent nobody knows.
	OnSendError(token uint64, err syscall.Errno)
}

// refuse notes why d was not sent, unless it is for want of memory or for what became of an earlier datagram: those are worth another attempt.
func (d *Datagram) refuse(errno syscall.Errno) {
	if errno != syscall.ENOMEM && errno != syscall.ECONNREFUSED {
		d.Err = errno
	}
}

// refuseAll is for a batch whose socket is gone.
func refuseAll(batch []Datagram) {
	for i := range batch {
		batch[i].Err = syscall.EBADF
	}
}

// refusal is a datagram whose sender is to be told.
type refusal struct {
	token uint64
	err   syscall.Errno
}

type sendQueue struct {
	listener *Listener
	waiting  bool // on Loop.unsent
	n        int
	batch    [sendBatch]Datagram
}

// SendTo sends the content of b as one datagram from ln's address. It is queued, with a reference of its own to b, and sent when the
// current callback ends or the batch is full. Errors are counted, and nobody is told.
func (l *Loop) SendTo(ln *Listener, to netip.AddrPort, b *Buf) { l.SendFor(0, ln, to, b) }

// SendFor is SendTo for who has the handler told, with token, if the system refuses the datagram (SendErrorHandler).
func (l *Loop) SendFor(token uint64, ln *Listener, to netip.AddrPort, b *Buf) {
	if ln.Transport != UDP || !to.IsValid() || len(b.B) == 0 {
		l.stats.Inc(l.ids.sendErrors)
		return
	}
	if len(l.heirs) > 0 {
		ln = l.heir(ln)
	}
	q := l.queue(ln)
	if q.n == sendBatch {
		l.flushQueue(q)
		if q.n == sendBatch {
			l.stats.Inc(l.ids.sendDropped)
			return
		}
	}
	q.batch[q.n] = Datagram{From: ln, To: to, Buf: b.Retain(), Token: token}
	q.n++
	if !q.waiting {
		q.waiting = true
		l.unsent = append(l.unsent, q)
	}
	if l.depth == 0 {
		l.enter()
		l.leave()
	}
}

func (l *Loop) queue(ln *Listener) *sendQueue {
	if ln.Index < len(l.queues) && l.queues[ln.Index] != nil {
		return l.queues[ln.Index]
	}
	for len(l.queues) <= ln.Index {
		l.queues = append(l.queues, nil)
	}
	q := &sendQueue{listener: ln.base()}
	l.queues[ln.Index] = q
	return q
}

// forget drops the queue of a listener that was removed.
func (l *Loop) forget(ln *Listener) {
	if ln.Index < len(l.queues) && l.queues[ln.Index] != nil && l.queues[ln.Index].n == 0 {
		l.queues[ln.Index] = nil
	}
}

// flushDatagrams sends what waits. A queue whose socket is full stays where it is and is tried again with the next tick.
func (l *Loop) flushDatagrams() {
	if len(l.unsent) == 0 {
		return
	}
	kept := l.unsent[:0]
	for _, q := range l.unsent {
		if l.flushQueue(q); q.n > 0 {
			kept = append(kept, q)
		} else {
			q.waiting = false
		}
	}
	clear(l.unsent[len(kept):])
	l.unsent = kept
	l.retry = len(kept) > 0
}

func (l *Loop) flushQueue(q *sendQueue) {
	if q.n == 0 {
		return
	}
	sent := l.driver.Send(q.listener, q.batch[:q.n])
	for i := range sent {
		d := &q.batch[i]
		if d.Err != 0 && d.Token != 0 {
			l.refused = append(l.refused, refusal{d.Token, d.Err})
		}
		d.Buf.Release()
	}
	rest := copy(q.batch[:], q.batch[sent:q.n])
	clear(q.batch[rest:q.n])
	q.n = rest
}

// reportRefused tells the handler of datagrams that were refused.
func (l *Loop) reportRefused() {
	h, ok := l.handler.(SendErrorHandler)
	for i := 0; ok && i < len(l.refused); i++ {
		h.OnSendError(l.refused[i].token, l.refused[i].err)
	}
	clear(l.refused)
	l.refused = l.refused[:0]
}
