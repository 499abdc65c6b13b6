package run

import (
	"log/slog"
	"syscall"
)

// warnOfDescriptors says that connections will be refused for want of
// descriptors before conns of them are reached: each takes one, and Go has raised
// the limit as far as it goes.
func warnOfDescriptors(log *slog.Logger, limit uint64, conns int) {
	if limit < uint64(conns) {
		log.Warn("fewer descriptors than server.max_connections: raise the limit (ulimit -Hn, LimitNOFILE) or lower the key", "descriptors", limit, "max_connections", conns)
	}
}

// descriptors is how many the process may have, very many if that is not known.
func descriptors() uint64 {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 1 << 63
	}
	return uint64(limit.Cur) // signed on some systems
}
