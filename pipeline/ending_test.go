package pipeline_test

import (
	"log/slog"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"sluice/netio"
	"sluice/netio/tlsio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// endings is a Net that logs to text.
type endings struct {
	*pipelinetest.Net
	t    *testing.T
	text strings.Builder
}

func newEndings(t *testing.T, level slog.Level, list ...pipeline.Stage) *endings {
	n := &endings{t: t}
	lim := pipelinetest.DefaultLimits
	lim.Conn = pipeline.ConnLimits{HeadTimeout: time.Second, MessageTimeout: time.Second, IdleIn: time.Minute}
	lim.Source = pipeline.SourceLimits{Connections: 2, BanAfter: 1000, BanTime: time.Minute}
	n.Net = pipelinetest.New(t, stages(append(list, router{})...), pipelinetest.Options{
		Limits: lim, Log: slog.New(slog.NewTextHandler(&n.text, &slog.HandlerOptions{Level: level})),
		Handshakes: pipeline.HandshakeRules{Hosts: []string{"192.0.2.254"}, Paths: []string{"/"}, Origins: []string{"https://example.com"}},
	})
	return n
}

func (n *endings) tcp() *peer { return connect(n.Net, netio.TCP, aliceFar) }

func (n *endings) proxied(transport netio.Transport) *peer {
	return &peer{n.Net, n.Loops[0], n.Loops[0].Open(transport, balanced(n.t, transport, pipelinetest.TCPAddr), balancer)}
}

// TestEndingsAreLogged: at level debug there is a line for each connection that
// ends otherwise than in order, with what operators look for, and at level info
// there is none.
func TestEndingsAreLogged(t *testing.T) {
	rejecting := &handshakes{judge: func(h *pipeline.Handshake) pipeline.Verdict { return h.Reject(401, "Who Are You", "") }}
	shaken := func(old, instead string) func(n *endings) {
		return func(n *endings) { shake(n.Net, strings.Replace(upgrade, old, instead, 1)) }
	}
	const (
		web      = `"WebSocket handshake refused" remote=192.0.2.1:5060 transport=ws `
		closed   = `"connection closed" remote=192.0.2.1:40001 transport=tcp dialled=false reason=`
		balances = `"connection closed" remote=192.0.2.200:33000 transport=tcp dialled=false reason=`
	)
	for _, c := range []struct {
		name  string
		stage pipeline.Stage
		end   func(n *endings)
		want  string
	}{
		{"403 for the host", nil, shaken("192.0.2.254", "example.com"), web + `status=403 reason="this host is not served here"`},
		{"403 for the origin", nil, shaken("\r\n\r\n", "\r\nOrigin: http://example.com\r\n\r\n"), web + `status=403 reason="not for pages of this origin"`},
		{"404", nil, shaken("GET / ", "GET /x "), web + `status=404 reason="nothing is served here"`},
		{"405", nil, shaken("GET", "PUT"), web + `status=405 reason=""`},
		{"426", nil, shaken("Upgrade: websocket\r\n", ""), web + `status=426 reason="this is a WebSocket server"`},
		{"400", nil, shaken("Protocol: sip", "Protocol: msrp"), web + `status=400 reason="sub-protocol sip is not offered"`},
		{"431", nil, shaken("\r\n\r\n", "\r\nX: "+strings.Repeat("x", 70000)), web + `status=431 reason=""`},
		{"a stage", rejecting, shaken("", ""), web + `status=401 reason="Who Are You"`},

		{"no PROXY header", nil, func(n *endings) { n.proxied(netio.TCP).feed("hello there, hello") }, balances + "bad_proxy"},
		{"no PROXY header before TLS", nil, func(n *endings) {
			n.Edge.Engine(0).OnPreface(n.proxied(netio.TLS).c, []byte("\x16\x03\x01\x02\x00"))
		}, strings.Replace(balances, "tcp", "tls", 1) + "bad_proxy"},
		{"no PROXY header in time", nil, func(n *endings) { n.proxied(netio.TCP); n.Advance(2 * time.Second) }, balances + `"too_slow: head"`},
		{"no message", nil, func(n *endings) { n.tcp().feed("hello\r\n\r\n") }, closed + "bad_message"},
		{"half a message", nil, func(n *endings) { n.tcp().feed("INVITE "); n.Advance(2 * time.Second) }, closed + `"too_slow: message"`},
		{"half a head", nil, func(n *endings) { shake(n.Net, "GET"); n.Advance(2 * time.Second) },
			`"connection closed" remote=192.0.2.1:5060 transport=ws dialled=false reason="too_slow: head"`},
		{"a frame without mask", nil, func(n *endings) {
			p := shake(n.Net, upgrade)
			p.feed(string(ws.MustCompileFrame(ws.NewTextFrame([]byte("x")))))
		}, `"connection closed" remote=192.0.2.1:5060 transport=ws dialled=false reason=unmasked`},
		{"idle", nil, func(n *endings) { n.tcp(); n.Advance(2 * time.Minute) }, closed + "idle"},
		{"a slow reader", nil, func(n *endings) { p := n.tcp(); p.h.Block(p.c, true); p.c.Write(make([]byte, 1<<21)) }, closed + `"` + netio.ErrSlowReader.Error() + `"`},
		{"too much for all", nil, func(n *endings) { p := n.tcp(); p.h.Break(p.c, netio.ErrBacklog) }, closed + `"` + netio.ErrBacklog.Error() + `"`},
		{"a reset", nil, func(n *endings) { p := n.tcp(); p.h.Break(p.c, syscall.ECONNRESET) }, closed + `"` + syscall.ECONNRESET.Error() + `"`},
		{"a TLS handshake", nil, func(n *endings) { n.Edge.Engine(0).OnClose(n.tcp().c, tlsio.ErrNotTLS) }, closed + `"` + tlsio.ErrNotTLS.Error() + `"`},
		{"a dial", nil, func(n *endings) {
			n.FromUDP(alice, target("sip:bob@192.0.2.9:5062;transport=tcp", request("OPTIONS", "1 ", "d", "")))
			n.Loops[0].Dials()[0].Fail(syscall.ECONNREFUSED)
		}, `"connection closed" remote=192.0.2.9:5062 transport=tcp dialled=true reason="connection refused"`},

		{"too many", nil, func(n *endings) { n.tcp(); n.tcp(); n.tcp() }, `"connection refused" remote=192.0.2.1 transport=tcp reason="too many of its source"`},
		{"too many behind a PROXY header", nil, func(n *endings) {
			n.tcp()
			n.tcp()
			n.proxied(netio.TCP).feed("PROXY TCP4 192.0.2.1 192.0.2.254 40001 5060\r\n")
		}, closed + "limit"},

		{"the peer closes", nil, func(n *endings) { p := n.tcp(); p.h.ClosePeer(p.c) }, ""},
		{"the peer closes after a message that was dropped alone", nil, func(n *endings) {
			p := n.tcp()
			p.feed(strings.Replace(respond(request("OPTIONS", "1 ", "r", ""), "200 OK"), "200", "4294967301", 1))
			p.h.ClosePeer(p.c)
		}, ""},
		{"the peer closes a WebSocket", nil, func(n *endings) {
			shake(n.Net, upgrade).feed(string(masked(t, ws.OpClose, "\x03\xe8")))
		}, ""},
		{"we stop", nil, func(n *endings) { n.tcp(); n.Loops[0].Stop() }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var list []pipeline.Stage
			if c.stage != nil {
				list = append(list, c.stage)
			}
			n := newEndings(t, slog.LevelDebug, list...)
			c.end(n)
			want := ""
			if c.want != "" {
				want = "level=DEBUG msg=" + c.want + "\n"
			}
			if _, got, _ := strings.Cut(n.text.String(), " "); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			n = newEndings(t, slog.LevelInfo, list...)
			if c.end(n); n.text.Len() > 0 {
				t.Errorf("at level info: %s", &n.text)
			}
		})
	}
}

// TestBansAreLogged: what a ban ends is logged for each connection, and what it
// refuses.
func TestBansAreLogged(t *testing.T) {
	n := newEndings(t, slog.LevelDebug)
	n.Spec.Limits.Source = pipeline.SourceLimits{Messages: 1, BanAfter: 1, BanTime: time.Minute}
	replace(n.Net, stages(router{}))
	n.tcp()
	for i := range 2 {
		n.FromUDP("192.0.2.1:5070", request("OPTIONS", "1 ", string(rune('a'+i)), ""))
	}
	n.text.Reset()
	n.Advance(50 * time.Millisecond)
	n.Loops[0].Open(netio.TCP, n.TCP, netip.MustParseAddrPort(aliceFar))
	for _, want := range []string{
		`msg="connection closed" remote=192.0.2.1:40001 transport=tcp dialled=false reason=limit` + "\n",
		`msg="connection refused" remote=192.0.2.1 transport=tcp reason=banned` + "\n",
	} {
		if got := n.text.String(); strings.Count(got, want) != 1 || strings.Count(got, "\n") != 2 {
			t.Errorf("got\n%s\nwant, once,\n%s", got, want)
		}
	}
}
