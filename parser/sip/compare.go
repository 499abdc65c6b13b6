package sip

import "sluice/parser"

// maxCompared bounds the parameters and headers that CompareURI looks up one in
// the other; a URI with more of them equals only one that lists them alike.
const maxCompared = 32

// CompareURI reports whether two URIs are equivalent: sip and sips URIs by RFC
// 3261 §19.1.4, tel URIs by RFC 3966 §4, others when their text is the same.
func CompareURI(abuf []byte, a *URI, bbuf []byte, b *URI) bool {
	if a.Scheme != b.Scheme {
		return false
	}
	ap, bp := uriList{abuf, a.Params, ';'}, uriList{bbuf, b.Params, ';'}
	switch a.Scheme {
	case SchemeSIP, SchemeSIPS:
		ah, bh := uriList{abuf, a.Headers, '&'}, uriList{bbuf, b.Headers, '&'}
		return equalEscaped(a.User.Of(abuf), b.User.Of(bbuf), false) &&
			equalEscaped(a.Password.Of(abuf), b.Password.Of(bbuf), false) &&
			equalHost(a.Host.Of(abuf), b.Host.Of(bbuf)) &&
			a.Port == b.Port &&
			equalLists(ap, bp, decidesAlone, equalParam) &&
			equalLists(ah, bh, always, equalParam)
	case SchemeTel:
		return equalNumber(a.User.Of(abuf), b.User.Of(bbuf)) && equalLists(ap, bp, always, equalTelParam)
	}
	return string(a.Text.Of(abuf)) == string(b.Text.Of(bbuf))
}

// decidesAlone reports whether a URI parameter that only one of two URIs has
// makes them differ.
func decidesAlone(name []byte) bool {
	switch len(name) {
	case 3:
		return parser.EqualFold(name, "ttl")
	case 4:
		return parser.EqualFold(name, "user")
	case 5:
		return parser.EqualFold(name, "maddr")
	case 6:
		return parser.EqualFold(name, "method")
	case 9:
		return parser.EqualFold(name, "transport")
	}
	return false
}

func always([]byte) bool { return true }

func equalParam(_, a, b []byte) bool { return equalEscaped(a, b, true) }

// equalTelParam compares the values of a parameter of tel URIs: one that is a
// number, without its visual separators (RFC 3966 §4).
func equalTelParam(name, a, b []byte) bool {
	number := equalEscaped(name, phoneContext, true) && isGlobal(a) && isGlobal(b)
	if number || equalEscaped(name, phoneExt, true) {
		return equalNumber(a, b)
	}
	return equalEscaped(a, b, true)
}

var (
	phoneContext = []byte("phone-context")
	phoneExt     = []byte("ext")
)

// A uriList is the parameters or the headers of a URI.
type uriList struct {
	buf       []byte
	at        parser.Span
	separator byte
}

// next returns the item that begins at pos and where the next one begins.
func (l *uriList) next(pos int) (name, value []byte, next int) {
	eq, i := -1, pos
	for ; i < l.at.End() && l.buf[i] != l.separator; i++ {
		if eq < 0 && l.buf[i] == '=' {
			eq = i
		}
	}
	if eq < 0 {
		return l.buf[pos:i], nil, i + 1
	}
	return l.buf[pos:eq], l.buf[eq+1 : i], i + 1
}

func (l *uriList) count() int {
	n := 0
	for pos := l.at.Start(); pos < l.at.End(); n++ {
		_, _, pos = l.next(pos)
	}
	return n
}

// find returns the value of the item called name after nth others of that name.
func (l *uriList) find(name []byte, nth int) (value []byte, ok bool) {
	for pos := l.at.Start(); pos < l.at.End(); {
		var n []byte
		if n, value, pos = l.next(pos); equalEscaped(n, name, true) {
			if nth == 0 {
				return value, true
			}
			nth--
		}
	}
	return nil, false
}

// named returns how many items before end are called name.
func (l *uriList) named(name []byte, end int) (n int) {
	for pos := l.at.Start(); pos < end; {
		var other []byte
		if other, _, pos = l.next(pos); equalEscaped(other, name, true) {
			n++
		}
	}
	return n
}

// within reports whether every item of l has an equal in o, but for those that
// o does not have and that do not decide. Of items with one name, the first is
// compared with the first, and so on.
func (l *uriList) within(o *uriList, decides func([]byte) bool, equal func(name, a, b []byte) bool) bool {
	for pos := l.at.Start(); pos < l.at.End(); {
		start := pos
		var name, value []byte
		name, value, pos = l.next(pos)
		other, ok := o.find(name, l.named(name, start))
		if ok && !equal(name, value, other) || !ok && decides(name) {
			return false
		}
	}
	return true
}

func equalLists(a, b uriList, decides func([]byte) bool, equal func(name, a, b []byte) bool) bool {
	if a.count() > maxCompared || b.count() > maxCompared {
		return equalEscaped(a.at.Of(a.buf), b.at.Of(b.buf), true)
	}
	return a.within(&b, decides, equal) && b.within(&a, decides, equal)
}

// equalHost compares names without regard to case, IPv6 references as
// addresses (RFC 5118 §4.4).
func equalHost(a, b []byte) bool {
	if len(a) > 0 && len(b) > 0 && a[0] == '[' && b[0] == '[' {
		x, okx := parseIP(a)
		y, oky := parseIP(b)
		if okx && oky {
			return x == y
		}
	}
	return equalEscaped(a, b, true)
}

// equalNumber compares telephone numbers without their visual separators (RFC
// 3966 §4).
func equalNumber(a, b []byte) bool {
	for {
		x, restA := nextDigit(a)
		y, restB := nextDigit(b)
		if x != y {
			return false
		}
		if x < 0 {
			return true
		}
		a, b = restA, restB
	}
}

// nextDigit returns the first character of b that is no visual separator, in
// lower case, and what follows it; -1 at the end.
func nextDigit(b []byte) (c int, rest []byte) {
	for len(b) > 0 {
		c, size := nextChar(b)
		b = b[size:]
		if c < 0x80 {
			c = int(parser.Lower(byte(c)))
		}
		if !isSeparator(c) {
			return c, b
		}
	}
	return -1, nil
}

func isSeparator(c int) bool { return c == '-' || c == '.' || c == '(' || c == ')' }

// isGlobal reports whether a telephone number is a global one.
func isGlobal(number []byte) bool { return len(number) > 0 && number[0] == '+' }

// escapedReserved marks a reserved character that was escaped: it does not
// equal itself unescaped (RFC 3261 §19.1.4).
const escapedReserved = 0x100

// nextChar reads one character, which may be escaped, and returns how many
// bytes it takes.
func nextChar(b []byte) (c, size int) {
	if b[0] != '%' || len(b) < 3 || !parser.Hex.Is(b[1]) || !parser.Hex.Is(b[2]) {
		return int(b[0]), 1
	}
	c = unhex(b[1])<<4 | unhex(b[2])
	switch c {
	case ';', '/', '?', ':', '@', '&', '=', '+', '$', ',', '%':
		c |= escapedReserved
	}
	return c, 3
}

func unhex(c byte) int {
	if c <= '9' {
		return int(c - '0')
	}
	return int(c|0x20-'a') + 10
}

// equalEscaped compares texts in which characters may be escaped.
func equalEscaped(a, b []byte, fold bool) bool {
	for len(a) > 0 && len(b) > 0 {
		x, n := nextChar(a)
		y, m := nextChar(b)
		if x != y && !(fold && x < 0x80 && y < 0x80 && parser.Lower(byte(x)) == parser.Lower(byte(y))) {
			return false
		}
		a, b = a[n:], b[m:]
	}
	return len(a) == len(b)
}
