package sip

import "sluice/parser"

// A Tel is what RFC 3966 §3 says of a telephone number. Spans are into the buffer
// of the URI; what is not there is empty.
type Tel struct {
	Global bool
	Number parser.Span // with its visual separators, and the '+' of a global one
	// Context is that of a local number: a domain, or a prefix that begins
	// with '+'.
	Context, ISub, Ext parser.Span
}

// ParseTel reads the tel URI that begins at off, after white space, and ends
// with buf or before the first byte that no URI holds; it returns where it
// ended. A local number has a phone-context (RFC 3966 §5.1.4).
func ParseTel(buf []byte, off int, t *Tel) (int, parser.Err) {
	*t = Tel{}
	var u URI
	next, e := ParseURI(buf, off, &u)
	if e != parser.OK {
		return next, e
	}
	if u.Scheme != SchemeTel {
		return u.Text.Start(), parser.ErrURI
	}
	t.Number = u.User
	t.Global = isGlobal(u.User.Of(buf))
	t.Context, _ = u.Param(buf, "phone-context")
	t.ISub, _ = u.Param(buf, "isub")
	t.Ext, _ = u.Param(buf, "ext")
	if !t.Global && t.Context.Empty() || !isPhoneDigits(t.Ext.Of(buf)) {
		return u.User.End(), parser.ErrParam
	}
	return next, parser.OK
}

func isPhoneDigits(b []byte) bool {
	for _, c := range b {
		if !parser.Digit.Is(c) && !isSeparator(int(c)) {
			return false
		}
	}
	return true
}

// isPhoneNumber reports whether b, which visual separators may stand in, is a
// global number, of decimal digits, or a local one, of hexadecimal digits, '*'
// and '#'. Both have a digit at least (RFC 3966 §3).
func isPhoneNumber(b []byte) bool {
	global := isGlobal(b)
	if global {
		b = b[1:]
	}
	digits := 0
	for _, c := range b {
		switch {
		case isSeparator(int(c)):
		case parser.Digit.Is(c), !global && (parser.Hex.Is(c) || c == '*' || c == '#'):
			digits++
		default:
			return false
		}
	}
	return digits > 0
}
