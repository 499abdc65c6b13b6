package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"sluice/netio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// A server that stops closes its WebSockets with 1001, on every loop, and waits
// for who answers; for nothing else.
func TestFarewell(t *testing.T) {
	w := &watch{}
	n := pipelinetest.New(t, stages(w), pipelinetest.Options{Loops: 2})
	tcp := connect(n, netio.TCP, "192.0.2.3:40003", 0)
	shaking := &peer{n: n, h: n.Loops[0]}
	shaking.c = shaking.h.Open(netio.WS, n.WS, aliceAt)
	clients := []*peer{connect(n, netio.WS, aliceWS, 0), connect(n, netio.WS, bobWS, 1), connect(n, netio.WS, "192.0.2.3:40004", 1)}

	left := n.Edge.Farewell()
	n.Advance(0)
	for i, p := range clients {
		if got := string(p.h.Written(p.c)); got != "\x88\x0a\x03\xe9stopping" {
			t.Errorf("client %d is sent %q, want a Close frame with 1001", i, got)
		}
	}
	for _, p := range []*peer{tcp, shaking} {
		if got := string(p.h.Written(p.c)); got != "" || p.h.Shut(p.c) {
			t.Errorf("what is no WebSocket is sent %q", got)
		}
	}
	gone := func() bool {
		select {
		case <-left:
			return true
		default:
			return false
		}
	}
	clients[0].feed(string(masked(t, ws.OpText, "ignored")) + string(masked(t, ws.OpClose, "\x03\xe9")))
	clients[1].h.ClosePeer(clients[1].c)
	if gone() || w.ended() != "local_closed" {
		t.Errorf("two have answered: all gone: %t, the last one was %q", gone(), w.ended())
	}
	n.Advance(6 * time.Second) // the third does not answer
	if closed := strings.Count(strings.Join(w.events, "\n"), " local_closed"); !gone() || closed != len(clients) {
		t.Errorf("the third had its time: all gone: %t, told that %d are closed, want %d", gone(), closed, len(clients))
	}
	n.Idle()
}

// Without WebSockets there is nobody to wait for, and not for one that is
// being closed already.
func TestFarewellToNobody(t *testing.T) {
	n, _ := timed(t, pipeline.ConnLimits{IdleIn: time.Hour})
	p := connect(n, netio.WS, aliceWS)
	n.Advance(time.Hour + 20*time.Millisecond)
	p.h.Written(p.c)
	left := n.Edge.Farewell()
	n.Advance(0)
	select {
	case <-left:
	default:
		t.Error("it waits")
	}
	if got := string(p.h.Written(p.c)); got != "" {
		t.Errorf("got sent %q, want no second Close frame", got)
	}
}
