package admin

import (
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Vitals are what operators watch of the process itself, besides what it counts:
// which version runs, with which configuration, and how long its certificates
// are good. Any goroutine may use them.
type Vitals struct {
	version string

	mu           sync.Mutex
	refused      bool // the last configuration was
	since        time.Time
	certificates []Certificate
}

// A Certificate is one that is loaded. No two have the same section and file.
type Certificate struct {
	Section  string // of the configuration
	File     string // as the configuration names it
	NotAfter time.Time
}

// NewVitals returns those of a process that has no configuration yet.
func NewVitals(version string) *Vitals { return &Vitals{version: version} }

// TookOver notes that the process has a new configuration, from now on.
func (v *Vitals) TookOver(now time.Time, certificates []Certificate) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.refused, v.since, v.certificates = false, now, certificates
}

// Refused notes that the process keeps the configuration that it has.
func (v *Vitals) Refused() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.refused = true
}

// The names of what reloads say are those of Prometheus itself.
var (
	buildInfo    = prometheus.NewDesc("sluice_build_info", "The version that runs; always 1.", []string{"version", "goversion"}, nil)
	reloadGood   = prometheus.NewDesc("sluice_config_last_reload_successful", "Whether the last reload was taken over, 1, or refused, 0; 1 until there is one.", nil, nil)
	reloadTime   = prometheus.NewDesc("sluice_config_last_reload_success_timestamp_seconds", "When the configuration that runs was taken over, by a reload or the start.", nil, nil)
	certNotAfter = prometheus.NewDesc("sluice_tls_certificate_not_after_timestamp_seconds", "When a certificate that is loaded ends, without those of authorities.", []string{"section", "file"}, nil)
)

// Describe implements prometheus.Collector.
func (v *Vitals) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range [...]*prometheus.Desc{buildInfo, reloadGood, reloadTime, certNotAfter} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (v *Vitals) Collect(ch chan<- prometheus.Metric) {
	v.mu.Lock()
	defer v.mu.Unlock()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	gauge(buildInfo, 1, v.version, runtime.Version())
	if v.since.IsZero() {
		return
	}
	good := 1.0
	if v.refused {
		good = 0
	}
	gauge(reloadGood, good)
	gauge(reloadTime, float64(v.since.UnixMilli())/1000)
	for _, c := range v.certificates {
		gauge(certNotAfter, float64(c.NotAfter.Unix()), c.Section, c.File)
	}
}
