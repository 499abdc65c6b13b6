package sip

import "sluice/parser"

// AppendAOR appends the canonical form of the address-of-record that u is, as
// the key of a registrar (RFC 3261 §10.3 step 5): user@host without password,
// port and parameters. The host is in lower case or the canonical form of its
// IPv6 address; the user is unescaped where RFC 3261 §19.1.4 calls that equal,
// so that equal users have one key and others do not share it. For a tel URI it
// is the number without visual separators, and the phone-context of a local one.
func AppendAOR(dst, buf []byte, u *URI) []byte {
	if u.Scheme == SchemeTel {
		return appendNumber(dst, buf, u)
	}
	if !u.User.Empty() {
		dst = appendUser(dst, u.User.Of(buf))
		dst = append(dst, '@')
	}
	return appendHost(dst, u.Host.Of(buf))
}

func appendHost(dst, host []byte) []byte {
	if len(host) > 0 && host[0] == '[' {
		if ip, ok := parseIP(host); ok {
			dst = append(dst, '[')
			dst = ip.AppendTo(dst)
			return append(dst, ']')
		}
	}
	return appendLower(dst, host)
}

func appendLower(dst, text []byte) []byte {
	for _, c := range text {
		dst = append(dst, parser.Lower(c))
	}
	return dst
}

// appendUser appends user with every character unescaped that need not be
// escaped, and the other escapes in one spelling.
func appendUser(dst, user []byte) []byte {
	for len(user) > 0 {
		c, size := nextChar(user)
		if size == 1 || isPlain(c) {
			dst = append(dst, byte(c))
		} else {
			dst = appendEscape(dst, c)
		}
		user = user[size:]
	}
	return dst
}

func appendEscape(dst []byte, c int) []byte {
	const hex = "0123456789ABCDEF"
	return append(dst, '%', hex[c>>4&15], hex[c&15])
}

// isPlain reports whether c is unreserved (RFC 3261 §25.1), or '#', which the
// URI machine takes unescaped.
func isPlain(c int) bool {
	switch c {
	case '-', '_', '.', '!', '~', '*', '\'', '(', ')', '#':
		return true
	}
	return c < 0x80 && (parser.Alpha | parser.Digit).Is(byte(c))
}

func appendNumber(dst, buf []byte, u *URI) []byte {
	number := u.User.Of(buf)
	for _, c := range number {
		if !isSeparator(int(c)) {
			dst = append(dst, parser.Lower(c))
		}
	}
	if isGlobal(number) {
		return dst
	}
	params := uriList{buf, u.Params, ';'}
	if context, ok := params.find(phoneContext, 0); ok {
		dst = append(dst, ";phone-context="...)
		dst = appendContext(dst, context)
	}
	return dst
}

// appendContext appends the context of a local number so that those that
// CompareURI calls equal are the same.
func appendContext(dst, context []byte) []byte {
	global := isGlobal(context)
	for len(context) > 0 {
		c, size := nextChar(context)
		switch {
		case global && isSeparator(c):
		case size == 1 || isPlain(c) || c == '[' || c == ']':
			dst = append(dst, parser.Lower(byte(c)))
		default:
			dst = appendEscape(dst, c)
		}
		context = context[size:]
	}
	return dst
}
