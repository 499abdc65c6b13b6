package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"
)

// Exit codes: all went well, something failed, the run could not be done.
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
		fmt.Fprintln(os.Stderr, "simulated:", err)
		return exitError
	}
	if err := o.measure(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "simulated:", err)
		return exitFailed
	}
	return exitOK
}

// options are the command line.
type options struct {
	connections int
	keepAlive   time.Duration
	minutes     int // virtual, with keep-alives
	lookups     int
	cold        int // look-ups with nothing in a cache
}

const (
	maxConnections = 4_000_000
	maxPings       = 100_000_000
	maxLookups     = 10_000_000
	maxCold        = 10_000
)

func parseOptions(args []string) (*options, error) {
	o := &options{}
	fs := flag.NewFlagSet("simulated", flag.ContinueOnError)
	fs.IntVar(&o.connections, "connections", 1_000_000, "`clients` at the end; it stops at powers of ten from 1,000 on to measure")
	fs.DurationVar(&o.keepAlive, "keepalive", 30*time.Second, "virtual `silence` after which the server sends a Ping")
	fs.IntVar(&o.minutes, "minutes", 2, "virtual `minutes` of keep-alives at each stop")
	fs.IntVar(&o.lookups, "lookups", 200_000, "`look-ups` of random users at each stop")
	fs.IntVar(&o.cold, "cold", 200, "`look-ups` at each stop before which the caches are emptied")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case fs.NArg() > 0:
		return nil, fmt.Errorf("unknown argument %q", fs.Arg(0))
	case o.connections < 1 || o.connections > maxConnections:
		return nil, fmt.Errorf("-connections: want 1 to %d", maxConnections)
	case o.keepAlive < time.Second || o.keepAlive > time.Hour:
		return nil, errors.New("-keepalive: want 1s to 1h")
	case o.minutes < 1 || o.lookups < 1 || o.lookups > maxLookups:
		return nil, fmt.Errorf("-minutes: want at least 1; -lookups: 1 to %d", maxLookups)
	case o.cold < 1 || o.cold > maxCold:
		return nil, fmt.Errorf("-cold: 1 to %d", maxCold)
	case int64(o.minutes)*int64(time.Minute/o.keepAlive)*int64(o.connections) > maxPings:
		return nil, fmt.Errorf("-minutes: together more than %d Pings", maxPings)
	}
	return o, nil
}

// stops are the numbers of connections at which figures are taken.
func (o *options) stops() []int {
	var all []int
	for n := 1000; n < o.connections; n *= 10 {
		all = append(all, n)
	}
	return append(all, o.connections)
}

// machine describes what the figures are of.
func machine() string {
	return fmt.Sprintf("%s, %s/%s, one loop on one goroutine", runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
