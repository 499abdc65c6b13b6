//go:build e2e

package e2e_test

import (
	"strings"
	"testing"
)

var (
	both  = []string{"udp", "tcp"}
	mixed = []string{"udp", "tcp", "udp to tcp", "tcp to udp"}
)

// long is a header field that makes a request large.
var long = "X-Scene: " + strings.Repeat("long ", 200) + "enough"

// TestGivenUp has callers give up, before there is an answer and after (RFC
// 3261 §9, §16.10).
func TestGivenUp(t *testing.T) {
	canceled := map[string]float64{"sluice_sip_cancels_total": 1}
	const gaveUp = "Reason: SIP;cause=480;text=.Gave up." // of the caller's CANCEL
	rings := called("", play("rings and is cancelled", "reason", gaveUp))
	playScenes(t, []sippScene{
		{
			name:    "before the answer",
			over:    mixed,
			caller:  play("hangs up before the answer", "patience", "0"),
			callees: []callee{rings},
			metrics: canceled,
		},
		{
			name:    "no answer", // timer B does not count once it rings
			change:  impatient,
			caller:  play("hangs up before the answer", "patience", "3000"),
			callees: []callee{rings},
			metrics: canceled,
		},
		{
			name:    "before it rings",
			over:    both,
			caller:  play("hangs up at once"),
			callees: []callee{called("", play("rings late", "reason", gaveUp))},
			metrics: canceled,
		},
		{
			name:    "three phones ring",
			caller:  play("hangs up before the answer", "patience", "1000"),
			callees: []callee{rings, rings, rings},
			metrics: canceled,
		},
		{
			name:    "too late",
			over:    mixed,
			caller:  play("hangs up too late"),
			callees: []callee{called("", play("answers in spite of the CANCEL"))},
			metrics: canceled,
		},
		{
			name:    "callee does not care",
			over:    []string{"tcp"}, // with this T1 a UDP caller whose ACK is late would see its 487 again
			change:  func(c *settings) { c.profile = "timer_T1 = \"100ms\"\n" },
			caller:  play("hangs up before the answer", "patience", "0"),
			callees: []callee{called("", play("ignores the CANCEL"))},
			metrics: map[string]float64{"sluice_sip_cancels_total": 1, "sluice_sip_branches_failed_total": 1},
		},
		{
			name:    "after the answer",
			caller:  play("hangs up after the answer"),
			callees: []callee{called("", play("answers"))},
		},
	})
}

// TestRefused has callers hear why there is no call.
func TestRefused(t *testing.T) {
	const failures = "sluice_sip_branches_failed_total"
	refuses := func(params ...string) []callee { return []callee{called("", play("refuses", params...))} }
	playScenes(t, []sippScene{
		{
			name:    "busy",
			over:    both,
			caller:  isRefused("486", "^SIP/2.0 486 Busy Here"),
			callees: refuses("answer", "486 Busy Here"),
		},
		{
			name:    "declined",
			caller:  isRefused("603", "^SIP/2.0 603 Decline"),
			callees: refuses("answer", "603 Decline"),
		},
		{
			name:    "302 passed on",
			caller:  isRefused("302", "Contact: .sip:carol@192.0.2.1"),
			callees: refuses("answer", "302 Moved Temporarily", "header", "Contact: <sip:carol@192.0.2.1>"),
			metrics: map[string]float64{forwarded: 1},
		},
		{
			name:    "503 alone", // RFC 3261 §16.7 step 6
			caller:  isRefused("500", "^SIP/2.0 500 "),
			callees: refuses("answer", "503 Service Unavailable", "header", "Retry-After: 5"),
		},
		{
			name:    "silence",
			over:    both,
			change:  impatient,
			caller:  isRefused("408", "^SIP/2.0 408 Client Timeout"),
			callees: []callee{called("", play("keeps silent"))},
			metrics: map[string]float64{failures: 1},
		},
		{
			name:    "rings forever",
			change:  impatient,
			caller:  isRefused("408", "^SIP/2.0 408 INVITE Timeout"),
			callees: []callee{called("", play("rings and is cancelled"))},
			metrics: map[string]float64{failures: 1},
		},
		{
			name:    "unknown Proxy-Require",
			over:    both,
			caller:  isRefused("420", "Unsupported: foo.*Unsupported: bar", "header", "Proxy-Require: foo, bar"),
			metrics: map[string]float64{forwarded: 0},
		},
		{
			name:    "Max-Forwards 0",
			over:    both,
			caller:  isRefused("483", "^SIP/2.0 483 Too Many Hops", "hops", "0"),
			metrics: map[string]float64{forwarded: 0},
		},
		{
			name:    "unknown version",
			caller:  isRefused("505", "^SIP/2.0 505 ", "version", "SIP/3.0"),
			metrics: map[string]float64{forwarded: 0, "sluice_sip_malformed_total": 1},
		},
		{
			name:    "too large",
			change:  func(c *settings) { c.server = "max_message_size = 1024" },
			caller:  isRefused("513", "^SIP/2.0 513 Message Too Large", "header", long),
			metrics: map[string]float64{forwarded: 0, "sluice_sip_malformed_total": 1},
		},
		{
			name:    "tel URI",
			caller:  isRefused("416", "^SIP/2.0 416 Unsupported URI Scheme", "uri", "tel:+34944991212"),
			metrics: map[string]float64{forwarded: 0},
		},
		{
			name:    "Max-Breadth 0", // RFC 5393 §5.3.3.1
			caller:  isRefused("440", "^SIP/2.0 440 Max-Breadth Exceeded", "header", "Max-Breadth: 0"),
			callees: []callee{called("", part{}), called("", part{})},
			metrics: map[string]float64{forwarded: 0},
		},
		{
			name:    "loop",
			servers: inACircle,
			caller:  isRefused("482", "^SIP/2.0 482 Loop Detected", "uri", "sip:bob@192.0.2.1"),
			metrics: map[string]float64{forwarded: 1, "sluice_sip_loops_total": 1},
		},
		{
			name:    "rule that leads back here",
			servers: toItself,
			caller:  isRefused("404", "^SIP/2.0 404 Not Found", "uri", "sip:bob@192.0.2.1"),
			metrics: map[string]float64{forwarded: 0, failures: 1},
		},
	})
}

// TestDialogs has calls go through, whatever happens in them.
func TestDialogs(t *testing.T) {
	playScenes(t, []sippScene{
		{
			name:    "re-INVITE, UPDATE and INFO",
			over:    mixed,
			caller:  play("talks"),
			callees: []callee{called("", play("talks back"))},
		},
		{
			name:    "BYEs cross",
			over:    both,
			once:    true,
			caller:  play("hangs up with the callee"),
			callees: []callee{called("", play("hangs up with the caller"))},
			metrics: map[string]float64{forwarded: 4},
		},
		{
			name:    "early media and PRACK",
			over:    mixed,
			caller:  play("hears early media"),
			callees: []callee{called("", play("plays early media"))},
		},
		{
			name:    "rings long", // every 180 restarts timer C
			change:  impatient,
			caller:  play("calls"),
			callees: []callee{called("", play("rings long"))},
		},
		{
			name:    "lost ACK",
			once:    true,
			caller:  play("loses its ACK"),
			callees: []callee{called("", play("answers until the ACK comes"))},
			metrics: map[string]float64{forwarded: 3},
		},
		{
			name:    "200 comes twice",
			over:    both,
			once:    true,
			caller:  play("acknowledges twice"),
			callees: []callee{called("", play("answers twice"))},
			metrics: map[string]float64{forwarded: 4},
		},
		{
			name:    "large INVITE", // it goes over TCP, and as that is refused over UDP (RFC 3261 §18.1.1)
			caller:  play("calls", "header", long),
			callees: []callee{called("", play("answers"))},
			metrics: map[string]float64{"sluice_sip_requests_widened_total": 1, "sluice_sip_branches_failed_total": 1},
		},
		{
			name:    "strict router",
			caller:  play("calls through a strict router"),
			callees: []callee{called("", play("answers"))},
			metrics: map[string]float64{forwarded: 3},
		},
		{
			name:    "strict router before two routes of ours",
			over:    []string{"tcp", "udp to tcp", "tcp to udp"},
			caller:  play("calls through a strict router", "routes", "two"),
			callees: []callee{called("", play("answers"))},
			metrics: map[string]float64{forwarded: 3},
		},
		{
			name:    "spiral",
			servers: thereAndBack,
			aor:     "bob@127.0.0.1",
			caller:  play("calls", "uri", "sip:alice@localhost"),
			callees: []callee{called("", play("answers"))},
			metrics: map[string]float64{forwarded: 6},
		},
		{
			name:    "SUBSCRIBE and NOTIFY",
			over:    mixed,
			caller:  play("subscribes"),
			callees: []callee{called("", play("notifies"))},
		},
		{
			name:    "NOTIFY first",
			over:    both,
			once:    true,
			caller:  play("is notified first"),
			callees: []callee{called("", play("notifies first"))},
		},
	})
}

// toItself starts a server whose rule sends everything back to it.
func toItself(t *testing.T) *server {
	s := newServer(t, patient)
	s.runWith(nextHop(s))
	return s
}

// inACircle starts two servers that send everything to each other, and
// returns one of them.
func inACircle(t *testing.T) *server {
	s := newServer(t, patient)
	other := start(t, patient, func(c *settings) { c.rules = nextHop(s) })
	s.runWith(nextHop(other))
	return s
}

// thereAndBack starts two servers and returns the first, at which alice is
// registered with an address at the second, which sends everything back:
// a spiral, since it comes back with another Request-URI.
func thereAndBack(t *testing.T) *server {
	s := newServer(t, patient, func(c *settings) { c.domains = `"localhost", "127.0.0.1"` })
	other := start(t, patient, func(c *settings) { c.rules = nextHop(s) })
	s.runWith(anywhere)
	registerAt(t, s, "alice@localhost", []string{"<sip:bob@" + other.udp + ">"})
	return s
}

// nextHop is a rule that sends everything to a server.
func nextHop(s *server) string {
	return "\n[[stage.route.rule]]\nnext_hop = \"sip:" + s.udp + "\"\n"
}

// runWith runs a server that was not started yet, with these rules.
func (s *server) runWith(rules string) {
	s.t.Helper()
	s.settings.rules = rules
	s.write()
	s.run()
	s.awaitReady()
}
