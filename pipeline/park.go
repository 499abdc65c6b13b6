package pipeline

import (
	"time"

	"sluice/netio"
	"sluice/netio/wheel"
)

// A Token names one parking of one Exchange, Branch or Handshake: 8 bits of
// loop, 24 of slot, 32 of generation. It may be copied anywhere and posted
// from any goroutine, once or more often: a spent or stale one is ignored.
// The zero Token names nothing.
type Token uint64

func makeToken(loop int, slot, gen uint32) Token {
	return Token(uint64(loop)<<56 | uint64(slot)<<32 | uint64(gen))
}

func (t Token) loop() int    { return int(t >> 56) }
func (t Token) slot() uint32 { return uint32(t>>32) & 0xffffff }
func (t Token) gen() uint32  { return uint32(t) }

// An Event is the reason why something parked runs again.
type Event struct {
	Kind EventKind
	Code int32 // the poster's
	Data any   // the poster's: a pointer, or nil
}

// An EventKind tells what woke a parked activation.
type EventKind uint8

const (
	EventPosted  EventKind = iota // somebody posted the token
	EventTimeout                  // nobody did, in time
	EventCancel                   // the Program is ended; finish now
)

// A step is a place in a chain where an activation may stop.
type step uint8

const (
	stepNone step = iota
	stepRequest
	stepResolve
	stepTarget
	stepResponse
	stepFailure
	stepHandshake
)

// park is the part of an Exchange, Branch or Handshake that can be
// suspended. It is woken by a token that was asked for before the stage
// returned Suspend.
type park struct {
	slot      uint32 // in engine.parks; 0: none
	suspended bool
	at        step
	index     int // the hook in the chain that suspended
	guard     wheel.Timer
}

// A parked is what the slots of engine.parks hold.
type parked interface {
	parking() *park
	program() *Program
	resume(ev Event)
}

// parkSlot carries the generation of its slot, which changes at every resume
// and every release, so that a spent token cannot wake a later parking.
type parkSlot struct {
	who  parked
	gen  uint32
	next uint32 // free list
}

// parkTable is the loop's table of what may be resumed.
type parkTable struct {
	slots []parkSlot // slot 0 is not used
	free  uint32
	n     int
}

// token returns the token for the coming parking of who, reserving a slot
// for it if it has none.
func (t *parkTable) token(loop int, who parked) Token {
	p := who.parking()
	if p.slot == 0 {
		if t.free == 0 {
			if len(t.slots) == 0 {
				t.slots = append(t.slots, parkSlot{})
			}
			t.slots = append(t.slots, parkSlot{gen: 1})
			t.free = uint32(len(t.slots) - 1)
		}
		p.slot = t.free
		s := &t.slots[p.slot]
		t.free, s.next, s.who = s.next, 0, who
		t.n++
	}
	return makeToken(loop, p.slot, t.slots[p.slot].gen)
}

// lookup returns what tok names, or nil when that is over.
func (t *parkTable) lookup(tok Token) parked {
	i := tok.slot()
	if i == 0 || int(i) >= len(t.slots) || t.slots[i].gen != tok.gen() {
		return nil
	}
	return t.slots[i].who
}

// spend makes every token for p's slot stale and gives the slot back.
func (t *parkTable) spend(p *park) {
	if p.slot == 0 {
		return
	}
	s := &t.slots[p.slot]
	if s.gen++; s.gen == 0 {
		s.gen = 1
	}
	s.who, s.next = nil, t.free
	t.free, p.slot = p.slot, 0
	t.n--
}

// mayPark reserves a slot for who, or tells that too many are taken.
func (e *Engine) mayPark(who parked) bool {
	e.parks.token(e.index, who)
	if e.parks.n <= e.limits().MaxParked {
		return true
	}
	e.parks.spend(who.parking())
	e.count(metricParkFull)
	return false
}

// suspend parks who at hook index of a kind of step. The guard timer resumes
// what nobody wakes.
func (e *Engine) suspend(who parked, at step, index int) {
	p := who.parking()
	e.parks.token(e.index, who) // so that the guard can name it, if the stage did not ask
	p.suspended, p.at, p.index = true, at, index
	if p.guard.Owner == nil {
		p.guard.Owner = parkGuard{e, who}
	}
	e.loop.Wheel().Arm(&p.guard, e.loop.Now(), e.limits().ParkTimeout)
	e.count(metricSuspended)
}

// wake resumes what tok names with ev; a stale token does nothing.
func (e *Engine) wake(tok Token, ev Event) {
	who := e.parks.lookup(tok)
	if who == nil || !who.parking().suspended {
		e.count(metricStaleToken)
		return
	}
	e.unpark(who)
	who.resume(ev)
}

// unpark makes the parking of who over; its tokens are void.
func (e *Engine) unpark(who parked) {
	p := who.parking()
	e.parks.spend(p)
	p.suspended = false
	e.loop.Wheel().Disarm(&p.guard)
}

// parkGuard is the Owner of guard timers.
type parkGuard struct {
	e   *Engine
	who parked
}

func (g parkGuard) Expire(_ *wheel.Timer, _ time.Duration) time.Duration {
	defer g.e.guardCallback()
	g.e.count(metricParkTimeout)
	g.e.unpark(g.who)
	g.who.resume(Event{Kind: EventTimeout})
	return 0
}

// Post resumes what tok names, on its loop and at its place. It may be called
// from any goroutine. It reports whether the loop's mailbox had room; when it
// had none the guard timer will resume with EventTimeout.
func (p *Edge) Post(tok Token, ev Event) bool {
	l := p.loop(tok.loop())
	return l != nil && l.Post(netio.Mail{Kind: mailResume, Token: uint64(tok), Code: ev.Code, Data: ev.Data})
}
