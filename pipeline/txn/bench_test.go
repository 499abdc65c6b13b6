package txn_test

import (
	"testing"
	"time"

	"sluice/parser/sip"
	"sluice/pipeline/txn"
)

var (
	benchBranch = []byte("z9hG4bK-524287-1---a3d0b6f1c2e4")
	benchHost   = []byte("192.168.178.101")
)

func BenchmarkMakeKey(b *testing.B) {
	seed := txn.NewSeed(secret)
	var k txn.Key
	b.ReportAllocs()
	for b.Loop() {
		seed.MakeKey(&k, benchBranch, benchHost, 5060, sip.MethodInvite, nil)
	}
}

// filled returns a table with n records and keys for twice as many.
func filled(n int) (*txn.Table[record], []record, []txn.Key) {
	seed := txn.NewSeed(secret)
	table := txn.NewTable[record](2 * n)
	records, keys := make([]record, 2*n), make([]txn.Key, 2*n)
	for i := range keys {
		branch := append([]byte(nil), benchBranch...)
		for j, v := 0, i; j < 4; j, v = j+1, v/26 {
			branch[len(branch)-1-j] = 'a' + byte(v%26)
		}
		seed.MakeKey(&keys[i], branch, benchHost, 5060, sip.MethodInvite, nil)
		if i < n {
			table.Insert(&records[i].Entry, &records[i], &keys[i])
		}
	}
	return table, records, keys
}

// One transaction in a table of 1,000: looked up in vain, inserted, found by a
// retransmission, removed.
func BenchmarkTable(b *testing.B) {
	const n = 1000
	table, records, keys := filled(n)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		r, k := &records[n+i%n], &keys[n+i%n]
		i++
		if table.Lookup(k) != nil || !table.Insert(&r.Entry, r, k) || table.Lookup(k) != r || !table.Remove(&r.Entry) {
			b.Fatal("table broken")
		}
	}
}

func BenchmarkBranchAppend(b *testing.B) {
	key := txn.NewBranchKey(secret)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = key.Append(buf[:0], txn.Branch{Loop: 1, Slot: 70000, Gen: 12345}, 0xfedcba9876543210)
	}
}

func BenchmarkBranchParse(b *testing.B) {
	key := txn.NewBranchKey(secret)
	text := key.Append(nil, txn.Branch{Loop: 1, Slot: 70000, Gen: 12345}, 0xfedcba9876543210)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, ok := key.Parse(text); !ok {
			b.Fatal("refused")
		}
	}
}

func BenchmarkLoopCookie(b *testing.B) {
	key := txn.NewBranchKey(secret)
	uri, callID := []byte("sip:bob@192.0.2.4:5060;transport=udp"), []byte("a84b4c76e66710@pc33.atlanta.com")
	b.ReportAllocs()
	for b.Loop() {
		key.LoopCookie(uri, benchHost, callID, benchBranch)
	}
}

// An INVITE client transaction over UDP: 100, 180, 200, and its end.
func BenchmarkMachine(b *testing.B) {
	timers := txn.DefaultTimers()
	var m txn.Machine
	b.ReportAllocs()
	for b.Loop() {
		m.Start(txn.InviteClient, false, 0, &timers)
		m.Handle(txn.Recv100, time.Millisecond, &timers)
		m.Handle(txn.Recv1xx, time.Second, &timers)
		m.Handle(txn.Recv2xx, 2*time.Second, &timers)
		at, _ := m.Next()
		if m.Expire(at, &timers) != txn.Done {
			b.Fatal("not done")
		}
	}
}
