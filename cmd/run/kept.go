package run

import (
	"errors"
	"strings"

	"sluice/cmd/run/config"
)

// A keptKey is a key of [server] that keeps, over a reload, the value that it
// had at the start.
type keptKey struct {
	name    string
	why     string // for a key with which a reload is refused; else the rest is taken over
	changed func(was, is *config.Server) bool
}

// keptKeys are all of them: what is not here a reload changes.
var keptKeys = []keptKey{
	{"loops", "connections belong to their loops", differs(func(s *config.Server) any { return s.Loops })},
	{"secret", "calls in progress carry what it signed", differs(func(s *config.Server) any { return s.Secret })},
	{"user", "the process has no right to", differs(func(s *config.Server) any { return s.User })},
	{"group", "the process has no right to", differs(func(s *config.Server) any { return s.Group })},

	{"max_connections", "", differs(func(s *config.Server) any { return s.MaxConnections })},
	{"max_write_queue", "", differs(func(s *config.Server) any { return s.MaxWriteQueue })},
	{"max_write_memory", "", differs(func(s *config.Server) any { return s.MaxWriteMemory })},
	{"connect_timeout", "", differs(func(s *config.Server) any { return s.ConnectTimeout })},
	{"max_connecting", "", differs(func(s *config.Server) any { return s.MaxConnecting })},
	{"max_connecting_per_address", "", differs(func(s *config.Server) any { return s.MaxConnectingPerAddress })},
	{"tcp_keepalive", "", differs(func(s *config.Server) any { return s.TCPKeepAlive })},
	{"tls_handshake_timeout", "", differs(func(s *config.Server) any { return s.TLSHandshakeTimeout })},
	{"max_tls_handshakes", "", differs(func(s *config.Server) any { return s.MaxTLSHandshakes })},

	// The table of transactions has the size that it had: less of it can be used.
	{"max_transactions", "", func(was, is *config.Server) bool { return is.MaxTransactions > was.MaxTransactions }},
}

func differs(of func(*config.Server) any) func(was, is *config.Server) bool {
	return func(was, is *config.Server) bool { return of(was) != of(is) }
}

// fixed reports the keys with which a reload of cfg is refused.
func fixed(was *config.Server, cfg *config.Config) error {
	var faults []error
	for _, k := range keptKeys {
		if k.why != "" && k.changed(was, &cfg.Server) {
			faults = append(faults, cfg.Fault("cannot change while the server runs: "+k.why, "server", k.name))
		}
	}
	return errors.Join(faults...)
}

// later names the keys that a reload leaves to the next start.
func later(was, is *config.Server) string {
	var names []string
	for _, k := range keptKeys {
		if k.why == "" && k.changed(was, is) {
			names = append(names, "server."+k.name)
		}
	}
	return strings.Join(names, ", ")
}
