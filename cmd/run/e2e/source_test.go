//go:build e2e

package e2e_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// proxyHeader is what a load balancer says of a client at 198.51.100.7.
const proxyHeader = "PROXY TCP4 198.51.100.7 127.0.0.1 40001 5060\r\n"

// TestProxyProtocol: the client that a load balancer names is the source of its
// requests, and the balancer itself is nobody. One that does not connect from
// where balancers are cannot name anybody.
func TestProxyProtocol(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	balanced, direct := map[string]string{}, map[string]string{}
	s := start(t, func(c *settings) {
		c.rules = "\n[[stage.route.rule]]\nsources = [\"198.51.100.0/24\"]\nreply = \"410 Known\"\n" + v.section("default", "")
		for _, transport := range []string{"tcp", "tls", "ws", "wss"} {
			balanced[transport], direct[transport] = freeAddr(t), freeAddr(t)
			c.rules += fmt.Sprintf("\n[[listen]]\nurl = %q\nproxy_protocol = [\"127.0.0.0/8\"]\n", transport+"://"+balanced[transport])
			c.rules += fmt.Sprintf("\n[[listen]]\nurl = %q\nproxy_protocol = [\"10.0.0.0/8\"]\n", transport+"://"+direct[transport])
		}
	})
	for transport, addr := range balanced {
		t.Run(transport, func(t *testing.T) {
			if got := proxiedOptions(t, v, transport, addr, proxyHeader); got != "SIP/2.0 410 Known" {
				t.Errorf("got %q, want 410", got)
			}
			if got := proxiedOptions(t, v, transport, addr, "PROXY UNKNOWN\r\n"); got != "SIP/2.0 403 Forbidden" {
				t.Errorf("of the balancer: got %q, want 403", got)
			}
			if got := proxiedOptions(t, v, transport, addr, ""); got != "" {
				t.Errorf("without a header: got %q, want nothing", got)
			}
			if got := proxiedOptions(t, v, transport, direct[transport], ""); got != "SIP/2.0 403 Forbidden" {
				t.Errorf("from elsewhere: got %q, want 403", got)
			}
			if got := proxiedOptions(t, v, transport, direct[transport], proxyHeader); got != "" {
				t.Errorf("a header from elsewhere: got %q, want nothing", got)
			}
		})
	}
	s.count(t, `sluice_link_events_total{event="bad_proxy"}`, 4)
}

// proxiedOptions sends header and then OPTIONS, and returns the status line that
// is answered, "" if the connection is closed instead.
func proxiedOptions(t *testing.T, v *vault, transport, addr, header string) string {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, soon)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(soon))
	io.WriteString(conn, header)
	if transport == "tls" || transport == "wss" {
		conn = tls.Client(conn, &tls.Config{RootCAs: v.ca.Pool, ServerName: "sip.example.com"})
	}
	out := []byte("OPTIONS sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/" + strings.ToUpper(transport) + " 192.0.2.1;branch=z9hG4bKproxy\r\n" +
		"From: <sip:a@example.com>;tag=1\r\nTo: <sip:bob@example.com>\r\nCall-ID: proxy\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n")
	if strings.HasPrefix(transport, "ws") {
		out = append([]byte(handshake), ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame(out)))...)
	}
	if _, err := conn.Write(out); err != nil {
		return ""
	}
	in := bufio.NewReader(conn)
	if strings.HasPrefix(transport, "ws") {
		resp, err := http.ReadResponse(in, nil)
		if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
			return ""
		}
		f, err := ws.ReadHeader(in)
		if err != nil || f.OpCode != ws.OpText {
			return ""
		}
	}
	line, err := in.ReadString('\n')
	if err, ok := err.(net.Error); ok && err.Timeout() {
		t.Errorf("neither an answer nor closed")
	}
	if !strings.HasPrefix(line, "SIP/2.0 ") {
		return ""
	}
	return strings.TrimSpace(line)
}

// dialFrom connects from an address; all has to be over soon.
func dialFrom(t *testing.T, addr, to string) net.Conn {
	t.Helper()
	d := net.Dialer{Timeout: soon, LocalAddr: &net.TCPAddr{IP: net.ParseIP(addr)}}
	conn, err := d.Dial("tcp", to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(soon))
	return conn
}

// TestLimitsPerSource: who connects too often, or sends too slowly, is closed,
// and banned when that goes on; others are served.
func TestLimitsPerSource(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *settings) {
		c.server = "max_connections_per_source = 3\nhead_timeout = \"300ms\"\nban_after = 4\nban_time = \"6s\"\nunlimited_sources = [\"127.0.0.1\"]"
	})
	from := func(addr, to string) net.Conn { return dialFrom(t, addr, to) }
	served := func(conn net.Conn) bool {
		io.WriteString(conn, "\r\n\r\n")
		b := make([]byte, 2)
		_, err := io.ReadFull(conn, b)
		return err == nil && string(b) == "\r\n"
	}
	var held []net.Conn
	for range 3 {
		held = append(held, from("127.0.0.2", s.tcp))
		if !served(held[len(held)-1]) {
			t.Fatal("a connection within the limit is not served")
		}
	}
	if served(from("127.0.0.2", s.tcp)) {
		t.Error("a connection beyond the limit is served")
	}
	if !served(from("127.0.0.3", s.tcp)) {
		t.Error("another source is not served")
	}
	for range 4 {
		from("127.0.0.1", s.ws) // no limits for this one
		if got, _ := io.ReadAll(from("127.0.0.3", s.ws)); !strings.HasPrefix(string(got), "HTTP/1.1 408 ") {
			t.Errorf("no handshake: got %q, want 408", got)
		}
	}
	if served(from("127.0.0.3", s.tcp)) {
		t.Error("four were too slow, and the source is not banned")
	}
	if !served(held[0]) || !served(from("127.0.0.1", s.tcp)) {
		t.Error("others are not served")
	}
	s.until(t, processTime, "end of the ban", func() bool { return served(from("127.0.0.3", s.tcp)) })
	for name, want := range map[string]float64{"sluice_bans_total": 1, "sluice_source_connections_limited_total": 1} {
		s.count(t, name, want)
	}
}

// TestBanClosesConnections: who connects for TLS and says nothing is banned when
// that goes on, and what else he has is closed, though it is silent, too.
func TestBanClosesConnections(t *testing.T) {
	t.Parallel()
	s := startTLS(t, func(c *settings) {
		c.server = "tls_handshake_timeout = \"200ms\"\nban_after = 4\n"
	})
	from := func(addr, to string) net.Conn { return dialFrom(t, addr, to) }
	var his []net.Conn
	for range 8 { // on both loops
		his = append(his, from("127.0.0.2", s.tcp))
	}
	other := from("127.0.0.3", s.tcp)
	for range 4 {
		his = append(his, from("127.0.0.2", s.tls))
	}
	for i, c := range his {
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("connection %d is not closed: %v", i, err)
		}
	}
	io.WriteString(other, "\r\n\r\n")
	if _, err := io.ReadFull(other, make([]byte, 2)); err != nil {
		t.Errorf("another's connection: %v", err)
	}
	s.count(t, "sluice_bans_total", 1)
}
