// Package admin is the HTTP side of the server, for operators: metrics,
// health, readiness, and a page to try the server with. It has no
// authentication and belongs on loopback.
package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sluice/cmd/run/admin/demo"
	"sluice/netio/stats"
	"sluice/netio/stats/prom"
)

// A Server answers on one address. A nil Server is one that is switched off.
type Server struct {
	http  *http.Server
	addr  string
	ready atomic.Bool
	demo  atomic.Pointer[demo.Settings]
}

// Listen serves on addr, "" for not at all, and is not ready yet.
func Listen(addr string, st *stats.Registry, v *Vitals, log *slog.Logger) (*Server, error) {
	if addr == "" {
		return nil, nil
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		var errno syscall.Errno
		if errors.As(err, &errno) {
			err = errno // without the names of system calls
		}
		return nil, fmt.Errorf("%s: %w", addr, err)
	}
	s := &Server{addr: ln.Addr().String()}
	reg := prometheus.NewRegistry()
	reg.MustRegister(v, prom.NewCollector(st), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", s.readyz)
	s.demo.Store(new(demo.Settings))
	page := demo.Handler(func() demo.Settings { return *s.demo.Load() })
	mux.Handle("GET /{$}", page)
	mux.Handle("GET /demo/", page)
	s.http = &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	go func() {
		if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			log.Error("admin http", "error", err)
		}
	}()
	return s, nil
}

// Addr returns the address that it serves on; port 0 is resolved.
func (s *Server) Addr() string { return s.addr }

// SetReady says what /readyz answers: 200 or 503.
func (s *Server) SetReady(ready bool) {
	if s != nil {
		s.ready.Store(ready)
	}
}

// SetDemo says where the demo page connects and registers, from now on.
func (s *Server) SetDemo(settings demo.Settings) {
	if s != nil {
		s.demo.Store(&settings)
	}
}

func (s *Server) readyz(w http.ResponseWriter, _ *http.Request) {
	if !s.ready.Load() {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ready\n")
}

// Close ends it; requests in progress get a moment to finish.
func (s *Server) Close() {
	if s == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		s.http.Close()
	}
}
