package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Exit codes: every call succeeded, some failed, the run could not be done.
const (
	exitOK = iota
	exitFailed
	exitError
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	o, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sluice-load:", err)
		return exitError
	}
	r, err := o.execute()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sluice-load:", err)
		return exitError
	}
	r.text(os.Stdout)
	r.line(os.Stdout)
	if r.sum.failed > 0 || r.win.done == 0 {
		return exitFailed
	}
	return exitOK
}

// execute opens the phones, registers those that need it, and runs the load.
func (o *options) execute() (*report, error) {
	runtime.LockOSThread()
	if err := unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0); err != nil { // for exact fixed rates
		return nil, fmt.Errorf("timer slack: %w", err)
	}
	var nonce [runLen / 2]byte
	rand.Read(nonce[:])
	s := &setting{opts: o, run: hex.EncodeToString(nonce[:])}
	var err error
	if s.engine, err = newEngine(peerOf(o.server), s.run); err != nil {
		return nil, err
	}
	defer s.engine.wire.closeAll()
	p, err := s.plan()
	if err != nil {
		return nil, err
	}
	if err := s.register(&p); err != nil {
		return nil, err
	}
	if err := s.engine.do(p); err != nil {
		return nil, err
	}
	e := s.engine
	return &report{opts: o, sum: e.sum, win: e.win, drop: e.wire.dropped, bad: e.wire.broken, cpu: o.pid != 0}, nil
}

// A setting builds the phones of a run.
type setting struct {
	opts   *options
	engine *engine
	run    string
}

func (s *setting) plan() (plan, error) {
	o := s.opts
	p := plan{
		first:       scenarios[o.scenario],
		registrar:   []byte("sip:" + o.domain),
		concurrency: o.concurrency, rate: o.rate, inFlight: o.inFlight,
		calls: o.calls, warmup: o.warmup, duration: o.duration,
		hold: o.hold, timeout: o.timeout, calleeHangsUp: o.hangup == "callee",
		pid: o.pid,
	}
	var err error
	users := 0
	if p.first == requestRegister {
		users = o.users
	}
	if p.callers, err = s.phones(o.from, o.callers, users, "caller"); err != nil {
		return plan{}, err
	}
	if p.first == requestRegister {
		return p, nil
	}
	if o.to == transportTCP {
		p.callees, err = s.listeners(o.callees)
	} else {
		p.callees, err = s.phones(o.to, o.callees, 0, "callee")
	}
	return p, err
}

// phones opens n flows to the server with a phone each; with more users than
// flows, several users share one. A WebSocket is always one user's.
func (s *setting) phones(t transport, n, users int, name string) ([]*phone, error) {
	flows := make([]*flow, n)
	var contact netip.AddrPort // where TCP callers can be reached
	for i := range flows {
		var err error
		if flows[i], err = s.open(t); err != nil {
			return nil, fmt.Errorf("flow %d of %d: %w", i+1, n, err)
		}
	}
	if t == transportTCP {
		l, err := s.engine.wire.openListener(s.opts.bind)
		if err != nil {
			return nil, err
		}
		contact = l.local
	}
	if users < n || t == transportWS {
		users = n
	}
	phones := make([]*phone, users)
	for i := range phones {
		f := flows[i%n]
		at := s.place(t, f.local)
		if t == transportTCP {
			at.addr = contact
		}
		phones[i] = newPhone(fmt.Sprintf("%s%05d", name, i), at, f)
	}
	return phones, nil
}

func (s *setting) open(t transport) (*flow, error) {
	if t == transportUDP {
		return s.engine.wire.openUDP(s.opts.bind)
	}
	server := s.opts.server
	if t == transportWS {
		server = s.opts.wsServer
	}
	return s.engine.wire.openStream(t, s.opts.bind, server)
}

// listeners opens n TCP ports that the server connects to.
func (s *setting) listeners(n int) ([]*phone, error) {
	phones := make([]*phone, n)
	for i := range phones {
		l, err := s.engine.wire.openListener(s.opts.bind)
		if err != nil {
			return nil, err
		}
		phones[i] = newPhone(fmt.Sprintf("callee%05d", i), s.place(transportTCP, l.local), nil)
	}
	return phones, nil
}

func (s *setting) place(t transport, addr netip.AddrPort) place {
	return place{transport: t, addr: addr, domain: s.opts.domain, run: s.run}
}

// register registers the WebSocket phones that are called; nobody else needs it.
func (s *setting) register(p *plan) error {
	var all []*phone
	if p.first != requestRegister {
		if s.opts.from == transportWS {
			all = append(all, p.callers...)
		}
		if s.opts.to == transportWS {
			all = append(all, p.callees...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	err := s.engine.do(plan{
		first: requestRegister, callers: all, registrar: p.registrar,
		concurrency: min(len(all), 50), calls: len(all), duration: 30 * time.Second, timeout: p.timeout,
	})
	if err != nil {
		return fmt.Errorf("registration: %w", err)
	}
	if sum := &s.engine.sum; sum.failed > 0 || sum.done < len(all) {
		return fmt.Errorf("registration: %d of %d clients done; failures: %v", sum.done, len(all), sum.reasons)
	}
	return nil
}
