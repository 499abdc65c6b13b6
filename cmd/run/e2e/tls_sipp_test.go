//go:build e2e

package e2e_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sluice/netio/tlsio/tlstest"
)

// startSocat starts a socat that takes connections on a port of 127.0.0.1, and
// carries them on. sipp speaks no TLS; what socat speaks is that of OpenSSL.
func startSocat(t *testing.T, s *server, listen string, port int, options, connect string) {
	t.Helper()
	var out output
	cmd := exec.Command("socat", fmt.Sprintf("%s:%d,bind=127.0.0.1,reuseaddr,fork%s", listen, port, options), connect)
	cmd.Dir = s.vault.dir // the names of files must have no commas
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // with a process for each connection
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v (Debian's package socat has it)", err)
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
		if t.Failed() {
			t.Logf("socat to %s:\n%s", connect, out.String())
		}
	})
	s.until(t, soon, "socat listens", func() bool { return bound("tcp", port) })
}

// startSecureCallee has a socat take TLS connections for the callee on a port.
// It shows a certificate, and lets in who has one.
func startSecureCallee(t *testing.T, s *server, certificate string, port int) (secure int) {
	t.Helper()
	secure = freePort(t)
	options := fmt.Sprintf(",cert=%s.pem,cafile=ca.pem,verify=1", certificate)
	startSocat(t, s, "OPENSSL-LISTEN", secure, options, fmt.Sprintf("TCP:127.0.0.1:%d", port))
	return secure
}

// startSecureClient has a socat connect to the server for a caller: it
// returns the port that the caller connects to.
func startSecureClient(t *testing.T, s *server) (port int) {
	t.Helper()
	port = freePort(t)
	startSocat(t, s, "TCP-LISTEN", port, "", "OPENSSL:"+s.tls+",cafile=ca.pem,commonname=sip.example.com")
	return port
}

// secured is a scenario with TLS for the transport, although sipp believes to
// speak TCP, and with a contact of its own if there is one.
func secured(t *testing.T, name, contact string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(scenarios, name))
	if err != nil {
		t.Fatal(err)
	}
	if contact != "" {
		text = []byte(strings.ReplaceAll(string(text), "[local_ip]:[local_port];transport=[transport]", contact))
	}
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "[transport]", "TLS")), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// certify makes certificates for callees on this machine.
func certify(v *vault) {
	v.issue("for the address", tlstest.Leaf{IPs: []string{"127.0.0.1"}})
	v.issue("for the domain", tlstest.Leaf{URIs: []string{"sip:carrier.example.com"}})
	v.issue("for another address", tlstest.Leaf{IPs: []string{"127.0.0.2"}})
	v.issue("for another domain", tlstest.Leaf{URIs: []string{"sip:other.example.com"}, DNS: []string{"carrier.example.com"}})
}

// calleeURI returns host and parameters of the callee on a port, addressed as
// its certificate does.
func calleeURI(certificate string, port int) string {
	if strings.HasSuffix(certificate, "domain") { // without DNS
		return fmt.Sprintf("carrier.example.com:%d;transport=tls;maddr=127.0.0.1", port)
	}
	return fmt.Sprintf("127.0.0.1:%d;transport=tls", port)
}

// TestSippCallsOverTLS makes a hundred calls at 50 a second, with TLS on
// either side or on both. The other is TCP.
func TestSippCallsOverTLS(t *testing.T) {
	for _, tt := range []struct {
		name        string
		pair        pair
		from        string // tcp; tls, or tls for each call
		certificate string // of the callee; without one it is called over TCP
		connections float64
	}{
		{"caller", callerEnds, "tls", "", 1},
		{"caller with a connection for each call", callerEnds, "tls for each call", "", 100},
		{"callee with an address", callerEnds, "tcp", "for the address", 2},
		{"callee with a domain", callerEnds, "tcp", "for the domain", 2},
		{"both, callee hangs up", calleeEnds, "tls", "for the address", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const calls, rate = 100, 50
			s := startTLS(t, patient)
			certify(s.vault)

			port, file := freePort(t), filepath.Join(scenarios, tt.pair.callee)
			uri := fmt.Sprintf("127.0.0.1:%d;transport=tcp", port)
			if tt.certificate != "" {
				uri = calleeURI(tt.certificate, startSecureCallee(t, s, tt.certificate, port))
				file = secured(t, tt.pair.callee, uri)
			}
			callee := startSipp(t, file, "tcp", port, calls, once...)
			s.until(t, soon, "sipp listens", func() bool { return bound("tcp", port) })

			to, args := s.tcp, append([]string{"-r", fmt.Sprint(rate), "-key", "callee", uri}, once...)
			file = filepath.Join(scenarios, tt.pair.caller)
			if tt.from != "tcp" {
				to = fmt.Sprintf("127.0.0.1:%d", startSecureClient(t, s))
				file = secured(t, tt.pair.caller, "")
			}
			caller := startSipp(t, file, strings.Replace(tt.from, "tls", "tcp", 1), freePort(t), calls, append(args, "-max_socket", "1000", to)...)

			caller.check(calls/rate*time.Second+2*processTime, calls)
			callee.check(processTime, calls)
			checkUneventful(t, s, calls)
			if n := s.metric("sluice_tls_handshakes_total"); n == 0 || n > tt.connections {
				t.Errorf("sluice_tls_handshakes_total: got %v, want at most %v", n, tt.connections)
			}
		})
	}
}

// TestCalleeIsAnother: nothing is sent to a server whose certificate is not
// for the one that is called (RFC 5922 §7.1): a DNS name counts only where the
// certificate has no URI.
func TestCalleeIsAnother(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	certify(s.vault)
	for _, tt := range []struct{ name, certificate, called string }{
		{"another address", "for another address", "address"},
		{"another domain", "for another domain", "domain"},
		{"the address instead of the domain", "for the address", "domain"},
		{"the domain instead of the address", "for the domain", "address"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			callee, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				t.Fatal(err)
			}
			defer callee.Close()
			caller := newPhone(t, s, "wss")
			d := caller.invite("sip:service@" + calleeURI(tt.called, startSecureCallee(t, s, tt.certificate, callee.Addr().(*net.TCPAddr).Port)))
			resp := caller.final(d.invite)
			if resp.start != notVerified {
				t.Errorf("got %q, want %q", resp.start, notVerified)
			}
			d.refuseAck(resp)
			checkFirst(t, callee)
		})
	}
}

// checkFirst checks that nobody has connected to l: one who does so now is the
// first.
func checkFirst(t *testing.T, l *net.TCPListener) {
	t.Helper()
	c, err := dial(l.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	l.SetDeadline(time.Now().Add(soon))
	first, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if first.RemoteAddr().String() != c.LocalAddr().String() {
		t.Error("the callee got a connection")
	}
}
