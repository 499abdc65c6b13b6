package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"sluice/netio/stats"
)

// A Module is one configured entry of one Program: it holds the settings
// that its stages share and makes one stage for each loop.
//
// Its life is New, Settings.Decode into it, Provision, Validate, NewStage
// once per loop, Start; then events; then Terminate when the server stops,
// and Close when the Program has drained. The optional interfaces below say
// which of these it wants. All of them are called off the loops.
type Module interface {
	NewStage(b *LoopBuilder) (Stage, error)
}

// Optional interfaces of a Module.
type (
	// A Provisioner opens what the module needs. It runs for every Program,
	// also for one that is then found faulty and closed again.
	Provisioner interface{ Provision(s *Setup) error }
	// A Validator checks the settings. It must not open anything.
	Validator interface{ Validate() error }
	// A Starter runs once the whole Program stands and before the listeners
	// open (OverSIP's on_started). An error ends the start.
	Starter interface {
		Start(ctx context.Context) error
	}
	// A Reloader runs on the new Program's modules after it took over
	// (OverSIP's on_reload, signal HUP).
	Reloader interface{ Reload(ctx context.Context) }
	// A UserReloader runs on signal USR1 (OverSIP's on_user_reload).
	UserReloader interface{ UserReload(ctx context.Context) }
	// A Terminator runs when the server stops, in reverse chain order; err
	// says why if it did not stop by intent (OverSIP's on_terminated).
	Terminator interface{ Terminate(err error) }
	// A Closer frees what Provision opened, once no exchange uses the
	// Program any more. It must cope with a Provision that failed half-way.
	Closer interface{ Close() error }
)

// A Fact is something a stage has established about a request, on which the
// stages after it may rely.
type Fact uint8

const (
	FactValid   Fact = iota // the request passed RFC 3261 §16.3
	FactRoute               // it is decided who may be asked next, or the request was refused
	FactTargets             // addresses were found and the request was forwarded
	numFacts
)

var factNames = [numFacts]string{"valid", "route", "targets"}

// String returns the name that start-up errors use.
func (f Fact) String() string { return factNames[f] }

// Info describes a kind of module to the registry.
type Info struct {
	ID    string        // "registrar"; third parties: "example.com/ratelimit"
	New   func() Module // the zero module; no side effects. Settings are decoded into what it returns
	Needs []Fact        // what earlier stages must have established
	Gives []Fact        // what later stages may rely on
}

var kinds = map[string]Info{}

// Register records a kind of module. It is for init functions, and panics on
// a duplicate or incomplete Info. It records constructors, never an order:
// order is the list in the configuration.
func Register(i Info) {
	if _, dup := kinds[i.ID]; dup || i.ID == "" || i.New == nil {
		panic("pipeline: bad or duplicate module " + i.ID)
	}
	kinds[i.ID] = i
}

// Kinds returns the IDs of all registered modules, sorted.
func Kinds() []string {
	ids := make([]string, 0, len(kinds))
	for id := range kinds {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Settings is a stage's own section of the configuration. Decode fills dst, a
// pointer to the module, strictly: an unknown key or a bad value is an error
// that names file, line and key, and all of them are reported at once. Which
// tags the fields may have is told by package cmd/run/config; what they cannot
// say is for a method Check(fault func(reason string, path ...any)) of the
// struct, where path leads from there to the key.
type Settings interface{ Decode(dst any) error }

// checkFacts turns a wrong order of stages into an error.
func checkFacts(ids []string) error {
	var have [numFacts]bool
	var faults []string
	for n, id := range ids {
		k := kinds[id]
		for _, f := range k.Needs {
			if !have[f] {
				faults = append(faults, fmt.Sprintf("pipeline.stages: stage %d, %s, needs %q, which no earlier stage gives%s", n+1, id, f, givers(f)))
			}
		}
		for _, f := range k.Gives {
			have[f] = true
		}
	}
	if faults != nil {
		return fmt.Errorf("%s", strings.Join(faults, "\n"))
	}
	return nil
}

// givers lists who could give f, as a hint.
func givers(f Fact) string {
	var who []string
	for _, id := range Kinds() {
		if slices.Contains(kinds[id].Gives, f) {
			who = append(who, id)
		}
	}
	if who == nil {
		return ""
	}
	return " (given by: " + strings.Join(who, ", ") + ")"
}

// A Setup is what a module finds around it when it is provisioned.
type Setup struct {
	Log      *slog.Logger        // carries the stage's name
	Loops    int                 // how many loops there are, fixed for the process
	Stats    *stats.Registry     // for metrics of its own
	Shared   *Shared             // what outlives Programs
	Local    *Identity           // what addresses and domains are ours
	Profiles map[string]*Profile // the proxy profiles, by name

	// Fault makes an error of what is wrong with the settings, that names its
	// place. The path leads from them to the key: names, and indices of lists.
	Fault func(reason string, path ...any) error
}

// faultOf is the Fault of a Setup: that of the settings, if they know where they
// are from.
func faultOf(s Settings) func(reason string, path ...any) error {
	if placed, ok := s.(interface {
		Fault(reason string, path ...any) error
	}); ok {
		return placed.Fault
	}
	return func(reason string, path ...any) error {
		var at strings.Builder
		for _, p := range path {
			if i, ok := p.(int); ok {
				fmt.Fprintf(&at, " %d", i+1)
				continue
			}
			if at.Len() > 0 {
				at.WriteString(": ")
			}
			fmt.Fprint(&at, p)
		}
		return fmt.Errorf("%s: %s", &at, reason)
	}
}

// Shared holds what modules of successive Programs have in common, such as a
// location table. It is used off the loops, while Programs are built and
// closed, one at a time.
type Shared struct {
	entries map[string]*sharedEntry
}

type sharedEntry struct {
	value any
	users int
}

// NewShared returns an empty Shared.
func NewShared() *Shared { return &Shared{entries: map[string]*sharedEntry{}} }

// Use returns the value under key, made by create when nobody holds it, and
// a function that gives it up again. The value goes when its last user does.
func (s *Shared) Use(key string, create func() any) (value any, release func()) {
	e := s.entries[key]
	if e == nil {
		e = &sharedEntry{value: create()}
		s.entries[key] = e
	}
	e.users++
	return e.value, func() {
		if e.users--; e.users == 0 {
			delete(s.entries, key)
		}
	}
}
