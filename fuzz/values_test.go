package fuzz

import (
	"bytes"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// moved returns s as it is when n bytes are put before its buffer.
func moved(s parser.Span, n int) parser.Span {
	if s == (parser.Span{}) {
		return s // was not found
	}
	s.Off += uint16(n)
	return s
}

// inOrder checks that spans that are not empty lie within outer and follow one
// another.
func inOrder(t *testing.T, what string, outer parser.Span, spans ...parser.Span) {
	t.Helper()
	at := outer.Start()
	for i, s := range spans {
		if s.Empty() {
			continue
		}
		if s.Start() < at || s.End() > outer.End() {
			t.Fatalf("%s: span %d is %v, want it after %d within %v", what, i, s, at, outer)
		}
		at = s.End()
	}
}

// prefix moves what is parsed to another offset, where a parser must not look
// back.
const prefix = "<sip:x@y;lr>,\"\\"

func behindPrefix(b []byte) []byte { return append([]byte(prefix), b...) }

func movedURI(u sip.URI, n int) sip.URI {
	for _, s := range []*parser.Span{&u.Text, &u.User, &u.Password, &u.Host, &u.Params, &u.Headers, &u.Maddr} {
		*s = moved(*s, n)
	}
	return u
}

// FuzzURI: spans are in order within the text, the text alone and the text
// elsewhere parse the same, and a URI equals itself.
func FuzzURI(f *testing.F) {
	for _, s := range seedURIs(f) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > parser.MaxBuffer-len(prefix) {
			return
		}
		var u, far sip.URI
		next, e := sip.ParseURI(in, 0, &u)
		farNext, farErr := sip.ParseURI(behindPrefix(in), len(prefix), &far)
		if farErr != e || farNext != next+len(prefix) {
			t.Fatalf("elsewhere: got %v at %d, want %v at %d", farErr, farNext-len(prefix), e, next)
		}
		if e != parser.OK {
			return
		}
		if far != movedURI(u, len(prefix)) {
			t.Fatalf("elsewhere: got %+v, want %+v", far, u)
		}
		if len(bytes.Trim(in[:u.Text.Start()], " \t\r\n")) > 0 || u.Text.End() != next {
			t.Fatalf("ended at %d, text %v", next, u.Text)
		}
		inOrder(t, "URI", u.Text, u.User, u.Password, u.Host, u.Params, u.Headers)
		within(t, "maddr", u.Params, u.Maddr)
		checkURI(t, in, &u)
	})
}

// FuzzCompareURI: equality is symmetric, and URIs that are equal have one
// canonical address-of-record.
func FuzzCompareURI(f *testing.F) {
	all := seedURIs(f)
	for i, s := range all {
		f.Add([]byte(s), []byte(s))
		f.Add([]byte(s), []byte(all[(i+1)%len(all)]))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var ua, ub sip.URI
		_, ea := sip.ParseURI(a, 0, &ua)
		_, eb := sip.ParseURI(b, 0, &ub)
		if len(a) > parser.MaxBuffer || len(b) > parser.MaxBuffer || ea != parser.OK || eb != parser.OK {
			return
		}
		equal := sip.CompareURI(a, &ua, b, &ub)
		if back := sip.CompareURI(b, &ub, a, &ua); back != equal {
			t.Fatalf("%q and %q: got %t, the other way round %t", a, b, equal, back)
		}
		if ua.Scheme != ub.Scheme || ua.Scheme == sip.SchemeOther {
			return
		}
		keyA, keyB := sip.AppendAOR(nil, a, &ua), sip.AppendAOR(nil, b, &ub)
		if equal && !bytes.Equal(keyA, keyB) {
			t.Fatalf("%q and %q are equal, but not their AORs %q and %q", a, b, keyA, keyB)
		}
	})
}

// FuzzAppendAOR: an address-of-record is the one of itself, and of every URI
// that equals it.
func FuzzAppendAOR(f *testing.F) {
	for _, s := range seedURIs(f) {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var u sip.URI
		if len(in) > parser.MaxBuffer/4 {
			return
		}
		if _, e := sip.ParseURI(in, 0, &u); e != parser.OK || u.Scheme == sip.SchemeOther {
			return
		}
		key := sip.AppendAOR([]byte("x"), in, &u)
		if key[0] != 'x' {
			t.Fatalf("got %q, want it appended to x", key)
		}
		key = key[1:]
		scheme := "sip:"
		if u.Scheme == sip.SchemeTel {
			scheme = "tel:"
		}
		text := append([]byte(scheme), key...)
		var again sip.URI
		next, e := sip.ParseURI(text, 0, &again)
		if e != parser.OK || next != len(text) {
			t.Fatalf("%q has the AOR %q, which is no URI: %v at %d", in, key, e, next)
		}
		if got := sip.AppendAOR(nil, text, &again); !bytes.Equal(got, key) {
			t.Fatalf("%q has the AOR %q, which has the AOR %q", in, key, got)
		}
		if u.Scheme == sip.SchemeTel {
			return
		}
		var bare sip.URI
		plain := append([]byte("sip:"), in[u.User.Start():u.User.End()]...)
		if !u.User.Empty() {
			plain = append(plain, '@')
		}
		plain = append(plain, u.Host.Of(in)...)
		if _, e := sip.ParseURI(plain, 0, &bare); e != parser.OK || !sip.CompareURI(plain, &bare, text, &again) {
			t.Fatalf("%q does not equal its AOR %q (%v)", plain, text, e)
		}
	})
}

func movedNameAddr(n sip.NameAddr, by int) sip.NameAddr {
	for _, s := range []*parser.Span{&n.Text, &n.Display, &n.URIText, &n.Params, &n.Tag} {
		*s = moved(*s, by)
	}
	n.URI = movedURI(n.URI, by)
	return n
}

// FuzzNameAddr: as FuzzURI, for an element of From, Contact or Route.
func FuzzNameAddr(f *testing.F) {
	for _, s := range seedValues(f, sip.HeaderFrom, sip.HeaderTo, sip.HeaderContact, sip.HeaderRoute, sip.HeaderRecordRoute) {
		f.Add([]byte(s))
	}
	for _, s := range []string{"*", " * ", "*,", "* <sip:a>", "\"a\\\"\" <sip:a>;tag=1", "a b<sip:a>;q=0.3;+sip.instance=\"<urn:uuid:1>\";reg-id=1", "sip:a;tag=1", "<tel:+1>,<sip:b>", "é <sip:a>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > parser.MaxBuffer-len(prefix) {
			return
		}
		var n, far, alone sip.NameAddr
		next, e := sip.ParseNameAddr(in, 0, &n)
		farNext, farErr := sip.ParseNameAddr(behindPrefix(in), len(prefix), &far)
		if farErr != e || farNext != next+len(prefix) {
			t.Fatalf("elsewhere: got %v at %d, want %v at %d", farErr, farNext-len(prefix), e, next)
		}
		if e != parser.OK {
			return
		}
		if want := movedNameAddr(n, len(prefix)); far != want {
			t.Fatalf("elsewhere: got %+v, want %+v", far, want)
		}
		if next > len(in) || next < len(in) && in[next] != ',' || n.Text.End() > next {
			t.Fatalf("stopped at %d, text %v", next, n.Text)
		}
		inOrder(t, "name-addr", n.Text, n.Display, n.URIText, n.Params)
		within(t, "tag", n.Params, n.Tag)
		within(t, "URI", n.URIText, n.URI.Text)
		n.Param(in, "expires")
		if _, e := sip.ParseNameAddr(in[:n.Text.End()], n.Text.Start(), &alone); e != parser.OK || alone != n {
			t.Fatalf("alone: got %v %+v, want %+v", e, alone, n)
		}
		if !n.Star {
			checkURI(t, in[:n.URIText.End()], &n.URI)
		}
	})
}

// FuzzVia: as FuzzURI, for an element of Via.
func FuzzVia(f *testing.F) {
	for _, s := range seedValues(f, sip.HeaderVia) {
		f.Add([]byte(s))
	}
	for _, s := range []string{"SIP / 2.0 / UDP [::1] : 5060 ; rport = 1 ;received=[::2];alias;keep=30;ttl=16,x", "SIP/2.0/WS a;branch=;rport=0", "SIP/2.0/TCP a.invalid;maddr=[::1];branch=\"x\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > parser.MaxBuffer-len(prefix) {
			return
		}
		var v, far, alone sip.Via
		next, e := sip.ParseVia(in, 0, &v)
		farNext, farErr := sip.ParseVia(behindPrefix(in), len(prefix), &far)
		if farErr != e || farNext != next+len(prefix) {
			t.Fatalf("elsewhere: got %v at %d, want %v at %d", farErr, farNext-len(prefix), e, next)
		}
		if e != parser.OK {
			return
		}
		if next > len(in) || next < len(in) && in[next] != ',' || v.Text.End() > next {
			t.Fatalf("stopped at %d, text %v", next, v.Text)
		}
		inOrder(t, "Via", v.Text, v.TransportText, v.Host, v.Params)
		within(t, "parameter", v.Params, v.Branch, v.Received, v.RportSpan, v.Maddr)
		if far.Text != moved(v.Text, len(prefix)) || far.Host != moved(v.Host, len(prefix)) || far.Branch != moved(v.Branch, len(prefix)) ||
			far.Port != v.Port || far.Rport != v.Rport || far.RportSet != v.RportSet || far.Transport != v.Transport {
			t.Fatalf("elsewhere: got %+v, want %+v", far, v)
		}
		if _, e := sip.ParseVia(in[:v.Text.End()], v.Text.Start(), &alone); e != parser.OK || alone != v {
			t.Fatalf("alone: got %v %+v, want %+v", e, alone, v)
		}
		if value, ok := v.Param(in, "branch"); !v.Branch.Empty() && (!ok || value != v.Branch) {
			t.Fatalf("branch: got %v %t, want %v", value, ok, v.Branch)
		}
		v.IP(in)
		v.ReceivedIP(in)
	})
}

// FuzzNames: what is looked up by name is called so.
func FuzzNames(f *testing.F) {
	for id := range sip.NumHeaders {
		f.Add([]byte(id.String()))
	}
	for m := range sip.NumMethods {
		f.Add([]byte(m.String()))
	}
	for tr := range sip.NumTransports {
		f.Add([]byte(tr.Lower()))
	}
	f.Fuzz(func(t *testing.T, name []byte) {
		if id := sip.LookupHeader(name); id != sip.HeaderOther && len(name) != 1 && !parser.EqualFold(name, id.String()) {
			t.Errorf("header %q: got %v", name, id)
		}
		if m := sip.LookupMethod(name); m != sip.MethodOther && m.String() != string(name) {
			t.Errorf("method %q: got %v", name, m)
		}
		tr := sip.LookupTransport(name)
		if known := tr != sip.TransportNone && tr != sip.TransportOther; known && !parser.EqualFold(name, tr.Lower()) || (tr == sip.TransportNone) != (len(name) == 0) {
			t.Errorf("transport %q: got %v", name, tr.Lower())
		}
	})
}

// FuzzAppendCaret: two lines of printable ASCII, neither too long, and the
// caret below the byte.
func FuzzAppendCaret(f *testing.F) {
	for _, raw := range seedMessages(f) {
		f.Add(raw, len(raw)/2)
	}
	f.Fuzz(func(t *testing.T, in []byte, off int) {
		got := sip.AppendCaret(nil, in, off)
		line, caret, ok := bytes.Cut(got, []byte("\n"))
		if !ok || len(caret) < 2 || string(bytes.TrimLeft(caret, " ")) != "^\n" || len(line) > 100 || len(caret)-2 > len(line) {
			t.Fatalf("got\n%s", got)
		}
		for _, c := range line {
			if c < ' ' || c > '~' {
				t.Fatalf("got %q", line)
			}
		}
		if at := len(caret) - 2; off >= 0 && off < len(in) && in[off] > ' ' && in[off] <= '~' && (at == len(line) || line[at] != in[off]) {
			t.Fatalf("caret at %d, want it below %q\n%s", at, in[off], got)
		}
	})
}
