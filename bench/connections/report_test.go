package main

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestReport(t *testing.T) {
	o, err := parseOptions([]string{"-connections", "1000", "-keepalive", "30s"})
	if err != nil {
		t.Fatal(err)
	}
	many := *o
	many.connections = 5000
	failed, none := &reasons{}, &reasons{}
	failed.add("INVITE-486")
	full := report{opts: o, transport: "ws", halfCount: 500,
		connects: cost{1000, time.Second, 100 * time.Millisecond}, upgrades: cost{1000, time.Second, 200 * time.Millisecond},
		registers: cost{1000, 2 * time.Second, 100 * time.Millisecond},
		empty:     state{heap: 1e6, resident: 10e6, goroutines: 9, descriptors: 12}, half: state{heap: 4e6}, idle: state{heap: 5e6, resident: 30e6},
		crlfs: cost{1000, 20 * time.Second, 50 * time.Millisecond}, quiet: cost{1, time.Second, 2 * time.Millisecond},
		pings: cost{1000, 20 * time.Second, 60 * time.Millisecond},
		calls: cost{100, time.Second, 30 * time.Millisecond}, setup: []time.Duration{time.Millisecond, 2 * time.Millisecond, 3 * time.Millisecond},
		failed: failed, lost: none,
		full: state{heap: 6e6, goroutines: 19}, few: state{goroutines: 10}, closed: state{heap: 3e6}, closes: cost{990, 250 * time.Millisecond, 99 * time.Millisecond},
	}
	tests := []struct {
		name     string
		r        report
		failures int
		want     []string
	}{
		{"all of it", full, 2, // a call, and one goroutine more than may be
			[]string{"ws: 1000 connections", "connect      1000/s, server CPU   100 us each; its core 10 % busy\n", "all           250/s, server CPU   400 us each",
				"2000 bytes a connection after GC, budget 2048: too few to tell; besides 2.0 MB of tables\n", "20000 bytes a connection; in all",
				"50.0 us each: 0.10 s a minute with one in 30s", "100 at 500/s, 1 failed; INVITE to 200 p50 2.00 ms, p99 3.00 ms", "failed     1 INVITE-486\n",
				"19 with all, 10 with 10, 9 with none\n", "3000 bytes of heap a connection",
				"\nRESULT transport=ws ", " connections=1000", "handshake_cpu_us=200.0", "all_rate=250.0", "heap_bytes=2000", "tables_bytes=2000000",
				"ping_cpu_s_per_minute=0.120", "setup_p50_us=2000", "descriptors_back_ms=250", "goroutines_all=19", "failures=2"}},
		{"budget met", report{opts: &many, transport: "wss", halfCount: 2500, half: state{heap: 1}, idle: state{heap: 1 + 2500*12288}}, 0,
			[]string{"12288 bytes a connection after GC, budget 12288: met;"}},
		{"budget not met", report{opts: &many, transport: "ws", halfCount: 2500, half: state{heap: 1}, idle: state{heap: 1 + 2500*2049}}, 0,
			[]string{"2049 bytes a connection after GC, budget 2048: NOT met;"}},
		{"ended early", report{opts: o, transport: "wss"}, 0, []string{
			"wss, TLS 1.3: 1000 connections", "0 us each; its core 0 % busy\nRESULT transport=wss", "heap_bytes=0", "calls=0"}},
	}
	for i := range tests {
		tt := &tests[i]
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.r.failures(); got != tt.failures {
				t.Errorf("failures: got %d, want %d", got, tt.failures)
			}
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
