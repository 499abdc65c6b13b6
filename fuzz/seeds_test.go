package fuzz

import (
	"os"
	"path/filepath"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// seedMessages returns the messages of the parser's tests and of the torture
// tests of RFC 4475 and RFC 5118.
func seedMessages(f *testing.F) (all [][]byte) {
	f.Helper()
	for _, pattern := range []string{"*.sip", "torture/rfc4475/*.dat", "torture/rfc5118/*.dat"} {
		files, err := filepath.Glob("../parser/sip/testdata/" + pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in parser/sip/testdata/%s", pattern)
		}
		for _, name := range files {
			raw, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			all = append(all, raw)
		}
	}
	for _, s := range sipSeeds {
		all = append(all, []byte(s))
	}
	return all
}

// seedValues returns the elements of the headers with these ids in all seed
// messages.
func seedValues(f *testing.F, ids ...sip.HeaderID) (all []string) {
	f.Helper()
	for _, raw := range seedMessages(f) {
		var m sip.Message
		m.Index(raw)
		for _, id := range ids {
			for v := m.Values(id); v.Next(); {
				all = append(all, string(v.Span().Of(m.Buf)))
			}
		}
	}
	return all
}

// seedURIs returns the URIs of all seed messages, and those of uris.
func seedURIs(f *testing.F) (all []string) {
	f.Helper()
	for _, raw := range seedMessages(f) {
		var m sip.Message
		m.Index(raw)
		if !m.URIText.Empty() {
			all = append(all, string(m.URIText.Of(m.Buf)))
		}
	}
	for _, s := range seedValues(f, sip.HeaderFrom, sip.HeaderTo, sip.HeaderContact, sip.HeaderRoute, sip.HeaderRecordRoute) {
		var n sip.NameAddr
		if _, e := sip.ParseNameAddr([]byte(s), 0, &n); e == parser.OK {
			all = append(all, string(n.URIText.Of([]byte(s))))
		}
	}
	return append(all, uris...)
}

// uris are those of RFC 3261 §19.1.3, §19.1.4 and RFC 3966 §4, and odd ones.
var uris = []string{
	"sip:alice@atlanta.com", "sip:alice:secretword@atlanta.com;transport=tcp", "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
	"sip:+1-212-555-1212:1234@gateway.com;user=phone", "sips:1212@gateway.com", "sip:alice@192.0.2.4",
	"sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", "sip:alice;day=tuesday@atlanta.com",
	"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", "sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5",
	"sip:carol@chicago.com;security=on", "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
	"sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com", "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
	"sip:alice@atlanta.com?priority=urgent&subject=project%20x", "SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:bob@biloxi.com:5060",
	"sip:bob@biloxi.com;transport=udp", "sip:bob@biloxi.com:6000;transport=tcp", "sip:carol@chicago.com?Subject=next%20meeting",
	"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", "tel:+1-201-555-0123", "tel:+12015550123;ext=7", "tel:7042;phone-context=example.com",
	"tel:863-1234;phone-context=+1-914-555", "sip:a@[::1]", "sip:a@[0:0::1]:5060;maddr=[2001:db8::1];lr;ob", "urn:service:sos",
	"sip:a%25b@c", "sip:a%3bb@c", "sip:a;b@c", "sip:*21#@host_name", "sip:a@b;ttl=1;ttl=2", "sip:a@b;x=%41;X=a", "sip:a@b;;", "sip:@b", "sip::@b",
}
