package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
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
	*proc.Process
	cert *certificate // nil without TLS
	http http.Client  // keeps its one connection, which the server's figures include
}

// startServer starts Sluice on its core and returns when it is ready.
func startServer(ctx context.Context, o *options, transport string) (*server, error) {
	if err := proc.PortsFree(listenAddr(transport), adminAddr); err != nil {
		return nil, err
	}
	s := &server{http: http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableCompression: true}}}
	var err error
	s.Process, err = proc.Start(o.serverCPU, func(dir string) ([]string, error) {
		config := filepath.Join(dir, "sluice.toml")
		return []string{o.sluice, "serve", "-c", config}, s.configure(o, transport, config)
	}, "GOGC=100", "GOMEMLIMIT=off") // heap relies on it
	if err != nil {
		return nil, err
	}
	if err := s.Ready(ctx, s.probe); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// configure writes what Sluice serves to a file, and the certificate beside it.
func (s *server) configure(o *options, transport, path string) (err error) {
	mechanism, silence := "ping", o.keepAlive
	if silence == 0 {
		mechanism, silence = "none", time.Minute
	}
	text := fmt.Sprintf(configuration, transport, listenAddr(transport), mechanism, silence, domain, adminAddr)
	if transport == "wss" {
		if s.cert, err = makeCertificate(filepath.Dir(path)); err != nil {
			return err
		}
		text += tlsConfiguration
	}
	return os.WriteFile(path, []byte(text), 0o600)
}

// probe asks the server whether it is ready.
func (s *server) probe() error {
	resp, err := s.http.Get("http://" + adminAddr + "/readyz")
	if err != nil {
		return err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}

// cpu is the processor time that the server has used, to 10 ms.
func (s *server) cpu() (time.Duration, error) {
	c, err := proc.Usage([]int{s.PID()})
	return c.Total(), err
}

// descriptors is how many files and sockets the server has open.
func (s *server) descriptors() (int, error) { return proc.Descriptors(s.PID()) }

// resident is the memory of the server's process.
func (s *server) resident() (int64, error) { return proc.RSS(s.PID()) }
