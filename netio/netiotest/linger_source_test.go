package netiotest_test

import (
	"net/netip"
	"testing"
	"time"

	"sluice/netio"
)

// TestLingerBySource: a source has an eighth of the places, and others those that it has not. Who is in a /64 is one source, and one that no limit
// is for has as many as there are.
func TestLingerBySource(t *testing.T) {
	const share = 128
	inNet := func(i int) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 14: byte(i >> 8), 15: byte(i)}), 5060)
	}
	for _, tc := range []struct {
		name string
		peer func(i int) netip.AddrPort
		most int
	}{
		{"an address", func(i int) netip.AddrPort { return netip.AddrPortFrom(peer1.Addr(), uint16(1+i)) }, share},
		{"a /64", inNet, share},
		{"many sources", source, 200},
		{"a trunk", func(i int) netip.AddrPort { return netip.AddrPortFrom(peer2.Addr(), uint16(1+i)) }, 200},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := startParting(t, netio.Options{Prefer: func(peer netip.Addr) bool { return peer == peer2.Addr() }})
			var conns []*netio.Conn
			for i := range 200 {
				conns = append(conns, p.openFrom(tc.peer(i)))
				p.h.Feed(conns[i], []byte("hello"))
			}
			p.counts(t, uint64(tc.most), uint64(200-tc.most))
			p.h.Feed(p.openFrom(source(250)), []byte("hello"))
			p.counts(t, uint64(tc.most+1), uint64(200-tc.most))
			for _, c := range conns[:50] {
				p.h.ClosePeer(c)
			}
			for i := range 50 { // who has gone has left his place
				p.h.Feed(p.openFrom(tc.peer(i)), []byte("hello"))
			}
			p.counts(t, uint64(tc.most+1), uint64(200-tc.most))
			p.h.Advance(6 * time.Second)
			p.counts(t, 0, uint64(200+1))
		})
	}
}
