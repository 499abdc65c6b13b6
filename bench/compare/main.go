package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sluice/bench/proc"
)

// options are the command line.
type options struct {
	peer        bool
	peerOnly    bool
	rounds      int
	duration    time.Duration
	warmup      time.Duration
	chosen      []scenario
	extra       []string // further arguments of sluice-load
	serverCPU   int
	loadCPU     int
	load        string
	sluice      string
	config      string
	kamailio    string
	peerConfigs string
	peerMemory  int
	verbose     bool
}

func main() { os.Exit(run(os.Args[1:])) }

// run is 0 when every run of every scenario ended without a failed call.
func run(args []string) int {
	o, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err == nil && (o.peer || o.peerOnly) {
		err = install(ctx, o.kamailio)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		return 2
	}
	fmt.Printf("%s; server on core %d, generator on core %d; %d rounds of %s after %s warm-up; median (least–greatest)\n",
		machine(), o.serverCPU, o.loadCPU, o.rounds, o.duration, o.warmup)
	code := 0
	for _, s := range o.chosen {
		all, clean := o.measure(ctx, s)
		show(os.Stdout, s, all)
		if !clean {
			code = 1
		}
		if ctx.Err() != nil {
			return 2
		}
	}
	return code
}

// servers lists whom to measure, ours first.
func (o *options) servers() []server {
	switch {
	case o.peerOnly:
		return []server{kamailio(o)}
	case o.peer:
		return []server{sluice(o), kamailio(o)}
	}
	return []server{sluice(o)}
}

// measure runs one scenario: all servers in each round. It is clean when no call failed.
func (o *options) measure(ctx context.Context, s scenario) (all []*series, clean bool) {
	servers := o.servers()
	for _, sv := range servers {
		all = append(all, &series{server: sv.name})
	}
	clean = true
	for round := range o.rounds {
		for i, sv := range servers {
			r, err := o.once(ctx, sv, s)
			if err != nil {
				fmt.Fprintf(os.Stderr, "compare: %s, %s, round %d: %v\n", s.name, sv.name, round+1, err)
				clean = false
			}
			all[i].rounds = append(all[i].rounds, r)
			if ctx.Err() != nil {
				return all, false
			}
		}
	}
	return all, clean
}

// once starts a server, puts the load on it and stops it. A result with an error
// is one with failed calls.
func (o *options) once(ctx context.Context, sv server, s scenario) (result, error) {
	p, err := sv.start(ctx, o.serverCPU, s)
	if err != nil {
		return nil, err
	}
	defer p.Stop()
	// The generator bounds itself; this is for the case that it does not.
	ctx, cancel := context.WithTimeout(ctx, o.duration+o.warmup+90*time.Second)
	defer cancel()
	args := append([]string{"-c", strconv.Itoa(o.loadCPU), o.load, "-server", sipAddr, "-ws", wsAddr,
		"-pid", strconv.Itoa(p.PID()), "-time", o.duration.String(), "-warmup", o.warmup.String()}, s.load...)
	out, err := exec.CommandContext(ctx, "taskset", append(args, o.extra...)...).CombinedOutput()
	if o.verbose {
		fmt.Printf("[%s]\n%s", sv.name, out)
	}
	r, parseErr := parseResult(string(out))
	if parseErr != nil {
		return nil, fmt.Errorf("%w: %s%s", errors.Join(err, parseErr), out, p.LastWords())
	}
	if err != nil {
		return r, fmt.Errorf("calls failed:\n%s", out)
	}
	return r, nil
}

func parseOptions(args []string) (*options, error) {
	o := &options{}
	var list string
	fs := flag.NewFlagSet("compare", flag.ContinueOnError)
	fs.BoolVar(&o.peer, "peer", false, "measure Kamailio too, in turns with Sluice; installs it with apt-get when it is missing")
	fs.BoolVar(&o.peerOnly, "peer-only", false, "measure Kamailio alone")
	fs.IntVar(&o.rounds, "rounds", 3, "`runs` of each scenario and server")
	fs.DurationVar(&o.duration, "time", 5*time.Second, "`duration` of the steady part of a run")
	fs.DurationVar(&o.warmup, "warmup", 2*time.Second, "`duration` of the warm-up before it")
	fs.StringVar(&list, "scenarios", "all", "comma-separated `names`, * at the end for any ending: "+scenarioNames())
	fs.IntVar(&o.serverCPU, "server-cpu", 0, "`core` of the server")
	fs.IntVar(&o.loadCPU, "load-cpu", 1, "`core` of the generator")
	fs.StringVar(&o.load, "load", "../bin/sluice-load", "`path` of the load generator")
	fs.StringVar(&o.sluice, "sluice", "../bin/sluice", "`path` of Sluice")
	fs.StringVar(&o.config, "config", "sluice.toml", "`path` of Sluice's configuration")
	fs.StringVar(&o.kamailio, "kamailio", "/usr/sbin/kamailio", "`path` of Kamailio")
	fs.StringVar(&o.peerConfigs, "kamailio-configs", "kamailio", "`directory` of Kamailio's configurations")
	fs.IntVar(&o.peerMemory, "kamailio-memory", 3072, "shared memory of Kamailio in `MB`, touched at start")
	fs.BoolVar(&o.verbose, "v", false, "print what the generator prints")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	o.extra = fs.Args()
	var err error
	if o.chosen, err = choose(list); err != nil {
		return nil, err
	}
	if o.rounds < 1 || o.duration <= 0 || o.warmup < 0 {
		return nil, errors.New("-rounds and -time: want a positive value; -warmup: no negative one")
	}
	return o, proc.CheckCores(o.serverCPU, o.loadCPU)
}

// machine names the processor and the kernel that figures were taken on.
func machine() string {
	cpu := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				cpu = strings.TrimSpace(strings.TrimLeft(name, "\t :"))
				break
			}
		}
	}
	kernel, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return cpu
	}
	return cpu + ", Linux " + strings.TrimSpace(string(kernel))
}
