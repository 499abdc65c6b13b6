//go:build !race

package tlsio

import (
	"crypto/tls"
	"testing"
)

// What crypto/tls allocates by itself: 24 bytes for each record that is read, nothing for one that is written.
const (
	openAllocs = 1
	sealAllocs = 0
)

func TestRecordAllocations(t *testing.T) {
	f := newFixture(t)
	for _, v := range versions {
		s, c := pair(t, versioned(f.server(), v), f.client(), "ec.example.com")
		plain, dst := make([]byte, 600), make([]byte, MaxPlaintext)
		room := make([]byte, 0, SealedLen(len(plain)))
		var records [][]byte
		for range 300 {
			b, err := c.session.Seal(nil, plain)
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, b)
		}
		got := testing.AllocsPerRun(200, func() {
			if n, err := s.session.Open(dst, records[0]); n != len(plain) || err != nil {
				t.Fatal(n, err)
			}
			records = records[1:]
		})
		if got > openAllocs {
			t.Errorf("%s: Open: got %v allocations, want %d", tls.VersionName(v), got, openAllocs)
		}
		t.Logf("%s: Open: %v", tls.VersionName(v), got)
		got = testing.AllocsPerRun(200, func() {
			if _, err := c.session.Seal(room, plain); err != nil {
				t.Fatal(err)
			}
		})
		if got > sealAllocs {
			t.Errorf("%s: Seal: got %v allocations, want %d", tls.VersionName(v), got, sealAllocs)
		}
		t.Logf("%s: Seal: %v", tls.VersionName(v), got)
	}
}
