package registrar

import (
	"bytes"
	"fmt"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"sluice/netio"
	"sluice/parser"
)

// full returns a binding that has everything, with a text of its own.
func full(i int) binding {
	b := binding{
		expires: time.Duration(i+1) * time.Hour, flow: netio.ConnID(i)<<56 | 0xABCDEF, cseq: 1<<32 - 1, q: uint16(i), transport: netio.WSS, flowOnly: i%2 == 0,
		uri: parser.MakeSpan(0, 1), target: parser.MakeSpan(1, 3), path: parser.MakeSpan(3, 6), params: parser.MakeSpan(6, 10),
		device: parser.MakeSpan(10, 15), callID: parser.MakeSpan(15, 21),
	}
	b.text, _ = netip.MustParseAddrPort("[fe80::1%eth0]:5060").AppendBinary(fmt.Appendf(nil, "uttpppPPPPdddddc%05d", i))
	b.source = parser.MakeSpan(21, len(b.text))
	return b
}

// TestRecord: what is read out of a record is what was put in.
func TestRecord(t *testing.T) {
	long := full(0)
	long.text = bytes.Repeat([]byte("x"), maxText)
	tests := []struct {
		name string
		aor  string
		list []binding
	}{
		{"no bindings", "alice@example.com", nil},
		{"an empty binding", "a@b", []binding{{text: []byte{}}}},
		{"several", "alice@example.com", []binding{full(0), full(1), full(255)}},
		{"as much as there can be", string(bytes.Repeat([]byte("a"), maxAOR)), slicesOf(25, long)},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			all := chain(nil).replaced(-1, 1, []byte("first"), slicesOf(1, full(7))).replaced(-1, 2, []byte(c.aor), c.list)
			r := all.record(1)
			if string(r.aor()) != c.aor || !reflect.DeepEqual(r.bindings(), c.list) {
				t.Errorf("got %q with %+v\nwant %q with %+v", r.aor(), r.bindings(), c.aor, c.list)
			}
			if len(all) != cap(all) {
				t.Errorf("%d bytes in %d", len(all), cap(all))
			}
		})
	}
}

func slicesOf(n int, b binding) (list []binding) {
	for range n {
		list = append(list, b)
	}
	return list
}

// TestChain changes every record of a chain, in every place, and looks at
// what stays.
func TestChain(t *testing.T) {
	names := []string{"a", "b", "c", "d"}
	var all chain
	for _, n := range names {
		all = all.replaced(-1, 0, []byte(n), nil)
	}
	find := func(c chain, name string) record { return c.record(c.find(0, []byte(name))) }
	for _, name := range names {
		at := all.find(0, []byte(name))
		fresh := all.replaced(at, 0, []byte(name), bound(1, 0))
		gone := all.without(at)
		for _, n := range names {
			if r := find(all, n); r == nil || r.len() != 0 {
				t.Errorf("%s changed: %s of the old chain is %v", name, n, r)
			}
			if r := find(fresh, n); r == nil || r.len() == 1 != (n == name) {
				t.Errorf("%s changed: %s is %v", name, n, r)
			}
			if r := find(gone, n); (r == nil) != (n == name) {
				t.Errorf("%s removed: %s is %v", name, n, r)
			}
		}
	}
	var b bucket
	if find(b.load(), "a") != nil {
		t.Error("found something in an empty bucket")
	}
	one := chain(nil).replaced(-1, 0, []byte("a"), nil)
	if one.without(0) != nil {
		t.Error("a chain without its only record is not nil")
	}
	if !b.swap(nil, one) || b.swap(nil, all) || !bytes.Equal(b.load(), one) || !b.swap(b.load(), nil) || b.load() != nil {
		t.Error("a bucket does not hold what it was given")
	}
}

// TestHashesThatAgree: users whose hashes are the same are told apart.
func TestHashesThatAgree(t *testing.T) {
	c := chain(nil).replaced(-1, 1<<40|5, []byte("alice@h"), bound(1, 0)).replaced(-1, 5, []byte("bob@h"), bound(2, 0))
	for name, want := range map[string]int{"alice@h": 0, "bob@h": 1, "carol@h": -1} {
		if got := c.find(5, []byte(name)); got != want {
			t.Errorf("%s: got %d, want %d", name, got, want)
		}
	}
	if got := c.find(6, []byte("bob@h")); got != -1 {
		t.Errorf("with another hash: got %d, want -1", got)
	}
}
