package main

import (
	"fmt"
	"slices"
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
	for _, w := range wanted {
		if !slices.ContainsFunc(scenarios, func(s scenario) bool { return s.is(w) }) {
			return nil, fmt.Errorf("scenario %q: there are %s", w, scenarioNames())
		}
	}
	var chosen []scenario
	for _, s := range scenarios {
		if slices.ContainsFunc(wanted, s.is) {
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

// is says whether wanted is the scenario's name or its beginning with a *.
func (s scenario) is(wanted string) bool {
	beginning, open := strings.CutSuffix(wanted, "*")
	return s.name == wanted || open && strings.HasPrefix(s.name, beginning)
}

func scenarioNames() string {
	names := make([]string, len(scenarios))
	for i, s := range scenarios {
		names[i] = s.name
	}
	return strings.Join(names, ", ")
}
