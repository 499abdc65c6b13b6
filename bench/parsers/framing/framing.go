package framing

import (
	"bytes"

	"sluice/parser"
	"sluice/parser/sip"
)

//go:generate ragel -Z -G2 -o zpure.go pure.rl
//go:generate ragel -Z -G2 -o zskip.go skip.rl
//go:generate sed -i "/^[/][/]line /d" zpure.go zskip.go
//go:generate gofmt -w zpure.go zskip.go

// A Head is what a machine found in the head of a message: spans into the bytes
// it was given. The zero Head is ready.
type Head struct {
	Method, URI parser.Span // of a request
	Reason      parser.Span // of a response
	Status      uint16      // 0 in a request
	HeadLen     int         // 0 until the head is complete

	state, pos             int
	mark, name, value, end int
	id                     sip.HeaderID

	n       uint8
	first   [sip.NumHeaders]uint8 // 1 + index of the first header with the id
	headers [sip.MaxHeaders]sip.Header
}

// Reset makes h ready for another message. It clears counters, not tables.
func (h *Head) Reset() {
	h.Method, h.URI, h.Reason = parser.Span{}, parser.Span{}, parser.Span{}
	h.Status, h.HeadLen = 0, 0
	h.state, h.pos, h.n = 0, 0, 0
	h.first = [sip.NumHeaders]uint8{}
}

// Pure indexes the head of the message that begins at buf[0], every byte through
// a state of the machine. ErrMore asks for a longer buffer that begins with the same
// bytes. So do Runs and Search.
func (h *Head) Pure(buf []byte) parser.Err { return h.pure(buf) }

// Runs is Pure with the text of values passed in a byte loop.
func (h *Head) Runs(buf []byte) parser.Err { return h.skip(buf, false) }

// Search is Pure with the ends of lines searched by bytes.IndexByte; it takes a
// bare CR for text.
func (h *Head) Search(buf []byte) parser.Err { return h.skip(buf, true) }

// lineEnd returns where the line end begins that is next from i on, or len(data).
func lineEnd(data []byte, i int) int {
	n := bytes.IndexByte(data[i:], '\n')
	if n < 0 {
		n = len(data) - i
	}
	if n > 0 && data[i+n-1] == '\r' {
		n--
	}
	return i + n
}

// NumHeaders returns the number of header fields.
func (h *Head) NumHeaders() int { return int(h.n) }

// Header returns header field i, in the order of the message.
func (h *Head) Header(i int) sip.Header { return h.headers[i] }

// First returns the index of the first header with id, or -1.
func (h *Head) First(id sip.HeaderID) int { return int(h.first[id]) - 1 }

// add puts the header field into the table; it reports whether it found room.
func (h *Head) add(data []byte, id sip.HeaderID, mark, name, value, end int) bool {
	if h.n == sip.MaxHeaders {
		return false
	}
	for value < end && space[data[value]] {
		value++
	}
	for value < end && space[data[end-1]] {
		end--
	}
	at := &h.headers[h.n]
	h.n++
	*at = sip.Header{ID: id, Name: parser.MakeSpan(mark, name), Value: parser.MakeSpan(value, end)}
	if h.first[id] == 0 {
		h.first[id] = h.n
	} else if id != sip.HeaderOther {
		at.Flags = sip.HeaderRepeated
	}
	return true
}

var space = [256]bool{' ': true, '\t': true, '\r': true, '\n': true}

// text holds what is no line end.
var text = func() (t [256]bool) {
	for c := range t {
		t[c] = c != '\r' && c != '\n'
	}
	return t
}()
