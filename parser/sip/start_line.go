package sip

import (
	"bytes"

	"sluice/parser"
)

const sipVersion = "SIP/2.0"

// indexStartLine reads the start line, when it is complete, and leaves the
// state at the first header line.
func (m *Message) indexStartLine(buf []byte) parser.Err {
	scan := int(m.scan)
	i := bytes.IndexByte(buf[scan:], '\n')
	if i < 0 {
		if e := m.checkMethod(buf); e != parser.OK {
			return e
		}
		m.scan = uint16(len(buf))
		return parser.ErrMore
	}
	lf := scan + i
	end := lf
	if lf > 0 && buf[lf-1] == '\r' {
		end--
		m.crlf = 1
	} else {
		m.bareLF = true
	}
	var e parser.Err
	if isStatusLine(buf[:end]) {
		e = m.statusLine(buf[:end])
	} else if e = m.checkMethod(buf[:lf]); e == parser.OK {
		e = m.requestLine(buf[:end])
	}
	if e != parser.OK {
		return e
	}
	m.state = indexHeaders
	m.pos, m.scan, m.top = uint16(lf+1), uint16(lf+1), uint16(lf+1)
	return parser.OK
}

func isStatusLine(line []byte) bool {
	return len(line) >= 4 && line[3] == '/' && parser.EqualFold(line[:3], "SIP")
}

// checkMethod fails when what stands before the first space is no token, as
// soon as that can be told: a peer that speaks another protocol is not waited
// for.
func (m *Message) checkMethod(buf []byte) parser.Err {
	for i := int(m.pos); i < len(buf); i++ {
		c := buf[i]
		if parser.Token.Is(c) {
			continue
		}
		m.pos = uint16(i)
		if c == ' ' && i > 0 || c == '/' && i == 3 && parser.EqualFold(buf[:3], "SIP") {
			return parser.OK
		}
		return m.fail(parser.ErrMethod, i)
	}
	m.pos = uint16(len(buf))
	return parser.OK
}

// requestLine reads Method SP Request-URI SP SIP-Version (RFC 3261 §7.1). What
// stands between the first and the last space is the Request-URI, whose
// grammar is RequestURI's concern.
func (m *Message) requestLine(line []byte) parser.Err {
	end := len(line)
	for end > 0 && parser.Space.Is(line[end-1]) {
		end--
	}
	sp := bytes.IndexByte(line[:end], ' ')
	last := bytes.LastIndexByte(line[:end], ' ')
	if sp < 0 || last <= sp+1 {
		return m.fail(parser.ErrStartLine, end)
	}
	version := line[last+1 : end]
	spoken := string(version) == sipVersion
	if !spoken && !isVersion(version) {
		return m.fail(parser.ErrStartLine, last+1)
	}
	m.MethodText = parser.MakeSpan(0, sp)
	m.Method = LookupMethod(line[:sp])
	m.URIText = parser.MakeSpan(sp+1, last)
	m.VersionText = parser.MakeSpan(last+1, end)
	if !spoken && !parser.EqualFold(version, sipVersion) {
		m.note(parser.ErrVersion, last+1)
	} else if end < len(line) {
		m.note(parser.ErrStartLine, end)
	}
	return parser.OK
}

// isVersion reports whether b is "SIP/" 1*DIGIT "." 1*DIGIT.
func isVersion(b []byte) bool {
	if !isStatusLine(b) {
		return false
	}
	b = b[4:]
	dot := bytes.IndexByte(b, '.')
	return dot > 0 && isDigits(b[:dot]) && isDigits(b[dot+1:])
}

func isDigits(b []byte) bool {
	for _, c := range b {
		if !parser.Digit.Is(c) {
			return false
		}
	}
	return len(b) > 0
}

// statusLine reads SIP-Version SP Status-Code SP Reason-Phrase (RFC 3261
// §7.2). The space before an empty reason phrase may be missing.
func (m *Message) statusLine(line []byte) parser.Err {
	sp := len(sipVersion)
	spoken := len(line) > sp && line[sp] == ' ' && string(line[:sp]) == sipVersion
	if !spoken {
		sp = bytes.IndexByte(line, ' ')
		if sp < 0 || !isVersion(line[:sp]) {
			return m.fail(parser.ErrStartLine, 0)
		}
	}
	code := line[sp+1:]
	if len(code) < 3 || !isDigits(code[:3]) || len(code) > 3 && code[3] != ' ' {
		return m.fail(parser.ErrStatus, sp+1)
	}
	status := uint16(code[0]-'0')*100 + uint16(code[1]-'0')*10 + uint16(code[2]-'0')
	if status < 100 || status > 699 {
		return m.fail(parser.ErrStatus, sp+1)
	}
	m.Status = status
	m.VersionText = parser.MakeSpan(0, sp)
	m.ReasonText = parser.MakeSpan(min(sp+5, len(line)), len(line))
	if !spoken && !parser.EqualFold(line[:sp], sipVersion) {
		m.note(parser.ErrVersion, 0)
	}
	return parser.OK
}
