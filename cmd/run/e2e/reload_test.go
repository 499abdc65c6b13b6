//go:build e2e

package e2e_test

import (
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// TestReloadOperators: a reload moves what operators have of the server, its
// log and its HTTP address, and says what it leaves to the next start. Of one
// that is refused nothing stays.
func TestReloadOperators(t *testing.T) {
	t.Parallel()
	s := start(t)
	old, taken := s.admin, freeAddr(t)
	blocker, err := net.Listen("tcp", taken)
	if err != nil {
		t.Fatal(err)
	}
	defer blocker.Close()

	s.settings.admin, s.settings.log = taken, "level = \"info\"\nformat = \"json\""
	s.write()
	s.signal(syscall.SIGHUP)
	s.until(t, soon, "refusal", func() bool {
		return strings.Contains(s.stderr.String(), "admin.http: "+taken+": address already in use")
	})
	if got := s.stderr.String(); strings.Contains(got, "{") || s.status("/readyz") != http.StatusOK {
		t.Errorf("refused, and yet: %s", got)
	}

	blocker.Close()
	s.settings.server = "max_connections = 1000\nmax_transactions = 16777215\ntcp_keepalive = \"60s\""
	s.write()
	s.admin = taken
	s.until(t, soon, "new address", func() bool { // which a process that another test just forks may still hold
		s.signal(syscall.SIGHUP)
		return s.status("/readyz") == http.StatusOK
	})
	s.until(t, soon, "end of the old address", func() bool { return refused(old) })
	for _, want := range []string{`"level":"INFO","msg":"reloaded"`,
		`"level":"WARN","msg":"takes effect at the next start","keys":"server.max_connections, server.max_transactions"`} {
		s.until(t, soon, want, func() bool { return strings.Contains(s.stderr.String(), want) })
	}
	if got := s.status("/demo/"); got != http.StatusOK && s.status("/") != http.StatusOK {
		t.Errorf("the page at the new address: got status %d", got)
	}

	s.settings.admin = "off"
	s.write()
	s.signal(syscall.SIGHUP)
	s.until(t, soon, "no address", func() bool { return refused(taken) })
	s.settings.admin = taken
	s.write()
	s.signal(syscall.SIGHUP)
	s.until(t, soon, "an address again", func() bool { return s.status("/readyz") == http.StatusOK })
}
