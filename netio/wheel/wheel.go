package wheel

import (
	"math"
	"math/bits"
	"time"
)

const (
	// DefaultTick is the tick of a Wheel made by New(0).
	DefaultTick = 10 * time.Millisecond

	minTick = 100 * time.Microsecond

	// Eight levels of 64 slots cover 2^48 ticks. The longest time.Duration is less than 2^47 ticks of minTick, so no deadline is
	// out of range.
	levels   = 8
	slotBits = 6
	slots    = 1 << slotBits
	slotMask = slots - 1

	placeNone   = -1
	placeFiring = levels * slots
)

// Owner is told when its timer fires.
type Owner interface {
	// Expire is called by Advance with the time that Advance was given. t is no longer armed. A result above zero arms it again, that
	// far from now; zero leaves it as Expire left it: unarmed, unless Expire armed it itself. Any timer of the wheel may be armed and
	// disarmed from within.
	Expire(t *Timer, now time.Duration) time.Duration
}

// Timer is one timer, embedded by its user. The zero value is unarmed; Owner must be set before it is armed. It must not be copied or
// freed while armed, and belongs to at most one Wheel at a time.
type Timer struct {
	_ noCopy

	next, prev *Timer
	when       time.Duration
	place      int16 // slot number + 1, so that the zero value is unarmed
	Owner      Owner
}

// Armed tells whether t is waiting to fire.
func (t *Timer) Armed() bool { return t.place != 0 }

// When is the deadline that t was last armed for. It means nothing on a timer that never was.
func (t *Timer) When() time.Duration { return t.when }

// list is a queue of timers in the order in which they were armed.
type list struct{ head, tail *Timer }

// Wheel holds armed timers. Use New.
type Wheel struct {
	tick     time.Duration
	cur      uint64 // the tick that was reached; every armed timer is due in a later one
	count    int
	busy     uint8          // bit per level that has timers
	used     [levels]uint64 // bit per slot that has timers
	slot     [levels * slots]list
	firing   list // what is left of the slot that is being fired
	sweeping bool
}

// New returns a wheel at time zero with the given tick (0: DefaultTick; at least 100 µs).
func New(tick time.Duration) *Wheel {
	if tick <= 0 {
		tick = DefaultTick
	}
	return &Wheel{tick: max(tick, minTick)}
}

// Len is the number of armed timers.
func (w *Wheel) Len() int { return w.count }

// Tick is the wheel's resolution.
func (w *Wheel) Tick() time.Duration { return w.tick }

// Arm lets t fire `in` from now, whether it was armed before or not. A negative interval counts as zero, which fires in the next tick.
func (w *Wheel) Arm(t *Timer, now, in time.Duration) {
	w.Disarm(t)
	in = max(in, 0)
	t.when = now + in
	if t.when < now {
		t.when = math.MaxInt64
	}
	w.insert(t, max(w.ceil(t.when), w.cur+1))
	w.count++
}

// Disarm stops t. It does nothing to a timer that is not armed.
func (w *Wheel) Disarm(t *Timer) {
	place := int(t.place) - 1
	if place == placeNone {
		return
	}
	w.count--
	if place == placeFiring {
		w.firing.remove(t)
		return
	}
	w.slot[place].remove(t)
	if w.slot[place].head == nil {
		w.vacate(place>>slotBits, place&slotMask)
	}
}

// Next is the earliest time at which Advance may have something to do, false when no timer is armed. It is never late, and exact once
// the next timer is on the lowest level, that is in the current round of 64 ticks; before, it is the time at which the timer gets nearer
// to it, which may be early.
func (w *Wheel) Next() (at time.Duration, ok bool) {
	if w.count == 0 {
		return 0, false
	}
	if w.busy == 0 {
		return time.Duration(w.cur) * w.tick, true // only within Expire: what is left of this very tick
	}
	tick, _, _ := w.nextSlot()
	if tick > uint64(math.MaxInt64/w.tick) {
		return math.MaxInt64, true
	}
	return time.Duration(tick) * w.tick, true
}

// Advance moves the wheel to now, fires all that is due, tick by tick, and returns how many timers fired. Time never runs backwards:
// an earlier now does nothing. It does nothing when called from within Expire.
func (w *Wheel) Advance(now time.Duration) int {
	target := uint64(max(now, 0) / w.tick)
	if target <= w.cur || w.sweeping {
		return 0
	}
	w.sweeping = true
	fired := 0
	for w.busy != 0 {
		tick, level, slot := w.nextSlot()
		if tick > target {
			break
		}
		w.cur = tick
		if level > 0 {
			w.cascade(level, slot)
			slot = int(tick & slotMask)
		}
		fired += w.fire(slot, now)
	}
	w.cur = target
	w.sweeping = false
	return fired
}

// nextSlot finds the next slot with timers and the tick in which it begins. A timer is on the level of the highest digit in which its
// tick differs from cur, so all timers of a level are due before any of the next level, and within it no used slot is behind cur.
func (w *Wheel) nextSlot() (tick uint64, level, slot int) {
	level = bits.TrailingZeros8(w.busy)
	slot = bits.TrailingZeros64(w.used[level])
	shift := level * slotBits
	tick = w.cur>>(shift+slotBits)<<(shift+slotBits) | uint64(slot)<<shift
	return tick, level, slot
}

// cascade spreads a slot whose time has begun over the levels below it.
func (w *Wheel) cascade(level, slot int) {
	l := w.slot[level<<slotBits|slot]
	w.slot[level<<slotBits|slot] = list{}
	w.vacate(level, slot)
	for t := l.head; t != nil; {
		next := t.next
		w.insert(t, max(w.ceil(t.when), w.cur))
		t = next
	}
}

// fire empties a slot of the lowest level. The slot is set aside first: an owner may arm and disarm whatever it likes meanwhile.
func (w *Wheel) fire(slot int, now time.Duration) int {
	w.firing = w.slot[slot]
	w.slot[slot] = list{}
	w.vacate(0, slot)
	for t := w.firing.head; t != nil; t = t.next {
		t.place = placeFiring + 1
	}
	fired := 0
	for t := w.firing.head; t != nil; t = w.firing.head {
		w.firing.remove(t)
		w.count--
		fired++
		if again := t.Owner.Expire(t, now); again > 0 {
			w.Arm(t, now, again)
		}
	}
	return fired
}

func (w *Wheel) insert(t *Timer, tick uint64) {
	level := 0
	if diff := tick ^ w.cur; diff != 0 {
		level = (bits.Len64(diff) - 1) / slotBits
	}
	slot := int(tick>>(level*slotBits)) & slotMask
	place := level<<slotBits | slot
	w.slot[place].push(t)
	t.place = int16(place) + 1
	w.used[level] |= 1 << slot
	w.busy |= 1 << level
}

func (w *Wheel) vacate(level, slot int) {
	w.used[level] &^= 1 << slot
	if w.used[level] == 0 {
		w.busy &^= 1 << level
	}
}

// ceil is the first tick that does not begin before d.
func (w *Wheel) ceil(d time.Duration) uint64 {
	ticks := uint64(max(d, 0) / w.tick)
	if time.Duration(ticks)*w.tick < d {
		ticks++
	}
	return ticks
}

func (l *list) push(t *Timer) {
	t.next, t.prev = nil, l.tail
	if l.tail == nil {
		l.head = t
	} else {
		l.tail.next = t
	}
	l.tail = t
}

func (l *list) remove(t *Timer) {
	if t.prev == nil {
		l.head = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		l.tail = t.prev
	} else {
		t.next.prev = t.prev
	}
	t.next, t.prev, t.place = nil, nil, 0
}

// noCopy makes go vet complain about copies.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}
