//go:build !race

package sip_test

import (
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// TestValueAllocations holds the parsers of structured values, the edits of
// parameters and the OPTIONS builder to no allocation.
func TestValueAllocations(t *testing.T) {
	var (
		c  sip.Contact
		ev sip.Event
		se sip.SessionExpires
		ra sip.RAck
		r  sip.Reason
		re sip.RetryAfter
		a  sip.Auth
		id sip.Identity
		p  sip.Privacy
		te sip.Tel
		ed sip.Edits
	)
	contact := []byte(`<sip:a@b;ob>;q=0.5;reg-id=1;+sip.instance="<urn:x>";expires=60`)
	event, session := []byte("presence;id=7"), []byte("1800;refresher=uac")
	rack, reason, retry := []byte("1 2 INVITE"), []byte(`SIP;cause=200;text="a"`), []byte("120 (a);duration=5")
	auth := []byte(`Digest username="bob", realm="a", nonce="b", nc=00000001, qop=auth`)
	identity, privacy, tel := []byte("a.b.c;info=<http://a>;alg=ES256"), []byte("id;header"), []byte("tel:1;phone-context=+1;ext=2")
	m := index(t, string(testMessage(t, "invite.sip")))
	uri, _ := m.RequestURI()
	via, _ := m.TopVia()
	value, dst := []byte("v"), make([]byte, 0, 4096)
	options := sip.NewRequest{Method: "OPTIONS", URI: "sip:a@b", To: "<sip:a@b>", Via: "SIP/2.0/UDP a;branch=z9hG4bK1", From: "<sip:c@d>;tag=1", CallID: "x", CSeq: 1}
	tests := []struct {
		name string
		run  func() (int, parser.Err)
	}{
		{"Contact", func() (int, parser.Err) { return sip.ParseContact(contact, 0, &c) }},
		{"Event", func() (int, parser.Err) { return sip.ParseEvent(event, 0, &ev) }},
		{"Session-Expires", func() (int, parser.Err) { return sip.ParseSessionExpires(session, 0, &se) }},
		{"RAck", func() (int, parser.Err) { return sip.ParseRAck(rack, 0, &ra) }},
		{"Reason", func() (int, parser.Err) { return sip.ParseReason(reason, 0, &r) }},
		{"Retry-After", func() (int, parser.Err) { return sip.ParseRetryAfter(retry, 0, &re) }},
		{"Auth", func() (int, parser.Err) { return sip.ParseAuth(auth, 0, &a) }},
		{"Identity", func() (int, parser.Err) { return sip.ParseIdentity(identity, 0, &id) }},
		{"Privacy", func() (int, parser.Err) { return sip.ParsePrivacy(privacy, 0, &p) }},
		{"tel", func() (int, parser.Err) { return sip.ParseTel(tel, 0, &te) }},
		{"edits", func() (int, parser.Err) {
			ed.Reset()
			ed.SetURIParam(m, uri, "maddr", "192.0.2.1")
			ed.RemoveURIParam(m, uri, "transport")
			ed.SetViaParam(m, via, "keep", "30")
			ed.RemoveViaParam(m, via, "branch")
			ed.AddHeaderBefore(m, m.First(sip.HeaderVia), "A", value)
			ed.AddHeaderAfter(m, m.Last(sip.HeaderVia), "B", value)
			dst = m.AppendEdited(dst[:0], &ed, nil, nil)
			return 0, parser.OK
		}},
		{"OPTIONS", func() (int, parser.Err) {
			dst = sip.AppendNewRequest(dst[:0], &options)
			return 0, parser.OK
		}},
	}
	for _, tt := range tests {
		if _, e := tt.run(); e != parser.OK {
			t.Errorf("%s: got %v, want ok", tt.name, e)
		}
		if got := testing.AllocsPerRun(100, func() { tt.run() }); got != 0 {
			t.Errorf("%s: got %v allocations, want 0", tt.name, got)
		}
	}
}
