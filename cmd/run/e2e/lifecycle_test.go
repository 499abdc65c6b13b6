//go:build e2e

package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// command runs sluice until it ends and returns what it wrote and its exit
// code.
func command(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(processTime, func() { cmd.Process.Kill() })
	defer late.Stop()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func TestVersion(t *testing.T) {
	t.Parallel()
	out, errs, code := command(t, "version")
	if code != 0 || !strings.HasPrefix(out, "sluice ") || errs != "" {
		t.Errorf("got %q, %q and code %d, want \"sluice ...\" and code 0", out, errs, code)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"dance"}, {"serve", "-x"}, {"check", "-c", "/nowhere/sluice.toml"}} {
		out, errs, code := command(t, args...)
		if code == 0 || errs == "" || strings.Contains(errs, "goroutine ") {
			t.Errorf("sluice %s: got %q, %q and code %d, want a reason and another code than 0",
				strings.Join(args, " "), out, errs, code)
		}
	}
}

// TestCheck: all that is wrong is said at once, each with its place.
func TestCheck(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if _, errs, code := command(t, "check", "-c", s.file); code != 0 {
		t.Errorf("good configuration: got %q and code %d, want code 0", errs, code)
	}
	bad := filepath.Join(t.TempDir(), "bad.toml")
	text := "[server]\nloops = \"two\"\nlops = 2\n\n[[listen]]\nurl = \"udp://nowhere:5060\"\n\n[pipeline]\nstages = [\"santy\"]\n"
	if err := os.WriteFile(bad, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sub := range []string{"check", "serve"} {
		_, errs, code := command(t, sub, "-c", bad)
		if code != 1 {
			t.Errorf("sluice %s: code: got %d, want 1", sub, code)
		}
		for _, line := range []string{"2", "3", "6", "9"} {
			if !regexp.MustCompile(`bad\.toml:` + line + `:\d+: \S`).MatchString(errs) {
				t.Errorf("sluice %s: nothing about line %s in\n%s", sub, line, errs)
			}
		}
	}
}

// TestBadTOML: a file that is no TOML at all.
func TestBadTOML(t *testing.T) {
	t.Parallel()
	bad := filepath.Join(t.TempDir(), "bad.toml")
	if err := os.WriteFile(bad, []byte("[server]\nloops = \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs, code := command(t, "check", "-c", bad)
	if code != 1 || !regexp.MustCompile(`bad\.toml:2:\d+: \S`).MatchString(errs) {
		t.Errorf("got %q and code %d, want bad.toml:2:... and code 1", errs, code)
	}
}

// TestPortInUse: another program, or another sluice, has the port.
func TestPortInUse(t *testing.T) {
	t.Parallel()
	s := start(t)
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	for _, tt := range []struct{ name, scheme, addr string }{
		{"udp", "udp", udp.LocalAddr().String()},
		{"tcp", "tcp", tcp.Addr().String()},
		{"ws", "ws", tcp.Addr().String()},
		{"udp of another sluice", "udp", s.udp},
		{"tcp of another sluice", "tcp", s.tcp},
		{"admin of another sluice", "admin", s.admin},
	} {
		t.Run(tt.name, func(t *testing.T) {
			second := newServer(t, func(c *settings) {
				if tt.scheme == "admin" {
					c.admin = tt.addr
				} else {
					c.listen = append(c.listen, tt.scheme+"://"+tt.addr)
				}
			})
			out, errs, code := command(t, "serve", "-c", second.file)
			if code != 1 || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, tt.addr) || !strings.Contains(errs, "in use") {
				t.Errorf("got %q, %q and code %d, want one line that says %s is in use, and code 1", out, errs, code, tt.addr)
			}
		})
	}
	caller, callee := newPhone(t, s, "udp"), newPhone(t, s, "ws")
	callee.register(600)
	callerHangsUp(t, caller, callee)
}

// TestBadReload: a configuration that is wrong changes nothing, and the log
// says why.
func TestBadReload(t *testing.T) {
	t.Parallel()
	s := start(t, patient)
	caller, callee := newPhone(t, s, "udp"), newPhone(t, s, "ws")
	callee.register(600)
	ours, _ := setUp(t, caller, callee)
	overUDP, udpCallee := startCalls(t, s, callerEnds, "udp", "udp", 0, 20, "-d", "500")

	for _, tt := range []struct {
		name string
		rule string
		want string
	}{
		{"unknown key", "[[stage.route.rule]]\nmethds = [\"INVITE\"]\n", "methds"},
		{"bad value", "[[stage.route.rule]]\nsources = [\"127.0.0.0/99\"]\n", "127.0.0.0/99"},
		{"unknown profile", "[[stage.route.rule]]\nproxy = \"nobody\"\n", "nobody"},
		{"no TOML", "[[stage.route.rule\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(s.stderr.String())
			s.settings.rules = tt.rule
			s.write()
			s.signal(syscall.SIGHUP)
			said := regexp.MustCompile(regexp.QuoteMeta(filepath.Base(s.file)) + `:\d+:\d+.*` + regexp.QuoteMeta(tt.want))
			s.until(t, soon, "log says why", func() bool { return said.MatchString(s.stderr.String()[before:]) })
			offer(t, ours, callee)
		})
	}

	if err := os.Remove(s.file); err != nil {
		t.Fatal(err)
	}
	before := len(s.stderr.String())
	s.signal(syscall.SIGHUP)
	s.until(t, soon, "log says that there is no file", func() bool {
		return strings.Contains(s.stderr.String()[before:], "no such file")
	})

	hangUp(t, ours, callee)
	callerHangsUp(t, caller, callee)
	awaitCalls(t, s, 60)
	for _, p := range []*sipp{overUDP, udpCallee} {
		p.finish()
		p.check(processTime, 0)
	}
}

// TestReload changes a rule while calls are being set up and are in progress.
func TestReload(t *testing.T) {
	t.Parallel()
	s := start(t, patient)
	caller, callee := newPhone(t, s, "ws"), newPhone(t, s, "ws")
	callee.register(600)
	other := newPhone(t, s, "udp")
	other.register(600)
	talking, _ := setUp(t, other, callee)
	ringing := caller.invite(callee.aor())
	got := callee.request("INVITE")
	callee.answer(got, 180, "Ringing")
	caller.response(ringing.invite, 180)
	overUDP, udpCallee := startCalls(t, s, callerEnds, "udp", "udp", 0, 20, "-d", "500")
	overTCP, tcpCallee := startCalls(t, s, calleeEnds, "tcp", "tcp", 0, 20, "-d", "500")

	reply := func() int { return other.final(other.ask("OPTIONS", "sip:nobody@127.0.0.1:9;transport=tcp")).status() }
	if n := reply(); n == 606 {
		t.Fatalf("before the reload: got %d", n)
	}
	s.settings.rules = "[[stage.route.rule]]\nmethods = [\"OPTIONS\"]\nreply = \"606 Not Acceptable\"\n" + anywhere
	s.write()
	s.signal(syscall.SIGHUP)
	s.until(t, soon, "the new rule", func() bool { return reply() == 606 })

	theirs := callee.accept(got)
	ringing.confirm(caller.response(ringing.invite, 200))
	callee.request("ACK")
	hangUp(t, theirs, caller)
	offer(t, talking, callee)
	hangUp(t, talking, callee)
	if !caller.connected() || !callee.connected() {
		t.Error("a WebSocket was closed")
	}
	callerHangsUp(t, other, callee) // it is still registered

	for range 5 {
		s.signal(syscall.SIGHUP)
		callerHangsUp(t, caller, callee)
	}
	awaitCalls(t, s, 120)
	for _, p := range []*sipp{overUDP, udpCallee, overTCP, tcpCallee} {
		p.finish()
		p.check(processTime, 0)
	}
}

// refused reports whether nobody listens at a TCP address.
func refused(addr string) bool {
	conn, err := net.DialTimeout("tcp", addr, soon)
	if err == nil {
		conn.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// unreachable reports whether a datagram to addr comes back as an ICMP error.
func unreachable(addr string) bool {
	conn, err := net.Dial("udp", addr)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.Write([]byte("\r\n"))
	conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err = conn.Read(make([]byte, 1))
	return errors.Is(err, syscall.ECONNREFUSED)
}

// relisten reloads with other listeners, besides the WebSocket one, and waits
// until the reload is through.
func (s *server) relisten(t *testing.T, urls ...string) {
	t.Helper()
	reply := "606 " + unique("Reload")
	s.settings.listen = append(urls, "ws://"+s.ws)
	s.settings.rules = fmt.Sprintf("[[stage.route.rule]]\ndomains = [\"reload.test\"]\nreply = %q\n", reply) + anywhere
	s.write()
	s.signal(syscall.SIGHUP)
	watch := newPhone(t, s, "ws")
	s.until(t, soon, "reload", func() bool {
		return watch.final(watch.ask("OPTIONS", "sip:reload.test")).start == "SIP/2.0 "+reply
	})
}

// TestReloadListeners adds and removes listeners, those of the start and
// those that came later.
func TestReloadListeners(t *testing.T) {
	t.Parallel()
	s := start(t)
	tcp, udp := newPhone(t, s, "tcp"), newPhone(t, s, "udp")
	tcp.register(600)
	udp.register(600)
	ours, _ := setUp(t, udp, tcp)

	first, added := s.udp, freeAddr(t)
	s.relisten(t, "udp://"+first, "udp://"+added, "tcp://"+added)
	s.until(t, soon, "removed TCP listener refuses", func() bool { return refused(first) })
	s.until(t, soon, "added TCP listener accepts", func() bool { return !refused(added) })
	offer(t, ours, tcp) // the connection that was accepted is still there
	hangUp(t, ours, tcp)

	s.udp, s.tcp = added, added
	for _, transport := range transports {
		p := newPhone(t, s, transport)
		p.register(600)
		callerHangsUp(t, p, udp)
		callerHangsUp(t, udp, p)
	}

	s.relisten(t, "udp://"+first, "tcp://"+added)
	s.until(t, soon, "UDP listener that came later is removed", func() bool { return unreachable(added) })
	callerHangsUp(t, udp, tcp)

	s.relisten(t, "udp://"+added, "tcp://"+added)
	s.until(t, soon, "UDP listener of the start is removed", func() bool { return unreachable(first) })
	late, ws := newPhone(t, s, "udp"), newPhone(t, s, "ws")
	late.register(600)
	ws.register(600)
	callerHangsUp(t, late, ws)
	callerHangsUp(t, ws, late)

	s.relisten(t, "udp://"+first, "tcp://"+first)
	s.until(t, soon, "TCP listener of the start is back", func() bool { return !refused(first) })
	callerHangsUp(t, udp, tcp)
	calleeHangsUp(t, udp, tcp)
}

// TestConnectionOutlivesListener: who came in by a listener that has been
// removed goes on with what is in progress, calls and is called.
func TestConnectionOutlivesListener(t *testing.T) {
	t.Parallel()
	s := start(t)
	tcp, ws := newPhone(t, s, "tcp"), newPhone(t, s, "ws")
	tcp.register(600)
	ws.register(600)
	ours, theirs := setUp(t, ws, tcp)

	s.udp = freeAddr(t)
	s.relisten(t, "udp://"+s.udp)
	s.until(t, soon, "removed TCP listener refuses", func() bool { return refused(s.tcp) })
	offer(t, ours, tcp)
	offer(t, theirs, ws)
	hangUp(t, ours, tcp)
	for range 4 { // on either loop
		udp := newPhone(t, s, "udp")
		udp.register(600)
		callerHangsUp(t, udp, tcp)
		calleeHangsUp(t, tcp, udp)
	}
}

// TestReloadCannotListen: a listener whose port is taken makes the reload
// fail, whole.
func TestReloadCannotListen(t *testing.T) {
	t.Parallel()
	s := start(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s.settings.listen = []string{"udp://" + s.udp, "ws://" + s.ws, "tcp://" + taken.Addr().String()}
	s.settings.rules = "[[stage.route.rule]]\nreply = \"606 Not Acceptable\"\n"
	s.write()
	s.signal(syscall.SIGHUP)
	s.until(t, soon, "log says why", func() bool {
		log := s.stderr.String()
		return strings.Contains(log, taken.Addr().String()) && strings.Contains(log, "in use")
	})
	caller, callee := newPhone(t, s, "tcp"), newPhone(t, s, "udp")
	callee.register(600)
	callerHangsUp(t, caller, callee)
}

// TestDrain: TERM and INT let calls that are being set up come through,
// refuse new ones, and end the process with code 0.
func TestDrain(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			s := start(t)
			caller, callee := newPhone(t, s, "ws"), newPhone(t, s, "udp")
			callee.register(600)
			talking, _ := setUp(t, caller, callee)
			ringing := caller.invite(callee.aor())
			got := callee.request("INVITE")
			callee.answer(got, 180, "Ringing")
			caller.response(ringing.invite, 180)
			other := newPhone(t, s, "tcp")
			other.register(600) // so that its connection has been accepted

			s.signal(sig)
			s.until(t, soon, "not ready", func() bool { return s.status("/readyz") == http.StatusServiceUnavailable })
			s.until(t, soon, "drain has reached the loop", func() bool {
				return other.final(other.ask("OPTIONS", "sip:nobody@localhost")).status() == 503
			})
			refused := other.invite(callee.aor())
			resp := other.response(refused.invite, 503)
			if resp.value("Retry-After") == "" {
				t.Error("503 without Retry-After")
			}
			refused.refuseAck(resp)
			hangUp(t, talking, callee)
			if !s.running() {
				t.Fatal("ended with a call being set up")
			}

			talk := other.keepTalking()
			callee.accept(got)
			ok := caller.response(ringing.invite, 200)
			select { // the ACK of a phone that is far away takes its time
			case <-s.exited:
				t.Fatal("ended before the caller could acknowledge the answer")
			case <-time.After(150 * time.Millisecond):
			}
			ringing.confirm(ok)
			callee.request("ACK")
			close(talk)
			s.checkExit()
		})
	}
}

// keepTalking has a phone ask for what is refused at once until the channel is
// closed. A server that drains waits for an ACK as long as it hears something, and
// a second more: on a busy machine that is not enough. One that does not wait for
// an ACK does not wait for this either.
func (p *phone) keepTalking() chan struct{} {
	end := make(chan struct{})
	go func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for p.connected() {
			select {
			case <-end:
				return
			case <-tick.C:
				p.out.send(p.newRequest("OPTIONS", "sip:nobody@localhost").String())
			}
		}
	}()
	return end
}

// TestDrainTimeout: a call that is never answered does not keep the process.
func TestDrainTimeout(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *settings) { c.server = "drain_timeout = \"1s\"" })
	caller, callee := newPhone(t, s, "udp"), newPhone(t, s, "udp")
	callee.register(600)
	d := caller.invite(callee.aor())
	callee.answer(callee.request("INVITE"), 180, "Ringing")
	caller.response(d.invite, 180)
	began := time.Now()
	s.signal(syscall.SIGTERM)
	s.checkExit()
	if took := time.Since(began); took < 900*time.Millisecond || took > time.Second+late {
		t.Errorf("ended after %v, want 1s", took)
	}
}

// TestQuit: QUIT does not wait.
func TestQuit(t *testing.T) {
	t.Parallel()
	s := start(t)
	caller, callee := newPhone(t, s, "udp"), newPhone(t, s, "udp")
	callee.register(600)
	caller.invite(callee.aor())
	callee.request("INVITE")
	began := time.Now()
	s.signal(syscall.SIGQUIT)
	s.checkExit()
	if took := time.Since(began); took > late {
		t.Errorf("ended %v after QUIT, want at once", took)
	}
}

// TestUserReload: USR1 is for the modules; with none that care nothing
// happens.
func TestUserReload(t *testing.T) {
	t.Parallel()
	s := start(t)
	caller, callee := newPhone(t, s, "ws"), newPhone(t, s, "udp")
	callee.register(600)
	s.signal(syscall.SIGUSR1)
	callerHangsUp(t, caller, callee)
	if !s.running() {
		t.Error("USR1 ended the server")
	}
}
