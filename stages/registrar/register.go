package registrar

import (
	"strconv"
	"time"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
)

// maxAOR bounds the address-of-record of a user, in bytes.
const maxAOR = 512

// register answers a REGISTER for one of our domains.
func (s *stage) register(x *pipeline.Exchange) pipeline.Verdict {
	flow := x.ConnID()
	if flow != 0 && x.Loop().Conn(flow) == nil {
		return pipeline.Drop // the client has gone while an earlier stage thought
	}
	reply := s.grant(x, flow)
	row := x.Loop().Stats()
	if reply.Status != sip.OK.Status {
		row.Inc(s.set.ids.rejected)
	} else {
		row.Inc(s.set.ids.registrations)
	}
	return x.ReplyHeaders(reply, s.headers)
}

// grant does what x asks for and returns the answer to it; its header lines
// are in s.headers.
func (s *stage) grant(x *pipeline.Exchange, flow netio.ConnID) sip.Reply {
	m, now := x.Req, x.Loop().Now()
	s.headers = appendUnsupported(s.headers[:0], m)
	if len(s.headers) > 0 {
		return sip.BadExtension
	}
	if refusal := s.readUser(m); refusal.Status != 0 {
		return refusal
	}
	q := &s.request
	if refusal := q.read(m, origin{flow, x.Transport, x.Source}, s.set); refusal.Status != 0 {
		return refusal
	}
	var refusal sip.Reply
	rec, delta, full := s.table.update(s.aor, s.set.MaxBindings, func(old record) ([]binding, bool) {
		if !q.star && len(q.contacts) == 0 {
			return nil, false // it only asks
		}
		s.list, refusal = q.apply(s.list[:0], old, now, s.set.MaxContacts)
		return s.list, refusal.Status == 0
	})
	clear(s.list)
	if full {
		return tableFull
	}
	if refusal.Status != 0 {
		return refusal
	}
	s.changed(x, rec, delta)
	s.headers = appendGranted(s.headers, rec, now, q.path)
	return sip.OK
}

var tableFull = sip.ServiceUnavailable.WithHeaders("Retry-After: 60\r\n")

// readUser makes the To of m the user that s.aor names (RFC 3261 §10.3 step
// 5).
func (s *stage) readUser(m *sip.Message) (refusal sip.Reply) {
	to, err := m.To()
	if err != parser.OK {
		return badTo
	}
	if to.URI.User.Empty() || !s.set.owns(m.Buf, &to.URI) {
		return sip.NotFound
	}
	if s.aor = sip.AppendAOR(s.aor[:0], m.Buf, &to.URI); len(s.aor) > maxAOR {
		return sip.NotFound
	}
	return refusal
}

// changed notes what an update entails: rec is how the user is known now, nil
// if not at all.
func (s *stage) changed(x *pipeline.Exchange, rec record, delta int) {
	if delta != 0 {
		x.Loop().Stats().Move(s.set.ids.bindings, int64(delta))
	}
	if rec.len() == 0 {
		return
	}
	s.watch()
	if flow := x.ConnID(); flow != 0 && rec.anyOnly(flow) {
		s.flows.add(flow, s.table.hash(s.aor))
	}
}

// knownOptions are the option tags that Require may ask of us.
var knownOptions = [...]string{"path"}

// appendUnsupported appends an Unsupported header line for the option tags in
// Require that we do not know, if there are any (RFC 3261 §8.2.2.3).
func appendUnsupported(dst []byte, m *sip.Message) []byte {
	before := "Unsupported: "
	start := len(dst)
tags:
	for vs := m.Values(sip.HeaderRequire); vs.Next(); {
		tag := vs.Span().Of(m.Buf)
		for _, known := range knownOptions {
			if parser.EqualFold(tag, known) {
				continue tags
			}
		}
		dst = appendUnfolded(append(dst, before...), tag)
		before = ", "
	}
	if len(dst) > start {
		dst = append(dst, "\r\n"...)
	}
	return dst
}

// tooBrief is the answer to an interval that is too short (RFC 3261 §10.3
// step 7).
func tooBrief(least time.Duration) sip.Reply {
	n := int64(roundUp(least) / time.Second)
	return sip.IntervalTooBrief.WithHeaders("Min-Expires: " + strconv.FormatInt(n, 10) + "\r\n")
}

// appendGranted appends the header lines of a 200 (RFC 3261 §10.3 step 8, RFC
// 3327 §5.3): all bindings of the user, with the time they have left, and the
// Path that the request had. Date is left out: the loops have no wall clock.
func appendGranted(dst []byte, rec record, now time.Duration, path []byte) []byte {
	for i := range rec.len() {
		if b := rec.binding(i); b.live(now) {
			dst = appendContact(dst, &b, now)
		}
	}
	if len(path) > 0 {
		dst = append(dst, "Path: "...)
		dst = append(dst, path...)
		dst = append(dst, "\r\n"...)
	}
	return append(dst, "Supported: path\r\n"...)
}

func appendContact(dst []byte, b *binding, now time.Duration) []byte {
	dst = append(dst, "Contact: <"...)
	dst = append(dst, b.uri.Of(b.text)...)
	dst = append(dst, '>')
	dst = append(dst, b.params.Of(b.text)...)
	dst = append(dst, ";expires="...)
	dst = strconv.AppendInt(dst, int64(roundUp(b.expires-now)/time.Second), 10)
	return append(dst, "\r\n"...)
}

// roundUp returns d in whole seconds.
func roundUp(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}
