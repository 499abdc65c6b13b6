package main

import (
	"net/netip"
	"testing"
)

func TestOptionsRefused(t *testing.T) {
	for _, args := range [][]string{
		{"-transports", "tcp"}, {"-transports", "ws,ws"}, {"-transports", ""}, {"-connections", "1"}, {"-connections", "70000"},
		{"-workers", "0"}, {"-keepalive", "1s"}, {"-keepalive", "3h"}, {"-rate", "0"}, {"-rate", "NaN"}, {"-rate", "+Inf", "-call-time", "0s"}, {"-rate", "100000"}, {"-timeout", "0s"},
		{"-call-time", "-1s"}, {"-tls", "1.1"}, {"-server-cpu", "1"}, {"-load-cpu", "4096"}, {"stray"},
	} {
		if _, err := parseOptions(args); err == nil {
			t.Errorf("%v: got no error", args)
		}
	}
}

func TestSources(t *testing.T) {
	loopback := netip.MustParsePrefix("127.0.0.0/8")
	seen := map[netip.Addr]bool{}
	for i := range maxConnections {
		a := sourceOf(i)
		if seen[a] || !loopback.Contains(a) || a.As4()[3] == 0 || a.As4()[3] == 255 || a.As4()[1] == 0 {
			t.Fatalf("client %d: address %s", i, a)
		}
		seen[a] = true
	}
}
