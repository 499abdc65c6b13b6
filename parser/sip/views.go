package sip

import "sluice/parser"

// views are what was parsed of a message on demand. Spans only: they move with
// the bytes.
type views struct {
	done uint8 // which of them were parsed: 1 << viewVia, ...
	errs [numViews]parser.Err

	via   Via
	uri   URI
	from  NameAddr
	to    NameAddr
	route NameAddr
	cseq  CSeq
}

const (
	viewVia = iota
	viewURI
	viewFrom
	viewTo
	viewRoute
	viewCSeq
	numViews
)

// CSeq is the value of the CSeq header field (RFC 3261 §20.16).
type CSeq struct {
	Num        uint32
	Method     Method
	MethodText parser.Span
}

// TopVia returns the first element of Via, valid until Reset; ErrMissing if
// there is none. The Via is never nil.
func (m *Message) TopVia() (*Via, parser.Err) {
	v := &m.views
	if v.done&(1<<viewVia) == 0 {
		v.done |= 1 << viewVia
		v.errs[viewVia] = m.readVia()
	}
	return &v.via, v.errs[viewVia]
}

func (m *Message) readVia() parser.Err {
	i := m.First(HeaderVia)
	if i < 0 {
		m.views.via = Via{}
		return parser.ErrMissing
	}
	value := m.headers[i].Value
	_, e := ParseVia(m.Buf[:value.End()], value.Start(), &m.views.via)
	return e
}

// RequestURI returns the Request-URI, valid until Reset; ErrMissing in a
// response. The URI is never nil.
func (m *Message) RequestURI() (*URI, parser.Err) {
	v := &m.views
	if v.done&(1<<viewURI) == 0 {
		v.done |= 1 << viewURI
		v.errs[viewURI] = m.readURI()
	}
	return &v.uri, v.errs[viewURI]
}

func (m *Message) readURI() parser.Err {
	at := m.URIText
	if at.Empty() {
		m.views.uri = URI{}
		return parser.ErrMissing
	}
	next, e := ParseURI(m.Buf[:at.End()], at.Start(), &m.views.uri)
	if e == parser.OK && (next != at.End() || m.views.uri.Text.Off != at.Off) {
		return parser.ErrURI
	}
	return e
}

// From returns the From header field, valid until Reset; ErrMissing if there
// is none. The NameAddr is never nil.
func (m *Message) From() (*NameAddr, parser.Err) {
	return m.nameAddr(viewFrom, HeaderFrom, &m.views.from)
}

// To returns the To header field, valid until Reset; ErrMissing if there is
// none. The NameAddr is never nil.
func (m *Message) To() (*NameAddr, parser.Err) {
	return m.nameAddr(viewTo, HeaderTo, &m.views.to)
}

// TopRoute returns the first element of Route, valid until Reset; ErrMissing if
// there is none. The NameAddr is never nil.
func (m *Message) TopRoute() (*NameAddr, parser.Err) {
	return m.nameAddr(viewRoute, HeaderRoute, &m.views.route)
}

func (m *Message) nameAddr(view uint8, id HeaderID, n *NameAddr) (*NameAddr, parser.Err) {
	v := &m.views
	if v.done&(1<<view) == 0 {
		v.done |= 1 << view
		v.errs[view] = m.readNameAddr(id, n)
	}
	return n, v.errs[view]
}

func (m *Message) readNameAddr(id HeaderID, n *NameAddr) parser.Err {
	i := m.First(id)
	if i < 0 {
		*n = NameAddr{}
		return parser.ErrMissing
	}
	value := m.headers[i].Value
	next, e := ParseNameAddr(m.Buf[:value.End()], value.Start(), n)
	if e == parser.OK && (n.Star || next != value.End() && id.Single()) {
		return parser.ErrNameAddr
	}
	return e
}

// CSeq returns the CSeq header field; ErrMissing if there is none.
func (m *Message) CSeq() (CSeq, parser.Err) {
	v := &m.views
	if v.done&(1<<viewCSeq) == 0 {
		v.done |= 1 << viewCSeq
		v.cseq, v.errs[viewCSeq] = m.readCSeq()
	}
	return v.cseq, v.errs[viewCSeq]
}

func (m *Message) readCSeq() (c CSeq, e parser.Err) {
	i := m.First(HeaderCSeq)
	if i < 0 {
		return c, parser.ErrMissing
	}
	value := m.headers[i].Value
	b := value.Of(m.Buf)
	n, used := leadingNumber(b)
	at := used
	for at < len(b) && isLWS(b[at]) {
		at++
	}
	// RFC 3261 §8.1.1.5: the number is less than 2**31.
	c.Method = LookupMethod(b[at:])
	if used == 0 || at == used || n >= 1<<31 || c.Method == MethodOther && !isToken(b[at:]) {
		return CSeq{}, parser.ErrCSeq
	}
	c.Num = uint32(n)
	c.MethodText = parser.MakeSpan(value.Start()+at, value.End())
	return c, parser.OK
}

// CallID returns the value of Call-ID, nil if there is none. It is valid as
// long as Buf.
func (m *Message) CallID() []byte { return m.Value(HeaderCallID) }

// MaxForwards returns the value of Max-Forwards, 0 to 255; ErrMissing if there
// is none.
func (m *Message) MaxForwards() (int, parser.Err) {
	n, e := m.number(HeaderMaxForwards)
	if e == parser.OK && n > 255 {
		return 0, parser.ErrNumber
	}
	return int(n), e
}

// Expires returns the seconds that Expires gives; ErrMissing if there is none.
func (m *Message) Expires() (uint32, parser.Err) {
	n, e := m.number(HeaderExpires)
	if e == parser.OK && n > 1<<32-1 {
		return 0, parser.ErrNumber
	}
	return uint32(n), e
}

// ContentLength returns the value of Content-Length; ErrMissing if there is
// none, ErrDuplicate if there are two that differ, ErrContentLength if one is
// no number. A number that no int32 holds is given as 1<<31 - 1.
func (m *Message) ContentLength() (int, parser.Err) {
	n, e := m.number(HeaderContentLength)
	if e == parser.ErrMissing {
		return 0, e
	}
	for i := m.First(HeaderContentLength); i >= 0; i = m.Next(i) {
		other, ok := parseNumber(m.headers[i].Value.Of(m.Buf))
		if !ok {
			return 0, parser.ErrContentLength
		}
		if other != n {
			return 0, parser.ErrDuplicate
		}
	}
	return int(min(n, 1<<31-1)), parser.OK
}

func (m *Message) number(id HeaderID) (uint64, parser.Err) {
	i := m.First(id)
	if i < 0 {
		return 0, parser.ErrMissing
	}
	n, ok := parseNumber(m.headers[i].Value.Of(m.Buf))
	if !ok {
		return 0, parser.ErrNumber
	}
	return n, parser.OK
}

// maxNumber is what numbers saturate at: more than any field may hold.
const maxNumber = 1 << 40

// leadingNumber reads the digits that b begins with and returns how many there
// are.
func leadingNumber(b []byte) (n uint64, used int) {
	for used < len(b) && parser.Digit.Is(b[used]) {
		n = min(n*10+uint64(b[used]-'0'), maxNumber)
		used++
	}
	return n, used
}

// parseNumber reads 1*DIGIT.
func parseNumber(b []byte) (uint64, bool) {
	n, used := leadingNumber(b)
	return n, used > 0 && used == len(b)
}
