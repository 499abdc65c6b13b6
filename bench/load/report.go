package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// A report is what a run has shown.
type report struct {
	opts *options
	sum  sums
	win  window
	drop int // datagrams not taken by the kernel here
	bad  int // received pieces that are no SIP message
	cpu  bool
}

func (r *report) seconds() float64 { return (r.win.ended - r.win.began).Seconds() }

func (r *report) rate() float64 {
	if r.win.done == 0 {
		return 0
	}
	return float64(r.win.done) / r.seconds()
}

// perCall spreads d over the calls of the window, in microseconds.
func (r *report) perCall(d time.Duration) float64 {
	if r.win.done == 0 {
		return 0
	}
	return float64(d.Microseconds()) / float64(r.win.done)
}

func (r *report) ownBusy() float64 {
	if s := r.seconds(); s > 0 {
		return 100 * r.win.own.Total().Seconds() / s
	}
	return 0
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// text writes the figures for a reader.
func (r *report) text(w io.Writer) {
	o, s, win := r.opts, &r.sum, &r.win
	fmt.Fprintf(w, "%s %s to %s, %s: %d done in %.2f s, %.0f/s; whole run: %d done, %d failed\n",
		o.scenario, o.from, o.to, o.load(), win.done, r.seconds(), r.rate(), s.done, s.failed)
	fmt.Fprintf(w, "  latency to the final response: p50 %.2f ms, p99 %.2f ms\n",
		ms(win.latency.quantile(0.50)), ms(win.latency.quantile(0.99)))
	if r.cpu {
		fmt.Fprintf(w, "  server CPU: %.4f s per 1,000 (user %.4f, system %.4f), memory %.1f MB\n",
			r.perCall(win.cpu.Total())/1000, r.perCall(win.cpu.User)/1000, r.perCall(win.cpu.System)/1000, float64(win.pss)/1e6)
	}
	fmt.Fprintf(w, "  generator CPU: %.1f us each, %.0f %% of one core\n", r.perCall(win.own.Total()), r.ownBusy())
	fmt.Fprintf(w, "  retransmitted: %d requests, %d 200s; got again: %d INVITEs, %d 200s; 100s %d, 180s %d, stale %d\n",
		s.retransmitted, s.retransmitted200, s.repeatedInvite, s.repeated200, s.trying, s.ringing, s.stale)
	if r.drop+r.bad+s.late > 0 {
		fmt.Fprintf(w, "  not sent: %d, not understood: %d, begun late: %d\n", r.drop, r.bad, s.late)
	}
	for _, reason := range slices.Sorted(maps.Keys(s.reasons)) {
		fmt.Fprintf(w, "  failed, %s: %d\n", reason, s.reasons[reason])
	}
}

// line writes the same figures as one line of key=value pairs.
func (r *report) line(w io.Writer) {
	o, s, win := r.opts, &r.sum, &r.win
	var b strings.Builder
	put := func(key, format string, value any) { fmt.Fprintf(&b, " %s="+format, key, value) }
	put("scenario", "%s", o.scenario)
	put("from", "%s", o.from)
	put("to", "%s", o.to)
	put("load", "%s", o.load())
	put("seconds", "%.3f", r.seconds())
	put("calls", "%d", win.done)
	put("rate", "%.1f", r.rate())
	put("p50_us", "%d", win.latency.quantile(0.50).Microseconds())
	put("p99_us", "%d", win.latency.quantile(0.99).Microseconds())
	if r.cpu {
		put("cpu_s_per_1000", "%.5f", r.perCall(win.cpu.Total())/1000)
		put("cpu_us", "%.2f", r.perCall(win.cpu.Total()))
		put("user_us", "%.2f", r.perCall(win.cpu.User))
		put("system_us", "%.2f", r.perCall(win.cpu.System))
		put("pss_bytes", "%d", win.pss)
	}
	put("own_cpu_us", "%.2f", r.perCall(win.own.Total()))
	put("own_busy", "%.1f", r.ownBusy())
	put("done", "%d", s.done)
	put("failed", "%d", s.failed)
	put("retransmitted", "%d", s.retransmitted)
	put("retransmitted_200", "%d", s.retransmitted200)
	put("repeated_invite", "%d", s.repeatedInvite)
	put("repeated_200", "%d", s.repeated200)
	put("trying", "%d", s.trying)
	put("ringing", "%d", s.ringing)
	put("stale", "%d", s.stale)
	put("late", "%d", s.late)
	put("not_sent", "%d", r.drop)
	put("not_understood", "%d", r.bad)
	for _, reason := range slices.Sorted(maps.Keys(s.reasons)) {
		put("failed_"+strings.ToLower(strings.ReplaceAll(reason, "-", "_")), "%d", s.reasons[reason])
	}
	fmt.Fprintf(w, "RESULT%s\n", b.String())
}
