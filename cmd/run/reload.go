package run

import (
	"context"
	"errors"
	"time"

	"sluice/cmd/run/config"
	"sluice/pipeline"
)

// reload takes over the configuration as it is now. Whatever is wrong with it
// is logged, and nothing changes.
func (s *server) reload() {
	cfg, err := load(s.path)
	if cfg == nil {
		s.log.Error("reload refused: the running configuration stays", "error", err)
		return
	}
	next, buildErr := pipeline.Build(s.spec(cfg), s.net.Loops())
	if err := cfg.Join(err, buildErr, s.fixed(cfg)); err != nil {
		s.log.Error("reload refused: the running configuration stays", "error", err)
		s.discard(next)
		return
	}
	s.lookAround(cfg)
	if err := s.net.SetListeners(listeners(cfg)); err != nil {
		s.log.Error("reload refused: the running configuration stays", "error", err)
		s.discard(next)
		return
	}
	s.edge.SetListeners(s.net.Listeners())
	old := s.prog
	s.edge.Swap(next)
	s.prog, s.cfg = next, cfg
	s.admin.SetDemo(demoSettings(cfg, s.net.Listeners()))
	go s.retire(old, cfg.Server.DrainTimeout)
	next.Reload(context.Background())
	s.log.Info("reloaded", "file", cfg.File)
}

// fixed reports what a reload cannot change.
func (s *server) fixed(cfg *config.Config) error {
	var faults []error
	if cfg.Server.Loops != s.cfg.Server.Loops {
		faults = append(faults, cfg.Fault("cannot change while the server runs: connections belong to their loops", "server", "loops"))
	}
	if cfg.Server.Secret != s.cfg.Server.Secret {
		faults = append(faults, cfg.Fault("cannot change while the server runs: calls in progress carry what it signed", "server", "secret"))
	}
	for _, key := range []struct{ name, was, is string }{
		{"user", s.cfg.Server.User, cfg.Server.User}, {"group", s.cfg.Server.Group, cfg.Server.Group},
	} {
		if key.was != key.is {
			faults = append(faults, cfg.Fault("cannot change while the server runs: the process has no right to", "server", key.name))
		}
	}
	return errors.Join(faults...)
}

// discard closes a Program that is not to be used; nil is none.
func (s *server) discard(p *pipeline.Program) {
	if p == nil {
		return
	}
	if err := p.Close(); err != nil {
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
