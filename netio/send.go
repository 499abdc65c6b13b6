package netio

import "net/netip"

// sendBatch is the number of datagrams that wait per socket before they are sent, with one system call.
const sendBatch = 64

// Datagram is one that waits to be sent.
type Datagram struct {
	From *Listener // in whose name: that of the batch, or a face of it
	To   netip.AddrPort
	Buf  *Buf
}

type sendQueue struct {
	listener *Listener
	waiting  bool // on Loop.unsent
	n        int
	batch    [sendBatch]Datagram
}

// SendTo sends the content of b as one datagram from ln's address. It is queued, with a reference of its own to b, and sent when the
// current callback ends or the batch is full. There is nobody to report errors to: they are counted.
func (l *Loop) SendTo(ln *Listener, to netip.AddrPort, b *Buf) {
	if ln.Transport != UDP || !to.IsValid() || len(b.B) == 0 {
		l.stats.Inc(l.ids.sendErrors)
		return
	}
	q := l.queue(ln)
	if q.n == sendBatch {
		l.flushQueue(q)
		if q.n == sendBatch {
			l.stats.Inc(l.ids.sendDropped)
			return
		}
	}
	q.batch[q.n] = Datagram{From: ln, To: to, Buf: b.Retain()}
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
		q.batch[i].Buf.Release()
	}
	rest := copy(q.batch[:], q.batch[sent:q.n])
	clear(q.batch[rest:q.n])
	q.n = rest
}
