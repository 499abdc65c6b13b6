package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"sluice/bench/proc"
)

// Addresses that both servers' configurations listen on.
const (
	sipAddr = "127.0.0.1:27060"
	wsAddr  = "127.0.0.1:27080"
)

// probeWait is how long one question to the server may take.
const probeWait = 200 * time.Millisecond

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

// start runs sv pinned to one core and returns when it answers over UDP and accepts
// over TCP, on the WebSocket port too if that has a part in s.
func (sv *server) start(ctx context.Context, cpu int, s scenario) (*proc.Process, error) {
	if err := proc.PortsFree(sipAddr, wsAddr); err != nil {
		return nil, err
	}
	p, err := proc.Start(cpu, func(dir string) ([]string, error) { return sv.command(s, dir), nil })
	if err != nil {
		return nil, err
	}
	probes := []func() error{probeUDP, func() error { return probeTCP(sipAddr) }}
	if slices.Contains(s.load, "ws") {
		probes = append(probes, func() error { return probeTCP(wsAddr) })
	}
	if err := p.Ready(ctx, probes...); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
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
