//go:build !race

package sip_test

import (
	"net/netip"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// TestAllocations holds the message path to no allocation in steady state.
func TestAllocations(t *testing.T) {
	raw, rawResponse := testMessage(t, "invite.sip"), testMessage(t, "ok.sip")
	var m, resp, c sip.Message
	resp.Index(rawResponse)
	m.Index(raw)
	var a, b sip.Edits
	dst := make([]byte, 0, 4096)
	buf := make([]byte, len(raw))
	src := netip.MustParseAddrPort("[2001:db8::7]:4711")
	eg := sip.Egress{Transport: sip.TransportUDP, SentBy: "192.0.2.1:5060"}
	reply := sip.NotFound.WithHeaders("A: b\r\n")
	tag, reason := []byte("tag"), []byte("Reason: SIP;cause=200\r\n")
	six := []byte("sip:a@[2001:db8::1]")
	var u sip.URI
	sip.ParseURI(six, 0, &u)
	tests := []struct {
		name string
		run  func()
	}{
		{"index and read", func() {
			m.Reset()
			if m.Index(raw) != parser.OK || !readAll(&m) {
				t.Error("invite.sip: want it read")
			}
		}},
		{"index in pieces", func() {
			m.Reset()
			m.Index(raw[:100])
			m.Index(raw[:101])
			if m.Index(raw) != parser.OK {
				t.Error("invite.sip: want it indexed")
			}
		}},
		{"edit and write", func() {
			a.Reset()
			b.Reset()
			relay(&m, &a, &b, src)
			dst = m.AppendEdited(dst[:0], &a, &b, &eg)
			if m.SizeEdited(&a, &b, &eg) != len(dst) {
				t.Error("SizeEdited differs")
			}
		}},
		{"set and remove", func() {
			a.Reset()
			a.SetHeader(&m, sip.HeaderSupported, tag)
			a.SetHeader(&m, sip.HeaderExpires, tag)
			a.RemoveElement(&m, sip.HeaderAllow)
			a.RemoveHeader(&m, 0)
			a.AddHeaderTop(&m, "X", tag)
			dst = m.AppendEdited(dst[:0], &a, nil, nil)
		}},
		{"copy", func() {
			copy(buf, raw)
			c.CopyFrom(&m, buf)
			c.Rebase(buf)
		}},
		{"reply", func() { dst = sip.AppendReply(dst[:0], &m, src, &reply, tag) }},
		{"ACK", func() { dst = sip.AppendAck(dst[:0], &m, &resp) }},
		{"CANCEL", func() { dst = sip.AppendCancel(dst[:0], &m, reason) }},
		{"values", func() {
			if !m.HasToken(sip.HeaderSupported, "gruu") || m.HasToken(sip.HeaderAllow, "x") || m.Find("X") >= 0 {
				t.Error("HasToken: want gruu, not x")
			}
		}},
		{"URI", func() {
			uri, _ := m.RequestURI()
			if _, ok := uri.IP(m.Buf); ok {
				t.Error("IP of a name: want none")
			}
			if _, ok := u.IP(six); !ok {
				t.Error("IP: want one")
			}
			dst = sip.AppendAOR(dst[:0], m.Buf, uri)
			dst = sip.AppendAOR(dst, six, &u)
			if !sip.CompareURI(m.Buf, uri, m.Buf, uri) || !sip.CompareURI(six, &u, six, &u) {
				t.Error("CompareURI: want true")
			}
		}},
	}
	for _, tt := range tests {
		tt.run()
		if got := testing.AllocsPerRun(100, tt.run); got != 0 {
			t.Errorf("%s: got %v allocations, want 0", tt.name, got)
		}
	}
}
