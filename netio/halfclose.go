package netio

import (
	"io"
	"os"
	"time"

	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"
)

// A HalfCloseHandler is a Handler that may want to go on writing to peers that will send no more. Whether a peer has ended its sending alone or has
// closed its socket cannot be told: TCP says the same of both, and only what is written brings a reset.
type HalfCloseHandler interface {
	// OnHalfClose is called when the peer of an open TCP connection, without TLS and no WebSocket, has ended its sending in order. The connection
	// is closed with io.EOF upon return, unless KeepWriting was called.
	OnHalfClose(c *Conn)
}

// KeepWriting keeps c open, to be called by OnHalfClose alone. Nobody finds c any more to begin something with, only Loop.ConnToAnswer does; it
// counts for every limit as before. The handler sees to it that it ends, by Finish and in time. False: there are no descriptors left, or the
// connection has been reset meanwhile.
func (c *Conn) KeepWriting() bool {
	l := c.loop
	if l.ending != c || c.half || c.state != StateOpen || !l.driver.Keep(c) {
		return c.half
	}
	l.stats.Inc(l.ids.halfClosed)
	l.table.unlink(c)
	c.half = true
	if c.waiting != nil {
		c.holds(0)
	}
	return true
}

// HalfClosed tells whether KeepWriting has kept c.
func (c *Conn) HalfClosed() bool { return c.half }

// Finish closes a half-closed connection as soon as all that was written has arrived, as far as its peer's TCP tells: with io.EOF when it was
// acknowledged, or was not within ackTime, and with the error when the connection was reset. Nothing can be written any more once all is out.
func (c *Conn) Finish() {
	if !c.half || c.finishing || c.state == StateClosed {
		return
	}
	c.finishing = true
	l := c.loop
	l.enter()
	if l.isUnsure(c) && !l.watch(c) {
		l.closing(c, io.EOF)
	}
	l.leave()
}

// Acknowledged tells whether all that was written to a half-closed connection has arrived. One that turns out to be reset is closed.
func (c *Conn) Acknowledged() bool {
	if !c.half || c.state == StateClosed || c.pending != nil {
		return false
	}
	l := c.loop
	l.enter()
	defer l.leave()
	return l.driver.Acknowledged(c)
}

const (
	ackTime   = 2 * time.Second // for an acknowledgement, since the last write
	maxUnsure = 1024            // half-closed connections of a loop that wait for acknowledgements; more are closed without
)

// ConnToAnswer is Conn for what answers the peer: it also finds a connection on which the peer sends no more.
func (l *Loop) ConnToAnswer(id ConnID) *Conn {
	if id.Loop() != l.index {
		return nil
	}
	if c := l.table.lookup(id); c != nil && c.state != StateClosed && !c.finished {
		return c
	}
	return nil
}

// ended takes note that the peer of c has ended its sending. Its socket is still there; what that does not take even now is not waited for, and the
// peer is a slow reader.
func (l *Loop) ended(c *Conn) {
	if c.state != StateOpen || c.transport != TCP || c.tls != nil {
		l.lost(c, io.EOF)
		return
	}
	c.flush()
	if c.unsent() > 0 {
		l.stats.Inc(l.ids.slowReaders[c.transport])
		l.lost(c, ErrSlowReader)
		return
	}
	if h, ok := l.handler.(HalfCloseHandler); ok && c.state == StateOpen { // the flush may have closed it
		l.ending = c
		h.OnHalfClose(c)
		l.ending = nil
	}
	if !c.half {
		l.lost(c, io.EOF)
	}
}

// flushHalf writes what the socket takes of what is pending. The rest is tried again with the next tick.
func (c *Conn) flushHalf() {
	l, b := c.loop, c.pending
	n := l.driver.WriteKept(c, b.B)
	l.stats.Add(l.ids.streamBytesOut[c.transport], uint64(n))
	if n == len(b.B) || c.gone {
		c.dropPending()
	} else {
		b.B = b.B[:copy(b.B, b.B[n:])]
		c.awaits()
	}
	if c.waiting != nil {
		c.weigh()
		c.relieve()
	}
	if c.state == StateOpen {
		c.until = l.now + ackTime
		l.watch(c)
	}
}

// watch has c looked at with every tick, until nothing is pending and all is acknowledged. False: there are too many of them.
func (l *Loop) watch(c *Conn) bool {
	if c.unsure {
		return true
	}
	if c.pending == nil && len(l.unsure) >= maxUnsure {
		return false
	}
	if len(l.unsure) == 0 {
		l.lookAt = l.now + l.opt.Tick
	}
	c.unsure = true
	l.unsure = append(l.unsure, c)
	return true
}

// makeSure looks at the half-closed connections that something is to be known of.
func (l *Loop) makeSure() {
	kept := l.unsure[:0]
	for _, c := range l.unsure {
		if l.isUnsure(c) {
			kept = append(kept, c)
		} else {
			c.unsure = false
		}
	}
	clear(l.unsure[len(kept):])
	l.unsure = kept
	l.lookAt = l.now + l.opt.Tick
}

// isUnsure moves c on as far as it goes; true when it has to be looked at again. Whoever has closed its socket, rather than ended its sending, resets
// the connection upon what is written, and has not read that. Our FIN goes with the last of it: a peer that reads acknowledges a FIN at once.
func (l *Loop) isUnsure(c *Conn) bool {
	if c.state == StateOpen && c.pending != nil {
		c.flush()
	}
	if c.state != StateOpen || c.pending != nil {
		return c.state == StateOpen
	}
	if c.finishing && !c.finished {
		c.finished = true
		c.until = l.now + ackTime
		l.driver.EndWriting(c)
	}
	if !l.driver.Acknowledged(c) && c.state == StateOpen && l.now < c.until {
		return true
	}
	if c.finishing {
		l.closing(c, io.EOF) // unless it was reset
	}
	return false
}

// ended takes the end of a peer's sending from gnet, which closes its descriptor upon return.
func (e *engine) ended(c *Conn, gc gnet.Conn) {
	if gc.OutboundBuffered() > 0 {
		_ = gc.Flush()
	}
	e.loop.ended(c)
	c.sock = nil
}

// Keep implements Driver. The duplicate of the descriptor is in no poller: it would be readable for ever.
func (e *engine) Keep(c *Conn) bool {
	fd, err := c.sock.Dup()
	if err != nil {
		return false
	}
	if errno, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR); errno != 0 || err != nil {
		unix.Close(fd)
		return false
	}
	c.fd = int32(fd)
	return true
}

// WriteKept implements Driver.
func (e *engine) WriteKept(c *Conn, b []byte) int {
	done := 0
	for done < len(b) {
		n, err := unix.Write(int(c.fd), b[done:])
		switch {
		case err == unix.EINTR:
		case err == unix.EAGAIN:
			return done
		case err != nil:
			unix.Close(int(c.fd))
			e.loop.lost(c, os.NewSyscallError("write", err))
			return done
		default:
			done += n
		}
	}
	return done
}

// Acknowledged implements Driver. What is acknowledged was not lost by a reset that came later; a FIN need not be.
func (e *engine) Acknowledged(c *Conn) bool {
	left := unacknowledged(int(c.fd))
	if c.finished {
		left--
	}
	if left <= 0 {
		return true
	}
	if errno, err := unix.GetsockoptInt(int(c.fd), unix.SOL_SOCKET, unix.SO_ERROR); errno != 0 && err == nil {
		unix.Close(int(c.fd))
		e.loop.lost(c, os.NewSyscallError("write", unix.Errno(errno)))
	}
	return false
}
