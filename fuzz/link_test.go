package fuzz

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"sluice/parser"
	"sluice/parser/http1"
	"sluice/parser/sip"
	"sluice/pipeline/link"
)

// A linkRecorder is a sink that writes down what it is told, and checks it.
type linkRecorder struct {
	t      *testing.T
	pool   *link.Pool
	ended  bool
	bytes  int // of messages
	events []string
}

func (r *linkRecorder) add(format string, args ...any) {
	if r.ended {
		r.t.Errorf("after the end: "+format, args...)
	}
	r.events = append(r.events, fmt.Sprintf(format, args...))
}

// checkSpans reads every header, which panics if a span is not within m.Buf.
func (r *linkRecorder) checkSpans(m *sip.Message) {
	whole := m.Buf[:len(m.Buf):len(m.Buf)]
	for i := range m.NumHeaders() {
		h := m.Header(i)
		_, _ = h.Name.Of(whole), h.Value.Of(whole)
	}
}

func (r *linkRecorder) OnMessage(l *link.Link, m *sip.Message) {
	r.checkSpans(m)
	r.bytes += len(m.Buf)
	if m.HeadLen() == 0 || m.HeadLen()+len(m.Body()) != len(m.Buf) {
		r.t.Errorf("got a head of %d and a body of %d bytes in %d", m.HeadLen(), len(m.Body()), len(m.Buf))
	}
	if n, err := m.ContentLength(); err == parser.OK && n != len(m.Body()) {
		r.t.Errorf("got a body of %d bytes, Content-Length %d", len(m.Body()), n)
	}
	r.add("message %q", m.Buf)
}

func (r *linkRecorder) OnBadMessage(l *link.Link, m *sip.Message, err parser.Err) {
	if m.HeadLen() > 0 {
		r.checkSpans(m)
	}
	r.add("bad %v, head %d, headers %d", err, m.HeadLen(), m.NumHeaders())
}

func (r *linkRecorder) OnUpgrade(l *link.Link, q *http1.Request) {
	r.add("upgrade %q", q.Buf)
	if bytes.HasPrefix(q.Path.Of(q.Buf), []byte("/no")) {
		l.Reject(403, "", "", "", r.pool, r)
		return
	}
	l.Accept("", r.pool, r)
}

func (r *linkRecorder) Write(l *link.Link, b []byte)  { r.add("write %q", b) }
func (r *linkRecorder) Answer(_ *link.Link, b []byte) { r.add("answer %q", b) }
func (r *linkRecorder) OnKeepAlive(l *link.Link)      { r.add("keep-alive") }
func (r *linkRecorder) OnCount(c link.Counter)        { r.add("count %v", c) }

func (r *linkRecorder) Close(l *link.Link, code int) {
	r.add("close %d", code)
	r.ended = true
}

// feedLink feeds in, cut into pieces of these sizes in turn, each in memory of
// its own that is overwritten afterwards, and returns what the sink was told.
func feedLink(t *testing.T, mode link.Mode, lim link.Limits, in []byte, sizes []byte) []string {
	rec := &linkRecorder{t: t, pool: link.NewPool(lim)}
	total := len(in)
	var l link.Link
	l.Init(mode)
	for i := 0; len(in) > 0; i++ {
		n := len(in)
		if len(sizes) > 0 {
			n = min(n, 1+int(sizes[i%len(sizes)]))
		}
		b := bytes.Clone(in[:n])
		in = in[n:]
		l.Feed(b, rec.pool, rec)
		for i := range b {
			b[i] = 0xaa
		}
	}
	if rec.ended != (l.Mode() == link.ModeEnded) {
		t.Errorf("got mode %d, Close called: %v", l.Mode(), rec.ended)
	}
	if rec.bytes > total {
		t.Errorf("got messages of %d bytes out of %d", rec.bytes, total)
	}
	l.Release(rec.pool)
	return rec.events
}

// checkSplits wants the same events however in is cut.
func checkSplits(t *testing.T, mode link.Mode, lim link.Limits, in []byte, sizes []byte) {
	want := feedLink(t, mode, lim, in, nil)
	for _, s := range [][]byte{{0}, sizes} {
		if got := feedLink(t, mode, lim, in, s); !slices.Equal(got, want) {
			t.Fatalf("in pieces of %v:\n got %q\nwant %q", s, got, want)
		}
	}
}

const (
	linkMessage = "MESSAGE sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\n" +
		"Call-ID: a\r\nl: 5\r\n\r\nhello"
	linkReply     = "SIP/2.0 200 OK\r\nContent-Length: 0\r\nSubject: a\r\n b\r\n\r\n"
	linkHandshake = "GET /sip?a=b HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n"
)

// FuzzStreamFraming checks that a SIP stream means the same however it is cut
// into reads.
func FuzzStreamFraming(f *testing.F) {
	for _, in := range []string{
		"", "\r", "\r\n", "\r\n\r\n\r\n", "\n", "\rX", "\x00",
		linkMessage, linkReply, linkMessage + linkReply + "\r\n\r\n" + linkMessage + "\r\n" + linkReply,
		"SIP/2.0 200 OK\nl: 1\n\nx\r\n\r\n",
		"SIP/2.0 200 OK\r\nl: 1073741824\r\n\r\n",
		"SIP/2.0 200 OK\r\nl: 0\r\nl: 1\r\n\r\n",
		"SIP/2.0 200 OK\r\n\r\n", "SIP/3.0 200 OK\r\nl: 0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
		"SIP/2.0 200 OK\r\nno colon\r\nl: 0\r\n\r\n", "SIP/2.0 200 OK\r\nl: 0\rx\r\n\r\n",
	} {
		f.Add([]byte(in), []byte{2, 0, 30}, uint16(0))
		f.Add([]byte(in), []byte{90}, uint16(len(in)))
	}
	f.Fuzz(func(t *testing.T, in, sizes []byte, limit uint16) {
		checkSplits(t, link.ModeSIP, limitsOf(limit), in, sizes)
	})
}

// frameOf returns a frame as a client sends it, whose mask hides nothing from
// the fuzzer.
func frameOf(first byte, payload string) string {
	n := len(payload)
	if n < 126 {
		return string([]byte{first, 0x80 | byte(n), 0, 0, 0, 0}) + payload
	}
	return string([]byte{first, 0xfe, byte(n >> 8), byte(n), 0, 0, 0, 0}) + payload
}

// FuzzWebSocketFraming checks that frames, and the handshake before them, mean
// the same however they are cut into reads.
func FuzzWebSocketFraming(f *testing.F) {
	for _, in := range []string{
		"", "\x81", "\x81\x00", frameOf(0x81, ""), frameOf(0x81, linkMessage), frameOf(0x82, linkReply+"body"),
		frameOf(0x81, "\r\n\r\n") + frameOf(0x82, "\r\n") + frameOf(0x81, "garbage"),
		frameOf(0x01, linkMessage[:9]) + frameOf(0x89, "ping") + frameOf(0x00, "") + frameOf(0x80, linkMessage[9:]),
		frameOf(0x89, "") + frameOf(0x8a, "pong") + frameOf(0x88, "\x03\xe8bye"),
		frameOf(0x88, "") + frameOf(0x81, linkMessage), frameOf(0x88, "\x03\xedno"), frameOf(0x88, "\x03"),
		frameOf(0x01, "\xe2\x82") + frameOf(0x80, "\xac"), frameOf(0x81, "\xff"), frameOf(0x80, ""), frameOf(0x83, ""),
		frameOf(0x09, ""), frameOf(0xc1, ""), "\x81\xff\x00\x00\x00\x00\x40\x00\x00\x00abcd", "\x81\xfe\x00\x01abcdx",
		"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
	} {
		f.Add([]byte(in), []byte{2, 0, 30}, uint16(0), false)
		f.Add([]byte(in), []byte{90}, uint16(100), false)
		f.Add([]byte(linkHandshake+in), []byte{3, 150}, uint16(0), true)
	}
	f.Add([]byte("GET /no HTTP/1.1\r\n\r\n"), []byte{5}, uint16(0), true)
	f.Add([]byte("\r\nGET http://a/no?a HTTP/1.0\r\na:b\r\n\r\n"), []byte{5}, uint16(20), true)
	f.Fuzz(func(t *testing.T, in, sizes []byte, limit uint16, handshake bool) {
		mode := link.ModeWebSocket
		if handshake {
			mode = link.ModeHTTP
		}
		checkSplits(t, mode, limitsOf(limit), in, sizes)
	})
}

// limitsOf returns limits that depend on one number: the parts of a message
// have their own if it is odd.
func limitsOf(limit uint16) link.Limits {
	lim := link.Limits{MaxMessage: int(limit), MaxHead: int(limit)}
	if limit%2 != 0 {
		lim.MaxSIPHead, lim.MaxBody = int(limit/2), int(limit/4)
	}
	return lim
}
