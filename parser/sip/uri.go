package sip

import "sluice/parser"

//go:generate ragel -Z -G2 -o zuri.go uri.rl
//go:generate sed -i "/^[/][/]line /d" zuri.go
//go:generate gofmt -w zuri.go

// A Scheme is the scheme of a URI.
type Scheme uint8

const (
	SchemeNone Scheme = iota
	SchemeSIP
	SchemeSIPS
	SchemeTel   // RFC 3966
	SchemeOther // any other; the text tells
)

// A URI is what was found in a SIP, SIPS or tel URI; of one with another
// scheme only Text and Scheme are set. Spans are into the buffer it was parsed
// from.
type URI struct {
	Scheme    Scheme
	Transport Transport // of the transport parameter
	LR        bool      // ;lr is there
	OB        bool      // ;ob is there (RFC 5626)
	Port      uint16    // 0 when absent

	Text     parser.Span
	User     parser.Span // escaped as written; the number of a tel URI
	Password parser.Span
	Host     parser.Span // with the brackets of an IPv6 reference
	Params   parser.Span // without the ';' before them
	Headers  parser.Span // without the '?' before them
	Maddr    parser.Span
}

// ParseURI reads the URI that begins at off, after white space, and ends with
// buf or before the first byte that no URI holds; it returns where it ended.
func ParseURI(buf []byte, off int, u *URI) (int, parser.Err) {
	for off < len(buf) && isLWS(buf[off]) {
		off++
	}
	if next := plainURI(buf, off, u); next > 0 {
		return next, parser.OK
	}
	return scanURI(buf, off, u)
}

// While a port is read, its number is kept with a mark above it, so that no
// port and port 0 differ.
const (
	portSeen = 1 << 20
	portMax  = 1<<16 - 1
)

func addPortDigit(port int, c byte) int {
	n := (port&^portSeen)*10 + int(c-'0')
	return portSeen | min(n, portMax+1)
}

// portNumber returns the number that was read, 0 without one; ok is false if it
// is not 1 to 65535.
func portNumber(port int) (n uint16, ok bool) {
	if port == 0 {
		return 0, true
	}
	port &^= portSeen
	return uint16(port), port >= 1 && port <= portMax
}

// sipColon is what most URIs begin with: the machine is entered behind it.
const sipColon = "sip:"

// setUser notes the userinfo that ends before the '@' at end, and takes back
// the parameters that were noted before it, if any were. What was noted as host
// is overwritten, for a host has to follow.
func (u *URI) setUser(user, password, end, params int) {
	if params != 0 {
		*u = URI{Scheme: u.Scheme}
	}
	if password > 0 {
		u.Password = parser.MakeSpan(password, end)
		end = password - 1
	}
	u.User = parser.MakeSpan(user, end)
}

// setParam notes the parameter buf[name:nameEnd], whose value is buf[value:end]
// if value is not 0. Of a repeated parameter the first counts.
func (u *URI) setParam(buf []byte, name, nameEnd, value, end int) {
	switch lookupURIParam(buf[name:nameEnd]) {
	case uriLR:
		u.LR = true
	case uriOB:
		u.OB = true
	case uriMaddr:
		if value > 0 && u.Maddr.Empty() {
			u.Maddr = parser.MakeSpan(value, end)
		}
	case uriTransport:
		if value > 0 && u.Transport == TransportNone {
			u.Transport = LookupTransport(buf[value:end])
		}
	}
}

// A uriParam is a URI parameter that counts.
type uriParam uint8

const (
	uriLR uriParam = iota + 1
	uriOB
	uriMaddr
	uriTransport
)

// lookupURIParam returns which of the parameters that count is called name, 0 if
// none is.
func lookupURIParam(name []byte) uriParam {
	switch string(name) {
	case "lr":
		return uriLR
	case "ob":
		return uriOB
	case "maddr":
		return uriMaddr
	case "transport":
		return uriTransport
	}
	switch {
	case parser.EqualFold(name, "lr"):
		return uriLR
	case parser.EqualFold(name, "ob"):
		return uriOB
	case parser.EqualFold(name, "maddr"):
		return uriMaddr
	case parser.EqualFold(name, "transport"):
		return uriTransport
	}
	return 0
}

// uriErr says what is wrong with a URI that got as far as the parts that are
// not 0.
func uriErr(host, port, params, headers int) parser.Err {
	switch {
	case headers != 0:
		return parser.ErrURI
	case params != 0:
		return parser.ErrParam
	case port != 0:
		return parser.ErrPort
	case host != 0:
		return parser.ErrHost
	}
	return parser.ErrURI
}

// scanBareURI reads the URI that begins at p as it stands without angle
// brackets: without parameters and headers, for what follows it belongs to the
// header field (RFC 3261 §20.10).
func scanBareURI(buf []byte, p int, u *URI) (int, parser.Err) {
	end := p
	for end < len(buf) && buf[end] != ';' && buf[end] != '?' && buf[end] != ',' {
		end++
	}
	return scanURI(buf[:end], p, u)
}
