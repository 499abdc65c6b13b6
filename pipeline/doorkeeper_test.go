package pipeline_test

import (
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

func TestHandshakeRules(t *testing.T) {
	rules := pipeline.HandshakeRules{
		Hosts:   []string{"edge.example.com", "192.0.2.254:80", "[2001:db8::1]:8080"},
		Paths:   []string{"/", "/sip"},
		Origins: []string{"https://example.com", "http://localhost:8080", "null"},
	}
	const host, page = "Host: edge.example.com\r\n", "Origin: https://example.com\r\n"
	for _, c := range []struct {
		name, target, fields string
		want                 string // status and, if a rule refuses it, which
	}{
		{"all in order", "/sip", host + page, "101"},
		{"another path", "/msrp", host + page, "404 path"},
		{"path with a query", "/sip?token=/x", host + page, "101"},
		{"path in other letters", "/SIP", host + page, "404 path"},
		{"path with a slash behind", "/sip/", host + page, "404 path"},
		{"absolute target without path", "ws://edge.example.com", host + page, "101"},

		{"name in other letters", "/", "Host: Edge.Example.COM.\r\n", "101"},
		{"name with any port", "/", "Host: edge.example.com:10081\r\n", "101"},
		{"port that is that of ws", "/", "Host: 192.0.2.254\r\n", "101"},
		{"the port", "/", "Host: 192.0.2.254:080\r\n", "101"},
		{"another port", "/", "Host: 192.0.2.254:81\r\n", "403 host"},
		{"IPv6 address written in full", "/", "Host: [2001:DB8:0::1]:8080\r\n", "101"},
		{"IPv6 address with another port", "/", "Host: [2001:db8::1]\r\n", "403 host"},
		{"another name", "/", "Host: example.com\r\n", "403 host"},
		{"name that ends in ours", "/", "Host: a.edge.example.com\r\n", "403 host"},
		{"target goes before Host", "ws://evil.example.com/", host, "403 host"},
		{"target that is ours", "wss://edge.example.com/", "Host: evil.example.com\r\n", "101"},
		{"target with a user", "ws://edge.example.com@evil.example.com/", host, "403 host"},
		{"host goes before path", "/msrp", "Host: example.com\r\n", "403 host"},

		{"no Origin", "/", host, "101"},
		{"origin in other letters and with its port", "/", host + "Origin: HTTPS://EXAMPLE.com:443\r\n", "101"},
		{"origin with a port", "/", host + "Origin: http://localhost:8080\r\n", "101"},
		{"origin with another port", "/", host + "Origin: http://localhost\r\n", "403 origin"},
		{"origin with another scheme", "/", host + "Origin: http://example.com\r\n", "403 origin"},
		{"another origin", "/", host + "Origin: https://evil.example.com\r\n", "403 origin"},
		{"null", "/", host + "Origin: null\r\n", "101"},
		{"origin that is none", "/", host + "Origin: example.com\r\n", "403 origin"},
		{"empty origin", "/", host + "Origin:\r\n", "403 origin"},
		{"two origins", "/", host + page + page, "403 origin"},
		{"a list of origins", "/", host + "Origin: https://example.com https://evil.example.com\r\n", "403 origin"},
		{"path goes before origin", "/msrp", host + "Origin: x\r\n", "404 path"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := &handshakes{judge: pass}
			n := pipelinetest.New(t, stages(asked), pipelinetest.Options{Handshakes: rules})
			status, rule, _ := strings.Cut(c.want, " ")
			p := shake(n, strings.Replace(strings.Replace(upgrade, "Host: 192.0.2.254\r\n", c.fields, 1), "GET / ", "GET "+c.target+" ", 1))
			if got := string(p.h.Written(p.c)); !strings.HasPrefix(got, "HTTP/1.1 "+status+" ") {
				t.Errorf("answered %q, want %s", got, c.want)
			}
			for _, r := range []string{"host", "path", "origin"} {
				want := int64(0)
				if r == rule {
					want = 1
				}
				if got := n.Count("sluice_websocket_handshakes_" + r + "_refused_total"); got != want {
					t.Errorf("%d refused for their %s, want %d", got, r, want)
				}
			}
			if closed := status != "101"; p.h.Shut(p.c) != closed || (asked.seen == 0) != closed {
				t.Errorf("closed: %t, stages asked: %d", p.h.Shut(p.c), asked.seen)
			}
		})
	}
}

// shake sends a handshake on a new connection.
func shake(n *pipelinetest.Net, request string) *peer {
	p := &peer{n: n, h: n.Loops[0]}
	p.c = p.h.Open(netio.WS, n.WS, aliceAt)
	p.feed(request)
	return p
}

// answerTo returns what a handshake on a new connection is answered.
func answerTo(n *pipelinetest.Net, request string) string {
	p := shake(n, request)
	return string(p.h.Written(p.c))
}

// A reload changes the rules for the handshakes after it.
func TestHandshakeRulesChange(t *testing.T) {
	n := pipelinetest.New(t, stages(router{}))
	open := connect(n, netio.WS, aliceWS)
	n.Spec.Handshakes.Paths = []string{"/sip"}
	replace(n, stages(router{}))
	if got := answerTo(n, upgrade); !strings.HasPrefix(got, "HTTP/1.1 404 ") {
		t.Errorf("answered %q, want 404", got)
	}
	if open.h.Shut(open.c) {
		t.Error("the WebSocket that was open is closed")
	}
}

// Every HTTP answer says who gives it (RFC 9110 §10.2.4).
func TestServerField(t *testing.T) {
	rejecting := &handshakes{judge: func(h *pipeline.Handshake) pipeline.Verdict { return h.Reject(403, "", "X-Why: you\r\n") }}
	for _, c := range []struct {
		name, request, status string
		stage                 pipeline.Stage
	}{
		{"accepted", upgrade, "101", router{}},
		{"refused by rule", strings.Replace(upgrade, "GET", "POST", 1), "405", router{}},
		{"refused by a stage", upgrade, "403", rejecting},
		{"too late", "GET", "408", router{}},
	} {
		lim := pipelinetest.DefaultLimits
		lim.Conn.HeadTimeout = time.Second
		n := pipelinetest.New(t, stages(c.stage), pipelinetest.Options{Limits: lim})
		p := shake(n, c.request)
		n.Advance(2 * time.Second)
		got := string(p.h.Written(p.c))
		if !strings.HasPrefix(got, "HTTP/1.1 "+c.status+" ") || strings.Count(got, "\r\nServer: sluice\r\n") != 1 {
			t.Errorf("%s: answered %q, want %s with Server", c.name, got, c.status)
		}
		n.Spec.Identity.Name = ""
		replace(n, stages(c.stage))
		p = shake(n, c.request)
		n.Advance(2 * time.Second)
		if got := string(p.h.Written(p.c)); !strings.HasPrefix(got, "HTTP/1.1 "+c.status+" ") || strings.Contains(got, "Server:") {
			t.Errorf("%s, without a name: answered %q, want %s without Server", c.name, got, c.status)
		}
	}
}
