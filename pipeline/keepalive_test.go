package pipeline_test

import (
	"testing"

	"sluice/pipeline/pipelinetest"
)

func TestDatagramKeepAlives(t *testing.T) {
	const transaction = "\x21\x12\xa4\x42abcdefghijkl" // magic cookie and transaction id
	n := pipelinetest.New(t, stages(forwarder{}))
	for _, c := range []struct {
		name, in, want string
	}{
		{"double CRLF", "\r\n\r\n", "\r\n"},
		{"CRLF", "\r\n", ""},
		{"empty", "", ""},
		{"STUN Binding request", "\x00\x01\x00\x00" + transaction,
			"\x01\x01\x00\x20" + transaction + // success
				"\x80\x22\x00\x06sluice\x00\x00" + // SOFTWARE
				"\x00\x20\x00\x08\x00\x01\x32\xd6\xe1\x12\xa6\x43"}, // XOR-MAPPED-ADDRESS 192.0.2.1:5060; FINGERPRINT follows
		{"STUN Binding indication", "\x00\x11\x00\x00" + transaction, ""},
		{"STUN cut short", "\x00\x01\x00\x08" + transaction, ""},
	} {
		n.FromUDP(alice, c.in)
		got := ""
		for _, p := range n.Sent() {
			got += p.Text
		}
		if len(c.want) > 20 { // FINGERPRINT is parser/stun's to test
			got = got[:len(got)-8]
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := n.Count("sluice_stun_bindings_total"); got != 1 {
		t.Errorf("%d bindings counted, want 1", got)
	}
	n.Idle()
}
