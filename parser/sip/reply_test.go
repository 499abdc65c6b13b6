package sip_test

import (
	"net/netip"
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

var source = netip.MustParseAddrPort("192.0.2.7:4711")

func TestAppendReply(t *testing.T) {
	request := "Via: SIP/2.0/UDP a;rport;branch=z9hG4bK1, SIP/2.0/UDP b\nMax-Forwards: 70\nv: SIP/2.0/TCP c\nTimestamp: 54\n" +
		"f: Alice <sip:alice@a>;tag=1\nt: <sip:bob@b> \nCall-ID: 1@a\nCSeq: 1 INVITE\nRoute: <sip:x>\nContent-Length: 4\n"
	vias := "Via: SIP/2.0/UDP a;rport=4711;branch=z9hG4bK1;received=192.0.2.7, SIP/2.0/UDP b\nv: SIP/2.0/TCP c\n"
	tests := []struct {
		name  string
		lines string
		reply sip.Reply
		tag   string
		want  string
	}{
		{"100", request, sip.Trying, "t1", "SIP/2.0 100 Trying\n" + vias + "f: Alice <sip:alice@a>;tag=1\nt: <sip:bob@b> \nCall-ID: 1@a\nCSeq: 1 INVITE\nTimestamp: 54\nContent-Length: 0\n\n"},
		{"404", request, sip.NotFound, "t1", "SIP/2.0 404 Not Found\n" + vias + "f: Alice <sip:alice@a>;tag=1\nt: <sip:bob@b>;tag=t1 \nCall-ID: 1@a\nCSeq: 1 INVITE\nContent-Length: 0\n\n"},
		{"reason and headers", request, sip.BadExtension.WithReason("No").WithHeaders("Unsupported: x\r\n"), "t1", "SIP/2.0 420 No\n" + vias + "f: Alice <sip:alice@a>;tag=1\nt: <sip:bob@b>;tag=t1 \nCall-ID: 1@a\nCSeq: 1 INVITE\nUnsupported: x\nContent-Length: 0\n\n"},
		{"tag is there", "To: <sip:a@b>;tag=x\n", sip.NotFound, "t1", "SIP/2.0 404 Not Found\nTo: <sip:a@b>;tag=x\nContent-Length: 0\n\n"},
		{"tag of the URI", "To: <sip:a@b;tag=x>\n", sip.NotFound, "t1", "SIP/2.0 404 Not Found\nTo: <sip:a@b;tag=x>;tag=t1\nContent-Length: 0\n\n"},
		{"empty tag", "To: <sip:a@b>\n", sip.NotFound, "", "SIP/2.0 404 Not Found\nTo: <sip:a@b>\nContent-Length: 0\n\n"},
		{"addr-spec", "To: sip:a@b\n", sip.NotFound, "t1", "SIP/2.0 404 Not Found\nTo: sip:a@b;tag=t1\nContent-Length: 0\n\n"},
		{"malformed", "Via: x\nTo: a b c\nFrom: <\nCSeq: x\nCall-ID:\n", sip.BadRequest, "t1", "SIP/2.0 400 Bad Request\nVia: x\nFrom: <\nTo: a b c;tag=t1\nCall-ID:\nCSeq: x\nContent-Length: 0\n\n"},
		{"malformed with tag", "To: a b c;tag=2\n", sip.BadRequest, "t1", "SIP/2.0 400 Bad Request\nTo: a b c;tag=2\nContent-Length: 0\n\n"},
		{"nothing to copy", "", sip.BadRequest, "t1", "SIP/2.0 400 Bad Request\nContent-Length: 0\n\n"},
		{"duplicates", "To: <sip:a@b>\nTo: <sip:c@d>\nFrom: <sip:e@f>\nFrom: <sip:g@h>\n", sip.BadRequest, "t1", "SIP/2.0 400 Bad Request\nFrom: <sip:e@f>\nTo: <sip:a@b>;tag=t1\nContent-Length: 0\n\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := index(t, with(tt.lines))
			got := string(sip.AppendReply([]byte("x"), m, source, &tt.reply, []byte(tt.tag)))
			if want := "x" + crlf(tt.want); got != want {
				t.Errorf("got\n%q\nwant\n%q", got, want)
			}
		})
	}
}

func TestAppendReplyToMalformedHead(t *testing.T) {
	var m sip.Message
	raw := crlf("OPTIONS sip:a@b SIP/7.0\nVia: SIP/2.0/UDP a\nrubbish\nTo: <sip:a@b>\nCSeq: 1 OPTIONS\n\n")
	if e := m.Index([]byte(raw)); e != parser.ErrVersion {
		t.Fatalf("got %v, want %v", e, parser.ErrVersion)
	}
	got := string(sip.AppendReply(nil, &m, source, &sip.VersionNotSupported, []byte("t1")))
	want := crlf("SIP/2.0 505 Version Not Supported\nVia: SIP/2.0/UDP a;received=192.0.2.7\nTo: <sip:a@b>;tag=t1\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n")
	if got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// A reply has no line end but CRLF, whatever the request had.
func TestAppendReplyMendsLineEnds(t *testing.T) {
	var m sip.Message
	raw := "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a\n ;branch=z9hG4bK1\nVia: b\rc\r\nFrom: d\r\r\nTo: <sip:a@b>\nCall-ID: e\n\n"
	if e := m.Index([]byte(raw)); e != parser.ErrLineEnd {
		t.Fatalf("got %v, want %v", e, parser.ErrLineEnd)
	}
	got := string(sip.AppendReply(nil, &m, source, &sip.BadRequest, []byte("t1")))
	want := crlf("SIP/2.0 400 Bad Request\nVia: SIP/2.0/UDP a\n ;branch=z9hG4bK1;received=192.0.2.7\nVia: b c\n" +
		"From: d \nTo: <sip:a@b>;tag=t1\nCall-ID: e\nContent-Length: 0\n\n")
	if got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// Of a head that is not complete, everything that a message can be asked is
// answered from the lines that are.
func TestIncompleteHead(t *testing.T) {
	tests := []struct {
		name, raw string
		err       parser.Err
		reply     string
	}{
		{"nothing", "", parser.ErrMore, ""},
		{"part of the start line", "INVITE sip:a", parser.ErrMore, ""},
		{"other protocol", "\x16\x03\x01", parser.ErrMethod, ""},
		{"start line", "INVITE sip:a@b SIP/2.0\n", parser.ErrMore, ""},
		{"part of a header", "INVITE sip:a@b SIP/2.0\nVia: SIP/2.0/UDP a", parser.ErrMore, ""},
		{"header that may go on", "INVITE sip:a@b SIP/2.0\nVia: SIP/2.0/UDP a\n", parser.ErrMore, ""},
		{"header and a part", "INVITE sip:a@b SIP/2.0\nVia: SIP/2.0/UDP a\nTo: x", parser.ErrMore, "Via: SIP/2.0/UDP a;received=192.0.2.7\n"},
		{"too long", "INVITE sip:a@b SIP/2.0\nTo: x\nA: " + strings.Repeat("a", 65536), parser.ErrTooLong, "To: x;tag=t1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m sip.Message
			if e := m.Index([]byte(crlf(tt.raw))); e != tt.err {
				t.Fatalf("got %v, want %v", e, tt.err)
			}
			got := string(sip.AppendReply(nil, &m, source, &sip.BadRequest, []byte("t1")))
			if want := crlf("SIP/2.0 400 Bad Request\n" + tt.reply + "Content-Length: 0\n\n"); got != want {
				t.Errorf("reply: got\n%q\nwant\n%q", got, want)
			}
			sip.AppendAck(nil, &m, &m)
			sip.AppendCancel(nil, &m, nil)
			var e sip.Edits
			e.SetHeader(&m, sip.HeaderRoute, []byte("r"))
			e.RemoveHeader(&m, 0)
			e.RemoveElement(&m, sip.HeaderVia)
			e.FixVia(&m, source)
			if got := m.AppendEdited(nil, &e, nil, nil); len(got) != m.SizeEdited(&e, nil, nil) {
				t.Errorf("edited: got %d bytes, want %d", len(got), m.SizeEdited(&e, nil, nil))
			}
			for i := range sip.MaxHeaders {
				m.Line(i)
				m.Next(i)
			}
			if m.Next(-1) != -1 || !m.Line(-1).Empty() || !m.Line(m.NumHeaders()).Empty() {
				t.Error("there are lines beyond the table")
			}
		})
	}
}

// What was missing in a part of a head is found in the whole.
func TestViewsOfIncompleteHead(t *testing.T) {
	raw := crlf("INVITE sip:a@b SIP/2.0\nSubject: x\nVia: SIP/2.0/UDP a\n\n")
	var m sip.Message
	m.Index([]byte(raw[:40]))
	if _, e := m.TopVia(); e != parser.ErrMissing {
		t.Errorf("of a part: got %v, want %v", e, parser.ErrMissing)
	}
	m.Index([]byte(raw))
	if v, e := m.TopVia(); e != parser.OK || string(v.Host.Of(m.Buf)) != "a" {
		t.Errorf("of the whole: got %v, host %q", e, v.Host.Of(m.Buf))
	}
}

func TestAppendAckAndCancel(t *testing.T) {
	// RFC 3261 §17.1.1.3 and §9.1.
	invite := index(t, crlf("INVITE sip:bob@biloxi.com;x=y SIP/2.0\n"+
		"Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff , SIP/2.0/UDP x\nVia: SIP/2.0/UDP y\n"+
		"To: Bob <sip:bob@biloxi.com>\nFrom: Alice <sip:alice@atlanta.com>;tag=88sja8x\nMax-Forwards: 69\nCall-ID: 987asjd97y7atg\n"+
		"Route: <sip:a;lr>\nX: y\nRoute: <sip:b;lr>,<sip:c;lr>\nCSeq: 986759 INVITE\nContent-Length: 4\n\n")+"body")
	resp := index(t, crlf("SIP/2.0 486 Busy Here\nTo: Bob <sip:bob@biloxi.com>;tag=99sa0xk\n\n"))
	head := " sip:bob@biloxi.com;x=y SIP/2.0\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff\n" +
		"Route: <sip:a;lr>\nRoute: <sip:b;lr>,<sip:c;lr>\nMax-Forwards: 69\nFrom: Alice <sip:alice@atlanta.com>;tag=88sja8x\n"
	tests := []struct{ name, got, want string }{
		{"ACK", string(sip.AppendAck(nil, invite, resp)), "ACK" + head + "To: Bob <sip:bob@biloxi.com>;tag=99sa0xk\nCall-ID: 987asjd97y7atg\nCSeq: 986759 ACK\nContent-Length: 0\n\n"},
		{"CANCEL", string(sip.AppendCancel(nil, invite, nil)), "CANCEL" + head + "To: Bob <sip:bob@biloxi.com>\nCall-ID: 987asjd97y7atg\nCSeq: 986759 CANCEL\nContent-Length: 0\n\n"},
		{"CANCEL with reason", string(sip.AppendCancel(nil, invite, []byte("Reason: SIP;cause=200\r\n"))), "CANCEL" + head + "To: Bob <sip:bob@biloxi.com>\nCall-ID: 987asjd97y7atg\nCSeq: 986759 CANCEL\nReason: SIP;cause=200\nContent-Length: 0\n\n"},
		{"ACK without Max-Forwards", string(sip.AppendAck(nil, index(t, crlf("INVITE sip:a SIP/2.0\nVia: SIP/2.0/UDP x\nCSeq: 1 INVITE\n\n")), resp)), "ACK sip:a SIP/2.0\nVia: SIP/2.0/UDP x\nMax-Forwards: 70\nTo: Bob <sip:bob@biloxi.com>;tag=99sa0xk\nCSeq: 1 ACK\nContent-Length: 0\n\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if want := crlf(tt.want); tt.got != want {
				t.Errorf("got\n%q\nwant\n%q", tt.got, want)
			}
			index(t, tt.got)
		})
	}
}

func TestReplies(t *testing.T) {
	tests := []struct {
		reply  sip.Reply
		status uint16
		reason string
	}{
		{sip.Trying, 100, "Trying"},
		{sip.OK, 200, "OK"},
		{sip.RequestTimeout, 408, "Request Timeout"},
		{sip.EntityTooLarge, 413, "Request Entity Too Large"},
		{sip.FlowFailed, 430, "Flow Failed"},
		{sip.UnresolvableDestination, 478, "Unresolvable Destination"},
		{sip.NoTransaction, 481, "Call/Transaction Does Not Exist"},
		{sip.TooManyHops, 483, "Too Many Hops"},
		{sip.ServerTimeout, 504, "Server Time-out"},
		{sip.MessageTooLarge, 513, "Message Too Large"},
		{sip.NotAcceptableAnywhere, 606, "Not Acceptable"},
	}
	for _, tt := range tests {
		if tt.reply.Status != tt.status || tt.reply.Reason != tt.reason || tt.reply.Headers != "" {
			t.Errorf("got %+v, want %d %s", tt.reply, tt.status, tt.reason)
		}
	}
	for status, want := range map[int]string{99: "", 150: "Session Progress", 299: "OK", 399: "Multiple Choices", 499: "Bad Request", 599: "Server Internal Error", 699: "Busy Everywhere", 700: "", -1: ""} {
		if got := sip.ReasonPhrase(status); got != want {
			t.Errorf("ReasonPhrase(%d): got %q, want %q", status, got, want)
		}
	}
}
