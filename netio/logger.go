package netio

import (
	"fmt"
	"log/slog"
	"strings"
)

// quietLogger passes on what gnet warns of. What it merely tells is dropped.
type quietLogger struct{ log *slog.Logger }

func (q quietLogger) Debugf(string, ...any) {}
func (q quietLogger) Infof(string, ...any)  {}

// Warnf takes what peers bring about by closing, an event for a connection that is closed, for nothing to be warned of.
func (q quietLogger) Warnf(format string, args ...any) {
	if strings.HasPrefix(format, "received event") {
		return
	}
	q.log.Warn("gnet: " + fmt.Sprintf(format, args...))
}

func (q quietLogger) Errorf(format string, args ...any) {
	q.log.Error("gnet: " + fmt.Sprintf(format, args...))
}

func (q quietLogger) Fatalf(format string, args ...any) { q.Errorf(format, args...) }
