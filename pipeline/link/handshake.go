package link

import (
	"cmp"
	"crypto/sha1"
	"encoding/base64"

	"sluice/parser"
	"sluice/parser/http1"
)

const (
	keyLen = 24 // 16 bytes in base64

	// upgradeFields names what we could switch to, which a 426 must
	// (RFC 9110 §15.5.22, RFC 6455 §4.4).
	upgradeFields = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
)

// A refusal is the answer to a request that is no proper handshake. The zero
// refusal refuses nothing.
type refusal struct {
	status int
	extra  string
	body   string
}

// feedHandshake takes the request. It returns what follows it once it is
// accepted.
func (l *Link) feedHandshake(b []byte, p *Pool, s Sink) []byte {
	if l.req == nil {
		l.req = p.request()
	}
	if l.req.HeadLen() > 0 {
		l.keepEarly(b, p, s)
		return nil
	}
	old := len(l.buf)
	l.keep(b[:max(0, min(len(b), p.maxHead-old))], p)
	err := l.req.Index(l.buf)
	if err == parser.ErrMore && len(l.buf) < p.maxHead {
		return nil
	}
	if r := judge(l.req, err); r.status != 0 {
		s.OnCount(CounterBadHandshake)
		if r.status == 431 {
			s.OnCount(CounterRequestTooLong)
		}
		l.refuse(r.status, "", r.extra, r.body, p, s)
		return nil
	}
	l.buf = l.buf[:l.req.HeadLen()]
	b = b[len(l.buf)-old:]
	s.OnUpgrade(l, l.req)
	if l.mode == ModeHTTP {
		l.keepEarly(b, p, s)
		return nil
	}
	return b
}

// keepEarly keeps what comes before the handshake is answered. A client has to
// wait (RFC 6455 §4.1), so there should be nothing, and much is refused.
func (l *Link) keepEarly(b []byte, p *Pool, s Sink) {
	if len(l.buf)-l.req.HeadLen()+len(b) > p.maxHead {
		s.OnCount(CounterBadHandshake)
		l.refuse(400, "", "", "data before the handshake was answered\n", p, s)
		return
	}
	l.keep(b, p)
	l.req.Buf = l.buf[:l.req.HeadLen()]
}

// Accept answers the handshake that OnUpgrade handed over with 101; extra is
// more header lines, each ended by CRLF. What the peer sent meanwhile is taken
// up. It does nothing when no handshake waits for an answer.
func (l *Link) Accept(extra string, p *Pool, s Sink) {
	if !l.awaitsAnswer() {
		return
	}
	var accept [28]byte
	appendAccept(accept[:0], l.req)
	p.out = http1.AppendUpgrade(p.out[:0], accept[:], "sip", p.server, extra)
	early, buf := l.buf[l.req.HeadLen():], l.buf
	p.freeRequest(l.req)
	l.req, l.buf = nil, nil
	l.mode = ModeWebSocket
	s.Write(l, p.out)
	if len(early) > 0 {
		l.Feed(early, p, s)
	}
	p.free(buf)
}

// Reject answers the handshake that OnUpgrade handed over with an error, as
// http1.AppendStatus writes it, and ends the link. It does nothing when no
// handshake waits for an answer.
func (l *Link) Reject(status int, reason, extra, body string, p *Pool, s Sink) {
	if l.awaitsAnswer() {
		l.refuse(status, reason, extra, body, p, s)
		l.Release(p)
	}
}

func (l *Link) awaitsAnswer() bool {
	return l.mode == ModeHTTP && l.req != nil && l.req.HeadLen() > 0
}

func (l *Link) refuse(status int, reason, extra, body string, p *Pool, s Sink) {
	p.out = p.AppendStatus(p.out[:0], status, reason, body, extra)
	if rs, ok := s.(RefusalSink); ok {
		rs.OnRefuse(l, status, cmp.Or(body, reason))
	}
	s.Write(l, p.out)
	l.finish(0, s)
}

// judge applies the rules of the opening handshake, in the order of the
// package documentation.
func judge(r *http1.Request, err parser.Err) refusal {
	switch err {
	case parser.OK:
	case parser.ErrVersion:
		return refusal{status: 505}
	case parser.ErrMore, parser.ErrTooLong, parser.ErrTooManyHeaders:
		return refusal{status: 431}
	default:
		return refusal{status: 400, body: err.Error() + "\n"}
	}
	_, upgrade := r.Value("Upgrade")
	switch {
	case !validHost(r):
		return bad("no valid Host")
	case string(r.Method.Of(r.Buf)) != "GET":
		return refusal{status: 405, extra: "Allow: GET\r\n"}
	case r.Minor == 0:
		return bad("HTTP/1.0 has no Upgrade") // RFC 9110 §7.8
	case !upgrade:
		return refusal{status: 426, extra: upgradeFields, body: "this is a WebSocket server\n"}
	case !r.HasToken("Upgrade", "websocket"):
		return bad("Upgrade is not websocket")
	case !r.HasToken("Connection", "Upgrade"):
		return bad("Connection is not Upgrade")
	case hasBody(r):
		return bad("a handshake has no body")
	case !validKey(r):
		return bad("no valid Sec-WebSocket-Key")
	case !validVersion(r):
		return refusal{status: 426, extra: upgradeFields, body: "Sec-WebSocket-Version is not 13\n"}
	case !offersSIP(r):
		return bad("sub-protocol sip is not offered") // RFC 7118 §4.1
	}
	return refusal{}
}

func bad(why string) refusal { return refusal{status: 400, body: why + "\n"} }

// validHost reports whether there is one Host field and it is an authority. A
// request without is malformed, but for HTTP/1.0 (RFC 9112 §3.2).
func validHost(r *http1.Request) bool {
	host, there := r.Value("Host")
	if !there {
		return r.Minor == 0
	}
	_, _, ok := http1.SplitHost(host)
	return ok && r.Count("Host") == 1
}

func hasBody(r *http1.Request) bool {
	if r.Count("Transfer-Encoding") > 0 {
		return true
	}
	n, ok := r.Value("Content-Length")
	return ok && (string(n) != "0" || r.Count("Content-Length") > 1)
}

// validKey reports whether there is one Sec-WebSocket-Key and it is 16 bytes
// in base64 (RFC 6455 §4.2.1 5, §11.3.1).
func validKey(r *http1.Request) bool {
	key, _ := r.Value("Sec-WebSocket-Key")
	if r.Count("Sec-WebSocket-Key") != 1 || len(key) != keyLen {
		return false
	}
	var nonce [keyLen]byte
	n, err := base64.StdEncoding.Decode(nonce[:], key)
	return err == nil && n == 16
}

func validVersion(r *http1.Request) bool {
	v, _ := r.Value("Sec-WebSocket-Version")
	return r.Count("Sec-WebSocket-Version") == 1 && string(v) == "13"
}

// offersSIP reports whether the client offers the sub-protocol "sip". A client
// compares the answer with its offer byte by byte, so we do.
func offersSIP(r *http1.Request) bool {
	for t := r.Tokens("Sec-WebSocket-Protocol"); t.Next(); {
		if string(t.Bytes()) == "sip" {
			return true
		}
	}
	return false
}

// appendAccept appends the proof that we read the key (RFC 6455 §4.2.2 5.4).
func appendAccept(dst []byte, r *http1.Request) []byte {
	const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
	var in [keyLen + len(guid)]byte
	key, _ := r.Value("Sec-WebSocket-Key")
	copy(in[:keyLen], key)
	copy(in[keyLen:], guid)
	sum := sha1.Sum(in[:])
	return base64.StdEncoding.AppendEncode(dst, sum[:])
}
