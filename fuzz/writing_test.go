package fuzz

import (
	"bytes"
	"net/netip"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

var source = netip.MustParseAddrPort("192.0.2.7:4711")

// A script is bytes that say what to do; at its end it says 0.
type script []byte

func (s *script) next() int {
	if len(*s) == 0 {
		return 0
	}
	c := (*s)[0]
	*s = (*s)[1:]
	return int(c)
}

// span returns some span of a buffer of size bytes.
func (s *script) span(size int) parser.Span {
	a := (s.next()<<8 | s.next()) % (size + 1)
	return parser.MakeSpan(a, min(a+s.next()%8, size))
}

// edited are headers that the scripts edit: single ones, lists, and one that is
// seldom there.
var edited = []sip.HeaderID{sip.HeaderVia, sip.HeaderRoute, sip.HeaderTo, sip.HeaderMaxForwards, sip.HeaderContact, sip.HeaderSubject, sip.HeaderExpires}

// edit does what the script says to headers of m, and returns the name of the
// last step.
func edit(e *sip.Edits, m *sip.Message, s *script) {
	for steps := s.next() % 12; steps > 0; steps-- {
		id := edited[s.next()%len(edited)]
		switch s.next() % 6 {
		case 0:
			e.RemoveElement(m, id)
		case 1:
			e.SetHeader(m, id, []byte("set"))
		case 2:
			e.AddHeaderTop(m, "X-Top", []byte("top"))
		case 3:
			e.AddHeaderEnd(m, "X-End", []byte("end"))
		case 4:
			e.FixVia(m, source)
		case 5:
			if m.NumHeaders() > 0 {
				e.RemoveHeader(m, s.next()%m.NumHeaders())
			}
		}
	}
}

// FuzzEdits: whatever is done to the headers of a message, what is written is a
// message with these headers, and is written again as it is.
func FuzzEdits(f *testing.F) {
	for _, raw := range seedMessages(f) {
		f.Add(raw, []byte{3, 0, 0, 1, 1, 2, 2, 2, 0, 4, 4})
		f.Add(raw, []byte{5, 1, 1, 1, 0, 2, 5, 5, 0, 0, 3, 3, 4, 0, 4, 1, 2, 0, 0, 0})
	}
	f.Fuzz(func(t *testing.T, raw, steps []byte) {
		var m sip.Message
		if len(raw) > 32<<10 || m.Index(raw) != parser.OK {
			return
		}
		s := script(steps)
		var a, b sip.Edits
		edit(&a, &m, &s)
		edit(&b, &m, &s)
		eg := sip.Egress{Transport: sip.TransportTCP, SentBy: "192.0.2.1:5060"}
		out := m.AppendEdited([]byte("x"), &a, &b, &eg)[1:]
		if size := m.SizeEdited(&a, &b, &eg); size != len(out) {
			t.Fatalf("SizeEdited: got %d, want %d", size, len(out))
		}
		var copied sip.Edits
		copied.CopyFrom(&a)
		if got := m.AppendEdited(nil, &copied, &b, &eg); !bytes.Equal(got, out) {
			t.Fatalf("a copy of the edits writes %q, want %q", got, out)
		}
		if most := len(m.Buf) + a.Added() + b.Added() + (a.Len()+b.Len())*len("SIP/2.0/TCP 192.0.2.1:5060"); len(out) > most {
			t.Fatalf("got %d bytes, want %d at most", len(out), most)
		}
		var again sip.Message
		if e := again.Index(out); e != parser.OK && e != parser.ErrTooManyHeaders {
			t.Fatalf("written: got %v at %d\n%q", e, again.ErrOffset(), out)
		}
		if !bytes.Equal(again.Body(), m.Body()) {
			t.Fatalf("written: got the body %q, want %q", again.Body(), m.Body())
		}
		if got := again.AppendEdited(nil, &sip.Edits{}, nil, nil); !bytes.Equal(got, out) {
			t.Fatalf("written again: got %q, want %q", got, out)
		}
		checkSet(t, &m)
		checkElements(t, &m, s.next()%4)
	})
}

// checkSet sets each header and finds it once, with its value.
func checkSet(t *testing.T, m *sip.Message) {
	for _, id := range edited {
		var e sip.Edits
		e.SetHeader(m, id, []byte("first"))
		e.SetHeader(m, id, []byte("second"))
		var again sip.Message
		if err := again.Index(m.AppendEdited(nil, &e, nil, nil)); err == parser.ErrTooManyHeaders {
			continue
		}
		if got := again.Value(id); again.Count(id) != 1 || string(got) != "second" {
			t.Fatalf("%v set: got %d, the first %q", id, again.Count(id), got)
		}
	}
}

// checkElements removes n elements of each list; those behind them stay.
func checkElements(t *testing.T, m *sip.Message, n int) {
	for _, id := range []sip.HeaderID{sip.HeaderVia, sip.HeaderRoute, sip.HeaderContact} {
		var e sip.Edits
		var want []string
		for v := m.Values(id); v.Next(); {
			want = append(want, string(v.Span().Of(m.Buf)))
		}
		for range n {
			e.RemoveElement(m, id)
		}
		var again sip.Message
		again.Index(m.AppendEdited(nil, &e, nil, nil))
		want = want[min(n, len(want)):]
		i := 0
		for v := again.Values(id); v.Next(); i++ {
			if got := string(v.Span().Of(again.Buf)); i >= len(want) || got != want[i] {
				t.Fatalf("%v without %d: element %d is %q, want %q", id, n, i, got, want)
			}
		}
		if i != len(want) {
			t.Fatalf("%v without %d: got %d elements, want %q", id, n, i, want)
		}
	}
}

// FuzzRawEdits: edits of any bytes are written in order, and as long as was
// said.
func FuzzRawEdits(f *testing.F) {
	for _, raw := range seedMessages(f) {
		f.Add(raw, []byte{9, 0, 0, 9, 3, 1, 0, 9, 5, 2, 0, 1, 2, 3, 4, 0, 7, 0, 9, 0, 0, 9})
	}
	f.Fuzz(func(t *testing.T, raw, steps []byte) {
		var m sip.Message
		m.Index(raw)
		size := len(m.Buf)
		s := script(steps)
		var lists [2]sip.Edits
		for n := s.next() % 16; n > 0; n-- {
			e, at := &lists[n%2], s.span(size)
			switch s.next() % 8 {
			case 0:
				e.Remove(at)
			case 1:
				e.ReplaceString(at, "<replaced>")
			case 2:
				e.ReplaceUint(at, 4711)
			case 3:
				e.Insert(at.Start(), []byte("<inserted>"))
			case 4:
				e.InsertUint(at.Start(), 5060)
			case 5:
				e.InsertEgress(at.Start(), sip.EgressVia+sip.EgressPart(s.next()%3))
			case 6:
				e.Replace(at, []byte("<copied>"))
			case 7:
				e.InsertString(at.Start(), "<string>")
			}
		}
		eg := &sip.Egress{Transport: sip.TransportWS, SentBy: "[::1]:80"}
		if s.next()%2 == 1 {
			eg = nil
		}
		out := m.AppendEdited(nil, &lists[0], &lists[1], eg)
		if want := m.SizeEdited(&lists[0], &lists[1], eg); want != len(out) {
			t.Fatalf("SizeEdited: got %d, want %d", want, len(out))
		}
		lists[0].Reset()
		lists[1].Reset()
		if got := m.AppendEdited(nil, &lists[0], &lists[1], eg); !bytes.Equal(got, m.Buf) {
			t.Fatalf("after Reset: got %q, want %q", got, m.Buf)
		}
	})
}

// FuzzAppend: the reply, the ACK and the CANCEL to a message that is in order
// are in order and belong to it; to any other, nothing panics, and no line of the
// reply ends but with CRLF.
func FuzzAppend(f *testing.F) {
	for i, raw := range seedMessages(f) {
		f.Add(raw, uint16(100+i*7%600), []byte("tag"))
	}
	f.Fuzz(func(t *testing.T, raw []byte, status uint16, tag []byte) {
		var m sip.Message
		indexed := m.Index(raw)
		status = 100 + status%600
		r := sip.Reply{Status: status, Reason: sip.ReasonPhrase(int(status)), Headers: "X-Ours: yes\r\n"}
		tag = bytes.Clone(tag)
		for i, c := range tag {
			if !parser.Token.Is(c) {
				tag[i] = '-'
			}
		}
		reply := sip.AppendReply([]byte("x"), &m, source, &r, tag)[1:]
		ack := sip.AppendAck([]byte("x"), &m, &m)[1:]
		cancel := sip.AppendCancel([]byte("x"), &m, []byte("Reason: SIP;cause=600\r\n"))[1:]
		if lf := bytes.Count(reply, []byte("\n")); lf != bytes.Count(reply, []byte("\r\n")) || lf != bytes.Count(reply, []byte("\r")) {
			t.Fatalf("reply with a CR or LF alone: %q", reply)
		}
		if indexed != parser.OK || !m.IsRequest() || len(reply) > parser.MaxBuffer {
			return
		}
		for _, view := range []func() bool{
			func() bool { _, e := m.TopVia(); return e == parser.OK },
			func() bool { _, e := m.From(); return e == parser.OK },
			func() bool { _, e := m.To(); return e == parser.OK },
			func() bool { _, e := m.CSeq(); return e == parser.OK },
			func() bool { return m.Count(sip.HeaderTo) == 1 },
		} {
			if !view() {
				return
			}
		}
		checkReply(t, &m, reply, &r, tag)
		checkHopRequest(t, &m, ack, sip.MethodAck)
		checkHopRequest(t, &m, cancel, sip.MethodCancel)
	})
}

func written(t *testing.T, text []byte) *sip.Message {
	t.Helper()
	m := new(sip.Message)
	if e := m.Index(text); e != parser.OK {
		if e != parser.ErrTooManyHeaders {
			t.Fatalf("written: %v at %d\n%q", e, m.ErrOffset(), text)
		}
		return nil
	}
	if len(m.Body()) > 0 {
		t.Fatalf("written with the body %q", m.Body())
	}
	return m
}

func checkReply(t *testing.T, req *sip.Message, text []byte, r *sip.Reply, tag []byte) {
	m := written(t, text)
	if m == nil {
		return
	}
	via, e := m.TopVia()
	reqVia, _ := req.TopVia()
	if e != parser.OK || string(via.Branch.Of(m.Buf)) != string(reqVia.Branch.Of(req.Buf)) || via.RportSet != reqVia.RportSet {
		t.Fatalf("reply with Via %q (%v)", via.Text.Of(m.Buf), e)
	}
	if ip, ok := via.ReceivedIP(m.Buf); ok && ip != source.Addr() || via.RportSet && (via.Rport != source.Port() || !ok) {
		t.Fatalf("reply with Via %q", via.Text.Of(m.Buf))
	}
	to, e := m.To()
	reqTo, _ := req.To()
	wantTag := string(reqTo.Tag.Of(req.Buf))
	if wantTag == "" && m.Status > 100 {
		wantTag = string(tag)
	}
	if _, there := reqTo.Param(req.Buf, "tag"); e != parser.OK || string(to.Tag.Of(m.Buf)) != wantTag && !there {
		t.Fatalf("reply with To %q (%v), want the tag %q", m.Value(sip.HeaderTo), e, wantTag)
	}
	if m.Status != r.Status || !bytes.Equal(m.CallID(), req.CallID()) || !bytes.Equal(m.Value(sip.HeaderCSeq), req.Value(sip.HeaderCSeq)) ||
		!bytes.Equal(m.Value(sip.HeaderFrom), req.Value(sip.HeaderFrom)) || m.Find("X-Ours") < 0 {
		t.Fatalf("reply\n%s", text)
	}
}

func checkHopRequest(t *testing.T, invite *sip.Message, text []byte, method sip.Method) {
	m := written(t, text)
	if m == nil {
		return
	}
	via, e := m.TopVia()
	inviteVia, _ := invite.TopVia()
	if e != parser.OK || m.Count(sip.HeaderVia) != 1 || string(via.Text.Of(m.Buf)) != string(inviteVia.Text.Of(invite.Buf)) {
		t.Fatalf("%v with Via %q (%v), want %q", method, m.Value(sip.HeaderVia), e, inviteVia.Text.Of(invite.Buf))
	}
	cseq, e := m.CSeq()
	inviteCSeq, _ := invite.CSeq()
	if e != parser.OK || cseq.Num != inviteCSeq.Num || cseq.Method != method || m.Method != method {
		t.Fatalf("%v with CSeq %q (%v)", method, m.Value(sip.HeaderCSeq), e)
	}
	if !bytes.Equal(m.URIText.Of(m.Buf), invite.URIText.Of(invite.Buf)) || !bytes.Equal(m.CallID(), invite.CallID()) ||
		m.Count(sip.HeaderRoute) != invite.Count(sip.HeaderRoute) || m.Count(sip.HeaderMaxForwards) != 1 {
		t.Fatalf("%v\n%s", method, text)
	}
}
