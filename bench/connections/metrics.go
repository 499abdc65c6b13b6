package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Names under which the server exposes what is read here.
const (
	metricGoal       = "go_memstats_next_gc_bytes"
	metricCycles     = "go_gc_duration_seconds_count"
	metricGoroutines = "go_goroutines"
	metricBindings   = "sluice_registrar_bindings"
	metricPings      = "sluice_keepalives_sent_total"
	metricServers    = "sluice_server_transactions"
	metricClients    = "sluice_client_transactions"
)

// metrics are the server's samples by name, those with labels summed up.
type metrics map[string]float64

func (s *server) metrics() (metrics, error) {
	resp, err := s.http.Get("http://" + adminAddr + "/metrics")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		return nil, err
	}
	return parseMetrics(string(text))
}

// parseMetrics reads the text format of Prometheus.
func parseMetrics(text string) (metrics, error) {
	m := metrics{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		space := strings.LastIndexByte(line, ' ') // there may be some in labels
		if space < 0 || line[0] == '#' {
			continue
		}
		name, _, _ := strings.Cut(line[:space], "{")
		value := line[space+1:]
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, fmt.Errorf("metric %s: %w", name, err)
		}
		m[name] += v
	}
	for _, name := range []string{metricGoal, metricCycles, metricGoroutines} {
		if _, ok := m[name]; !ok {
			return nil, fmt.Errorf("the server has no metric %s", name)
		}
	}
	return m, nil
}

// maxScrapes bounds what is read to bring about a garbage collection.
const maxScrapes = 100000

// heap is the server's live heap. Nobody outside can ask for a garbage
// collection, but every scrape leaves garbage: they go on until many cycles
// have run. What was in a pool outlives the first ones, and each counts as live
// what was allocated while it ran: the least of them is nearest to the truth.
//
// What a cycle has marked is half of the goal that it sets for the next one,
// with GOGC at 100 and but for the stacks and globals, which are always the same.
// The bytes allocated would tell less: they fall slowly, as the heap is swept.
func (s *server) heap() (int64, error) {
	const settled, enough = 3, 40 // cycles
	first, least := -1.0, 0.0
	for range maxScrapes {
		m, err := s.metrics()
		if err != nil {
			return 0, err
		}
		if first < 0 {
			first = m[metricCycles]
		}
		cycles := m[metricCycles] - first
		if live := m[metricGoal] / 2; cycles >= settled && (least == 0 || live < least) {
			least = live
		}
		if cycles >= enough {
			return int64(least), nil
		}
	}
	return 0, fmt.Errorf("%d scrapes were not enough for %d garbage collections", maxScrapes, enough)
}
