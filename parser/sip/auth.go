package sip

import "sluice/parser"

//go:generate ragel -Z -G2 -o zauth.go auth.rl
//go:generate sed -i "/^[/][/]line /d" zauth.go
//go:generate gofmt -w zauth.go

// An AuthScheme is the scheme of credentials or of a challenge.
type AuthScheme uint8

const (
	AuthNone   AuthScheme = iota
	AuthDigest            // RFC 7616, RFC 8760
	AuthOther             // any other; the text tells
)

// An Auth is the value of Authorization, Proxy-Authorization, WWW-Authenticate or
// Proxy-Authenticate. Spans are into the buffer it was parsed from, without
// quotes; what is escaped stays so. What is not there is empty.
type Auth struct {
	Scheme     AuthScheme
	Stale      bool   // stale=true
	NC         uint32 // the nonce count, 0 when absent
	SchemeText parser.Span
	Value      parser.Span // what follows the scheme, as written

	Username, Realm, Nonce, URI, Response parser.Span
	Algorithm, CNonce, Opaque, QOP        parser.Span
	Domain                                parser.Span

	seen uint16
}

// ParseAuth reads the credentials or the challenge that begin at off, after
// white space, and end with buf. A field that counts may be there only once.
//
// What follows another scheme than Digest is for those who know the scheme: a
// token68 ("Bearer abc=", RFC 8898 §2.1), nothing ("Negotiate"), or what else is
// there is no error (RFC 7235 §2.1). Its fields are read only if it is a list of
// well-formed ones.
func ParseAuth(buf []byte, off int, a *Auth) (int, parser.Err) {
	next, e := scanAuth(buf, off, a)
	scheme := schemeSpan(buf, off)
	if e != parser.OK {
		if scheme.Empty() || lookupAuthScheme(scheme.Of(buf)) == AuthDigest {
			return next, e
		}
		*a = Auth{Scheme: AuthOther, SchemeText: scheme}
		next = len(buf)
	}
	a.Value = trimLWS(buf, scheme.End(), next)
	return next, parser.OK
}

// schemeSpan returns the token at off, after white space, that white space or
// the end follows.
func schemeSpan(buf []byte, off int) (s parser.Span) {
	for off < len(buf) && isLWS(buf[off]) {
		off++
	}
	end := off
	for end < len(buf) && parser.Token.Is(buf[end]) {
		end++
	}
	if end < len(buf) && !isLWS(buf[end]) {
		return s
	}
	return parser.MakeSpan(off, end)
}

func lookupAuthScheme(text []byte) AuthScheme {
	if parser.EqualFold(text, "Digest") {
		return AuthDigest
	}
	return AuthOther
}

// An authField is a field that counts; its bit in Auth.seen.
type authField uint8

const (
	authUsername authField = iota
	authRealm
	authNonce
	authURI
	authResponse
	authAlgorithm
	authCNonce
	authOpaque
	authQOP
	authDomain
	authNC
	authStale
	numAuthFields
)

var authNames = [numAuthFields]string{
	"username", "realm", "nonce", "uri", "response", "algorithm",
	"cnonce", "opaque", "qop", "domain", "nc", "stale",
}

// set notes the field buf[name:nameEnd] with the value buf[value:end].
func (a *Auth) set(buf []byte, name, nameEnd, value, end int) parser.Err {
	for f, s := range authNames {
		if !parser.EqualFold(buf[name:nameEnd], s) {
			continue
		}
		if a.seen&(1<<f) != 0 {
			return parser.ErrParam
		}
		a.seen |= 1 << f
		return a.note(buf, authField(f), unquoted(buf, parser.MakeSpan(value, end)))
	}
	return parser.OK
}

func (a *Auth) note(buf []byte, f authField, at parser.Span) (e parser.Err) {
	switch f {
	case authUsername:
		a.Username = at
	case authRealm:
		a.Realm = at
	case authNonce:
		a.Nonce = at
	case authURI:
		a.URI = at
	case authResponse:
		a.Response = at
	case authAlgorithm:
		a.Algorithm = at
	case authCNonce:
		a.CNonce = at
	case authOpaque:
		a.Opaque = at
	case authQOP:
		a.QOP = at
	case authDomain:
		a.Domain = at
	case authNC:
		a.NC, e = parseNonceCount(at.Of(buf))
	case authStale:
		a.Stale = parser.EqualFold(at.Of(buf), "true")
	}
	return e
}

// parseNonceCount reads 8LHEX (RFC 3261 §25.1).
func parseNonceCount(b []byte) (n uint32, e parser.Err) {
	if len(b) != 8 {
		return 0, parser.ErrNumber
	}
	for _, c := range b {
		if !parser.Hex.Is(c) {
			return 0, parser.ErrNumber
		}
		n = n<<4 | uint32(unhex(c))
	}
	return n, parser.OK
}
