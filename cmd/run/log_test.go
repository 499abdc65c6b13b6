package run

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// Loggers that there are write to the handler that is there.
func TestLogHandlerIsReplaced(t *testing.T) {
	var before, after bytes.Buffer
	h := newLogHandler(slog.NewTextHandler(&before, nil))
	log := slog.New(h)
	stage := log.With("stage", "a").WithGroup("g").With("x", 1)
	other := stage.With("y", 2)
	stage.Info("one")
	log.Debug("not at this level")
	next := slog.Handler(slog.NewJSONHandler(&after, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h.to.Store(&next)
	stage.Debug("two", "z", 3)
	other.Debug("three")
	log.Debug("four")
	if got := before.String(); !strings.HasSuffix(got, "msg=one stage=a g.x=1\n") || strings.Count(got, "\n") != 1 {
		t.Errorf("before: got %q", got)
	}
	lines := strings.Split(after.String(), "\n")
	for i, want := range []string{`"two","stage":"a","g":{"x":1,"z":3}}`, `"three","stage":"a","g":{"x":1,"y":2}}`, `"four"}`} {
		if !strings.HasSuffix(lines[min(i, len(lines)-1)], want) {
			t.Errorf("after: got %q, want it to end in %s", lines, want)
		}
	}
}
