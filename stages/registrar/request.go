package registrar

import (
	"bytes"
	"math"
	"net/netip"
	"time"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
)

// A request is what a REGISTER asks for. A stage has one and uses it again
// and again; it is valid as long as the bytes of the message.
type request struct {
	buf      []byte
	callID   []byte
	cseq     uint32
	star     bool
	contacts []contact
	path     []byte // the Path values, joined
	text     []byte // of the contacts
}

// A contact is one Contact value that is no "*".
type contact struct {
	uri      sip.URI // in request.buf
	from, to int     // its text in request.text
	expires  time.Duration
	binding  binding // but for text and expires
}

// An origin is where a REGISTER came from.
type origin struct {
	flow      netio.ConnID
	transport netio.Transport
	source    netip.AddrPort
}

var (
	badTo      = sip.BadRequest.WithReason("Malformed To")
	badCSeq    = sip.BadRequest.WithReason("Malformed CSeq")
	badCallID  = sip.BadRequest.WithReason("Malformed Call-ID")
	badContact = sip.BadRequest.WithReason("Malformed Contact")
	badQ       = sip.BadRequest.WithReason("Malformed Contact q")
	badStar    = sip.BadRequest.WithReason("Contact * Needs Expires 0 And No Other Contact")
	badPath    = sip.BadRequest.WithReason("Malformed Path")
	badSIPS    = sip.BadRequest.WithReason("SIPS Contact Needs SIPS Request-URI, Contacts And Path")

	tooManyContacts = sip.Forbidden.WithReason("Too Many Contacts")
	contactTooLarge = sip.MessageTooLarge.WithReason("Contact Too Large")
)

// read reads what m asks for: Contact, Path and what orders them. A reply
// with a status says why it cannot be granted.
func (q *request) read(m *sip.Message, from origin, set *Registrar) (refusal sip.Reply) {
	q.buf, q.star = m.Buf, false
	q.contacts, q.path, q.text = q.contacts[:0], q.path[:0], q.text[:0]
	cseq, err := m.CSeq()
	if err != parser.OK {
		return badCSeq
	}
	q.cseq = cseq.Num
	if q.callID = m.CallID(); len(q.callID) == 0 {
		return badCallID
	}
	if refusal = q.readPath(m); refusal.Status == 0 {
		refusal = q.readContacts(m, from, set)
	}
	if refusal.Status == 0 && !q.schemesAgree(m) {
		return badSIPS
	}
	return refusal
}

// readPath joins the Path values to one value, in their order: that of a
// Route header field for the way back (RFC 3327 §5.3, §5.4).
func (q *request) readPath(m *sip.Message) (refusal sip.Reply) {
	if !m.Has(sip.HeaderPath) {
		return refusal
	}
	vs := m.Values(sip.HeaderPath)
	for vs.Next() {
		var na sip.NameAddr
		if next, err := sip.ParseNameAddr(m.Buf[:vs.Span().End()], vs.Span().Start(), &na); err != parser.OK || na.Star || next != vs.Span().End() {
			return badPath
		}
		if len(q.path) > 0 {
			q.path = append(q.path, ", "...)
		}
		q.path = appendUnfolded(q.path, vs.Span().Of(m.Buf))
	}
	switch {
	case vs.Err() != parser.OK || len(q.path) == 0:
		return badPath
	case len(q.path) > maxText:
		return contactTooLarge
	}
	return refusal
}

// readContacts reads the Contact values (RFC 3261 §10.3 step 6, and step 7 as
// far as it needs no bindings).
func (q *request) readContacts(m *sip.Message, from origin, set *Registrar) (refusal sip.Reply) {
	if !m.Has(sip.HeaderContact) {
		return refusal
	}
	vs := m.Values(sip.HeaderContact)
	for vs.Next() {
		var na sip.NameAddr
		next, err := sip.ParseNameAddr(m.Buf[:vs.Span().End()], vs.Span().Start(), &na)
		switch {
		case err != parser.OK || next != vs.Span().End():
			return badContact
		case na.Star && q.star:
			return badStar
		case na.Star:
			q.star = true
			continue
		case len(q.contacts) == set.MaxContacts:
			return tooManyContacts
		}
		if refusal = q.readContact(m, &na, from, set); refusal.Status != 0 {
			return refusal
		}
	}
	if vs.Err() != parser.OK || !q.star && len(q.contacts) == 0 {
		return badContact
	}
	if n, err := m.Expires(); q.star && (len(q.contacts) > 0 || err != parser.OK || n != 0) {
		return badStar
	}
	return refusal
}

func (q *request) readContact(m *sip.Message, na *sip.NameAddr, from origin, set *Registrar) (refusal sip.Reply) {
	c := contact{uri: na.URI, from: len(q.text)}
	b := &c.binding
	var ok bool
	if c.expires, ok = interval(m, na, set); !ok {
		return set.brief
	}
	if b.q, ok = qvalue(m.Buf, na); !ok {
		return badQ
	}
	b.cseq, b.flow, b.transport = q.cseq, from.flow, from.transport
	b.flowOnly = !from.transport.Dialable() || len(q.path) == 0 && isInvalid(na.URI.Host.Of(m.Buf))
	b.uri = q.put(&c, na.URI.Text.Of(m.Buf))
	if b.target = b.uri; !na.URI.Headers.Empty() || hasMethod(m.Buf, &na.URI) {
		at := len(q.text)
		q.text = appendTarget(q.text, m.Buf, &na.URI)
		b.target = parser.MakeSpan(at-c.from, len(q.text)-c.from)
	}
	b.path = q.put(&c, q.path) // what requests to the binding need comes first
	at := len(q.text)
	q.text = appendParams(q.text, na.Params.Of(m.Buf))
	b.params = parser.MakeSpan(at-c.from, len(q.text)-c.from)
	b.device = q.share(&c, at, device(m.Buf, na))
	b.callID = q.put(&c, q.callID)
	if len(q.text)-c.from > maxText { // the spans may be wrong, and are not used
		return contactTooLarge
	}
	at = len(q.text)
	q.text, _ = from.source.AppendBinary(q.text) // no address is beyond it
	b.source = parser.MakeSpan(at-c.from, len(q.text)-c.from)
	c.to = len(q.text)
	q.contacts = append(q.contacts, c)
	return refusal
}

// device returns the value of +sip.instance, nil for none.
func device(buf []byte, na *sip.NameAddr) []byte {
	var c sip.Contact
	if _, err := sip.ParseContact(buf[:na.Text.End()], na.Text.Start(), &c); err != parser.OK {
		return nil
	}
	return c.Instance.Of(buf)
}

// put appends b to the text of c.
func (q *request) put(c *contact, b []byte) parser.Span {
	at := len(q.text)
	q.text = append(q.text, b...)
	return parser.MakeSpan(at-c.from, len(q.text)-c.from)
}

// share is put for what the text from a place on probably has in it already.
func (q *request) share(c *contact, at int, b []byte) parser.Span {
	i := bytes.Index(q.text[at:], b)
	if i < 0 {
		return q.put(c, b)
	}
	return parser.MakeSpan(at-c.from+i, at-c.from+i+len(b))
}

// schemesAgree reports whether a SIPS Contact, if there is one to be bound,
// comes with SIPS URIs everywhere else (RFC 5630 §5.2).
func (q *request) schemesAgree(m *sip.Message) bool {
	sips, others := false, false
	for i := range q.contacts {
		if c := &q.contacts[i]; c.uri.Scheme != sip.SchemeSIPS {
			others = true
		} else if c.expires > 0 {
			sips = true
		}
	}
	if !sips {
		return true
	}
	if u, err := m.RequestURI(); others || err != parser.OK || u.Scheme != sip.SchemeSIPS {
		return false
	}
	for vs := m.Values(sip.HeaderPath); vs.Next(); {
		var na sip.NameAddr
		if _, err := sip.ParseNameAddr(m.Buf[:vs.Span().End()], vs.Span().Start(), &na); err != parser.OK || na.URI.Scheme != sip.SchemeSIPS {
			return false
		}
	}
	return true
}

// malformedExpires is what an expiration time that is no number counts as
// (RFC 3261 §10.2, §20.10).
const malformedExpires = 3600

// interval returns how long a Contact shall be bound, 0 to remove it (RFC
// 3261 §10.3 step 7). ok is false if that is too short: set.MinExpires is
// never more than the hour that must be granted.
func interval(m *sip.Message, na *sip.NameAddr, set *Registrar) (d time.Duration, ok bool) {
	if text, found := na.Param(m.Buf, "expires"); found {
		d = seconds(text.Of(m.Buf))
	} else if m.Has(sip.HeaderExpires) {
		d = seconds(m.Value(sip.HeaderExpires))
	} else {
		d = set.DefaultExpires
	}
	return min(d, set.MaxExpires), d == 0 || d >= set.MinExpires
}

// seconds reads delta-seconds.
func seconds(text []byte) time.Duration {
	n := uint64(0)
	for _, c := range text {
		if !parser.Digit.Is(c) {
			return malformedExpires * time.Second
		}
		n = min(n*10+uint64(c-'0'), math.MaxUint32)
	}
	if len(text) == 0 {
		n = malformedExpires
	}
	return time.Duration(n) * time.Second
}

// fullQ is the q of a Contact that has none: the highest.
const fullQ = 1000

// qvalue returns the q parameter in thousandths (RFC 3261 §25.1, qvalue).
func qvalue(buf []byte, na *sip.NameAddr) (q uint16, ok bool) {
	at, found := na.Param(buf, "q")
	if !found {
		return fullQ, true
	}
	text := at.Of(buf)
	if len(text) == 0 || len(text) > 5 || text[0] != '0' && text[0] != '1' || len(text) > 1 && text[1] != '.' {
		return 0, false
	}
	q = uint16(text[0]-'0') * fullQ
	for i, unit := 2, uint16(100); i < len(text); i, unit = i+1, unit/10 {
		if !parser.Digit.Is(text[i]) {
			return 0, false
		}
		q += uint16(text[i]-'0') * unit
	}
	return q, q <= fullQ
}

// isInvalid reports whether a host is in the top-level domain invalid, which
// a client without an address of its own puts into Contact (RFC 7118 §5).
func isInvalid(host []byte) bool {
	const tld = ".invalid"
	return len(host) >= len(tld) && parser.EqualFold(host[len(host)-len(tld):], tld) || parser.EqualFold(host, tld[1:])
}

func hasMethod(buf []byte, u *sip.URI) bool {
	_, ok := u.Param(buf, "method")
	return ok
}

// appendTarget appends u without what a Request-URI must not hold: headers
// and the method parameter (RFC 3261 §16.6 step 2, §19.1.1 table 1).
func appendTarget(dst, buf []byte, u *sip.URI) []byte {
	if u.Params.Empty() {
		end := u.Text.End()
		if !u.Headers.Empty() {
			end = u.Headers.Start() - 1
		}
		return append(dst, buf[u.Text.Start():end]...)
	}
	dst = append(dst, buf[u.Text.Start():u.Params.Start()-1]...)
	for params := u.Params.Of(buf); len(params) > 0; {
		var p []byte
		p, params, _ = bytes.Cut(params, []byte{';'})
		if !named(p, "method") {
			dst = append(append(dst, ';'), p...)
		}
	}
	return dst
}

// appendParams appends the header parameters of a Contact, each with its ';',
// but for expires.
func appendParams(dst, params []byte) []byte {
	for len(params) > 0 {
		n := paramEnd(params)
		if p := bytes.Trim(params[:n], " \t\r\n"); len(p) > 0 && !named(p, "expires") {
			dst = appendUnfolded(append(dst, ';'), p)
		}
		params = params[min(n+1, len(params)):]
	}
	return dst
}

// paramEnd returns where the first parameter ends: before a ';' that is in no
// quoted string.
func paramEnd(params []byte) int {
	quoted := false
	for i := 0; i < len(params); i++ {
		switch c := params[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case !quoted && c == ';':
			return i
		}
	}
	return len(params)
}

// named reports whether the parameter p, "name=value" or "name", has a name.
func named(p []byte, name string) bool {
	if eq := bytes.IndexByte(p, '='); eq >= 0 {
		p = p[:eq]
	}
	return parser.EqualFold(bytes.TrimRight(p, " \t\r\n"), name)
}

// appendUnfolded appends b without line ends. White space follows those that
// fold a value (RFC 3261 §7.3.1), so nothing runs together.
func appendUnfolded(dst, b []byte) []byte {
	for _, c := range b {
		if c != '\r' && c != '\n' {
			dst = append(dst, c)
		}
	}
	return dst
}
