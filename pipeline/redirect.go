package pipeline

import (
	"sluice/parser"
	"sluice/parser/sip"
)

// recurse takes the contacts of the 3xx that b has as hops of its exchange, if
// the profile says so (RFC 3261 §16.7 step 4): those that are SIP URIs, SIPS for
// a SIPS request, and were not tried yet. The others stay in the response; it
// reports whether none is left and the response is not for the client.
func (e *Engine) recurse(b *Branch) bool {
	x, m := b.x, b.Resp
	if !x.Profile().RecurseOnRedirect || x.server == nil || x.canceled || x.stopped {
		return false
	}
	var c sip.Contact
	found := false
	left := e.headers[:0]
	for vs := m.Values(sip.HeaderContact); vs.Next(); {
		at := vs.Span()
		if _, err := sip.ParseContact(m.Buf[:at.End()], at.Start(), &c); err == parser.OK {
			switch {
			case x.tried(m.Buf, &c.URI):
				continue
			case e.addContact(x, m.Buf, &c):
				found = true
				continue
			}
		}
		if len(left) > 0 {
			left = append(left, ", "...)
		}
		left = append(left, at.Of(m.Buf)...)
	}
	e.headers = left
	if found && len(left) > 0 {
		b.Edits.SetHeader(m, sip.HeaderContact, left)
	}
	return found && len(left) == 0
}

// addContact adds a hop for the contact c, which lies in buf.
func (e *Engine) addContact(x *Exchange, buf []byte, c *sip.Contact) bool {
	if len(x.hops) == maxHops || !c.URI.Headers.Empty() || !x.maySend(c.URI.Scheme) {
		return false
	}
	uri := c.URI.Text.Of(buf)
	if x.kept == nil {
		x.kept = e.loop.Acquire(maxKept)
	}
	at := len(x.kept.B)
	if at+len(uri) > cap(x.kept.B) { // it must not move: hops point into it
		return false
	}
	x.kept.B = append(x.kept.B, uri...)
	x.AddHop(Hop{RequestURI: x.kept.B[at:len(x.kept.B):len(x.kept.B)], Q: c.Q})
	return true
}

// maxKept bounds the contacts of redirects, in bytes.
const maxKept = 4 << 10

// maySend reports whether a URI of a scheme may take the place of the
// Request-URI: a SIPS URI that of another, and no other URI does (RFC 3261
// §16.7 step 4, RFC 5630 §5.3).
func (x *Exchange) maySend(s sip.Scheme) bool {
	u, err := x.Req.RequestURI()
	secure := err == parser.OK && u.Scheme == sip.SchemeSIPS
	return s == sip.SchemeSIPS && secure || s == sip.SchemeSIP && !secure
}

// tried reports whether the request went to the URI u, which lies in buf, or
// is about to: no URI is added to the target set twice (RFC 3261 §16.5).
func (x *Exchange) tried(buf []byte, u *sip.URI) bool {
	var other sip.URI
	for i := range x.hops {
		text := x.hops[i].RequestURI
		if text == nil {
			text = x.RequestURI()
		}
		if _, err := sip.ParseURI(text, 0, &other); err == parser.OK && sip.CompareURI(buf, u, text, &other) {
			return true
		}
	}
	return false
}
