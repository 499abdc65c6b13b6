package txn_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"sluice/parser"
	"sluice/pipeline/txn"
)

var secret = [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}

var branches = []struct {
	name   string
	b      txn.Branch
	cookie uint64
}{
	{"zero", txn.Branch{}, 0},
	{"small", txn.Branch{Loop: 1, Slot: 2, Gen: 3}, 4},
	{"top bits", txn.Branch{Loop: 0x80, Slot: 1 << 31, Gen: 1 << 31}, 1 << 63},
	{"all ones", txn.Branch{Loop: 0xff, Slot: 0xffffffff, Gen: 0xffffffff}, 0xffffffffffffffff},
	{"mixed", txn.Branch{Loop: 7, Slot: 0x00abcdef, Gen: 0x12345678}, 0xfedcba9876543210},
}

func TestBranchRoundTrip(t *testing.T) {
	key := txn.NewBranchKey(secret)
	for _, c := range branches {
		t.Run(c.name, func(t *testing.T) {
			text := key.Append([]byte("branch="), c.b, c.cookie)[len("branch="):]
			if len(text) != txn.BranchLen || len(text) > 48 {
				t.Errorf("got %d bytes, want %d and at most 48", len(text), txn.BranchLen)
			}
			if !txn.HasMagicCookie(text) {
				t.Errorf("%q lacks the magic cookie", text)
			}
			for _, ch := range text {
				if parser.Classes[ch]&parser.Token == 0 {
					t.Errorf("%q: %q is no token character", text, ch)
				}
			}
			for name, variant := range map[string][]byte{
				"as written": text, "upper case": bytes.ToUpper(text), "lower case": bytes.ToLower(text),
			} {
				b, cookie, ok := key.Parse(variant)
				if !ok || b != c.b || cookie != c.cookie {
					t.Errorf("%s: got %+v %x %v, want %+v %x", name, b, cookie, ok, c.b, c.cookie)
				}
			}
			if again := key.Append(nil, c.b, c.cookie); !bytes.Equal(again, text) {
				t.Errorf("got %q the second time, want %q", again, text)
			}
		})
	}
}

// No branch but our own is ours: not one that differs in a character, not one
// of another key, not one of another length.
func TestBranchForged(t *testing.T) {
	key := txn.NewBranchKey(secret)
	other := txn.NewBranchKey([16]byte{1})
	refuse := func(name string, branch []byte) {
		t.Helper()
		if b, cookie, ok := key.Parse(branch); ok || b != (txn.Branch{}) || cookie != 0 {
			t.Errorf("%s: %q gave %+v %x %v, want refusal and nothing", name, branch, b, cookie, ok)
		}
	}
	for _, c := range branches {
		text := key.Append(nil, c.b, c.cookie)
		for i := range text {
			for _, ch := range []byte("a7z2-.= \x00\xff8") {
				forged := bytes.Clone(text)
				forged[i] = ch
				if !bytes.EqualFold(forged, text) {
					refuse("changed character", forged)
				}
			}
		}
		for n := range len(text) {
			refuse("truncated", text[:n])
			refuse("tail", text[n+1:])
		}
		refuse("one too many", append(bytes.Clone(text), 'a'))
		refuse("twice", append(bytes.Clone(text), text...))
		refuse("key of another", other.Append(nil, c.b, c.cookie))
	}
	refuse("cookie alone", []byte(txn.MagicCookie))
	refuse("foreign", []byte("z9hG4bK776asdhds"))
	refuse("no cookie", []byte(strings.Repeat("a", txn.BranchLen)))
	refuse("all a", []byte(txn.MagicCookie+strings.Repeat("a", txn.BranchLen-len(txn.MagicCookie))))
	refuse("nil", nil)
}

func TestBranchRandomText(t *testing.T) {
	key := txn.NewBranchKey(secret)
	rng := rand.New(rand.NewPCG(3, 4))
	text := key.Append(nil, txn.Branch{}, 0)
	for range 100000 {
		for i := len(txn.MagicCookie); i < len(text); i++ {
			text[i] = "abcdefghijklmnopqrstuvwxyz234567"[rng.IntN(32)]
		}
		if b, _, ok := key.Parse(text); ok {
			t.Fatalf("%q was taken for %+v", text, b)
		}
	}
}

func TestLoopCookie(t *testing.T) {
	key := txn.NewBranchKey(secret)
	other := txn.NewBranchKey([16]byte{1})
	parts := func(s ...string) (p [][]byte) {
		for _, x := range s {
			p = append(p, []byte(x))
		}
		return p
	}
	base := key.LoopCookie(parts("sip:bob@biloxi.com", "from", "call")...)
	if again := key.LoopCookie(parts("sip:bob@biloxi.com", "from", "call")...); again != base {
		t.Errorf("got %x the second time, want %x", again, base)
	}
	seen := map[uint64]string{base: "base"}
	for name, cookie := range map[string]uint64{
		"a part changed":      key.LoopCookie(parts("sip:bob@biloxi.org", "from", "call")...),
		"bytes moved":         key.LoopCookie(parts("sip:bob@biloxi.comf", "rom", "call")...),
		"parts swapped":       key.LoopCookie(parts("sip:bob@biloxi.com", "call", "from")...),
		"a part less":         key.LoopCookie(parts("sip:bob@biloxi.com", "from")...),
		"an empty part more":  key.LoopCookie(parts("sip:bob@biloxi.com", "from", "call", "")...),
		"empty part in front": key.LoopCookie(parts("", "sip:bob@biloxi.com", "from", "call")...),
		"none":                key.LoopCookie(),
		"another key":         other.LoopCookie(parts("sip:bob@biloxi.com", "from", "call")...),
	} {
		if twin, ok := seen[cookie]; ok {
			t.Errorf("%s: same cookie as %s", name, twin)
		}
		seen[cookie] = name
	}
}

func TestHasMagicCookie(t *testing.T) {
	for _, c := range []struct {
		branch string
		want   bool
	}{
		{"z9hG4bK", true},
		{"z9hG4bK776asdhds", true},
		{"Z9HG4BKabc", true},
		{"z9hg4bkabc", true},
		{"z9hG4b", false},
		{"", false},
		{"1", false},
		{"az9hG4bK", false},
		{"Z\x19HG4BKa", false}, // '9' without bit 5
	} {
		if got := txn.HasMagicCookie([]byte(c.branch)); got != c.want {
			t.Errorf("%q: got %v, want %v", c.branch, got, c.want)
		}
	}
}
