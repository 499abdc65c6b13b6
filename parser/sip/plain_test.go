package sip

import (
	"bytes"
	"testing"

	"sluice/parser"
)

// plainKinds are what is read straight, each beside its machine. The results
// start out as rubbish, so that what is left unset shows.
var plainKinds = []struct {
	name    string
	compare func(t *testing.T, buf []byte, off int) (plain bool)
}{
	{"URI", func(t *testing.T, buf []byte, off int) bool {
		got, want := rubbishURI(), URI{}
		next := plainURI(buf, off, &got)
		return comparePlain(t, buf, off, next, &got, &want, scanURI)
	}},
	{"NameAddr", func(t *testing.T, buf []byte, off int) bool {
		x := parser.Span{Off: 7, Len: 7}
		got := NameAddr{Star: true, Text: x, Display: x, URIText: x, Params: x, Tag: x, URI: rubbishURI()}
		next := plainNameAddr(buf, off, &got)
		return comparePlain(t, buf, off, next, &got, &NameAddr{}, scanNameAddr)
	}},
	{"Via", func(t *testing.T, buf []byte, off int) bool {
		x := parser.Span{Off: 7, Len: 7}
		got := Via{TransportOther, true, 7, 7, x, x, x, x, x, x, x, x, 7}
		next := plainVia(buf, off, &got)
		return comparePlain(t, buf, off, next, &got, &Via{}, scanVia)
	}},
}

func rubbishURI() URI {
	x := parser.Span{Off: 7, Len: 7}
	return URI{SchemeTel, TransportOther, true, true, 7, x, x, x, x, x, x, x}
}

// comparePlain holds what was read straight, up to next, to what the machine
// reads; plain is whether it was read at all.
func comparePlain[T comparable](t *testing.T, buf []byte, off, next int, got, want *T, scan func([]byte, int, *T) (int, parser.Err)) (plain bool) {
	t.Helper()
	if next == 0 {
		return false
	}
	end, e := scan(buf, off, want)
	if e != parser.OK || end != next || *got != *want {
		t.Fatalf("%q: got %+v up to %d, the machine has %+v, %v, up to %d", buf[off:], *got, next, *want, e, end)
	}
	return true
}

var plainTests = []struct {
	kind  int // index into plainKinds
	raw   string
	plain bool
}{
	{0, "sip:atlanta.com", true},
	{0, "sip:alice@pc33.atlanta.com:5060;transport=tcp;lr", true},
	{0, "sip:+358(9)555~1=#@192.0.2.1;user=phone;lr=on;maddr=[2001:db8::1];ob;x=", true},
	{0, "sip:a;lr>", true},
	{0, "sip:a:b@c", false},
	{0, "sip:a;b=c@d", false},
	{0, "sip:a:5060@b", false},
	{0, "sip:a%20b@c;d=%20", false},
	{0, "sip:b@[2001:db8::1]:5060;lr", true},
	{0, "sip:[]", false},
	{0, "sip:a@b?c=d", false},
	{0, "sip:a@b:0;lr", false},
	{0, "sip:a@b:65536", false},
	{0, "sips:a@b", false},
	{0, "SIP:a@b", false},
	{1, "<sip:alice@atlanta.com>", true},
	{1, `"Alice B" <sip:alice@atlanta.com:5060;lr>;tag=1928301774;x`, true},
	{1, `Bob<sip:b@c>;expires=3600;+sip.instance="<urn:uuid:1>";Tag=[a]:b`, true},
	{1, `<sip:a>;q=0.7,<sip:b>`, true},
	{1, `"a\"b" <sip:a>`, false},
	{1, "A B <sip:a>", false},
	{1, "<sip:a>;tag=1;tag=2", false},
	{1, "<sip:a>;tag = 1", false},
	{1, "<sip:a>;tag=", false},
	{1, "<sip:a> ,<sip:b>", false},
	{1, "sip:a@b;tag=1", false},
	{1, "<tel:+1;lr>;tag=1", false},
	{1, "<sip:a%20b@[::1]?c=d>", false},
	{1, "<sip:[::1]:5060;lr>", true},
	{1, "*", false},
	{2, "SIP/2.0/UDP pc33.atlanta.com", true},
	{2, "SIP/2.0/WSS a.invalid:65535;branch=z9hG4bK77ef4c2312983.1;rport=5060;received=2001:db8::1", true},
	{2, `SIP/2.0/x-Y a;RPORT;Branch="b;c";maddr=[::1];ttl=1;alias;keep=30,SIP/2.0/TCP b`, true},
	{2, "SIP / 2.0 / UDP a", false},
	{2, "SIP/2.0/UDP  a", false},
	{2, "SIP/2.0/UDP a : 5060", false},
	{2, "SIP/2.0/UDP [2001:db8::C0.0.2.1]:5060;rport", true},
	{2, "SIP/2.0/UDP [::g]", false},
	{2, "SIP/2.0/UDP a;rport;rport", false},
	{2, "SIP/2.0/UDP a;branch=", false},
	{2, "SIP/2.0/UDP a:0", false},
}

// plainPrefix stands before each test, so that no offset is 0: what goes astray
// finds something to read.
const plainPrefix = ` <sip:a@b>;tag=x,`

// What is read straight is what the machine reads, and is read straight, with
// any one byte changed, added or taken away, and cut off anywhere.
func TestPlain(t *testing.T) {
	for _, tt := range plainTests {
		k := plainKinds[tt.kind]
		raw, off := []byte(plainPrefix+tt.raw), len(plainPrefix)
		if got := k.compare(t, raw, off); got != tt.plain {
			t.Errorf("%s %q: got plain %t, want %t", k.name, tt.raw, got, tt.plain)
		}
		if got := k.compare(t, raw[off:], 0); got != tt.plain {
			t.Errorf("%s %q, alone: got plain %t, want %t", k.name, tt.raw, got, tt.plain)
		}
		for i := off; i <= len(raw); i++ {
			k.compare(t, raw[:i], off)
			if i < len(raw) {
				k.compare(t, append(bytes.Clone(raw[:i]), raw[i+1:]...), off)
			}
			for c := range 256 {
				added := append(append(bytes.Clone(raw[:i]), byte(c)), raw[i:]...)
				k.compare(t, added, off)
				if i < len(raw) {
					added = append(added[:i+1], raw[i+1:]...)
					k.compare(t, added, off)
				}
			}
		}
	}
}

// FuzzPlain holds what is read straight to the machines, wherever it begins.
func FuzzPlain(f *testing.F) {
	for _, tt := range plainTests {
		f.Add([]byte(plainPrefix+tt.raw), uint16(len(plainPrefix)))
	}
	f.Fuzz(func(t *testing.T, raw []byte, off uint16) {
		raw = raw[:min(len(raw), parser.MaxBuffer)]
		for _, k := range plainKinds {
			k.compare(t, raw, min(int(off), len(raw)))
		}
	})
}
