package parsers

import (
	"testing"

	peer "github.com/emiago/sipgo/sip"

	"sluice/bench/parsers/framing"
	"sluice/parser"
	"sluice/parser/sip"
)

// BenchmarkInvite is of the 847-byte INVITE: the line-splitting floor; the
// headers indexed and not read; and indexed and read, as a proxy needs it.
func BenchmarkInvite(b *testing.B) { benchmarkMessage(b, read(b, "invite.sip")) }

// BenchmarkOK is of the 808-byte response to an INVITE.
func BenchmarkOK(b *testing.B) { benchmarkMessage(b, read(b, "ok.sip")) }

// machines index a head by a Ragel machine alone, or with its text skipped.
var machines = []struct {
	name  string
	index func(*framing.Head, []byte) parser.Err
}{
	{"ragel", (*framing.Head).Pure},
	{"ragel-runs", (*framing.Head).Runs},
	{"ragel-search", (*framing.Head).Search},
}

// sink keeps what was read from being optimized away.
var sink struct {
	lines int
	ours  fields
	peers peerFields
}

func benchmarkMessage(b *testing.B, raw []byte) {
	var m sip.Message
	var h framing.Head
	eager := peer.NewParser()
	// Without parsers of header values, sipgo keeps them as text until asked.
	lazy := peer.NewParser(peer.WithHeadersParsers(map[string]peer.HeaderParser{}))
	type benchmark struct {
		name string
		run  func() bool
	}
	all := []benchmark{
		{"floor", func() bool {
			sink.lines = floor(raw)
			return sink.lines > 0
		}},
		{"index/sluice", func() bool {
			m.Reset()
			return m.Index(raw) == parser.OK
		}},
		{"index/sipgo", func() bool {
			_, _, err := lazy.ParseHeaders(raw, false)
			return err == nil
		}},
		{"read/sluice", func() bool {
			m.Reset()
			return m.Index(raw) == parser.OK && readSluice(&m, &sink.ours)
		}},
		{"read/sipgo", func() bool {
			msg, err := eager.ParseSIP(raw)
			return err == nil && readSipgo(msg, &sink.peers)
		}},
		{"read/sipgo-lazy", func() bool {
			msg, _, err := lazy.ParseHeaders(raw, false)
			return err == nil && readSipgo(msg, &sink.peers)
		}},
	}
	for _, machine := range machines {
		all = append(all, benchmark{"index/" + machine.name, func() bool {
			h.Reset()
			return machine.index(&h, raw) == parser.OK
		}}, benchmark{"read/" + machine.name, func() bool {
			h.Reset()
			return machine.index(&h, raw) == parser.OK && readFraming(&h, raw, &sink.ours)
		}})
	}
	for _, bb := range all {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				if !bb.run() {
					b.Fatal("not parsed")
				}
			}
		})
	}
}
