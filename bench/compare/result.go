package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A result is the figures of one run of sluice-load by their keys.
type result map[string]float64

var errNoResult = errors.New("sluice-load printed no RESULT line")

// parseResult finds the RESULT line in out and takes its numbers.
func parseResult(out string) (result, error) {
	for line := range strings.Lines(out) {
		rest, ok := strings.CutPrefix(line, "RESULT ")
		if !ok {
			continue
		}
		r := result{}
		for _, pair := range strings.Fields(rest) {
			key, value, _ := strings.Cut(pair, "=")
			if n, err := strconv.ParseFloat(value, 64); err == nil {
				r[key] = n
			}
		}
		return r, nil
	}
	return nil, errNoResult
}

// A spread is the median of some figures with the least and the greatest.
type spread struct {
	median, least, greatest float64
}

func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	v := slices.Sorted(slices.Values(values))
	mid := len(v) / 2
	median := v[mid]
	if len(v)%2 == 0 {
		median = (v[mid-1] + v[mid]) / 2
	}
	return spread{median, v[0], v[len(v)-1]}
}

func (s spread) format(decimals int) string {
	f := func(v float64) string { return strconv.FormatFloat(v, 'f', decimals, 64) }
	return fmt.Sprintf("%s (%s–%s)", f(s.median), f(s.least), f(s.greatest))
}

// A series is the rounds of one server in one scenario; a round that did not
// work out is nil.
type series struct {
	server string
	rounds []result
}

// column is one figure over the rounds, scaled.
func (s *series) column(key string, scale float64) []float64 {
	var c []float64
	for _, r := range s.rounds {
		if r != nil {
			c = append(c, r[key]*scale)
		}
	}
	return c
}

func (s *series) spread(key string, scale float64) spread { return spreadOf(s.column(key, scale)) }

// sum adds one count up over the rounds.
func (s *series) sum(key string) int {
	var n float64
	for _, v := range s.column(key, 1) {
		n += v
	}
	return int(n)
}

// ratios divides ours by the peer's round by round.
func ratios(ours, peers *series, key string) []float64 {
	var q []float64
	for i := range min(len(ours.rounds), len(peers.rounds)) {
		a, b := ours.rounds[i], peers.rounds[i]
		if a != nil && b != nil && b[key] != 0 {
			q = append(q, a[key]/b[key])
		}
	}
	return q
}

// show writes a scenario's figures: one line per server, then the ratios of the
// first to the second.
func show(w io.Writer, s scenario, all []*series) {
	fmt.Fprintf(w, "\n%s: %s\n", s.name, s.text)
	for _, x := range all {
		if len(x.column("cpu_us", 1)) == 0 {
			fmt.Fprintf(w, "  %-9s no figures\n", x.server)
			continue
		}
		fmt.Fprintf(w, "  %-9s CPU %s us each (user %.1f, system %.1f), %s/s, p50 %s ms, p99 %s ms\n", x.server,
			x.spread("cpu_us", 1).format(1), x.spread("user_us", 1).median, x.spread("system_us", 1).median,
			x.spread("rate", 1).format(0), x.spread("p50_us", 1e-3).format(2), x.spread("p99_us", 1e-3).format(2))
		fmt.Fprintf(w, "  %-9s failed %d, retransmitted %d, generator busy %.0f %%, memory %.0f MB\n", "",
			x.sum("failed"), x.sum("retransmitted")+x.sum("retransmitted_200"),
			x.spread("own_busy", 1).greatest, x.spread("pss_bytes", 1e-6).median)
	}
	if len(all) != 2 || len(ratios(all[0], all[1], "cpu_us")) == 0 {
		return
	}
	ratio := func(key string) string { return spreadOf(ratios(all[0], all[1], key)).format(2) }
	fmt.Fprintf(w, "  %s/%s: CPU %s, calls/s %s, p50 %s, p99 %s\n", all[0].server, all[1].server,
		ratio("cpu_us"), ratio("rate"), ratio("p50_us"), ratio("p99_us"))
}
