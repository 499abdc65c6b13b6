package sip

// merge walks two lists of edits in the order of the message.
type merge struct {
	a, b []edit
	pos  int // what is before it is written or removed
	cut  int // where the last removal began
}

func newMerge(a, b *Edits) merge {
	g := merge{cut: -1}
	if a != nil {
		g.a = a.ops
	}
	if b != nil {
		g.b = b.ops
	}
	return g
}

// next returns the next edit that holds, and whether it is of b; nil at the
// end. At equal offsets a comes first.
func (g *merge) next() (o *edit, ofB bool) {
	for {
		switch {
		case len(g.a) > 0 && (len(g.b) == 0 || g.a[0].off <= g.b[0].off):
			o, g.a, ofB = &g.a[0], g.a[1:], false
		case len(g.b) > 0:
			o, g.b, ofB = &g.b[0], g.b[1:], true
		default:
			return nil, false
		}
		off := int(o.off)
		if off >= g.pos || o.inserts() && off == g.cut {
			return o, ofB
		}
	}
}

// pass moves behind o.
func (g *merge) pass(o *edit, size int) {
	if o.inserts() {
		g.pos = max(g.pos, min(int(o.off), size))
		return
	}
	g.cut, g.pos = int(o.off), min(int(o.end), size)
}

// AppendEdited appends the message with the edits of a and b, either of which
// may be nil; at equal offsets those of a come first. eg may be nil when there
// are no late-bound parts. Without edits the message is reproduced byte for
// byte.
func (m *Message) AppendEdited(dst []byte, a, b *Edits, eg *Egress) []byte {
	buf := m.Buf
	g := newMerge(a, b)
	for {
		o, ofB := g.next()
		if o == nil {
			break
		}
		if off := min(int(o.off), len(buf)); off > g.pos {
			dst = append(dst, buf[g.pos:off]...)
		}
		switch {
		case o.part != 0:
			dst = eg.append(dst, o.part)
		case ofB:
			dst = append(dst, b.text[o.from:o.to]...)
		default:
			dst = append(dst, a.text[o.from:o.to]...)
		}
		g.pass(o, len(buf))
	}
	return append(dst, buf[g.pos:]...)
}

// SizeEdited returns how many bytes AppendEdited appends.
func (m *Message) SizeEdited(a, b *Edits, eg *Egress) int {
	size := len(m.Buf)
	n := 0
	g := newMerge(a, b)
	for {
		o, _ := g.next()
		if o == nil {
			break
		}
		if off := min(int(o.off), size); off > g.pos {
			n += off - g.pos
		}
		n += int(o.to-o.from) + eg.size(o.part)
		g.pass(o, size)
	}
	return n + size - g.pos
}

func (eg *Egress) append(dst []byte, part EgressPart) []byte {
	if eg == nil {
		return dst
	}
	switch part {
	case EgressVia:
		dst = append(dst, "SIP/2.0/"...)
		dst = append(dst, eg.Transport.Upper()...)
		dst = append(dst, ' ')
		dst = append(dst, eg.SentBy...)
	case EgressSentBy:
		dst = append(dst, eg.SentBy...)
	case EgressTransport:
		dst = append(dst, eg.Transport.Lower()...)
	}
	return dst
}

func (eg *Egress) size(part EgressPart) int {
	if eg == nil {
		return 0
	}
	switch part {
	case EgressVia:
		return len("SIP/2.0/ ") + len(eg.Transport.Upper()) + len(eg.SentBy)
	case EgressSentBy:
		return len(eg.SentBy)
	case EgressTransport:
		return len(eg.Transport.Lower())
	}
	return 0
}
