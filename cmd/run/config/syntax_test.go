package config

import (
	"bytes"
	"errors"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// anything has a key for what garbage is likely to hold.
type anything struct {
	Domains []string                `toml:"domains" format:"domain" required:"true"`
	Rule    []struct{ P *anything } `toml:"rule"`
	Sources []netip.Prefix          `toml:"sources"`
	Waits   map[string]anything     `toml:"waits" base:"base"`
	Wait    *time.Duration          `toml:"wait"`
	Proxy   string                  `toml:"proxy" ref:"proxy"`
}

// holds fails t unless what Parse makes of data is sound: a configuration or
// faults, every fault within the file, and the same opinion as the library's on
// what is TOML.
func holds(t *testing.T, data []byte) {
	t.Helper()
	c, err := Parse("f", data)
	var faults Errors
	if err != nil && (!errors.As(err, &faults) || len(faults) == 0 || err.Error() == "") {
		t.Fatalf("%q: got %#v, want faults", data, err)
	}
	if c == nil && err == nil {
		t.Fatalf("%q: got neither a configuration nor a fault", data)
	}
	lines := bytes.Count(data, []byte("\n")) + 1
	for _, f := range faults {
		if f.Line < 0 || f.Line > lines || f.Column > len(data)+1 || f.Reason == "" {
			t.Fatalf("%q: got %#v, want a place in the file", data, f)
		}
	}
	var doc map[string]any
	if lib := toml.Unmarshal(data, &doc); lib != nil {
		if err == nil {
			t.Fatalf("%q: got no fault, want %v", data, lib)
		}
	} else if _, wrong, whole := parseTree("f", data); !whole || len(wrong) > 0 {
		t.Fatalf("%q: got %v, want no fault with TOML", data, wrong)
	}
	if c != nil {
		for name := range c.Stage {
			var a anything
			_ = c.Join(err, c.Settings(name).Decode(&a), errors.New("stage."+name+": x"))
		}
	}
}

func seeds(t testing.TB) [][]byte {
	faulty, err := os.ReadFile("testdata/faulty.toml")
	if err != nil {
		t.Fatal(err)
	}
	return [][]byte{defaultFile, faulty}
}

// TestDamage breaks good and bad files in every place.
func TestDamage(t *testing.T) {
	for _, seed := range seeds(t) {
		for i := range seed {
			holds(t, seed[:i])
			for _, c := range []byte("\x00\xff\n\"[]{}=.,#'3a") {
				if i%11 == int(c)%11 { // one in eleven, for the sake of time
					damaged := bytes.Clone(seed)
					damaged[i] = c
					holds(t, damaged)
				}
			}
		}
	}
}

func TestDeepNesting(t *testing.T) {
	for _, text := range []string{
		"a = " + string(bytes.Repeat([]byte("["), 100_000)),
		"a = " + string(bytes.Repeat([]byte("["), 9_000)) + string(bytes.Repeat([]byte("]"), 9_000)),
		"a" + string(bytes.Repeat([]byte(".a"), 50_000)) + " = 1",
		"[stage.a" + string(bytes.Repeat([]byte(".a"), 50_000)) + "]",
	} {
		holds(t, []byte(text))
	}
}

// TestManySyntaxFaults: the effort for a file that is no TOML is bounded.
func TestManySyntaxFaults(t *testing.T) {
	_, err := Parse("f", bytes.Repeat([]byte("x y\n"), 1000))
	var faults Errors
	if !errors.As(err, &faults) || len(faults) != maxSyntaxFaults {
		t.Errorf("got %d faults, want %d", len(faults), maxSyntaxFaults)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Add([]byte("stage.a.b = 1\n[stage.a]\n[[stage.x]]\nlisten = [{}, {url = 'udp://1.1.1.1:1'}]"))
	f.Add([]byte("a = [\n1,\n\"\"\"\n\"\"\", 1979-05-27T07:32:00Z, {b.c = [0x1]}]\r\n"))
	f.Fuzz(holds)
}
