package main

import (
	"strings"
	"testing"
)

func TestParseOptions(t *testing.T) {
	tests := []struct{ name, args, want string }{
		{"defaults", "", ""},
		{"all of it", "-scenario call -from ws -to udp -callers 50 -rate 100 -calls 1000 -hangup callee", ""},
		{"scenario", "-scenario talk", "-scenario"},
		{"transport", "-from sctp", `transport "sctp"`},
		{"address", "-server localhost:5060", "localhost"},
		{"IPv6", "-server [::1]:5060", "IPv4"},
		{"no time", "-time 0s", "-time"},
		{"negative rate", "-rate -1", "-rate"},
		{"endless rate", "-rate +Inf", "-rate"},
		{"no rate", "-rate NaN", "-rate"},
		{"no flow", "-callers 0", "-callers"},
		{"hangup", "-hangup both", "-hangup"},
		{"rest", "fast", `"fast"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := parseOptions(strings.Fields(tt.args))
			if tt.want == "" {
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}
