package sim_test

import (
	"slices"
	"testing"

	"sluice/pipeline/pipelinetest/sim"
)

// The same seed gives the same run, message by message; another one does not.
func TestReplay(t *testing.T) {
	o := sim.Standard(3, 40, 1)
	o.Trace = "call5"
	first, second := sim.Run(t, o), sim.Run(t, o)
	if len(first.Trace) == 0 || !slices.Equal(first.Trace, second.Trace) || first.Messages != second.Messages || first.Took != second.Took {
		t.Errorf("got %d messages in %v, then %d in %v", first.Messages, first.Took, second.Messages, second.Took)
	}
	o.Seed++
	if other := sim.Run(t, o); slices.Equal(first.Trace, other.Trace) {
		t.Error("another seed gave the same run")
	}
}

// With UDP alone, every call that is answered is set up and hung up, and
// nobody waits for what never comes: what the network loses is sent again.
func TestNothingIsLost(t *testing.T) {
	for _, c := range []struct {
		name string
		o    sim.Options
	}{
		{"fair network", sim.Options{Seed: 11, Calls: 300, MaxHops: 1}},
		{"a tenth lost", sim.Options{Seed: 12, Calls: 300, MaxHops: 1, Loss: 10, Duplicates: 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := sim.Run(t, c.o)
			for _, v := range r.Violations {
				t.Error(v)
			}
			for _, what := range []string{"INVITE timed out", "2xx without ACK", "INVITE 430", "INVITE 478"} {
				if n := r.Outcomes[what]; n != 0 {
					t.Errorf("%q happened %d times, want never", what, n)
				}
			}
			if got, want := r.Outcomes["BYE answered"], r.Outcomes["established"]; got < want || want == 0 {
				t.Errorf("%d calls established, %d hung up", want, got)
			}
		})
	}
}

// What the edge must do at once it does on any network.
func TestExtremes(t *testing.T) {
	for _, c := range []struct {
		name string
		o    sim.Options
	}{
		{"nearly everything is lost", sim.Options{Loss: 60, Duplicates: 20, Streams: 3}},
		{"everything comes twice", sim.Options{Duplicates: 100, Streams: 3}},
		{"connections alone", sim.Options{Streams: 12, Reloads: true}},
		{"datagrams alone", sim.Options{Loss: 20, Duplicates: 20, Reloads: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(4) {
				c.o.Seed, c.o.Calls, c.o.MaxHops = 100+seed, 100, *hops
				if r := sim.Run(t, c.o); len(r.Violations) > 0 {
					replay(t, c.o, "")
				}
			}
		})
	}
}
