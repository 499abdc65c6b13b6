package run

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"sluice/cmd/run/admin"
	"sluice/cmd/run/admin/demo"
	"sluice/cmd/run/config"
	"sluice/netio"
	"sluice/netio/stats"
	"sluice/pipeline"
)

// listeners returns the listeners of cfg as netio wants them.
func listeners(cfg *config.Config) []netio.ListenerConfig {
	var out []netio.ListenerConfig
	for _, l := range cfg.Listen {
		t, _ := netio.ParseTransport(string(l.URL.Transport)) // the schema has checked it
		out = append(out, netio.ListenerConfig{
			Transport: t, Addr: l.URL.Addr, Advertise: l.Advertise, Proxies: l.ProxyProtocol, TLS: cfg.TLSOf(&l),
			ReceiveBuffer: l.ReceiveBuffer, SendBuffer: l.SendBuffer, DSCP: l.DSCP,
		})
	}
	return out
}

// listenFaults has the errors of listeners say where in cfg these are.
func listenFaults(cfg *config.Config, err error) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var placed []error
		for _, one := range many.Unwrap() {
			placed = append(placed, listenFaults(cfg, one))
		}
		return errors.Join(placed...)
	}
	var refused *netio.ListenError
	if !errors.As(err, &refused) {
		return err
	}
	i := slices.IndexFunc(cfg.Listen, func(l config.Listen) bool {
		return l.URL.Addr == refused.Addr && string(l.URL.Transport) == refused.Transport.String()
	})
	if i < 0 {
		return err
	}
	return cfg.Fault(fmt.Sprintf("%s: %v", cfg.Listen[i].URL, refused.Err), "listen", i, "url")
}

// spec returns what a Program for cfg is built from. Limits that are stated
// for the process are shared out to the loops.
func spec(cfg *config.Config, loops int, shared *pipeline.Shared, st *stats.Registry, log *slog.Logger) pipeline.Spec {
	profiles := map[string]*pipeline.Profile{}
	for name, p := range cfg.Proxy {
		profiles[name] = &pipeline.Profile{
			Name: name, DoRecordRouting: p.DoRecordRouting, RecordRouteAll: p.RecordRouteAll,
			TimerB: p.TimerB, TimerC: p.TimerC, TimerF: p.TimerF, T1: p.TimerT1, T2: p.TimerT2, T4: p.TimerT4,
			SerialForking: p.SerialForking, RecurseOnRedirect: p.RecurseOnRedirect, NoFailoverOn503: !p.DNSFailoverOn503,
			UseBlacklist: p.UseBlacklist, BlacklistTime: p.BlacklistTime, UDPMTU: p.UDPMTU,
		}
	}
	for _, w := range cfg.Warnings() {
		log.Warn(w.Error())
	}
	s := &cfg.Server
	return pipeline.Spec{
		Stages:   cfg.Pipeline.Stages,
		Settings: func(stage string) pipeline.Settings { return cfg.Settings(stage) },
		Profiles: profiles,
		Identity: pipeline.NewIdentity(s.Name, listeners(cfg), s.Domains),
		Limits: pipeline.Limits{
			MaxTransactions: max(1, s.MaxTransactions/loops),
			MaxParked:       max(1, s.MaxParked/loops),
			ParkTimeout:     s.ParkTimeout,
			MaxMessage:      s.MaxMessageSize,
			MaxSIPHead:      s.MaxHeadSize,
			MaxBody:         s.MaxBodySize,
			MaxHead:         cfg.WebSocket.MaxHeadSize,
			Conn:            connLimits(cfg),
			Source:          sourceLimits(cfg),
			Aliases:         pipeline.Aliases{Accept: s.AcceptAliases, Offer: s.OfferAlias},
		},
		Handshakes: pipeline.HandshakeRules{Hosts: cfg.WebSocket.Hosts, Paths: cfg.WebSocket.Paths, Origins: cfg.WebSocket.Origins},
		Shared:     shared,
		Stats:      st,
		Log:        log,
	}
}

// connLimits returns how long peers may keep a connection waiting.
func connLimits(cfg *config.Config) pipeline.ConnLimits {
	s, w := &cfg.Server, &cfg.WebSocket
	mechanism := map[string]pipeline.KeepAliveMechanism{"ping": pipeline.KeepAlivePing, "pong": pipeline.KeepAlivePong}[w.KeepAliveMechanism]
	return pipeline.ConnLimits{
		HeadTimeout: s.HeadTimeout, MessageTimeout: s.MessageTimeout, IdleIn: s.IdleTimeoutIn, IdleOut: s.IdleTimeoutOut,
		WebSocket: pipeline.KeepAlive{Mechanism: mechanism, Timeout: w.KeepAliveTimeout, Data: cmp.Or(w.KeepAliveApplicationData, s.Name)},
		CRLF:      s.CRLFKeepAlive, Keep: s.Keep,
	}
}

// sourceLimits returns what one source may do.
func sourceLimits(cfg *config.Config) pipeline.SourceLimits {
	s, w := &cfg.Server, &cfg.WebSocket
	return pipeline.SourceLimits{
		Messages: s.MaxMessagesPerSource, Connections: s.MaxConnectionsPerSource,
		Handshakes: w.MaxHandshakesPerSource, AllHandshakes: w.MaxHandshakes,
		BanAfter: s.BanAfter, BanTime: s.BanTime, Exempt: &pipeline.Networks{Prefixes: s.UnlimitedSources},
	}
}

// certificates returns those that operators watch.
func certificates(cfg *config.Config) (list []admin.Certificate) {
	for _, c := range cfg.Certificates() {
		list = append(list, admin.Certificate(c))
	}
	return list
}

// demoSettings tells the demo page where this server can be reached.
func demoSettings(cfg *config.Config, listeners []*netio.Listener) (d demo.Settings) {
	for _, l := range listeners {
		if l.Transport == netio.WS {
			d.WebSocket = l.String()
			break
		}
	}
	var registrar struct {
		Domains []string `toml:"domains"`
	}
	_ = cfg.Settings("registrar").Decode(&registrar) // the stage's other keys are not ours to judge
	if len(registrar.Domains) > 0 {
		d.Domain = registrar.Domains[0]
	}
	return d
}

// buildUnbound builds a Program for cfg without loops, to see whether it can
// be built.
func buildUnbound(cfg *config.Config) (*pipeline.Program, error) {
	st := stats.New()
	return pipeline.Build(spec(cfg, 1, pipeline.NewShared(), st, slog.New(slog.DiscardHandler)), []*netio.Loop{nil})
}

const (
	// drainPoll is how often a drain looks whether the last request has ended.
	drainPoll = 20 * time.Millisecond
	// drainQuiet is how long it must then be quiet: the ACK for a 200 that has
	// just gone out still has to come through, and belongs to no transaction.
	drainQuiet = time.Second
	// farewellTime is how long WebSocket clients have, all together, to answer
	// the Close frame of a server that stops.
	farewellTime = time.Second
)
