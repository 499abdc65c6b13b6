package relay

import (
	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
)

// Routes is what TakeRoutes found in a request.
type Routes struct {
	Taken     int             // Route values of ours that were taken off the top
	Signed    bool            // one of them carries a token that we made for this call
	Transport netio.Transport // of the far side, if Signed
	Flow      netio.ConnID    // the connection to the far side, 0 for none
	Next      parser.Span     // URI of the first Route that is left; empty: none is
	Loose     bool            // Next has the lr parameter
	Target    parser.Span     // the Request-URI that a strict router made the last Route; empty: none did
}

// An Owner knows which URIs name us.
type Owner interface {
	Owns(buf []byte, u *sip.URI) bool
}

// FollowStrict changes a request whose next Route, r.Next, is of a strict
// router: its URI becomes the Request-URI, and uri, the Request-URI, the last
// Route (RFC 3261 §16.6 step 6).
func FollowStrict(e *sip.Edits, m *sip.Message, r *Routes, uri []byte) {
	last := m.Line(m.Last(sip.HeaderRoute)).End()
	e.InsertString(last, "Route: <")
	e.Insert(last, uri)
	e.InsertString(last, ">\r\n")
	e.Replace(m.URIText, r.Next.Of(m.Buf))
	e.RemoveElement(m, sip.HeaderRoute)
}

// TakeRoutes takes the Route values that name us off the top of the request
// (RFC 3261 §16.4). The last of them speaks for the side that the request
// goes to. A Request-URI that we put into Record-Route is the first of them: a
// strict router has moved the real one to the end of Route, from where it is
// taken back.
func TakeRoutes(e *sip.Edits, m *sip.Message, k *FlowKey, us Owner) (Routes, parser.Err) {
	var r Routes
	var na sip.NameAddr
	moved, err := r.takeRequestURI(m, k)
	if err != parser.OK {
		return r, err
	}
	for vs := m.Values(sip.HeaderRoute); moved.left != 0 && vs.Next(); moved.left-- {
		at := vs.Span()
		if _, err := sip.ParseNameAddr(m.Buf[:at.End()], at.Start(), &na); err != parser.OK {
			return r, err
		}
		if na.Star { // that is for Contact alone
			return r, parser.ErrNameAddr
		}
		t, flow, signed := k.Parse(na.URI.User.Of(m.Buf), m.CallID())
		if !signed && !us.Owns(m.Buf, &na.URI) {
			r.Next, r.Loose = na.URIText, na.URI.LR
			break
		}
		e.RemoveElement(m, sip.HeaderRoute)
		r.Taken++
		if signed {
			r.Signed, r.Transport, r.Flow = true, t, flow
		}
	}
	if !r.Target.Empty() {
		e.Replace(m.URIText, r.Target.Of(m.Buf))
		if moved.before < 0 || r.Next.Empty() {
			e.RemoveHeader(m, moved.header)
		} else {
			e.Remove(parser.MakeSpan(moved.before, moved.end))
		}
	}
	return r, parser.OK
}

// maxOwnRoutes is how many Route values Signed looks at: two of ours, behind
// those of an outbound proxy that a client has configured.
const maxOwnRoutes = 4

// Signed reports whether m carries a Route of ours that was signed for its call,
// near the top of its list or, behind a strict router, as its Request-URI.
func Signed(m *sip.Message, k *FlowKey) bool {
	if u, err := m.RequestURI(); err == parser.OK {
		if _, _, ok := k.Parse(u.User.Of(m.Buf), m.CallID()); ok {
			return true
		}
	}
	var na sip.NameAddr
	vs := m.Values(sip.HeaderRoute)
	for n := 0; n < maxOwnRoutes && vs.Next(); n++ {
		at := vs.Span()
		if _, err := sip.ParseNameAddr(m.Buf[:at.End()], at.Start(), &na); err != parser.OK || na.Star {
			return false
		}
		if _, _, ok := k.Parse(na.URI.User.Of(m.Buf), m.CallID()); ok {
			return true
		}
	}
	return false
}

// A movedTarget is the last Route value of a request that a strict router
// sent.
type movedTarget struct {
	header, end int
	before      int // where the value before it ends, -1 if that is in another header
	left        int // values before it; -1: there is no such value, all are to be looked at
}

// takeRequestURI takes the Request-URI for a Route of ours if it is one, and
// finds the one that the last Route holds.
func (r *Routes) takeRequestURI(m *sip.Message, k *FlowKey) (moved movedTarget, err parser.Err) {
	moved.left = -1
	u, err := m.RequestURI()
	if err != parser.OK {
		return moved, err
	}
	t, flow, signed := k.Parse(u.User.Of(m.Buf), m.CallID())
	if !signed {
		return moved, parser.OK
	}
	var last parser.Span
	moved.header = -1
	for vs := m.Values(sip.HeaderRoute); vs.Next(); moved.left++ {
		moved.before = -1
		if vs.HeaderIndex() == moved.header {
			moved.before = last.End()
		}
		moved.header, last = vs.HeaderIndex(), vs.Span()
	}
	var na sip.NameAddr
	if _, err := sip.ParseNameAddr(m.Buf[:last.End()], last.Start(), &na); err != parser.OK || na.Star {
		return moved, parser.ErrNameAddr
	}
	moved.end = last.End()
	r.Signed, r.Transport, r.Flow, r.Target = true, t, flow, na.URIText
	r.Taken++
	return moved, parser.OK
}
