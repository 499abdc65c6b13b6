package pipeline

import (
	"maps"
	"sync/atomic"
	"time"

	"sluice/parser/sip"
)

// A blacklist holds targets that are passed over for a time. It is shared by
// all loops: a map that never changes, replaced as a whole by whoever adds to
// it. Most of the time there is none.
type blacklist struct {
	list atomic.Pointer[map[Target]blacklisted]
}

type blacklisted struct {
	until time.Duration // on the clock of the loops
	cause Cause
	reply sip.Reply // instead of what the cause says
}

// maxBlacklist bounds the blacklist: a peer may know how to name targets.
const maxBlacklist = 1024

// find returns the entry of t, if there is one at the time now.
func (l *blacklist) find(t Target, now time.Duration) (blacklisted, bool) {
	p := l.list.Load()
	if p == nil {
		return blacklisted{}, false
	}
	entry, ok := (*p)[t]
	return entry, ok && entry.until > now
}

// add puts t on the list, and takes off it what is over. It reports false when
// the list is full.
func (l *blacklist) add(t Target, entry blacklisted, now time.Duration) bool {
	for {
		old := l.list.Load()
		list := map[Target]blacklisted{}
		if old != nil {
			list = maps.Clone(*old)
			maps.DeleteFunc(list, func(_ Target, e blacklisted) bool { return e.until <= now })
		}
		if _, there := list[t]; !there && len(list) >= maxBlacklist {
			return false
		}
		list[t] = entry
		if l.list.CompareAndSwap(old, &list) {
			return true
		}
	}
}

// Bounds of how long a target may be passed over.
const (
	MinBlacklistTime = 2 * time.Second
	MaxBlacklistTime = 600 * time.Second
)

// Blacklist has every request pass over the target at hand for a time of 2 s
// to 600 s; one that has no other target is answered with r (OverSIP's
// add_target_to_blacklist; 403 Destination Blacklisted if r is zero). It
// reports false when the time is out of its range, there is no target, or the
// list is full.
func (b *Branch) Blacklist(d time.Duration, r sip.Reply) bool {
	if d < MinBlacklistTime || d > MaxBlacklistTime || b.Target == (Target{}) {
		return false
	}
	e := b.x.e
	now := e.loop.Now()
	return e.edge.blacklist.add(b.Target, blacklisted{now + d, CauseDestinationBlacklisted, r}, now)
}

// noteFailure puts the address of a failed attempt on the blacklist, if the
// profile says so. A connection is no address: when it is gone, it is gone.
func (e *Engine) noteFailure(b *Branch) {
	p := b.x.Profile()
	if !p.UseBlacklist || b.Target.Flow != 0 || b.Target == (Target{}) ||
		b.cause != CauseClientTimeout && b.cause != CauseConnectionError {
		return
	}
	e.blacklistFor(b, p.BlacklistTime)
}

// blacklistFor puts b's target on the blacklist for what happened to b.
func (e *Engine) blacklistFor(b *Branch, d time.Duration) {
	now := e.loop.Now()
	if e.edge.blacklist.add(b.Target, blacklisted{until: now + d, cause: b.cause}, now) {
		e.count(metricBlacklisted)
	}
}

// passOver reports whether b's target is on the blacklist, and notes why. One
// that is there for a failure is tried all the same when it is the only one:
// nothing is won by not trying.
func (e *Engine) passOver(b *Branch) bool {
	entry, ok := e.edge.blacklist.find(b.Target, e.loop.Now())
	if !ok || entry.cause != CauseDestinationBlacklisted && b.next == len(b.targets) && !b.hasFallback() {
		return false
	}
	e.count(metricPassedOver)
	b.cause, b.refusal = entry.cause, entry.reply
	return true
}
