//go:build e2e

package e2e_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Deadlines: of what happens at once, and of what a process does, on a machine
// that has much else to do; and how much later than set a timer of the server may
// be seen to fire there. A server that is stopped has less than its drain_timeout.
const (
	soon        = 10 * time.Second
	processTime = 20 * time.Second
	late        = 5 * time.Second
)

// binary is the server under test.
var binary string

// TestMain builds the server once. Most of these tests wait for timers most
// of the time, so more of them run at once than there are cores.
func TestMain(m *testing.M) {
	flag.Parse()
	if !given("test.parallel") {
		flag.Set("test.parallel", "12")
	}
	dir, err := os.MkdirTemp("", "sluice-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := 1
	if binary, err = build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

func given(name string) (set bool) {
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

// build returns the binary to test, SLUICE_BIN or a new one in dir.
func build(dir string) (string, error) {
	if bin := os.Getenv("SLUICE_BIN"); bin != "" {
		return filepath.Abs(bin)
	}
	bin := filepath.Join(dir, "sluice")
	out, err := exec.Command("go", "build", "-o", bin, "sluice/cmd/sluice").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build sluice/cmd/sluice: %w\n%s", err, out)
	}
	return bin, nil
}

// ports are those that freePort gives, one after the other. They are no
// ephemeral ports, so that nobody is given one between the check and the bind.
var ports = struct {
	first, n int32
	next     atomic.Int32
}{first: 20000, n: 12000}

func init() {
	var low, high int32
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if _, err2 := fmt.Sscan(string(text), &low, &high); err == nil && err2 == nil && low < ports.first+ports.n {
		if below, above := low-1024, 65535-high; below >= above && below > 2000 {
			ports.first, ports.n = 1024, below
		} else if above > 2000 {
			ports.first, ports.n = high+1, above
		}
	}
	ports.next.Store(int32(os.Getpid() % 25 * 500)) // others that run these tests begin elsewhere
}

// freePort returns a port that is free for UDP and TCP on every address, and
// that no other test of this run gets.
func freePort(t testing.TB) int {
	t.Helper()
	for range 1000 {
		port := int(ports.first + ports.next.Add(1)%ports.n)
		if isFree(fmt.Sprintf(":%d", port)) {
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

func freeAddr(t testing.TB) string { return fmt.Sprintf("127.0.0.1:%d", freePort(t)) }

func isFree(addr string) bool {
	syscall.ForkLock.RLock() // a process that begins would still hold the sockets when they have been closed
	defer syscall.ForkLock.RUnlock()
	tcp, err := net.Listen("tcp", addr)
	if err != nil {
		return false
	}
	tcp.Close()
	udp, err := net.ListenPacket("udp", addr)
	if err != nil {
		return false
	}
	udp.Close()
	return true
}

// closeNow closes a connection. A process that begins at this moment would have
// it open for a while: the peer would see no end, or no reset.
func closeNow(c io.Closer) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	c.Close()
}

// An output collects what a process writes.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// A server is a running sluice.
type server struct {
	t        testing.TB
	settings settings
	file     string // its configuration
	admin    string // host:port
	udp      string
	tcp      string
	ws       string
	tls      string // with startTLS
	wss      string // with startTLS
	vault    *vault // of its certificates, and those of phones

	cmd    *exec.Cmd
	stderr output
	exited chan struct{} // closed when the process has ended
}

// start starts a server with two loops and a UDP, a TCP and a WebSocket
// listener, and waits until it is ready. It is stopped when the test ends.
func start(t testing.TB, change ...func(*settings)) *server {
	t.Helper()
	s := newServer(t, change...)
	s.run()
	s.awaitReady()
	return s
}

func newServer(t testing.TB, change ...func(*settings)) *server {
	t.Helper()
	s := &server{t: t, udp: freeAddr(t), ws: freeAddr(t), admin: freeAddr(t), exited: make(chan struct{})}
	s.tcp = s.udp
	s.settings = settings{
		listen: []string{"udp://" + s.udp, "tcp://" + s.tcp, "ws://" + s.ws},
		rules:  anywhere,
		admin:  s.admin,
	}
	for _, f := range change {
		f(&s.settings)
	}
	s.file = filepath.Join(t.TempDir(), "sluice.toml")
	s.write()
	return s
}

// write writes the configuration file.
func (s *server) write() {
	s.t.Helper()
	if err := os.WriteFile(s.file, []byte(s.settings.text()), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) run() {
	s.t.Helper()
	s.cmd = exec.Command(binary, "serve", "-c", s.file)
	s.cmd.Env = append(os.Environ(), s.settings.env...)
	s.cmd.Stderr = &s.stderr
	s.cmd.Stdout = &s.stderr
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		s.cmd.Wait()
		close(s.exited)
	}()
	s.t.Cleanup(s.stop)
}

func (s *server) awaitReady() {
	s.t.Helper()
	s.until(s.t, processTime, "ready", func() bool { return s.status("/readyz") == http.StatusOK })
}

// until polls until ok, and fails the test when that takes too long or the
// server ends.
func (s *server) until(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	if !s.poll(t, limit, what, ok) {
		t.Fatalf("not within %v: %s\n%s", limit, what, &s.stderr)
	}
}

// poll polls until ok, and reports whether that was in time. The test fails if
// the server ends.
func (s *server) poll(t testing.TB, limit time.Duration, what string, ok func() bool) bool {
	t.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-s.exited:
			t.Fatalf("server ended (%v) while the test waited for: %s\n%s", s.cmd.ProcessState, what, &s.stderr)
		case <-deadline:
			return false
		}
	}
	return true
}

var client = http.Client{Timeout: soon, Transport: &http.Transport{DisableKeepAlives: true}}

// status returns the HTTP status of a page of the admin server, 0 if there is
// none.
func (s *server) status(page string) int {
	resp, err := client.Get("http://" + s.admin + page)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// signal sends sig to the server, whose pid it is until Wait has returned.
func (s *server) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Errorf("%v: %v", sig, err)
	}
}

// running reports whether the process has not ended.
func (s *server) running() bool {
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

// stop stops the server by TERM, unless it has ended, and checks how it went.
func (s *server) stop() {
	if s.running() {
		s.count(s.t, "sluice_stage_panics_total", 0)
		s.signal(syscall.SIGTERM)
	}
	s.checkExit()
}

// checkExit waits for the end of the process and checks that it was orderly.
func (s *server) checkExit() {
	s.t.Helper()
	select {
	case <-s.exited:
	case <-time.After(processTime):
		s.t.Errorf("still running %v after the signal", processTime)
		s.cmd.Process.Kill()
		<-s.exited
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("exit: got %v, want code 0", s.cmd.ProcessState)
	}
	log := s.stderr.String()
	for _, bad := range []string{"panic", "fatal error", "DATA RACE", "goroutine "} {
		if strings.Contains(log, bad) {
			s.t.Errorf("standard error contains %q", bad)
		}
	}
	if s.t.Failed() {
		s.t.Logf("standard error of the server:\n%s", log)
	}
}

// count checks what a counter has come to. What the test has seen does not say
// that it was counted: the loop that counts may be another than the one that has
// answered, or count when it has answered. So a counter is waited for until it is
// not less than want. For 0 nothing is waited for: it says that nothing of the
// kind came before what the test has seen.
func (s *server) count(t testing.TB, name string, want float64) {
	t.Helper()
	s.compare(t, name, want, func(got float64) bool { return got >= want })
}

// level checks what a gauge comes to: unlike a counter it may be more before.
func (s *server) level(t testing.TB, name string, want float64) {
	t.Helper()
	s.compare(t, name, want, func(got float64) bool { return got == want })
}

func (s *server) compare(t testing.TB, name string, want float64, enough func(got float64) bool) {
	t.Helper()
	var got float64
	s.poll(t, soon, name, func() bool { got = s.metric(name); return enough(got) })
	if got != want {
		t.Errorf("%s: got %v, want %v", name, got, want)
	}
}

// metric returns the sum of all samples of a metric; with a label, written
// name{label="value"}, that of one series. A metric that is not there is a
// mistake of the test.
func (s *server) metric(name string) float64 {
	s.t.Helper()
	resp, err := client.Get("http://" + s.admin + "/metrics")
	if err != nil {
		s.t.Errorf("metrics: %v", err)
		return -1
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Errorf("metrics: %v", err)
		return -1
	}
	sum, found := 0.0, false
	for line := range strings.Lines(string(page)) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if series != name && !strings.HasPrefix(series, name+"{") {
			continue
		}
		v, err := strconv.ParseFloat(value, 64)
		if err != nil {
			s.t.Errorf("metrics: %q", line)
		}
		sum, found = sum+v, true
	}
	if !found {
		s.t.Errorf("metrics: no %s", name)
	}
	return sum
}
