//go:build e2e

package e2e_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestOpenSSLClientCertificates: what becomes of a client, by its certificate
// and by what the listener wants of it. TLS 1.3 tells a client that it is
// refused only when it believes to be connected (RFC 8446 §4.4.2.4, §6.2).
func TestOpenSSLClientCertificates(t *testing.T) {
	t.Parallel()
	modes := []string{"none", "request", "require", "verify"}
	addr := map[string]string{}
	v := newVault(t)
	s := start(t, func(c *settings) {
		for _, mode := range modes {
			addr[mode] = freeAddr(t)
			c.rules += fmt.Sprintf("\n[[listen]]\nurl = %q\ntls = %q\n", "tls://"+addr[mode], mode) +
				v.section(mode, fmt.Sprintf("client_certificate = %q\n", mode))
		}
	})
	s.vault = v
	const missing, bad = "alert certificate required", "alert bad certificate"
	refused := 0
	for _, tt := range []struct {
		cert  string            // none: ""
		alert map[string]string // by mode; not there: is let in
	}{
		{"", map[string]string{"require": missing, "verify": missing}},
		{"good", nil},
		{"expired", map[string]string{"verify": bad}},
		{"self-signed", map[string]string{"verify": bad}},
	} {
		for _, mode := range modes {
			for _, version := range []string{"-tls1_2", "-tls1_3"} {
				t.Run(fmt.Sprintf("%s %s, certificate %q", mode, version, tt.cert), func(t *testing.T) {
					args := []string{version}
					if tt.cert != "" {
						args = append(args, "-cert", v.path(tt.cert+".pem"))
					}
					o := s.openssl(t, addr[mode], args...)
					alert := tt.alert[mode]
					if alert == "" {
						o.say(ask("TLS", unique("c")))
						if !o.saw(answered) {
							t.Errorf("no answer:\n%s", o.out.String())
						}
						return
					}
					refused++
					o.refused()
					if version == "-tls1_3" && !strings.Contains(o.out.String(), alert) {
						t.Errorf("got no %q:\n%s", alert, o.out.String())
					}
				})
			}
		}
	}
	s.count(t, "sluice_tls_handshake_errors_total", float64(refused))
}

// handshakeTime is how long a client may take for its TLS handshake.
const handshakeTime = 10 * time.Second

// TestStalledHandshakes: a client that says no more is closed in time, after
// whichever record of its handshake that is, and others are served meanwhile.
func TestStalledHandshakes(t *testing.T) {
	t.Parallel()
	s := startTLS(t)
	var stalls sync.WaitGroup
	n := 0
	for _, addr := range []string{s.tls, s.wss} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			whole, err := stallAfter(s, addr, version, 1000)
			if err != nil {
				t.Fatalf("%s: %v", tls.VersionName(version), err)
			}
			whole.Close()
			if whole.records < 2 {
				t.Fatalf("%s: the client has sent %d records", tls.VersionName(version), whole.records)
			}
			for limit := range whole.records {
				n++
				stalls.Go(func() {
					began := time.Now()
					c, err := stallAfter(s, addr, version, limit)
					took := time.Since(began)
					if c != nil {
						c.Close()
					}
					if errors.Is(err, os.ErrDeadlineExceeded) || took < handshakeTime-time.Second || took > handshakeTime+late {
						t.Errorf("%s, %d records: got %v after %v, want it closed after %v", tls.VersionName(version), limit, err, took, handshakeTime)
					}
				})
			}
		}
	}
	caller, callee := newPhone(t, s, "wss"), newPhone(t, s, "tls")
	callee.register(600)
	callerHangsUp(t, caller, callee)
	stalls.Wait()
	s.count(t, "sluice_tls_handshake_timeouts_total", float64(n))
}

// A stallingConn is a connection that lets only the first records through.
type stallingConn struct {
	net.Conn
	limit   int
	records int // that were to be sent
	part    []byte
}

func (c *stallingConn) Write(b []byte) (int, error) {
	c.part = append(c.part, b...)
	for len(c.part) >= 5 { // type, version, length (RFC 8446 §5.1)
		size := 5 + int(c.part[3])<<8 + int(c.part[4])
		if len(c.part) < size {
			break
		}
		if c.records < c.limit {
			if _, err := c.Conn.Write(c.part[:size]); err != nil {
				return 0, err
			}
		}
		c.records++
		c.part = c.part[size:]
	}
	return len(b), nil
}

// stallAfter sends the first records of a handshake and, unless that was all
// of it, waits until the server closes the connection, with its error.
func stallAfter(s *server, addr string, version uint16, limit int) (*stallingConn, error) {
	conn, err := net.DialTimeout("tcp", addr, soon)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(handshakeTime + 2*soon))
	c := &stallingConn{Conn: conn, limit: limit}
	config := s.vault.client()
	config.MinVersion, config.MaxVersion = version, version
	client := tls.Client(c, config)
	if err := client.Handshake(); err != nil || c.records <= limit {
		return c, err
	}
	_, err = io.ReadFull(client, make([]byte, 1))
	return c, err
}
