package run

import (
	"context"
	"log/slog"
	"time"

	"sluice/cmd/run/admin"
	"sluice/cmd/run/config"
	"sluice/netio"
	"sluice/pipeline"
)

// A reload is a configuration that is about to be taken over, and what was
// opened for it.
type reload struct {
	cfg   *config.Config
	prog  *pipeline.Program
	log   slog.Handler  // nil: as it was
	admin *admin.Server // nil: as it was, or off
}

// reload takes over the configuration as it is now. Whatever is wrong with it
// is logged, and nothing changes.
func (s *server) reload() {
	next, err := s.prepare()
	if err == nil {
		taken := func(all []*netio.Listener) {
			s.edge.SetListeners(all)
			s.edge.Swap(next.prog)
		}
		err = next.cfg.Join(listenFaults(next.cfg, s.net.SetListeners(listeners(next.cfg), taken)))
	}
	if err != nil {
		s.log.Error("reload refused: the running configuration stays", "error", err)
		s.vitals.Refused()
		s.discard(next)
		return
	}
	s.takeOver(next)
	s.log.Info("reloaded", "file", next.cfg.File)
	if keys := later(&s.begun.Server, &next.cfg.Server); keys != "" {
		s.log.Warn("takes effect at the next start", "keys", keys)
	}
}

// prepare reads the configuration and opens what can be opened beside what is
// running. What it returns on an error is to be discarded.
func (s *server) prepare() (*reload, error) {
	cfg, err := load(s.path)
	if cfg == nil {
		return &reload{}, err
	}
	next := &reload{cfg: cfg}
	var buildErr, logErr, adminErr error
	next.prog, buildErr = pipeline.Build(s.spec(cfg), s.net.Loops())
	if cfg.Log != s.cfg.Log {
		if next.log, logErr = openLog(&cfg.Log); logErr != nil {
			logErr = cfg.Fault(logErr.Error(), "log", "output")
		}
	}
	if cfg.Admin != s.cfg.Admin {
		if next.admin, adminErr = admin.Listen(cfg.Admin.HTTP, s.stats, s.vitals, s.log); adminErr != nil {
			adminErr = cfg.Fault(adminErr.Error(), "admin", "http")
		}
	}
	if err := cfg.Join(err, buildErr, fixed(&s.begun.Server, cfg), logErr, adminErr); err != nil {
		return next, err
	}
	s.lookAround(cfg)
	return next, nil
}

// takeOver makes next, whose Program and listeners run, what is running.
func (s *server) takeOver(next *reload) {
	old, cfg := s.prog, next.cfg
	if next.log != nil {
		s.logTo.to.Store(&next.log)
	}
	if cfg.Admin != s.cfg.Admin {
		go s.admin.Close()
		s.admin = next.admin
		s.admin.SetReady(true)
	}
	s.prog, s.cfg = next.prog, cfg
	s.vitals.TookOver(time.Now(), certificates(cfg))
	s.admin.SetDemo(demoSettings(cfg, s.net.Listeners()))
	go s.retire(old, cfg.Server.DrainTimeout)
	next.prog.Reload(context.Background())
}

// discard closes what was opened for a reload that is not to be.
func (s *server) discard(next *reload) {
	next.admin.Close()
	if next.prog == nil {
		return
	}
	if err := next.prog.Close(); err != nil {
		s.log.Error("closing a program that was refused", "error", err)
	}
}

// retire waits until no request uses the old Program, and has it closed. What
// a stage keeps parked longer than patience is resumed to end.
func (s *server) retire(old *pipeline.Program, patience time.Duration) {
	select {
	case <-old.Drained():
	case <-time.After(patience):
		s.edge.Expel(old)
		<-old.Drained()
	}
	s.closed <- old
}
