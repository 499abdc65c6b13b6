package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Addresses that both servers' configurations listen on.
const (
	sipAddr = "127.0.0.1:27060"
	wsAddr  = "127.0.0.1:27080"
)

const (
	// readyWait is long: touching 3 GB at start takes Kamailio seconds.
	readyWait = 60 * time.Second
	stopWait  = 10 * time.Second
	probeWait = 200 * time.Millisecond
)

// A server is a way to start one for a scenario: its command in the directory dir.
type server struct {
	name    string
	command func(s scenario, dir string) []string
}

func sluice(o *options) server {
	return server{"sluice", func(scenario, string) []string {
		return []string{o.sluice, "serve", "-c", o.config}
	}}
}

// kamailio uses the allocator tlsf: with the default one of Debian a call costs twice as much.
func kamailio(o *options) server {
	return server{"kamailio", func(s scenario, dir string) []string {
		return []string{o.kamailio, "-DD", "-E", "-f", filepath.Join(o.peerConfigs, s.peer),
			"-m", strconv.Itoa(o.peerMemory), "-M", "32", "-x", "tlsf", "-X", "tlsf",
			"-Y", dir, "-P", filepath.Join(dir, "pid")}
	}}
}

// A process is a running server. It leads a process group of its own.
type process struct {
	cmd   *exec.Cmd
	dir   string
	log   string
	ended chan struct{} // closed when it has
}

// start runs a command pinned to one core and returns when the server answers.
func start(ctx context.Context, cpu int, command func(dir string) []string, ws bool) (*process, error) {
	if err := portsFree(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "sluice-compare-")
	if err != nil {
		return nil, err
	}
	p := &process{dir: dir, log: filepath.Join(dir, "log"), ended: make(chan struct{})}
	out, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p.cmd = exec.Command("taskset", append([]string{"-c", strconv.Itoa(cpu)}, command(dir)...)...)
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	go func() {
		p.cmd.Wait()
		close(p.ended)
	}()
	if err := p.ready(ctx, ws); err != nil {
		err = fmt.Errorf("%w\n%s", err, p.lastWords())
		p.stop()
		return nil, err
	}
	return p, nil
}

// portsFree refuses to measure beside a server that is there already: with
// SO_REUSEPORT both would start, and share the load.
func portsFree() error {
	for _, addr := range []string{sipAddr, wsAddr} {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return fmt.Errorf("port is taken: %w", err)
		}
		l.Close()
	}
	c, err := net.ListenPacket("udp", sipAddr)
	if err != nil {
		return fmt.Errorf("port is taken: %w", err)
	}
	return c.Close()
}

// ready waits until the server answers over UDP and accepts over TCP.
func (p *process) ready(ctx context.Context, ws bool) error {
	deadline := time.Now().Add(readyWait)
	probes := []func() error{probeUDP, func() error { return probeTCP(sipAddr) }}
	if ws {
		probes = append(probes, func() error { return probeTCP(wsAddr) })
	}
	for _, probe := range probes {
		for err := probe(); err != nil; err = probe() {
			if time.Now().After(deadline) {
				return fmt.Errorf("server not ready after %s: %w", readyWait, err)
			}
			select {
			case <-p.ended:
				return errors.New("server ended while starting")
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(probeWait):
			}
		}
	}
	return nil
}

// probeUDP sends an OPTIONS that may not be forwarded: every proxy answers it,
// whatever it would do with another (RFC 3261 §16.3).
func probeUDP() error {
	c, err := net.Dial("udp", sipAddr)
	if err != nil {
		return err
	}
	defer c.Close()
	stamp := time.Now().UnixNano()
	request := fmt.Sprintf("OPTIONS sip:probe@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKp%x;rport\r\nMax-Forwards: 0\r\n"+
		"From: <sip:probe@%[2]s>;tag=p%[3]x\r\nTo: <sip:probe@%[1]s>\r\nCall-ID: %[3]x@%[2]s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
		sipAddr, c.LocalAddr(), stamp)
	if _, err := c.Write([]byte(request)); err != nil {
		return err
	}
	c.SetReadDeadline(time.Now().Add(probeWait))
	answer := make([]byte, 2048)
	n, err := c.Read(answer)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(answer[:n], []byte("SIP/2.0 ")) {
		return fmt.Errorf("answer to the probe is %q", answer[:n])
	}
	return nil
}

func probeTCP(addr string) error {
	c, err := net.DialTimeout("tcp", addr, probeWait)
	if err != nil {
		return err
	}
	return c.Close()
}

// stop ends the server: politely, then by force with all it has started.
func (p *process) stop() {
	defer os.RemoveAll(p.dir)
	pid := p.cmd.Process.Pid
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(stopWait):
		syscall.Kill(-pid, syscall.SIGKILL)
		<-p.ended
	}
}

// lastWords is the end of what the server printed.
func (p *process) lastWords() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}
