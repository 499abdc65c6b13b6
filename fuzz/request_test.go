package fuzz

import (
	"bytes"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// FuzzAppendNewRequest: a request made of parts that are in order is in order,
// has these parts, and its body is whole.
func FuzzAppendNewRequest(f *testing.F) {
	for i, uri := range seedURIs(f) {
		f.Add([]byte(uri), []byte("<sip:a@b>;tag=c"), []byte("body\r\n\r\n"), uint32(i), byte(i), i%2 == 0)
	}
	for i, to := range seedValues(f, sip.HeaderTo, sip.HeaderContact) {
		f.Add([]byte("tel:+1"), []byte(to), []byte{}, uint32(i), byte(i), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, uri, peer, body []byte, cseq uint32, method byte, via bool) {
		var u sip.URI
		var n sip.NameAddr
		if len(uri)+len(peer)+len(body) > parser.MaxBuffer/4 {
			return
		}
		nextURI, errURI := sip.ParseURI(uri, 0, &u)
		next, err := sip.ParseNameAddr(peer, 0, &n)
		if errURI != parser.OK || nextURI < len(uri) || int(u.Text.Len) < len(uri) ||
			err != parser.OK || next < len(peer) || int(n.Text.Len) < len(peer) || n.Star || bytes.ContainsAny(peer, "\r\n") || peer[0] == ' ' || peer[0] == '\t' {
			return // what stands before an element is not its parser's business
		}
		r := sip.NewRequest{
			Method: (sip.MethodInvite + sip.Method(method)%(sip.NumMethods-sip.MethodInvite)).String(),
			URI:    string(uri), MaxForwards: method, From: string(peer), To: string(peer),
			CallID: "a@b", CSeq: cseq % (1 << 31), Headers: "X-Ours: yes\r\n", Body: body,
		}
		if via {
			r.Via = "SIP/2.0/TCP a;branch=z9hG4bK1"
		}
		var m sip.Message
		if e := m.Index(sip.AppendNewRequest([]byte("x"), &r)[1:]); e != parser.OK {
			t.Fatalf("got %v at %d\n%q", e, m.ErrOffset(), m.Buf)
		}
		to, e1 := m.To()
		from, e2 := m.From()
		c, e3 := m.CSeq()
		target, e4 := m.RequestURI()
		hops, e5 := m.MaxForwards()
		size, e6 := m.ContentLength()
		for _, e := range []parser.Err{e1, e2, e3, e4, e5, e6} {
			if e != parser.OK {
				t.Fatalf("got %v\n%q", e, m.Buf)
			}
		}
		if m.Method.String() != r.Method || c.Method != m.Method || c.Num != r.CSeq || hops != int(r.MaxForwards) || m.Has(sip.HeaderVia) != via ||
			m.Find("X-Ours") < 0 || string(m.CallID()) != r.CallID || size != len(body) || !bytes.Equal(m.Body(), body) {
			t.Fatalf("got\n%q", m.Buf)
		}
		same(t, uri, m.Buf, u.Text, target.Text)
		same(t, peer, m.Buf, n.Text, to.Text, n.Text, from.Text)
	})
}
