package main

import (
	"fmt"
	"strings"
)

// A scenario is one load that both servers get.
type scenario struct {
	name string
	text string
	peer string   // Kamailio's configuration
	load []string // arguments of sluice-load
}

var scenarios = []scenario{
	{"options-udp", "OPTIONS, UDP", "relay.cfg", []string{"-scenario", "options"}},
	{"call-udp", "call, UDP", "relay.cfg", nil},
	{"call-udp-4000", "call, UDP, 4,000/s", "relay.cfg", []string{"-rate", "4000"}},
	{"call-tcp", "call, TCP, 8 connections", "relay.cfg", []string{"-from", "tcp", "-to", "tcp", "-callers", "8"}},
	{"call-ws-udp", "call, 100 WebSocket clients to UDP", "ws-edge.cfg", []string{"-from", "ws", "-callers", "100"}},
	{"call-udp-ws", "call, UDP to 100 WebSocket clients", "ws-edge.cfg", []string{"-to", "ws", "-callees", "100"}},
	{"call-ws-ws", "call, 100 WebSocket clients to 100 others", "ws-edge.cfg",
		[]string{"-from", "ws", "-to", "ws", "-callers", "100", "-callees", "100"}},
	{"register-udp", "REGISTER, UDP, 1,000 users", "ws-edge.cfg", []string{"-scenario", "register"}},
	{"register-ws", "REGISTER, 100 WebSocket clients", "ws-edge.cfg",
		[]string{"-scenario", "register", "-from", "ws", "-callers", "100"}},
}

// choose picks scenarios by a list of names; one that ends in * is a beginning.
func choose(list string) ([]scenario, error) {
	if list == "all" {
		return scenarios, nil
	}
	wanted := strings.Split(list, ",")
	used := make([]bool, len(wanted))
	var chosen []scenario
	for _, s := range scenarios {
		if i := match(s.name, wanted); i >= 0 {
			used[i] = true
			chosen = append(chosen, s)
		}
	}
	for i, u := range used {
		if !u {
			return nil, fmt.Errorf("scenario %q: there are %s", wanted[i], scenarioNames())
		}
	}
	return chosen, nil
}

// match is the entry of wanted that name goes by; -1: none.
func match(name string, wanted []string) int {
	prefix := -1
	for i, w := range wanted {
		if w == name {
			return i
		}
		if p, ok := strings.CutSuffix(w, "*"); ok && strings.HasPrefix(name, p) {
			prefix = i
		}
	}
	return prefix
}

func scenarioNames() string {
	names := make([]string, len(scenarios))
	for i, s := range scenarios {
		names[i] = s.name
	}
	return strings.Join(names, ", ")
}
