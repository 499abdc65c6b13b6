package http1

import "sluice/parser"

//go:generate ragel -Z -G2 -o zrequest.go request.rl
//go:generate sed -i "/^[/][/]line /d" zrequest.go
//go:generate gofmt -w zrequest.go

// Index indexes the head of the request that begins at buf[0]. ErrMore asks
// for a longer buffer that begins with the same bytes, wherever it lies. OK
// means that the head is complete and that Buf is buf up to its end. Any
// other error is final until Reset.
func (r *Request) Index(buf []byte) parser.Err {
	full := len(buf) >= parser.MaxBuffer
	if full {
		buf = buf[:parser.MaxBuffer]
	}
	if r.err == parser.OK && r.headLen == 0 {
		e := r.scan(buf)
		if e == parser.ErrMore && !full {
			r.Buf = buf
			return e
		}
		if e == parser.ErrMore {
			e = parser.ErrTooLong
		}
		r.err = e
	}
	r.Buf = buf
	if r.err == parser.OK {
		r.Buf = buf[:r.headLen:r.headLen]
	}
	return r.err
}

// endLine takes the request line whose version ends at end: HTTP/1 alone is
// spoken, and a target without a path is "*" with OPTIONS, or belongs to CONNECT
// (RFC 9112 §3.2).
func (r *Request) endLine(buf []byte, end int) parser.Err {
	r.Minor = buf[end-1] - '0'
	if buf[end-3] != '1' {
		return parser.ErrVersion
	}
	if r.Path != (parser.Span{}) || string(r.Method.Of(buf)) == "CONNECT" {
		return parser.OK
	}
	if string(r.Target.Of(buf)) == "*" && string(r.Method.Of(buf)) == "OPTIONS" {
		return parser.OK
	}
	return parser.ErrURI
}

// targetErr says what is wrong where a target cannot go on with c: a fragment
// never travels (RFC 9110 §7.1); anything else breaks the request line.
func targetErr(c byte) parser.Err {
	if c == '#' {
		return parser.ErrURI
	}
	return parser.ErrStartLine
}

// trimEnd returns where buf[start:end] ends without the space behind it.
func trimEnd(buf []byte, start, end int) int {
	for end > start && parser.Space.Is(buf[end-1]) {
		end--
	}
	return end
}

// What the machine passes in runs. SIP's token, for which parser has a class,
// lacks some characters of HTTP's (RFC 9110 §5.6.2).
const (
	tokenChar = 1 << iota
	valueChar // of a field value, with the space in it
)

var classes = makeClasses()

func makeClasses() (t [256]uint8) {
	for c := range 256 {
		if (parser.Digit | parser.Alpha).Is(byte(c)) {
			t[c] |= tokenChar
		}
		if c >= ' ' && c != 0x7f || c == '\t' {
			t[c] |= valueChar
		}
	}
	for _, c := range []byte("!#$%&'*+-.^_`|~") {
		t[c] |= tokenChar
	}
	return t
}
