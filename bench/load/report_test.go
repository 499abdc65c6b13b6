package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"sluice/bench/proc"
)

func TestReport(t *testing.T) {
	o, err := parseOptions([]string{"-rate", "500"})
	if err != nil {
		t.Fatal(err)
	}
	full := report{opts: o, cpu: true, drop: 3, bad: 4,
		sum: sums{done: 1200, failed: 2, reasons: map[string]int{"INVITE-486": 2}, retransmitted: 5},
		win: window{began: time.Second, ended: 3 * time.Second, done: 1000, pss: 7e6,
			cpu: proc.CPU{User: 30 * time.Millisecond, System: 70 * time.Millisecond}, own: proc.CPU{User: 500 * time.Millisecond}}}
	full.win.latency.record(2 * time.Microsecond)
	tests := []struct {
		name string
		r    report
		want []string
	}{
		{"all of it", full,
			[]string{"call udp to udp, rate:500: 1000 done in 2.00 s, 500/s; whole run: 1200 done, 2 failed\n",
				"server CPU: 0.1000 s per 1,000 (user 0.0300, system 0.0700), memory 7.0 MB\n", "generator CPU: 500.0 us each, 25 % of one core\n",
				"not sent: 3, not understood: 4, begun late: 0\n", "failed, INVITE-486: 2\n",
				"\nRESULT scenario=call ", " load=rate:500", "calls=1000", "rate=500.0", "p99_us=2", "cpu_us=100.00", "user_us=30.00", "pss_bytes=7000000",
				"own_busy=25.0", "done=1200", "failed=2", "retransmitted=5", "not_sent=3", "failed_invite_486=2"}},
		{"nothing done, no CPU", report{opts: o}, []string{"0 done in 0.00 s, 0/s", "p50 0.00 ms",
			"calls=0", "rate=0.0", "own_busy=0.0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			tt.r.text(&b)
			tt.r.line(&b)
			for _, want := range tt.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("got\n%swant it to hold %q", &b, want)
				}
			}
			if regexp.MustCompile(`NaN|Inf|%!`).MatchString(b.String()) {
				t.Errorf("no figures in\n%s", &b)
			}
		})
	}
}
