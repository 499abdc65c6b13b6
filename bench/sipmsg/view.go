package sipmsg

import "bytes"

// A View is a received message as far as a phone needs it. Its slices point into
// the received bytes and are valid as long as these.
type View struct {
	Status  int      // of a response; 0: a request
	Method  Method   // of a request its own, of a response that of its CSeq
	Records [][]byte // Record-Route values in message order, unfolded but not split at commas
	Via     []byte   // topmost Via value
	From    []byte
	To      []byte
	CallID  []byte
	Contact []byte
	Routed  bool // a Route header is left

	echo [][]byte // the lines that a response repeats as they are
	head int      // length up to and with the empty line
	body int      // announced body length
}

// A ScanResult says how far Scan has come.
type ScanResult uint8

const (
	Incomplete ScanResult = iota // the header section is
	Malformed
	Complete // the header section is; the body may not be there yet
)

// MaxHead bounds a header section.
const MaxHead = 32 << 10

// Size is the length of the message, its body included.
func (v *View) Size() int { return v.head + v.body }

// Whole reads b, which is to be a message and no less.
func (v *View) Whole(b []byte) bool {
	return v.Scan(b) == Complete && v.Size() <= len(b)
}

// Scan reads the start line and the headers at the beginning of b. Folded headers
// are refused: nothing the phones send is folded, and a proxy has no reason to begin.
func (v *View) Scan(b []byte) ScanResult {
	*v = View{echo: v.echo[:0], Records: v.Records[:0]}
	eol := bytes.IndexByte(b, '\n')
	if eol < 0 {
		return unfinished(b)
	}
	if !v.startLine(trimCR(b[:eol])) {
		return Malformed
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
			return Complete
		}
		if !v.header(line, text) {
			return Malformed
		}
	}
}

func unfinished(b []byte) ScanResult {
	if len(b) > MaxHead {
		return Malformed
	}
	return Incomplete
}

func (v *View) startLine(line []byte) bool {
	const version = "SIP/2.0 "
	if len(line) >= len(version)+3 && string(line[:len(version)]) == version {
		v.Status = int(decimal(line[len(version) : len(version)+3]))
		return v.Status >= 100 && v.Status <= 699
	}
	sp := bytes.IndexByte(line, ' ')
	if sp < 0 || !bytes.HasSuffix(line, []byte(" SIP/2.0")) {
		return false
	}
	v.Method = methodOf(line[:sp])
	return true
}

// header takes one line: whole with its line end, and its text alone. What a
// response repeats goes to echo (RFC 3261 §8.2.6.2), but To, which may take a tag.
func (v *View) header(line, text []byte) bool {
	colon := bytes.IndexByte(text, ':')
	if colon <= 0 || text[0] == ' ' || text[0] == '\t' {
		return false
	}
	value := trimSpace(text[colon+1:])
	switch headerOf(trimSpace(text[:colon])) {
	case headerVia:
		if v.Via == nil {
			v.Via = value
		}
		v.echo = append(v.echo, line)
	case headerRecordRoute:
		v.Records = append(v.Records, value)
		v.echo = append(v.echo, line)
	case headerFrom:
		v.From = value
		v.echo = append(v.echo, line)
	case headerCallID:
		v.CallID = value
		v.echo = append(v.echo, line)
	case headerCSeq:
		if v.Status != 0 {
			v.Method = methodOf(value[bytes.LastIndexByte(value, ' ')+1:])
		}
		v.echo = append(v.echo, line)
	case headerTo:
		v.To = value
	case headerContact:
		v.Contact = value
	case headerRoute:
		v.Routed = true
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

// AddrSpec is the URI of a name-addr or addr-spec header value.
func AddrSpec(value []byte) []byte {
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

// ViaPort is the sent-by port of the topmost Via; 5060 when it names none (RFC 3261 §18.2.2).
func (v *View) ViaPort() uint16 {
	sp := bytes.IndexByte(v.Via, ' ')
	sentBy := trimSpace(v.Via[sp+1:])
	if semi := bytes.IndexByte(sentBy, ';'); semi >= 0 {
		sentBy = sentBy[:semi]
	}
	colon := bytes.LastIndexByte(sentBy, ':')
	if colon < 0 || bytes.IndexByte(sentBy[colon:], ']') >= 0 {
		return 5060
	}
	return uint16(decimal(trimSpace(sentBy[colon+1:])))
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
