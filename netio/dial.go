package netio

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
)

const (
	maxDialers    = 64   // dials under way at a time
	maxDialsAhead = 1024 // dials waiting for one of them
)

var errNotOpened = errors.New("netio: connection could not be added to its loop")

// dialer opens connections on up to maxDialers goroutines, which exist while there is something to dial.
type dialer struct {
	net    *Net
	ctx    context.Context // ended by Net.Close
	cancel context.CancelFunc

	mu      sync.Mutex
	running int
	waiting []dialRequest
	closed  bool
	done    sync.WaitGroup
}

type dialRequest struct {
	e      *engine
	conn   *Conn
	local  netip.Addr
	remote netip.AddrPort
}

func newDialer(n *Net) *dialer {
	d := &dialer{net: n}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	return d
}

// Dial implements Driver.
func (e *engine) Dial(c *Conn, local netip.Addr) error {
	return e.net.dialer.submit(dialRequest{e, c, local, c.remote})
}

func (d *dialer) submit(r dialRequest) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return ErrStopped
	case d.running < maxDialers:
		d.running++
		d.done.Add(1)
		go d.work(r)
	case len(d.waiting) < maxDialsAhead:
		d.waiting = append(d.waiting, r)
	default:
		return ErrTooManyDials
	}
	return nil
}

func (d *dialer) work(r dialRequest) {
	defer d.done.Done()
	for ok := true; ok; r, ok = d.next() {
		if err := d.dial(r); err != nil {
			r.fail(err)
		}
	}
}

func (r dialRequest) fail(err error) {
	r.e.loop.Exec(func() { r.e.loop.failed(r.conn, err) })
}

func (d *dialer) next() (dialRequest, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.waiting) == 0 {
		d.running--
		return dialRequest{}, false
	}
	r := d.waiting[0]
	d.waiting = d.waiting[1:]
	return r, true
}

// dial opens one connection and waits until its loop has it.
func (d *dialer) dial(r dialRequest) error {
	nd := net.Dialer{Timeout: d.net.opt.DialTimeout, KeepAliveConfig: keepAlive, Control: dialControl(r.local)}
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

// close abandons all dials and waits for the goroutines.
func (d *dialer) close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.cancel()
	d.done.Wait()
}
