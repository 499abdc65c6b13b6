package sip_test

import (
	"testing"

	"sluice/parser/sip"
)

func TestLookups(t *testing.T) {
	for m := sip.MethodInvite; m < sip.NumMethods; m++ {
		if got := sip.LookupMethod([]byte(m.String())); got != m || m.String() == "" {
			t.Errorf("LookupMethod(%q): got %v, want %v", m, got, m)
		}
	}
	for _, s := range []string{"", "invite", "Invite", "INVITES", "FOO", "ACKS", "BYF", "QWERTY", "QWERTYU"} {
		if got := sip.LookupMethod([]byte(s)); got != sip.MethodOther {
			t.Errorf("LookupMethod(%q): got %v, want MethodOther", s, got)
		}
	}
	for tr := sip.TransportUDP; tr < sip.TransportOther; tr++ {
		for _, s := range []string{tr.Upper(), tr.Lower()} {
			if got := sip.LookupTransport([]byte(s)); got != tr || s == "" {
				t.Errorf("LookupTransport(%q): got %v, want %v", s, got, tr)
			}
		}
	}
	for _, s := range []string{"tcp4", "udq", "x", "wt", "tlt", "sctq"} {
		if got := sip.LookupTransport([]byte(s)); got != sip.TransportOther {
			t.Errorf("LookupTransport(%q): got %v, want TransportOther", s, got)
		}
	}
	if got := sip.LookupTransport(nil); got != sip.TransportNone {
		t.Errorf("LookupTransport(nil): got %v, want TransportNone", got)
	}
	if sip.NumMethods.String() != "" || sip.NumHeaders.String() != "" || sip.NumTransports.Upper() != "" || sip.NumTransports.Lower() != "" {
		t.Error("names beyond the tables: want none")
	}
}
