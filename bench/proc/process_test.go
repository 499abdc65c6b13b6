package proc

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

var errNotYet = errors.New("not yet")

// shell starts a script in its directory.
func shell(t *testing.T, script string, env ...string) *Process {
	t.Helper()
	p, err := Start(0, func(dir string) ([]string, error) {
		return []string{"sh", "-c", "cd " + dir + "; " + script}, nil
	}, env...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProcess(t *testing.T) {
	p := shell(t, "echo $WORD here; echo > there; exec sleep 60", "WORD=I am")
	there := func() error { _, err := os.Stat(filepath.Join(p.dir, "there")); return err }
	asked := 0
	again := func() error {
		if asked++; asked < 3 {
			return errNotYet
		}
		return nil
	}
	if err := p.Ready(t.Context(), there, again); err != nil || asked != 3 {
		t.Errorf("Ready: got %v after %d probes, want 3", err, asked)
	}
	if got, want := p.LastWords(), "I am here\n"; got != want {
		t.Errorf("last words: got %q, want %q", got, want)
	}
	if n, err := RSS(p.PID()); err != nil || n <= 0 {
		t.Errorf("RSS: got %d, %v", n, err)
	}
	p.Stop()
	if _, err := Usage([]int{p.PID()}); err == nil {
		t.Error("the process is there after Stop")
	}
	if _, err := os.Stat(p.dir); !os.IsNotExist(err) {
		t.Errorf("its directory after Stop: got %v", err)
	}
}

func TestNotReady(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name, script string
		ctx          context.Context
		want         []string
	}{
		{"ended", "echo no config; exit 1", t.Context(), []string{"ended", "no config"}},
		{"interrupted", "exec sleep 60", cancelled, []string{context.Canceled.Error(), errNotYet.Error()}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := shell(t, tt.script)
			defer p.Stop()
			err := p.Ready(tt.ctx, func() error { return errNotYet })
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want it to say %q", err, want)
				}
			}
		})
	}
}

func TestStartFails(t *testing.T) {
	var kept string
	_, err := Start(0, func(dir string) ([]string, error) { kept = dir; return nil, errNotYet })
	if !errors.Is(err, errNotYet) {
		t.Errorf("got %v, want %v", err, errNotYet)
	}
	if _, err := os.Stat(kept); !os.IsNotExist(err) {
		t.Errorf("the directory: got %v", err)
	}
}

func TestPortsFree(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	for _, addr := range []string{tcp.Addr().String(), udp.LocalAddr().String()} {
		if err := PortsFree("127.0.0.1:0", addr); err == nil {
			t.Errorf("%s is taken: got no error", addr)
		}
	}
	if err := PortsFree("127.0.0.1:0"); err != nil {
		t.Error(err)
	}
}

func TestCheckCores(t *testing.T) {
	last := runtime.NumCPU() - 1
	tests := []struct {
		name         string
		server, load int
		want         string // in the error
	}{
		{"one core", 0, 0, "two cores"},
		{"negative", -1, 0, "cores 0 to"},
		{"no such core", 0, last + 1, "cores 0 to"},
	}
	for _, tt := range tests {
		if err := CheckCores(tt.server, tt.load); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	if err := CheckCores(0, last); last > 0 && err != nil {
		t.Errorf("0 and %d: got %v", last, err)
	}
}
