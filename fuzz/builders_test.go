package fuzz

import (
	"bytes"
	"testing"

	"sluice/parser"
	"sluice/parser/http1"
	"sluice/parser/sip"
)

// paramNames are parameters that are often there, in their usual case and
// another, and one that is not.
var paramNames = []string{"transport", "lr", "OB", "maddr", "branch", "Rport", "received", "x", "new"}

// FuzzEditParams: a parameter of a URI or a Via that was set has its value, one
// that was removed is not there, and the message around it is what it was.
func FuzzEditParams(f *testing.F) {
	for i, raw := range seedMessages(f) {
		f.Add(raw, byte(i), byte(i/3), byte(i%4))
	}
	f.Fuzz(func(t *testing.T, raw []byte, name, where, what byte) {
		var m sip.Message
		if len(raw) > parser.MaxBuffer/2 || m.Index(raw) != parser.OK {
			return
		}
		key := paramNames[int(name)%len(paramNames)]
		value := ""
		if what%4 == 1 {
			value = "192.0.2.9"
		}
		if where%4 == 3 {
			editViaParam(t, &m, key, value, what%4 < 2)
			return
		}
		if n, u := paramOwner(&m, int(where%4)); u != nil {
			editURIParam(t, &m, int(where%4), n, u, key, value, what%4 < 2)
		}
	})
}

// paramOwner returns a URI that an edge edits: the Request-URI, that of the top
// Route, or that of the first Contact; and the name-addr that it stands in.
func paramOwner(m *sip.Message, which int) (*sip.NameAddr, *sip.URI) {
	switch which {
	case 0:
		if u, e := m.RequestURI(); e == parser.OK {
			return nil, u
		}
	case 1:
		if n, e := m.TopRoute(); e == parser.OK && !n.Star {
			return n, &n.URI
		}
	case 2:
		v := m.Values(sip.HeaderContact)
		n := new(sip.NameAddr)
		if !v.Next() {
			return nil, nil
		}
		if _, e := sip.ParseNameAddr(m.Buf[:v.Span().End()], v.Span().Start(), n); e == parser.OK && !n.Star {
			return n, &n.URI
		}
	}
	return nil, nil
}

func editURIParam(t *testing.T, m *sip.Message, which int, n *sip.NameAddr, u *sip.URI, key, value string, set bool) {
	t.Helper()
	var e sip.Edits
	old, there := u.Param(m.Buf, key)
	if set {
		if err := e.SetURIParam(m, u, key, value); err != parser.OK {
			checkUnowned(t, m, n, u, &e)
			return
		}
	} else if removed := e.RemoveURIParam(m, u, key); removed != there {
		checkUnowned(t, m, n, u, &e)
		return
	}
	again := reindex(t, m, &e)
	_, w := paramOwner(again, which)
	if w == nil {
		t.Fatalf("%q %t: written as %q, without the URI", key, set, again.Buf)
	}
	got, ok := w.Param(again.Buf, key)
	if ok != set || set && string(got.Of(again.Buf)) != value {
		t.Fatalf("%q was %q, set %t to %q: got %q %t in %q", key, old.Of(m.Buf), set, value, got.Of(again.Buf), ok, w.Text.Of(again.Buf))
	}
	same(t, m.Buf, again.Buf, u.User, w.User, u.Password, w.Password, u.Host, w.Host, u.Headers, w.Headers)
}

// checkUnowned wants a URI without parameters of its own to stay as it is.
func checkUnowned(t *testing.T, m *sip.Message, n *sip.NameAddr, u *sip.URI, e *sip.Edits) {
	t.Helper()
	known := u.Scheme != sip.SchemeOther && u.Scheme != sip.SchemeNone
	if bracketed := n == nil || m.Buf[n.URIText.End():][0] == '>'; known && bracketed || !e.Empty() {
		t.Fatalf("parameters of %q: refused", u.Text.Of(m.Buf))
	}
}

func editViaParam(t *testing.T, m *sip.Message, key, value string, set bool) {
	t.Helper()
	v, err := m.TopVia()
	if err != parser.OK {
		return
	}
	if parser.EqualFold([]byte(key), "rport") && value != "" {
		value = "5060"
	}
	var e sip.Edits
	_, there := v.Param(m.Buf, key)
	if set {
		e.SetViaParam(m, v, key, value)
	} else if removed := e.RemoveViaParam(m, v, key); removed != there {
		t.Fatalf("%q of %q: removed %t, was there %t", key, v.Text.Of(m.Buf), removed, there)
	}
	again := reindex(t, m, &e)
	w, err := again.TopVia()
	got, ok := w.Param(again.Buf, key)
	if err != parser.OK || ok != set || set && string(got.Of(again.Buf)) != value {
		t.Fatalf("%q set %t to %q: got %q %t (%v) in %q", key, set, value, got.Of(again.Buf), ok, err, w.Text.Of(again.Buf))
	}
	same(t, m.Buf, again.Buf, v.TransportText, w.TransportText, v.Host, w.Host)
}

// reindex writes m with e and reads it again; the header fields are the same ones.
func reindex(t *testing.T, m *sip.Message, e *sip.Edits) *sip.Message {
	t.Helper()
	again := new(sip.Message)
	if err := again.Index(m.AppendEdited(nil, e, nil, nil)); err != parser.OK || again.NumHeaders() != m.NumHeaders() || !bytes.Equal(again.Body(), m.Body()) {
		t.Fatalf("written: got %v with %d headers, want %d\n%q", err, again.NumHeaders(), m.NumHeaders(), again.Buf)
	}
	return again
}

// FuzzAddHeaders: a header that was put beside another stands there, and all
// others are where they were.
func FuzzAddHeaders(f *testing.F) {
	for i, raw := range seedMessages(f) {
		f.Add(raw, byte(i), i%2 == 0, i%3 == 0)
	}
	f.Fuzz(func(t *testing.T, raw []byte, which byte, last, after bool) {
		var m sip.Message
		if len(raw) > parser.MaxBuffer/2 || m.Index(raw) != parser.OK || m.NumHeaders() == sip.MaxHeaders {
			return
		}
		id := edited[int(which)%len(edited)]
		i := m.First(id)
		if last {
			i = m.Last(id)
		}
		var e sip.Edits
		want := max(i, 0)
		if after {
			e.AddHeaderAfter(&m, i, "X-Ours", []byte("yes"))
			if want = i + 1; i < 0 {
				want = m.NumHeaders()
			}
		} else {
			e.AddHeaderBefore(&m, i, "X-Ours", []byte("yes"))
		}
		var again sip.Message
		if err := again.Index(m.AppendEdited(nil, &e, nil, nil)); err != parser.OK || again.NumHeaders() != m.NumHeaders()+1 {
			t.Fatalf("written: got %v with %d headers, had %d", err, again.NumHeaders(), m.NumHeaders())
		}
		if h := again.Header(want); string(h.Name.Of(again.Buf)) != "X-Ours" || string(h.Value.Of(again.Buf)) != "yes" {
			t.Fatalf("header %d is %q, want X-Ours", want, h.Name.Of(again.Buf))
		}
		for j := range m.NumHeaders() {
			k := j
			if j >= want {
				k++
			}
			same(t, m.Buf, again.Buf, m.Line(j), again.Line(k))
		}
	})
}

// FuzzAck: the ACK of an INVITE has the To of the response to it, whatever the
// response is.
func FuzzAck(f *testing.F) {
	all := seedMessages(f)
	for i, raw := range all {
		f.Add(raw, all[(i*7+1)%len(all)])
	}
	f.Fuzz(func(t *testing.T, raw, rawResp []byte) {
		var invite, resp sip.Message
		e := invite.Index(raw)
		eResp := resp.Index(rawResp)
		text := sip.AppendAck([]byte("x"), &invite, &resp)[1:]
		_, viaErr := invite.TopVia()
		_, cseqErr := invite.CSeq()
		if e != parser.OK || eResp != parser.OK || !invite.IsRequest() || viaErr != parser.OK || cseqErr != parser.OK || len(text) > parser.MaxBuffer {
			return
		}
		checkHopRequest(t, &invite, text, sip.MethodAck)
		if m := written(t, text); m != nil && !bytes.Equal(m.Value(sip.HeaderTo), resp.Value(sip.HeaderTo)) {
			t.Fatalf("got To %q, want %q", m.Value(sip.HeaderTo), resp.Value(sip.HeaderTo))
		}
	})
}

// FuzzHTTPAnswers: an answer has the status line, the fields and the body that
// were asked for, and nothing else. It is read as a request whose status line
// was replaced.
func FuzzHTTPAnswers(f *testing.F) {
	for _, status := range []uint16{101, 200, 301, 403, 404, 426, 500, 503, 599} {
		f.Add(status, []byte("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "sip", "")
		f.Add(status, []byte(""), "", "no\r\n\r\n")
	}
	f.Fuzz(func(t *testing.T, status uint16, accept []byte, protocol, body string) {
		for _, c := range append([]byte(protocol), accept...) {
			if !parser.Token.Is(c) && c != '=' && c != '/' {
				return
			}
		}
		code := 100 + int(status)%500
		var r http1.Request
		text := http1.AppendUpgrade([]byte("x"), accept, protocol, "X-Ours: yes\r\n")[1:]
		if e := r.Index(asRequest(t, text)); e != parser.OK && len(text) < 4096 || e == parser.OK && (r.Count("X-Ours") != 1 || !r.HasToken("Connection", "upgrade") || r.Count("Sec-WebSocket-Protocol") != min(len(protocol), 1)) {
			t.Fatalf("101: got %v\n%s", e, text)
		}
		r.Reset()
		text = http1.AppendStatus([]byte("x"), code, "", body, "X-Ours: yes\r\n")[1:]
		if e := r.Index(asRequest(t, text)); e != parser.OK || r.Count("X-Ours") != 1 || r.Count("Content-Length") != 1 || !r.HasToken("Connection", "close") {
			t.Fatalf("%d: got %v\n%s", code, e, text)
		}
		if got := text[bytes.Index(text, []byte("\r\n\r\n"))+4:]; string(got) != body {
			t.Fatalf("%d: got the body %q, want %q", code, got, body)
		}
	})
}

// asRequest puts a request line in the place of the status line.
func asRequest(t *testing.T, answer []byte) []byte {
	t.Helper()
	line, rest, ok := bytes.Cut(answer, []byte("\r\n"))
	if !ok || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) || len(line) < len("HTTP/1.1 200 ") || bytes.ContainsAny(line, "\r\n") {
		t.Fatalf("got the status line %q", line)
	}
	return append([]byte("GET / HTTP/1.1\r\n"), rest...)
}
