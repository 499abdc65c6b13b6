package http1

import (
	"bytes"

	"sluice/parser"
)

// Authority returns whom the request is for, a host with or without a port: a
// target in absolute form goes before the field Host (RFC 9112 §3.2.2). It is
// valid as long as the request is, and not checked.
func (r *Request) Authority() []byte {
	_, rest, absolute := bytes.Cut(r.Target.Of(r.Buf), []byte("://"))
	if !absolute || r.Path.Start() == r.Target.Start() {
		host, _ := r.Value("Host")
		return host
	}
	if i := bytes.IndexAny(rest, "/?"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// SplitHost splits an authority into host, an IPv6 address with its brackets,
// and port, which may be empty (RFC 9110 §7.2). It returns false for what is none.
func SplitHost(b []byte) (host, port []byte, ok bool) {
	n := 0
	if len(b) > 0 && b[0] == '[' {
		for n = 1; n < len(b) && (parser.Hex.Is(b[n]) || b[n] == ':' || b[n] == '.'); n++ {
		}
		if n < 3 || n == len(b) || b[n] != ']' {
			return nil, nil, false
		}
		n++
	} else {
		for n < len(b) && parser.Host.Is(b[n]) {
			n++
		}
	}
	host = b[:n]
	if n == len(b) {
		return host, nil, n > 0
	}
	port = b[n+1:]
	for _, c := range port {
		if !parser.Digit.Is(c) {
			return nil, nil, false
		}
	}
	return host, port, n > 0 && b[n] == ':' && len(port) <= len("65535")
}

// AppendOrigin appends the origin b as two of them are compared (RFC 6454 §4,
// §6.2): scheme and host in lower case, the port if it is not that of the
// scheme; or null, which stands for one that has no such form. It returns false
// for what is no origin.
func AppendOrigin(dst, b []byte) ([]byte, bool) {
	if string(b) == "null" {
		return append(dst, b...), true
	}
	scheme, authority, ok := bytes.Cut(b, []byte("://"))
	host, port, valid := SplitHost(authority)
	if !ok || !valid || !isScheme(scheme) {
		return dst, false
	}
	for _, c := range b[:len(scheme)+len("://")+len(host)] {
		dst = append(dst, parser.Lower(c))
	}
	for len(port) > 1 && port[0] == '0' {
		port = port[1:]
	}
	if len(port) == 0 || string(port) == DefaultPort(scheme) {
		return dst, true
	}
	return append(append(dst, ':'), port...), true
}

// DefaultPort returns the port of a scheme, "" if we do not know it.
func DefaultPort(scheme []byte) string {
	switch {
	case parser.EqualFold(scheme, "http"), parser.EqualFold(scheme, "ws"):
		return "80"
	case parser.EqualFold(scheme, "https"), parser.EqualFold(scheme, "wss"):
		return "443"
	}
	return ""
}

// isScheme reports whether b is the scheme of a URI (RFC 3986 §3.1).
func isScheme(b []byte) bool {
	for i, c := range b {
		if !parser.Alpha.Is(c) && (i == 0 || !parser.Digit.Is(c) && c != '+' && c != '-' && c != '.') {
			return false
		}
	}
	return len(b) > 0
}
