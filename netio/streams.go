package netio

import "net/netip"

// Dial opens a connection. It returns at once a Conn in StateOpening that belongs to this loop; what is written to it meanwhile waits, and
// OnOpen follows, or OnClose with what went wrong. local is the address to come from, zero for any.
func (l *Loop) Dial(t Transport, local netip.Addr, remote netip.AddrPort) (*Conn, error) {
	if t == UDP || t >= numTransports {
		return nil, ErrNotStream
	}
	if l.stopped {
		return nil, ErrStopped
	}
	if l.net != nil && !l.net.admit() {
		l.stats.Inc(l.ids.connsRefused)
		return nil, ErrTooManyConns
	}
	c := &Conn{loop: l, transport: t, dialled: true, remote: remote, state: StateOpening, gone: true}
	if !l.table.add(c) {
		l.dismiss()
		return nil, ErrTooManyConns
	}
	if err := l.driver.Dial(c, local); err != nil {
		l.table.unlink(c)
		l.table.remove(c)
		l.dismiss()
		return nil, err
	}
	l.stats.Inc(l.ids.dials)
	l.stats.Move(l.ids.conns, 1)
	return c, nil
}

// dismiss gives back what Net.admit granted.
func (l *Loop) dismiss() {
	if l.net != nil {
		l.net.conns.Add(-1)
	}
}

// accepted takes a new connection over; false when there is no room for it.
func (l *Loop) accepted(c *Conn) bool {
	c.state = StateOpen
	if !l.table.add(c) {
		c.state = StateClosed
		l.stats.Inc(l.ids.connsRefused)
		return false
	}
	l.stats.Inc(l.ids.accepted)
	l.stats.Move(l.ids.conns, 1)
	l.handler.OnOpen(c)
	return true
}

// connected ends StateOpening; false when the connection was closed meanwhile.
func (l *Loop) connected(c *Conn, local netip.AddrPort) bool {
	if c.state != StateOpening {
		return false
	}
	c.state, c.local, c.gone = StateOpen, local, false
	if c.pending != nil {
		c.markDirty()
	}
	l.handler.OnOpen(c)
	return true
}

// failed ends StateOpening with an error.
func (l *Loop) failed(c *Conn, err error) {
	if c.state != StateOpening {
		return
	}
	l.stats.Inc(l.ids.dialErrors)
	l.closing(c, err)
}

func (l *Loop) received(c *Conn, b []byte) {
	if c.state == StateClosed {
		return
	}
	l.stats.Add(l.ids.streamBytesIn, uint64(len(b)))
	l.handler.OnData(c, b)
}

// lost records that the socket of c is closed, by its peer or by an error. It may be called from within Driver calls of our own.
func (l *Loop) lost(c *Conn, err error) {
	c.gone = true
	l.closing(c, err)
}

// closing marks c closed and queues its OnClose.
func (l *Loop) closing(c *Conn, err error) {
	if c.state == StateClosed {
		return
	}
	l.table.unlink(c)
	c.state, c.err = StateClosed, err
	l.closed = append(l.closed, c)
}
