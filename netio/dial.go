package netio

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
)

var errNotOpened = errors.New("netio: connection could not be added to its loop")

// dialer opens connections, on a goroutine each that ends when the connection is there or has failed.
type dialer struct {
	net    *Net
	ctx    context.Context // ended by Net.Close
	cancel context.CancelFunc

	mu     sync.Mutex
	total  int                // that are under way
	toAddr map[netip.Addr]int // the same by address: one that does not answer must not take the room of all others
	closed bool
	done   sync.WaitGroup
}

// dialRequest is what a dialling goroutine needs to know of a connection, which belongs to its loop.
type dialRequest struct {
	e        *engine
	conn     *Conn
	listener *Listener // in whose name; nil: nobody's
	local    netip.Addr
	remote   netip.AddrPort
}

func newDialer(n *Net) *dialer {
	d := &dialer{net: n, toAddr: make(map[netip.Addr]int)}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	return d
}

// Dial implements Driver.
func (e *engine) Dial(c *Conn, local netip.Addr) error {
	return e.net.dialer.submit(&dialRequest{e, c, c.listener, local, c.remote})
}

func (d *dialer) submit(r *dialRequest) error {
	to := r.remote.Addr()
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return ErrStopped
	case d.toAddr[to] == d.net.opt.DialsPerAddr:
		return ErrBusyAddr
	case d.total == d.net.opt.MaxDials:
		return ErrTooManyDials
	}
	d.total++
	d.toAddr[to]++
	d.done.Add(1)
	go d.work(r)
	return nil
}

func (d *dialer) work(r *dialRequest) {
	defer d.done.Done()
	err := d.dial(r)
	d.leave(r.remote.Addr())
	if err != nil {
		r.e.loop.Exec(func() { r.e.loop.failed(r.conn, err) })
	}
}

func (d *dialer) leave(to netip.Addr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.total--
	if d.toAddr[to]--; d.toAddr[to] == 0 {
		delete(d.toAddr, to)
	}
}

// dial opens one connection and waits until its loop has it.
func (d *dialer) dial(r *dialRequest) error {
	o := &d.net.opt
	nd := net.Dialer{Timeout: o.DialTimeout, KeepAlive: noKeepAlive, KeepAliveConfig: keepAlive(o.KeepAlive), Control: o.dialControl(r)}
	if r.local.IsValid() {
		nd.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(r.local, 0))
	}
	conn, err := nd.DialContext(d.ctx, networkOf(TCP, r.remote.Addr()), r.remote.String())
	if err != nil {
		return err
	}
	tcp := conn.(*net.TCPConn)
	result, err := r.e.enroll(r.conn, tcp, tcpAddrPort(tcp.LocalAddr()))
	if err != nil {
		return err
	}
	if done := <-result; done.Err != nil {
		return done.Err
	}
	if !r.conn.enrolled {
		return errNotOpened
	}
	return nil
}

// dialControl prepares the socket of a connection before it is bound.
func (o *Options) dialControl(r *dialRequest) func(network, address string, raw syscall.RawConn) error {
	return func(_, _ string, raw syscall.RawConn) error {
		return raw.Control(func(fd uintptr) {
			setUserTimeout(int(fd), userTimeout(o.KeepAlive))
			if r.local.IsValid() {
				sharePorts(int(fd))
			}
			if r.listener != nil {
				r.listener.config.applyTo(int(fd))
			}
		})
	}
}

// close abandons all dials and waits for the goroutines.
func (d *dialer) close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.cancel()
	d.done.Wait()
}
