//go:build e2e

package e2e_test

import "testing"

// elsewhere is what a phone is told whose call another one took (RFC 3326
// §3.1).
const elsewhere = "Reason: SIP;cause=200;text=.Call completed elsewhere."

// TestForks calls a user with several phones (RFC 3261 §16.6, §16.7).
func TestForks(t *testing.T) {
	var (
		answers = play("answers")
		takes   = play("answers", "delay", "500")
		rings   = play("rings and is cancelled", "reason", elsewhere)
		busy    = play("refuses", "answer", "486 Busy Here")
	)
	const ok = "sluice_sip_responses_sent_2xx_total" // to REGISTER, and to INVITE and BYE of each call
	playScenes(t, []sippScene{
		{
			name:    "two ring, one answers",
			over:    both,
			caller:  play("calls"),
			callees: []callee{called("", takes), called("", rings)},
			metrics: map[string]float64{forwarded: 4, ok: 3},
		},
		{
			name:    "three ring, one answers",
			over:    both,
			caller:  play("calls"),
			callees: []callee{called("", rings), called("", takes), called("", rings)},
			metrics: map[string]float64{forwarded: 5, ok: 3},
		},
		{
			name:    "one is busy, one rings, one answers",
			caller:  play("calls"),
			callees: []callee{called("", busy), called("", rings), called("", takes)},
			metrics: map[string]float64{forwarded: 5, ok: 3},
		},
		{
			name:    "two answer",
			caller:  play("gets two answers"),
			callees: []callee{called("", play("answers and hangs up", "delay", "300")), called("", play("answers in spite of the CANCEL"))},
			metrics: map[string]float64{forwarded: 6, ok: 5},
		},
		{
			name:    "by q",
			over:    both,
			caller:  play("calls"),
			callees: []callee{called(";q=0.5", answers), called(";q=0.9", busy)},
			metrics: map[string]float64{forwarded: 4, ok: 3},
		},
		{
			name:    "by q, in groups",
			caller:  play("calls"),
			callees: []callee{called(";q=0.9", busy), called(";q=0.9", busy), called(";q=0.5", takes), called(";q=0.5", rings)},
			metrics: map[string]float64{forwarded: 6, ok: 3},
		},
		{
			name:    "one after the other",
			change:  func(c *settings) { c.profile = "serial_forking = true\n" },
			caller:  play("calls"),
			callees: []callee{called("", busy), called("", answers), called("", part{})},
			metrics: map[string]float64{forwarded: 4, ok: 3},
		},
		{
			name:    "one after the other for want of breadth", // RFC 5393 §5.3.3
			caller:  play("calls", "header", "Max-Breadth: 1"),
			callees: []callee{called("", busy), called("", answers), called("", part{})},
			metrics: map[string]float64{forwarded: 4, ok: 3},
		},
		{
			name:    "MESSAGE",
			over:    both,
			caller:  play("sends a message"),
			callees: []callee{called("", play("takes a message", "delay", "300")), called("", play("takes a message"))},
			metrics: map[string]float64{forwarded: 2, ok: 2},
		},
		{
			name:    "one keeps silent, then the next",
			change:  impatient,
			caller:  play("calls"),
			callees: []callee{called(";q=0.9", play("keeps silent")), called(";q=0.5", answers)},
			metrics: map[string]float64{forwarded: 4, ok: 3, "sluice_sip_branches_failed_total": 1},
		},
		{
			name:   "all refuse, one says how to do better",
			caller: isRefused("415", "^SIP/2.0 415 "),
			callees: []callee{
				called("", busy), called("", play("refuses", "answer", "415 Unsupported Media Type")),
				called("", play("refuses", "answer", "500 Server Internal Error")),
			},
			metrics: map[string]float64{forwarded: 3},
		},
		{
			name:   "one declines for all",
			caller: isRefused("603", "^SIP/2.0 603 Decline"),
			callees: []callee{
				called("", play("rings and refuses", "delay", "500", "answer", "603 Decline")),
				called("", play("rings and is cancelled", "reason", "Reason: SIP;cause=603")),
				called(";q=0.5", part{}),
			},
			metrics: map[string]float64{forwarded: 2},
		},
		{
			name:   "an early dialog ends", // RFC 6228
			caller: play("sees an early dialog end"),
			callees: []callee{
				called("", play("answers", "delay", "1500")),
				called("", play("rings and refuses", "delay", "200", "answer", "486 Busy Here")),
			},
			metrics: map[string]float64{forwarded: 4, ok: 3},
		},
		{
			name:    "redirected",
			over:    both,
			change:  func(c *settings) { c.profile = "recurse_on_redirect = true\n" },
			caller:  play("calls"),
			callees: []callee{called("", play("redirects")), {part: answers, unknown: true}},
			metrics: map[string]float64{forwarded: 4, ok: 3},
		},
		{
			name:   "430, and another way to the same phone", // RFC 5626 §5.3
			caller: play("calls"),
			callees: []callee{
				called(`;+sip.instance="<urn:uuid:1>";q=0.9`, play("refuses", "answer", "430 Flow Failed")),
				called(`;+sip.instance="<urn:uuid:1>";q=0.5`, answers),
			},
			metrics: map[string]float64{forwarded: 4, ok: 3},
		},
		{
			name:   "503 is the word of the phone, whatever the way to it", // RFC 5626 §7
			caller: isRefused("500", "^SIP/2.0 500 "),
			callees: []callee{
				called(`;+sip.instance="<urn:uuid:1>";q=0.9`, play("refuses", "answer", "503 Service Unavailable")),
				called(`;+sip.instance="<urn:uuid:1>";q=0.5`, part{}),
			},
			metrics: map[string]float64{forwarded: 1},
		},
		{
			name:   "503 of one phone, the next answers",
			caller: play("calls"),
			callees: []callee{
				called(";q=0.9", play("refuses", "answer", "503 Service Unavailable")), called(";q=0.5", answers),
			},
			metrics: map[string]float64{forwarded: 4, ok: 3},
		},
	})
}

// TestChallenged has callees ask for credentials. The challenges of several
// come together (RFC 3261 §16.7 step 7).
func TestChallenged(t *testing.T) {
	www := []string{
		"answer", "401 Unauthorized", "header", `WWW-Authenticate: Digest realm="one", nonce="1"`,
		"credentials", "[^-]Authorization: Digest .*realm=.one.",
	}
	proxy := []string{
		"answer", "407 Proxy Authentication Required", "header", `Proxy-Authenticate: Digest realm="other", nonce="2"`,
		"credentials", "Proxy-Authorization: Digest .*realm=.other.",
	}
	answers := func(params []string) part {
		return play("challenges and answers", append([]string{"delay", "500"}, params...)...)
	}
	rings := func(params []string) part {
		return play("challenges and is cancelled", append([]string{"reason", elsewhere}, params...)...)
	}
	playScenes(t, []sippScene{
		{name: "401", over: both, caller: play("is challenged", "status", "401"), callees: []callee{called("", answers(www))}},
		{name: "407", over: both, caller: play("is challenged", "status", "407"), callees: []callee{called("", answers(proxy))}},
		{
			name:    "both",
			over:    both,
			caller:  play("is challenged twice"),
			callees: []callee{called("", answers(www)), called("", rings(proxy))},
			metrics: map[string]float64{forwarded: 6},
		},
	})
}
