//go:build !race

package registrar

import (
	"testing"
	"time"

	"sluice/parser"
	"sluice/parser/sip"
)

// TestLookupAllocations: finding a user costs nothing, key included.
func TestLookupAllocations(t *testing.T) {
	tab := filled(1000)
	m := message(t, "INVITE sip:user7@Example.com SIP/2.0\r\n\r\n")
	u, _ := m.RequestURI()
	key := make([]byte, 0, 64)
	if got := testing.AllocsPerRun(100, func() {
		key = sip.AppendAOR(key[:0], m.Buf, u)
		r := tab.find(key)
		if r == nil {
			t.Fatal("not found")
		}
		if b := r.binding(0); b.hop().RequestURI == nil {
			t.Fatal("no Request-URI")
		}
	}); got != 0 {
		t.Errorf("a lookup allocates %v times, want 0", got)
	}
}

// TestRefreshAllocations: a REGISTER that changes nothing but the time
// allocates what the table keeps, which is one thing.
func TestRefreshAllocations(t *testing.T) {
	r := newRefresher(t)
	r.refresh()
	if got := testing.AllocsPerRun(100, r.refresh); got != 1 {
		t.Errorf("a refresh allocates %v times, want 1", got)
	}
}

// TestSweepAllocations: looking for what has ended costs nothing.
func TestSweepAllocations(t *testing.T) {
	tab := filled(10_000)
	if got := testing.AllocsPerRun(10, func() { tab.sweep(1, sweepSegments, 1, nil) }); got != 0 {
		t.Errorf("a sweep allocates %v times, want 0", got)
	}
}

// filled returns a table with that many users, who all have one binding.
func filled(users int) *table {
	tab := newTable()
	for i := range users {
		text := append([]byte("sip:phone@192.0.2.1:5060;transport=udp"), "a84b4c76e66710@pc33.example.com"...)
		b := binding{text: text, uri: parser.MakeSpan(0, 38), target: parser.MakeSpan(0, 38), callID: parser.MakeSpan(38, len(text)), expires: time.Hour, q: fullQ}
		tab.update(user(i), users, func(record) ([]binding, bool) { return []binding{b}, true })
	}
	return tab
}

// A refresher sends the same REGISTER, with CSeq rising, past the pipeline.
type refresher struct {
	tb  testing.TB
	m   *sip.Message
	set *Registrar
	tab *table
	st  stage
	now time.Duration
}

func newRefresher(tb testing.TB) *refresher {
	r := &refresher{tb: tb, tab: newTable(), set: newRegistrar()}
	r.set.Domains = []string{"example.com"}
	if err := r.set.Validate(); err != nil {
		tb.Fatal(err)
	}
	r.st = stage{set: r.set, table: r.tab}
	r.m = message(tb, "REGISTER sip:example.com SIP/2.0\r\nTo: <sip:alice@example.com>\r\nCall-ID: a84b4c76e66710\r\nCSeq: 1 REGISTER\r\n"+
		"Contact: <sip:alice@192.0.2.1:5060;transport=udp>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"\r\n"+
		"Expires: 600\r\nSupported: path\r\nPath: <sip:edge.example.com;lr>\r\n\r\n")
	return r
}

func (r *refresher) refresh() {
	s := &r.st
	s.headers = appendUnsupported(s.headers[:0], r.m)
	if refusal := s.readUser(r.m); refusal.Status != 0 {
		r.tb.Fatal(refusal)
	}
	q := &s.request
	if refusal := q.read(r.m, origin{}, r.set); refusal.Status != 0 {
		r.tb.Fatal(refusal)
	}
	r.now += time.Second
	q.cseq = uint32(r.now / time.Second)
	q.contacts[0].binding.cseq = q.cseq
	var refusal sip.Reply
	rec, _, _ := s.table.update(s.aor, 1, func(old record) ([]binding, bool) {
		s.list, refusal = q.apply(s.list[:0], old, r.now, s.set.MaxContacts)
		return s.list, refusal.Status == 0
	})
	if refusal.Status != 0 {
		r.tb.Fatal(refusal)
	}
	s.headers = appendGranted(s.headers, rec, r.now, q.path)
}
