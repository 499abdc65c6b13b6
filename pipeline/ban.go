package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"sync/atomic"
	"time"

	"sluice/netio"
	"sluice/netio/tlsio"
	"sluice/netio/wheel"
	"sluice/pipeline/link"
)

// exceeds reports whether a connection that ended with err did so for what its
// peer did beyond a limit: too slow a TLS handshake, or too much in it, or too
// little read of what waits. That there were too many handshakes is not the
// fault of the one that had to go.
func exceeds(err error) bool {
	return errors.Is(err, netio.ErrHandshakeTimeout) || errors.Is(err, tlsio.ErrFlood) || errors.Is(err, netio.ErrSlowReader)
}

// strikeConn notes that the client of c has exceeded a limit. Whom we have
// connected to is none, and as long as only a load balancer is known it is not
// the balancer's fault.
func (e *Engine) strikeConn(c *netio.Conn) {
	if !c.Dialled() && !ofBalancer(c) {
		e.strike(c.Remote().Addr())
	}
}

// ofBalancer reports whether c is from a load balancer and, for all we know, for
// nobody else.
func ofBalancer(c *netio.Conn) bool { return c.Listener().Proxied(c.Remote().Addr()) }

// strikeFor has what a link counts count against its peer: a WebSocket message or
// an HTTP request that is too large, and more bad handshakes than there may be
// good ones.
func (f *flow) strikeFor(c link.Counter) {
	switch {
	case c == link.CounterRequestTooLong, c == link.CounterTooLong && f.link.Mode() == link.ModeWebSocket:
		f.e.strikeConn(f.c)
	case c == link.CounterBadHandshake && !ofBalancer(f.c):
		f.e.tooMany(&f.e.edge.sources.handshakes, f.c.Remote().Addr(), f.e.limits().Source.Handshakes)
	}
}

// How fast connections are looked through when somebody is banned: a million of
// a loop in ten seconds, with less than a hundredth of its time.
const (
	sweepEvery = 20 * time.Millisecond
	sweepStep  = 2048
)

// A sweep closes the connections of who is banned, a part of them at a time.
type sweep struct {
	timer wheel.Timer
	e     *Engine
	at    int // the place to look at next
	left  int // how many are to be looked at

	told atomic.Bool // the mail is on its way: one is enough for many bans
}

// banLogEvery is how often a ban is logged at most: a flood from many sources
// shall not become one of lines. All are counted.
const banLogEvery = time.Second

// announceBan logs a ban, and has all loops look for connections of who is
// banned. Those of a loop whose mailbox is full are closed when they next send
// something.
func (p *Edge) announceBan(source netip.Addr, lasts, now time.Duration) {
	if next := p.banLog.Load(); now >= time.Duration(next) && p.banLog.CompareAndSwap(next, int64(now+banLogEvery)) {
		who := source.String()
		if source.Is6() {
			who += "/64"
		}
		p.log.LogAttrs(context.Background(), slog.LevelWarn, "banned", slog.String("source", who), slog.String("for", lasts.String()))
	}
	for _, e := range p.engines {
		if told := &e.sweep.told; told.CompareAndSwap(false, true) && !e.loop.Post(netio.Mail{Kind: mailBan}) {
			told.Store(false)
		}
	}
}

// onBan begins to look through all connections, also if that was under way.
func (e *Engine) onBan() {
	s := &e.sweep
	s.told.Store(false)
	s.left = e.loop.Slots()
	if s.left > 0 && !s.timer.Armed() {
		s.e, s.timer.Owner = e, s
		e.loop.Wheel().Arm(&s.timer, e.loop.Now(), sweepEvery)
	}
}

// Expire implements wheel.Owner.
func (s *sweep) Expire(*wheel.Timer, time.Duration) time.Duration {
	defer s.e.guardCallback()
	l := s.e.loop
	for range min(s.left, sweepStep) {
		if s.at >= l.Slots() {
			s.at = 0
		}
		if c := l.ConnAt(s.at); c != nil {
			s.e.closeBanned(c)
		}
		s.at++
		s.left--
	}
	if s.left == 0 {
		return 0
	}
	return sweepEvery
}

func (e *Engine) closeBanned(c *netio.Conn) {
	if ofBalancer(c) || !e.banned(c.Remote().Addr()) {
		return
	}
	if f, ok := c.Link.(*flow); ok {
		f.close(CauseLimit)
	} else { // its TLS handshake is not done
		c.Close(errExpelled)
	}
}
