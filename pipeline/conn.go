package pipeline

import (
	"math"
	"time"

	"sluice/netio"
	"sluice/netio/wheel"
	"sluice/pipeline/link"
)

// ConnLimits say how long the peers of stream connections may keep us waiting,
// and how they are asked whether they are still there. Zero of each is never.
// Time runs from when a connection is open, with TLS after its handshake.
type ConnLimits struct {
	HeadTimeout    time.Duration // for a PROXY protocol header and the head of an HTTP request together
	MessageTimeout time.Duration // for a SIP message, WebSocket frame or TLS record, once begun

	// Without a byte from the peer, while no transaction waits: on connections
	// that we have accepted, and on those that we have opened.
	IdleIn, IdleOut time.Duration

	WebSocket KeepAlive
	Keep      time.Duration // how often clients that offer to send keep-alives are asked to (RFC 6223)
	CRLF      time.Duration // silence on a connection that we opened, after which the peer is sent a double CRLF (RFC 5626 §4.4.1)
}

// A KeepAlive says how WebSocket clients are kept alive that are silent.
type KeepAlive struct {
	Mechanism KeepAliveMechanism
	Timeout   time.Duration // of silence, before a keep-alive is sent
	Data      string        // in the frame: at most 125 bytes
}

// A KeepAliveMechanism is the frame that is sent (RFC 6455 §5.5.2, §5.5.3).
type KeepAliveMechanism uint8

// The mechanisms. A Ping has to be answered, a Pong is not.
const (
	KeepAliveNone KeepAliveMechanism = iota
	KeepAlivePing
	KeepAlivePong
)

// How long a peer has for its answer.
const (
	closeTimeout = 5 * time.Second  // to our Close frame
	crlfTimeout  = 10 * time.Second // to a double CRLF (RFC 5626 §4.4.1)
	pingTimeout  = 30 * time.Second // to a Ping, or less: the time after which it is sent
)

// A duty is what is to be done about a connection when its timer says so.
type duty uint8

const (
	dutyNone duty = iota
	dutyHead
	dutyMessage
	dutyClose
	dutyHalfClose
	dutyIdle
	dutyProof      // what its certificate proves has ended
	dutyAsk        // send a keep-alive
	dutyUnanswered // ours was not answered
)

// A deadline is the first of several.
type deadline struct {
	at   time.Duration
	duty duty
}

// after makes d earlier, if limit is one and ends before it.
func (d *deadline) after(since, limit time.Duration, duty duty) {
	if limit > 0 {
		d.by(since+limit, duty)
	}
}

// by makes d earlier, if at is.
func (d *deadline) by(at time.Duration, duty duty) {
	if at < d.at {
		d.at, d.duty = at, duty
	}
}

// A vigil is what a flow knows about its peer's pace. Bytes that arrive only
// move a time; the one timer is set when a deadline comes nearer, and finds out
// what is due when it fires.
type vigil struct {
	timer wheel.Timer
	heard time.Duration // when bytes came last
	asked time.Duration // when a keep-alive of ours went out that nothing came after, 0 if none did
	since time.Duration // when the link began to wait, or the peer ended its sending
	which uint16        // for what of its kind
	wait  link.Wait
	why   Cause // it was closed, if that was our doing
}

// hear notes that the peer has sent something.
func (f *flow) hear() { f.heard, f.asked = f.e.loop.Now(), 0 }

// attend looks whether the peer owes something else than before. It is called
// when the link has changed.
func (f *flow) attend() {
	wait, which := f.link.Waiting()
	if wait == f.wait && which == f.which && f.timer.Armed() {
		return
	}
	if wait != f.wait || which != f.which {
		f.wait, f.which, f.since = wait, which, f.e.loop.Now()
	}
	f.arm()
}

// OnRecord implements netio.RecordHandler: the peer owes the rest of a TLS
// record. It was not heard by that: whose bytes these are is known when the
// record is whole, and the peer's next sign of life is in it.
func (e *Engine) OnRecord(c *netio.Conn) {
	if f, ok := c.Link.(*flow); ok {
		f.arm()
	}
}

// arm has the timer fire in time for what is due next.
func (f *flow) arm() {
	d := f.next()
	if d.duty != dutyNone && (!f.timer.Armed() || d.at < f.timer.When()) {
		now := f.e.loop.Now()
		f.timer.Owner = f
		f.e.loop.Wheel().Arm(&f.timer, now, max(d.at-now, 1))
	}
}

// next returns what is due next, and when.
func (f *flow) next() deadline {
	d := deadline{at: math.MaxInt64}
	lim := &f.e.limits().Conn
	if f.c.HalfClosed() {
		d.after(f.since, halfCloseTime, dutyHalfClose)
		return d
	}
	switch f.wait {
	case link.WaitHead:
		d.after(f.since, lim.HeadTimeout, dutyHead)
	case link.WaitMessage:
		d.after(f.since, lim.MessageTimeout, dutyMessage)
	case link.WaitClose:
		d.after(f.since, closeTimeout, dutyClose)
		return d
	}
	if since, ok := f.c.AwaitsRecord(); ok && f.wait != link.WaitHead { // besides: neither deadline moves the other
		d.after(since, lim.MessageTimeout, dutyMessage)
	}
	if f.c.Dialled() {
		d.after(f.heard, lim.IdleOut, dutyIdle)
	} else {
		d.after(f.heard, lim.IdleIn, dutyIdle)
	}
	if p := f.proven; p != nil && p.n > 0 {
		d.by(p.end(f.e.loop.Now()), dutyProof)
	}
	switch f.link.Mode() {
	case link.ModeWebSocket:
		f.nextPing(&d, &lim.WebSocket)
	case link.ModeSIP:
		if f.c.Dialled() {
			f.nextAsk(&d, lim.CRLF, crlfTimeout)
		}
	}
	return d
}

func (f *flow) nextPing(d *deadline, k *KeepAlive) {
	switch k.Mechanism {
	case KeepAlivePing:
		f.nextAsk(d, k.Timeout, min(k.Timeout, pingTimeout))
	case KeepAlivePong:
		d.after(max(f.heard, f.asked), k.Timeout, dutyAsk)
	}
}

// nextAsk is for keep-alives that the peer has to answer in time; any byte will
// do.
func (f *flow) nextAsk(d *deadline, silence, answer time.Duration) {
	if f.asked == 0 {
		d.after(f.heard, silence, dutyAsk)
	} else {
		d.after(f.asked, answer, dutyUnanswered)
	}
}

// Expire implements wheel.Owner.
func (f *flow) Expire(_ *wheel.Timer, now time.Duration) time.Duration {
	defer f.e.guardCallback()
	d := f.next()
	if d.duty != dutyNone && d.at <= now {
		f.do(d.duty)
		d = f.next()
	}
	if d.duty == dutyNone || f.why != CauseNone && f.wait != link.WaitClose {
		return 0
	}
	return max(d.at-now, 1)
}

func (f *flow) do(d duty) {
	e := f.e
	switch d {
	case dutyHead:
		e.countOn(f.c.Transport(), trafficHeadTimeouts)
		f.tooSlow(CauseTooSlow)
	case dutyMessage:
		e.countOn(f.c.Transport(), trafficMessageTimeouts)
		f.tooSlow(CauseTooSlow)
	case dutyClose:
		e.count(metricCloseTimeouts)
		f.close(f.why)
	case dutyHalfClose:
		e.count(metricHalfCloseTimeouts)
		f.close(CausePeerClosed)
	case dutyIdle:
		f.idle()
	case dutyProof:
		f.dropAliases()
	case dutyAsk:
		f.ask()
	case dutyUnanswered:
		e.countOn(f.c.Transport(), trafficUnanswered)
		f.close(CauseKeepAliveTimeout)
	}
}

// tooSlow ends a connection whose peer takes its time for what it has begun,
// and tells it why where there are words for it.
func (f *flow) tooSlow(why Cause) {
	e := f.e
	e.frame = e.frame[:0]
	switch f.link.Mode() {
	case link.ModeHTTP:
		e.frame = e.pool.AppendStatus(e.frame, 408, "", "", "")
	case link.ModeWebSocket:
		e.frame = f.link.AppendClose(e.frame, closePolicy, "too slow")
	}
	f.c.Write(e.frame)
	e.strikeConn(f.c)
	f.close(why)
}

// Close codes (RFC 6455 §7.4.1).
const (
	closeGoingAway = 1001
	closePolicy    = 1008
)

// idle ends a connection that nobody needs. Who waits for a transaction to end
// is not idle.
func (f *flow) idle() {
	if f.clients != nil || f.far.len() > 0 || f.servers > 0 {
		f.heard = f.e.loop.Now()
		return
	}
	f.e.countOn(f.c.Transport(), trafficIdle)
	if !f.goAway(CauseIdle, "idle") {
		f.close(CauseIdle)
	}
}

// goAway begins the closing handshake of a WebSocket; stages are told why when
// it has ended. It returns false where there is none to begin.
func (f *flow) goAway(why Cause, reason string) bool {
	e := f.e
	e.frame = f.link.AppendClose(e.frame[:0], closeGoingAway, reason)
	if len(e.frame) == 0 {
		return false
	}
	f.why = why
	f.c.Write(e.frame)
	f.wait, f.which = f.link.Waiting()
	f.since = e.loop.Now()
	return true
}

// ask sends a keep-alive.
func (f *flow) ask() {
	e := f.e
	k := &e.limits().Conn.WebSocket
	e.frame = append(e.frame[:0], k.Data...)
	payload := e.frame
	if f.link.Mode() == link.ModeWebSocket && k.Mechanism == KeepAlivePong {
		e.frame = f.link.AppendPong(e.frame, payload)
	} else {
		e.frame = f.link.AppendPing(e.frame, payload)
	}
	f.asked = max(e.loop.Now(), 1)
	e.countOn(f.c.Transport(), trafficKeepAlivesSent)
	f.c.Write(e.frame[len(payload):])
}

// close closes the connection; stages are told why.
func (f *flow) close(why Cause) {
	f.why = why
	f.link.End()
	if why == CauseTooSlow || why == CauseLimit {
		f.c.Close(errExpelled)
	} else {
		f.c.Close(nil)
	}
}
