//go:build !race

package http1_test

import (
	"testing"

	"sluice/parser"
	"sluice/parser/http1"
)

func TestAllocations(t *testing.T) {
	var r http1.Request
	in, dst := []byte(handshake), make([]byte, 0, 1024)
	got := testing.AllocsPerRun(100, func() {
		r.Reset()
		for i := range in {
			if r.Index(in[:i]) != parser.ErrMore {
				t.Fatal("want more")
			}
		}
		if r.Index(in) != parser.OK || !r.HasToken("Connection", "upgrade") {
			t.Fatal("not indexed")
		}
		dst = appendAll(dst[:0])
	})
	if got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}

// appendAll appends one answer of each kind.
func appendAll(dst []byte) []byte {
	dst = http1.AppendUpgrade(dst, nil, "sip", "A: b\r\n", "C: d\r\n")
	return http1.AppendStatus(dst, 403, "", "", "A: b\r\n", "C: d\r\n")
}
