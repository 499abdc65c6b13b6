//go:build !race

package stun_test

import (
	"net/netip"
	"testing"

	"sluice/parser/stun"
)

func TestAllocations(t *testing.T) {
	tests := []struct {
		name string
		in   []byte
	}{
		{"success", printed(message(cookie))},
		{"420", rfc5769Request},
		{"RFC 3489", message(classic)},
		{"wrong fingerprint", message(cookie, "8028000400000000")},
		{"beyond the end", message(cookie, "8022ffff")},
	}
	dst := make([]byte, 0, stun.MaxResponse)
	src4, src6 := netip.MustParseAddrPort("192.0.2.1:1"), netip.MustParseAddrPort("[2001:db8::1]:1")
	var r stun.Request
	for _, tt := range tests {
		got := testing.AllocsPerRun(20, func() {
			stun.ParseRequest(tt.in, &r)
			dst = stun.AppendResponse(dst[:0], &r, src4, "sluice")
			dst = stun.AppendResponse(dst[:0], &r, src6, "sluice")
		})
		if got != 0 {
			t.Errorf("%s: got %v allocations, want 0", tt.name, got)
		}
	}
}
