package sip_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// The parsers of structured values, each giving what it read as text.
var valueParsers = []struct {
	name  string
	parse func(b []byte) (string, int, parser.Err)
}{
	{"Contact", func(b []byte) (string, int, parser.Err) {
		var c sip.Contact
		n, e := sip.ParseContact(b, 0, &c)
		return fields(b, c.Q, flag(c.QSet), c.Expires, flag(c.ExpiresSet), c.RegID, flag(c.URI.OB), c.URIText, c.Instance, c.PubGRUU, c.TempGRUU), n, e
	}},
	{"Event", func(b []byte) (string, int, parser.Err) {
		var v sip.Event
		n, e := sip.ParseEvent(b, 0, &v)
		return fields(b, v.Package, v.ID), n, e
	}},
	{"Session-Expires", func(b []byte) (string, int, parser.Err) {
		var v sip.SessionExpires
		n, e := sip.ParseSessionExpires(b, 0, &v)
		return fields(b, v.Delta, int(v.Refresher)), n, e
	}},
	{"RAck", func(b []byte) (string, int, parser.Err) {
		var v sip.RAck
		n, e := sip.ParseRAck(b, 0, &v)
		return fields(b, v.RSeq, v.CSeq, int(v.Method), v.MethodText), n, e
	}},
	{"Reason", func(b []byte) (string, int, parser.Err) {
		var v sip.Reason
		n, e := sip.ParseReason(b, 0, &v)
		return fields(b, v.Protocol, v.Cause, v.Text), n, e
	}},
	{"Retry-After", func(b []byte) (string, int, parser.Err) {
		var v sip.RetryAfter
		n, e := sip.ParseRetryAfter(b, 0, &v)
		return fields(b, v.Delta, v.Comment, v.Duration), n, e
	}},
	{"Auth", func(b []byte) (string, int, parser.Err) {
		var v sip.Auth
		n, e := sip.ParseAuth(b, 0, &v)
		return fields(b, int(v.Scheme), v.SchemeText, v.Username, v.Realm, v.Nonce, v.URI, v.Response, v.Algorithm,
			v.CNonce, v.Opaque, v.QOP, v.NC, flag(v.Stale), v.Domain, authValue(&v)), n, e
	}},
	{"Identity", func(b []byte) (string, int, parser.Err) {
		var v sip.Identity
		n, e := sip.ParseIdentity(b, 0, &v)
		return fields(b, v.Value, v.Info, v.Alg, v.PPT), n, e
	}},
	{"Privacy", func(b []byte) (string, int, parser.Err) {
		var v sip.Privacy
		n, e := sip.ParsePrivacy(b, 0, &v)
		return fields(b, int(v)), n, e
	}},
	{"tel", func(b []byte) (string, int, parser.Err) {
		var v sip.Tel
		n, e := sip.ParseTel(b, 0, &v)
		return fields(b, flag(v.Global), v.Number, v.Context, v.ISub, v.Ext), n, e
	}},
	{"P-Asserted-Identity", func(b []byte) (string, int, parser.Err) {
		var v sip.NameAddr
		n, e := sip.ParseNameAddr(b, 0, &v)
		return fields(b, v.Display, v.URIText), n, e
	}},
}

// authValue returns what stands behind the scheme, if no scheme known does.
func authValue(a *sip.Auth) parser.Span {
	if a.Scheme == sip.AuthDigest {
		return parser.Span{}
	}
	return a.Value
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// fields joins numbers and what spans hold with '|'.
func fields(b []byte, values ...any) string {
	var s []string
	for _, v := range values {
		switch v := v.(type) {
		case parser.Span:
			s = append(s, string(v.Of(b)))
		case int:
			s = append(s, strconv.Itoa(v))
		case uint16:
			s = append(s, strconv.Itoa(int(v)))
		case uint32:
			s = append(s, strconv.Itoa(int(v)))
		}
	}
	return strings.Join(s, "|")
}

func TestParseValues(t *testing.T) {
	const instance = `"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"`
	tests := []struct {
		parser, name, raw, want string
		err                     parser.Err
	}{
		{"Contact", "plain", "<sip:a@b>", "1000|0|0|0|0|0|sip:a@b|||", parser.OK},
		{"Contact", "q", "<sip:a@b>;q=0.7", "700|1|0|0|0|0|sip:a@b|||", parser.OK},
		{"Contact", "q of three decimals", "<sip:a@b>;Q=0.125", "125|1|0|0|0|0|sip:a@b|||", parser.OK},
		{"Contact", "q of one", "<sip:a@b>;q=1.000", "1000|1|0|0|0|0|sip:a@b|||", parser.OK},
		{"Contact", "q of zero", "<sip:a@b>;q=0.", "0|1|0|0|0|0|sip:a@b|||", parser.OK},
		{"Contact", "q above one", "<sip:a@b>;q=1.1", "", parser.ErrParam},
		{"Contact", "q of four decimals", "<sip:a@b>;q=0.1234", "", parser.ErrParam},
		{"Contact", "q without value", "<sip:a@b>;q", "", parser.ErrParam},
		{"Contact", "outbound", "<sip:a@b;ob>;reg-id=1;+sip.instance=" + instance + ";expires=60", "1000|0|60|1|1|1|sip:a@b;ob|urn:uuid:00000000-0000-1000-8000-000A95A0E128||", parser.OK},
		{"Contact", "expires that is no number", "<sip:a@b>;expires=soon", "1000|0|3600|1|0|0|sip:a@b|||", parser.OK},
		{"Contact", "reg-id of zero", "<sip:a@b>;reg-id=0", "", parser.ErrParam},
		{"Contact", "GRUU", `<sip:a@b>;pub-gruu="sip:a@b;gr=1";temp-gruu="sip:t@b;gr"`, "1000|0|0|0|0|0|sip:a@b||sip:a@b;gr=1|sip:t@b;gr", parser.OK},
		{"Contact", "list", "<sip:a@b>;q=.5", "", parser.ErrParam},
		{"Contact", "repeated parameter", "<sip:a@b>;expires=60;Expires=0", "", parser.ErrParam},
		{"Contact", "wildcard", "*", "1000|0|0|0|0|0||||", parser.OK},
		{"Event", "package", "presence", "presence|", parser.OK},
		{"Event", "template and id", "presence.winfo ; id=a7", "presence.winfo|a7", parser.OK},
		{"Event", "quoted", `"presence"`, "", parser.ErrHeaderValue},
		{"Event", "empty", "", "", parser.ErrHeaderValue},
		{"Event", "bad parameter", "presence;;", "", parser.ErrParam},
		{"Event", "too many parameters", "p" + strings.Repeat(";a", sip.MaxParams+1), "", parser.ErrTooLong},
		{"Session-Expires", "plain", "1800", "1800|0", parser.OK},
		{"Session-Expires", "refresher", "4000;refresher=UAC", "4000|1", parser.OK},
		{"Session-Expires", "folded", "4000\r\n ;\r\n refresher = uas", "4000|2", parser.OK},
		{"Session-Expires", "another refresher", "4000;refresher=me", "", parser.ErrParam},
		{"Session-Expires", "no number", "soon", "", parser.ErrNumber},
		{"Session-Expires", "above 2**32", "4294967296", "", parser.ErrNumber},
		{"RAck", "plain", "776656 1 INVITE", "776656|1|1|INVITE", parser.OK},
		{"RAck", "another method", "1\t2  foo", "1|2|0|foo", parser.OK},
		{"RAck", "no method", "776656 1 ", "", parser.ErrHeaderValue},
		{"RAck", "RSeq of zero", "0 1 INVITE", "", parser.ErrNumber},
		{"RAck", "CSeq of 2**31", "1 2147483648 INVITE", "", parser.ErrNumber},
		{"RAck", "long number", strings.Repeat("9", 60) + " 1 INVITE", "", parser.ErrNumber},
		{"Reason", "SIP", `SIP ;cause=200 ;text="Call completed elsewhere"`, "SIP|200|Call completed elsewhere", parser.OK},
		{"Reason", "Q.850", `Q.850;cause=16;text=Terminated`, "Q.850|16|Terminated", parser.OK},
		{"Reason", "separators in quotes", `SIP;text="a;b,c\"d"`, `SIP|0|a;b,c\"d`, parser.OK},
		{"Reason", "alone", "Preemption", "Preemption|0|", parser.OK},
		{"Reason", "bad cause", "SIP;cause=x", "", parser.ErrNumber},
		{"Retry-After", "plain", "18000", "18000||0", parser.OK},
		{"Retry-After", "duration", "18000;duration=3600", "18000||3600", parser.OK},
		{"Retry-After", "comment", "120 (I'm in a meeting)", "120|I'm in a meeting|0", parser.OK},
		{"Retry-After", "all", `120(a (b (c)) \) d) ;duration=60`, `120|a (b (c)) \) d|60`, parser.OK},
		{"Retry-After", "four levels", "120 (((())))", "", parser.ErrHeaderValue},
		{"Retry-After", "open comment", "120 (a", "", parser.ErrHeaderValue},
		{"Retry-After", "bad duration", "120;duration=x", "", parser.ErrNumber},
		{"Auth", "credentials", `Digest username="bob", realm="biloxi.com", nonce="dcd98b", uri="sip:bob@biloxi.com", qop=auth, nc=0000001f, cnonce="0a4f", response="6629fae", opaque="5ccc", algorithm=MD5`,
			"1|Digest|bob|biloxi.com|dcd98b|sip:bob@biloxi.com|6629fae|MD5|0a4f|5ccc|auth|31|0||", parser.OK},
		{"Auth", "challenge", `digest realm="atlanta.com" , domain="sip:ss1.carrier.com", qop="auth,auth-int",nonce="f84f",opaque="",stale=TRUE,algorithm=SHA-256`,
			"1|digest||atlanta.com|f84f|||SHA-256|||auth,auth-int|0|1|sip:ss1.carrier.com|", parser.OK},
		{"Auth", "folded", "Digest\r\n realm = \"a\"\r\n ,\r\n nonce\r\n =\"b\"", "1|Digest||a|b||||||" + "|0|0||", parser.OK},
		{"Auth", "another scheme", `NTLM realm="a", x=y`, "2|NTLM||a|||||||" + "|0|0||realm=\"a\", x=y", parser.OK},
		{"Auth", "bearer token", "Bearer abc=", "2|Bearer|||||||||" + "|0|0||abc=", parser.OK},
		{"Auth", "token68 with two pads", " Basic\tdXNlcg== ", "2|Basic|||||||||" + "|0|0||dXNlcg==", parser.OK},
		{"Auth", "bearer challenge", `Bearer realm="a", authz_server="https://b/", scope="c d"`, "2|Bearer||a|||||||" + `|0|0||realm="a", authz_server="https://b/", scope="c d"`, parser.OK},
		{"Auth", "another scheme alone", "Negotiate", "2|Negotiate|||||||||" + "|0|0||", parser.OK},
		{"Auth", "another scheme, neither fields nor token68", `X nonce="a", Nonce="b" ;`, "2|X|||||||||" + `|0|0||nonce="a", Nonce="b" ;`, parser.OK},
		{"Auth", "another scheme, nonce count of its own", "X nc=1", "2|X|||||||||" + "|0|0||nc=1", parser.OK},
		{"Auth", "token68 of Digest", "Digest abc=", "", parser.ErrParam},
		{"Auth", "scheme is no token", "Bea/rer abc=", "", parser.ErrHeaderValue},
		{"Auth", "empty", " ", "", parser.ErrHeaderValue},
		{"Auth", "escaped quote", `Digest username="a\"b"`, `1|Digest|a\"b||||||||` + "|0|0||", parser.OK},
		{"Auth", "repeated field", `Digest nonce="a", Nonce="b"`, "", parser.ErrParam},
		{"Auth", "short nonce count", `Digest nc=1`, "", parser.ErrNumber},
		{"Auth", "nonce count that is no number", `Digest nc=0000000g`, "", parser.ErrNumber},
		{"Auth", "scheme alone", "Digest", "", parser.ErrHeaderValue},
		{"Auth", "open quote", `Digest realm="a`, "", parser.ErrParam},
		{"Auth", "missing comma", `Digest realm="a" nonce="b"`, "", parser.ErrParam},
		{"Identity", "PASSporT", "eyJh.eyJi.sig_-;info=<https://biloxi.example.org/b;c,d.cert>;alg=ES256;ppt=shaken", "eyJh.eyJi.sig_-|https://biloxi.example.org/b;c,d.cert|ES256|shaken", parser.OK},
		{"Identity", "compact form", "..sBn==;info=<http://a/>", "..sBn==|http://a/||", parser.OK},
		{"Identity", "RFC 4474", `"Zy=="`, "Zy==|||", parser.OK},
		{"Identity", "quoted ppt", `a.b.c;ppt="div"`, "a.b.c|||div", parser.OK},
		{"Identity", "open bracket", "a.b.c;info=<http", "", parser.ErrParam},
		{"Privacy", "one", "id", "32", parser.OK},
		{"Privacy", "list", "header; ID;critical", "50", parser.OK},
		{"Privacy", "commas", "user, history", "72", parser.OK},
		{"Privacy", "none", "none", "1", parser.OK},
		{"Privacy", "another", "x;session", "132", parser.OK},
		{"Privacy", "empty", "", "", parser.ErrHeaderValue},
		{"tel", "global", "tel:+1-201-555-0123", "1|+1-201-555-0123|||", parser.OK},
		{"tel", "local", "tel:863-1234;phone-context=+1-914-555", "0|863-1234|+1-914-555||", parser.OK},
		{"tel", "extension and subaddress", "tel:+358-555-1234567;ext=12;isub=a.b", "1|+358-555-1234567||a.b|12", parser.OK},
		{"tel", "star code", "tel:*21#;phone-context=example.com", "0|*21#|example.com||", parser.OK},
		{"tel", "local without context", "tel:863-1234", "", parser.ErrParam},
		{"tel", "separators alone", "tel:(", "", parser.ErrURI},
		{"tel", "plus alone", "tel:+", "", parser.ErrURI},
		{"tel", "plus within", "tel:12+34", "", parser.ErrURI},
		{"tel", "separators around a digit", "tel:+(.-)1(", "1|+(.-)1(|||", parser.OK},
		{"tel", "hexadecimal digit", "tel:(a);phone-context=b", "0|(a)|b||", parser.OK},
		{"tel", "global with letters", "tel:+1A", "", parser.ErrURI},
		{"tel", "no digit", "tel:+-", "", parser.ErrURI},
		{"tel", "bad extension", "tel:+1;ext=x", "", parser.ErrParam},
		{"tel", "sip URI", "sip:a@b", "", parser.ErrURI},
		{"P-Asserted-Identity", "name-addr", `"Cullen Jennings" <sip:fluffy@cisco.com>`, `"Cullen Jennings"|sip:fluffy@cisco.com`, parser.OK},
		{"P-Asserted-Identity", "tel", "tel:+14085264000", "|tel:+14085264000", parser.OK},
	}
	for _, tt := range tests {
		t.Run(tt.parser+"/"+tt.name, func(t *testing.T) {
			for _, p := range valueParsers {
				if p.name != tt.parser {
					continue
				}
				got, next, e := p.parse([]byte(tt.raw))
				if e != tt.err || e == parser.OK && (got != tt.want || next != len(tt.raw)) {
					t.Errorf("%q: got %q at %d, %v, want %q, %v", tt.raw, got, next, e, tt.want, tt.err)
				}
			}
		})
	}
}

// TestValuesBounds reads random values: no panic, no span outside the buffer.
func TestValuesBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	parts := []string{"Digest ", "nonce", "=", "\"", ";", ",", "<", ">", "(", ")", "\\", " ", "\r\n ", "12", "sip:a@b", "tel:+1", "q", "expires", "id", "info", "*", "\x00", "\xff", "refresher=uac", "nc=00000001", "a"}
	for range 20_000 {
		var s []byte
		for range random.IntN(12) {
			s = append(s, parts[random.IntN(len(parts))]...)
		}
		s = s[:len(s):len(s)]
		for _, p := range valueParsers {
			if _, next, _ := p.parse(s); next < 0 || next > len(s) {
				t.Fatalf("%s(%q): got offset %d", p.name, s, next)
			}
		}
	}
}

func TestHeaderViews(t *testing.T) {
	m := index(t, with("Min-Expires: 60\nFlow-Timer: 120\nRSeq: 988789\nSession-Expires: 1800;refresher=uas\nx: 5\nMin-SE: 90\no: presence;id=7\n"))
	if n, e := m.MinExpires(); n != 60 || e != parser.OK {
		t.Errorf("MinExpires: got %d %v, want 60", n, e)
	}
	if n, e := m.FlowTimer(); n != 120 || e != parser.OK {
		t.Errorf("FlowTimer: got %d %v, want 120", n, e)
	}
	if n, e := m.RSeq(); n != 988789 || e != parser.OK {
		t.Errorf("RSeq: got %d %v, want 988789", n, e)
	}
	if s, e := m.SessionExpires(); s != (sip.SessionExpires{Delta: 1800, Refresher: sip.RefresherUAS}) || e != parser.OK {
		t.Errorf("SessionExpires: got %+v %v", s, e)
	}
	if s, e := m.MinSE(); s.Delta != 90 || e != parser.OK {
		t.Errorf("MinSE: got %+v %v", s, e)
	}
	if ev, e := m.Event(); string(ev.Package.Of(m.Buf)) != "presence" || string(ev.ID.Of(m.Buf)) != "7" || e != parser.OK {
		t.Errorf("Event: got %+v %v", ev, e)
	}
	m = index(t, with("RSeq: 0\nMin-SE: 90, 91\nEvent: a,b\n"))
	_, e1 := m.RSeq()
	_, e2 := m.MinSE()
	_, e3 := m.Event()
	_, e4 := m.SessionExpires()
	_, e5 := m.FlowTimer()
	if e1 != parser.ErrNumber || e2 != parser.ErrHeaderValue || e3 != parser.ErrHeaderValue || e4 != parser.ErrMissing || e5 != parser.ErrMissing {
		t.Errorf("errors: got %v, %v, %v, %v, %v", e1, e2, e3, e4, e5)
	}
}
