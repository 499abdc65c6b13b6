//go:build e2e

package e2e_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"

	"sluice/netio/tlsio/tlstest"
)

// trunkDomain is the domain that calls to trunks are for.
const trunkDomain = "trunk.example.com"

// startForTrunks starts a server that asks TLS clients for a certificate, and
// that sends requests for the domain of trunks to a port where nobody listens.
func startForTrunks(t testing.TB) (s *server, port int) {
	t.Helper()
	v, addr := newVault(t), freeAddr(t)
	port = freePort(t)
	s = start(t, func(c *settings) {
		c.listen = append(c.listen, "tls://"+addr)
		c.rules = fmt.Sprintf("\n[[stage.route.rule]]\ndomains = [%q]\nnext_hop = \"sip:%s:%d;transport=tls;maddr=127.0.0.1\"\n", trunkDomain, trunkDomain, port) +
			anywhere + v.section("default", "client_certificate = \"request\"\n")
	})
	s.vault, s.tls = v, addr
	return s, port
}

// newTrunk connects a trunk over TLS, with a certificate for a domain. It
// listens nowhere.
func newTrunk(t testing.TB, s *server, domain string, port int) *phone {
	t.Helper()
	p := &phone{
		t: t, name: unique("trunk"), transport: "tls", server: s.tls, sentBy: fmt.Sprintf("%s:%d", trunkDomain, port),
		gone: make(chan struct{}), inbox: make(chan *message, 1024), seen: map[string]int{},
	}
	config := s.vault.client()
	config.Certificates = []tls.Certificate{s.vault.ca.Issue(t, tlstest.Leaf{DNS: []string{domain}}).TLS}
	conn, err := dial(s.tls, config)
	if err != nil {
		t.Fatal(err)
	}
	p.out = streamLink{conn}
	go p.serve(streamLink{conn})
	t.Cleanup(p.close)
	return p
}

// offerAlias sends a request that a phone answers, with "alias" in its Via or
// without.
func (p *phone) offerAlias(callee *phone, alias string) {
	p.t.Helper()
	m := p.newRequest("OPTIONS", callee.aor())
	m.replace("Via", m.value("Via")+alias)
	p.send(p.out, m)
	callee.answer(callee.request("OPTIONS"), 200, "OK")
	p.response(m, 200)
}

// TestAlias: a trunk that has connected and proved who it is is called over that
// connection (RFC 5923), from every loop, until it closes.
func TestAlias(t *testing.T) {
	t.Parallel()
	s, port := startForTrunks(t)
	var callers []*phone
	for range 3 {
		for _, transport := range []string{"udp", "tcp", "ws"} {
			callers = append(callers, newPhone(t, s, transport))
		}
	}
	callers[0].register(600)
	trunk := newTrunk(t, s, trunkDomain, port)
	trunk.offerAlias(callers[0], ";alias")
	for _, caller := range callers {
		ours := caller.invite("sip:somebody@" + trunkDomain)
		trunk.accept(trunk.request("INVITE"))
		ours.confirm(caller.response(ours.invite, 200))
		trunk.request("ACK")
		hangUp(t, ours, trunk)
	}
	for name, want := range map[string]int{"sluice_aliases": 1, "sluice_aliases_used_total": len(callers), "sluice_dials_total": 0} {
		s.count(t, name, float64(want)) // a connection would have been opened before its INVITE was sent
	}
	trunk.out.close()
	s.level(t, "sluice_aliases", 0)
	if got := callers[0].final(callers[0].ask("OPTIONS", "sip:somebody@"+trunkDomain)).start; !strings.HasPrefix(got, "SIP/2.0 500 Connection Error") {
		t.Errorf("without a connection: got %q, want 500", got)
	}
}

// TestAliasRefused: the server connects to the trunk's address instead, where
// it verifies who answers.
func TestAliasRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, domain, alias string
		made                int
	}{
		{"certificate of another domain", "other.example.com", ";alias", 1},
		{"not offered", trunkDomain, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, port := startForTrunks(t)
			caller := newPhone(t, s, "udp")
			caller.register(600)
			trunk := newTrunk(t, s, tt.domain, port)
			trunk.offerAlias(caller, tt.alias)
			cert := s.vault.ca.Issue(t, tlstest.Leaf{DNS: []string{trunkDomain}})
			l, err := tls.Listen("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(port)), &tls.Config{Certificates: []tls.Certificate{cert.TLS}})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go answerAll(l)
			if got := caller.final(caller.ask("OPTIONS", "sip:somebody@"+trunkDomain)).start; got != "SIP/2.0 200 OK" {
				t.Errorf("got %q, want 200 from who listens there", got)
			}
			if n := trunk.pending("OPTIONS"); n != 0 {
				t.Errorf("the trunk got %d requests, want none", n)
			}
			for name, want := range map[string]int{"sluice_aliases": tt.made, "sluice_aliases_used_total": 0, "sluice_dials_total": 1} {
				s.count(t, name, float64(want)) // an alias would have been made, and used, before the answers
			}
		})
	}
}
