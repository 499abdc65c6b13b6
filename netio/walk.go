package netio

// Slots is how many places the loop has for connections, taken or not. It never shrinks.
func (l *Loop) Slots() int { return len(l.table.slots) }

// ConnAt is the connection in place i, nil when there is none or it was closed. With Slots it walks all connections of the loop, those whose
// handshake is not done included, a part at a time.
func (l *Loop) ConnAt(i int) *Conn {
	if c := l.table.slots[i].conn; c != nil && c.state != StateClosed {
		return c
	}
	return nil
}
