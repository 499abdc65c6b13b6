package sim_test

import (
	"slices"
	"testing"

	"sluice/pipeline/pipelinetest/sim"
)

// Each bug is found, and by the invariant that it breaks. There is one for
// every invariant.
func TestPlantedBugs(t *testing.T) {
	found := map[sim.Invariant]bool{}
	for _, c := range []struct {
		name  string
		bug   sim.Bug
		wants sim.Invariant
	}{
		{"a second final response", sim.DoubleFinal, sim.OneFinal},
		{"a refusal while a callee rings", sim.EarlyFinal, sim.NotEarly},
		{"a 2xx is lost on its way", sim.Drop2xx, sim.TwoHundred},
		{"a CANCEL is swallowed", sim.SwallowCancel, sim.NoRinging},
		{"a failure is not acknowledged", sim.ForgetAck, sim.Acked},
		{"a retransmission is taken for new", sim.NewBranch, sim.OnceToChain},
		{"a response goes to another caller", sim.WrongCaller, sim.ToWhoAsked},
		{"Max-Forwards stays as it was", sim.NoHops, sim.WellFormed},
		{"an answered INVITE is repeated", sim.RepeatInvite, sim.NoRepeat},
		{"a refusal instead of a decline", sim.WrongChoice, sim.Best},
		{"ringing is not passed on", sim.DropRinging, sim.Provisional},
		{"a retransmission stays unanswered", sim.Deaf, sim.Again},
		{"no request is repeated", sim.Once, sim.Persists},
		{"a callee is passed over", sim.SkipCallee, sim.Tried},
		{"a buffer is kept", sim.Leak, sim.AllEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := sim.Standard(7, 60, 1)
			o.Plant = c.bug
			r := sim.Run(t, o)
			if !slices.ContainsFunc(r.Violations, func(v sim.Violation) bool { return v.Invariant == c.wants }) {
				t.Errorf("not found; got %v, want one of %q", r.Violations, c.wants)
			}
			found[c.wants] = true
		})
	}
	for _, i := range sim.Invariants {
		if !found[i] {
			t.Errorf("%q: nothing shows that it finds anything", i)
		}
	}
}
