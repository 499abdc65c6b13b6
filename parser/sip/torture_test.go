package sip_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"sluice/parser"
	"sluice/parser/sip"
)

// tortures are the directories of the torture tests, and how many messages the
// RFC describes.
var tortures = []struct {
	rfc, messages int
	unnamed       []string // files of the archive that no section describes
}{
	{4475, 49, []string{"test"}},
	{5118, 12, nil},
}

const tortureDir = "testdata/torture/"

// A torture is an entry of the manifest; what its fields mean is said there.
// Those of the pipeline's outcomes are tested in package pipeline.
type torture struct {
	RFC     int    `toml:"rfc"`
	Section string `toml:"section"`
	Name    string `toml:"name"`
	SHA256  string `toml:"sha256"`
	Repair  *struct {
		CRLF    bool     `toml:"crlf"`
		Replace []string `toml:"replace"`
		Append  string   `toml:"append"`
	} `toml:"repair"`

	Index string   `toml:"index"`
	At    int      `toml:"at"`
	Wrong []string `toml:"wrong"`

	Asks      []string `toml:"asks"`
	UDP       string   `toml:"udp"`
	TCP       string   `toml:"tcp"`
	Reason    string   `toml:"reason"`
	TCPReason string   `toml:"tcp_reason"`
	Answers   string   `toml:"answers"`
	Forwards  int      `toml:"forwards"`
	Why       string   `toml:"why"`
	Differs   string   `toml:"differs"`
}

// String is the name of the test.
func (c *torture) String() string {
	if c.Repair != nil {
		return c.Section + " " + c.Name + " repaired"
	}
	return c.Section + " " + c.Name
}

func (c *torture) path() string {
	return tortureDir + "rfc" + strconv.Itoa(c.RFC) + "/" + c.Name + ".dat"
}

// read returns the message, repaired if it is to be.
func (c *torture) read(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile(c.path())
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != c.SHA256 {
		t.Fatalf("%s: got SHA-256 %x, want %s", c.path(), sum, c.SHA256)
	}
	text := string(b)
	if c.Repair == nil {
		return text
	}
	for i := 0; i < len(c.Repair.Replace); i += 2 {
		if !strings.Contains(text, c.Repair.Replace[i]) {
			t.Fatalf("there is no %q to be replaced", c.Repair.Replace[i])
		}
		text = strings.Replace(text, c.Repair.Replace[i], c.Repair.Replace[i+1], 1)
	}
	if c.Repair.CRLF {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text + c.Repair.Append
}

func manifest(t testing.TB) []torture {
	t.Helper()
	b, err := os.ReadFile(tortureDir + "manifest.toml")
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Message []torture `toml:"message"`
	}
	if err := toml.NewDecoder(strings.NewReader(string(b))).DisallowUnknownFields().Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all.Message
}

// No message of the RFCs is left out, and none is here that the manifest does
// not know.
func TestTortureManifest(t *testing.T) {
	all := manifest(t)
	for _, dir := range tortures {
		var want []string
		for i := range all {
			if c := &all[i]; c.RFC == dir.rfc && c.Repair == nil {
				want = append(want, c.path())
			}
		}
		got, err := filepath.Glob(filepath.Dir(want[0]) + "/*.dat")
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("RFC %d: got files %q, want %q", dir.rfc, got, want)
		}
		if n := len(want) - len(dir.unnamed); n != dir.messages {
			t.Errorf("RFC %d: got %d messages, want %d", dir.rfc, n, dir.messages)
		}
	}
	for i := range all {
		c := &all[i]
		if len(c.Asks) == 0 || c.UDP == "" || c.TCP == "" || c.Why == "" {
			t.Errorf("%v: asks, udp, tcp and why are not all given", c)
		}
		if got := met(c); got != (c.Differs == "") {
			t.Errorf("%v: outcome asked for: got %t (%s, %s of %q), but differs is %q", c, got, c.UDP, c.TCP, c.Asks, c.Differs)
		}
	}
}

// met reports whether both outcomes are among those that the RFC names. A
// connection may be closed with any of them.
func met(c *torture) bool {
	tcp, _, _ := strings.Cut(c.TCP, " ")
	return slices.Contains(c.Asks, c.UDP) && slices.Contains(c.Asks, tcp)
}

// Index and the views of every message have the outcome that the manifest says,
// however the bytes arrive.
func TestTortureMessages(t *testing.T) {
	all := manifest(t)
	for i := range all {
		c := &all[i]
		t.Run(c.String(), func(t *testing.T) {
			text := c.read(t)
			var m sip.Message
			e := m.Index([]byte(text))
			if e.Error() != c.Index || m.ErrOffset() != c.At {
				t.Fatalf("Index: got %v at %d, want %s at %d\n%s", e, m.ErrOffset(), c.Index, c.At, sip.AppendCaret(nil, []byte(text), m.ErrOffset()))
			}
			checkSplits(t, text)
			if m.HeadLen() == 0 {
				return
			}
			if got := wrong(&m); !slices.Equal(got, c.Wrong) {
				t.Errorf("views that fail: got %q, want %q", got, c.Wrong)
			}
			if got := string(m.AppendEdited(nil, nil, nil, nil)); got != text {
				t.Errorf("edits of nothing: got %q, want %q", got, text)
			}
		})
	}
}

// wrong returns what is wrong with the header fields of m: those that are
// malformed, the mandatory ones that are missing, and the first one that is
// there twice.
func wrong(m *sip.Message) (list []string) {
	add := func(name string, e parser.Err, mandatory bool) {
		if e != parser.OK && (e != parser.ErrMissing || mandatory) {
			list = append(list, name+": "+e.Error())
		}
	}
	_, e := m.TopVia()
	add("via", e, true)
	if m.IsRequest() {
		_, e = m.RequestURI()
		add("uri", e, true)
	}
	_, e = m.From()
	add("from", e, true)
	_, e = m.To()
	add("to", e, true)
	if len(m.CallID()) == 0 {
		add("call-id", parser.ErrMissing, true)
	}
	_, e = m.CSeq()
	add("cseq", e, true)
	_, e = m.MaxForwards()
	add("max-forwards", e, false)
	_, e = m.ContentLength()
	add("content-length", e, false)
	_, e = m.Expires()
	add("expires", e, false)
	for _, id := range []sip.HeaderID{sip.HeaderRoute, sip.HeaderRecordRoute, sip.HeaderContact} {
		add(strings.ToLower(id.String()), addresses(m, id), false)
	}
	for vs := m.Values(sip.HeaderVia); vs.Next(); {
		var v sip.Via
		if _, e := sip.ParseVia(m.Buf[:vs.Span().End()], vs.Span().Start(), &v); e != parser.OK && len(list) == 0 {
			add("via", e, false)
		}
	}
	if i := m.Duplicate(); i >= 0 {
		list = append(list, "duplicate: "+m.Header(i).ID.String())
	}
	return list
}

// addresses parses all elements of the headers with id.
func addresses(m *sip.Message, id sip.HeaderID) parser.Err {
	for vs := m.Values(id); vs.Next(); {
		var n sip.NameAddr
		buf := m.Buf[:vs.Span().End()]
		if next, e := sip.ParseNameAddr(buf, vs.Span().Start(), &n); e != parser.OK {
			return e
		} else if next != len(buf) {
			return parser.ErrNameAddr
		}
	}
	return parser.OK
}
