package pipeline

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"

	"sluice/netio"
)

// certOf is the certificate of a client that is some domains.
func certOf(domains ...string) proof { return proof{cert: &netio.PeerCert{Identities: domains}} }

// addrOf is one of many addresses.
func addrOf(i int) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), uint16(i>>8))
}

func TestAliasTable(t *testing.T) {
	var tab aliasTable
	at, a, b := addrOf(1), certOf("a.example", "both.example"), certOf("b.example", "both.example")
	find := func(want map[string]netio.ConnID) {
		t.Helper()
		for _, host := range []string{"a.example", "b.example", "both.example", "c.example", ""} {
			if got, _ := tab.find(at, host, 0); got != want[host] {
				t.Errorf("%s: got connection %d, want %d", host, got, want[host])
			}
		}
		if got, _ := tab.find(addrOf(2), "a.example", 0); got != 0 {
			t.Errorf("another address: got connection %d, want none", got)
		}
	}
	find(nil)
	tab.add(at, alias{1, a})
	find(map[string]netio.ConnID{"a.example": 1, "both.example": 1})
	tab.add(at, alias{2, b})
	find(map[string]netio.ConnID{"a.example": 1, "b.example": 2, "both.example": 2})
	tab.add(at, alias{3, a})
	find(map[string]netio.ConnID{"a.example": 3, "b.example": 2, "both.example": 3})
	if tab.remove(at, 4) || tab.remove(addrOf(2), 3) || !tab.remove(at, 3) || tab.remove(at, 3) {
		t.Error("remove is wrong about what there was")
	}
	find(map[string]netio.ConnID{"a.example": 1, "b.example": 2, "both.example": 2})
	tab.remove(at, 1)
	tab.remove(at, 2)
	find(nil)
	if got, m := tab.n.Load(), tab.mapOf(at).Load(); got != 0 || len(*m) != 0 {
		t.Errorf("%d aliases and a map with %d addresses are left, want none", got, len(*m))
	}
}

// Of one address only the newest count; in all there are so many and no more.
func TestAliasTableBounds(t *testing.T) {
	var tab aliasTable
	at, cert, total := addrOf(1), certOf("a.example"), int64(0)
	for i := range maxAliasesPerAddr + 3 {
		more, ok := tab.add(at, alias{netio.ConnID(i + 1), cert})
		if total += more; !ok {
			t.Fatalf("alias %d was refused", i)
		}
	}
	if total != maxAliasesPerAddr || tab.n.Load() != total {
		t.Errorf("counted %d and %d aliases, want %d", total, tab.n.Load(), maxAliasesPerAddr)
	}
	if !tab.has(at, 3) {
		t.Error("one that was ousted may oust others")
	}
	if tab.remove(at, 3) || !tab.remove(at, 4) {
		t.Error("want the oldest three gone, and no more")
	}
	if tab.has(at, 3) || !tab.has(at, 5) {
		t.Error("one that was ousted may not come back when there is room")
	}
	tab.add(at, alias{3, cert})
	host := netip.MustParseAddr("198.51.100.1")
	for i := range maxAliasesPerHost {
		if _, ok := tab.add(netip.AddrPortFrom(host, uint16(i)), alias{1, cert}); !ok {
			t.Fatalf("alias %d of a host was refused", i)
		}
	}
	if more, ok := tab.add(netip.AddrPortFrom(host, 1<<15), alias{1, cert}); more != 0 || ok {
		t.Errorf("one too many of a host: got %d more (%v), want it refused", more, ok)
	}
	for i := tab.n.Load(); i < maxAliases; i++ {
		if more, ok := tab.add(addrOf(int(i)+100), alias{1, cert}); more != 1 || !ok {
			t.Fatalf("alias %d: got %d more (%v), want 1", i, more, ok)
		}
	}
	if more, ok := tab.add(addrOf(1<<15), alias{1, cert}); more != 0 || ok {
		t.Errorf("one too many: got %d more (%v), want it refused", more, ok)
	}
	if more, ok := tab.add(at, alias{200, cert}); more != 0 || !ok {
		t.Errorf("in the place of another: got %d more (%v), want it taken", more, ok)
	}
	tab.remove(at, 200)
	if _, ok := tab.add(addrOf(1<<15), alias{1, cert}); !ok {
		t.Error("refused although one was removed")
	}
}

// Loops write to the table at the same time.
func TestAliasTableShared(t *testing.T) {
	const loops, conns = 4, 200
	var tab aliasTable
	var done sync.WaitGroup
	for l := range loops {
		done.Go(func() {
			cert := certOf(fmt.Sprint("loop", l))
			for i := range conns {
				id := netio.ConnID(l)<<56 | netio.ConnID(i+1)
				tab.add(addrOf(i%3), alias{id, cert})
				if got, _ := tab.find(addrOf(i%3), cert.cert.Identities[0], 0); got != 0 && got.Loop() != l {
					t.Errorf("loop %d found the connection of loop %d", l, got.Loop())
				}
				if i%2 == 0 {
					tab.remove(addrOf(i%3), id)
				}
			}
			for i := range conns {
				tab.remove(addrOf(i%3), netio.ConnID(l)<<56|netio.ConnID(i+1))
			}
		})
	}
	done.Wait()
	if got := tab.n.Load(); got != 0 {
		t.Errorf("%d aliases are left, want none", got)
	}
}
