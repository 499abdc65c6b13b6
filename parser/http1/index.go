package http1

import (
	"bytes"

	"sluice/parser"
)

// Index indexes the head of the request that begins at buf[0]. ErrMore asks
// for a longer buffer that begins with the same bytes, wherever it lies. OK
// means that the head is complete and that Buf is buf up to its end. Any
// other error is final until Reset.
func (r *Request) Index(buf []byte) parser.Err {
	full := len(buf) >= parser.MaxBuffer
	if full {
		buf = buf[:parser.MaxBuffer]
	}
	r.Buf = buf
	for r.err == parser.OK && r.headLen == 0 {
		if r.err = r.firstByte(buf); r.err != parser.OK {
			break
		}
		n := bytes.IndexByte(buf[r.scan:], '\n')
		if n >= 0 {
			r.err = r.endLine(buf, r.scan+n)
			continue
		}
		r.scan = len(buf)
		if !full {
			return parser.ErrMore
		}
		r.err = parser.ErrTooLong
	}
	if r.err == parser.OK {
		r.Buf = buf[:r.headLen:r.headLen]
	}
	return r.err
}

// firstByte refuses what cannot become a request (a TLS ClientHello, say)
// without waiting for a line end that may never come.
func (r *Request) firstByte(buf []byte) parser.Err {
	if r.started || r.scan != r.line || r.line == len(buf) {
		return parser.OK
	}
	if c := buf[r.line]; c != '\r' && c != '\n' && !tchar[c] {
		return parser.ErrMethod
	}
	return parser.OK
}

// endLine takes the line whose LF is at lf.
func (r *Request) endLine(buf []byte, lf int) parser.Err {
	start, end := r.line, lf-1
	if end < start || buf[end] != '\r' {
		return parser.ErrLineEnd
	}
	r.line, r.scan = lf+1, lf+1
	switch {
	case !r.started && end == start:
		return parser.OK
	case !r.started:
		r.started = true
		return r.requestLine(buf, start, end)
	case end == start:
		r.headLen = lf + 1
		return parser.OK
	}
	return r.field(buf, start, end)
}

// requestLine takes "GET /path?query HTTP/1.1" (RFC 9112 §3).
func (r *Request) requestLine(buf []byte, start, end int) parser.Err {
	m := token(buf, start, end)
	if m == start {
		return parser.ErrMethod
	}
	if m == end || buf[m] != ' ' {
		return parser.ErrStartLine
	}
	t := visible(buf, m+1, end)
	if t == m+1 || t == end || buf[t] != ' ' {
		return parser.ErrStartLine
	}
	v := buf[t+1 : end]
	if len(v) != len("HTTP/1.1") || string(v[:5]) != "HTTP/" || v[6] != '.' ||
		!parser.Digit.Is(v[5]) || !parser.Digit.Is(v[7]) {
		return parser.ErrStartLine
	}
	r.Method, r.Target = parser.MakeSpan(start, m), parser.MakeSpan(m+1, t)
	r.Minor = v[7] - '0'
	if v[5] != '1' {
		return parser.ErrVersion
	}
	return r.target(buf)
}

// target finds path and query (RFC 9112 §3.2): in origin-form "/p?q" and in
// absolute-form "ws://host/p?q". Asterisk-form and authority-form have none,
// and belong to OPTIONS and CONNECT alone.
func (r *Request) target(buf []byte) parser.Err {
	start, end := r.Target.Start(), r.Target.End()
	if bytes.IndexByte(buf[start:end], '#') >= 0 {
		return parser.ErrURI // a fragment never travels
	}
	switch {
	case buf[start] == '/':
	case string(buf[start:end]) == "*" && string(r.Method.Of(buf)) == "OPTIONS":
		return parser.OK
	case string(r.Method.Of(buf)) == "CONNECT":
		return parser.OK
	default:
		n := authority(buf[start:end])
		if n < 0 {
			return parser.ErrURI
		}
		start += n
	}
	path := end
	if q := bytes.IndexByte(buf[start:end], '?'); q >= 0 {
		path = start + q
		r.Query = parser.MakeSpan(path+1, end)
	}
	r.Path = parser.MakeSpan(start, path)
	return parser.OK
}

// authority returns where the authority of an absolute-form target ends, -1
// when it is none.
func authority(t []byte) int {
	n := bytes.Index(t, []byte("://"))
	if n < 0 {
		return -1
	}
	switch s := t[:n]; {
	case parser.EqualFold(s, "http"), parser.EqualFold(s, "https"),
		parser.EqualFold(s, "ws"), parser.EqualFold(s, "wss"):
	default:
		return -1
	}
	start := n + len("://")
	end := start
	for end < len(t) && t[end] != '/' && t[end] != '?' {
		end++
	}
	if end == start {
		return -1
	}
	return end
}

// field takes "Name: value" (RFC 9112 §5).
func (r *Request) field(buf []byte, start, end int) parser.Err {
	colon := token(buf, start, end)
	if colon == start || colon == end || buf[colon] != ':' {
		return parser.ErrHeaderName
	}
	a, z := trim(buf, colon+1, end)
	for _, c := range buf[a:z] {
		if c < ' ' && c != '\t' || c == 0x7f {
			return parser.ErrHeaderValue
		}
	}
	if int(r.n) == MaxHeaders {
		return parser.ErrTooManyHeaders
	}
	r.headers[r.n] = Header{Name: parser.MakeSpan(start, colon), Value: parser.MakeSpan(a, z)}
	r.n++
	return parser.OK
}

// token returns where the token that begins at i ends.
func token(buf []byte, i, end int) int {
	for i < end && tchar[buf[i]] {
		i++
	}
	return i
}

// visible returns where the run of visible ASCII that begins at i ends.
func visible(buf []byte, i, end int) int {
	for i < end && buf[i] > ' ' && buf[i] < 0x7f {
		i++
	}
	return i
}

// trim returns the bounds of buf[a:z] without surrounding space.
func trim(buf []byte, a, z int) (int, int) {
	for a < z && parser.Space.Is(buf[a]) {
		a++
	}
	for a < z && parser.Space.Is(buf[z-1]) {
		z--
	}
	return a, z
}

// tchar holds the characters of a token (RFC 9110 §5.6.2). SIP's token, for
// which there is a class, lacks some of them.
var tchar = func() (t [256]bool) {
	for c := range 256 {
		t[c] = (parser.Digit | parser.Alpha).Is(byte(c))
	}
	for _, c := range []byte("!#$%&'*+-.^_`|~") {
		t[c] = true
	}
	return t
}()
