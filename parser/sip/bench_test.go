package sip_test

import (
	"os"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

var inv, _ = os.ReadFile("/work/shared/bench/invite.sip")

func BenchmarkIndex(b *testing.B) {
	var m sip.Message
	b.ReportAllocs()
	for b.Loop() {
		m.Reset()
		if e := m.Index(inv); e != parser.OK {
			b.Fatal(e)
		}
	}
}

func BenchmarkIndexAndRead(b *testing.B) {
	var m sip.Message
	b.ReportAllocs()
	for b.Loop() {
		m.Reset()
		if e := m.Index(inv); e != parser.OK {
			b.Fatal(e)
		}
		read(b, &m)
	}
}
func read(b *testing.B, m *sip.Message) {
	if _, e := m.TopVia(); e != parser.OK {
		b.Fatal(e)
	}
	if _, e := m.From(); e != parser.OK {
		b.Fatal(e)
	}
	if _, e := m.To(); e != parser.OK {
		b.Fatal(e)
	}
	if _, e := m.TopRoute(); e != parser.ErrMissing {
		b.Fatal(e)
	}
	if _, e := m.CSeq(); e != parser.OK {
		b.Fatal(e)
	}
	if len(m.CallID()) == 0 {
		b.Fatal()
	}
	if _, e := m.MaxForwards(); e != parser.OK {
		b.Fatal(e)
	}
	var n sip.NameAddr
	v := m.Header(m.First(sip.HeaderContact)).Value
	if _, e := sip.ParseNameAddr(m.Buf[:v.End()], v.Start(), &n); e != parser.OK {
		b.Fatal(e)
	}
}
