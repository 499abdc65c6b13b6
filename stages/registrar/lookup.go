package registrar

import (
	"time"

	"sluice/parser/sip"
	"sluice/pipeline"
)

// The answers to requests for users who cannot be reached. 404 is for users
// who never registered, as far as the table remembers, 480 for those who did
// (RFC 3261 §21.4.5, §21.4.18): there is no other list of users.
var (
	neverRegistered = sip.NotFound
	notRegistered   = sip.TemporarilyUnavailable
	sipsNotAllowed  = sip.TemporarilyUnavailable.WithHeaders("Warning: 380 sluice \"SIPS Not Allowed\"\r\n")
	sipsRequired    = sip.TemporarilyUnavailable.WithHeaders("Warning: 381 sluice \"SIPS Required\"\r\n")
)

// lookup sends a request to the bindings of the user that u names, or answers
// it. An ACK is not answered, but ends here all the same.
func (s *stage) lookup(x *pipeline.Exchange, u *sip.URI) pipeline.Verdict {
	row := x.Loop().Stats()
	row.Inc(s.set.ids.lookups)
	s.aor = sip.AppendAOR(s.aor[:0], x.Req.Buf, u)
	rec := s.table.find(s.aor)
	if refusal := addHops(x, rec, x.Loop().Now(), u.Scheme == sip.SchemeSIPS); refusal.Status != 0 {
		row.Inc(s.set.ids.misses)
		return x.Reply(refusal)
	}
	s.watch()
	if s.set.profile != nil {
		x.SetProfile(s.set.profile)
	}
	x.SetRouted()
	return pipeline.Continue
}

// addHops gives x the bindings of a user as hops. Those of one device are ways
// to it, the later ones for when the first fails: it shall not ring twice (RFC
// 5626 §5.3). A request to a SIPS URI goes to SIPS addresses alone, another one
// never does (RFC 5630 §5.3).
func addHops(x *pipeline.Exchange, rec record, now time.Duration, secure bool) (refusal sip.Reply) {
	if rec == nil {
		return neverRegistered
	}
	hops, others, n := 0, 0, rec.len()
	for i := range n {
		b := rec.binding(i)
		switch {
		case !b.live(now):
		case b.secure() != secure:
			others++
		case rec.way(&b, 0, i, now) < i: // it is there, as a way to that device
		default:
			hops++
			x.AddHop(b.hop())
			for k := rec.way(&b, i+1, n, now); k < n; k = rec.way(&b, k+1, n, now) {
				other := rec.binding(k)
				h := other.hop()
				h.Fallback = true
				x.AddHop(h)
			}
		}
	}
	switch {
	case hops > 0:
		return refusal
	case others == 0:
		return notRegistered
	case secure:
		return sipsNotAllowed
	}
	return sipsRequired
}

// way returns the first binding from one place to another that is, now, a way
// to the device of b; to if there is none.
func (r record) way(b *binding, from, to int, now time.Duration) int {
	if b.device.Empty() {
		return to
	}
	for i := from; i < to; i++ {
		if a := r.binding(i); a.live(now) && a.secure() == b.secure() && a.sameDevice(b) {
			return i
		}
	}
	return to
}
