//go:build !race

package pipeline_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
)

// trunkWire keeps what was sent last to a trunk as if it were for bob.
type trunkWire struct{ wire }

func (w *trunkWire) Write(_ *netio.Conn, b []byte) int {
	w.toBob = append(w.toBob[:0], b...)
	return 0
}

// TestAliasAllocatesNothing: a request that asks for an alias that there is, and
// one that goes over it.
func TestAliasAllocatesNothing(t *testing.T) {
	w := &trunkWire{}
	b := newBenchLoopOn(t, w, stages(trunks{}))
	b.w = &w.wire
	ln := netiotest.NewListener(3, netio.TLS, "192.0.2.254:5061")
	b.edge.SetListeners([]*netio.Listener{b.udp, ln})
	trunk := b.control.AcceptPeer(netio.TLS, ln, ln.Addr, trunkAddr, trunkCert)
	from := []byte(strings.Replace(request("OPTIONS", "1 ", "opt-0000000000", ""), "SIP/2.0/UDP 192.0.2.1:5060;", aliasVia+";", 1))
	to := []byte(target(trunkURI, request("OPTIONS", "1 ", "opt-0000000000", "")))
	round := func() {
		b.serial++
		b.now += 100 * time.Millisecond
		b.control.Advance(b.now)
		b.control.Data(trunk, b.number(from))
		b.control.Datagram(b.udp, bobAddr, b.answer("200 OK"))
		b.serial++
		b.control.Datagram(b.udp, aliceAddr, b.number(to))
		b.control.Data(trunk, b.answer("200 OK"))
	}
	for range 1000 {
		round()
	}
	if !bytes.HasPrefix(w.toBob, []byte("OPTIONS "+trunkURI)) || !bytes.HasPrefix(w.toAlice, []byte("SIP/2.0 200 OK\r\n")) {
		t.Fatalf("it does not work: the trunk got\n%s\nalice got\n%s", w.toBob, w.toAlice)
	}
	if got := testing.AllocsPerRun(500, round); got != 0 {
		t.Errorf("a request each way allocates %v times, want 0", got)
	}
}
