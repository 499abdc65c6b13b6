package pipeline_test

import (
	"net/netip"
	"strings"
	"testing"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// everywhere makes the listeners of n ones on every address of a host that has
// a leg in two networks: 192.0.2.254 outside, 10.0.0.254 inside.
func everywhere(n *pipelinetest.Net) {
	n.UDP, n.TCP = netiotest.NewListener(0, netio.UDP, "0.0.0.0:5060"), netiotest.NewListener(1, netio.TCP, "0.0.0.0:5060")
	n.Edge.SetListeners([]*netio.Listener{n.UDP, n.TCP})
	inside := netip.MustParsePrefix("10.0.0.0/8")
	for _, h := range n.Loops {
		h.SetRoute(func(peer netip.Addr) netip.Addr {
			if inside.Contains(peer) {
				return netip.MustParseAddr("10.0.0.254")
			}
			return netip.MustParseAddr("192.0.2.254")
		})
	}
}

// face is what of a listener a peer meets.
func face(n *pipelinetest.Net, ln *netio.Listener, peer string) *netio.Listener {
	return n.Loops[0].Loop().Facing(ln, netip.MustParseAddr(peer))
}

func sentBys(msg, header string) (hosts []string) {
	for _, v := range pipelinetest.Header(msg, header) {
		v = v[strings.IndexAny(v, " @")+1:]
		hosts = append(hosts, v[:strings.IndexAny(v, ";>")])
	}
	return hosts
}

func expectHosts(t *testing.T, msg, header string, want ...string) {
	t.Helper()
	if got := sentBys(msg, header); strings.Join(got[:min(len(got), len(want))], " ") != strings.Join(want, " ") {
		t.Errorf("%s: got %q, want %q first", header, got, want)
	}
}

// TestEverywhereUDP: each side is told the address that it can reach, and
// hears from it.
func TestEverywhereUDP(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}))
	everywhere(n)
	n.UDP = face(n, n.UDP, "192.0.2.1")
	n.FromUDP(alice, target("sip:bob@10.0.0.9:5062", request("INVITE", "1 ", "inv", "")))
	sent := n.Loops[0].Sent()
	if len(sent) != 2 {
		t.Fatalf("%d datagrams were sent, want a 100 and an INVITE", len(sent))
	}
	for i, want := range []string{"192.0.2.254:5060", "10.0.0.254:5060"} {
		if got := sent[i].Listener.Addr.String(); got != want {
			t.Errorf("%.20q left from %s, want %s", sent[i].Bytes, got, want)
		}
	}
	inv := string(sent[1].Bytes)
	expectHosts(t, inv, "Via", "10.0.0.254:5060")
	expectHosts(t, inv, "Record-Route", "10.0.0.254:5060", "192.0.2.254:5060")
	n.FromUDP("10.0.0.9:5062", respond(inv, "200 OK"))
	if sent = n.Loops[0].Sent(); len(sent) != 1 || sent[0].To.String() != alice || sent[0].Listener.Addr.String() != "192.0.2.254:5060" {
		t.Errorf("got %+v, want a 200 from where the INVITE went to", sent)
	}
}

// TestEverywhereTCP: we connect from the address that we give.
func TestEverywhereTCP(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}))
	everywhere(n)
	caller := &peer{n, n.Loops[0], n.Loops[0].Open(netio.TCP, face(n, n.TCP, "192.0.2.1"), netip.MustParseAddrPort("192.0.2.1:40001"))}
	caller.send(target("sip:bob@10.0.0.9:5062;transport=tcp", over("TCP", request("INVITE", "1 ", "inv", ""))))
	caller.expect("SIP/2.0 100 ")
	d := dial(n, "10.0.0.9:5062")
	if got := d.Local.String(); got != "10.0.0.254" {
		t.Errorf("dialled from %s, want 10.0.0.254", got)
	}
	d.Succeed()
	callee := &peer{n, n.Loops[0], d.Conn}
	inv := callee.expect("INVITE ")[0]
	expectHosts(t, inv, "Via", "10.0.0.254:5060")
	expectHosts(t, inv, "Record-Route", "10.0.0.254:5060", "192.0.2.254:5060")
	callee.send(respond(inv, "200 OK"))
	caller.expect("SIP/2.0 200 ")
	// A request that comes on the connection that we opened is for its other end
	// from the same address.
	callee.send(target("sip:alice@192.0.2.1:5060", strings.ReplaceAll(over("TCP", request("OPTIONS", "2 ", "opt", "")), "call-1", "call-2")))
	opt := expectSent(n, alice, "OPTIONS ")[0]
	expectHosts(t, opt, "Via", "192.0.2.254:5060")
}

// TestEverywhereFarFlow: the connection of another loop has its face too.
func TestEverywhereFarFlow(t *testing.T) {
	users := router{}
	n := pipelinetest.New(t, stages(users), pipelinetest.Options{Loops: 2})
	everywhere(n)
	callee := &peer{n, n.Loops[1], n.Loops[1].Open(netio.TCP, face(n, n.TCP, "10.0.0.9"), netip.MustParseAddrPort("10.0.0.9:40001"))}
	users["bob"] = []pipeline.Target{{Flow: callee.c.ID(), Transport: netio.TCP}}
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	inv := callee.expect("INVITE ")[0]
	expectHosts(t, inv, "Via", "10.0.0.254:5060")
	expectHosts(t, inv, "Record-Route", "10.0.0.254:5060")
}
