package main

import (
	"testing"
	"time"
)

func TestParseMetrics(t *testing.T) {
	const always = "go_goroutines 16\ngo_memstats_next_gc_bytes 2.6e+07\ngo_gc_duration_seconds_count 5\n"
	m, err := parseMetrics("# HELP a Text.\n# TYPE a gauge\na 3\nb{x=\"y z\"} 4\nb{x=\"\"} 5\n" + always)
	if err != nil || m["a"] != 3 || m["b"] != 9 || m[metricGoal] != 2.6e7 || len(m) != 5 {
		t.Errorf("got %v, %v", m, err)
	}
	for name, text := range map[string]string{"no number": always + "a x\n", "not all": "go_goroutines 16\n"} {
		if _, err := parseMetrics(text); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func TestQuantile(t *testing.T) {
	all := []time.Duration{1, 2, 3, 4}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 3, 0.99: 4, 1: 4} {
		if got := quantile(all, q); got != want {
			t.Errorf("%v: got %d, want %d", q, got, want)
		}
	}
	if got := quantile(nil, 0.5); got != 0 {
		t.Errorf("of nothing: got %d", got)
	}
}
