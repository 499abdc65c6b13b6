package main

import (
	"strings"
	"testing"
)

func TestParseResult(t *testing.T) {
	out := "call udp to udp: 10 done\nRESULT scenario=call cpu_us=97.50 rate=10200.0 failed=0 load=rate:4000\n"
	r, err := parseResult(out)
	if err != nil || r["cpu_us"] != 97.5 || r["rate"] != 10200 || r["failed"] != 0 {
		t.Errorf("got %v, %v", r, err)
	}
	if _, ok := r["scenario"]; ok {
		t.Error("a text is taken for a number")
	}
	if _, err := parseResult("sluice-load: connection refused\n"); err != errNoResult {
		t.Errorf("without RESULT: got %v, want %v", err, errNoResult)
	}
}

func TestSpread(t *testing.T) {
	tests := []struct {
		name   string
		values []float64
		want   spread
	}{
		{"none", nil, spread{}},
		{"one", []float64{5}, spread{5, 5, 5}},
		{"odd", []float64{9, 1, 4}, spread{4, 1, 9}},
		{"even", []float64{4, 1, 2, 9}, spread{3, 1, 9}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := spreadOf(tt.values); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestShow(t *testing.T) {
	round := func(cpu, rate float64) result { return result{"cpu_us": cpu, "rate": rate, "failed": 1} }
	ours := &series{server: "sluice", rounds: []result{round(40, 200), nil, round(60, 300)}}
	peers := &series{server: "kamailio", rounds: []result{round(80, 100), round(1, 1), round(100, 100)}}
	tests := []struct {
		name string
		all  []*series
		want []string
		not  string
	}{
		{"pair", []*series{ours, peers}, []string{
			"sluice    CPU 50.0 (40.0–60.0) us", "failed 2", "failed 3",
			"sluice/kamailio: CPU 0.55 (0.50–0.60), calls/s 2.50 (2.00–3.00)",
		}, "no figures"},
		{"alone", []*series{ours}, []string{"CPU 50.0"}, "sluice/"},
		{"nothing worked", []*series{{server: "sluice", rounds: []result{nil}}, peers}, []string{"no figures"}, "sluice/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			show(&b, scenario{name: "call-udp"}, tt.all)
			for _, want := range tt.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("got\n%swant it to hold %q", b.String(), want)
				}
			}
			if strings.Contains(b.String(), tt.not) {
				t.Errorf("got\n%swant it without %q", b.String(), tt.not)
			}
		})
	}
}

func TestChoose(t *testing.T) {
	tests := []struct{ name, list, want string }{
		{"all", "all", scenarioNames()},
		{"exact", "call-udp", "call-udp"},
		{"several, in the order of the table", "call-tcp,options-udp", "options-udp, call-tcp"},
		{"by beginning", "call-ws*", "call-ws-udp, call-ws-ws"},
		{"one twice", "call-tcp,call-tc*,call-tcp", "call-tcp"},
		{"unknown", "call-udp,subscribe", ""},
		{"unknown beginning", "call-udp,sub*", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			chosen, err := choose(tt.list)
			if (err != nil) != (tt.want == "") {
				t.Fatalf("got %v", err)
			}
			var names []string
			for _, s := range chosen {
				names = append(names, s.name)
			}
			if got := strings.Join(names, ", "); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
