package pipeline_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// certs is a stage that writes down peers' certificates and judges them.
type certs struct {
	conns
	judge func(pc *netio.PeerCert) pipeline.Verdict
}

func (s certs) OnPeerCert(c *netio.Conn, pc *netio.PeerCert) pipeline.Verdict {
	*s.conns.log = append(*s.conns.log, s.conns.name+" peer "+strings.Join(pc.Identities, " "))
	return s.judge(pc)
}

func TestOnPeerCert(t *testing.T) {
	ln := netiotest.NewListener(9, netio.TLS, "192.0.2.254:5061")
	pass := func(*netio.PeerCert) pipeline.Verdict { return pipeline.Continue }
	verified := func(pc *netio.PeerCert) pipeline.Verdict {
		if pc.Verified != nil {
			return pipeline.Drop
		}
		return pipeline.Continue
	}
	panics := func(*netio.PeerCert) pipeline.Verdict { panic("a stage's mistake") }
	good := &netio.PeerCert{Identities: []string{"example.com"}}
	bad := &netio.PeerCert{Identities: []string{"example.com"}, Verified: errors.New("expired")}
	for _, tc := range []struct {
		name   string
		first  func(*netio.PeerCert) pipeline.Verdict
		peer   *netio.PeerCert
		want   string
		opened bool
	}{
		{"good", verified, good, "a peer example.com, b peer example.com, a open tls, b open tls", true},
		{"bad", verified, bad, "a peer example.com", false},
		{"panic", panics, good, "a peer example.com", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var log []string
			n := pipelinetest.New(t, stages(certs{conns{"a", &log, nil}, tc.first}, certs{conns{"b", &log, nil}, pass}, router{}))
			h := n.Loops[0]
			c := h.OpenPeer(netio.TLS, ln, netip.MustParseAddrPort("192.0.2.9:40000"), tc.peer)
			if got := strings.Join(log, ", "); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			if h.Shut(c) == tc.opened {
				t.Errorf("shut %v, want %v", h.Shut(c), !tc.opened)
			}
			h.ClosePeer(c)
			n.Idle()
		})
	}
}
