package registrar

import (
	"slices"
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
func addHops(x *pipeline.Exchange, rec *record, now time.Duration, secure bool) (refusal sip.Reply) {
	if rec == nil {
		return neverRegistered
	}
	hops, others := 0, 0
	list := rec.bindings
	usable := func(b *binding) bool { return b.live(now) && b.secure() == secure }
	for i := range list {
		b := &list[i]
		switch {
		case !b.live(now):
			continue
		case b.secure() != secure:
			others++
			continue
		case slices.ContainsFunc(list[:i], func(a binding) bool { return usable(&a) && a.sameDevice(b) }):
			continue // it is there, as a way to that device
		}
		hops++
		x.AddHop(b.hop())
		for k := range list[i+1:] {
			if a := &list[i+1+k]; usable(a) && a.sameDevice(b) {
				h := a.hop()
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
