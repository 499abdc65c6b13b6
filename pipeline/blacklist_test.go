package pipeline_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/netio/netiotest"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// again makes c ready for the next request of alice's.
func (c *call) again() {
	c.t.Helper()
	c.end()
	c.got, c.peers, c.dials = map[string]string{}, map[string]*peer{}, map[string]*netiotest.Dial{}
	c.texts, c.seen = map[string]string{}, map[string]bool{}
}

// finish has everybody accept the request, and refuse connections.
func (c *call) finish() {
	c.t.Helper()
	for who := range c.got {
		c.do(who + " 200")
	}
	for who := range c.dials {
		c.do(who + " refuses")
		if c.got[who] != "" {
			c.do(who + " 200")
		}
	}
}

// banning puts a target on the blacklist when it is tried.
func banning(t pipeline.Target, d time.Duration, r sip.Reply, ok *bool) *judge {
	return &judge{target: only(func(b *pipeline.Branch) bool { return b.Target == t }, func(_ *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
		*ok = b.Blacklist(d, r)
		return pipeline.Continue
	})}
}

// What a stage has put on the blacklist is passed over for as long as it said,
// by all requests.
func TestBlacklistTime(t *testing.T) {
	for _, c := range []struct {
		d  time.Duration
		ok bool
	}{
		{0, false}, {-time.Second, false}, {2*time.Second - 1, false}, {2 * time.Second, true}, {600 * time.Second, true}, {600*time.Second + 1, false},
	} {
		ok := false
		j := banning(udp("bob"), c.d, sip.Reply{}, &ok)
		n := newCall(t, &ways{hops: hops(hop("bob", 500))}, short, j)
		n.run([]string{"OPTIONS > bob OPTIONS", "bob 200 > alice 200"})
		if ok != c.ok {
			t.Errorf("for %v: got %t, want %t", c.d, ok, c.ok)
		}
		j.target = nil
		ask := func(branch, want string) {
			t.Helper()
			n.FromUDP(alice, request("OPTIONS", "1 ", branch, ""))
			sent := n.Sent()
			if len(sent) != 1 || nameOf(sent[0].To) != want {
				t.Errorf("for %v: %s: sent %v, want one to %s", c.d, branch, sent, want)
			}
		}
		if !ok {
			ask("atonce", "bob")
			n.end()
			continue
		}
		ask("atonce", "alice")
		n.Advance(c.d - time.Millisecond)
		n.Sent()
		ask("just before", "alice")
		n.Advance(time.Millisecond)
		n.Sent()
		ask("then", "bob")
		n.end()
	}
}

// Who has no other way is answered as the stage said; who has, goes there.
func TestBlacklistOfAStage(t *testing.T) {
	gone := sip.Reply{Status: 410, Reason: "On Leave", Headers: "Retry-After: 60\r\n"}
	for _, c := range []struct {
		name   string
		reply  sip.Reply
		hops   []pipeline.Hop
		to     []pipeline.Target // of bob
		steps  []string          // of the second request
		status string            // the start line that alice gets
		causes string
	}{
		{"no reply", sip.Reply{}, hops(hop("bob", 500)), nil, []string{"INVITE > alice 403"}, "SIP/2.0 403 Destination Blacklisted", "destination_blacklisted"},
		{"a reply", gone, hops(hop("bob", 500)), nil, []string{"INVITE > alice 410"}, "SIP/2.0 410 On Leave", "destination_blacklisted"},
		{"another address", gone, hops(hop("bob", 500)), []pipeline.Target{udp("bob"), udp("carol")}, []string{"INVITE > carol INVITE", "carol 404 > carol ACK, alice 404"},
			"SIP/2.0 404 Because", ""},
		{"another address that is silent", gone, hops(hop("bob", 500)), []pipeline.Target{udp("bob"), udp("carol")}, []string{"INVITE > carol INVITE", "wait 4100ms > alice 408"},
			"SIP/2.0 408 Client Timeout", "client_timeout"},
		{"after another address", gone, hops(hop("bob", 500)), []pipeline.Target{tcp("carol"), udp("bob")}, []string{"INVITE > dial carol", "carol refuses > alice 410"},
			"SIP/2.0 410 On Leave", "connection_error, destination_blacklisted"},
		{"a fallback", gone, hops(hop("bob", 500), fallback("carol")), nil, []string{"INVITE > carol INVITE", "carol 404 > carol ACK, alice 404"}, "SIP/2.0 404 Because", ""},
		{"another branch", gone, bobAndCarol, nil, []string{"INVITE > carol INVITE", "carol 200 > alice 200"}, "SIP/2.0 200 Because", "destination_blacklisted"},
		{"another branch that fails", gone, bobAndCarol, nil, []string{"INVITE > carol INVITE", "carol 500 > carol ACK, alice 410"}, "SIP/2.0 410 On Leave", "destination_blacklisted"},
		{"the next group", gone, hops(hop("bob", 900), hop("carol", 500)), nil, []string{"INVITE > carol INVITE", "carol 200 > alice 200"}, "SIP/2.0 200 Because", "destination_blacklisted"},
		{"another transport", gone, hops(hop("bob", 500)), []pipeline.Target{udp("bob"), tcp("bob")}, []string{"INVITE > dial bob", "bob accepts > bob INVITE", "bob 200 > alice 200"},
			"SIP/2.0 200 Because", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			ok := false
			j := banning(udp("bob"), 600*time.Second, c.reply, &ok)
			w := &ways{hops: hops(hop("bob", 500))}
			n := newCall(t, w, short, j)
			n.run([]string{"INVITE > bob INVITE", "bob 200 > alice 200"})
			n.again()
			if !ok {
				t.Fatal("was not put on the blacklist")
			}
			*j = judge{}
			w.hops = c.hops
			if c.to != nil {
				w.targets = map[string][]pipeline.Target{"bob": c.to}
			}
			n.run(c.steps)
			var final string
			for what, msg := range n.texts {
				if len(what) == len("alice 410") && what[:6] == "alice " && what >= "alice 2" {
					final = msg
				}
			}
			if got := pipelinetest.StartLine(final); got != c.status {
				t.Errorf("alice got %q, want %q", got, c.status)
			}
			if got := pipelinetest.Header(final, "Retry-After"); (len(got) == 1) != (c.status == "SIP/2.0 410 On Leave") {
				t.Errorf("Retry-After: %q", got)
			}
			if got := strings.Join(j.causes, ", "); got != c.causes {
				t.Errorf("the stage saw %q, want %q", got, c.causes)
			}
			n.end()
		})
	}
}

// The blacklist holds 1024 targets; what is over makes room.
func TestBlacklistIsBounded(t *testing.T) {
	added, refused := 0, 0
	j := &judge{target: func(_ *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
		was := b.Target
		for i := range 1030 {
			b.Target.Addr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, byte(i >> 8), byte(i)}), 5060)
			if b.Blacklist(4*time.Second, sip.Reply{}) {
				added++
			} else {
				refused++
			}
		}
		b.Target.Addr = netip.MustParseAddrPort("198.51.0.0:5060") // one that is there may be set again
		if !b.Blacklist(4*time.Second, sip.Reply{}) {
			t.Error("a target that is on the blacklist was refused")
		}
		b.Target = pipeline.Target{}
		if b.Blacklist(4*time.Second, sip.Reply{}) {
			t.Error("no target at all was taken")
		}
		b.Target = was
		return pipeline.Continue
	}}
	c := newCall(t, &ways{hops: hops(hop("bob", 500))}, short, j)
	for _, branch := range []string{"one", "two"} {
		added, refused = 0, 0
		c.FromUDP(alice, request("OPTIONS", "1 ", branch, ""))
		if added != 1024 || refused != 6 {
			t.Errorf("%d were put on the blacklist and %d refused, want 1024 and 6", added, refused)
		}
		c.Advance(4 * time.Second)
		c.Sent()
	}
	c.end()
}

// Addresses that failed are passed over, if the profile says so, and if there
// is another way.
func TestBlacklistOfFailures(t *testing.T) {
	both := []pipeline.Target{udp("bob"), udp("carol")}
	for _, c := range []struct {
		name   string
		on     bool
		method string
		hops   []pipeline.Hop
		to     []pipeline.Target // of bob
		first  []string          // what fails
		then   string            // the next request
		added  int64
	}{
		{"silence", true, "INVITE", nil, both, []string{"INVITE > bob INVITE", "wait 4100ms > carol INVITE", "carol 200 > alice 200"}, "carol INVITE", 1},
		{"silence, of another method", true, "OPTIONS", nil, both, []string{"OPTIONS > bob OPTIONS", "wait 4100ms > carol OPTIONS", "carol 200 > alice 200"}, "carol OPTIONS", 1},
		{"silence, not wanted", false, "INVITE", nil, both, []string{"INVITE > bob INVITE", "wait 4100ms > carol INVITE", "carol 200 > alice 200"}, "bob INVITE", 0},
		{"a connection that is refused", true, "INVITE", nil, []pipeline.Target{tcp("bob"), udp("carol")},
			[]string{"INVITE > dial bob", "bob refuses > carol INVITE", "carol 200 > alice 200"}, "carol INVITE", 1},
		{"a connection that is refused, not wanted", false, "INVITE", nil, []pipeline.Target{tcp("bob"), udp("carol")},
			[]string{"INVITE > dial bob", "bob refuses > carol INVITE", "carol 200 > alice 200"}, "dial bob", 0},
		{"the only address", true, "INVITE", nil, both[:1], []string{"INVITE > bob INVITE", "wait 4100ms > alice 408"}, "bob INVITE", 1},
		{"all addresses", true, "INVITE", nil, both, []string{"INVITE > bob INVITE", "wait 4100ms > carol INVITE", "wait 4100ms > alice 408"}, "carol INVITE", 2}, // the last resort
		{"the fallback is another way", true, "INVITE", hops(hop("bob", 500), fallback("carol")), both[:1],
			[]string{"INVITE > bob INVITE", "wait 4100ms > carol INVITE", "carol 200 > alice 200"}, "carol INVITE", 1},
		{"another branch is not", true, "INVITE", bobAndCarol, both[:1],
			[]string{"INVITE > bob INVITE, carol INVITE", "carol 100 >", "wait 4100ms >", "carol 200 > alice 200"}, "bob INVITE, carol INVITE", 1},
		{"Timer C is no failure of the address", true, "INVITE", nil, both, []string{"INVITE > bob INVITE", "bob 180 > alice 180", "wait 5100ms > bob CANCEL", "bob 487 > bob ACK, alice 408"},
			"bob INVITE", 0},
		{"a final response is none", true, "INVITE", nil, both, []string{"INVITE > bob INVITE", "bob 500 > bob ACK, alice 500"}, "bob INVITE", 0},
		{"503 without Retry-After", true, "INVITE", nil, both, []string{"INVITE > bob INVITE", "bob 503 > bob ACK, carol INVITE", "carol 200 > alice 200"}, "bob INVITE", 0},
		{"503 with Retry-After", true, "INVITE", nil, both, []string{"INVITE > bob INVITE", "bob 503 | Retry-After: 400 (lunch);duration=5 > bob ACK, carol INVITE", "carol 200 > alice 200"},
			"carol INVITE", 1},
		{"503 with Retry-After, not wanted", false, "INVITE", nil, both, []string{"INVITE > bob INVITE", "bob 503 | Retry-After: 400 > bob ACK, carol INVITE", "carol 200 > alice 200"},
			"bob INVITE", 0},
		{"503 with a Retry-After that is none", true, "INVITE", nil, both, []string{"INVITE > bob INVITE", "bob 503 | Retry-After: soon > bob ACK, carol INVITE", "carol 200 > alice 200"},
			"bob INVITE", 0},
		{"503 with Retry-After, and nobody else this time", true, "INVITE", nil, nil, []string{"INVITE > bob INVITE", "bob 503 | Retry-After: 400 > bob ACK, alice 500"},
			"carol INVITE", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := short
			p.UseBlacklist, p.BlacklistTime = c.on, 500*time.Second
			w := &ways{hops: c.hops, targets: map[string][]pipeline.Target{"bob": c.to}}
			if w.hops == nil {
				w.hops = hops(hop("bob", 500))
			}
			if c.to == nil {
				w.targets["bob"] = both[:1]
			}
			n := newCall(t, w, p)
			n.run(c.first)
			if c.to == nil {
				w.targets["bob"] = both
			}
			n.again() // which takes less than 400 s
			if got := n.Count("sluice_blacklist_added_total"); got != c.added {
				t.Errorf("%d put on the blacklist, want %d", got, c.added)
			}
			n.run([]string{c.method + " > " + c.then})
			n.finish()
			n.again()
			n.Advance(500 * time.Second) // and then it is over
			want := "bob " + c.method
			switch {
			case w.targets["bob"][0].Transport.Reliable():
				want = "dial bob"
			case len(c.hops) > 0 && !c.hops[1].Fallback:
				want += ", carol " + c.method
			}
			n.run([]string{c.method + " > " + want})
			n.finish()
			n.end()
		})
	}
}
