package main

import (
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"time"
)

// scenarios names what a slot begins with.
var scenarios = map[string]request{
	"call":     requestInvite,
	"options":  requestOptions,
	"register": requestRegister,
}

// maxRate is more than one core can do.
const maxRate = 1_000_000

// options are the command line.
type options struct {
	scenario string
	from, to transport
	server   netip.AddrPort // for UDP and TCP
	wsServer netip.AddrPort
	bind     netip.Addr
	domain   string

	callers, callees, users int

	concurrency int
	rate        float64
	inFlight    int
	calls       int
	duration    time.Duration
	warmup      time.Duration
	hold        time.Duration
	timeout     time.Duration
	hangup      string
	pid         int
}

// load says how calls are paced.
func (o *options) load() string {
	if o.rate > 0 {
		return fmt.Sprintf("rate:%g", o.rate)
	}
	return fmt.Sprintf("concurrency:%d", o.concurrency)
}

func parseOptions(args []string) (*options, error) {
	o := &options{}
	var from, to, server, wsServer, bind string
	fs := flag.NewFlagSet("sluice-load", flag.ContinueOnError)
	fs.StringVar(&o.scenario, "scenario", "call", "`call` (INVITE 100 180 200 ACK BYE 200), options or register")
	fs.StringVar(&from, "from", "udp", "`transport` of the callers: udp, tcp or ws")
	fs.StringVar(&to, "to", "udp", "`transport` of the callees: udp, tcp or ws; WebSocket clients are called by registration, others by address")
	fs.StringVar(&server, "server", "127.0.0.1:27060", "`address` of the server for UDP and TCP")
	fs.StringVar(&wsServer, "ws", "127.0.0.1:27080", "`address` of the server for WebSocket")
	fs.StringVar(&bind, "bind", "127.0.0.1", "local `address` of every phone")
	fs.StringVar(&o.domain, "domain", "localhost", "`domain` of the server's registrar")
	fs.IntVar(&o.callers, "callers", 1, "caller `flows`: UDP sockets, TCP connections or WebSocket clients")
	fs.IntVar(&o.callees, "callees", 1, "callee `flows`: UDP sockets, TCP ports or WebSocket clients")
	fs.IntVar(&o.users, "users", 1000, "`users` that register over UDP and TCP, shared out over the caller flows")
	fs.IntVar(&o.concurrency, "concurrency", 100, "closed loop: `calls` in progress at any time")
	fs.Float64Var(&o.rate, "rate", 0, "fixed rate: begin so many `calls/s`, whatever the server does; 0: closed loop")
	fs.IntVar(&o.inFlight, "max-in-flight", 20000, "fixed rate: a `call` above so many in progress counts as failed")
	fs.IntVar(&o.calls, "calls", 0, "end after so many `calls` of the steady part; 0: by time alone")
	fs.DurationVar(&o.duration, "time", 10*time.Second, "longest `duration` of the steady part")
	fs.DurationVar(&o.warmup, "warmup", 2*time.Second, "`duration` of the warm-up, under the same load")
	fs.DurationVar(&o.hold, "hold", 0, "`duration` from ACK to BYE")
	fs.DurationVar(&o.timeout, "timeout", 8*time.Second, "`duration` after which a transaction has failed; also bounds the drain")
	fs.StringVar(&o.hangup, "hangup", "caller", "who sends BYE: `caller` or callee")
	fs.IntVar(&o.pid, "pid", 0, "process `id` of the server: report its CPU time with that of all its children")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	var errs [5]error
	o.from, errs[0] = parseTransport(from)
	o.to, errs[1] = parseTransport(to)
	o.server, errs[2] = netip.ParseAddrPort(server)
	o.wsServer, errs[3] = netip.ParseAddrPort(wsServer)
	o.bind, errs[4] = netip.ParseAddr(bind)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return o, o.check(fs.Args())
}

// check refuses what would run without bound or measure nothing.
func (o *options) check(rest []string) error {
	if _, ok := scenarios[o.scenario]; !ok {
		return fmt.Errorf("-scenario %q: want call, options or register", o.scenario)
	}
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unknown argument %q", rest[0])
	case o.hangup != "caller" && o.hangup != "callee":
		return fmt.Errorf("-hangup %q: want caller or callee", o.hangup)
	case !o.server.Addr().Is4() || !o.wsServer.Addr().Is4() || !o.bind.Is4():
		return errors.New("-server, -ws and -bind: only IPv4 is served")
	case o.callers < 1 || o.callees < 1 || o.users < 1 || o.concurrency < 1 || o.inFlight < 1:
		return errors.New("-callers, -callees, -users, -concurrency and -max-in-flight: want at least 1")
	case o.callers > 60000 || o.callees > 60000 || o.users > 99999 || o.concurrency > 1<<20 || o.inFlight > 1<<20:
		return errors.New("-callers, -callees: at most 60000; -users: 99999; -concurrency, -max-in-flight: 1048576")
	case !(o.rate >= 0 && o.rate <= maxRate): // nor NaN
		return fmt.Errorf("-rate: want 0 to %d", maxRate)
	case o.calls < 0 || o.duration <= 0 || o.warmup < 0 || o.hold < 0 || o.timeout <= 0:
		return errors.New("-calls, -warmup and -hold: want no negative value; -time and -timeout: a positive one")
	}
	return nil
}
