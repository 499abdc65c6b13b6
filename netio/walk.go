package netio

// Conns walks the connections, those that are opening included. Closing some on the way does no harm.
func (l *Loop) Conns(yield func(*Conn) bool) {
	for i := range l.Slots() {
		if c := l.ConnAt(i); c != nil && !yield(c) {
			return
		}
	}
}

// Slots is how many places the loop has for connections, taken or not. It never shrinks.
func (l *Loop) Slots() int { return len(l.table.slots) }

// ConnAt is the connection in place i, nil when there is none or it was closed. With Slots it is Conns a part at
// a time.
func (l *Loop) ConnAt(i int) *Conn {
	if c := l.table.slots[i].conn; c != nil && c.state != StateClosed {
		return c
	}
	return nil
}
