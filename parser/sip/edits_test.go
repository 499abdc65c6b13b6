package sip_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// edited returns m with the edits of a and b, and checks that SizeEdited knew
// how long that is.
func edited(t *testing.T, m *sip.Message, a, b *sip.Edits, eg *sip.Egress) string {
	t.Helper()
	got := string(m.AppendEdited([]byte("<<"), a, b, eg))
	if size := m.SizeEdited(a, b, eg); size != len(got)-2 {
		t.Errorf("SizeEdited: got %d, want %d", size, len(got)-2)
	}
	return strings.TrimPrefix(got, "<<")
}

func TestEditsOfNothing(t *testing.T) {
	for _, name := range []string{"invite.sip", "ok.sip", "torture/rfc4475/wsinv.dat", "torture/rfc4475/longreq.dat", "torture/rfc4475/intmeth.dat"} {
		raw := string(testMessage(t, name))
		m := index(t, raw)
		var a, b sip.Edits
		for _, lists := range [][2]*sip.Edits{{nil, nil}, {&a, nil}, {nil, &b}, {&a, &b}} {
			if got := edited(t, m, lists[0], lists[1], nil); got != raw {
				t.Errorf("%s: got another text", name)
			}
		}
		if !a.Empty() {
			t.Error("Empty: got false, want true")
		}
	}
}

// at returns the span of the first occurrence of s.
func at(m *sip.Message, s string) parser.Span {
	i := strings.Index(string(m.Buf), s)
	if i < 0 {
		panic("no " + s)
	}
	return parser.MakeSpan(i, i+len(s))
}

func TestEdits(t *testing.T) {
	raw := crlf("INVITE sip:a@b SIP/2.0\n0123456789: abcdefghij\nTo: x\n\n") + "body"
	replace := func(e *sip.Edits, m *sip.Message, old, text string) { e.ReplaceString(at(m, old), text) }
	tests := []struct {
		name string
		edit func(m *sip.Message, a, b *sip.Edits)
		old  string // what is replaced in the whole
		want string
	}{
		{"replace", func(m *sip.Message, a, b *sip.Edits) { replace(a, m, "345", "xyz!") }, "0123456789", "012xyz!6789"},
		{"remove", func(m *sip.Message, a, b *sip.Edits) { a.Remove(at(m, "345")) }, "0123456789", "0126789"},
		{"remove nothing", func(m *sip.Message, a, b *sip.Edits) { a.Remove(parser.MakeSpan(4, 4)) }, "", ""},
		{"numbers", func(m *sip.Message, a, b *sip.Edits) {
			a.ReplaceUint(at(m, "345"), 18446744073709551615)
			a.InsertUint(at(m, "8").Start(), 70)
		}, "0123456789", "0121844674407370955161567" + "7089"},
		{"bytes", func(m *sip.Message, a, b *sip.Edits) {
			a.Insert(at(m, "3").Start(), []byte("x"))
			a.Replace(at(m, "34"), []byte("yz"))
		}, "0123456789", "012xyz56789"},
		{"out of order", func(m *sip.Message, a, b *sip.Edits) {
			replace(a, m, "9", "z")
			replace(a, m, "01", "x")
			replace(a, m, "5", "y")
		}, "0123456789", "x234y678z"},
		{"insertions keep their order", func(m *sip.Message, a, b *sip.Edits) {
			off := at(m, "5").Start()
			a.InsertString(off, "x")
			a.InsertString(off, "y")
			a.InsertString(0, "")
			a.InsertString(off, "z")
		}, "0123456789", "01234xyz56789"},
		{"a before b", func(m *sip.Message, a, b *sip.Edits) {
			off := at(m, "5").Start()
			b.InsertString(off, "b")
			a.InsertString(off, "a")
			b.InsertString(off+1, "B")
			a.InsertString(off+2, "A")
		}, "0123456789", "01234ab5B6A789"},
		{"insertion where a removal begins", func(m *sip.Message, a, b *sip.Edits) {
			a.Remove(at(m, "345"))
			a.InsertString(at(m, "345").Start(), "x")
			b.InsertString(at(m, "345").Start(), "y")
		}, "0123456789", "012xy6789"},
		{"insertion where a removal ends", func(m *sip.Message, a, b *sip.Edits) {
			a.Remove(at(m, "345"))
			a.InsertString(at(m, "345").End(), "x")
		}, "0123456789", "012x6789"},
		{"insertion within a removal", func(m *sip.Message, a, b *sip.Edits) {
			a.Remove(at(m, "345"))
			b.InsertString(at(m, "345").Start()+1, "x")
		}, "0123456789", "0126789"},
		{"the same span again", func(m *sip.Message, a, b *sip.Edits) {
			replace(a, m, "345", "x")
			a.InsertString(at(m, "345").Start(), "y")
			replace(a, m, "345", "z")
		}, "0123456789", "012zy6789"},
		{"replaced after removed", func(m *sip.Message, a, b *sip.Edits) {
			a.Remove(at(m, "345"))
			replace(a, m, "345", "z")
		}, "0123456789", "012z6789"},
		{"the same span in a and b", func(m *sip.Message, a, b *sip.Edits) {
			replace(b, m, "345", "b")
			replace(a, m, "345", "a")
		}, "0123456789", "012a6789"},
		{"overlap, b first", func(m *sip.Message, a, b *sip.Edits) {
			replace(a, m, "456", "a")
			replace(b, m, "345", "b")
		}, "0123456789", "012b6789"},
		{"overlap, a first", func(m *sip.Message, a, b *sip.Edits) {
			a.Remove(at(m, "234"))
			b.Remove(at(m, "456"))
		}, "0123456789", "0156789"},
		{"within", func(m *sip.Message, a, b *sip.Edits) {
			a.Remove(at(m, "4"))
			b.Remove(at(m, "3456"))
		}, "0123456789", "012789"},
		{"adjacent", func(m *sip.Message, a, b *sip.Edits) {
			replace(b, m, "5", "y")
			replace(a, m, "4", "x")
		}, "0123456789", "0123xy6789"},
		{"whole header", func(m *sip.Message, a, b *sip.Edits) { a.RemoveHeader(m, 0) }, "0123456789: abcdefghij\r\n", ""},
		{"header on top", func(m *sip.Message, a, b *sip.Edits) { a.AddHeaderTop(m, "Via", []byte("x")) }, "0123456789", "Via: x\r\n0123456789"},
		{"header at the end", func(m *sip.Message, a, b *sip.Edits) { a.AddHeaderEnd(m, "Via", []byte("x")) }, "To: x\r\n", "To: x\r\nVia: x\r\n"},
		{"at both ends", func(m *sip.Message, a, b *sip.Edits) {
			a.InsertString(0, "<")
			b.InsertString(len(m.Buf), ">")
		}, raw, "<" + raw + ">"},
		{"beyond the end", func(m *sip.Message, a, b *sip.Edits) {
			a.Remove(parser.MakeSpan(len(m.Buf)-1, len(m.Buf)+10))
			b.InsertString(len(m.Buf)+20, ">")
			b.Remove(parser.MakeSpan(len(m.Buf)+20, len(m.Buf)+30))
		}, "body", "bod>"},
		{"all", func(m *sip.Message, a, b *sip.Edits) { a.Remove(parser.MakeSpan(0, len(m.Buf))) }, raw, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := index(t, raw)
			var a, b sip.Edits
			a.InsertString(3, "left over")
			a.Reset()
			tt.edit(m, &a, &b)
			want := strings.Replace(raw, tt.old, tt.want, 1)
			if got := edited(t, m, &a, &b, nil); got != want {
				t.Errorf("got\n%q\nwant\n%q", got, want)
			}
		})
	}
}

func TestRemoveElement(t *testing.T) {
	tests := []struct {
		name  string
		lines string
		want  []string // after each call
	}{
		{"none", "A: b\n", []string{"A: b\n"}},
		{"alone", "Route: <sip:a>\nA: b\n", []string{"A: b\n", "A: b\n"}},
		{"list", "Route: <sip:a> , <sip:b,x>,\n\t<sip:c>\nA: b\n", []string{
			"Route: <sip:b,x>,\n\t<sip:c>\nA: b\n", "Route: <sip:c>\nA: b\n", "A: b\n", "A: b\n"}},
		{"lists", "Route: <sip:a>,<sip:b>\nA: b\nroute:<sip:c>\n", []string{
			"Route: <sip:b>\nA: b\nroute:<sip:c>\n", "A: b\nroute:<sip:c>\n", "A: b\n", "A: b\n"}},
		{"empty elements", "Route: , <sip:a>,,<sip:b>,\n", []string{"Route: , <sip:b>,\n", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := index(t, with(tt.lines))
			var e sip.Edits
			for i, want := range tt.want {
				e.RemoveElement(m, sip.HeaderRoute)
				if got := edited(t, m, nil, &e, nil); got != with(want) {
					t.Errorf("call %d: got\n%q\nwant\n%q", i+1, got, with(want))
				}
			}
		})
	}
}

func TestRemoveElementAfterReplace(t *testing.T) {
	m := index(t, with("Route: <sip:a>, <sip:b>\n"))
	var e sip.Edits
	e.ReplaceString(at(m, "<sip:a>"), "<sip:x>")
	e.RemoveElement(m, sip.HeaderRoute)
	if got, want := edited(t, m, &e, nil, nil), with("Route: <sip:b>\n"); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestSetHeader(t *testing.T) {
	tests := []struct {
		name  string
		lines string
		edit  func(m *sip.Message, e *sip.Edits)
		want  string
	}{
		{"value", "A: b\nMax-Forwards: 70\nC: d\n", nil, "A: b\nMax-Forwards: 1\nC: d\n"},
		{"missing", "A: b\n", nil, "A: b\nMax-Forwards: 1\n"},
		{"no header", "", nil, "Max-Forwards: 1\n"},
		{"several", "Max-Forwards: 7\nA: b\nmax-forwards: 8\nMax-Forwards: 9\n", nil, "Max-Forwards: 1\nA: b\n"},
		{"empty", "Max-Forwards:\nA: b\n", nil, "Max-Forwards: 1\nA: b\n"},
		{"empty with white space", "Max-Forwards:  \nA: b\n", nil, "Max-Forwards:  1\nA: b\n"},
		{"without space", "Max-Forwards:70\n", nil, "Max-Forwards: 1\n"},
		{"folded", "Max-Forwards:\n 70\n", nil, "Max-Forwards:\n 1\n"},
		{"again", "Max-Forwards: 7\n", func(m *sip.Message, e *sip.Edits) {
			e.SetHeader(m, sip.HeaderMaxForwards, []byte("5"))
		}, "Max-Forwards: 1\n"},
		{"again when empty", "Max-Forwards:\n", func(m *sip.Message, e *sip.Edits) {
			e.SetHeader(m, sip.HeaderMaxForwards, []byte("5"))
		}, "Max-Forwards: 1\n"},
		{"again when missing", "A: b\n", func(m *sip.Message, e *sip.Edits) {
			e.SetHeader(m, sip.HeaderExpires, []byte("2"))
			e.SetHeader(m, sip.HeaderMaxForwards, []byte("5"))
			e.AddHeaderEnd(m, "X", []byte("y"))
		}, "A: b\nExpires: 2\nMax-Forwards: 1\nX: y\n"},
		{"first was removed", "Max-Forwards: 7\nA: b\nMax-Forwards: 8\n", func(m *sip.Message, e *sip.Edits) {
			e.RemoveHeader(m, 0)
		}, "A: b\nMax-Forwards: 1\n"},
		{"all were removed", "Max-Forwards: 7\nA: b\n", func(m *sip.Message, e *sip.Edits) {
			e.RemoveHeader(m, 0)
		}, "A: b\nMax-Forwards: 1\n"},
		{"value was edited", "Max-Forwards: 70, 80\n", func(m *sip.Message, e *sip.Edits) {
			e.RemoveElement(m, sip.HeaderMaxForwards)
			e.InsertString(at(m, "80").Start(), "x")
		}, "Max-Forwards: 1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := index(t, with(tt.lines))
			var e sip.Edits
			if tt.edit != nil {
				tt.edit(m, &e)
			}
			e.SetHeader(m, sip.HeaderMaxForwards, []byte("1"))
			e.SetHeader(m, sip.HeaderOther, []byte("never"))
			if got, want := edited(t, m, &e, nil, nil), with(tt.want); got != want {
				t.Errorf("got\n%q\nwant\n%q", got, want)
			}
		})
	}
}

func TestEgress(t *testing.T) {
	m := index(t, with("A: b\n"))
	var e sip.Edits
	e.InsertString(m.HeadersStart(), "Via: ")
	e.InsertEgress(m.HeadersStart(), sip.EgressVia)
	e.InsertString(m.HeadersStart(), ";branch=z9hG4bK1\r\nRecord-Route: <sip:")
	e.InsertEgress(m.HeadersStart(), sip.EgressSentBy)
	e.InsertString(m.HeadersStart(), ";transport=")
	e.InsertEgress(m.HeadersStart(), sip.EgressTransport)
	e.InsertString(m.HeadersStart(), ";lr>\r\n")
	tests := []struct {
		name string
		eg   *sip.Egress
		want string
	}{
		{"udp", &sip.Egress{Transport: sip.TransportUDP, SentBy: "192.0.2.1:5060"}, "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\nRecord-Route: <sip:192.0.2.1:5060;transport=udp;lr>\nA: b\n"},
		{"tcp", &sip.Egress{Transport: sip.TransportTCP, SentBy: "[2001:db8::1]"}, "Via: SIP/2.0/TCP [2001:db8::1];branch=z9hG4bK1\nRecord-Route: <sip:[2001:db8::1];transport=tcp;lr>\nA: b\n"},
		{"unknown", nil, "Via: ;branch=z9hG4bK1\nRecord-Route: <sip:;transport=;lr>\nA: b\n"},
	}
	for _, tt := range tests {
		if got, want := edited(t, m, nil, &e, tt.eg), with(tt.want); got != want {
			t.Errorf("%s: got\n%q\nwant\n%q", tt.name, got, want)
		}
	}
}

func TestFixVia(t *testing.T) {
	const v4, v6 = "192.0.2.7:4711", "[2001:db8::7]:4711"
	tests := []struct {
		name string
		src  string
		via  string
		want string
		err  parser.Err
	}{
		// RFC 3261 §18.2.1.
		{"sent-by is the source", v4, "SIP/2.0/UDP 192.0.2.7:5060;branch=b", "SIP/2.0/UDP 192.0.2.7:5060;branch=b", parser.OK},
		{"sent-by is another address", v4, "SIP/2.0/UDP 192.0.2.8;branch=b", "SIP/2.0/UDP 192.0.2.8;branch=b;received=192.0.2.7", parser.OK},
		{"sent-by is a name", v4, "SIP/2.0/UDP bobspc.biloxi.com:5060", "SIP/2.0/UDP bobspc.biloxi.com:5060;received=192.0.2.7", parser.OK},
		{"sent-by is the IPv6 source", v6, "SIP/2.0/TCP [2001:DB8:0::7]", "SIP/2.0/TCP [2001:DB8:0::7]", parser.OK},
		{"IPv6 source", v6, "SIP/2.0/TCP a", "SIP/2.0/TCP a;received=2001:db8::7", parser.OK},
		{"IPv4-mapped source", "[::ffff:192.0.2.7]:4711", "SIP/2.0/TCP 192.0.2.7", "SIP/2.0/TCP 192.0.2.7", parser.OK},
		{"link-local source", "[fe80::1%eth0]:4711", "SIP/2.0/TCP [fe80::1];rport", "SIP/2.0/TCP [fe80::1];rport=4711;received=fe80::1", parser.OK},
		{"received by the client", v4, "SIP/2.0/UDP 192.0.2.7;received=10.0.0.1;branch=b", "SIP/2.0/UDP 192.0.2.7;received=192.0.2.7;branch=b", parser.OK},
		{"received without value", v4, "SIP/2.0/UDP a;received;branch=b", "SIP/2.0/UDP a;received=192.0.2.7;branch=b", parser.OK},
		{"received with empty value", v4, "SIP/2.0/UDP a ; received = ;branch=b", "SIP/2.0/UDP a ; received=192.0.2.7;branch=b", parser.OK},
		// RFC 3581 §4.
		{"rport", v4, "SIP/2.0/UDP 10.1.1.1:4540;rport;branch=b", "SIP/2.0/UDP 10.1.1.1:4540;rport=4711;branch=b;received=192.0.2.7", parser.OK},
		{"rport and sent-by is the source", v4, "SIP/2.0/UDP 192.0.2.7:4711;branch=b;rport", "SIP/2.0/UDP 192.0.2.7:4711;branch=b;rport=4711;received=192.0.2.7", parser.OK},
		{"rport by the client", v4, "SIP/2.0/UDP 10.1.1.1;rport=1;branch=b", "SIP/2.0/UDP 10.1.1.1;rport=4711;branch=b;received=192.0.2.7", parser.OK},
		{"rport empty", v4, "SIP/2.0/UDP 10.1.1.1;rport=;branch=b", "SIP/2.0/UDP 10.1.1.1;rport=4711;branch=b;received=192.0.2.7", parser.OK},
		{"received before rport", v4, "SIP/2.0/UDP a;received=1.1.1.1;rport", "SIP/2.0/UDP a;received=192.0.2.7;rport=4711", parser.OK},
		{"received after rport", v4, "SIP/2.0/UDP a;rport;received=1.1.1.1;x", "SIP/2.0/UDP a;rport=4711;received=192.0.2.7;x", parser.OK},
		{"no parameter", v4, "SIP/2.0/UDP a", "SIP/2.0/UDP a;received=192.0.2.7", parser.OK},
		{"top of a list", v4, "SIP/2.0/UDP a;rport , SIP/2.0/UDP b;rport", "SIP/2.0/UDP a;rport=4711;received=192.0.2.7 , SIP/2.0/UDP b;rport", parser.OK},
		{"white space at the end", v4, "SIP/2.0/UDP a \t", "SIP/2.0/UDP a;received=192.0.2.7 \t", parser.OK},
		{"malformed", v4, "SIP/2.0/UDP", "SIP/2.0/UDP", parser.ErrVia},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := netip.MustParseAddrPort(tt.src)
			lines := "A: b\nVia: %s\nVia: SIP/2.0/UDP last;rport\nTo: <sip:a>\n"
			m := index(t, with(fmt.Sprintf(lines, tt.via)))
			var e sip.Edits
			if err := e.FixVia(m, src); err != tt.err {
				t.Errorf("got %v, want %v", err, tt.err)
			}
			if got, want := edited(t, m, nil, &e, nil), with(fmt.Sprintf(lines, tt.want)); got != want {
				t.Errorf("got\n%q\nwant\n%q", got, want)
			}
			// A reply carries the same Via.
			reply := string(sip.AppendReply(nil, m, src, &sip.Trying, nil))
			want := crlf("SIP/2.0 100 Trying\nVia: " + tt.want + "\nVia: SIP/2.0/UDP last;rport\nTo: <sip:a>\nContent-Length: 0\n\n")
			if reply != want {
				t.Errorf("reply: got\n%q\nwant\n%q", reply, want)
			}
		})
	}
	var e sip.Edits
	if err := e.FixVia(index(t, with("A: b\n")), netip.MustParseAddrPort(v4)); err != parser.ErrMissing || !e.Empty() {
		t.Errorf("no Via: got %v, want %v", err, parser.ErrMissing)
	}
}

// TestEditsAtRandom compares the writer with a slow one that follows the words
// of the contract, for many pairs of lists.
func TestEditsAtRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	m := index(t, crlf("INVITE sip:a@b SIP/2.0\nA: b\n\n")+"0123456789")
	type op struct {
		off, end int
		text     string
	}
	for range 3000 {
		var lists [2]sip.Edits
		var all []op // in the order in which they hold
		for i := range lists {
			var ops []op
			for n := range rnd.IntN(5) {
				off := rnd.IntN(12)
				o := op{off, off + rnd.IntN(4), strings.Repeat(string(rune('a'+5*i+n)), rnd.IntN(3))}
				if o.off == o.end && o.text == "" {
					continue
				}
				lists[i].ReplaceString(parser.MakeSpan(o.off, o.end), o.text)
				again := false
				for j := range ops {
					if ops[j].off == o.off && ops[j].end == o.end && o.off != o.end {
						ops[j], again = o, true
					}
				}
				if !again {
					ops = append(ops, o)
				}
			}
			all = append(all, ops...)
		}
		var want strings.Builder
		removedBy := make([]int, len(m.Buf)+20) // 1 + offset at which the removal of a byte begins
		for off := 0; off <= len(m.Buf); off++ {
			for _, o := range all {
				if o.off != off {
					continue
				}
				within := removedBy[off] != 0 && removedBy[off] != off+1
				if o.off == o.end {
					if !within {
						want.WriteString(o.text)
					}
					continue
				}
				if removedBy[off] != 0 {
					continue
				}
				want.WriteString(o.text)
				for i := o.off; i < o.end; i++ {
					removedBy[i] = off + 1
				}
			}
			if off < len(m.Buf) && removedBy[off] == 0 {
				want.WriteByte(m.Buf[off])
			}
		}
		if got := edited(t, m, &lists[0], &lists[1], nil); got != want.String() {
			t.Fatalf("%v: got\n%q\nwant\n%q", all, got, want.String())
		}
	}
}
