package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/bench/proc"
)

const (
	// spareDescriptors are for what is no connection: listeners, logs, epoll.
	spareDescriptors = 200
	maxConnections   = 60000
	maxCalls         = 500_000
)

// options are the command line.
type options struct {
	transports  []string // ws, wss
	connections int
	workers     int

	keepAlive time.Duration // silence after which the server sends a Ping; 0: no keep-alives

	rate     float64
	callTime time.Duration // 0: no calls
	timeout  time.Duration

	tlsVersion uint16
	serverCPU  int
	loadCPU    int
	sluice     string
}

// calls is how many are made.
func (o *options) calls() int { return int(o.rate * o.callTime.Seconds()) }

// crlfTime is in how much time every client sends a double CRLF: less than the
// silence after which the server would send a Ping to one that is yet to come.
func (o *options) crlfTime() time.Duration { return o.keepAlive * 2 / 3 }

func parseOptions(args []string) (*options, error) {
	o := &options{}
	var transports, version string
	fs := flag.NewFlagSet("connections", flag.ContinueOnError)
	fs.StringVar(&transports, "transports", "ws,wss", "comma-separated `transports`, each measured on its own")
	fs.IntVar(&o.connections, "connections", 15000, "`clients`; each process needs a descriptor for each")
	fs.IntVar(&o.workers, "workers", 64, "`clients` that connect at a time")
	fs.DurationVar(&o.keepAlive, "keepalive", 30*time.Second, "`silence` after which the server sends a Ping; clients send a double CRLF before; 0: no keep-alives")
	fs.Float64Var(&o.rate, "rate", 500, "`calls/s` between random clients")
	fs.DurationVar(&o.callTime, "call-time", 20*time.Second, "`duration` in which calls begin; 0: no calls")
	fs.DurationVar(&o.timeout, "timeout", 8*time.Second, "`duration` after which a registration or a call has failed")
	fs.StringVar(&version, "tls", "1.3", "highest `version` of TLS that the clients speak: 1.2 or 1.3")
	fs.IntVar(&o.serverCPU, "server-cpu", 0, "`core` of the server")
	fs.IntVar(&o.loadCPU, "load-cpu", 1, "`core` of the clients")
	fs.StringVar(&o.sluice, "sluice", "../bin/sluice", "`path` of Sluice")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	o.transports = strings.Split(transports, ",")
	o.tlsVersion = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}[version]
	return o, o.check(fs.Args())
}

// check refuses what would run without bound or measure nothing.
func (o *options) check(rest []string) error {
	for i, t := range o.transports {
		if t != "ws" && t != "wss" || slices.Contains(o.transports[:i], t) {
			return fmt.Errorf("-transports: %q: want ws, wss or both", t)
		}
	}
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unknown argument %q", rest[0])
	case o.tlsVersion == 0:
		return errors.New("-tls: want 1.2 or 1.3")
	case o.connections < 2 || o.connections > maxConnections:
		return fmt.Errorf("-connections: want 2 to %d", maxConnections)
	case o.workers < 1 || o.workers > 1000:
		return errors.New("-workers: want 1 to 1000")
	case o.keepAlive != 0 && (o.keepAlive < 5*time.Second || o.keepAlive > 2*time.Minute):
		return errors.New("-keepalive: want 5s to 2m, or 0")
	case o.timeout <= 0 || o.timeout > time.Minute || o.callTime < 0 || o.rate <= 0:
		return errors.New("-timeout: want up to 1m; -rate: a positive value; -call-time: no negative one")
	case !(o.rate*o.callTime.Seconds() <= maxCalls): // nor NaN
		return fmt.Errorf("-rate times -call-time: at most %d calls", maxCalls)
	}
	return proc.CheckCores(o.serverCPU, o.loadCPU)
}
