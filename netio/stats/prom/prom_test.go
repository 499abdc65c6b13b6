package prom_test

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/netio/stats"
	"sluice/netio/stats/prom"
)

func TestCollector(t *testing.T) {
	r := stats.New()
	r.Loops(2)
	udp := r.Counter("sluice_messages_total", "Messages.", "transport", "udp")
	tcp := r.Counter("sluice_messages_total", "Messages.", "transport", "tcp")
	c := prom.NewCollector(r)
	level := r.Gauge("sluice_level", "Level.")
	r.Loop(0).Add(udp, 2)
	r.Loop(1).Add(tcp, 3)
	r.Loop(1).Move(level, -4)
	want := `# HELP sluice_level Level.
# TYPE sluice_level gauge
sluice_level -4
# HELP sluice_messages_total Messages.
# TYPE sluice_messages_total counter
sluice_messages_total{transport="tcp"} 3
sluice_messages_total{transport="udp"} 2
`
	registry := prometheus.NewRegistry()
	registry.MustRegister(c)
	if got := exposition(t, registry); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// exposition is what a scrape would see.
func exposition(t *testing.T, g prometheus.Gatherer) string {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&text, f); err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}

// TestNamesOfNetio holds the names and help texts of what netio counts against Prometheus's conventions.
func TestNamesOfNetio(t *testing.T) {
	r := stats.New()
	netiotest.NewLoop(t, 0, netio.Options{Stats: r})
	registry := prometheus.NewRegistry()
	registry.MustRegister(prom.NewCollector(r))
	problems, err := promlint.New(strings.NewReader(exposition(t, registry))).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	for _, m := range r.Metrics() {
		if counter := strings.HasSuffix(m.Name, "_total"); !strings.HasPrefix(m.Name, "sluice_") || counter != (m.Kind == stats.KindCounter) {
			t.Errorf("%s: want sluice_..., ending in _total if and only if it is a counter", m.Name)
		}
	}
}
