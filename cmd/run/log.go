package run

import (
	"io"
	"log/slog"
	"log/syslog"
	"os"

	"sluice/cmd/run/config"
)

// newLogger returns the logger that cfg asks for.
func newLogger(cfg *config.Log) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
		return nil, err
	}
	var w io.Writer = os.Stderr
	if cfg.Output == "syslog" {
		s, err := syslog.New(syslog.LOG_DAEMON|syslog.LOG_INFO, "sluice")
		if err != nil {
			return nil, err
		}
		w = s
	}
	o := &slog.HandlerOptions{Level: level}
	if cfg.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return slog.New(slog.NewTextHandler(w, o)), nil
}
