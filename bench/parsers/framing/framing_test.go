package framing_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"sluice/bench/parsers/framing"
	"sluice/parser"
	"sluice/parser/sip"
)

var machines = []struct {
	name  string
	index func(*framing.Head, []byte) parser.Err
}{
	{"pure", (*framing.Head).Pure},
	{"runs", (*framing.Head).Runs},
	{"search", (*framing.Head).Search},
}

// known are the header fields that the machines know.
var known = []sip.HeaderID{
	sip.HeaderVia, sip.HeaderFrom, sip.HeaderTo, sip.HeaderCallID, sip.HeaderCSeq, sip.HeaderMaxForwards,
	sip.HeaderContact, sip.HeaderRoute, sip.HeaderRecordRoute, sip.HeaderContentLength,
}

func messages(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{
		"folds":  []byte("INVITE sip:a@b SIP/2.0\r\nSubject: I know\r\n you're there\r\nVIA:\r\n\tSIP/2.0/UDP a\r\nv : b\r\nTo:\r\nVi: x\r\nFrom2: y \r\n\r\n"),
		"short":  []byte("SIP/2.0 100 Trying\r\nf: <sip:a@b>\r\nt:c\r\n \r\nCALL-id: d\r\n\r\nbody"),
		"routes": []byte("BYE tel:+1 SIP/2.0\r\nRoute: a\r\nRECORD-ROUTE: b\r\nroute: c\r\nMax-Forwards : 1\r\nl: 0\r\n\r\n"),
	}
	for _, name := range []string{"invite.sip", "ok.sip"} {
		raw, err := os.ReadFile("../testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = raw
	}
	return all
}

// The machines find what parser/sip finds, split at every byte.
func TestSameHead(t *testing.T) {
	for name, raw := range messages(t) {
		var m sip.Message
		if err := m.Index(raw); err != parser.OK {
			t.Fatalf("%s: %v", name, err)
		}
		for _, machine := range machines {
			for split := range raw {
				var h framing.Head
				err := machine.index(&h, raw[:split])
				if err == parser.ErrMore {
					err = machine.index(&h, bytes.Clone(raw))
				}
				if err != parser.OK {
					t.Fatalf("%s, %s, split at %d: %v", name, machine.name, split, err)
				}
				if diff := compare(&h, &m); diff != "" {
					t.Fatalf("%s, %s, split at %d: %s differs", name, machine.name, split, diff)
				}
			}
		}
	}
}

// compare returns what differs, "" if nothing does.
func compare(h *framing.Head, m *sip.Message) string {
	if h.Method != m.MethodText || h.URI != m.URIText || h.Status != m.Status || h.Reason != m.ReasonText {
		return "the start line"
	}
	if h.HeadLen != m.HeadLen() || h.NumHeaders() != m.NumHeaders() {
		return "the head"
	}
	for i := range h.NumHeaders() {
		got, want := h.Header(i), *m.Header(i)
		if !slices.Contains(known, want.ID) {
			want.ID, want.Flags = sip.HeaderOther, 0
		}
		want.Flags &^= sip.HeaderFolded // which the machines do not say
		if got != want {
			return string(want.Name.Of(m.Buf))
		}
	}
	for _, id := range known {
		if h.First(id) != m.First(id) {
			return "the first " + id.String()
		}
	}
	return ""
}

func TestRefusals(t *testing.T) {
	for _, in := range []string{
		"\r\n", "INVITE  SIP/2.0\r\n", "INVITE sip:a SIP/3.0\r\n", "SIP/2.0 20 x\r\n", "INVITE sip:a SIP/2.0\r\nA\r\n",
		"INVITE sip:a SIP/2.0\n", "INVITE sip:a SIP/2.0\r\nA: b\nC: d\r\n\r\n", "INVITE sip:a SIP/2.0\r\n\n",
		"INVITE sip:a SIP/2.0\r\n: b\r\n", "INVITE sip:a SIP/2.0\r\n" + strings.Repeat("a:\r\n", 65) + "\r\n",
	} {
		for _, machine := range machines {
			var h framing.Head
			if err := machine.index(&h, []byte(in)); err == parser.OK || err == parser.ErrMore {
				t.Errorf("%s, %q: got %v", machine.name, in, err)
			}
		}
	}
}
