//go:build e2e

package e2e_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// families are the addresses of a caller and its callee.
var families = []struct{ name, caller, callee string }{
	{"IPv4", "127.0.0.1", "127.0.0.1"},
	{"IPv6", "[::1]", "[::1]"},
	{"IPv4 to IPv6", "127.0.0.1", "[::1]"},
}

// TestPairs plays every scene between phones of every two transports and
// families of addresses. Nothing is left of it in the server.
func TestPairs(t *testing.T) {
	t.Parallel()
	families := families
	if probe, err := net.Listen("tcp", "[::1]:0"); err != nil {
		t.Log("this machine has no IPv6 loopback: ", err)
		families = families[:1]
	} else {
		probe.Close()
	}
	s, at := startEverywhere(t, len(families) > 1)
	before := s.descriptors()
	t.Run("calls", func(t *testing.T) {
		for _, f := range families {
			for _, from := range allTransports {
				for _, to := range allTransports {
					t.Run(fmt.Sprintf("%s to %s, %s", from, to, f.name), func(t *testing.T) {
						t.Parallel()
						playPair(t, newPhoneTo(t, s.vault, from, at[from+f.caller]), newPhoneTo(t, s.vault, to, at[to+f.callee]))
					})
				}
			}
		}
	})
	for _, gauge := range []string{ // timer D of UDP is the last, 32 s (RFC 3261 §17.1.1.2)
		"sluice_connections", "sluice_registrar_bindings", "sluice_exchanges", "sluice_server_transactions", "sluice_client_transactions",
	} {
		s.until(t, 90*time.Second, gauge+" is 0", func() bool { return s.metric(gauge) == 0 })
	}
	s.until(t, soon, "files are closed", func() bool { return s.descriptors() <= before })
	for _, name := range []string{
		"sluice_sip_malformed_total", "sluice_sip_responses_foreign_total", "sluice_sip_branches_failed_total",
		"sluice_tls_handshake_errors_total", "sluice_dial_errors_total",
	} {
		s.count(t, name, 0) // nothing is in progress that could still fail
	}
}

// startEverywhere starts a server with a listener for every transport, on
// IPv4 and, with six, on IPv6. at has their addresses, by transport and host.
func startEverywhere(t *testing.T, six bool) (s *server, at map[string]string) {
	t.Helper()
	at = map[string]string{}
	s = startTLS(t, func(c *settings) {
		if !six {
			return
		}
		for _, transport := range allTransports {
			addr := fmt.Sprintf("[::1]:%d", freePort(t))
			at[transport+"[::1]"] = addr
			c.listen = append(c.listen, transport+"://"+addr)
		}
	})
	for transport, addr := range map[string]string{"udp": s.udp, "tcp": s.tcp, "tls": s.tls, "ws": s.ws, "wss": s.wss} {
		at[transport+"127.0.0.1"] = addr
	}
	return s, at
}

// descriptors returns how many files the server has open.
func (s *server) descriptors() int {
	s.t.Helper()
	open, err := os.ReadDir(filepath.Join("/proc", fmt.Sprint(s.cmd.Process.Pid), "fd"))
	if err != nil {
		s.t.Errorf("descriptors: %v", err)
	}
	return len(open)
}

// playPair plays every scene between two phones, and has the callee call back.
func playPair(t *testing.T, caller, callee *phone) {
	caller.register(600)
	callee.register(600)
	for _, sc := range scenes {
		t.Run(sc.name, func(t *testing.T) {
			caller.t, callee.t = t, t
			sc.play(t, caller, callee)
		})
	}
	caller.t, callee.t = t, t
	callerHangsUp(t, callee, caller)
	caller.register(0)
	callee.register(0)
	notFound(t, caller, callee)
}

// seenOnTheWay looks at what the server adds to requests: a Via of the
// transport that it sends over, with its own address there, and Record-Route.
func seenOnTheWay(t *testing.T, caller, callee *phone) {
	m := caller.ask("OPTIONS", callee.aor())
	got := callee.request("OPTIONS")
	checkVia(t, got, callee, caller)
	callee.answer(got, 200, "OK")
	caller.response(m, 200)

	ours, theirs := setUp(t, caller, callee)
	checkRecordRoute(t, theirs.routes, callee, caller)
	for _, side := range []struct {
		d    *dialog
		peer *phone
	}{{ours, callee}, {theirs, caller}} {
		m := side.d.newRequest("INFO")
		side.d.p.send(side.d.p.out, m)
		got := side.peer.request("INFO")
		checkVia(t, got, side.peer, side.d.p)
		if rr := got.values("Record-Route"); len(rr) > 0 {
			t.Errorf("Record-Route of INFO: got %q, want none", rr)
		}
		side.peer.answer(got, 200, "OK")
		side.d.p.response(m, 200)
	}
	hangUp(t, theirs, caller)
}

// checkVia checks the Vias of a request that to has got and from has sent.
func checkVia(t *testing.T, m *message, to, from *phone) {
	t.Helper()
	vias := m.values("Via")
	want := []string{"SIP/2.0/" + strings.ToUpper(to.transport) + " " + to.server, "SIP/2.0/" + strings.ToUpper(from.transport) + " " + from.sentBy}
	if len(vias) != 2 || !strings.HasPrefix(vias[0], want[0]+";") || !strings.HasPrefix(vias[1], want[1]+";") {
		t.Errorf("Vias of %s: got %q, want %q", m.method(), vias, want)
	}
}

// checkRecordRoute checks the Record-Routes that the callee has got. There are
// two, the one on top for its side, where the two sides differ (RFC 5658 §3),
// and where the caller is to be reached over its connection.
func checkRecordRoute(t *testing.T, routes []string, callee, caller *phone) {
	t.Helper()
	sides := []*phone{callee, caller}
	if caller.transport == "udp" && callee.transport == "udp" && caller.server == callee.server {
		sides = sides[:1]
	}
	if len(routes) != len(sides) {
		t.Errorf("Record-Routes: got %q, want %d", routes, len(sides))
		return
	}
	for i, p := range sides {
		_, at, _ := strings.Cut(addrURI(routes[i]), "@")
		if want := p.server + p.uriTransport() + ";lr"; at != want {
			t.Errorf("Record-Route %d: got %q, want @%s", i, routes[i], want)
		}
	}
}
