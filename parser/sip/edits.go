package sip

import (
	"slices"
	"strconv"

	"sluice/parser"
)

// An EgressPart is what is known of the way out only when a message is written.
type EgressPart uint8

const (
	EgressVia       EgressPart = iota + 1 // "SIP/2.0/UDP host:port"
	EgressSentBy                          // "host:port"
	EgressTransport                       // "udp", lower case
)

// Egress is the way out that late-bound parts of an [Edits] are written for.
type Egress struct {
	Transport Transport
	SentBy    string // host, or host:port
}

// Edits says what of a message differs on the wire: a list of removals,
// replacements and insertions, sorted by offset, over bytes that are never
// written. Edits at one offset keep the order in which they were made. A
// replacement or removal of the same span as an earlier one takes its place;
// of two that overlap otherwise, that with the lower offset holds. What is
// inserted strictly within a removed span goes with it.
//
// The zero Edits is empty and ready; Reset keeps its memory for the next
// message. Texts are copied.
type Edits struct {
	ops  []edit
	text []byte
}

type edit struct {
	off, end uint16 // of the message; equal for an insertion
	from, to uint32 // of Edits.text
	part     EgressPart
	added    HeaderID // the header that SetHeader added, HeaderOther else
}

func (o *edit) inserts() bool { return o.off == o.end }

// Reset empties e and keeps its memory.
func (e *Edits) Reset() { e.ops, e.text = e.ops[:0], e.text[:0] }

// Empty reports whether e changes nothing.
func (e *Edits) Empty() bool { return len(e.ops) == 0 }

// Len returns the number of edits.
func (e *Edits) Len() int { return len(e.ops) }

// Added returns the number of bytes that e adds at most.
func (e *Edits) Added() int { return len(e.text) }

// CopyFrom makes e the same edits as src.
func (e *Edits) CopyFrom(src *Edits) {
	e.ops, e.text = append(e.ops[:0], src.ops...), append(e.text[:0], src.text...)
}

// Remove removes the bytes at.
func (e *Edits) Remove(at parser.Span) {
	if at.Empty() {
		return
	}
	e.put(e.edit(at, len(e.text)))
}

// Replace puts text in the place of the bytes at.
func (e *Edits) Replace(at parser.Span, text []byte) {
	from := len(e.text)
	e.text = append(e.text, text...)
	e.put(e.edit(at, from))
}

// ReplaceString puts s in the place of the bytes at.
func (e *Edits) ReplaceString(at parser.Span, s string) {
	from := len(e.text)
	e.text = append(e.text, s...)
	e.put(e.edit(at, from))
}

// ReplaceUint puts n, in decimal, in the place of the bytes at.
func (e *Edits) ReplaceUint(at parser.Span, n uint64) {
	from := len(e.text)
	e.text = strconv.AppendUint(e.text, n, 10)
	e.put(e.edit(at, from))
}

// Insert inserts text before the byte at off.
func (e *Edits) Insert(off int, text []byte) {
	e.Replace(parser.MakeSpan(off, off), text)
}

// InsertString inserts s before the byte at off.
func (e *Edits) InsertString(off int, s string) {
	e.ReplaceString(parser.MakeSpan(off, off), s)
}

// InsertUint inserts n, in decimal, before the byte at off.
func (e *Edits) InsertUint(off int, n uint64) {
	e.ReplaceUint(parser.MakeSpan(off, off), n)
}

// InsertEgress inserts, before the byte at off, what the [Egress] says when the
// message is written.
func (e *Edits) InsertEgress(off int, part EgressPart) {
	o := e.edit(parser.MakeSpan(off, off), len(e.text))
	o.part = part
	e.put(o)
}

// edit returns an edit of the bytes at, whose text is that from from on.
func (e *Edits) edit(at parser.Span, from int) edit {
	return edit{
		off: uint16(at.Start()), end: uint16(at.End()),
		from: uint32(from), to: uint32(len(e.text)),
	}
}

// put sorts o in.
func (e *Edits) put(o edit) {
	i := len(e.ops)
	for i > 0 && e.ops[i-1].off > o.off {
		i--
	}
	if !o.inserts() {
		for j := i - 1; j >= 0 && e.ops[j].off == o.off; j-- {
			if e.ops[j].end == o.end {
				e.ops[j] = o
				return
			}
		}
	}
	e.ops = append(e.ops, o)
	if i < len(e.ops)-1 {
		copy(e.ops[i+1:], e.ops[i:])
		e.ops[i] = o
	}
}

// removed reports whether a removal holds the bytes at.
func (e *Edits) removed(at parser.Span) bool {
	for i := range e.ops {
		o := &e.ops[i]
		if o.off > at.Off {
			break
		}
		if !o.inserts() && o.from == o.to && int(o.end) >= at.End() {
			return true
		}
	}
	return false
}

// discard takes back the edits that lie within the bytes at; insertions before
// the first and behind the last of them stay.
func (e *Edits) discard(at parser.Span) {
	e.ops = slices.DeleteFunc(e.ops, func(o edit) bool {
		if o.inserts() {
			return o.off > at.Off && int(o.off) < at.End()
		}
		return o.off >= at.Off && int(o.end) <= at.End()
	})
}
