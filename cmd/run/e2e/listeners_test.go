//go:build e2e

package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// onEvery lets the server listen on every address of this host instead.
func onEvery(t *testing.T, transports ...string) (port string, change func(*settings)) {
	t.Helper()
	port = strconv.Itoa(freePort(t))
	return port, func(c *settings) {
		c.listen = nil
		for _, t := range transports {
			c.listen = append(c.listen, t+"://0.0.0.0:"+port, t+"://[::]:"+port)
		}
	}
}

// TestEveryAddress: a server on every address tells each phone the address
// that it can reach, sends from there, and knows itself by all of them.
func TestEveryAddress(t *testing.T) {
	t.Parallel()
	port, change := onEvery(t, "udp", "tcp")
	ws, _ := onEvery(t)
	start(t, change, func(c *settings) { c.listen = append(c.listen, "ws://0.0.0.0:"+ws) })
	at := func(host, transport string) string {
		if transport == "ws" {
			return net.JoinHostPort(host, ws)
		}
		return net.JoinHostPort(host, port)
	}
	for _, tt := range []struct{ from, fromHost, to, toHost string }{
		{"udp", "127.0.0.1", "udp", "127.0.0.1"},
		{"udp", "127.0.0.2", "udp", "127.0.0.3"},
		{"udp", "::1", "udp", "127.0.0.3"},
		{"tcp", "127.0.0.2", "udp", "::1"},
		{"ws", "127.0.0.4", "tcp", "127.0.0.5"},
		{"tcp", "::1", "ws", "127.0.0.1"},
		{"ws", "127.0.0.6", "ws", "127.0.0.7"},
	} {
		t.Run(tt.from+" "+tt.fromHost+" to "+tt.to+" "+tt.toHost, func(t *testing.T) {
			caller, callee := newPhoneTo(t, nil, tt.from, at(tt.fromHost, tt.from)), newPhoneTo(t, nil, tt.to, at(tt.toHost, tt.to))
			callee.register(600)
			callerHangsUp(t, caller, callee)
			calleeHangsUp(t, caller, callee)
			for _, p := range []*phone{caller, callee} {
				checkNoWildcard(t, p)
			}
		})
	}
}

// checkNoWildcard fails if a phone was told 0.0.0.0 or [::].
func checkNoWildcard(t *testing.T, p *phone) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.trace {
		if bad := regexp.MustCompile(`(?i)(\b0\.0\.0\.0|\[::\]|invalid\.invalid).*`).FindString(m); bad != "" {
			t.Errorf("%s was told %q", p.name, bad)
		}
	}
}

// TestAnswersFromWhereItWasAsked: over UDP from the address that the request
// went to, though the kernel would take another one.
func TestAnswersFromWhereItWasAsked(t *testing.T) {
	t.Parallel()
	port, change := onEvery(t, "udp")
	start(t, change)
	for _, host := range []string{"127.0.0.1", "127.0.0.2", "127.9.8.7", "::1"} {
		p := newPhoneTo(t, nil, "udp", net.JoinHostPort(host, port))
		for range 3 {
			m := p.newRequest("OPTIONS", "sip:localhost")
			p.send(p.out, m)
			answer := p.final(m)
			if got := answer.link.(datagramLink).peer.String(); got != net.JoinHostPort(host, port) {
				t.Errorf("asked at %s: answered from %s", host, got)
			}
		}
	}
}

// TestPortTaken: one line and code 1 for secure transports too, and for every
// address when another process has one of them.
func TestPortTaken(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	_, every, _ := net.SplitHostPort(tcp.Addr().String())
	_, everyUDP, _ := net.SplitHostPort(udp.LocalAddr().String())
	for _, url := range []string{
		"tls://" + tcp.Addr().String(), "wss://" + tcp.Addr().String(), "tcp://0.0.0.0:" + every, "udp://0.0.0.0:" + everyUDP,
	} {
		s := newServer(t, func(c *settings) {
			c.listen = []string{url}
			if strings.Contains(url, "s://") {
				c.rules += v.section("default", "")
			}
		})
		if _, errs, code := command(t, "serve", "-c", s.file); code != 1 || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, url+": address already in use") {
			t.Errorf("got %q and code %d, want one line that says %s is in use, and code 1", errs, code, url)
		}
	}
}

// needRoot skips a test of what only root can do.
func needRoot(t *testing.T) *user.User {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Skip("there is no user nobody")
	}
	return nobody
}

// giveTo gives a directory of a test, and what is in it, to a user.
func giveTo(t *testing.T, u *user.User, dir string) {
	t.Helper()
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(files, dir) {
		if err := os.Chown(f, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPortNotPermitted: what is missing is said, once for each listener.
func TestPortNotPermitted(t *testing.T) {
	t.Parallel()
	nobody := needRoot(t)
	first, err := os.ReadFile("/proc/sys/net/ipv4/ip_unprivileged_port_start")
	if n, _ := strconv.Atoi(strings.TrimSpace(string(first))); err != nil || n <= 81 {
		t.Skip("this system lets everybody have any port")
	}
	v := newVault(t)
	dir := t.TempDir()
	// The binary's own directory is closed to others. Another process makes the
	// copy: one that begins while this one does would have it open for writing, and
	// nobody could run it (ETXTBSY).
	if out, err := exec.Command("install", "-m", "755", binary, dir+"/sluice").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	uid, _ := strconv.Atoi(nobody.Uid)
	gid, _ := strconv.Atoi(nobody.Gid)
	for _, transport := range []string{"udp", "tcp", "tls", "ws", "wss"} {
		url := transport + "://127.0.0.1:81"
		c := settings{listen: []string{url}, rules: anywhere, admin: freeAddr(t)}
		if transport == "tls" || transport == "wss" {
			c.rules += v.section("default", "")
		}
		file := filepath.Join(dir, transport+".toml")
		if err := os.WriteFile(file, []byte(c.text()), 0o644); err != nil {
			t.Fatal(err)
		}
		giveTo(t, nobody, dir)
		giveTo(t, nobody, v.dir)
		var errs bytes.Buffer
		cmd := exec.Command(filepath.Join(dir, "sluice"), "serve", "-c", file)
		cmd.Stderr = &errs
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		late := time.AfterFunc(processTime, func() { cmd.Process.Kill() })
		var exit *exec.ExitError
		if err := cmd.Wait(); !errors.As(err, &exit) {
			t.Errorf("%s: got %v, want a failure", url, err)
		}
		late.Stop()
		want := url + ": permission denied: a port below 1024 needs root or CAP_NET_BIND_SERVICE\n"
		if got := errs.String(); cmd.ProcessState.ExitCode() != 1 || strings.Count(got, "\n") != 1 || !strings.HasSuffix(got, want) {
			t.Errorf("got %q and code %d, want one line that ends in %q, and code 1", got, cmd.ProcessState.ExitCode(), want)
		}
	}
}

// TestPrivileges: root binds and reads, and is root no more; a reload reads and
// binds as the user that the server has become.
func TestPrivileges(t *testing.T) {
	t.Parallel()
	nobody := needRoot(t)
	v := newVault(t)
	secure := freeAddr(t)
	rule := func(reply string) string {
		return fmt.Sprintf("\n[[stage.route.rule]]\nsources = [\"127.0.0.0/8\"]\nreply = %q\n", reply) + v.section("default", "")
	}
	s := start(t, func(c *settings) {
		c.server = "user = \"nobody\""
		c.listen = append(c.listen, "tls://"+secure)
		c.rules = rule("410 At First")
	})
	checkThreads(t, s.cmd.Process.Pid, nobody)
	options := func() string { return proxiedOptions(t, v, "tls", secure, "") }
	if got := options(); got != "SIP/2.0 410 At First" {
		t.Errorf("got %q, want 410", got)
	}
	reload := func(what, want string) {
		t.Helper()
		s.write()
		said := len(s.stderr.String())
		s.signal(syscall.SIGHUP)
		s.until(t, soon, what, func() bool { return strings.Contains(s.stderr.String()[said:], want) })
		if got := options(); got != "SIP/2.0 410 At First" {
			t.Errorf("%s: got %q, want 410 still", what, got)
		}
	}
	s.settings.rules = rule("480 Later")
	reload("a file that nobody can read", "sluice.toml: permission denied")
	giveTo(t, nobody, filepath.Dir(s.file))
	reload("a key that nobody can read", "ec.pem\\\": permission denied")
	giveTo(t, nobody, v.dir)
	s.settings.server = "user = \"root\""
	reload("another user", "server.user: cannot change while the server runs")
	s.settings.server = "user = \"nobody\""
	if low, _ := os.ReadFile("/proc/sys/net/ipv4/ip_unprivileged_port_start"); strings.TrimSpace(string(low)) == "1024" {
		listen := s.settings.listen
		s.settings.listen = append(listen, "udp://127.0.0.1:82")
		reload("a port for root", "udp://127.0.0.1:82: permission denied: a port below 1024")
		s.settings.listen = listen
	}
	s.write()
	s.signal(syscall.SIGHUP)
	s.until(t, soon, "the new rule", func() bool { return options() == "SIP/2.0 480 Later" })
	checkThreads(t, s.cmd.Process.Pid, nobody)
}

// checkThreads checks that all threads of a process are a user's and can do
// what anybody can.
func checkThreads(t *testing.T, pid int, u *user.User) {
	t.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(tasks) == 0 {
		t.Fatalf("threads of %d: %v, %v", pid, tasks, err)
	}
	want := map[string]string{
		"Uid": strings.Repeat("\t"+u.Uid, 4), "Gid": strings.Repeat("\t"+u.Gid, 4), "Groups": "\t" + u.Gid + " ",
		"CapPrm": "\t0000000000000000", "CapEff": "\t0000000000000000",
	}
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if errors.Is(err, os.ErrNotExist) {
			continue // the thread has ended
		}
		for line := range strings.Lines(string(text)) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
			if w, ok := want[name]; ok && value != w {
				t.Errorf("%s: %s is %q, want %q", task, name, value, w)
			}
		}
	}
}

// TestOnlyRootBecomesAnother: who cannot is told before anything is bound.
func TestOnlyRootBecomesAnother(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *settings) { c.server = "user = \"no-such-user\"" })
	for _, sub := range []string{"check", "serve"} {
		if _, errs, code := command(t, sub, "-c", s.file); code != 1 || !strings.Contains(errs, `server.user: there is no user "no-such-user"`) {
			t.Errorf("%s: got %q and code %d", sub, errs, code)
		}
	}
}

// TestHalfClose: a client that ends its sending after its request gets the answer
// on its connection, whether it comes at once or later (RFC 3261 §18.2.2).
func TestHalfClose(t *testing.T) {
	t.Parallel()
	s := start(t)
	callee := newPhone(t, s, "udp")
	callee.register(600)
	for _, tt := range []struct {
		name, uri, want string
		answer          func()
	}{
		{"answered at once", "sip:nobody-here@localhost", "SIP/2.0 404 ", func() {}},
		{"answered later", callee.aor(), "SIP/2.0 200 ", func() { callee.answer(callee.request("OPTIONS"), 200, "OK") }},
	} {
		conn, err := net.Dial("tcp", s.tcp)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(soon))
		fmt.Fprintf(conn, "OPTIONS %s SIP/2.0\r\nVia: SIP/2.0/TCP %s;branch=z9hG4bK%s\r\nFrom: <sip:a@localhost>;tag=1\r\nTo: <%s>\r\n"+
			"Call-ID: %s\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n", tt.uri, conn.LocalAddr(), unique("half"), tt.uri, unique("half"))
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		tt.answer()
		answer, err := io.ReadAll(conn) // until the server has closed it too
		if err != nil || !strings.HasPrefix(string(answer), tt.want) {
			t.Errorf("%s: got %q, %v, want %q", tt.name, answer, err, tt.want)
		}
	}
}
