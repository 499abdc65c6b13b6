//go:build e2e

package e2e_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
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

// A vault is a directory with an authority's certificates, for a server and
// for its peers.
type vault struct {
	t      testing.TB
	dir    string
	ca     *tlstest.CA
	phones tls.Certificate // of those that listen
}

// newVault makes certificates for sip.example.com (EC), rsa.example.com (RSA)
// and several clients.
func newVault(t testing.TB) *vault {
	t.Helper()
	v := &vault{t: t, dir: t.TempDir(), ca: tlstest.NewCA(t, "Test CA")}
	v.write("ca.pem", v.ca.Cert.CertPEM)
	v.issue("ec", tlstest.Leaf{DNS: []string{"sip.example.com"}})
	v.issue("rsa", tlstest.Leaf{DNS: []string{"rsa.example.com"}, RSA: true})
	v.issue("good", tlstest.Leaf{DNS: []string{"client.example.com"}})
	v.issue("expired", tlstest.Leaf{DNS: []string{"client.example.com"}, Expired: true})
	v.issue("self-signed", tlstest.Leaf{DNS: []string{"client.example.com"}, SelfSigned: true})
	v.phones = v.ca.Issue(t, tlstest.Leaf{IPs: []string{"127.0.0.1", "::1"}}).TLS
	return v
}

func (v *vault) write(name string, text []byte) {
	v.t.Helper()
	if err := os.WriteFile(v.path(name), text, 0o600); err != nil {
		v.t.Fatal(err)
	}
}

func (v *vault) path(name string) string { return filepath.Join(v.dir, name) }

// issue writes name.pem, a certificate and its key.
func (v *vault) issue(name string, l tlstest.Leaf) {
	c := v.ca.Issue(v.t, l)
	v.write(name+".pem", append(c.KeyPEM, c.CertPEM...))
}

// section is a [tls.NAME] with the certificates of the server.
func (v *vault) section(name, more string) string {
	return fmt.Sprintf("\n[tls.%s]\ncertificate = %q\nfurther = [{ certificate = %q }]\nca_file = %q\n%s\n",
		name, v.path("ec.pem"), v.path("rsa.pem"), v.path("ca.pem"), more)
}

// client is how a phone or browser connects to the server.
func (v *vault) client() *tls.Config {
	return &tls.Config{RootCAs: v.ca.Pool, ServerName: "sip.example.com"}
}

// phone is how the server is let in by a phone that it connects to.
func (v *vault) phone() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{v.phones}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: v.ca.Pool}
}

// startTLS starts a server with listeners for TLS and for WebSockets over it,
// besides the others.
func startTLS(t testing.TB, change ...func(*settings)) *server {
	t.Helper()
	v, sip, web := newVault(t), freeAddr(t), freeAddr(t)
	secure := func(c *settings) {
		c.listen = append(c.listen, "tls://"+sip, "wss://"+web)
		c.rules += v.section("default", "")
	}
	s := start(t, append([]func(*settings){secure}, change...)...)
	s.vault, s.tls, s.wss = v, sip, web
	return s
}

// An openssl is a running `openssl s_client`.
type openssl struct {
	t      testing.TB
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	out    output
	exited chan struct{}
}

func (s *server) openssl(t testing.TB, addr string, args ...string) *openssl {
	t.Helper()
	o := &openssl{t: t, exited: make(chan struct{})}
	o.cmd = exec.Command("openssl", append([]string{"s_client", "-connect", addr, "-CAfile", s.vault.path("ca.pem"), "-crlf"}, args...)...)
	o.cmd.Stdout, o.cmd.Stderr = &o.out, &o.out
	var err error
	if o.stdin, err = o.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := o.cmd.Start(); err != nil {
		t.Fatalf("%v (Debian's package openssl has it)", err)
	}
	go func() {
		o.cmd.Wait()
		close(o.exited)
	}()
	t.Cleanup(func() {
		o.stdin.Close()
		o.cmd.Process.Kill()
		<-o.exited
	})
	return o
}

func (o *openssl) say(text string) {
	o.t.Helper()
	if _, err := io.WriteString(o.stdin, text); err != nil {
		o.t.Errorf("openssl: %v", err)
	}
}

// saw waits until openssl has printed text. False: it ended before.
func (o *openssl) saw(text string) bool {
	o.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(soon); ; {
		select {
		case <-o.exited:
			return strings.Contains(o.out.String(), text)
		case <-deadline:
			o.t.Errorf("openssl has not printed %q:\n%s", text, o.out.String())
			return false
		case <-tick.C:
			if strings.Contains(o.out.String(), text) {
				return true
			}
		}
	}
}

// refused waits for the end, and checks that there was no connection.
func (o *openssl) refused() {
	o.t.Helper()
	select {
	case <-o.exited:
	case <-time.After(soon):
		o.t.Error("openssl goes on")
		return
	}
	if o.cmd.ProcessState.ExitCode() == 0 || strings.Contains(o.out.String(), answered) {
		o.t.Errorf("got a connection:\n%s", o.out.String())
	}
}

// answered is what ask is answered with.
const answered = "SIP/2.0 483 "

// ask is an OPTIONS that any SIP server answers with 483, with the line ends
// of openssl's standard input.
func ask(transport, branch string) string {
	return fmt.Sprintf("OPTIONS sip:localhost SIP/2.0\nVia: SIP/2.0/%s client.example.com;branch=z9hG4bK%s\nMax-Forwards: 0\n"+
		"From: <sip:a@client.example.com>;tag=%s\nTo: <sip:localhost>\nCall-ID: %s\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n", transport, branch, branch, branch)
}

func TestOpenSSL(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	for _, tt := range []struct {
		name string
		args string
		want []string // none: no handshake
	}{
		{"TLS 1.2", "-tls1_2", []string{"Verify return code: 0 (ok)", "New, TLSv1.2", answered}},
		{"TLS 1.3", "-tls1_3", []string{"Verify return code: 0 (ok)", "New, TLSv1.3", answered}},
		{"TLS 1.1", "-tls1_1 -cipher ALL:@SECLEVEL=0", nil},
		{"CBC", "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA", []string{"ECDHE-ECDSA-AES128-SHA", answered}},
		{"RSA by name", "-tls1_2 -servername rsa.example.com -verify_hostname rsa.example.com", []string{"Verify return code: 0 (ok)", "Server public key is 2048 bit", answered}},
		{"RSA by algorithm", "-tls1_3 -sigalgs rsa_pss_rsae_sha256", []string{"Server public key is 2048 bit", answered}},
		{"wrong name", "-servername nobody.example.com -verify_hostname nobody.example.com", []string{"Verify return code: 62 (hostname mismatch)", "Server public key is 256 bit", answered}},
		{"no name", "-noservername -verify_hostname sip.example.com", []string{"Verify return code: 0 (ok)", answered}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := s.openssl(t, s.tls, strings.Fields(tt.args)...)
			if tt.want == nil {
				o.refused()
				return
			}
			o.say(ask("TLS", unique("s")))
			for _, want := range tt.want {
				if !o.saw(want) {
					t.Errorf("got no %q:\n%s", want, o.out.String())
				}
			}
		})
	}
}

// TestOpenSSLKeyUpdate: both directions change their keys, and go on.
func TestOpenSSLKeyUpdate(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	o := s.openssl(t, s.tls, "-tls1_3")
	if !o.saw("Verify return code") {
		t.Fatal(o.out.String())
	}
	for i, command := range []string{"k\n", "K\n", "K\n", "k\n"} {
		o.say(command)
		s.until(t, soon, "openssl has taken the command", func() bool { return strings.Count(o.out.String(), "KEYUPDATE") > i })
		branch := unique("k")
		o.say(ask("TLS", branch))
		if !o.saw("branch=z9hG4bK" + branch) {
			t.Errorf("update %d: no answer:\n%s", i, o.out.String())
		}
	}
}

func TestOpenSSLResumes(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	for _, version := range []string{"-tls1_2", "-tls1_3"} {
		session := filepath.Join(t.TempDir(), "session")
		for i, args := range [][]string{{"-sess_out", session}, {"-sess_in", session}} {
			o := s.openssl(t, s.tls, append(args, version)...)
			o.say(ask("TLS", unique("r")))
			if !o.saw("SIP/2.0 483 ") || !o.saw([]string{"New, TLSv1.", "Reused, TLSv1."}[i]) {
				t.Errorf("%s: connection %d:\n%s", version, i, o.out.String())
			}
			o.stdin.Close()
			<-o.exited
		}
	}
	s.count(t, "sluice_tls_handshakes_resumed_total", 2)
}

func TestOpenSSLWebSocket(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	o := s.openssl(t, s.wss)
	o.say("GET / HTTP/1.1\nHost: sip.example.com\nUpgrade: websocket\nConnection: Upgrade\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13\nSec-WebSocket-Protocol: sip\n\n")
	if !o.saw("HTTP/1.1 101 ") || !o.saw("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") {
		t.Errorf("no handshake:\n%s", o.out.String())
	}
}

// TestReloadCertificates: a connection lives on, new ones get the new
// certificate; with a broken file nothing changes, and the log says why.
func TestReloadCertificates(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	o := s.openssl(t, s.tls)
	o.say(ask("TLS", "before"))
	if !o.saw("branch=z9hG4bKbefore") {
		t.Fatal(o.out.String())
	}
	shown := func() string {
		c, err := tls.Dial("tcp", s.tls, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			return err.Error()
		}
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].DNSNames[0]
	}
	s.vault.issue("ec", tlstest.Leaf{DNS: []string{"new.example.com"}})
	s.signal(syscall.SIGHUP)
	s.until(t, soon, "the new certificate", func() bool { return shown() == "new.example.com" })
	o.say(ask("TLS", "after"))
	if !o.saw("branch=z9hG4bKafter") {
		t.Errorf("the connection did not outlive the reload:\n%s", o.out.String())
	}
	s.vault.write("ec.pem", []byte("half of a file"))
	s.signal(syscall.SIGHUP)
	s.until(t, soon, "log says what is wrong", func() bool {
		return strings.Contains(s.stderr.String(), `tls.default.certificate: \"`+s.vault.path("ec.pem")+`\": has no certificate in PEM`)
	})
	if got := shown(); got != "new.example.com" {
		t.Errorf("got %s, want new.example.com as before", got)
	}
}

// notVerified is the answer when the next hop is not who it should be.
const notVerified = "SIP/2.0 500 TLS Validation Failed"

// TestConnectsOverTLS: the server calls a next hop over TLS, shows its own
// certificate, and does not speak to one that is not who it should be.
func TestConnectsOverTLS(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	for _, tt := range []struct {
		name string
		leaf tlstest.Leaf
		want string
	}{
		{"good", tlstest.Leaf{IPs: []string{"127.0.0.1"}}, "SIP/2.0 200 OK"},
		{"another's", tlstest.Leaf{IPs: []string{"127.0.0.2"}}, notVerified},
		{"expired", tlstest.Leaf{IPs: []string{"127.0.0.1"}, Expired: true}, notVerified},
		{"self-signed", tlstest.Leaf{IPs: []string{"127.0.0.1"}, SelfSigned: true}, notVerified},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{v.ca.Issue(t, tt.leaf).TLS}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: v.ca.Pool})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go answerAll(l)
			s := start(t, func(c *settings) {
				c.listen = append(c.listen, "tls://"+freeAddr(t))
				c.rules = fmt.Sprintf("\n[[stage.route.rule]]\nnext_hop = \"sip:%s;transport=tls\"\n", l.Addr()) + v.section("default", "")
			})
			p := newPhone(t, s, "udp")
			if got := p.final(p.ask("OPTIONS", "sip:somebody@example.com")).start; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// answerAll answers every request on every connection with 200.
func answerAll(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			var got []byte
			b := make([]byte, 8192)
			for {
				n, err := c.Read(b)
				if err != nil {
					return
				}
				got = append(got, b[:n]...)
				head, rest, whole := bytes.Cut(got, []byte("\r\n\r\n"))
				if !whole {
					continue
				}
				got = rest
				_, fields, _ := strings.Cut(string(head), "\r\n")
				fmt.Fprintf(c, "SIP/2.0 200 OK\r\n%s\r\n\r\n", fields)
			}
		}()
	}
}
