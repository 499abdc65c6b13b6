package netio

import "net/netip"

// DialOptions say more of a connection than where it leads.
type DialOptions struct {
	// From is the listener in whose name the connection is opened: from its address, unless it is bound to every one, and with its settings for
	// sockets. nil: nobody's.
	From  *Listener
	Local netip.Addr // to come from, if not From's address; zero: any

	// ServerName is for TLS the host of the URI that led here, a domain or an address: the server is asked for it (SNI), and its certificate
	// has to be for it (RFC 5922 §7.3). "": the remote address.
	ServerName string
	// TLS is the Name of the tlsio.Config to use; "": "default" or, if there is none, that of the first listener with TLS.
	TLS string
}

// Dial is DialWith for a connection that is sufficiently described by its ends. local is the address to come from, zero for any.
func (l *Loop) Dial(t Transport, local netip.Addr, remote netip.AddrPort) (*Conn, error) {
	return l.DialWith(t, remote, DialOptions{Local: local})
}

// DialWith opens a connection. It returns at once a Conn in StateOpening that belongs to this loop; what is written to it meanwhile waits, and
// OnOpen follows, or OnClose with what went wrong.
func (l *Loop) DialWith(t Transport, remote netip.AddrPort, o DialOptions) (*Conn, error) {
	if t == UDP || t >= NumTransports {
		return nil, ErrNotStream
	}
	if l.stopped {
		return nil, ErrStopped
	}
	tls, err := l.dialSecure(t, &o)
	if err != nil {
		return nil, err
	}
	if l.net != nil && !l.net.admit(true) {
		l.stats.Inc(l.ids.connsRefused[t])
		return nil, ErrTooManyConns
	}
	if o.From != nil && !o.Local.IsValid() && !o.From.everywhere() {
		o.Local = o.From.Addr.Addr()
	}
	c := &Conn{loop: l, transport: t, listener: o.From, dialled: true, remote: remote, state: StateOpening, gone: true, tls: tls, serverName: o.ServerName}
	if !l.table.add(c) {
		l.dismiss()
		return nil, ErrTooManyConns
	}
	if err := l.driver.Dial(c, o.Local); err != nil {
		l.stats.Inc(l.ids.dialsRefused[t])
		l.table.unlink(c)
		l.table.remove(c)
		l.dismiss()
		return nil, err
	}
	l.stats.Inc(l.ids.dials[t])
	l.stats.Move(l.ids.conns[t], 1)
	return c, nil
}

// dismiss gives back what Net.admit granted.
func (l *Loop) dismiss() {
	if l.net != nil {
		l.net.conns.Add(-1)
	}
}

// take gives a new connection its place; false when there is no room for it.
func (l *Loop) take(c *Conn) bool {
	if !l.welcome(c) || !l.table.add(c) {
		l.uncount(c)
		c.state = StateClosed
		l.stats.Inc(l.ids.connsRefused[c.transport])
		return false
	}
	l.stats.Inc(l.ids.accepted[c.transport])
	l.stats.Move(l.ids.conns[c.transport], 1)
	return true
}

// accepted takes a new connection over; false when there is no room for it.
func (l *Loop) accepted(c *Conn) bool {
	if !l.take(c) {
		return false
	}
	if c.listener != nil && c.listener.tls != nil {
		l.secureAccepted(c)
	} else {
		l.opened(c)
	}
	return true
}

// connected tells of the socket of a connection that was dialled; false when the connection was closed meanwhile.
func (l *Loop) connected(c *Conn, local netip.AddrPort) bool {
	if c.state != StateOpening {
		return false
	}
	c.local, c.gone = local, false
	if c.tls != nil {
		l.secureConnected(c)
	} else {
		l.opened(c)
	}
	return true
}

// opened ends StateOpening.
func (l *Loop) opened(c *Conn) {
	c.state = StateOpen
	if c.pending != nil {
		c.markDirty()
	}
	l.handler.OnOpen(c)
}

// failed ends StateOpening with an error.
func (l *Loop) failed(c *Conn, err error) {
	if c.state != StateOpening {
		return
	}
	l.stats.Inc(l.ids.dialErrors[c.transport])
	l.closing(c, err)
}

func (l *Loop) received(c *Conn, b []byte) {
	if c.state == StateClosed {
		l.discard(c, len(b))
		return
	}
	l.stats.Add(l.ids.streamBytesIn[c.transport], uint64(len(b)))
	if c.tls != nil {
		l.receivedSecure(c, b)
		return
	}
	l.handler.OnData(c, b)
}

// lost records that the socket of c is closed, by its peer or by an error. It may be called from within Driver calls of our own.
func (l *Loop) lost(c *Conn, err error) {
	c.gone = true
	if c.linger != nil {
		l.lingered(c)
	}
	l.closing(c, err)
}

// closing marks c closed and queues its OnClose.
func (l *Loop) closing(c *Conn, err error) {
	if c.state == StateClosed {
		return
	}
	l.table.unlink(c)
	c.parting = c.hasLastWord(err)
	c.state, c.err = StateClosed, err
	if !c.parting {
		c.awaitsNothing()
	}
	if c.tls != nil {
		c.abandonTLS()
	}
	l.closed = append(l.closed, c)
}
