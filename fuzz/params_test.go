package fuzz

import (
	"bytes"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// FuzzValue: as FuzzURI, for any element of a word with parameters; these are in
// order, and found by their names.
func FuzzValue(f *testing.F) {
	addValues(f, []sip.HeaderID{sip.HeaderAccept, sip.HeaderContentType, sip.HeaderSubscriptionState, sip.HeaderReason, sip.HeaderRetryAfter, sip.HeaderSecurityVerify},
		"a ; b = c ;d;e=;f=\"g;h\",x", `"a" (b) ;c=<d>`, "a;b;B=c;b=", "a;1;2;3;4;5;6;7;8;9;10;11;12;13", "a\r\n ;b\r\n =\r\n c")
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > parser.MaxBuffer-len(prefix) {
			return
		}
		var v, far sip.Value
		next, e := sip.ParseValue(in, 0, &v)
		farNext, farErr := sip.ParseValue(behindPrefix(in), len(prefix), &far)
		if farErr != e || farNext != next+len(prefix) {
			t.Fatalf("elsewhere: got %v at %d, want %v at %d", farErr, farNext-len(prefix), e, next)
		}
		if e != parser.OK {
			return
		}
		if next > len(in) || next < len(in) && in[next] != ',' || v.Text.End() > next {
			t.Fatalf("stopped at %d, text %v", next, v.Text)
		}
		inOrder(t, "value", v.Text, v.Word, v.Comment, v.Params)
		checkMovedValue(t, &v, &far, len(prefix))
		checkParams(t, in, &v)
		next, e = sip.ParseValue(in[:v.Text.End()], v.Text.Start(), &far)
		if e != parser.OK || next != v.Text.End() {
			t.Fatalf("alone: got %v at %d", e, next)
		}
		checkMovedValue(t, &v, &far, 0)
	})
}

// checkMovedValue wants far to be v, whose bytes stand by further on.
func checkMovedValue(t *testing.T, v, far *sip.Value, by int) {
	t.Helper()
	if far.Text != moved(v.Text, by) || far.Word != moved(v.Word, by) || far.Comment != moved(v.Comment, by) || far.Params != moved(v.Params, by) || far.NumParams() != v.NumParams() {
		t.Fatalf("%d bytes further on: got %+v, want %+v", by, *far, *v)
	}
	for i := range v.NumParams() {
		name, value := v.ParamAt(i)
		if n, a := far.ParamAt(i); n != moved(name, by) || a != moved(value, by) {
			t.Fatalf("%d bytes further on: parameter %d is %v %v, want %v %v", by, i, n, a, name, value)
		}
	}
}

func checkParams(t *testing.T, in []byte, v *sip.Value) {
	t.Helper()
	var spans []parser.Span
	for i := range v.NumParams() {
		name, value := v.ParamAt(i)
		spans = append(spans, name, value)
		if got, ok := v.Param(in, string(name.Of(in))); !ok || name.Empty() || got.Off > value.Off {
			t.Fatalf("parameter %q: got %v %t, want %v", name.Of(in), got, ok, value)
		}
	}
	inOrder(t, "parameters", v.Params, spans...)
	if v.NumParams() > sip.MaxParams {
		t.Fatalf("got %d parameters", v.NumParams())
	}
}

func authSpans(a *sip.Auth) []*parser.Span {
	return []*parser.Span{&a.SchemeText, &a.Username, &a.Realm, &a.Nonce, &a.URI, &a.Response,
		&a.Algorithm, &a.CNonce, &a.Opaque, &a.QOP, &a.Domain}
}

// FuzzAuth: credentials and challenges written from the fields that were found
// have the same fields.
func FuzzAuth(f *testing.F) {
	addValues(f, []sip.HeaderID{sip.HeaderAuthorization, sip.HeaderProxyAuthorization, sip.HeaderWWWAuthenticate, sip.HeaderProxyAuthenticate})
	for _, s := range []string{
		`Digest username="bob", realm="biloxi.com", nonce="dcd98b", uri="sip:bob@biloxi.com", qop=auth, nc=0000001f, cnonce="0a4f", response="6629fae", opaque="5ccc", algorithm=MD5`,
		`digest realm="atlanta.com" , domain="sip:ss1.carrier.com", qop="auth,auth-int",nonce="f84f",opaque="",stale=TRUE,algorithm=SHA-256`,
		"Digest\r\n realm = \"a\\\"b\"\r\n ,\r\n nonce\r\n =b", `NTLM realm="a", x=y`, `Digest nonce="a", Nonce="b"`, `Digest a=<b>`,
		"Bearer abc=", "Basic dXNlcg==", `Bearer realm="a", scope="b c", authz_server="https://a/"`, "Negotiate", "Bearer a b",
	} {
		f.Add([]byte(s))
	}
	names := []string{"username", "realm", "nonce", "uri", "response", "algorithm", "cnonce", "opaque", "qop", "domain"}
	f.Fuzz(func(t *testing.T, in []byte) {
		a, ok := readValue(t, in, false, sip.ParseAuth, func(a *sip.Auth) []*parser.Span { return append(authSpans(a), &a.Value) })
		if !ok || len(in) > parser.MaxBuffer/2 {
			return
		}
		if a.Scheme == sip.AuthNone || (a.Scheme == sip.AuthDigest) != parser.EqualFold(a.SchemeText.Of(in), "Digest") {
			t.Fatalf("%q: got the scheme %d", in, a.Scheme)
		}
		checkOpaque(t, in, &a)
		text := append(bytes.Clone(a.SchemeText.Of(in)), " nc="...)
		for shift := 28; shift >= 0; shift -= 4 {
			text = append(text, "0123456789abcdef"[a.NC>>shift&15])
		}
		if a.Stale {
			text = append(text, ", stale=true"...)
		}
		for i, s := range authSpans(&a)[1:] {
			if !s.Empty() {
				text = append(append(append(text, ", "+names[i]+`="`...), s.Of(in)...), '"')
			}
		}
		w := rewrite(t, text, sip.ParseAuth)
		if w.Scheme != a.Scheme || w.Stale != a.Stale || w.NC != a.NC {
			t.Fatalf("%q written as %q: got %+v, want %+v", in, text, w, a)
		}
		for i, s := range authSpans(&w) {
			same(t, in, text, *authSpans(&a)[i], *s)
		}
	})
}

// checkOpaque writes the scheme and what follows it: that is all there is.
func checkOpaque(t *testing.T, in []byte, a *sip.Auth) {
	t.Helper()
	text := append(append(bytes.Clone(a.SchemeText.Of(in)), ' '), a.Value.Of(in)...)
	w := rewrite(t, text, sip.ParseAuth)
	same(t, in, text, a.SchemeText, w.SchemeText, a.Value, w.Value)
	for i, s := range authSpans(&w) {
		same(t, in, text, *authSpans(a)[i], *s)
	}
}

// FuzzTel: a number is the same with and without visual separators; what is no
// part of one is not in it.
func FuzzTel(f *testing.F) {
	for _, s := range seedURIs(f) {
		f.Add([]byte(s))
	}
	for _, s := range []string{"tel:*21#;phone-context=example.com", "tel:+358-555-1234567;ext=12;isub=a.b", "tel:(", "tel:+", "tel:+-", "tel:+1A", "tel:A.b;phone-context=+1", "tel:863-1234", "tel:+1;ext=x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		tel, ok := readTel(t, in)
		if !ok {
			return
		}
		var u, w sip.URI
		sip.ParseURI(in, 0, &u)
		within(t, "tel", u.Text, tel.Number, tel.Context, tel.ISub, tel.Ext)
		number := tel.Number.Of(in)
		if tel.Global != (number[0] == '+') || !bytes.ContainsAny(number, "0123456789abcdefABCDEF*#") {
			t.Fatalf("%q: got the number %q", in, number)
		}
		text := []byte("TEL:")
		for _, c := range number {
			if c != '-' && c != '.' && c != '(' && c != ')' {
				text = append(text, c)
			}
		}
		text = append(text, in[tel.Number.End():u.Text.End()]...)
		again := rewrite(t, text, sip.ParseTel)
		sip.ParseURI(text, 0, &w)
		same(t, in, text, tel.Context, again.Context, tel.ISub, again.ISub, tel.Ext, again.Ext)
		if again.Global != tel.Global || !sip.CompareURI(in, &u, text, &w) || !sip.CompareURI(text, &w, in, &u) {
			t.Fatalf("%q does not equal %q", in, text)
		}
		if a, b := sip.AppendAOR(nil, in, &u), sip.AppendAOR(nil, text, &w); !bytes.Equal(a, b) {
			t.Fatalf("%q has the AOR %q, %q has %q", in, a, text, b)
		}
	})
}

// readTel is readValue for a URI, which ends where none goes on.
func readTel(t *testing.T, in []byte) (tel sip.Tel, ok bool) {
	if len(in) > parser.MaxBuffer-len(prefix) {
		return tel, false
	}
	var u sip.URI
	var far sip.Tel
	next, e := sip.ParseTel(in, 0, &tel)
	farNext, farErr := sip.ParseTel(behindPrefix(in), len(prefix), &far)
	if farErr != e || farNext != next+len(prefix) {
		t.Fatalf("%q elsewhere: got %v at %d, want %v at %d", in, farErr, farNext-len(prefix), e, next)
	}
	end, err := sip.ParseURI(in, 0, &u)
	if e == parser.OK && (err != parser.OK || u.Scheme != sip.SchemeTel || end != next || u.User != tel.Number) {
		t.Fatalf("%q: as a URI %v at %d, want ok at %d", in, err, end, next)
	}
	return tel, e == parser.OK
}
