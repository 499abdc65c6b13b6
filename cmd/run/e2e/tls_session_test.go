//go:build e2e

package e2e_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"sluice/netio/tlsio/tlstest"
)

// A corkedConn is a connection that sends what was written at once, when it is
// read or flushed.
type corkedConn struct {
	net.Conn
	kept []byte
}

func (c *corkedConn) Write(b []byte) (int, error) {
	c.kept = append(c.kept, b...)
	return len(b), nil
}

func (c *corkedConn) Read(b []byte) (int, error) {
	if err := c.flush(); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

func (c *corkedConn) flush() error {
	_, err := c.Conn.Write(c.kept)
	c.kept = nil
	return err
}

// asks sends n requests behind its handshake, with the end of that if it is the
// client's to say, and reads the answers.
func asks(addr string, n int, config *tls.Config) (resumed bool, err error) {
	conn, err := net.DialTimeout("tcp", addr, soon)
	if err != nil {
		return false, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(2 * soon))
	wire := &corkedConn{Conn: conn}
	c := tls.Client(wire, config)
	for range n {
		if _, err := io.WriteString(c, strings.ReplaceAll(ask("TLS", unique("b")), "\n", "\r\n")); err != nil {
			return false, err
		}
	}
	if err := wire.flush(); err != nil {
		return false, err
	}
	b := make([]byte, 16384)
	for got := ""; strings.Count(got, answered) < n; {
		k, err := c.Read(b)
		if err != nil {
			return false, fmt.Errorf("%d answers of %d: %w", strings.Count(got, answered), n, err)
		}
		got += string(b[:k])
	}
	return c.ConnectionState().DidResume, nil
}

// TestBurstBehindHandshake: what a client has to say at once is all answered,
// also when it arrives before the server is done with the handshake.
func TestBurstBehindHandshake(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := s.vault.client()
		config.MaxVersion, config.ClientSessionCache = version, tls.NewLRUClientSessionCache(4)
		for i, n := range []int{1, 1000, 1000} {
			resumed, err := asks(s.tls, n, config)
			if err != nil || resumed != (i > 0) {
				t.Errorf("%s, connection %d: got resumed %v, %v", tls.VersionName(version), i+1, resumed, err)
			}
		}
		config.ClientSessionCache = nil
		if _, err := asks(s.tls, 1000, config); err != nil {
			t.Errorf("%s, a full handshake: %v", tls.VersionName(version), err)
		}
	}
}

// TestReloadAuthorities: after a change of the authorities a client with a ticket
// of before and a certificate of the new one gets in, by a full handshake.
func TestReloadAuthorities(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	addr := freeAddr(t)
	s := start(t, func(c *settings) {
		c.listen = append(c.listen, "tls://"+addr)
		c.rules += v.section("default", "client_certificate = \"verify\"\n")
	})
	next := tlstest.NewCA(t, "Next CA")
	versions := []uint16{tls.VersionTLS12, tls.VersionTLS13}
	var clients []*tls.Config
	has := v.ca.Issue(t, tlstest.Leaf{DNS: []string{"client.example.com"}}).TLS
	connect := func(when string, config *tls.Config, want bool) {
		t.Helper()
		if resumed, err := asks(addr, 1, config); err != nil || resumed != want {
			t.Errorf("%s, %s: got resumed %v, %v, want %v", tls.VersionName(config.MaxVersion), when, resumed, err, want)
		}
	}
	for _, version := range versions {
		config := v.client()
		config.MaxVersion, config.ClientSessionCache = version, tls.NewLRUClientSessionCache(4)
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &has, nil }
		clients = append(clients, config)
		connect("at first", config, false)
		connect("with a ticket", config, true)
	}
	reload := func() { // with a new certificate of the server, by which it is seen
		t.Helper()
		mark := unique("reload") + ".example.com"
		v.issue("ec", tlstest.Leaf{DNS: []string{"sip.example.com", mark}})
		s.signal(syscall.SIGHUP)
		s.until(t, soon, "the new certificate", func() bool {
			c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true})
			if err != nil {
				return false
			}
			defer c.Close()
			return c.ConnectionState().PeerCertificates[0].VerifyHostname(mark) == nil
		})
	}
	reload()
	for _, config := range clients {
		connect("after a reload", config, true)
	}
	v.write("ca.pem", next.Cert.CertPEM)
	has = next.Issue(t, tlstest.Leaf{DNS: []string{"client.example.com"}}).TLS
	reload()
	for _, config := range clients {
		connect("after a change of authorities", config, false)
		connect("with a new ticket", config, true)
	}
}
