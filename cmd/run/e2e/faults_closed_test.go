//go:build e2e && linux

package e2e_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"sluice/netio/tlsio/tlstest"
)

// bulk is a request that does not go at once into a narrow connection.
func bulk(p *phone, uri string) *message {
	m := p.newRequest("MESSAGE", uri)
	m.add("Content-Type", "text/plain")
	m.body = strings.Repeat("x", 50000)
	return m
}

// TestFaultResets: connections are reset in the middle of what they carry, on
// either way. Who waits for an answer is told at once.
func TestFaultResets(t *testing.T) {
	t.Parallel()
	s := startFaulty(t, "")
	caller, callee := s.pair(t, "ws", "tcp")
	sender := newPhone(t, s, "tcp")
	sender.register(600)
	bothHangUp(t, caller, callee)
	newPhone(t, s, "tls").register(600) // the first of everything has been there before
	newPhone(t, s, "wss").register(600)
	before := s.usage()
	const times = 10
	for _, transport := range streams {
		t.Run(transport+", received", func(t *testing.T) {
			meanwhile(t, func() { callerHangsUp(t, caller, callee) }, func() error {
				return each(times, func(i int) error { return s.resetReceived(transport, i) })
			})
		})
		t.Run(transport+", sent", func(t *testing.T) {
			for range times {
				s.resetSent(t, transport, sender)
			}
			callerHangsUp(t, caller, callee)
		})
	}
	s.backTo(t, before, times)
}

// resetReceived resets a connection in the middle of what the server receives,
// with its message cut in several places, and in the middle of a TLS record.
func (s *server) resetReceived(transport string, i int) error {
	good := goodInvite(transport).String()
	for _, n := range []int{1, 100, len(good) - 20, len(good)} {
		p, err := s.open(transport, source(i))
		if err != nil {
			return err
		}
		p.Write(p.wire(good)[:n])
		p.reset()
	}
	if !secure(transport) {
		return nil
	}
	p, err := s.open(transport, source(i))
	if err != nil {
		return err
	}
	p.tcp.Write([]byte{23, 3, 3, 1, 0, 1, 2, 3}) // of a record of 256 bytes
	p.reset()
	return nil
}

// resetSent resets a connection in the middle of what the server sends.
func (s *server) resetSent(t *testing.T, transport string, sender *phone) {
	t.Helper()
	c, err := s.connectWith(net.Dialer{Control: narrow}, transport)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p, err := s.greet(transport, c)
	if err != nil {
		t.Fatal(err)
	}
	user, err := p.register(unique("reset"))
	if err != nil {
		t.Fatal(err)
	}
	var sent []*message
	for range 5 {
		m := bulk(sender, user.aor())
		sender.send(sender.out, m)
		sent = append(sent, m)
	}
	if err := p.await("MESSAGE ", "xxx"); err != nil {
		t.Fatal(err)
	}
	p.reset()
	for _, m := range sent {
		if status := sender.final(m).status(); status < 400 {
			t.Errorf("a message whose receiver has gone: got %d", status)
		}
	}
}

// TestFaultResetsByNextHop: the same on connections that the server has opened,
// and that it opens again.
func TestFaultResetsByNextHop(t *testing.T) {
	t.Parallel()
	const times = 5
	var hops []*failingHop
	for _, transport := range []string{"tcp", "tls"} {
		hops = append(hops,
			newFailingHop(t, "at once", transport, func(c net.Conn) { c.Read(make([]byte, 1)) }),
			newFailingHop(t, "while it is sent to", transport, func(c net.Conn) { io.ReadFull(c, make([]byte, 2000)) }),
			newFailingHop(t, "while it answers", transport, answerHalf))
	}
	s := startFaulty(t, "", func(c *settings) {
		for i, h := range hops {
			h.domain = fmt.Sprintf("hop%d.example.com", i)
			c.rules = fmt.Sprintf("\n[[stage.route.rule]]\ndomains = [%q]\nnext_hop = \"sip:%s;transport=%s\"\n", h.domain, h.Addr(), h.transport) + c.rules
		}
	})
	cert := s.vault.ca.Issue(t, tlstest.Leaf{IPs: []string{"127.0.0.1"}}).TLS
	caller, callee := s.pair(t, "wss", "tls")
	sender := newPhone(t, s, "tcp")
	sender.register(600) // its connection has been accepted
	bothHangUp(t, caller, callee)
	before := s.usage()
	for _, h := range hops {
		t.Run(h.transport+", "+h.name, func(t *testing.T) {
			sender.t, caller.t, callee.t = t, t, t
			if h.transport == "tls" {
				h.config = &tls.Config{Certificates: []tls.Certificate{cert}}
			}
			go h.serve(times)
			for range times {
				m := bulk(sender, "sip:somebody@"+h.domain)
				sender.send(sender.out, m)
				if status := sender.final(m).status(); status < 500 {
					t.Errorf("a request whose connection is reset: got %d", status)
				}
				callerHangsUp(t, caller, callee)
			}
			sender.response(sender.ask("OPTIONS", "sip:somebody@"+h.domain), 200)
		})
	}
	sender.t, caller.t, callee.t = t, t, t
	before.descriptors += len(hops) // one connection to each is good
	s.backTo(t, before, len(hops)*times)
}

// A failingHop is a server that ours connects to. It resets its first connections
// after having done something.
type failingHop struct {
	net.Listener
	name, domain, transport string

	do     func(net.Conn)
	config *tls.Config // nil over TCP
}

func newFailingHop(t *testing.T, name, transport string, do func(net.Conn)) *failingHop {
	t.Helper()
	l, err := (&net.ListenConfig{Control: narrow}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return &failingHop{Listener: l, name: name, transport: transport, do: do}
}

func (h *failingHop) Accept() (net.Conn, error) {
	c, err := h.Listener.Accept()
	if err == nil && h.config != nil {
		c = tls.Server(c, h.config)
	}
	return c, err
}

func (h *failingHop) serve(resets int) {
	for range resets {
		c, err := h.Accept()
		if err != nil {
			return
		}
		h.do(c)
		if secured, ok := c.(*tls.Conn); ok {
			c = secured.NetConn()
		}
		c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
	answerAll(h)
}

func answerHalf(c net.Conn) {
	request, _ := readMessage(bufio.NewReader(c))
	if m, err := parseMessage(request); err == nil {
		ok := m.reply(200, "OK", "tag").String()
		io.WriteString(c, ok[:len(ok)/2])
	}
}

// TestFaultManyClosedAtOnce: a thousand connections go at one moment, half of them
// by RST, some while they are being called.
func TestFaultManyClosedAtOnce(t *testing.T) {
	t.Parallel()
	const n, ringing = 1000, 40
	s := startFaulty(t, "")
	caller, callee := s.pair(t, "tls", "ws")
	other := newPhone(t, s, "udp")
	other.register(600)
	bothHangUp(t, caller, callee)
	ours, _ := setUp(t, other, callee)
	before := s.usage()

	peers, err := s.openMany(n, func(i int) string { return streams[i%len(streams)] })
	defer closeAll(peers)
	if err != nil {
		t.Fatal(err)
	}
	var calls []*dialog
	for _, p := range peers[:ringing] {
		user, err := p.register(unique("many"))
		if err != nil {
			t.Fatal(err)
		}
		calls = append(calls, other.invite(user.aor()))
		if err := p.await("INVITE ", "Content-Length: "); err != nil {
			t.Fatal(err)
		}
	}
	meanwhile(t, func() { bothHangUp(t, caller, callee) }, func() error {
		return each(n, func(i int) error {
			if i%8 < 4 {
				peers[i].reset()
			} else {
				peers[i].tcp.Close()
			}
			return nil
		})
	})
	for _, d := range calls {
		resp := other.final(d.invite)
		if resp.status() < 400 {
			t.Errorf("a call to a phone whose connection has closed: got %q", resp.start)
		}
		d.refuseAck(resp)
	}
	offer(t, ours, callee)
	hangUp(t, ours, callee)
	s.until(t, soon, "connections are forgotten", func() bool { return s.metric("sluice_connections") < 10 })
	s.backTo(t, before, n)
}
