package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Exit codes: all went well, something failed, the run could not be done.
const (
	exitOK = iota
	exitFailed
	exitError
)

// runLimit ends a run that does not end by itself.
const runLimit = 10 * time.Minute

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	o, err := parseOptions(args)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err == nil {
		err = prepare(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "connections:", err)
		return exitError
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, runLimit)
	defer stop()
	code := exitOK
	for _, t := range o.transports {
		r, err := measure(ctx, o, t)
		if r != nil {
			r.text(os.Stdout)
			r.line(os.Stdout)
		}
		switch {
		case err != nil:
			fmt.Fprintf(os.Stderr, "connections: %s: %v\n", t, err)
			return exitError
		case r.failures() > 0:
			code = exitFailed
		}
	}
	return code
}

// prepare gets this process and its children the descriptors that they need,
// and itself its core.
func prepare(o *options) error {
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		return fmt.Errorf("descriptor limit: %w", err)
	}
	if need := uint64(o.connections + spareDescriptors); lim.Max < need {
		return fmt.Errorf("-connections %d need %d descriptors in each of two processes; the limit is %d (ulimit -Hn)", o.connections, need, lim.Max)
	}
	lim.Cur = lim.Max
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		return fmt.Errorf("descriptor limit: %w", err)
	}
	runtime.GOMAXPROCS(1)
	return pin(o.loadCPU)
}

// pin puts every thread of this process, and so those to come, on one core.
func pin(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(id, &set); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("core %d: %w", cpu, err)
		}
	}
	return nil
}
