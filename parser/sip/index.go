package sip

import (
	"bytes"

	"sluice/parser"
)

type indexState uint8

const (
	indexStart   indexState = iota // the start line is not complete
	indexHeaders                   // the blank line was not seen
	indexDone                      // the head is complete, err is the verdict
	indexFailed                    // err is the verdict, the head is not complete
)

// Index indexes the head of the message that begins at buf[0], and sets Buf.
// ErrMore asks to call again with a longer buffer that begins with the same
// bytes; it may lie elsewhere. OK says that the head is complete: HeadLen is
// valid. Any other outcome stays until Reset.
//
// One rule for line ends: a line is ended by CRLF (RFC 3261 §7), and a CR or LF
// that stands alone in the head is an error. It is one even where the meaning is
// plain: the next hop may take a bare LF for a part of the line, and would see
// other header fields, or another end of the head, than were checked here. To
// tell, lines are read as if LF alone ended them.
//
// What is wrong with a message that can still be answered is told when the head
// is complete, so that all its other header fields can be read: an unknown
// version (ErrVersion), white space after the version (ErrStartLine), a
// malformed header line (ErrHeaderName), a header too many
// (ErrTooManyHeaders), a bare CR or LF (ErrLineEnd). A start line that is none
// (ErrStartLine, ErrMethod, ErrStatus) and a head that does not end within
// parser.MaxBuffer (ErrTooLong) end the indexing at once: HeadLen stays 0.
func (m *Message) Index(buf []byte) parser.Err {
	full := len(buf) >= parser.MaxBuffer
	if full {
		buf = buf[:parser.MaxBuffer]
	}
	m.Buf = buf
	if m.state == indexStart {
		if e := m.indexStartLine(buf); e != parser.OK {
			return m.more(e, full)
		}
	}
	if m.state == indexHeaders {
		if !m.indexHeaders(buf) {
			return m.more(parser.ErrMore, full)
		}
		m.state = indexDone
		m.views.done = 0 // what was asked of a part of the head
		m.checkLineEnds()
	}
	return m.err
}

// more returns e, which an incomplete head that may not grow turns into
// ErrTooLong.
func (m *Message) more(e parser.Err, full bool) parser.Err {
	if e == parser.ErrMore && full {
		m.state, m.err, m.errOff = indexFailed, parser.ErrTooLong, parser.MaxBuffer
		return m.err
	}
	return e
}

// note keeps the first error that does not end the indexing.
func (m *Message) note(e parser.Err, off int) {
	if m.err == parser.OK {
		m.err, m.errOff = e, uint16(off)
	}
}

// fail ends the indexing.
func (m *Message) fail(e parser.Err, off int) parser.Err {
	m.state, m.err, m.errOff = indexFailed, e, uint16(off)
	return e
}

// indexHeaders reads header lines from pos on; it reports whether it came to
// the blank line.
func (m *Message) indexHeaders(buf []byte) bool {
	pos, scan := int(m.pos), int(m.scan)
	crlf := m.crlf
	for {
		if scan == pos {
			if pos >= len(buf) {
				break
			}
			if c := buf[pos]; c <= '\r' {
				end := blankLine(buf, pos)
				if end < 0 {
					break
				}
				if end > 0 {
					m.crlf = crlf + uint16(end-pos-1)
					m.bareLF = m.bareLF || end == pos+1
					m.endHead(pos, end)
					return true
				}
			}
		}
		i := bytes.IndexByte(buf[scan:], '\n')
		if i < 0 {
			scan = len(buf)
			break
		}
		lf := scan + i
		if lf+1 >= len(buf) {
			scan = lf
			break
		}
		end := lf
		if lf > pos && buf[lf-1] == '\r' {
			end--
			crlf++
		} else {
			m.bareLF = true
		}
		scan = lf + 1
		if c := buf[scan]; c == ' ' || c == '\t' {
			m.folded = true
			continue
		}
		m.addHeader(buf, pos, end)
		pos = scan
	}
	m.pos, m.scan, m.crlf = uint16(pos), uint16(scan), crlf
	return false
}

// blankLine returns the end of the blank line at pos, 0 if there is none, -1
// if more bytes must tell.
func blankLine(buf []byte, pos int) int {
	switch {
	case buf[pos] == '\n':
		return pos + 1
	case buf[pos] != '\r':
		return 0
	case pos+1 == len(buf):
		return -1
	case buf[pos+1] == '\n':
		return pos + 2
	}
	return 0
}

func (m *Message) endHead(pos, end int) {
	if m.n < MaxHeaders || m.bottom == 0 {
		m.bottom = uint16(pos)
	}
	m.pos, m.scan, m.headLen = uint16(pos), uint16(pos), uint16(end)
}

// addHeader puts the header line buf[pos:end], whose line end is cut off, into
// the table.
func (m *Message) addHeader(buf []byte, pos, end int) {
	if m.n == MaxHeaders {
		if m.bottom == 0 {
			m.bottom = uint16(pos)
			m.note(parser.ErrTooManyHeaders, pos)
		}
		m.folded = false
		return
	}
	h := &m.headers[m.n]
	m.n++
	buf = buf[pos:]
	line := buf[:end-pos]
	id, colon := lookupLine(buf)
	name := colon
	if id == HeaderOther || colon >= len(line) {
		if id, name, colon = readName(line); name == 0 {
			m.addMalformed(h, pos, end)
			return
		}
	}
	h.Flags = 0
	h.ID = id
	h.Name = parser.MakeSpan(pos, pos+name)
	from := colon + 1
	for from < len(line) && line[from] <= ' ' && isLWS(line[from]) {
		from++
	}
	to := len(line)
	for to > from && line[to-1] <= ' ' && isLWS(line[to-1]) {
		to--
	}
	h.Value = parser.MakeSpan(pos+from, pos+to)
	if m.folded {
		m.folded = false
		if bytes.IndexByte(line[from:to], '\n') >= 0 {
			h.Flags = HeaderFolded
		}
	}
	if m.first[id] == 0 {
		m.first[id] = m.n
	} else if id != HeaderOther {
		h.Flags |= HeaderRepeated
	}
}

// readName reads the name that line begins with, which white space may
// separate from its colon, and returns its length and the offset of the colon.
// The length is 0 if there is no name.
func readName(line []byte) (id HeaderID, name, colon int) {
	colon = bytes.IndexByte(line, ':')
	name = max(colon, 0)
	for name > 0 && parser.Space.Is(line[name-1]) {
		name--
	}
	id = LookupHeader(line[:name])
	if id == HeaderOther && !isToken(line[:name]) {
		name = 0
	}
	return id, name, colon
}

// addMalformed keeps a line that is no header field in the table, without a
// name, so that the lines around it keep their bounds.
func (m *Message) addMalformed(h *Header, pos, end int) {
	m.note(parser.ErrHeaderName, pos)
	m.folded = false
	h.ID = HeaderOther
	h.Name = parser.MakeSpan(pos, pos)
	h.Value = parser.MakeSpan(pos, end)
}

// checkLineEnds looks for a LF without a CR before it, and for a CR that no LF
// follows, which is there if there are more of them than CRLFs.
func (m *Message) checkLineEnds() {
	head := m.Buf[:m.headLen]
	if !m.bareLF && bytes.Count(head, crBytes) == int(m.crlf) {
		return
	}
	for i, c := range head {
		if c == '\r' && head[i+1] != '\n' || c == '\n' && head[i-1] != '\r' {
			m.err, m.errOff = parser.ErrLineEnd, uint16(i)
			return
		}
	}
}

var crBytes = []byte{'\r'}

// isLWS reports whether c is linear white space: the indexer has made sure
// that a line end within a value is part of a fold.
func isLWS(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func isToken(b []byte) bool {
	for _, c := range b {
		if !parser.Token.Is(c) {
			return false
		}
	}
	return len(b) > 0
}
