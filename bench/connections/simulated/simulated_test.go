package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// A small run does everything that a large one does.
func TestMeasure(t *testing.T) {
	o, err := parseOptions([]string{"-connections", "1500", "-minutes", "1", "-lookups", "500", "-cold", "3"})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := o.measure(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"RESULT transport=simulated connections=1000 ", "RESULT transport=simulated connections=1500 "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant it to have %q", &out, want)
		}
	}
}

func TestStops(t *testing.T) {
	tests := map[int][]int{1: {1}, 1000: {1000}, 2000: {1000, 2000}, 100_000: {1000, 10_000, 100_000}}
	for n, want := range tests {
		if got := (&options{connections: n}).stops(); !slices.Equal(got, want) {
			t.Errorf("%d: got %v, want %v", n, got, want)
		}
	}
}

func TestOptionsRefused(t *testing.T) {
	for _, args := range [][]string{{"-connections", "0"}, {"-connections", "5000000"}, {"-keepalive", "1ms"}, {"-minutes", "0"}, {"-minutes", "100000"},
		{"-lookups", "0"}, {"-cold", "0"}, {"-cold", "10001"}, {"stray"}} {
		if _, err := parseOptions(args); err == nil {
			t.Errorf("%v: got no error", args)
		}
	}
}

func TestPingsAreAnswered(t *testing.T) {
	w, err := newWorld(10, 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := w.connect(); err != nil {
			t.Fatal(err)
		}
	}
	w.advance(45 * time.Second)
	if len(w.wire.pinged) != 0 || w.count("sluice_keepalives_sent_total") < 10 || w.count("sluice_keepalives_unanswered_total") != 0 {
		t.Errorf("%d clients owe a Pong, %d Pings sent, %d not answered", len(w.wire.pinged),
			w.count("sluice_keepalives_sent_total"), w.count("sluice_keepalives_unanswered_total"))
	}
}
