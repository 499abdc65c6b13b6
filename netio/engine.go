package netio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// engine puts one Loop on one gnet engine with one event loop: it is gnet's handler and the Loop's Driver.
//
// What gnet does for us: the poller, reading streams, buffering of what a stream socket does not take. What it does not:
//   - Reading UDP sockets: see poller.
//   - Accepting. A failed accept (EMFILE) would end gnet's loop, its listeners cannot be closed one by one, and SO_REUSEPORT would spread a
//     few long-lived trunks unevenly. See acceptor.
//   - Waking a loop without an allocation. The anchor is one end of a socket pair that is enrolled like a connection; a byte written to the
//     other end is the wake-up.
//   - Writing to a peer that sends no more: it closes at the end of input. See Keep.
//   - Closing without re-entrance: it calls OnClose from within Write and Close. Loop.lost only takes note; OnClose is reported later.
//
// gnet starts with a socket that it is given, so there is a private one, which gives its port back. gnet's client engine would need none but
// has another life cycle; one way to start and stop is simpler.
type engine struct {
	gnet.BuiltinEventEngine

	net      *Net
	loop     *Loop
	handler  Handler
	gnet     gnet.Engine
	gloop    gnet.EventLoop // set by the first event
	poller   *poller
	all      []*socket // every UDP socket
	sockets  []*socket // by Listener.Index; nil: not UDP, or removed
	batch    *udpBatch
	probes   [2]probe      // IPv4 and IPv6
	bell     *net.UnixConn // our end of the anchor
	anchor   *net.UnixConn // the other end, until gnet has it
	ready    chan error    // one value: nil once OnStart has returned
	done     chan struct{} // closed when gnet has returned
	stopping bool
}

// enrolment is the context of a connection on its way into gnet.
type enrolment struct {
	conn  *Conn
	local netip.AddrPort
}

func newEngine(n *Net, l *Loop) (*engine, error) {
	e := &engine{net: n, loop: l, batch: newUDPBatch(), ready: make(chan error, 1), done: make(chan struct{})}
	var err error
	if e.poller, err = newPoller(); err != nil {
		return nil, err
	}
	if e.bell, e.anchor, err = socketPair(); err != nil {
		e.poller.close()
		return nil, err
	}
	return e, nil
}

// run starts gnet on a goroutine that lives as long as the loop.
func (e *engine) run() {
	go func() {
		defer close(e.done)
		err := gnet.Run(e, "udp4://"+privateAddr, gnet.WithNumEventLoop(1), gnet.WithReusePort(true), gnet.WithTicker(true),
			gnet.WithLogger(quietLogger{e.net.opt.Logger}))
		e.stopped(err)
	}()
}

// stopped is called when gnet has returned: as asked, or because it failed. Nothing else runs on the loop any more.
func (e *engine) stopped(err error) {
	if err != nil {
		e.net.opt.Logger.Error("event loop ended", "loop", e.loop.index, "error", err)
	} else {
		err = ErrStopped
	}
	if !e.stopping {
		e.net.died <- err
	}
	if e.loop.started {
		e.shutdown()
	}
	e.loop.retire()
	for _, s := range e.all {
		e.close(s)
	}
	e.poller.close()
	e.closeProbes()
	e.bell.Close()
	e.anchor.Close()
	select {
	case e.ready <- err:
	default:
	}
}

// privateAddr is where gnet listens, until it has begun.
const privateAddr = "127.0.0.1:0"

// OnBoot runs before gnet's loop. What gnet listens on loses its port: a port that the kernel has chosen is given back when the socket is
// disconnected.
func (e *engine) OnBoot(g gnet.Engine) gnet.Action {
	e.gnet = g
	fd, err := g.Dup()
	if err != nil {
		e.ready <- fmt.Errorf("private socket: %w", err)
		return gnet.Shutdown
	}
	disconnect(fd)
	unix.Close(fd)
	return gnet.None
}

// OnTick is called once, by gnet's ticker, when the loop has begun to run: the first moment at which something can be enrolled.
func (e *engine) OnTick() (time.Duration, gnet.Action) {
	err := e.enrolPoller()
	if err == nil {
		err = e.enrolInternal(e, e.anchor)
	}
	if err != nil {
		e.ready <- fmt.Errorf("loop %d: %w", e.loop.index, err)
		return math.MaxInt64, gnet.Shutdown
	}
	return math.MaxInt64, gnet.None
}

// enrolInternal gives gnet, which takes it over, what is no connection with a peer.
func (e *engine) enrolInternal(what any, conn net.Conn) error {
	result, err := e.gnet.Register(gnet.NewNetConnContext(gnet.NewContext(context.Background(), what), conn))
	if err != nil {
		conn.Close()
		return err
	}
	select {
	case r := <-result:
		return r.Err
	case <-e.net.stop:
		return nil
	}
}

// OnOpen gets the poller first, then the anchor, then connections.
func (e *engine) OnOpen(gc gnet.Conn) ([]byte, gnet.Action) {
	l := e.loop
	switch ctx := gc.Context().(type) {
	case *poller:
		if err := ctx.enrolled(gc); err != nil {
			e.ready <- fmt.Errorf("loop %d: %w", l.index, err)
			return nil, gnet.Shutdown
		}
	case *engine:
		e.begin(gc)
		l.end()
		e.ready <- nil
	case *enrolment:
		c := ctx.conn
		gc.SetContext(c)
		c.enrolled = true
		e.begin(gc)
		ok := e.admit(c, gc, ctx.local)
		l.end()
		if !ok {
			gc.SetContext(nil)
			return nil, gnet.Close
		}
	}
	return nil, gnet.None
}

func (e *engine) admit(c *Conn, gc gnet.Conn, local netip.AddrPort) bool {
	l := e.loop
	if c.dialled {
		if c.state == StateOpening {
			c.sock = gc
		}
		return l.connected(c, local)
	}
	c.sock = gc
	if l.stopped || !l.accepted(c) {
		l.dismiss()
		return false
	}
	return true
}

// begin opens a wake-up; the first one, of the anchor, starts the handler.
func (e *engine) begin(gc gnet.Conn) {
	l := e.loop
	l.begin(e.net.now())
	if !l.started {
		e.gloop = gc.EventLoop()
		l.start(e.handler)
	}
}

// OnTraffic brings a datagram, bytes of a stream, or a wake-up.
func (e *engine) OnTraffic(gc gnet.Conn) gnet.Action {
	e.begin(gc)
	b, _ := gc.Next(-1) // always all of it, so that gnet never has to keep any
	switch ctx := gc.Context().(type) {
	case *Conn:
		e.loop.received(ctx, b)
	case *poller:
		e.arrived()
	}
	e.loop.end()
	if e.stopping {
		return e.shutdown()
	}
	return gnet.None
}

// askToStop is a task. Whichever event runs it, gnet can only be stopped from OnTraffic: so there is to be one.
func (e *engine) askToStop() {
	e.stopping = true
	e.Wake()
}

func (e *engine) shutdown() gnet.Action {
	l := e.loop
	if !l.stopped {
		l.begin(e.net.now())
		l.stop()
		l.end()
	}
	return gnet.Shutdown
}

// OnClose tells that gnet closed a connection: by itself, or within a call of ours.
func (e *engine) OnClose(gc gnet.Conn, err error) gnet.Action {
	c, ok := gc.Context().(*Conn)
	l := e.loop
	if !ok {
		return gnet.None
	}
	if c.state == StateClosed { // a last write failed: the descriptor may be somebody else's by now
		c.sock, c.gone = nil, true
		if c.linger != nil {
			l.lingered(c)
		}
		return gnet.None
	}
	if errors.Is(err, io.EOF) {
		err = io.EOF
	}
	ended := l.depth == 0 && err == io.EOF // and until then it can be written to
	if !ended {
		c.sock, c.gone = nil, true // before tasks and mail, which may be about c, are run
	}
	if l.depth > 0 {
		l.lost(c, err)
		return gnet.None
	}
	l.begin(e.net.now())
	if ended {
		e.ended(c, gc)
	} else {
		l.lost(c, err)
	}
	l.end()
	return gnet.None
}

// Write implements Driver.
func (e *engine) Write(c *Conn, b []byte) int {
	_, _ = c.sock.Write(b) // an error closes the connection, which OnClose hears of
	return e.Queued(c)
}

// Queued implements Driver.
func (e *engine) Queued(c *Conn) int {
	if c.gone {
		return 0
	}
	return c.sock.OutboundBuffered()
}

// EndWriting implements Driver.
func (e *engine) EndWriting(c *Conn) {
	fd := int(c.fd)
	if !c.half {
		fd = c.sock.Fd()
	}
	_ = unix.Shutdown(fd, unix.SHUT_WR) // an error: there is nobody left to tell
}

// Shut implements Driver.
func (e *engine) Shut(c *Conn) {
	if c.half {
		unix.Close(int(c.fd))
		return
	}
	gc := c.sock
	c.sock = nil
	gc.SetContext(nil)
	if err := e.gloop.Close(gc); err != nil {
		e.net.opt.Logger.Warn("closing a connection", "error", err)
	}
}

// Wake implements Driver. The byte is never waited for: at most a few are under way, and none once the loop has stopped.
func (e *engine) Wake() {
	_, _ = e.bell.Write(bellByte)
}

var bellByte = []byte{1}

// socketPair returns two connected ends.
func socketPair() (a, b *net.UnixConn, err error) {
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	if a, err = unixConn(fds[0]); err != nil {
		syscall.Close(fds[1])
		return nil, nil, err
	}
	if b, err = unixConn(fds[1]); err != nil {
		a.Close()
		return nil, nil, err
	}
	return a, b, nil
}

// unixConn makes a net.UnixConn of a descriptor, which it takes over.
func unixConn(fd int) (*net.UnixConn, error) {
	f := os.NewFile(uintptr(fd), "anchor")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	return c.(*net.UnixConn), nil
}
