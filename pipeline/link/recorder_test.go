package link_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"sluice/parser"
	"sluice/parser/http1"
	"sluice/parser/sip"
	"sluice/pipeline/link"
)

// A recorder is a sink that writes down what it is told.
type recorder struct {
	pool   *link.Pool
	events []string
	reject int  // status with which handshakes are refused
	later  bool // handshakes are not answered at once
	quiet  bool // counters are not recorded
	max    int  // of the bytes of a bad message
}

func (r *recorder) add(format string, args ...any) {
	r.events = append(r.events, fmt.Sprintf(format, args...))
}

func (r *recorder) OnMessage(l *link.Link, m *sip.Message) {
	r.add("message %q", m.Buf)
}

func (r *recorder) OnBadMessage(l *link.Link, m *sip.Message, err parser.Err) {
	r.max = max(r.max, len(m.Buf))
	if m.HeadLen() == 0 {
		r.add("bad %v", err)
		return
	}
	r.add("bad %v, call-id %q", err, m.Value(sip.HeaderCallID))
}

func (r *recorder) OnUpgrade(l *link.Link, q *http1.Request) {
	r.add("upgrade %s", q.Target.Of(q.Buf))
	switch {
	case r.later:
	case r.reject != 0:
		l.Reject(r.reject, "", "", "", r.pool, r)
	default:
		l.Accept("", r.pool, r)
	}
}

func (r *recorder) Answer(l *link.Link, b []byte) { r.Write(l, b) }

func (r *recorder) Write(l *link.Link, b []byte) {
	if line, _, ok := strings.Cut(string(b), "\r\n"); ok && strings.HasPrefix(line, "HTTP/") {
		r.add("http %s", strings.TrimPrefix(line, "HTTP/1.1 "))
		return
	}
	if l.Mode() == link.ModeWebSocket {
		r.add("write %s", frameText(b))
		return
	}
	r.add("write %q", b)
}

func (r *recorder) Close(l *link.Link, code int) { r.add("close %d", code) }

func (r *recorder) OnKeepAlive(l *link.Link) { r.add("keep-alive") }

func (r *recorder) OnCount(c link.Counter) {
	if !r.quiet {
		r.add("count %v", c)
	}
}

// frameText shows one frame of a server.
func frameText(b []byte) string {
	f, err := ws.ReadFrame(bytes.NewReader(b))
	switch {
	case err != nil || f.Header.Masked || !f.Header.Fin || f.Header.Rsv != 0:
		return fmt.Sprintf("no frame: %q", b)
	case ws.HeaderSize(f.Header)+len(f.Payload) != len(b):
		return fmt.Sprintf("more than a frame: %q", b)
	case f.Header.OpCode == ws.OpClose && len(f.Payload) > 0:
		code, reason := ws.ParseCloseFrameData(f.Payload)
		return fmt.Sprintf("close %d %q", code, reason)
	}
	names := map[ws.OpCode]string{
		ws.OpText: "text", ws.OpBinary: "binary", ws.OpClose: "close", ws.OpPing: "ping", ws.OpPong: "pong",
	}
	return fmt.Sprintf("%s %q", names[f.Header.OpCode], f.Payload)
}

// A run is one way to feed a link.
type run struct {
	mode link.Mode
	lim  link.Limits
	sink recorder
}

// feed feeds in, cut at the given offsets, each piece in memory of its own
// that is overwritten afterwards, and returns what the sink was told.
func (r run) feed(in []byte, cuts ...int) []string {
	rec := r.sink
	rec.pool = link.NewPool(r.lim)
	var l link.Link
	l.Init(r.mode)
	start := 0
	for _, end := range append(cuts, len(in)) {
		b := bytes.Clone(in[start:end])
		l.Feed(b, rec.pool, &rec)
		for i := range b {
			b[i] = 0xaa
		}
		start = end
	}
	l.Release(rec.pool)
	return rec.events
}

// check feeds in whole, split at every byte, byte by byte, and in some larger
// pieces, and wants the same events each time.
func (r run) check(t *testing.T, in []byte, want []string) {
	t.Helper()
	if got := r.feed(in); !slices.Equal(got, want) {
		t.Fatalf("whole:\n got %s\nwant %s", show(got), show(want))
	}
	step := 1 + len(in)/2000*20
	for i := 1; i < len(in); i += step {
		if got := r.feed(in, i); !slices.Equal(got, want) {
			t.Fatalf("split at %d:\n got %s\nwant %s", i, show(got), show(want))
		}
	}
	for _, size := range []int{1, 2, 3, 7, 64, 1000} {
		var cuts []int
		for i := size; i < len(in); i += size {
			cuts = append(cuts, i)
		}
		if got := r.feed(in, cuts...); !slices.Equal(got, want) {
			t.Fatalf("in pieces of %d:\n got %s\nwant %s", size, show(got), show(want))
		}
	}
}

func show(events []string) string {
	for i, e := range events {
		if len(e) > 200 {
			e = fmt.Sprintf("%s… (%d bytes)", e[:200], len(e))
		}
		events[i] = e
	}
	return strings.Join(events, "\n     ")
}

// message returns a SIP request whose Call-ID is id.
func message(id, body string) string {
	return "MESSAGE sip:bob@example.com SIP/2.0\r\n" +
		"Via: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK" + id + "\r\n" +
		"Max-Forwards: 70\r\n" +
		"From: <sip:alice@example.com>;tag=1\r\n" +
		"To: <sip:bob@example.com>\r\n" +
		"Call-ID: " + id + "\r\n" +
		"CSeq: 1 MESSAGE\r\n" +
		"Content-Type: text/plain\r\n" +
		fmt.Sprintf("Content-Length: %d\r\n", len(body)) +
		"\r\n" + body
}

// events returns what the sink is told for these messages.
func messages(ms ...string) (want []string) {
	for _, m := range ms {
		want = append(want, fmt.Sprintf("message %q", m))
	}
	return want
}

// counting is a sink that only counts messages.
type counting struct {
	recorder
	n int
}

func (c *counting) OnMessage(l *link.Link, m *sip.Message) { c.n++ }

// pieces returns b cut into pieces of size bytes.
func pieces(b string, size int) (out [][]byte) {
	for len(b) > size {
		out, b = append(out, []byte(b[:size])), b[size:]
	}
	return append(out, []byte(b))
}
