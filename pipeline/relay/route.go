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
}

// An Owner knows which URIs name us.
type Owner interface {
	Owns(buf []byte, u *sip.URI) bool
}

// FollowStrict changes a request whose next Route, r.Next, is of a strict
// router: its URI becomes the Request-URI, and the Request-URI the last Route
// (RFC 3261 §16.6 step 6).
func FollowStrict(e *sip.Edits, m *sip.Message, r *Routes) {
	last := m.Line(m.Last(sip.HeaderRoute)).End()
	e.InsertString(last, "Route: <")
	e.Insert(last, m.URIText.Of(m.Buf))
	e.InsertString(last, ">\r\n")
	e.Replace(m.URIText, r.Next.Of(m.Buf))
	e.RemoveElement(m, sip.HeaderRoute)
}

// TakeRoutes takes the Route values that name us off the top of the request
// (RFC 3261 §16.4). The last of them speaks for the side that the request
// goes to.
func TakeRoutes(e *sip.Edits, m *sip.Message, k *FlowKey, us Owner) (Routes, parser.Err) {
	var r Routes
	var na sip.NameAddr
	for vs := m.Values(sip.HeaderRoute); vs.Next(); {
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
			return r, parser.OK
		}
		e.RemoveElement(m, sip.HeaderRoute)
		r.Taken++
		if signed {
			r.Signed, r.Transport, r.Flow = true, t, flow
		}
	}
	return r, parser.OK
}
