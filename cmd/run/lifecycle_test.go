package run

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sluice/parser/sip"
	"sluice/pipeline"

	_ "sluice/stages/route"
	_ "sluice/stages/sanity"
	_ "sluice/stages/target"
)

// journal is what the hooks of the test's modules write to.
var journal struct {
	sync.Mutex
	lines []string
	news  chan struct{}
	probe string // address that Start looks at
	fail  string // hook that fails
}

func note(format string, args ...any) {
	journal.Lock()
	defer journal.Unlock()
	journal.lines = append(journal.lines, fmt.Sprintf(format, args...))
	select {
	case journal.news <- struct{}{}:
	default: // somebody who waits has news to look at already
	}
}

func takeJournal() []string {
	journal.Lock()
	defer journal.Unlock()
	lines := journal.lines
	journal.lines = nil
	return lines
}

func awaitJournal(t *testing.T, line string) {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		journal.Lock()
		found := slices.Contains(journal.lines, line)
		journal.Unlock()
		if found {
			return
		}
		select {
		case <-journal.news:
		case <-late:
			t.Fatalf("%q has not happened; what has: %q", line, takeJournal())
		}
	}
}

// hooked notes every hook of a module.
type hooked struct {
	name  string
	Level int `toml:"level"`
}

func (h *hooked) Provision(*pipeline.Setup) error {
	note("provision %s %d", h.name, h.Level)
	return nil
}
func (h *hooked) Validate() error            { note("validate %s", h.name); return nil }
func (h *hooked) Reload(context.Context)     { note("reload %s %d", h.name, h.Level) }
func (h *hooked) UserReload(context.Context) { note("user reload %s", h.name) }
func (h *hooked) Terminate(err error)        { note("terminate %s %v", h.name, err) }
func (h *hooked) Close() error               { note("close %s %d", h.name, h.Level); return nil }

func (h *hooked) Start(context.Context) error {
	note("start %s", h.name)
	if journal.fail == "start" {
		return errors.New("the database is gone")
	}
	if c, err := net.Dial("tcp", journal.probe); err == nil {
		c.Close()
		note("the listener is open")
	}
	return nil
}

func (h *hooked) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) {
	return pipeline.RequestFunc(func(x *pipeline.Exchange) pipeline.Verdict { return x.Reply(sip.NotFound) }), nil
}

func init() {
	journal.news = make(chan struct{}, 1)
	for _, name := range []string{"a", "b"} {
		pipeline.Register(pipeline.Info{ID: "test.example/" + name, New: func() pipeline.Module { return &hooked{name: name} }})
	}
}

// freeAddr returns a loopback address where nobody listens. It is no other test's,
// and the port is below the ephemeral ones, so that nobody is given it meanwhile.
func freeAddr(t *testing.T) string {
	t.Helper()
	for i := range 1000 {
		addr := fmt.Sprintf("127.0.0.98:%d", 10000+(os.Getpid()*10+i)%10000)
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

func writeConfig(t *testing.T, path, addr string, level int) {
	t.Helper()
	text := fmt.Sprintf(`
[server]
loops = 1
[[listen]]
url = "tcp://%s"
[pipeline]
stages = ["test.example/a", "test.example/b"]
[stage."test.example/a"]
level = %d
[admin]
http = "off"
[log]
level = "error"
`, addr, level)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The order of the hooks is OverSIP's: initialize, started, and then the
// listeners; reload and user reload; terminated in reverse.
func TestHooks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.toml")
	journal.probe = freeAddr(t)
	writeConfig(t, path, journal.probe, 1)
	takeJournal()
	s, err := start(path)
	if err != nil {
		t.Fatal(err)
	}
	got := takeJournal()
	want := []string{"validate a", "validate b", "provision a 1", "provision b 0", "start a", "start b"}
	if !slices.Equal(got, want) {
		t.Errorf("at start: got\n%q\nwant\n%q", got, want)
	}
	signals, ended := make(chan os.Signal, 1), make(chan error, 1)
	go func() { ended <- s.run(signals) }()

	writeConfig(t, path, journal.probe, 2)
	signals <- syscall.SIGHUP
	awaitJournal(t, "close a 1")
	got = takeJournal()
	want = []string{"validate a", "validate b", "provision a 2", "provision b 0", "reload a 2", "reload b 0", "close b 0", "close a 1"}
	if !slices.Equal(got, want) {
		t.Errorf("at reload: got\n%q\nwant\n%q", got, want)
	}

	if err := os.WriteFile(path, []byte("[server]\nlops = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	signals <- syscall.SIGHUP
	signals <- syscall.SIGUSR1
	awaitJournal(t, "user reload b")
	got = takeJournal()
	if want = []string{"user reload a", "user reload b"}; !slices.Equal(got[len(got)-2:], want) || slices.Contains(got, "reload a 0") {
		t.Errorf("at a faulty reload and a user reload: got\n%q\nwant it to end in\n%q", got, want)
	}

	signals <- syscall.SIGTERM
	if err := <-ended; err != nil {
		t.Errorf("run returned %v", err)
	}
	got = takeJournal()
	want = []string{"terminate b <nil>", "terminate a <nil>", "close b 0", "close a 2"}
	if !slices.Equal(got, want) {
		t.Errorf("at stop: got\n%q\nwant\n%q", got, want)
	}
}

// A start that fails opens nothing and terminates nothing.
func TestStartFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.toml")
	journal.probe = freeAddr(t)
	journal.fail = "start"
	defer func() { journal.fail = "" }()
	writeConfig(t, path, journal.probe, 1)
	takeJournal()
	_, err := start(path)
	if err == nil || !strings.Contains(err.Error(), "stage.test.example/a: start: the database is gone") {
		t.Errorf("got %v, want the module's error", err)
	}
	want := []string{"validate a", "validate b", "provision a 1", "provision b 0", "start a", "close b 0", "close a 1"}
	if got := takeJournal(); !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if c, err := net.Dial("tcp", journal.probe); err == nil {
		c.Close()
		t.Error("the listener is open")
	}
}

func TestNeedsAndGives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.toml")
	text := "[[listen]]\nurl = \"udp://127.0.0.1:5060\"\n[pipeline]\nstages = [\"sanity\", \"target\", \"route\"]\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	if code := command([]string{"check", "-c", path}, &out, &errs); code != 1 {
		t.Errorf("check returns %d, want 1", code)
	}
	want := path + `:4:1: pipeline.stages: stage 2, target, needs "route", which no earlier stage gives (given by: route)`
	if got := strings.TrimSpace(errs.String()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
