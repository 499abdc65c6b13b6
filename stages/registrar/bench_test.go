//go:build !race

package registrar

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"sluice/parser/sip"
)

// BenchmarkLookup finds random users among a million, from Request-URI to
// hop.
func BenchmarkLookup(b *testing.B) {
	for _, users := range []int{1000, 1_000_000} {
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			tab := filled(users)
			requests := make([]*sip.Message, 4096)
			for i := range requests {
				requests[i] = message(b, fmt.Sprintf("INVITE sip:user%d@example.com SIP/2.0\r\n\r\n", rand.IntN(users)))
				_, _ = requests[i].RequestURI()
			}
			var key []byte
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m := requests[i%len(requests)]
				u, _ := m.RequestURI()
				key = sip.AppendAOR(key[:0], m.Buf, u)
				r := tab.find(key)
				if r == nil {
					b.Fatal("not found")
				}
				if first := r.binding(0); !first.live(1) || len(first.hop().RequestURI) == 0 {
					b.Fatal("not to be used")
				}
			}
		})
	}
}

// BenchmarkRefresh is a REGISTER that extends a binding, without the
// pipeline.
func BenchmarkRefresh(b *testing.B) {
	r := newRefresher(b)
	b.ReportAllocs()
	for b.Loop() {
		r.refresh()
	}
}

// BenchmarkSweep is one second's sweep of a table with a million users.
func BenchmarkSweep(b *testing.B) {
	tab := filled(1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		tab.sweep(1, sweepSegments, 1, nil)
	}
}

// BenchmarkMemory reports the heap of one user with one binding among a
// million.
func BenchmarkMemory(b *testing.B) {
	const users = 1_000_000
	for b.Loop() {
		before := heap()
		tab := filled(users)
		b.ReportMetric(float64(heap()-before)/users, "heap-B/user")
		runtime.KeepAlive(tab)
	}
}

// BenchmarkCollect is a garbage collection while there is a table with a million
// users and nothing else.
func BenchmarkCollect(b *testing.B) {
	tab := filled(1_000_000)
	for b.Loop() {
		runtime.GC()
	}
	runtime.KeepAlive(tab)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
