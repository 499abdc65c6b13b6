package sip

import "sluice/parser"

// Most URIs, name-addrs and Vias have the same plain shape: no white space but
// where everybody writes it, no escapes, no ambiguity. The functions here read
// that shape straight, in about half the time that the machines take. They never
// refuse: what is written otherwise, and what is wrong, they leave to the
// machine by returning 0, which reads it from its beginning. So the machines
// alone are the grammar, and what is read here they read the same.

// A plainClass is a set of character classes of the grammar. Bytes that make a
// shape ambiguous are in none of them.
type plainClass uint8

const (
	plainHost  plainClass = 1 << iota // run_char
	plainUser                         // user_char, but for what may separate parameters and headers
	plainParam                        // param_char of a URI
	plainToken                        // token_char
	plainValue                        // value_char of a header parameter
	plainIPv6                         // of an IPv6 reference, within its brackets
)

var plainClasses = makePlainClasses()

func makePlainClasses() (t [256]plainClass) {
	for c := range t {
		b := byte(c)
		if parser.Host.Is(b) {
			t[c] |= plainHost | plainUser | plainParam
		}
		if parser.Token.Is(b) {
			t[c] |= plainToken
		}
		if b > ' ' && b != 0x7f {
			t[c] |= plainValue
		}
	}
	for _, b := range []byte("0123456789abcdefABCDEF:.") {
		t[b] |= plainIPv6
	}
	for _, b := range []byte("!~*'()&+$/") {
		t[b] |= plainUser | plainParam
	}
	for _, b := range []byte("=#") {
		t[b] |= plainUser
	}
	for _, b := range []byte("[]:") {
		t[b] |= plainParam
	}
	for _, b := range []byte(`",;<>\`) {
		t[b] &^= plainValue
	}
	return t
}

// skip returns where the run of bytes of the class ends that begins at p. It
// asks about four at once as long as it can.
func (c plainClass) skip(buf []byte, p int) int {
	for p+4 <= len(buf) {
		b := buf[p : p+4 : p+4]
		if plainClasses[b[0]]&plainClasses[b[1]]&plainClasses[b[2]]&plainClasses[b[3]]&c == 0 {
			break
		}
		p += 4
	}
	for uint(p) < uint(len(buf)) && plainClasses[buf[p]]&c != 0 {
		p++
	}
	return p
}

// isAt reports whether buf[p] is c.
func isAt(buf []byte, p int, c byte) bool { return uint(p) < uint(len(buf)) && buf[p] == c }

// plainURI reads a URI like "sip:alice@atlanta.com:5060;transport=tcp;lr" and
// returns where it ended, 0 if it is another.
func plainURI(buf []byte, start int, u *URI) int {
	p := start + len(sipColon)
	if p > len(buf) || string(buf[start:p]) != sipColon {
		return 0
	}
	*u = URI{Scheme: SchemeSIP}
	// What is read here may be a user or a host: the '@' tells.
	end := plainHost.skip(buf, p)
	if uint(end) < uint(len(buf)) && plainClasses[buf[end]]&plainUser != 0 {
		if end = plainUser.skip(buf, end); !isAt(buf, end, '@') {
			return 0
		}
	}
	if isAt(buf, end, '@') && end > p {
		u.User = parser.MakeSpan(p, end)
		p = end + 1
		end = plainHost.skip(buf, p)
	}
	if end == p {
		if end = plainReference(buf, p); end == 0 {
			return 0
		}
	}
	u.Host = parser.MakeSpan(p, end)
	if isAt(buf, end, ':') {
		if u.Port, end = plainPort(buf, end+1); u.Port == 0 {
			return 0
		}
	}
	if isAt(buf, end, ';') {
		p = end + 1
		if end = u.plainParams(buf, end); end == 0 {
			return 0
		}
		u.Params = parser.MakeSpan(p, end)
	}
	if end < len(buf) && buf[end] != '>' {
		return 0
	}
	u.Text = parser.MakeSpan(start, end)
	return end
}

// plainParams reads URI parameters from the ';' at p on.
func (u *URI) plainParams(buf []byte, p int) int {
	for isAt(buf, p, ';') {
		name := p + 1
		nameEnd := plainParam.skip(buf, name)
		if nameEnd == name {
			return 0
		}
		value := 0
		if p = nameEnd; isAt(buf, p, '=') {
			value = p + 1
			p = plainParam.skip(buf, value)
		}
		u.setParam(buf, name, nameEnd, value, p)
	}
	return p
}

// plainReference reads the IPv6 reference that begins at p.
func plainReference(buf []byte, p int) (end int) {
	if !isAt(buf, p, '[') {
		return 0
	}
	if end = plainIPv6.skip(buf, p+1); end == p+1 || !isAt(buf, end, ']') {
		return 0
	}
	return end + 1
}

// plainPort reads the port that begins at p, 0 if it is none.
func plainPort(buf []byte, p int) (port uint16, end int) {
	n := 0
	for uint(p) < uint(len(buf)) && buf[p]-'0' <= 9 && n <= portMax {
		n = n*10 + int(buf[p]-'0')
		p++
	}
	if n > portMax {
		return 0, p
	}
	return uint16(n), p
}

// plainHeaderParam reads a parameter like "tag=1928301774", "rport" or
// `reg-id="1"`, whose name begins at name. Value is 0 if it has none; end is 0
// if it is another.
func plainHeaderParam(buf []byte, name int) (nameEnd, value, end int) {
	nameEnd = plainToken.skip(buf, name)
	if nameEnd == name {
		return 0, 0, 0
	}
	if !isAt(buf, nameEnd, '=') {
		return nameEnd, 0, nameEnd
	}
	value = nameEnd + 1
	if isAt(buf, value, '"') {
		return nameEnd, value, plainQuoted(buf, value)
	}
	if end = plainValue.skip(buf, value); end == value {
		return 0, 0, 0
	}
	return nameEnd, value, end
}

// plainQuoted reads the quoted string without escapes that begins at p.
func plainQuoted(buf []byte, p int) (end int) {
	for p++; uint(p) < uint(len(buf)) && buf[p] != '\\'; p++ {
		if buf[p] == '"' {
			return p + 1
		}
	}
	return 0
}

// plainNameAddr reads an element like `"Alice" <sip:alice@atlanta.com>;tag=a`,
// also without a display name or with one word, and returns where it ended, 0
// if it is another.
func plainNameAddr(buf []byte, start int, n *NameAddr) int {
	p := start
	n.Display = parser.Span{}
	if !isAt(buf, p, '<') {
		if p = n.plainDisplay(buf, start); p == 0 {
			return 0
		}
	}
	end := plainURI(buf, p+1, &n.URI)
	if end == 0 || !isAt(buf, end, '>') {
		return 0
	}
	n.URIText = n.URI.Text
	end++
	n.Star, n.Params, n.Tag = false, parser.Span{}, parser.Span{}
	if isAt(buf, end, ';') {
		p = end + 1
		if end = n.plainParams(buf, end); end == 0 {
			return 0
		}
		n.Params = parser.MakeSpan(p, end)
	}
	if end < len(buf) && buf[end] != ',' {
		return 0
	}
	n.Text = parser.MakeSpan(start, end)
	return end
}

// plainDisplay reads the display name that begins at start, a word or a quoted
// string, and returns where the '<' behind it stands.
func (n *NameAddr) plainDisplay(buf []byte, start int) int {
	end := plainHost.skip(buf, start)
	if isAt(buf, start, '"') {
		end = plainQuoted(buf, start)
	}
	if end <= start {
		return 0
	}
	n.Display = parser.MakeSpan(start, end)
	if isAt(buf, end, ' ') {
		end++
	}
	if !isAt(buf, end, '<') {
		return 0
	}
	return end
}

// plainParams reads header parameters from the ';' at p on.
func (n *NameAddr) plainParams(buf []byte, p int) int {
	for isAt(buf, p, ';') {
		name := p + 1
		nameEnd, value, end := plainHeaderParam(buf, name)
		if end == 0 || n.setParam(buf, name, nameEnd, value, end) != parser.OK {
			return 0
		}
		p = end
	}
	return p
}

// plainVia reads an element like "SIP/2.0/UDP pc33.atlanta.com:5060;branch=b"
// and returns where it ended, 0 if it is another.
func plainVia(buf []byte, start int, v *Via) int {
	p := start + len(viaVersion)
	if p > len(buf) || string(buf[start:p]) != viaVersion {
		return 0
	}
	*v = Via{}
	end := plainToken.skip(buf, p)
	if end == p || !isAt(buf, end, ' ') {
		return 0
	}
	v.TransportText = parser.MakeSpan(p, end)
	v.Transport = LookupTransport(buf[p:end])
	p = end + 1
	if end = plainHost.skip(buf, p); end == p {
		if end = plainReference(buf, p); end == 0 {
			return 0
		}
	}
	v.Host = parser.MakeSpan(p, end)
	if isAt(buf, end, ':') {
		if v.Port, end = plainPort(buf, end+1); v.Port == 0 {
			return 0
		}
	}
	if isAt(buf, end, ';') {
		p = end + 1
		if end = v.plainParams(buf, end); end == 0 {
			return 0
		}
		v.Params = parser.MakeSpan(p, end)
	}
	if end < len(buf) && buf[end] != ',' {
		return 0
	}
	v.Text = parser.MakeSpan(start, end)
	return end
}

// plainParams reads Via parameters from the ';' at p on.
func (v *Via) plainParams(buf []byte, p int) int {
	for isAt(buf, p, ';') {
		name := p + 1
		nameEnd, value, end := plainHeaderParam(buf, name)
		if end == 0 || v.setParam(buf, name, nameEnd, value, end) != parser.OK {
			return 0
		}
		p = end
	}
	return p
}
