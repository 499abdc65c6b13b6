package run

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"sluice/cmd/run/admin"
	"sluice/cmd/run/config"
	"sluice/netio"
	"sluice/netio/stats"
	"sluice/pipeline"
)

// A server is a running Sluice.
type server struct {
	path   string         // of the configuration; "" for the embedded default
	begun  *config.Config // what the server was started with
	cfg    *config.Config
	log    *slog.Logger
	logTo  *logHandler // of log and all that were made of it
	stats  *stats.Registry
	shared *pipeline.Shared
	net    *netio.Net
	edge   *pipeline.Edge
	prog   *pipeline.Program
	admin  *admin.Server
	vitals *admin.Vitals
	local  addresses
	closed chan *pipeline.Program // Programs that have drained and wait to be closed
}

// serve runs the server until a signal ends it.
func serve(path string) error {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT)
	s, err := start(path)
	if err != nil {
		return &startError{err}
	}
	return s.run(signals)
}

// start brings everything up: when it returns the server is ready.
func start(path string) (*server, error) {
	cfg, err := load(path)
	if cfg == nil {
		return nil, err
	}
	if err != nil {
		_, buildErr := buildUnbound(cfg)
		return nil, cfg.Join(err, buildErr)
	}
	s := &server{
		path: path, begun: cfg, cfg: cfg, stats: stats.New(), vitals: admin.NewVitals(version()),
		shared: pipeline.NewShared(), closed: make(chan *pipeline.Program, 16),
	}
	handler, err := openLog(&cfg.Log)
	if err != nil {
		return nil, cfg.Join(cfg.Fault(err.Error(), "log", "output"))
	}
	s.logTo = newLogHandler(handler)
	s.log = slog.New(s.logTo)
	account := cfg.Server.Account()
	if err = mayBecome(account); err != nil {
		return nil, cfg.Join(cfg.Fault(err.Error(), "server", "user"))
	}
	slog.SetDefault(s.log)
	if s.admin, err = admin.Listen(cfg.Admin.HTTP, s.stats, s.vitals, s.log); err != nil {
		return nil, cfg.Join(cfg.Fault(err.Error(), "admin", "http"))
	}
	s.lookAround(cfg)
	if err := s.bringUp(); err != nil {
		s.admin.Close()
		return nil, cfg.Join(listenFaults(cfg, err))
	}
	if account != nil {
		if err := s.net.ChangeOwner(account.UID, account.GID); err != nil {
			s.log.Warn("a reload will not change listeners from one address to every address, or back", "error", err)
		}
	}
	if err := become(account); err != nil {
		s.stop(err)
		return nil, cfg.Join(cfg.Fault(err.Error(), "server", "user"))
	}
	s.vitals.TookOver(time.Now(), certificates(cfg))
	s.admin.SetDemo(demoSettings(cfg, s.net.Listeners()))
	s.admin.SetReady(true)
	for _, l := range s.net.Listeners() {
		sentBy := l.SentBy
		if sentBy == l.Addr.String() && l.Addr.Addr().IsUnspecified() {
			sentBy = "as the peer knows us"
		}
		s.log.Info("listening", "url", l.String(), "sent_by", sentBy)
	}
	warnOfDescriptors(s.log, descriptors(), cfg.Server.MaxConnections)
	if account != nil {
		s.log.Info("running as", "uid", account.UID, "gid", account.GID)
	}
	s.log.Info("ready", "version", version(), "loops", len(s.net.Loops()), "stages", fmt.Sprint(s.prog.Stages()))
	return s, nil
}

// bringUp builds the Program, starts its modules, and opens the listeners.
func (s *server) bringUp() error {
	var err error
	c := &s.cfg.Server
	s.net = netio.New(netio.Options{
		Loops: c.Loops, Listeners: listeners(s.cfg),
		MaxConns: c.MaxConnections, MaxWriteQueue: c.MaxWriteQueue,
		MaxWriteMemory: cmp.Or(c.MaxWriteMemory, -1), // there 0 is its own default
		DialTimeout:    c.ConnectTimeout, MaxDials: c.MaxConnecting, DialsPerAddr: c.MaxConnectingPerAddress,
		KeepAlive:        cmp.Or(c.TCPKeepAlive, -1), // as well
		HandshakeTimeout: c.TLSHandshakeTimeout, MaxHandshakes: c.MaxTLSHandshakes,
		Prefer: func(peer netip.Addr) bool { return s.edge.Prefer(peer) },
		Admit: func(ln *netio.Listener, peer netip.Addr, others int, now time.Duration) bool {
			return s.edge.Admit(ln, peer, others, now)
		},
		Logger: s.log, Stats: s.stats,
	})
	loops := s.net.Loops()
	sp := s.spec(s.cfg)
	s.edge = pipeline.NewEdge(pipeline.EdgeOptions{Loops: len(loops), Stats: s.stats, Log: s.log, Secret: []byte(c.Secret), MaxTransactions: sp.Limits.MaxTransactions})
	if s.prog, err = pipeline.Build(sp, loops); err != nil {
		return err
	}
	s.edge.Install(s.prog)
	if err = s.prog.Start(context.Background()); err != nil {
		s.prog.Close()
		return err
	}
	if err = s.net.Start(func(l *netio.Loop) netio.Handler { return s.edge.Engine(l.Index()) }, s.edge.SetListeners); err != nil {
		s.prog.Close()
		return err
	}
	return nil
}

// spec returns what a Program for cfg is built from.
func (s *server) spec(cfg *config.Config) pipeline.Spec {
	sp := spec(cfg, len(s.net.Loops()), s.shared, s.stats, s.log)
	sp.Identity.Local = s.local.has
	return sp
}

// run obeys signals until one ends the server.
func (s *server) run(signals <-chan os.Signal) error {
	look := time.NewTicker(addressesLife)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			s.lookAround(s.cfg)
		case p := <-s.closed:
			if err := p.Close(); err != nil {
				s.log.Error("closing the old program", "error", err)
			}
		case err := <-s.net.Died():
			s.stop(err)
			return err
		case sig := <-signals:
			switch sig {
			case syscall.SIGHUP:
				s.reload()
			case syscall.SIGUSR1:
				s.log.Info("user reload")
				s.prog.UserReload(context.Background())
			case syscall.SIGQUIT:
				s.log.Info("stopping at once")
				s.stop(nil)
				return nil
			default:
				s.log.Info("draining", "signal", sig.String(), "timeout", s.cfg.Server.DrainTimeout.String())
				s.drain(signals)
				s.bidFarewell(signals)
				s.stop(nil)
				return nil
			}
		}
	}
}

// drain lets what is in progress come to its end. A second signal, or the
// time that the configuration grants, ends it.
func (s *server) drain(signals <-chan os.Signal) {
	s.admin.SetReady(false)
	s.net.StopAccepting()
	s.edge.Drain()
	deadline := time.After(s.cfg.Server.DrainTimeout)
	poll := time.NewTicker(drainPoll)
	defer poll.Stop()
	last, since := s.edge.Activity().Messages, time.Now()
	for {
		select {
		case <-poll.C:
			now := s.edge.Activity()
			if now.Messages != last {
				last, since = now.Messages, time.Now()
			}
			if now.Exchanges == 0 && (now.Transactions == 0 || time.Since(since) >= drainQuiet) {
				return
			}
		case <-deadline:
			s.log.Warn("drain timeout: requests in progress are lost")
			return
		case sig := <-signals:
			if !stops(sig) {
				continue
			}
			s.log.Warn("another signal: requests in progress are lost", "signal", sig.String())
			return
		}
	}
}

// stops reports whether sig asks the server to end.
func stops(sig os.Signal) bool { return sig != syscall.SIGHUP && sig != syscall.SIGUSR1 }

// bidFarewell closes the WebSockets properly and gives their clients a moment
// to answer, which another signal ends.
func (s *server) bidFarewell(signals <-chan os.Signal) {
	answered, late := s.edge.Farewell(), time.After(farewellTime)
	for {
		select {
		case <-answered:
			return
		case <-late:
			return
		case sig := <-signals:
			if stops(sig) {
				return
			}
		}
	}
}

// stop ends the server; why is nil if that was intended.
func (s *server) stop(why error) {
	s.admin.SetReady(false)
	s.prog.Terminate(why)
	if err := s.net.Close(); err != nil {
		s.log.Error("closing the listeners", "error", err)
	}
	if err := s.prog.Close(); err != nil {
		s.log.Error("closing the stages", "error", err)
	}
	s.admin.Close()
	s.log.Info("stopped")
}
