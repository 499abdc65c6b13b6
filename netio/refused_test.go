package netio_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"sluice/netio"
)

// lines is a log from goroutines.
type lines chan string

func (l lines) Write(b []byte) (int, error) {
	l <- string(bytes.TrimSpace(b))
	return len(b), nil
}

// TestRefusedIsLogged: at level debug there is a line for a connection that is one too many of all, and else none.
func TestRefusedIsLogged(t *testing.T) {
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo} {
		log := make(lines, 16)
		o := listen(local(netio.TCP))
		o.MaxConns, o.Logger = 1, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level}))
		n := open(t, o, node{})
		echoes(t, dialTCP(t, n.Listeners()[0].Addr))
		c := dialTCP(t, n.Listeners()[0].Addr)
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("one too many was served")
		}
		if !o.Logger.Enabled(context.Background(), slog.LevelDebug) {
			if len(log) > 0 {
				t.Errorf("at level info: %s", <-log)
			}
			continue
		}
		want := `level=DEBUG msg="connection refused" remote=` + c.LocalAddr().String() + ` transport=tcp reason="too many of all"`
		if got := wait(t, log); !strings.HasSuffix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
