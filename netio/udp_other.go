//go:build !linux

package netio

import "golang.org/x/sys/unix"

// udpBatch is empty where there is neither recvmmsg nor sendmmsg.
type udpBatch struct{}

func newUDPBatch() *udpBatch { return &udpBatch{} }

// drainSocket reads what a socket has to say, one datagram.
func (e *engine) drainSocket(s *socket) { e.receive(s) }

func (e *engine) receive(s *socket) int {
	b := e.loop.Acquire(maxPooled)
	defer b.Release()
	n, sa, err := unix.Recvfrom(s.fd, b.B[:cap(b.B)], 0)
	if err != nil {
		return 0
	}
	l := e.loop
	l.stats.Inc(l.ids.datagramsIn)
	l.stats.Add(l.ids.bytesIn, uint64(n))
	l.handler.OnDatagram(s.ln, addrPortOf(sa), b.B[:n])
	return 1
}

// Send implements Driver.
func (e *engine) Send(ln *Listener, batch []Datagram) int {
	l := e.loop
	s := e.socketOf(ln)
	for i := range batch {
		if s == nil || s.closed {
			l.stats.Inc(l.ids.sendErrors)
			refuseAll(batch[i : i+1])
			continue
		}
		err := unix.Sendto(s.fd, batch[i].Buf.B, 0, sockaddrOf(batch[i].To))
		if err == unix.EAGAIN || err == unix.ENOBUFS {
			return i
		}
		if errno, ok := err.(unix.Errno); ok {
			l.stats.Inc(l.ids.sendErrors)
			batch[i].refuse(errno)
			continue
		}
		l.stats.Inc(l.ids.datagramsOut)
		l.stats.Add(l.ids.bytesOut, uint64(len(batch[i].Buf.B)))
	}
	return len(batch)
}

// mute has no effect here: what comes to a listener while it is removed may be lost.
func (s *socket) mute() {}

// disconnect has none either: the port of gnet's own socket stays taken.
func disconnect(int) {}
