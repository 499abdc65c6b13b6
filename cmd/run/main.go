package run

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"

	"sluice/cmd/run/config"
)

// Version is what `sluice version` prints; the build sets it.
var Version = "devel"

const usage = `usage:
  sluice serve [-c sluice.toml]   run in the foreground; without -c on loopback, for a first call
  sluice check [-c sluice.toml]   say everything that is wrong with a configuration; exit 0 or 1
  sluice version

signals: HUP reload, USR1 user reload, TERM and INT drain and stop, QUIT stop at once
`

// Main runs the command line and returns the exit code: 0, 1 for what went
// wrong, 2 for words it does not know.
func Main() int { return command(os.Args[1:], os.Stdout, os.Stderr) }

func command(args []string, out, errs io.Writer) int {
	if len(args) == 0 {
		io.WriteString(errs, usage)
		return 2
	}
	name, rest := args[0], args[1:]
	switch name {
	case "serve", "check":
		return withConfig(name, rest, out, errs)
	case "version":
		fmt.Fprintf(out, "sluice %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return 0
	case "help", "-h", "--help":
		io.WriteString(out, usage)
		return 0
	}
	fmt.Fprintf(errs, "sluice: unknown command %q\n%s", name, usage)
	return 2
}

// version returns Version, or the revision that the toolchain recorded.
func version() string {
	if Version != "devel" {
		return Version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return Version + "-" + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return Version
}

// withConfig runs a command that takes a configuration.
func withConfig(name string, args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(errs)
	path := flags.String("c", "", "configuration `file`; without it the embedded default")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(errs, "sluice %s: unexpected %q\n", name, flags.Arg(0))
		return 2
	}
	if name == "check" {
		return check(*path, out, errs)
	}
	if err := serve(*path); err != nil {
		var quiet *startError
		if errors.As(err, &quiet) {
			fmt.Fprintln(errs, err)
		} else {
			slog.Error("stopped", "error", err)
		}
		return 1
	}
	return 0
}

// load reads the configuration at path, or the embedded default.
func load(path string) (*config.Config, error) {
	if path == "" {
		return config.Default(), nil
	}
	return config.Load(path)
}

// check validates all that serve would, as far as that is possible without
// opening anything.
func check(path string, out, errs io.Writer) int {
	cfg, err := load(path)
	if cfg == nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	for _, w := range cfg.Warnings() {
		fmt.Fprintln(errs, w.Warning())
	}
	p, buildErr := buildUnbound(cfg)
	if err := cfg.Join(err, buildErr); err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	if err := p.Close(); err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	fmt.Fprintf(out, "%s: ok, listeners: %d, stages: %v\n", cfg.File, len(cfg.Listen), p.Stages())
	return 0
}

// A startError is one that a user reads on the terminal where he started the
// server, not in a log.
type startError struct{ err error }

func (e *startError) Error() string { return e.err.Error() }
func (e *startError) Unwrap() error { return e.err }
