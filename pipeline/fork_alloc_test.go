//go:build !race

package pipeline_test

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"sluice/netio"
	"sluice/pipeline"
)

// forkWire keeps the last datagram for each of several peers, by the last byte
// of their address.
type forkWire struct {
	wire
	to [256][]byte
}

func (w *forkWire) Send(_ *netio.Listener, batch []netio.Datagram) int {
	for _, d := range batch {
		i := d.To.Addr().As4()[3]
		w.to[i] = append(w.to[i][:0], d.Buf.B...)
	}
	return len(batch)
}

// fourWays forwards to four callees at once.
type fourWays struct{}

func (fourWays) Name() string { return "four-ways" }

func (fourWays) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	for range 4 {
		x.AddHop(pipeline.Hop{Q: 1000})
	}
	return x.Forward()
}

func (fourWays) OnResolve(x *pipeline.Exchange, b *pipeline.Branch) pipeline.Verdict {
	n := *fork.Of(x)
	*fork.Of(x)++
	b.AddTarget(pipeline.Target{Addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(10 + n)}), 5062)})
	return pipeline.Continue
}

var fork pipeline.Local[int]

// Forking to four callees allocates nothing either: branches, transactions and
// their buffers come from the loop's pools, four of each.
func TestForkAllocatesNothing(t *testing.T) {
	w := &forkWire{}
	b := newBenchLoopOn(t, w, func(lb *pipeline.LoopBuilder) []pipeline.Stage {
		fork = pipeline.NewLocal[int](lb)
		return []pipeline.Stage{fourWays{}}
	})
	callee := func(i byte) netip.AddrPort { return netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, i}), 5062) }
	answer := func(i byte, status string) {
		b.w.toBob = w.to[i]
		b.control.Datagram(b.udp, callee(i), b.answer(status))
	}
	call := func() {
		b.serial++
		b.now += 100 * time.Millisecond
		b.control.Advance(b.now)
		b.control.Datagram(b.udp, aliceAddr, b.number(b.invite))
		for i := byte(10); i < 14; i++ {
			answer(i, "180 Ringing")
		}
		// 11 accepts; the others get a CANCEL and end with 487, which is acknowledged.
		invites := [4][]byte{}
		for i := range invites {
			invites[i] = w.to[10+i]
			w.to[10+i] = b.spare[i][:0]
		}
		b.w.toBob = invites[1]
		b.control.Datagram(b.udp, callee(11), b.answer("200 OK"))
		for i := byte(10); i < 14; i++ {
			if i == 11 {
				continue
			}
			answer(i, "200 OK")
			b.w.toBob = invites[i-10]
			b.control.Datagram(b.udp, callee(i), b.answer("487 Request Terminated"))
		}
		for i := range invites {
			b.spare[i] = invites[i]
		}
	}
	for range 1000 {
		call()
	}
	for _, i := range []byte{10, 12, 13} {
		if !bytes.HasPrefix(w.to[i], []byte("ACK ")) {
			t.Fatalf("callee %d got\n%s\nwant the ACK for his 487", i, w.to[i])
		}
	}
	if !bytes.HasPrefix(w.to[1], []byte("SIP/2.0 200 OK\r\n")) {
		t.Fatalf("alice got\n%s", w.to[1])
	}
	if got := testing.AllocsPerRun(300, call); got != 0 {
		t.Errorf("a call forked to 4 callees allocates %v times, want 0", got)
	}
}
