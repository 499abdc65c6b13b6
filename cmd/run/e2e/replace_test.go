//go:build e2e

package e2e_test

import (
	"bufio"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// everyAddress rewrites listeners on the loopback addresses, to every address.
var everyAddress = strings.NewReplacer("//127.0.0.1:", "//0.0.0.0:", "//[::1]:", "//[::]:")

func everywhere(urls []string) []string {
	var every []string
	for _, url := range urls {
		every = append(every, everyAddress.Replace(url))
	}
	return every
}

// rehang reloads with other listeners; the log has to have level info.
func (s *server) rehang(t *testing.T, urls []string, want string) {
	t.Helper()
	s.settings.listen = urls
	s.write()
	said := len(s.stderr.String())
	s.signal(syscall.SIGHUP)
	s.until(t, soon, want, func() bool {
		now := s.stderr.String()[said:]
		return strings.Contains(now, "msg=reloaded") || strings.Contains(now, "reload refused")
	})
	if now := s.stderr.String()[said:]; !strings.Contains(now, want) {
		t.Fatalf("got %s, want %q", now, want)
	}
}

const talkative = "level = \"info\"\nformat = \"text\""

// TestReloadToEveryAddress: listeners on one address become listeners on every
// address, and back, over all transports. Calls go on, those that ring too.
func TestReloadToEveryAddress(t *testing.T) {
	t.Parallel()
	probe, err := net.Listen("tcp", "[::1]:0")
	if err == nil {
		probe.Close()
	}
	s, at := startEverywhere(t, err == nil)
	s.settings.log = talkative
	exact := s.settings.listen
	hosts := []string{"127.0.0.1", "[::1]"}
	if err != nil {
		hosts = hosts[:1]
	}
	s.write()
	s.signal(syscall.SIGHUP)
	s.until(t, soon, "the log", func() bool { return strings.Contains(s.stderr.String(), "msg=reloaded") })

	type talk struct {
		caller, callee *phone
		ours, theirs   *dialog
	}
	var up, ringing []talk
	open := func(from, to, host string) talk {
		caller, callee := newPhoneTo(t, s.vault, from, at[from+host]), newPhoneTo(t, s.vault, to, at[to+host])
		caller.register(600)
		callee.register(600)
		return talk{caller: caller, callee: callee}
	}
	for _, host := range hosts {
		for i, from := range allTransports {
			c := open(from, allTransports[(i+1)%len(allTransports)], host)
			c.ours, c.theirs = setUp(t, c.caller, c.callee)
			up = append(up, c)
			ringing = append(ringing, open(from, allTransports[(i+2)%len(allTransports)], host))
		}
		ringing = append(ringing, open("udp", "udp", host))
	}
	var before int
	for round, urls := range [][]string{everywhere(exact), exact, everywhere(exact), exact} {
		var invites []*message
		for i := range ringing {
			c := &ringing[i]
			c.ours = c.caller.invite(c.callee.aor())
			m := c.callee.request("INVITE")
			c.callee.answer(m, 180, "Ringing")
			c.caller.response(c.ours.invite, 180)
			invites = append(invites, m)
		}
		s.rehang(t, urls, "msg=reloaded")
		for i, c := range ringing {
			c.theirs = c.callee.accept(invites[i])
			c.ours.confirm(c.caller.response(c.ours.invite, 200))
			c.callee.request("ACK")
			hangUp(t, c.theirs, c.caller)
		}
		for _, c := range up {
			offer(t, c.ours, c.callee)
			offer(t, c.theirs, c.caller)
		}
		for _, host := range hosts {
			for i, from := range allTransports {
				c := open(from, allTransports[(i+3)%len(allTransports)], host)
				callerHangsUp(t, c.caller, c.callee)
				c.caller.close()
				c.callee.close()
			}
		}
		s.until(t, soon, "phones that have gone are", func() bool { return int(s.metric("sluice_connections")) <= 2*8*len(hosts) })
		switch round {
		case 1:
			before = s.descriptors()
		case 3:
			s.until(t, soon, "files are closed", func() bool { return s.descriptors() <= before })
		}
	}
	for _, c := range up {
		hangUp(t, c.ours, c.callee)
	}
	for _, name := range []string{"sluice_udp_send_errors_total", "sluice_udp_send_dropped_total", "sluice_sip_branches_failed_total"} {
		if n := s.metric(name); n != 0 {
			t.Errorf("%s: got %v, want 0", name, n)
		}
	}
}

// TestReloadLosesNoRequest: of requests that come one after another while
// listeners take each other's place, none is sent twice.
func TestReloadLosesNoRequest(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *settings) { c.log = talkative })
	exact := s.settings.listen
	stop, asked := make(chan struct{}), make(chan int, 2)
	for _, transport := range []string{"udp", "tcp"} {
		go func() {
			n := 0
			defer func() { asked <- n }()
			p := newPhone(t, s, transport)
			for {
				select {
				case <-stop:
					return
				default:
				}
				p.final(p.ask("OPTIONS", "sip:localhost"))
				n++
				if transport == "tcp" && n%10 == 0 { // over a new connection
					p.close()
					p = newPhone(t, s, transport)
				}
			}
		}()
	}
	for range 3 {
		s.rehang(t, everywhere(exact), "msg=reloaded")
		s.rehang(t, exact, "msg=reloaded")
	}
	close(stop)
	for range 2 {
		if n := <-asked; n < 12 {
			t.Errorf("%d requests were answered meanwhile, want some for each change", n)
		}
	}
}

// TestReloadEveryAddressTaken: when somebody else has one of the addresses the
// reload is refused by a clear line and nothing has changed; and his they are
// when ours are removed.
func TestReloadEveryAddressTaken(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"udp", "tcp"} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			s := start(t, func(c *settings) { c.log = talkative })
			_, port, _ := net.SplitHostPort(s.udp)
			bind := func(addr string) (c interface{ Close() error }, err error) {
				if network == "udp" {
					return net.ListenPacket("udp", addr)
				}
				return net.Listen("tcp", addr)
			}
			other, err := bind("127.0.0.2:" + port)
			if err != nil {
				t.Fatal(err)
			}
			exact := s.settings.listen
			callee := newPhone(t, s, "udp")
			callee.register(600)
			ours, _ := setUp(t, newPhone(t, s, "tcp"), callee)
			s.rehang(t, everywhere(exact), fmt.Sprintf("listen.url: %s://0.0.0.0:%s: address already in use\"\n", network, port))
			offer(t, ours, callee)
			callerHangsUp(t, newPhone(t, s, "tcp"), callee)
			if _, err := bind(s.udp); err == nil {
				t.Error("another program was let in beside")
			}
			other.Close()
			s.rehang(t, everywhere(exact), "msg=reloaded")
			hangUp(t, ours, callee)

			s.rehang(t, []string{"ws://" + s.ws}, "msg=reloaded")
			if other, err = bind("0.0.0.0:" + port); err != nil {
				t.Fatalf("the port of a listener that was removed: %v", err)
			}
			s.rehang(t, exact, network+"://"+s.udp+": address already in use")
			other.Close()
			s.rehang(t, exact, "msg=reloaded")
			callerHangsUp(t, newPhone(t, s, "tcp"), callee)
		})
	}
}

// TestReloadNewRulesFirst: who reaches a listener that is new is served by what
// is new, while the listener that it replaces goes on for a while.
func TestReloadNewRulesFirst(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *settings) { c.rules, c.log = "[[stage.route.rule]]\nreply = \"486 Old\"\n", talkative })
	exact, port := s.settings.listen, strings.TrimPrefix(s.tcp, "127.0.0.1:")
	replies := []string{"486 Old", "603 New"}
	for round := range 6 {
		first := make(chan string, 1)
		go func() { // at an address that nobody serves before
			for s.running() {
				c, err := net.Dial("tcp", "127.0.0.2:"+port)
				if err != nil {
					continue
				}
				c.SetDeadline(time.Now().Add(soon))
				fmt.Fprintf(c, "OPTIONS sip:x@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.2:9;branch=z9hG4bK%s\r\nMax-Forwards: 9\r\n"+
					"From: <sip:a@b>;tag=1\r\nTo: <sip:x@y>\r\nCall-ID: %s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", unique("rules"), unique("rules"))
				line, _ := bufio.NewReader(c).ReadString('\n')
				c.Close()
				first <- strings.TrimSpace(strings.TrimPrefix(line, "SIP/2.0 "))
				return
			}
		}()
		want := replies[(round+1)%2]
		s.settings.rules = "[[stage.route.rule]]\nreply = \"" + want + "\"\n"
		s.rehang(t, everywhere(exact), "msg=reloaded")
		if got := <-first; got != want {
			t.Errorf("the first request got %q, want %q", got, want)
		}
		s.rehang(t, exact, "msg=reloaded")
	}
}

// TestReloadAnotherSender: requests leave by a UDP listener that stays while the
// one by which they did is removed, and listeners of streams are replaced.
func TestReloadAnotherSender(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *settings) { c.log = talkative })
	_, port, _ := strings.Cut(s.udp, ":")
	stays, web := "udp://127.0.0.2:"+port, "ws://"+s.ws
	both := []string{"udp://" + s.udp, stays, "tcp://" + s.tcp, web}
	s.rehang(t, both, "msg=reloaded")
	caller := newPhone(t, s, "tcp")
	callee := newPhoneTo(t, s.vault, "udp", "127.0.0.2:"+port)
	stop, asked := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		defer func() { asked <- n }()
		for ; ; n++ {
			select {
			case <-stop:
				return
			default:
			}
			ask := caller.ask("OPTIONS", callee.contact())
			callee.answer(callee.request("OPTIONS"), 200, "OK")
			if got := caller.final(ask).start; got != "SIP/2.0 200 OK" {
				t.Errorf("got %q, want 200", got)
			}
		}
	}()
	for range 3 {
		s.rehang(t, []string{stays, "tcp://" + s.tcp, everyAddress.Replace(web)}, "msg=reloaded")
		s.rehang(t, both, "msg=reloaded")
	}
	close(stop)
	if n := <-asked; n < 12 {
		t.Errorf("%d requests were answered meanwhile, want some for each change", n)
	}
	if n := s.metric("sluice_udp_send_errors_total"); n != 0 {
		t.Errorf("sluice_udp_send_errors_total: got %v, want 0", n)
	}
}

// TestReloadToEveryAddressAsUser: sockets that root has bound, and a server
// that is not root any more.
func TestReloadToEveryAddressAsUser(t *testing.T) {
	t.Parallel()
	nobody := needRoot(t)
	s := start(t, func(c *settings) { c.server, c.log = "user = \"nobody\"", talkative })
	giveTo(t, nobody, filepath.Dir(s.file))
	exact := s.settings.listen
	for range 2 {
		s.rehang(t, everywhere(exact), "msg=reloaded")
		s.rehang(t, exact, "msg=reloaded")
	}
	caller, callee := newPhone(t, s, "tcp"), newPhone(t, s, "udp")
	callee.register(600)
	callerHangsUp(t, caller, callee)
}
