//go:build e2e

package e2e_test

import (
	"crypto/tls"
	"slices"
	"strings"
	"syscall"
	"testing"

	"sluice/netio/tlsio/tlstest"
)

// TestAliasReload: a trunk is called over its connection as long as its listener
// has an authority that vouches for it, also when there are more of them.
func TestAliasReload(t *testing.T) {
	t.Parallel()
	s, port := startForTrunks(t)
	caller := newPhone(t, s, "udp")
	caller.register(600)
	trunk := newTrunk(t, s, trunkDomain, port)
	trunk.offerAlias(caller, ";alias")
	next := tlstest.NewCA(t, "Next CA")
	for _, step := range []struct {
		name        string
		authorities []byte
		want        string
	}{
		{"one more authority", slices.Concat(s.vault.ca.Cert.CertPEM, next.Cert.CertPEM), "SIP/2.0 200 OK"},
		{"another authority", next.Cert.CertPEM, "SIP/2.0 500 Connection Error"},
	} {
		s.vault.write("ca.pem", step.authorities)
		s.reloadSeen(t)
		ask := caller.ask("OPTIONS", "sip:somebody@"+trunkDomain)
		if strings.HasSuffix(step.want, "OK") {
			trunk.answer(trunk.request("OPTIONS"), 200, "OK")
		}
		if got := caller.final(ask).start; got != step.want {
			t.Errorf("%s: got %q, want %q", step.name, got, step.want)
		}
	}
	s.level(t, "sluice_aliases", 0)
	for _, name := range []string{"sluice_aliases_used_total", "sluice_dials_total"} {
		s.count(t, name, 1)
	}
}

// reloadSeen has the server reload, and waits until it shows a new certificate.
func (s *server) reloadSeen(t *testing.T) {
	t.Helper()
	mark := unique("reload") + ".example.com"
	s.vault.issue("ec", tlstest.Leaf{DNS: []string{"sip.example.com", mark}})
	s.signal(syscall.SIGHUP)
	s.until(t, soon, "the new certificate", func() bool {
		c, err := tls.Dial("tcp", s.tls, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			return false
		}
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].VerifyHostname(mark) == nil
	})
}
