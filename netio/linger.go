package netio

import (
	"net/netip"
	"time"

	"sluice/netio/wheel"
)

// What a connection that lingers is given.
const (
	lingerTime   = 5 * time.Second
	lingerBytes  = 16 << 20              // that its peer may still send
	lingerLook   = 50 * time.Millisecond // how often to see whether all is out that was written to it
	maxLingering = 1024                  // connections of a loop; more are closed at once
	lingerShare  = maxLingering / 8      // those of one source
)

// lingering is a connection that was closed with a last word. A socket that is closed while its peer sends answers with a reset, upon which the
// peer's kernel may throw away what its reader has not seen yet (RFC 9112 §9.6, RFC 6455 §7.1.1). So only our sending ends, and the socket stays
// until the peer ends its own. The handler has had its OnClose.
type lingering struct {
	wheel.Timer
	conn  *Conn
	until time.Duration
	room  int // bytes that may still come
	place int // in Loop.lingering

	source netip.Addr // that it has the place for
	ended  bool
}

// hasLastWord tells whether c, which is about to be closed with err, is to linger: the handler closes it in good order and has written to it in the
// same callback, or what it wrote before is not out yet.
func (c *Conn) hasLastWord(err error) bool {
	return err == nil && c.state == StateOpen && !c.half && c.Queued() > 0
}

// linger lets c linger; false when its socket is to be closed now.
func (l *Loop) linger(c *Conn) bool {
	if !c.parting || c.gone || l.stopped {
		return false
	}
	source := SourceOf(c.remote.Addr())
	if len(l.lingering) == maxLingering || l.lingerers[source] >= lingerShare && !l.prefers(c.remote.Addr()) {
		l.stats.Inc(l.ids.lingerCut)
		return false
	}
	l.lingerers[source]++
	g := &lingering{conn: c, until: l.now + lingerTime, room: lingerBytes, place: len(l.lingering), source: source}
	g.Owner = g
	c.linger, c.tls = g, nil // what comes is not decrypted
	l.lingering = append(l.lingering, g)
	l.stats.Inc(l.ids.lingered)
	l.stats.Move(l.ids.lingering, 1)
	l.wheel.Arm(&g.Timer, l.now, lingerLook)
	g.endWriting()
	return true
}

// endWriting sends our FIN once the socket has all that was written.
func (g *lingering) endWriting() {
	if d := g.conn.loop.driver; !g.ended && d.Queued(g.conn) == 0 {
		g.ended = true
		d.EndWriting(g.conn)
	}
}

func (g *lingering) next(now time.Duration) time.Duration {
	if g.ended {
		return g.until - now
	}
	return min(lingerLook, g.until-now)
}

// Expire implements wheel.Owner.
func (g *lingering) Expire(_ *wheel.Timer, now time.Duration) time.Duration {
	if now >= g.until {
		g.conn.loop.cutLinger(g)
		return 0
	}
	if g.endWriting(); g.conn.linger == nil { // the socket turned out to be gone
		return 0
	}
	return g.next(now)
}

// discard takes what comes on a connection that is closed.
func (l *Loop) discard(c *Conn, n int) {
	if c.linger == nil {
		return
	}
	l.stats.Add(l.ids.streamBytesIn[c.transport], uint64(n))
	if c.linger.room -= n; c.linger.room < 0 {
		l.cutLinger(c.linger)
	}
}

// cutLinger closes the socket of a peer that has had its time or said enough.
func (l *Loop) cutLinger(g *lingering) {
	l.stats.Inc(l.ids.lingerCut)
	l.lingered(g.conn)
}

// lingered ends the lingering of c, and with it what c counted for.
func (l *Loop) lingered(c *Conn) {
	g := c.linger
	c.linger = nil
	l.wheel.Disarm(&g.Timer)
	last := len(l.lingering) - 1
	l.lingering[g.place] = l.lingering[last]
	l.lingering[g.place].place = g.place
	l.lingering[last] = nil
	l.lingering = l.lingering[:last]
	if l.lingerers[g.source]--; l.lingerers[g.source] == 0 {
		delete(l.lingerers, g.source)
	}
	l.shut(c)
	l.stats.Move(l.ids.lingering, -1)
}

// shut closes the socket of c, unless that is gone, and uncounts it.
func (l *Loop) shut(c *Conn) {
	c.awaitsNothing()
	if !c.gone {
		c.gone = true
		l.driver.Shut(c)
	}
	l.uncount(c)
	l.dismiss()
}
