package netio_test

import (
	"crypto/x509"
	"testing"

	"sluice/netio"
	"sluice/netio/tlsio"
)

// TestReloadedAuthorities: what a reload leaves of the proof of a server that
// we are connected to.
func TestReloadedAuthorities(t *testing.T) {
	a, b := newAuthority(t), newAuthority(t)
	of := func(name string, roots *x509.CertPool) netio.ListenerConfig {
		return secure(netio.TLS, a.config(func(c *tlsio.Config) { c.Name, c.Roots = name, roots }))
	}
	for _, tc := range []struct {
		name        string
		before      []netio.ListenerConfig
		after       []netio.ListenerConfig
		good, usual bool
	}{
		{"the same", []netio.ListenerConfig{of("one", a.ca.Pool)}, []netio.ListenerConfig{of("one", a.ca.Pool)}, true, true},
		{"another authority", []netio.ListenerConfig{of("one", a.ca.Pool)}, []netio.ListenerConfig{of("one", b.ca.Pool)}, false, true},
		{"another section before", []netio.ListenerConfig{of("one", a.ca.Pool)},
			[]netio.ListenerConfig{of("two", a.ca.Pool), of("one", a.ca.Pool)}, true, false},
		{"another section behind", []netio.ListenerConfig{of("one", a.ca.Pool)},
			[]netio.ListenerConfig{of("one", a.ca.Pool), of("two", a.ca.Pool)}, true, true},
		{"a default section behind", []netio.ListenerConfig{of("one", a.ca.Pool)},
			[]netio.ListenerConfig{of("one", a.ca.Pool), of("default", a.ca.Pool)}, true, false},
		{"the section is gone", []netio.ListenerConfig{of("one", a.ca.Pool)}, []netio.ListenerConfig{of("two", a.ca.Pool)}, false, false},
		{"the listener is gone", []netio.ListenerConfig{of("one", a.ca.Pool)}, nil, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			server := open(t, listen(secure(netio.TLS, a.config())), node{})
			peers := make(chan *netio.PeerCert, 1)
			n := openJudging(t, listen(tc.before...), judging{judge: func(_ *netio.Conn, pc *netio.PeerCert) bool { peers <- pc; return true }})
			var conn *netio.Conn
			on(t, n.Loops()[0], func(on *node) {
				var err error
				if conn, err = on.loop.DialWith(netio.TLS, server.Listeners()[0].Addr, netio.DialOptions{ServerName: "sip.example.com"}); err != nil {
					t.Fatal(err)
				}
			})
			pc := wait(t, peers)
			look := func(when string, good, usual bool) {
				t.Helper()
				on(t, n.Loops()[0], func(*node) {
					if got := pc.GoodFor(0) > 0; got != good || conn.UsualTLS() != usual {
						t.Errorf("%s: got good %v, usual %v, want %v, %v", when, got, conn.UsualTLS(), good, usual)
					}
				})
			}
			look("before", true, true)
			if err := n.SetListeners(tc.after, nil); err != nil {
				t.Fatal(err)
			}
			look("after", tc.good, tc.usual)
		})
	}
}
