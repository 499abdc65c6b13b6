//go:build !race

package proxyproto_test

import (
	"testing"

	"sluice/parser/proxyproto"
)

func TestAllocations(t *testing.T) {
	for _, tt := range accepted {
		in := []byte(tt.in)
		var h proxyproto.Header
		got := testing.AllocsPerRun(20, func() {
			proxyproto.Parse(in[:len(in)-1], &h)
			proxyproto.Parse(in, &h)
		})
		if got != 0 {
			t.Errorf("%s: got %v allocations, want 0", tt.name, got)
		}
	}
}
