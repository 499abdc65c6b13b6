//go:build !race

package txn_test

import (
	"strings"
	"testing"
	"time"

	"sluice/parser/sip"
	"sluice/pipeline/txn"
)

// The message path allocates nothing.
func TestAllocations(t *testing.T) {
	var (
		seed      = txn.NewSeed(secret)
		branchKey = txn.NewBranchKey(secret)
		timers    = txn.DefaultTimers()
		table     = txn.NewTable[record](4)
		long      = []byte("z9hG4bK" + strings.Repeat("x", 300))
		buf       = make([]byte, 0, 64)
		text      = branchKey.Append(nil, txn.Branch{Slot: 1}, 2)
		m         txn.Machine
		k         txn.Key
		r         record
	)
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"MakeKey", func() { seed.MakeKey(&k, benchBranch, benchHost, 5060, sip.MethodInvite, nil) }},
		{"MakeKey, long", func() { seed.MakeKey(&k, long, long, 5060, sip.MethodOther, long) }},
		{"AppendLegacyBranch", func() { buf = seed.AppendLegacyBranch(buf[:0], long, benchHost, benchBranch, long, 1) }},
		{"Insert, Lookup, Remove", func() {
			table.Insert(&r.Entry, &r, &k)
			table.Lookup(&k)
			table.Remove(&r.Entry)
		}},
		{"Branch", func() { buf = branchKey.Append(buf[:0], txn.Branch{Slot: 1}, 2) }},
		{"Parse", func() { branchKey.Parse(text) }},
		{"LoopCookie", func() { branchKey.LoopCookie(benchBranch, benchHost, long) }},
		{"Machine", func() {
			m.Start(txn.InviteServer, false, 0, &timers)
			m.Handle(txn.Send1xx, 0, &timers)
			m.Handle(txn.SendFinal, time.Second, &timers)
			m.Expire(time.Minute, &timers)
			m.Next()
		}},
	} {
		if got := testing.AllocsPerRun(100, c.run); got != 0 {
			t.Errorf("%s: got %v allocations, want 0", c.name, got)
		}
	}
}
