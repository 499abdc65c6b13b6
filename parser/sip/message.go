package sip

import (
	"sluice/parser"
)

// MaxHeaders is how many header fields a message may have.
const MaxHeaders = 64

// Flags of a [Header].
const (
	HeaderFolded   uint8 = 1 << iota // the value goes on over a line end (RFC 3261 §7.3.1)
	HeaderRepeated                   // a header with the same id stands before it
)

// A Header is one header field of a message. Value has no white space around
// it.
type Header struct {
	ID          HeaderID
	Flags       uint8
	Name, Value parser.Span
}

// A Message is what was found in the head of a SIP message: spans into Buf,
// which is never written. The zero Message is ready; [Message.Reset] makes a
// used one ready again. It is about 1 KB and is not copied but by
// [Message.CopyFrom].
//
// As long as the head is not complete, the message has the start line and the
// header fields that were found so far, and its methods tell of these alone:
// what is read and what is written of it is less, but nothing panics. An index
// of a header field is one that a method gave, or less than NumHeaders.
type Message struct {
	// Buf holds the message; Buf[0] is the first byte of its start line.
	Buf []byte

	Method Method // of a request; the method of a response is that of its CSeq
	Status uint16 // 0 in a request

	MethodText, URIText     parser.Span // of a request
	ReasonText, VersionText parser.Span // ReasonText of a response, VersionText of both

	state   indexState
	err     parser.Err
	folded  bool   // the line at pos is known to go on
	bareLF  bool   // a line was ended by LF alone
	n       uint8  // headers in the table
	crlf    uint16 // line ends that are CRLF, for the search of bare CRs
	pos     uint16 // where the line begins that is being read
	scan    uint16 // where the search for its end goes on
	errOff  uint16
	top     uint16 // where the first header line begins
	bottom  uint16 // where the blank line begins
	headLen uint16

	views views

	first   [NumHeaders]uint8 // 1 + index of the first header with the id
	headers [MaxHeaders]Header

	_ noCopy
}

// noCopy makes go vet refuse copies.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// Reset makes m ready for another message. It clears counters, not tables.
func (m *Message) Reset() {
	m.Buf = nil
	m.Method, m.Status = MethodOther, 0
	m.MethodText, m.URIText = parser.Span{}, parser.Span{}
	m.ReasonText, m.VersionText = parser.Span{}, parser.Span{}
	m.state, m.err, m.folded, m.bareLF, m.n = indexStart, parser.OK, false, false, 0
	m.crlf, m.pos, m.scan, m.errOff = 0, 0, 0, 0
	m.top, m.bottom, m.headLen = 0, 0, 0
	m.first = [NumHeaders]uint8{}
	m.views.done = 0
}

// CopyFrom makes m the same message as src over buf, which holds a copy of
// src.Buf; what was parsed of src stays parsed.
func (m *Message) CopyFrom(src *Message, buf []byte) {
	m.Buf = buf
	m.Method, m.Status = src.Method, src.Status
	m.MethodText, m.URIText = src.MethodText, src.URIText
	m.ReasonText, m.VersionText = src.ReasonText, src.VersionText
	m.state, m.err, m.folded, m.bareLF, m.n = src.state, src.err, src.folded, src.bareLF, src.n
	m.crlf, m.pos, m.scan, m.errOff = src.crlf, src.pos, src.scan, src.errOff
	m.top, m.bottom, m.headLen = src.top, src.bottom, src.headLen
	m.first = src.first
	copy(m.headers[:src.n], src.headers[:src.n])
	m.views = src.views
}

// Rebase points m to buf, which holds the same bytes as Buf elsewhere. Every
// span and every view stays valid.
func (m *Message) Rebase(buf []byte) { m.Buf = buf }

// HeadLen returns the number of bytes up to and including the blank line, 0 as
// long as that was not found.
func (m *Message) HeadLen() int { return int(m.headLen) }

// HeadersStart returns the offset of the first header line: text inserted
// there stands above all header fields.
func (m *Message) HeadersStart() int { return int(m.top) }

// HeadersEnd returns the offset of the blank line: text inserted there stands
// below all header fields. Of an incomplete head it is where the line begins
// that is not complete.
func (m *Message) HeadersEnd() int {
	if m.bottom == 0 && m.top != 0 {
		return int(m.pos)
	}
	return int(m.bottom)
}

// SetEnd says that the whole message is Buf[:end], and trims Buf.
func (m *Message) SetEnd(end int) {
	m.Buf = m.Buf[:max(min(end, len(m.Buf)), min(int(m.headLen), len(m.Buf)))]
}

// Body returns what follows the head. It is valid as long as Buf.
func (m *Message) Body() []byte {
	if m.headLen == 0 || int(m.headLen) > len(m.Buf) {
		return nil
	}
	return m.Buf[m.headLen:]
}

// IsRequest reports whether the start line is a request line.
func (m *Message) IsRequest() bool { return m.Status == 0 }

// ErrOffset returns the offset of what Index called an error.
func (m *Message) ErrOffset() int { return int(m.errOff) }

// NumHeaders returns the number of header fields.
func (m *Message) NumHeaders() int { return int(m.n) }

// Header returns the i-th header field, valid until Reset.
func (m *Message) Header(i int) *Header { return &m.headers[i] }

// Line returns the i-th header field whole, with its name and line end; nothing
// if there is none.
func (m *Message) Line(i int) parser.Span {
	if uint(i) >= uint(m.n) {
		return parser.Span{}
	}
	end := m.HeadersEnd()
	if i+1 < int(m.n) {
		end = m.headers[i+1].Name.Start()
	}
	return parser.MakeSpan(m.headers[i].Name.Start(), end)
}

// Has reports whether there is a header with id.
func (m *Message) Has(id HeaderID) bool { return m.first[id] != 0 }

// First returns the index of the first header with id, or -1.
func (m *Message) First(id HeaderID) int { return int(m.first[id]) - 1 }

// Next returns the index of the first header after the i-th that has its id,
// or -1. Headers without an id of their own have one in common, HeaderOther.
func (m *Message) Next(i int) int {
	if uint(i) >= uint(m.n) {
		return -1
	}
	id := m.headers[i].ID
	for i++; i < int(m.n); i++ {
		if m.headers[i].ID == id {
			return i
		}
	}
	return -1
}

// Last returns the index of the last header with id, or -1.
func (m *Message) Last(id HeaderID) int {
	i := m.First(id)
	if i < 0 {
		return -1
	}
	for j := int(m.n) - 1; j > i; j-- {
		if m.headers[j].ID == id {
			return j
		}
	}
	return i
}

// Count returns the number of headers with id.
func (m *Message) Count(id HeaderID) int {
	n := 0
	for i := m.First(id); i >= 0; i = m.Next(i) {
		n++
	}
	return n
}

// Find returns the index of the first header called name, or -1. It is for
// names that have no HeaderID.
func (m *Message) Find(name string) int {
	for i := range m.headers[:m.n] {
		if parser.EqualFold(m.headers[i].Name.Of(m.Buf), name) {
			return i
		}
	}
	return -1
}

// Value returns the value of the first header with id, nil if there is none.
// It is valid as long as Buf.
func (m *Message) Value(id HeaderID) []byte {
	i := m.First(id)
	if i < 0 {
		return nil
	}
	return m.headers[i].Value.Of(m.Buf)
}

// Duplicate returns the index of the first header that repeats one of which a
// message may have only one, or -1.
func (m *Message) Duplicate() int {
	for i := range m.headers[:m.n] {
		h := &m.headers[i]
		if h.Flags&HeaderRepeated != 0 && h.ID.Single() {
			return i
		}
	}
	return -1
}
