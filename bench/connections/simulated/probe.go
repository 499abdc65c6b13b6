package main

import (
	"slices"
	"time"

	"sluice/pipeline"
)

// The probes are stages that read the clock: between the first two there is
// nothing, so that what reading costs can be taken off, and between the last two
// the registrar.
const (
	probeBefore  = "probe-before"
	probeBetween = "probe-between"
	probeAfter   = "probe-after"
)

// clock is what the probes have read. Of many samples the median counts: others
// that want the core lengthen some.
var clock struct {
	at           [2]time.Time
	empty, taken []time.Duration
}

func init() {
	pipeline.Register(pipeline.Info{ID: probeBefore, New: func() pipeline.Module { return module{first{}} }})
	pipeline.Register(pipeline.Info{ID: probeBetween, New: func() pipeline.Module { return module{second{}} }})
	pipeline.Register(pipeline.Info{ID: probeAfter, New: func() pipeline.Module { return module{third{}} }})
}

type module struct{ stage pipeline.Stage }

// NewStage implements pipeline.Module.
func (m module) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) { return m.stage, nil }

type (
	first  struct{}
	second struct{}
	third  struct{}
)

func (first) Name() string  { return probeBefore }
func (second) Name() string { return probeBetween }
func (third) Name() string  { return probeAfter }

func (first) OnRequest(*pipeline.Exchange) pipeline.Verdict {
	clock.at[0] = time.Now()
	return pipeline.Continue
}

func (second) OnRequest(*pipeline.Exchange) pipeline.Verdict {
	clock.at[1] = time.Now()
	return pipeline.Continue
}

func (third) OnRequest(*pipeline.Exchange) pipeline.Verdict {
	clock.taken = append(clock.taken, time.Since(clock.at[1]))
	clock.empty = append(clock.empty, clock.at[1].Sub(clock.at[0]))
	return pipeline.Continue
}

// lookupTime is how long the registrar took since clearClock.
func lookupTime() time.Duration { return median(clock.taken) - median(clock.empty) }

// clearClock forgets the samples and makes room for n.
func clearClock(n int) {
	clock.empty, clock.taken = make([]time.Duration, 0, n), make([]time.Duration, 0, n)
}

// median sorts all.
func median(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}
