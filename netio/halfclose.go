package netio

import (
	"io"
	"os"

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
	c.half, c.held = true, 0
	return true
}

// HalfClosed tells whether KeepWriting has kept c.
func (c *Conn) HalfClosed() bool { return c.half }

// Finish closes a half-closed connection with io.EOF as soon as all that was written has been handed to its socket, most often at once.
func (c *Conn) Finish() {
	switch {
	case !c.half || c.state == StateClosed:
	case c.pending == nil:
		c.Close(io.EOF)
	default:
		c.finishing = true
	}
}

// ConnToAnswer is Conn for what answers the peer: it also finds a connection on which the peer sends no more.
func (l *Loop) ConnToAnswer(id ConnID) *Conn {
	if id.Loop() != l.index {
		return nil
	}
	if c := l.table.lookup(id); c != nil && c.state != StateClosed {
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
	if c.held > 0 && l.driver.Queued(c) > 0 {
		l.stats.Inc(l.ids.slowReaders)
		l.lost(c, ErrSlowReader)
		return
	}
	if h, ok := l.handler.(HalfCloseHandler); ok {
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
	l.stats.Add(l.ids.streamBytesOut, uint64(n))
	if n == len(b.B) || c.gone {
		c.dropPending()
		return
	}
	b.B = b.B[:copy(b.B, b.B[n:])]
	if !c.stuck && c.state == StateOpen {
		c.stuck = true
		l.stuck = append(l.stuck, c)
		l.unstickAt = l.now + l.opt.Tick
	}
}

// unstick tries again to write to half-closed connections whose sockets were full.
func (l *Loop) unstick() {
	kept := l.stuck[:0]
	for _, c := range l.stuck {
		if c.state == StateOpen {
			c.flush()
		}
		if c.state == StateOpen && c.pending != nil {
			kept = append(kept, c)
			continue
		}
		c.stuck = false
		if c.finishing {
			l.closing(c, io.EOF)
		}
	}
	clear(l.stuck[len(kept):])
	l.stuck = kept
	l.unstickAt = l.now + l.opt.Tick
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
	c.fd = fd
	return true
}

// WriteKept implements Driver.
func (e *engine) WriteKept(c *Conn, b []byte) int {
	done := 0
	for done < len(b) {
		n, err := unix.Write(c.fd, b[done:])
		switch {
		case err == unix.EINTR:
		case err == unix.EAGAIN:
			return done
		case err != nil:
			unix.Close(c.fd)
			e.loop.lost(c, os.NewSyscallError("write", err))
			return done
		default:
			done += n
		}
	}
	return done
}
