package pipeline

import (
	"sync/atomic"

	"sluice/pipeline/link"
)

// A farewell counts what a server that stops still waits for: loops that have
// not told their WebSockets, and WebSockets whose client has not answered.
type farewell struct {
	left atomic.Int64
	done chan struct{}
}

func (w *farewell) end() {
	if w.left.Add(-1) == 0 {
		close(w.done)
	}
}

// Farewell has every loop send its WebSockets a Close frame with 1001, by which
// clients know that the server goes down (RFC 6455 §7.4.1). What it returns is
// closed when the last of them has answered, or gone; how long that may take is
// the caller's business. It is called once, from any goroutine.
func (p *Edge) Farewell() <-chan struct{} {
	w := &farewell{done: make(chan struct{})}
	w.left.Store(int64(len(p.engines)))
	for _, e := range p.engines {
		if !e.exec(func() { e.bidFarewell(w) }) {
			w.end()
		}
	}
	return w.done
}

func (e *Engine) bidFarewell(w *farewell) {
	defer w.end()
	e.leaving = w
	for c := range e.loop.Conns {
		f, ok := c.Link.(*flow)
		if !ok || f.link.Mode() != link.ModeWebSocket {
			continue
		}
		w.left.Add(1)
		if f.leaving = f.goAway(CauseLocalClosed, "stopping"); !f.leaving {
			w.left.Add(-1) // it is being closed already
		}
		f.arm()
	}
}
