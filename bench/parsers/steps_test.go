package parsers

import (
	"strings"
	"testing"

	"sluice/parser"
	"sluice/parser/sip"
)

// The steps that an index is made of, each done in the ways there are, on what
// the INVITE holds.

// lines splits the head as floor does, by looking at each byte.
func lines(raw []byte) (n int) {
	start := 0
	for i, c := range raw {
		if c != '\n' {
			continue
		}
		if i <= start+1 {
			return n
		}
		n++
		start = i + 1
	}
	return n
}

// headersOf returns the header fields of a message, as an index has to add them.
func headersOf(tb testing.TB, raw []byte) (all []sip.Header) {
	tb.Helper()
	var m sip.Message
	if err := m.Index(raw); err != parser.OK {
		tb.Fatal(err)
	}
	for i := range m.NumHeaders() {
		all = append(all, *m.Header(i))
	}
	return all
}

// wanted are the header fields that are read of an INVITE.
var wanted = []sip.HeaderID{
	sip.HeaderVia, sip.HeaderFrom, sip.HeaderTo, sip.HeaderCallID, sip.HeaderCSeq,
	sip.HeaderMaxForwards, sip.HeaderContact, sip.HeaderRoute,
}

// missing stands for a header field that is not there in the sum of the lengths of
// the wanted values, which all ways to keep a table have to agree on.
const missing = 1 << 20

// A first table has an array of header fields, and for each id which is its first:
// what parser/sip has.
type firstTable struct {
	n       uint8
	first   [sip.NumHeaders]uint8
	headers [sip.MaxHeaders]sip.Header
}

func (t *firstTable) fill(all []sip.Header) {
	t.n, t.first = 0, [sip.NumHeaders]uint8{}
	for i := range all {
		h := &t.headers[t.n]
		t.n++
		*h = all[i]
		if t.first[h.ID] == 0 {
			t.first[h.ID] = t.n
		} else if h.ID != sip.HeaderOther {
			h.Flags |= sip.HeaderRepeated
		}
	}
}

func (t *firstTable) read() (sum int) {
	for _, id := range wanted {
		if i := t.first[id]; i > 0 {
			sum += int(t.headers[i-1].Value.Len)
		} else {
			sum += missing
		}
	}
	return sum
}

// A scan table has the array alone, which is searched for each id.
type scanTable struct {
	n       uint8
	headers [sip.MaxHeaders]sip.Header
}

func (t *scanTable) fill(all []sip.Header) {
	t.n = 0
	for i := range all {
		t.headers[t.n] = all[i]
		t.n++
	}
}

func (t *scanTable) find(id sip.HeaderID) int {
	for i := range t.headers[:t.n] {
		if t.headers[i].ID == id {
			return int(t.headers[i].Value.Len)
		}
	}
	return missing
}

func (t *scanTable) read() (sum int) {
	for _, id := range wanted {
		sum += t.find(id)
	}
	return sum
}

// A linked table also chains the header fields of an id.
type linkedTable struct {
	firstTable
	last [sip.NumHeaders]uint8
	next [sip.MaxHeaders]uint8
}

func (t *linkedTable) fill(all []sip.Header) {
	t.n, t.first, t.last = 0, [sip.NumHeaders]uint8{}, [sip.NumHeaders]uint8{}
	for i := range all {
		h := &t.headers[t.n]
		t.next[t.n] = 0
		t.n++
		*h = all[i]
		if last := t.last[h.ID]; last > 0 {
			t.next[last-1] = t.n
		} else {
			t.first[h.ID] = t.n
		}
		t.last[h.ID] = t.n
	}
}

// A map table finds by a map that is cleared for each message.
type mapTable struct {
	scanTable
	first map[sip.HeaderID]uint8
}

func (t *mapTable) fill(all []sip.Header) {
	t.n = 0
	clear(t.first)
	for i := range all {
		t.headers[t.n] = all[i]
		if _, ok := t.first[all[i].ID]; !ok {
			t.first[all[i].ID] = t.n
		}
		t.n++
	}
}

func (t *mapTable) read() (sum int) {
	for _, id := range wanted {
		if i, ok := t.first[id]; ok {
			sum += int(t.headers[i].Value.Len)
		} else {
			sum += missing
		}
	}
	return sum
}

// A grown table has a slice for each message, which grows.
type grownTable struct {
	first   [sip.NumHeaders]uint8
	headers []sip.Header
}

func (t *grownTable) fill(all []sip.Header) {
	t.headers, t.first = nil, [sip.NumHeaders]uint8{}
	for i := range all {
		t.headers = append(t.headers, all[i])
		if id := all[i].ID; t.first[id] == 0 {
			t.first[id] = uint8(len(t.headers))
		}
	}
}

func (t *grownTable) read() (sum int) {
	for _, id := range wanted {
		if i := t.first[id]; i > 0 {
			sum += int(t.headers[i-1].Value.Len)
		} else {
			sum += missing
		}
	}
	return sum
}

// A wide table keeps slices instead of spans: 56 bytes for a header field, not 10.
type wideTable struct {
	n       uint8
	first   [sip.NumHeaders]uint8
	headers [sip.MaxHeaders]wideHeader
}

type wideHeader struct {
	id          sip.HeaderID
	name, value []byte
}

func (t *wideTable) fill(all []sip.Header, raw []byte) {
	t.n, t.first = 0, [sip.NumHeaders]uint8{}
	for i := range all {
		h := &t.headers[t.n]
		t.n++
		h.id, h.name, h.value = all[i].ID, all[i].Name.Of(raw), all[i].Value.Of(raw)
		if t.first[h.id] == 0 {
			t.first[h.id] = t.n
		}
	}
}

func (t *wideTable) read() (sum int) {
	for _, id := range wanted {
		if i := t.first[id]; i > 0 {
			sum += len(t.headers[i-1].value)
		} else {
			sum += missing
		}
	}
	return sum
}

// tables fills and reads a table in each way.
func tables(all []sip.Header, raw []byte) []step {
	var first firstTable
	var scan scanTable
	var linked linkedTable
	var grown grownTable
	var wide wideTable
	mapped := mapTable{first: make(map[sip.HeaderID]uint8)}
	return []step{
		{"tables/first", func() int { first.fill(all); return first.read() }},
		{"tables/scan", func() int { scan.fill(all); return scan.read() }},
		{"tables/linked", func() int { linked.fill(all); return linked.read() }},
		{"tables/map", func() int { mapped.fill(all); return mapped.read() }},
		{"tables/grown", func() int { grown.fill(all); return grown.read() }},
		{"tables/wide", func() int { wide.fill(all, raw); return wide.read() }},
	}
}

// names looks all names up in each way and returns the sum of the ids.
func names(all []sip.Header, raw []byte) []step {
	byName := make(map[string]sip.HeaderID)
	for id := sip.HeaderOther + 1; id < sip.NumHeaders; id++ {
		byName[strings.ToLower(id.String())] = id
	}
	sum := func(lookup func(name []byte) sip.HeaderID) func() int {
		return func() (n int) {
			for i := range all {
				n += int(lookup(all[i].Name.Of(raw)))
			}
			return n
		}
	}
	return []step{
		{"names/words", sum(sip.LookupHeader)},
		{"names/map", sum(func(name []byte) sip.HeaderID {
			var lower [32]byte
			for i, c := range name {
				lower[i] = parser.Lower(c)
			}
			return byName[string(lower[:len(name)])]
		})},
		{"names/fold", sum(func(name []byte) sip.HeaderID {
			for id := sip.HeaderOther + 1; id < sip.NumHeaders; id++ {
				if parser.EqualFold(name, id.String()) {
					return id
				}
			}
			return sip.HeaderOther
		})},
	}
}

// A step does the same work as its neighbours and returns the same number.
type step struct {
	name string
	run  func() int
}

// groups returns the steps, those together that do the same.
func groups(tb testing.TB) [][]step {
	raw := read(tb, "invite.sip")
	all := headersOf(tb, raw)
	return [][]step{
		{
			{"lines/search", func() int { return floor(raw) }},
			{"lines/loop", func() int { return lines(raw) }},
		},
		names(all, raw),
		tables(all, raw),
	}
}

func TestSteps(t *testing.T) {
	for _, group := range groups(t) {
		want := group[0].run()
		for _, s := range group {
			s.run()
			if got := s.run(); got != want || got == 0 {
				t.Errorf("%s: got %d, want %d", s.name, got, want)
			}
		}
	}
}

func BenchmarkStep(b *testing.B) {
	for _, group := range groups(b) {
		for _, s := range group {
			b.Run(s.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					sink.lines = s.run()
				}
			})
		}
	}
}
