package run

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"log/syslog"
	"os"
	"slices"
	"sync/atomic"

	"sluice/cmd/run/config"
)

// A logHandler passes records on to a handler that a reload may replace under
// the loggers that there are.
type logHandler struct {
	to   *atomic.Pointer[slog.Handler]
	with []func(slog.Handler) slog.Handler // what makes this logger of the one handler
}

// newLogHandler returns the one that all others are made of.
func newLogHandler(h slog.Handler) *logHandler {
	l := &logHandler{to: new(atomic.Pointer[slog.Handler])}
	l.to.Store(&h)
	return l
}

// Enabled implements slog.Handler.
func (l *logHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return (*l.to.Load()).Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (l *logHandler) Handle(ctx context.Context, r slog.Record) error {
	h := *l.to.Load()
	for _, with := range l.with {
		h = with(h)
	}
	return h.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (l *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return l.derive(func(h slog.Handler) slog.Handler { return h.WithAttrs(attrs) })
}

// WithGroup implements slog.Handler.
func (l *logHandler) WithGroup(name string) slog.Handler {
	return l.derive(func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
}

func (l *logHandler) derive(with func(slog.Handler) slog.Handler) slog.Handler {
	return &logHandler{l.to, append(slices.Clip(l.with), with)}
}

// openLog returns the handler that cfg asks for.
func openLog(cfg *config.Log) (slog.Handler, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
		return nil, err
	}
	var w io.Writer = os.Stderr
	if cfg.Output == "syslog" {
		s, err := syslog.New(syslog.LOG_DAEMON|syslog.LOG_INFO, "sluice")
		if err != nil {
			return nil, errors.New("there is no syslog to be reached at /dev/log, /var/run/syslog or /var/run/log")
		}
		w = s
	}
	o := &slog.HandlerOptions{Level: level}
	if cfg.Format == "json" {
		return slog.NewJSONHandler(w, o), nil
	}
	return slog.NewTextHandler(w, o), nil
}
