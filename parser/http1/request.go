package http1

import "sluice/parser"

// MaxHeaders is the number of fields a request may have. A browser sends
// about fifteen.
const MaxHeaders = 64

// A Header is one field: its name, and its value without surrounding space.
type Header struct{ Name, Value parser.Span }

// A Request is the head of an HTTP request as spans into Buf. It is valid as
// long as the bytes of Buf are; when they are moved, set Buf to where they are.
type Request struct {
	Buf    []byte
	Method parser.Span
	Target parser.Span
	Path   parser.Span // of an origin-form or absolute-form target; empty means "/"
	Query  parser.Span // without '?'
	Minor  uint8       // of the version HTTP/1.Minor

	headers [MaxHeaders]Header
	n       uint8
	err     parser.Err
	state   uint8 // of the machine; 0 before its first byte
	pos     int   // what the machine has read
	mark    int   // where the part begins that it is reading
	headLen int   // 0 until the head is complete
}

// Reset makes r ready for another request.
func (r *Request) Reset() {
	r.Buf = nil
	r.Method, r.Target, r.Path, r.Query = parser.Span{}, parser.Span{}, parser.Span{}, parser.Span{}
	r.Minor, r.n, r.err = 0, 0, parser.OK
	r.state, r.pos, r.mark, r.headLen = 0, 0, 0, 0
}

// HeadLen returns the length of the head with its blank line, and with the
// empty lines before it; 0 until it is complete.
func (r *Request) HeadLen() int { return r.headLen }

// NumHeaders returns the number of fields.
func (r *Request) NumHeaders() int { return int(r.n) }

// Header returns field i, in the order of the request.
func (r *Request) Header(i int) Header { return r.headers[i] }

// Value returns the value of the first field with that name, in any case.
func (r *Request) Value(name string) ([]byte, bool) {
	if i := r.next(name, 0); i < int(r.n) {
		return r.headers[i].Value.Of(r.Buf), true
	}
	return nil, false
}

// Count returns the number of fields with that name, in any case.
func (r *Request) Count(name string) (n int) {
	for i := r.next(name, 0); i < int(r.n); i = r.next(name, i+1) {
		n++
	}
	return n
}

// HasToken reports whether the lists of all fields with that name hold the
// token, in any case.
func (r *Request) HasToken(name, token string) bool {
	for t := r.Tokens(name); t.Next(); {
		if parser.EqualFold(t.Bytes(), token) {
			return true
		}
	}
	return false
}

// next returns the first field from i on with that name, or n.
func (r *Request) next(name string, i int) int {
	for ; i < int(r.n); i++ {
		if parser.EqualFold(r.headers[i].Name.Of(r.Buf), name) {
			break
		}
	}
	return i
}

// Tokens walks the elements of a list that may be spread over several fields
// (RFC 9110 §5.6.1). Empty elements are skipped.
type Tokens struct {
	r    *Request
	name string
	next int // field to look at when rest is used up
	rest []byte
	tok  []byte
}

// Tokens returns the elements of all fields with that name.
func (r *Request) Tokens(name string) Tokens { return Tokens{r: r, name: name} }

// Next moves to the next element and reports whether there is one.
func (t *Tokens) Next() bool {
	for {
		for len(t.rest) > 0 {
			t.tok = t.cut()
			if len(t.tok) > 0 {
				return true
			}
		}
		i := t.r.next(t.name, t.next)
		if i >= int(t.r.n) {
			return false
		}
		t.rest, t.next = t.r.headers[i].Value.Of(t.r.Buf), i+1
	}
}

// Bytes returns the element, without surrounding space. It is valid as long
// as the request is.
func (t *Tokens) Bytes() []byte { return t.tok }

func (t *Tokens) cut() []byte {
	end := 0
	for end < len(t.rest) && t.rest[end] != ',' {
		end++
	}
	element := t.rest[:end]
	t.rest = t.rest[min(end+1, len(t.rest)):]
	start := 0
	for start < end && parser.Space.Is(element[start]) {
		start++
	}
	return element[start:trimEnd(element, start, end)]
}
