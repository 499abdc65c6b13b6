package registrar

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"sluice/parser"
	"sluice/parser/sip"
)

// FuzzRegister sends the header fields of two REGISTERs, one after the other.
// Whatever they are, the answer is a message with as many Contacts as there
// are bindings, and what is kept of them parses again.
func FuzzRegister(f *testing.F) {
	f.Add("Contact: <sip:a@192.0.2.1>;q=0.5;expires=60;x=\"y;z\", sip:b@[::1]", "Contact: *\r\nExpires: 0")
	f.Add("m: \"A\" <sip:a;x=y@h:5070;method=INVITE;a?b=c>;+sip.instance=\"<urn:x>\"\r\n ;reg-id=1", "Contact: <sip:a@h>;expires=0\r\nPath: <sip:p;lr>,\r\n <sip:q>")
	f.Add("Require: path, gruu\r\nContact: <sip:a@h>", "Contact: <tel:+1>, <mailto:a@b>\r\nExpires: 99999999999")
	set := newRegistrar()
	if err := set.Validate(); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		var had record
		for i, lines := range []string{first, second} {
			var m sip.Message
			text := "REGISTER sip:h SIP/2.0\r\nCall-ID: c\r\nCSeq: " + string(rune('1'+i)) + " REGISTER\r\n" + lines + "\r\n\r\n"
			if len(text) > parser.MaxBuffer || m.Index([]byte(text)) != parser.OK {
				return
			}
			answerParses(t, appendUnsupported(nil, &m), sip.HeaderUnsupported, -1)
			var q request
			if q.read(&m, origin{}, set).Status != 0 {
				continue
			}
			now := time.Duration(i) * time.Second
			got, refusal := q.apply(nil, had, now, set.MaxContacts)
			if refusal.Status != 0 {
				continue
			}
			had = chain(nil).replaced(-1, 0, []byte("alice@h"), got).record(0)
			for j := range got {
				if kept := had.binding(j); !reflect.DeepEqual(kept, got[j]) {
					t.Fatalf("kept %+v of %+v", kept, got[j])
				}
				bindingParses(t, &got[j])
			}
			answerParses(t, appendGranted(nil, had, now, q.path), sip.HeaderContact, len(got))
		}
	})
}

// answerParses checks that lines are header lines, want of them with id, and
// no others than the registrar's.
func answerParses(t *testing.T, lines []byte, id sip.HeaderID, want int) {
	var m sip.Message
	text := append([]byte("SIP/2.0 200 OK\r\n"), lines...)
	text = append(text, "\r\n"...)
	if len(text) > parser.MaxBuffer {
		return
	}
	if err := m.Index(text); err != parser.OK || m.HeadLen() != len(text) {
		t.Fatalf("%v: the answer has %d bytes of head in\n%q", err, m.HeadLen(), text)
	}
	for i := range m.NumHeaders() {
		switch h := m.Header(i).ID; h {
		case id, sip.HeaderPath, sip.HeaderSupported:
		default:
			t.Fatalf("a %v line in\n%q", h, text)
		}
	}
	n := 0
	for vs := m.Values(id); id == sip.HeaderContact && vs.Next(); n++ {
		var na sip.NameAddr
		if _, err := sip.ParseNameAddr(text[:vs.Span().End()], vs.Span().Start(), &na); err != parser.OK {
			t.Fatalf("%v: %q", err, vs.Span().Of(text))
		}
	}
	if want >= 0 && n != want {
		t.Fatalf("%d contacts, want %d in\n%q", n, want, text)
	}
}

func bindingParses(t *testing.T, b *binding) {
	if len(b.text) > maxText+b.source.End()-b.source.Start() || bytes.ContainsAny(b.path.Of(b.text), "\r\n") {
		t.Fatalf("kept %q", b.text)
	}
	h := b.hop()
	var u sip.URI
	next, err := sip.ParseURI(h.RequestURI, 0, &u)
	if err != parser.OK || next != len(h.RequestURI) || !u.Headers.Empty() {
		t.Fatalf("%v: Request-URI %q", err, h.RequestURI)
	}
}
