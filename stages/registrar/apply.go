package registrar

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"sluice/parser"
	"sluice/parser/sip"
)

// apply appends to dst, which is empty, the bindings that take the place of
// those in old once q is granted at the time now, in the order in which they are
// to be tried: by falling q, the latest first (RFC 3261 §10.3 steps 6 and 7).
// Their texts are parts of q and of old. If a reply with a status comes back,
// the request fails as a whole and old stays.
func (q *request) apply(dst []binding, old record, now time.Duration, limit int) ([]binding, sip.Reply) {
	for i := range old.len() {
		if b := old.binding(i); b.live(now) {
			dst = append(dst, b)
		}
	}
	had := len(dst)
	if q.star {
		return q.removeAll(dst)
	}
	fresh := 0 // dst[:fresh] are of this request
	for i := range q.contacts {
		c := &q.contacts[i]
		at := q.search(dst, c)
		// Of an address that is there twice the last value holds.
		if at >= fresh && q.outdated(&dst[at]) {
			return dst, outOfOrder
		}
		if at >= 0 {
			dst = slices.Delete(dst, at, at+1)
		}
		if at >= 0 && at < fresh {
			fresh--
		}
		if c.expires == 0 {
			continue
		}
		b := c.binding
		b.text, b.expires = q.text[c.from:c.to], now+c.expires
		dst = slices.Insert(dst, fresh, b)
		fresh++
	}
	if len(dst) > limit && len(dst) > had {
		return dst, tooManyContacts
	}
	slices.SortStableFunc(dst, func(a, b binding) int { return cmp.Compare(b.q, a.q) })
	return dst, sip.Reply{}
}

// outOfOrder is the answer to a request that an earlier one overtook.
var outOfOrder = sip.ServerInternalError.WithReason("CSeq Out Of Order")

// removeAll is Contact: *.
func (q *request) removeAll(dst []binding) ([]binding, sip.Reply) {
	for i := range dst {
		if q.outdated(&dst[i]) {
			return dst, outOfOrder
		}
	}
	return dst[:0], sip.Reply{}
}

// outdated reports whether q was sent before, or is, the request that b is
// from.
func (q *request) outdated(b *binding) bool {
	return q.cseq <= b.cseq && bytes.Equal(b.callID.Of(b.text), q.callID)
}

// search returns the index of the binding for the address of c, or -1.
func (q *request) search(list []binding, c *contact) int {
	for i := range list {
		b := &list[i]
		text := b.uri.Of(b.text)
		var u sip.URI
		if _, err := sip.ParseURI(text, 0, &u); err == parser.OK && sip.CompareURI(text, &u, q.buf, &c.uri) {
			return i
		}
	}
	return -1
}
