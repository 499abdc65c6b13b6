package sim_test

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"sort"
	"strings"
	"testing"

	"sluice/pipeline/pipelinetest/sim"
	_ "sluice/stages/looseroute"
	_ "sluice/stages/maxforwards"
	_ "sluice/stages/sanity"
	_ "sluice/stages/target"
)

var (
	seed  = flag.Uint64("sim.seed", 0, "run this seed alone, and print the calls that fail")
	seeds = flag.Int("sim.seeds", defaultSeeds, "how many seeds to run")
	calls = flag.Int("sim.calls", 100*defaultSeeds, "how many calls to make, over all seeds")
	trace = flag.String("sim.trace", "", "with -sim.seed: print this call, such as call7, though it be well")
	hops  = flag.Int("sim.hops", defaultHops, "to how many callees a call may fork, 1 to 4")
)

// defaultHops is how many callees a call of the usual run may fork to.
const defaultHops = 4

// Thousands of calls over a bad network break no invariant.
func TestSim(t *testing.T) {
	if *seed != 0 {
		replay(t, sim.Standard(*seed, *calls / *seeds, *hops), *trace)
		return
	}
	total := newTally()
	workers := runtime.GOMAXPROCS(0)
	tallies := make([]*tally, workers)
	t.Run("seeds", func(t *testing.T) {
		for i := range workers {
			tallies[i] = newTally()
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				for n := 1 + i; n <= *seeds && tallies[i].failed < 3; n += workers {
					tallies[i].run(t, sim.Standard(uint64(n), *calls / *seeds, *hops))
				}
			})
		}
	})
	for _, other := range tallies {
		total.merge(other)
	}
	t.Log(total)
	if !t.Failed() && *calls >= enough {
		total.covers(t)
	}
}

// enough calls see everything that may happen.
const enough = 5000

// replay runs a seed again for each call that fails, and writes that down.
func replay(t *testing.T, o sim.Options, also string) {
	t.Helper()
	o.Trace = also
	r := sim.Run(t, o)
	if also != "" {
		t.Logf("%s:\n%s", also, strings.Join(r.Trace, "\n"))
	}
	var told []string
	for _, v := range r.Violations {
		if slices.Contains(told, v.Call) || len(told) == 3 {
			continue
		}
		told = append(told, v.Call)
		t.Errorf("seed %d: %v", o.Seed, v)
		if v.Call != "" {
			o.Trace = v.Call
			t.Logf("%s:\n%s", v.Call, strings.Join(sim.Run(t, o).Trace, "\n"))
		}
	}
}

// A tally adds up what runs saw.
type tally struct {
	outcomes map[string]int
	messages int
	failed   int
}

func newTally() *tally { return &tally{outcomes: map[string]int{}} }

func (y *tally) run(t *testing.T, o sim.Options) {
	t.Helper()
	r := sim.Run(t, o)
	for what, n := range r.Outcomes {
		y.outcomes[what] += n
	}
	y.messages += r.Messages
	if len(r.Violations) > 0 {
		y.failed++
		replay(t, o, "")
		t.Errorf("to replay: go test ./pipeline/pipelinetest/... -run Sim -sim.seed=%d -sim.calls=%d -sim.seeds=1 -sim.hops=%d -v", o.Seed, o.Calls, o.MaxHops)
	}
}

func (y *tally) merge(other *tally) {
	for what, n := range other.outcomes {
		y.outcomes[what] += n
	}
	y.messages += other.messages
	y.failed += other.failed
}

func (y *tally) String() string {
	var lines []string
	for what, n := range y.outcomes {
		lines = append(lines, fmt.Sprintf("%7d  %s", n, what))
	}
	sort.Slice(lines, func(i, j int) bool { return lines[i][9:] < lines[j][9:] })
	return fmt.Sprintf("%d messages sent\n%s", y.messages, strings.Join(lines, "\n"))
}

// covers fails the test when the run did not see what it is for.
func (y *tally) covers(t *testing.T) {
	t.Helper()
	for _, what := range []string{
		"established", "cancelled", "CANCEL crossed a final response", "suspended", "stream broken", "reloaded", "PRACK",
		"INVITE in a dialog", "UPDATE in a dialog", "INFO in a dialog", "BYE answered", "BYE crossed BYE",
		"INVITE 200", "INVITE 200 after all", "INVITE 408", "INVITE 486", "INVITE 487", "INVITE 500", "INVITE 603",
		"MESSAGE 200", "OPTIONS timed out", "redirected by the edge",
		"TCP in place of UDP", "callee is silent", "callee rings long", "callee rings on",
	} {
		if y.outcomes[what] == 0 {
			t.Errorf("%q never happened", what)
		}
	}
}
