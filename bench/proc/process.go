package proc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

const (
	// readyWait is long: touching 3 GB at start takes Kamailio seconds.
	readyWait  = 60 * time.Second
	stopWait   = 10 * time.Second
	probeEvery = 50 * time.Millisecond
)

// A Process is a running server with a directory for its files. It leads a
// process group of its own, so that an interrupt from the terminal reaches it by
// Stop alone.
type Process struct {
	cmd   *exec.Cmd
	dir   string
	ended chan struct{} // closed when it has
}

// Start runs on one core the command that is made for a new directory, with what
// env adds to the environment.
func Start(cpu int, command func(dir string) ([]string, error), env ...string) (*Process, error) {
	dir, err := os.MkdirTemp("", "sluice-bench-")
	if err != nil {
		return nil, err
	}
	p := &Process{dir: dir, ended: make(chan struct{})}
	if err := p.start(cpu, command, env); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return p, nil
}

func (p *Process) start(cpu int, command func(dir string) ([]string, error), env []string) error {
	args, err := command(p.dir)
	if err != nil {
		return err
	}
	out, err := os.Create(p.log())
	if err != nil {
		return err
	}
	defer out.Close()
	p.cmd = exec.Command("taskset", append([]string{"-c", strconv.Itoa(cpu)}, args...)...)
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func() {
		p.cmd.Wait()
		close(p.ended)
	}()
	return nil
}

func (p *Process) log() string { return filepath.Join(p.dir, "log") }

// PID is the server's: taskset becomes the command that it is given.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Ready waits until each probe in turn has succeeded.
func (p *Process) Ready(ctx context.Context, probes ...func() error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyWait, fmt.Errorf("server not ready after %s", readyWait))
	defer cancel()
	for _, probe := range probes {
		for err := probe(); err != nil; err = probe() {
			select {
			case <-p.ended:
				return fmt.Errorf("server ended while starting\n%s", p.LastWords())
			case <-ctx.Done():
				return fmt.Errorf("%w: %w\n%s", context.Cause(ctx), err, p.LastWords())
			case <-time.After(probeEvery):
			}
		}
	}
	return nil
}

// Stop ends the server, politely, then by force with all it has started, and takes
// its directory away.
func (p *Process) Stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(stopWait):
		syscall.Kill(-p.PID(), syscall.SIGKILL)
		<-p.ended
	}
	os.RemoveAll(p.dir)
}

// LastWords is the end of what the server printed.
func (p *Process) LastWords() string {
	text, err := os.ReadFile(p.log())
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// PortsFree refuses to measure beside a server that is there already: with
// SO_REUSEPORT both would start, and share the load.
func PortsFree(addrs ...string) error {
	for _, addr := range addrs {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return fmt.Errorf("port is taken: %w", err)
		}
		l.Close()
		c, err := net.ListenPacket("udp", addr)
		if err != nil {
			return fmt.Errorf("port is taken: %w", err)
		}
		c.Close()
	}
	return nil
}

// CheckCores refuses cores for a server and its load that are one or do not exist.
func CheckCores(server, load int) error {
	switch {
	case server == load:
		return errors.New("-server-cpu and -load-cpu: want two cores")
	case max(server, load) >= runtime.NumCPU() || min(server, load) < 0:
		return fmt.Errorf("-server-cpu and -load-cpu: this machine has cores 0 to %d", runtime.NumCPU()-1)
	}
	return nil
}
