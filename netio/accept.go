package netio

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

const (
	// maxEnrolling connections are on their way into gnet per acceptor.
	maxEnrolling = 64
	// acceptBackOff is how long an acceptor waits after an error that will not go away by itself.
	acceptBackOff = 10 * time.Millisecond
	// maxReserve is how many descriptors an acceptor keeps to give up: more than one, because somebody else may take what it gives up.
	maxReserve = 4
	// maxLast is as many connections as may wait to be accepted when a listener is closed: net.core.somaxconn is no larger by default.
	maxLast = 4096
)

// acceptor accepts on one stream listener, on a goroutine of its own, and gives the connections to the loops in turn.
//
// It is ours rather than gnet's because gnet ends its loop when accept fails, as it does when descriptors run out, because gnet's listeners
// cannot be closed while it runs, and because a few long-lived trunks spread evenly only when they are dealt out in turn. What it costs, per
// connection and not per message, is gnet's Enroll: it duplicates the descriptor, formats and parses the address, and borrows a
// goroutine of a pool until the loop has the connection.
type acceptor struct {
	net       *Net
	tcp       *net.TCPListener
	listener  atomic.Pointer[Listener]
	stop      chan struct{}
	done      chan struct{}
	started   bool
	ending    bool // handed over
	mu        sync.Mutex
	end       time.Time // see endBy; zero: there is none
	closed    bool
	reserve   []*os.File // descriptors to give up when there are none left
	faces     faces
	enrolling []enrolling
}

type enrolling struct {
	conn   *Conn
	result <-chan gnet.RegisteredResult
}

func newAcceptor(n *Net, tcp *net.TCPListener) *acceptor {
	return &acceptor{net: n, tcp: tcp, stop: make(chan struct{}), done: make(chan struct{})}
}

func (a *acceptor) start() {
	a.started = true
	a.regain()
	go a.run()
}

// close closes the listener and waits until the loops have, or will never have, what was accepted.
func (a *acceptor) close() {
	if a.closed {
		return
	}
	a.closed = true
	close(a.stop)
	a.tcp.Close()
	if a.started {
		<-a.done
	}
}

// handOver leaves the connections that begin from now on to the listener that takes this one's place, and those that have begun some time.
func (a *acceptor) handOver() {
	a.control(divert)
	a.ending = true
	a.endBy(time.Now().Add(handoverTime))
}

// endBy has the acceptor accept until then, and what waits after that.
func (a *acceptor) endBy(end time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.end = end
	_ = a.tcp.SetDeadline(end)
}

// retire closes the listener once those that waited to be accepted are.
func (a *acceptor) retire() {
	if a.started && !a.closed {
		if !a.ending {
			a.endBy(time.Now())
		}
		select {
		case <-a.done:
		case <-time.After(2 * handoverTime):
		}
	}
	a.close()
}

// acceptLast accepts what waits: the kernel would reset it.
func (a *acceptor) acceptLast() {
	for range maxLast {
		_ = a.tcp.SetDeadline(time.Now().Add(time.Millisecond))
		conn, err := a.tcp.AcceptTCP()
		if err != nil {
			return
		}
		a.came(conn)
	}
}

// letBeside and control are for the listener's socket.
func (a *acceptor) letBeside(on bool) {
	a.control(func(fd int) { _ = setOption(fd, unix.SO_REUSEPORT, on) })
}

func (a *acceptor) control(f func(fd int)) {
	if raw, err := a.tcp.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { f(int(fd)) })
	}
}

func (a *acceptor) run() {
	defer close(a.done)
	defer a.closeReserve()
	defer a.settle(0)
	for {
		conn, err := a.tcp.AcceptTCP()
		switch {
		case err == nil:
			a.came(conn)
		case errors.Is(err, os.ErrDeadlineExceeded):
			a.acceptLast()
			return
		case errors.Is(err, net.ErrClosed):
			return
		case errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE):
			a.count()
			if !a.shed() && !a.pause() {
				return
			}
		default:
			a.count()
			a.net.opt.Logger.Warn("accept failed", "listener", a.listener.Load().String(), "error", err)
			if !a.pause() {
				return
			}
		}
	}
}

func (a *acceptor) count() { a.net.shared.Inc(a.net.ids.acceptErrors) }

// came takes a connection, unless it has taken one of the last descriptors, which are to be the reserve.
func (a *acceptor) came(conn *net.TCPConn) {
	if a.regain() {
		a.accepted(conn)
		return
	}
	a.count()
	refuse(conn)
	a.regain()
}

// accepted gives a connection to the next loop.
func (a *acceptor) accepted(conn *net.TCPConn) {
	e, prefer, ln := a.net.nextEngine(), a.net.opt.Prefer, a.listener.Load()
	remote := tcpAddrPort(conn.RemoteAddr())
	if e == nil || !a.net.admit(prefer != nil && prefer(remote.Addr())) {
		a.net.shared.Inc(a.net.ids.connsRefused[ln.Transport])
		if log := a.net.opt.Logger; log.Enabled(context.Background(), slog.LevelDebug) {
			log.Debug("connection refused", "remote", remote, "transport", ln.Transport.String(), "reason", "too many of all")
		}
		conn.Close()
		return
	}
	if !a.net.welcome(ln, remote) {
		a.net.conns.Add(-1)
		a.net.shared.Inc(a.net.ids.connsRefused[ln.Transport])
		conn.Close()
		return
	}
	local := tcpAddrPort(conn.LocalAddr())
	ln = a.faces.at(ln, local.Addr())
	c := &Conn{loop: e.loop, transport: ln.Transport, listener: ln, local: local, remote: remote}
	result, err := e.enroll(c, conn, c.local)
	if err != nil {
		a.count()
		a.net.conns.Add(-1)
		return
	}
	a.enrolling = append(a.enrolling, enrolling{c, result})
	a.settle(maxEnrolling)
}

// settle looks at the oldest enrolments: at those that are done, and waits for more until at most `left` are left.
func (a *acceptor) settle(left int) {
	for len(a.enrolling) > 0 {
		oldest := a.enrolling[0]
		var r gnet.RegisteredResult
		if len(a.enrolling) > left {
			r = <-oldest.result
		} else {
			select {
			case r = <-oldest.result:
			default:
				return
			}
		}
		n := copy(a.enrolling, a.enrolling[1:])
		a.enrolling[n] = enrolling{}
		a.enrolling = a.enrolling[:n]
		if r.Err != nil || !oldest.conn.enrolled {
			a.count()
			a.net.conns.Add(-1)
		}
	}
}

// shed refuses one connection when there are no descriptors left: it gives up the reserve to accept it and closes it, so that peers see a
// refusal instead of waiting. False when that did not work either.
func (a *acceptor) shed() bool {
	a.regain()
	n := len(a.reserve)
	if n == 0 {
		return false
	}
	a.reserve[n-1].Close()
	a.reserve = a.reserve[:n-1]
	_ = a.tcp.SetDeadline(time.Now().Add(acceptBackOff))
	conn, err := a.tcp.AcceptTCP()
	a.mu.Lock()
	_ = a.tcp.SetDeadline(a.end)
	a.mu.Unlock()
	if err == nil {
		refuse(conn)
	}
	a.regain()
	return err == nil
}

// refuse closes a connection so that its peer sees that it was refused.
func refuse(conn *net.TCPConn) {
	_ = conn.SetLinger(0)
	conn.Close()
}

// regain makes the reserve whole again: others take descriptors too. False: there are none left.
func (a *acceptor) regain() bool {
	for len(a.reserve) < maxReserve {
		f, err := os.Open(os.DevNull)
		if err != nil {
			return false
		}
		a.reserve = append(a.reserve, f)
	}
	return true
}

func (a *acceptor) closeReserve() {
	for _, f := range a.reserve {
		f.Close()
	}
	a.reserve = nil
}

// pause waits a little; false when the listener was closed.
func (a *acceptor) pause() bool {
	select {
	case <-a.stop:
		return false
	case <-time.After(acceptBackOff):
		return true
	}
}

// enroll hands an established connection to gnet, which takes it over and calls OnOpen. An error leaves conn closed; the result must be
// waited for.
func (e *engine) enroll(c *Conn, conn *net.TCPConn, local netip.AddrPort) (<-chan gnet.RegisteredResult, error) {
	// gnet recycles the bytes of a zone, which package net shares between connections: it must not see them.
	conn.LocalAddr().(*net.TCPAddr).Zone = ""
	conn.RemoteAddr().(*net.TCPAddr).Zone = ""
	result, err := e.gloop.Enroll(gnet.NewContext(context.Background(), &enrolment{c, local}), conn)
	if err != nil {
		conn.Close()
	}
	return result, err
}
