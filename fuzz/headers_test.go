package fuzz

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// readValue parses in as one T and holds the parser to these: the outcome is the
// same at another offset, after another value, and for the element without what
// follows it; every span lies within what was read. A list goes on behind a
// comma, any other value ends with the bytes. It reports whether there is a value.
func readValue[T comparable](t *testing.T, in []byte, list bool, parse func([]byte, int, *T) (int, parser.Err), spans func(*T) []*parser.Span) (v T, ok bool) {
	t.Helper()
	if len(in) > parser.MaxBuffer-len(prefix) {
		return v, false
	}
	next, e := parse(in, 0, &v)
	if next < 0 || next > len(in) {
		t.Fatalf("%q: got offset %d", in, next)
	}
	var far, used T
	farNext, farErr := parse(behindPrefix(in), len(prefix), &far)
	if farErr != e || farNext != next+len(prefix) {
		t.Fatalf("%q elsewhere: got %v at %d, want %v at %d", in, farErr, farNext-len(prefix), e, next)
	}
	if e != parser.OK {
		return v, false
	}
	if next < len(in) && (!list || in[next] != ',') {
		t.Fatalf("%q: stopped at %d", in, next)
	}
	used = far
	if n, again := parse(in[:next:next], 0, &used); again != parser.OK || n != next || used != v {
		t.Fatalf("%q alone: got %v at %d, %+v, want %+v", in[:next], again, n, used, v)
	}
	for _, s := range spans(&v) {
		if s.End() > next {
			t.Fatalf("%q: span %v beyond %d", in, *s, next)
		}
	}
	want := v
	for _, s := range spans(&want) {
		*s = moved(*s, len(prefix))
	}
	if far != want {
		t.Fatalf("%q elsewhere: got %+v, want %+v", in, far, want)
	}
	return v, true
}

// rewrite parses what was written of a value.
func rewrite[T any](t *testing.T, text []byte, parse func([]byte, int, *T) (int, parser.Err)) (v T) {
	t.Helper()
	if next, e := parse(text, 0, &v); e != parser.OK || next != len(text) {
		t.Fatalf("written as %q: got %v at %d", text, e, next)
	}
	return v
}

// same checks that spans of two buffers hold the same text, pair by pair.
func same(t *testing.T, abuf, bbuf []byte, pairs ...parser.Span) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if a, b := pairs[i].Of(abuf), pairs[i+1].Of(bbuf); !bytes.Equal(a, b) {
			t.Fatalf("%q written as %q: got %q, want %q", abuf, bbuf, b, a)
		}
	}
}

// addValues seeds f with the elements of the headers with these ids, and more.
func addValues(f *testing.F, ids []sip.HeaderID, more ...string) {
	f.Helper()
	for _, s := range append(seedValues(f, ids...), more...) {
		f.Add([]byte(s))
	}
}

func contactSpans(c *sip.Contact) []*parser.Span {
	n := &c.NameAddr
	return []*parser.Span{&n.Text, &n.Display, &n.URIText, &n.Params, &n.Tag, &n.URI.Text, &n.URI.User, &n.URI.Password,
		&n.URI.Host, &n.URI.Params, &n.URI.Headers, &n.URI.Maddr, &c.Instance, &c.PubGRUU, &c.TempGRUU}
}

// FuzzContact: as FuzzNameAddr, with the parameters that a registrar reads; a
// Contact written from what was found has the same.
func FuzzContact(f *testing.F) {
	addValues(f, []sip.HeaderID{sip.HeaderContact}, "*", `<sip:a@b;ob>;reg-id=1;+sip.instance="<urn:uuid:0-A>";expires=60;q=0.125`,
		`<sip:a@b>;pub-gruu="sip:a@b;gr=1";temp-gruu="sip:t@b;gr",<sip:c>`, "<sip:a>;q=1.000;Q=0", "sip:a;expires=soon;q=.5", "<sip:a>;expires=4294967296;reg-id=2147483647")
	f.Fuzz(func(t *testing.T, in []byte) {
		c, ok := readValue(t, in, true, sip.ParseContact, contactSpans)
		if !ok {
			return
		}
		var n sip.NameAddr
		if _, e := sip.ParseNameAddr(in, 0, &n); e != parser.OK || n != c.NameAddr {
			t.Fatalf("%q: as a name-addr %v %+v, want %+v", in, e, n, c.NameAddr)
		}
		if c.Q > sip.QMax || !c.QSet && c.Q != sip.QMax || !c.ExpiresSet && c.Expires != 0 || c.RegID >= 1<<31 {
			t.Fatalf("%q: got %+v", in, c)
		}
		within(t, "parameter", c.Params, c.Instance, c.PubGRUU, c.TempGRUU)
		if c.Star {
			return
		}
		text := append([]byte("<"), c.URIText.Of(in)...)
		text = append(text, ">;q="...)
		text = append(text, strconv.Itoa(int(c.Q)/1000)+"."+strconv.Itoa(int(c.Q)%1000 + 1000)[1:]...)
		text = append(text, ";expires="+strconv.Itoa(int(c.Expires))...)
		if c.RegID > 0 {
			text = append(text, ";reg-id="+strconv.Itoa(int(c.RegID))...)
		}
		text = append(append(append(text, `;+sip.instance="<`...), c.Instance.Of(in)...), `>"`...)
		text = append(append(append(text, `;pub-gruu="`...), c.PubGRUU.Of(in)...), '"')
		text = append(append(append(text, `;temp-gruu="`...), c.TempGRUU.Of(in)...), '"')
		if len(text) > parser.MaxBuffer {
			return
		}
		w := rewrite(t, text, sip.ParseContact)
		if w.Q != c.Q || w.Expires != c.Expires || w.RegID != c.RegID || !w.QSet || !w.ExpiresSet {
			t.Fatalf("%q written as %q: got %+v, want %+v", in, text, w, c)
		}
		same(t, in, text, c.URIText, w.URIText, c.Instance, w.Instance, c.PubGRUU, w.PubGRUU, c.TempGRUU, w.TempGRUU)
	})
}

// FuzzEvent: as FuzzURI, for Event and what is built like it.
func FuzzEvent(f *testing.F) {
	addValues(f, []sip.HeaderID{sip.HeaderEvent, sip.HeaderAllowEvents}, "presence.winfo ; id=a7", "a;ID=;id=b", `a;id="b,c";x`, "dialog,x")
	f.Fuzz(func(t *testing.T, in []byte) {
		ev, ok := readValue(t, in, true, sip.ParseEvent, func(ev *sip.Event) []*parser.Span { return []*parser.Span{&ev.Package, &ev.ID} })
		if !ok {
			return
		}
		text := bytes.Clone(ev.Package.Of(in))
		if !ev.ID.Empty() {
			text = append(append(text, ";id="...), ev.ID.Of(in)...)
		}
		w := rewrite(t, text, sip.ParseEvent)
		same(t, in, text, ev.Package, w.Package, ev.ID, w.ID)
	})
}

// FuzzSessionExpires: as FuzzEvent, for Session-Expires and Min-SE.
func FuzzSessionExpires(f *testing.F) {
	addValues(f, []sip.HeaderID{sip.HeaderSessionExpires, sip.HeaderMinSE}, "1800", "4000;refresher=UAC", "4294967295\r\n ;\r\n refresher = uas;x", "1;refresher=me", "4294967296")
	f.Fuzz(func(t *testing.T, in []byte) {
		s, ok := readValue(t, in, true, sip.ParseSessionExpires, func(*sip.SessionExpires) []*parser.Span { return nil })
		if !ok {
			return
		}
		text := strconv.AppendUint(nil, uint64(s.Delta), 10)
		text = append(text, [...]string{"", ";refresher=uac", ";refresher=uas"}[s.Refresher]...)
		if w := rewrite(t, text, sip.ParseSessionExpires); w != s {
			t.Fatalf("%q written as %q: got %+v, want %+v", in, text, w, s)
		}
	})
}

// FuzzRAck: as FuzzEvent, for RAck, which is no list.
func FuzzRAck(f *testing.F) {
	addValues(f, []sip.HeaderID{sip.HeaderRAck, sip.HeaderCSeq}, "776656 1 INVITE", "1\t2  foo", "4294967295 2147483647 A ", "0 1 INVITE", "99999999999999999999 1 A")
	f.Fuzz(func(t *testing.T, in []byte) {
		r, ok := readValue(t, in, false, sip.ParseRAck, func(r *sip.RAck) []*parser.Span { return []*parser.Span{&r.MethodText} })
		if !ok {
			return
		}
		text := strconv.AppendUint(nil, uint64(r.RSeq), 10)
		text = strconv.AppendUint(append(text, ' '), uint64(r.CSeq), 10)
		text = append(append(text, ' '), r.MethodText.Of(in)...)
		w := rewrite(t, text, sip.ParseRAck)
		same(t, in, text, r.MethodText, w.MethodText)
		if w.RSeq != r.RSeq || w.CSeq != r.CSeq || w.Method != r.Method || r.RSeq == 0 || r.CSeq >= 1<<31 {
			t.Fatalf("%q written as %q: got %+v, want %+v", in, text, w, r)
		}
	})
}

// FuzzReason: as FuzzEvent, for an element of Reason.
func FuzzReason(f *testing.F) {
	addValues(f, []sip.HeaderID{sip.HeaderReason}, `SIP ;cause=200 ;text="Call completed elsewhere"`, "Q.850;cause=16;text=Terminated", `SIP;text="a;b,c\"d",Q.850`, "Preemption;cause=65536")
	f.Fuzz(func(t *testing.T, in []byte) {
		r, ok := readValue(t, in, true, sip.ParseReason, func(r *sip.Reason) []*parser.Span { return []*parser.Span{&r.Protocol, &r.Text} })
		if !ok || len(in) > parser.MaxBuffer/2 {
			return
		}
		text := append(bytes.Clone(r.Protocol.Of(in)), ";cause="+strconv.Itoa(int(r.Cause))...)
		text = append(append(append(text, `;text="`...), r.Text.Of(in)...), '"')
		w := rewrite(t, text, sip.ParseReason)
		same(t, in, text, r.Protocol, w.Protocol, r.Text, w.Text)
		if w.Cause != r.Cause {
			t.Fatalf("%q written as %q: got %+v, want %+v", in, text, w, r)
		}
	})
}

// FuzzRetryAfter: as FuzzEvent, for Retry-After with its comment.
func FuzzRetryAfter(f *testing.F) {
	addValues(f, []sip.HeaderID{sip.HeaderRetryAfter}, "18000;duration=3600", `120(a (b (c)) \) d) ;duration=60`, "1 ()", "1((((", "4294967296", "1;duration=x")
	f.Fuzz(func(t *testing.T, in []byte) {
		r, ok := readValue(t, in, true, sip.ParseRetryAfter, func(r *sip.RetryAfter) []*parser.Span { return []*parser.Span{&r.Comment} })
		if !ok || len(in) > parser.MaxBuffer/2 {
			return
		}
		text := strconv.AppendUint(nil, uint64(r.Delta), 10)
		text = append(append(append(text, " ("...), r.Comment.Of(in)...), ");duration="...)
		text = strconv.AppendUint(text, uint64(r.Duration), 10)
		w := rewrite(t, text, sip.ParseRetryAfter)
		same(t, in, text, r.Comment, w.Comment)
		if w.Delta != r.Delta || w.Duration != r.Duration {
			t.Fatalf("%q written as %q: got %+v, want %+v", in, text, w, r)
		}
	})
}

// FuzzIdentity: as FuzzEvent, for an element of Identity.
func FuzzIdentity(f *testing.F) {
	addValues(f, []sip.HeaderID{sip.HeaderIdentity}, "eyJh.eyJi.sig_-;info=<https://biloxi.example.org/b;c,d.cert>;alg=ES256;ppt=shaken", "..sBn==;info=<http://a/>,x", `"Zy=="`, `a.b.c;ppt="div";alg="x"`)
	f.Fuzz(func(t *testing.T, in []byte) {
		id, ok := readValue(t, in, true, sip.ParseIdentity, func(id *sip.Identity) []*parser.Span {
			return []*parser.Span{&id.Value, &id.Info, &id.Alg, &id.PPT}
		})
		if !ok || len(in) > parser.MaxBuffer/2 || !fitsBrackets(id.Info.Of(in)) {
			return
		}
		text := append([]byte{'"'}, id.Value.Of(in)...)
		text = append(append(append(text, `";info=<`...), id.Info.Of(in)...), `>;alg="`...)
		text = append(append(append(text, id.Alg.Of(in)...), `";ppt="`...), id.PPT.Of(in)...)
		text = append(text, '"')
		w := rewrite(t, text, sip.ParseIdentity)
		same(t, in, text, id.Value, w.Value, id.Info, w.Info, id.Alg, w.Alg, id.PPT, w.PPT)
	})
}

// fitsBrackets reports whether b can stand in angle brackets: what was found in
// quotes need not.
func fitsBrackets(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || c == '<' || c == '>' || c == '"' {
			return false
		}
	}
	return true
}

// FuzzPrivacy: the set is the same when its values are written one by one.
func FuzzPrivacy(f *testing.F) {
	addValues(f, []sip.HeaderID{sip.HeaderPrivacy}, "id", "header; ID;critical", "user, history", "x;session", "none;", "id,")
	names := []string{"none", "header", "session", "user", "critical", "id", "history", "another"}
	f.Fuzz(func(t *testing.T, in []byte) {
		p, ok := readValue(t, in, false, sip.ParsePrivacy, func(*sip.Privacy) []*parser.Span { return nil })
		if !ok {
			return
		}
		var set []string
		for i, s := range names {
			if p&(1<<i) != 0 {
				set = append(set, s)
			}
		}
		if w := rewrite(t, []byte(strings.Join(set, ";")), sip.ParsePrivacy); w != p || p == 0 {
			t.Fatalf("%q written as %q: got %b, want %b", in, set, w, p)
		}
	})
}
