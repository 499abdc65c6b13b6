package main

import "bytes"

type method uint8

const (
	methodOther method = iota
	methodInvite
	methodAck
	methodBye
	methodOptions
	methodRegister
)

var methodNames = [...]string{"", "INVITE", "ACK", "BYE", "OPTIONS", "REGISTER"}

func methodOf(b []byte) method {
	for m := methodInvite; m <= methodRegister; m++ {
		if string(b) == methodNames[m] {
			return m
		}
	}
	return methodOther
}

// A view is a received message as far as a phone needs it. Its slices point into
// the received bytes and are valid until the next read.
type view struct {
	status  int    // of a response; 0: a request
	method  method // of a request its own, of a response that of its CSeq
	echo    [][]byte
	records [][]byte // Record-Route values in message order, unfolded but not split at commas
	via     []byte   // topmost Via value
	from    []byte
	to      []byte
	callID  []byte
	contact []byte
	routed  bool // a Route header is left
	head    int  // length up to and with the empty line
	body    int  // announced body length
}

type scanResult uint8

const (
	scanMore scanResult = iota // the header section is incomplete
	scanBad
	scanDone
)

// maxHead bounds a header section on a stream.
const maxHead = 32 << 10

// scan reads the start line and the headers at the beginning of b. In echo it
// leaves the lines that a response repeats as they are (RFC 3261 §8.2.6.2), To
// excepted, which may take a tag. Folded headers are refused: nothing sent here
// is folded, and a proxy has no reason to begin.
func (v *view) scan(b []byte) scanResult {
	*v = view{echo: v.echo[:0], records: v.records[:0]}
	eol := bytes.IndexByte(b, '\n')
	if eol < 0 {
		return unfinished(b)
	}
	if !v.startLine(trimCR(b[:eol])) {
		return scanBad
	}
	for at := eol + 1; ; {
		n := bytes.IndexByte(b[at:], '\n')
		if n < 0 {
			return unfinished(b)
		}
		line := b[at : at+n+1]
		at += n + 1
		text := trimCR(line[:n])
		if len(text) == 0 {
			v.head = at
			return scanDone
		}
		if !v.header(line, text) {
			return scanBad
		}
	}
}

func unfinished(b []byte) scanResult {
	if len(b) > maxHead {
		return scanBad
	}
	return scanMore
}

func (v *view) startLine(line []byte) bool {
	const version = "SIP/2.0 "
	if len(line) >= len(version)+3 && string(line[:len(version)]) == version {
		v.status = int(decimal(line[len(version) : len(version)+3]))
		return v.status >= 100 && v.status <= 699
	}
	sp := bytes.IndexByte(line, ' ')
	if sp < 0 || !bytes.HasSuffix(line, []byte(" SIP/2.0")) {
		return false
	}
	v.method = methodOf(line[:sp])
	return true
}

// header takes one line: whole with its line end, and its text alone.
func (v *view) header(line, text []byte) bool {
	colon := bytes.IndexByte(text, ':')
	if colon <= 0 || text[0] == ' ' || text[0] == '\t' {
		return false
	}
	value := trimSpace(text[colon+1:])
	switch headerOf(trimSpace(text[:colon])) {
	case headerVia:
		if v.via == nil {
			v.via = value
		}
		v.echo = append(v.echo, line)
	case headerRecordRoute:
		v.records = append(v.records, value)
		v.echo = append(v.echo, line)
	case headerFrom:
		v.from = value
		v.echo = append(v.echo, line)
	case headerCallID:
		v.callID = value
		v.echo = append(v.echo, line)
	case headerCSeq:
		if v.status != 0 {
			v.method = methodOf(value[bytes.LastIndexByte(value, ' ')+1:])
		}
		v.echo = append(v.echo, line)
	case headerTo:
		v.to = value
	case headerContact:
		v.contact = value
	case headerRoute:
		v.routed = true
	case headerContentLength:
		v.body = int(decimal(value))
	}
	return true
}

type header uint8

const (
	headerOther header = iota
	headerVia
	headerFrom
	headerTo
	headerCallID
	headerCSeq
	headerContact
	headerRoute
	headerRecordRoute
	headerContentLength
)

// compact holds the compact forms (RFC 3261 §7.3.3).
var compact = [256]header{
	'v': headerVia, 'V': headerVia, 'f': headerFrom, 'F': headerFrom, 't': headerTo, 'T': headerTo,
	'i': headerCallID, 'I': headerCallID, 'm': headerContact, 'M': headerContact,
	'l': headerContentLength, 'L': headerContentLength,
}

func headerOf(name []byte) header {
	switch len(name) {
	case 1:
		return compact[name[0]]
	case 2:
		return named(name, "To", headerTo)
	case 3:
		return named(name, "Via", headerVia)
	case 4:
		if name[0]|0x20 == 'f' {
			return named(name, "From", headerFrom)
		}
		return named(name, "CSeq", headerCSeq)
	case 5:
		return named(name, "Route", headerRoute)
	case 7:
		if name[1]|0x20 == 'a' {
			return named(name, "Call-ID", headerCallID)
		}
		return named(name, "Contact", headerContact)
	case 12:
		return named(name, "Record-Route", headerRecordRoute)
	case 14:
		return named(name, "Content-Length", headerContentLength)
	}
	return headerOther
}

func named(name []byte, full string, h header) header {
	if string(name) == full || bytes.EqualFold(name, []byte(full)) {
		return h
	}
	return headerOther
}

// addrSpec is the URI of a name-addr or addr-spec header value.
func addrSpec(value []byte) []byte {
	if open := bytes.IndexByte(value, '<'); open >= 0 {
		if end := bytes.IndexByte(value[open:], '>'); end > 0 {
			return value[open+1 : open+end]
		}
		return nil
	}
	if semi := bytes.IndexByte(value, ';'); semi >= 0 {
		return value[:semi]
	}
	return value
}

// viaPort is the sent-by port of a Via value; 5060 when it names none (RFC 3261 §18.2.2).
func viaPort(via []byte) uint16 {
	sp := bytes.IndexByte(via, ' ')
	sentBy := trimSpace(via[sp+1:])
	if semi := bytes.IndexByte(sentBy, ';'); semi >= 0 {
		sentBy = sentBy[:semi]
	}
	colon := bytes.LastIndexByte(sentBy, ':')
	if colon < 0 || bytes.IndexByte(sentBy[colon:], ']') >= 0 {
		return 5060
	}
	return uint16(decimal(trimSpace(sentBy[colon+1:])))
}

// appendRoutes appends one Route header per Record-Route value: in message order
// for the callee, reversed for the caller (RFC 3261 §12.1.1, §12.1.2).
func appendRoutes(dst []byte, records [][]byte, reversed bool) []byte {
	if !reversed {
		for _, r := range records {
			for len(r) > 0 {
				n := firstElement(r)
				dst = appendRoute(dst, r[:n])
				r = r[min(n+1, len(r)):]
			}
		}
		return dst
	}
	for i := len(records) - 1; i >= 0; i-- {
		for r := records[i]; len(r) > 0; {
			at := lastElement(r)
			dst = appendRoute(dst, r[at:])
			r = r[:max(at-1, 0)]
		}
	}
	return dst
}

func appendRoute(dst, value []byte) []byte {
	dst = append(dst, "Route: "...)
	dst = append(dst, trimSpace(value)...)
	return append(dst, "\r\n"...)
}

// firstElement is the length of the first element of a comma-separated list of
// name-addrs; a comma between '<' and '>' separates nothing.
func firstElement(list []byte) int {
	inside := false
	for i, c := range list {
		switch {
		case c == '<':
			inside = true
		case c == '>':
			inside = false
		case c == ',' && !inside:
			return i
		}
	}
	return len(list)
}

// lastElement is where the last element of list begins.
func lastElement(list []byte) int {
	at := 0
	for {
		n := firstElement(list[at:])
		if at+n >= len(list) {
			return at
		}
		at += n + 1
	}
}

// decimal reads b as a number, stopping at the first other byte and at 2^31.
func decimal(b []byte) uint32 {
	var n uint32
	for _, c := range b {
		if c < '0' || c > '9' || n > 1<<31/10 {
			break
		}
		n = n*10 + uint32(c-'0')
	}
	return n
}

func trimCR(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\r' {
		return b[:n-1]
	}
	return b
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}
