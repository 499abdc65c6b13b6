package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sluice/bench/proc"
)

// Addresses of the server that is measured.
const (
	wsAddr    = "127.0.0.1:27080"
	wssAddr   = "127.0.0.1:27443"
	adminAddr = "127.0.0.1:27088"
	domain    = "localhost"
)

const (
	readyWait = 15 * time.Second
	stopWait  = 10 * time.Second
	probeWait = 50 * time.Millisecond
)

// configuration is what Sluice serves: one loop for its one core, and the
// embedded default otherwise. With T1 at its lowest a transaction lingers for
// 6.4 s, not for 32 (RFC 6026 §7.1): on streams nothing is sent again, and what
// lingers would count as memory of the connections.
const configuration = `[server]
loops = 1

[[listen]]
url = "%s://%s"

[websocket]
keepalive_mechanism = "%s"
keepalive_timeout = "%s"

[proxy.default_proxy]
timer_T1 = "100ms"

[stage.registrar]
domains = ["%s"]

[[stage.route.rule]]
sources = ["127.0.0.0/8"]

[admin]
http = "%s"

[log]
level = "warn"
`

const tlsConfiguration = `
[tls.default]
certificate = "server.crt"
private_key = "server.key"
`

func listenAddr(transport string) string {
	if transport == "wss" {
		return wssAddr
	}
	return wsAddr
}

// A server is a running Sluice.
type server struct {
	cmd   *exec.Cmd
	dir   string
	cert  *certificate  // nil without TLS
	ended chan struct{} // closed when it has
	http  http.Client   // keeps its one connection, which the server's figures include
}

// startServer starts Sluice on its core and returns when it is ready.
func startServer(ctx context.Context, o *options, transport string) (*server, error) {
	dir, err := os.MkdirTemp("", "sluice-connections-")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, ended: make(chan struct{}),
		http: http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableCompression: true}}}
	if err := s.start(ctx, o, transport); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

func (s *server) start(ctx context.Context, o *options, transport string) error {
	mechanism, silence := "ping", o.keepAlive
	if silence == 0 {
		mechanism, silence = "none", time.Minute
	}
	text := fmt.Sprintf(configuration, transport, listenAddr(transport), mechanism, silence, domain, adminAddr)
	if transport == "wss" {
		var err error
		if s.cert, err = makeCertificate(s.dir); err != nil {
			return err
		}
		text += tlsConfiguration
	}
	config := filepath.Join(s.dir, "sluice.toml")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return err
	}
	if err := portsFree(listenAddr(transport), adminAddr); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd = exec.Command("taskset", "-c", strconv.Itoa(o.serverCPU), o.sluice, "serve", "-c", config)
	s.cmd.Env = append(os.Environ(), "GOGC=100", "GOMEMLIMIT=off") // heap relies on it
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	go func() {
		s.cmd.Wait()
		close(s.ended)
	}()
	if err := s.ready(ctx); err != nil {
		err = fmt.Errorf("%w\n%s", err, s.lastWords())
		s.end()
		return err
	}
	return nil
}

// portsFree refuses to measure beside a server that is there already.
func portsFree(addrs ...string) error {
	for _, addr := range addrs {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return fmt.Errorf("port is taken: %w", err)
		}
		l.Close()
	}
	return nil
}

func (s *server) ready(ctx context.Context) error {
	deadline := time.Now().Add(readyWait)
	for {
		resp, err := s.http.Get("http://" + adminAddr + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
			err = errors.New(resp.Status)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("server not ready after %s: %w", readyWait, err)
		}
		select {
		case <-s.ended:
			return errors.New("server ended while starting")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(probeWait):
		}
	}
}

func (s *server) pid() int { return s.cmd.Process.Pid }

// stop ends the server and takes its files away.
func (s *server) stop() {
	s.end()
	os.RemoveAll(s.dir)
}

func (s *server) end() {
	s.cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-s.ended:
	case <-time.After(stopWait):
		s.cmd.Process.Kill()
		<-s.ended
	}
}

// lastWords is the end of what the server printed.
func (s *server) lastWords() string {
	text, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// cpu is the processor time that the server has used, to 10 ms.
func (s *server) cpu() (time.Duration, error) {
	c, err := proc.Usage([]int{s.pid()})
	return c.Total(), err
}

// descriptors is how many files and sockets the server has open.
func (s *server) descriptors() (int, error) {
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.pid()))
	return len(list), err
}

// resident is the memory of the server's process.
func (s *server) resident() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid()))
	if err != nil {
		return 0, err
	}
	return parseResident(string(text))
}

// parseResident finds the line VmRSS of /proc/PID/status; its unit is kB.
func parseResident(status string) (int64, error) {
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("status: no VmRSS line")
}
