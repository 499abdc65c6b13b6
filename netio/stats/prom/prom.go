// Package prom exposes a stats.Registry to Prometheus. It is a package of its own so that what only counts does not link the client library.
package prom

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"sluice/netio/stats"
)

// Collector is a prometheus.Collector over a Registry. Since metrics may be registered at any time it describes none in advance.
type Collector struct {
	registry *stats.Registry

	mu    sync.Mutex
	descs map[stats.ID]*prometheus.Desc
}

// NewCollector returns a collector of all that is, and will be, registered in r.
func NewCollector(r *stats.Registry) *Collector {
	return &Collector{registry: r, descs: make(map[stats.ID]*prometheus.Desc)}
}

// Describe implements prometheus.Collector.
func (c *Collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	for _, m := range c.registry.Metrics() {
		if m.Kind == stats.KindGauge {
			ch <- prometheus.MustNewConstMetric(c.desc(m), prometheus.GaugeValue, float64(c.registry.SumGauge(m.ID)))
			continue
		}
		ch <- prometheus.MustNewConstMetric(c.desc(m), prometheus.CounterValue, float64(c.registry.Sum(m.ID)))
	}
}

func (c *Collector) desc(m stats.Metric) *prometheus.Desc {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.descs[m.ID]
	if d == nil {
		labels := make(prometheus.Labels, len(m.Labels)/2)
		for i := 0; i < len(m.Labels); i += 2 {
			labels[m.Labels[i]] = m.Labels[i+1]
		}
		d = prometheus.NewDesc(m.Name, m.Help, nil, labels)
		c.descs[m.ID] = d
	}
	return d
}
