package parsers

import (
	"bytes"
	"os"
	"reflect"
	"strconv"
	"testing"

	peer "github.com/emiago/sipgo/sip"

	"sluice/bench/parsers/framing"
	"sluice/parser"
	"sluice/parser/sip"
)

// fields are what a proxy reads of a message. What is not there is empty.
type fields struct {
	viaHost, branch, fromTag, toTag, callID, contact, route []byte
	cseq                                                    uint32
	maxForwards                                             int
}

func read(tb testing.TB, name string) []byte {
	tb.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

// readSluice reads the fields; they are slices of m.Buf.
func readSluice(m *sip.Message, f *fields) bool {
	via, e1 := m.TopVia()
	from, e2 := m.From()
	to, e3 := m.To()
	cseq, e4 := m.CSeq()
	if e1|e2|e3|e4 != parser.OK {
		return false
	}
	*f = fields{
		viaHost: via.Host.Of(m.Buf), branch: via.Branch.Of(m.Buf),
		fromTag: from.Tag.Of(m.Buf), toTag: to.Tag.Of(m.Buf),
		callID: m.CallID(), cseq: cseq.Num, maxForwards: -1,
	}
	if hops, err := m.MaxForwards(); err == parser.OK {
		f.maxForwards = hops
	}
	if i := m.First(sip.HeaderContact); i >= 0 {
		var contact sip.NameAddr
		at := m.Header(i).Value
		if _, err := sip.ParseNameAddr(m.Buf[:at.End()], at.Start(), &contact); err != parser.OK {
			return false
		}
		f.contact = contact.URI.Host.Of(m.Buf)
	}
	if route, err := m.TopRoute(); err == parser.OK {
		f.route = route.URI.Host.Of(m.Buf)
	}
	return true
}

// readFraming reads the same fields of raw by what a framing machine found, with
// the machines of parser/sip for the values.
func readFraming(h *framing.Head, raw []byte, f *fields) bool {
	var via sip.Via
	var from, to sip.NameAddr
	*f = fields{maxForwards: -1}
	at := value(h, sip.HeaderVia)
	if _, err := sip.ParseVia(raw[:at.End()], at.Start(), &via); err != parser.OK {
		return false
	}
	if !readNameAddr(h, raw, sip.HeaderFrom, &from) || !readNameAddr(h, raw, sip.HeaderTo, &to) {
		return false
	}
	f.viaHost, f.branch = via.Host.Of(raw), via.Branch.Of(raw)
	f.fromTag, f.toTag, f.callID = from.Tag.Of(raw), to.Tag.Of(raw), value(h, sip.HeaderCallID).Of(raw)
	cseq := value(h, sip.HeaderCSeq).Of(raw)
	n, used := number(cseq)
	for used < len(cseq) && parser.Space.Is(cseq[used]) {
		used++
	}
	if f.cseq = uint32(n); sip.LookupMethod(cseq[used:]) == sip.MethodOther {
		return false
	}
	if h.First(sip.HeaderMaxForwards) >= 0 {
		f.maxForwards, _ = number(value(h, sip.HeaderMaxForwards).Of(raw))
	}
	if h.First(sip.HeaderContact) >= 0 {
		var contact sip.NameAddr
		if !readNameAddr(h, raw, sip.HeaderContact, &contact) {
			return false
		}
		f.contact = contact.URI.Host.Of(raw)
	}
	if h.First(sip.HeaderRoute) >= 0 {
		var route sip.NameAddr
		if !readNameAddr(h, raw, sip.HeaderRoute, &route) {
			return false
		}
		f.route = route.URI.Host.Of(raw)
	}
	return true
}

func readNameAddr(h *framing.Head, raw []byte, id sip.HeaderID, n *sip.NameAddr) bool {
	at := value(h, id)
	_, err := sip.ParseNameAddr(raw[:at.End()], at.Start(), n)
	return err == parser.OK
}

// value returns the value of the first header with id, an empty span if there
// is none.
func value(h *framing.Head, id sip.HeaderID) parser.Span {
	i := h.First(id)
	if i < 0 {
		return parser.Span{}
	}
	return h.Header(i).Value
}

// number returns the number that b begins with, and how long it is.
func number(b []byte) (n, used int) {
	for used < min(len(b), 10) && parser.Digit.Is(b[used]) {
		n = n*10 + int(b[used]-'0')
		used++
	}
	return n, used
}

// peerFields are the same fields as sipgo has them.
type peerFields struct {
	viaHost, branch, fromTag, toTag, callID, contact, route string
	cseq                                                    uint32
	maxForwards                                             int
}

func readSipgo(msg peer.Message, f *peerFields) bool {
	var via *peer.ViaHeader
	var from *peer.FromHeader
	var to *peer.ToHeader
	var cseq *peer.CSeqHeader
	var callID *peer.CallIDHeader
	var hops *peer.MaxForwardsHeader
	var contact *peer.ContactHeader
	var route *peer.RouteHeader
	switch m := msg.(type) {
	case *peer.Request:
		via, from, to, cseq, callID = m.Via(), m.From(), m.To(), m.CSeq(), m.CallID()
		hops, contact, route = m.MaxForwards(), m.Contact(), m.Route()
	case *peer.Response:
		via, from, to, cseq, callID = m.Via(), m.From(), m.To(), m.CSeq(), m.CallID()
		hops, contact, route = m.MaxForwards(), m.Contact(), m.Route()
	}
	if via == nil || from == nil || to == nil || cseq == nil || callID == nil {
		return false
	}
	*f = peerFields{viaHost: via.Host, callID: string(*callID), cseq: cseq.SeqNo, maxForwards: -1}
	f.branch, _ = via.Params.Get("branch")
	f.fromTag, _ = from.Params.Get("tag")
	f.toTag, _ = to.Params.Get("tag")
	if hops != nil {
		f.maxForwards = int(*hops)
	}
	if contact != nil {
		f.contact = contact.Address.Host
	}
	if route != nil {
		f.route = route.Address.Host
	}
	return true
}

// floor splits the head into lines, which is the least that a parser does.
func floor(raw []byte) (lines int) {
	for len(raw) > 0 {
		n := bytes.IndexByte(raw, '\n')
		if n <= 1 {
			return lines
		}
		lines++
		raw = raw[n+1:]
	}
	return lines
}

// What the benchmarks compare is the same work: the fields agree.
func TestSameFields(t *testing.T) {
	eager, lazy := peer.NewParser(), peer.NewParser(peer.WithHeadersParsers(map[string]peer.HeaderParser{}))
	for _, name := range []string{"invite.sip", "ok.sip"} {
		raw := read(t, name)
		var m sip.Message
		var got fields
		if err := m.Index(raw); err != parser.OK || !readSluice(&m, &got) {
			t.Fatalf("%s: %v", name, err)
		}
		if n := floor(raw); n != m.NumHeaders()+1 {
			t.Errorf("%s: got %d lines, want %d", name, n, m.NumHeaders()+1)
		}
		for _, machine := range machines {
			var h framing.Head
			var same fields
			if err := machine.index(&h, raw); err != parser.OK || !readFraming(&h, raw, &same) || !reflect.DeepEqual(same, got) {
				t.Errorf("%s, %s: got %v, %v, want %v", name, machine.name, err, same, got)
			}
		}
		for how, parse := range map[string]func() (peer.Message, error){
			"eager": func() (peer.Message, error) { return eager.ParseSIP(raw) },
			"lazy":  func() (peer.Message, error) { m, _, err := lazy.ParseHeaders(raw, false); return m, err },
		} {
			msg, err := parse()
			if err != nil {
				t.Fatalf("%s, %s: %v", name, how, err)
			}
			var want peerFields
			if !readSipgo(msg, &want) {
				t.Fatalf("%s, %s: a field is missing", name, how)
			}
			compareFields(t, name+", "+how, &got, &want)
		}
	}
}

func compareFields(t *testing.T, name string, got *fields, want *peerFields) {
	t.Helper()
	for _, f := range []struct {
		name, got, want string
	}{
		{"Via host", string(got.viaHost), want.viaHost},
		{"branch", string(got.branch), want.branch},
		{"From tag", string(got.fromTag), want.fromTag},
		{"To tag", string(got.toTag), want.toTag},
		{"Call-ID", string(got.callID), want.callID},
		{"Contact", string(got.contact), want.contact},
		{"Route", string(got.route), want.route},
		{"CSeq", strconv.Itoa(int(got.cseq)), strconv.Itoa(int(want.cseq))},
		{"Max-Forwards", strconv.Itoa(got.maxForwards), strconv.Itoa(want.maxForwards)},
	} {
		if f.got != f.want {
			t.Errorf("%s: %s: got %q, sipgo has %q", name, f.name, f.got, f.want)
		}
	}
}
