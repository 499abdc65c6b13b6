package registrar

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"sluice/netio/stats"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
)

func init() {
	pipeline.Register(pipeline.Info{
		ID:    "registrar",
		New:   func() pipeline.Module { return newRegistrar() },
		Needs: []pipeline.Fact{pipeline.FactValid},
	})
}

func newRegistrar() *Registrar {
	return &Registrar{
		MinExpires:     time.Minute,
		DefaultExpires: time.Hour,
		MaxExpires:     2 * time.Hour,
		MaxContacts:    10,
		MaxBindings:    1_000_000,
	}
}

// Registrar is [stage.registrar].
type Registrar struct {
	// Domains are the hosts whose users may register here: host names, or IP
	// addresses with IPv6 in brackets. Without any the stage does nothing.
	Domains []string `toml:"domains" format:"domain"`

	// MinExpires is the shortest registration; who asks for a shorter one is
	// answered 423. It is not more than an hour, which a registrar must grant
	// (RFC 3261 §10.3 step 7).
	MinExpires time.Duration `toml:"min_expires" min:"1s" max:"1h"`

	// DefaultExpires is how long a registration lasts whose client does not say.
	DefaultExpires time.Duration `toml:"default_expires" min:"1s" max:"24h"`

	// MaxExpires is the longest registration; who asks for a longer one gets
	// this.
	MaxExpires time.Duration `toml:"max_expires" min:"1s" max:"24h"`

	// MaxContacts is the number of bindings of one user, and of Contact values
	// in one REGISTER; more are answered 403.
	MaxContacts int `toml:"max_contacts" min:"1" max:"25"`

	// MaxBindings is the number of bindings of all users; a REGISTER that would
	// add to them is answered 503. As many users without a binding are
	// remembered.
	MaxBindings int `toml:"max_bindings" min:"1" max:"8000000"`

	hosts   []host
	brief   sip.Reply // 423
	log     *slog.Logger
	profile *pipeline.Profile
	table   *table
	release func()
	shared  *stats.Shared // nil without metrics
	ids     metrics
	closed  atomic.Bool
}

type metrics struct {
	registrations, rejected, lookups, misses stats.ID // counters
	bindings                                 stats.ID // gauge
}

// Check reports settings that contradict each other.
func (r *Registrar) Check(fault func(reason string, path ...any)) {
	switch {
	case r.MaxExpires < r.MinExpires:
		fault("is less than min_expires", "max_expires")
	case r.DefaultExpires < r.MinExpires:
		fault("is less than min_expires", "default_expires")
	case r.DefaultExpires > r.MaxExpires:
		fault("is more than max_expires", "default_expires")
	}
}

// Validate implements pipeline.Validator.
func (r *Registrar) Validate() error {
	var faults []error
	r.Check(func(reason string, path ...any) { faults = append(faults, fmt.Errorf("%v: %s", path[0], reason)) })
	r.brief = tooBrief(r.MinExpires)
	r.hosts = r.hosts[:0]
	for _, d := range r.Domains {
		r.hosts = append(r.hosts, makeHost(d))
	}
	return errors.Join(faults...)
}

// Provision implements pipeline.Provisioner. The table and what it holds
// outlive the Program as long as the next one has a registrar too.
func (r *Registrar) Provision(s *pipeline.Setup) error {
	r.log = s.Log
	r.profile = s.Profiles[usersProfile]
	if s.Stats != nil {
		r.shared = s.Stats.Shared()
		r.ids = metrics{
			registrations: s.Stats.Counter("sluice_registrar_registrations_total", "REGISTER requests that were granted."),
			rejected:      s.Stats.Counter("sluice_registrar_rejected_total", "REGISTER requests that were refused."),
			lookups:       s.Stats.Counter("sluice_registrar_lookups_total", "Requests to users of the registrar's domains."),
			misses:        s.Stats.Counter("sluice_registrar_misses_total", "Requests to users who were not reachable."),
			bindings:      s.Stats.Gauge("sluice_registrar_bindings", "Bindings in the location table, those included that ended a moment ago."),
		}
	}
	t, release := s.Shared.Use("registrar/location", func() any { return newTable() })
	r.table, r.release = t.(*table), release
	r.table.users++
	return nil
}

// usersProfile is the proxy profile for requests to registered users, as
// OverSIP calls it.
const usersProfile = "proxy_to_users"

// NewStage implements pipeline.Module.
func (r *Registrar) NewStage(b *pipeline.LoopBuilder) (pipeline.Stage, error) {
	s := &stage{set: r, table: r.table, loop: b.Loop, flows: r.table.flows(b.Index)}
	s.timer.Owner = s
	return s, nil
}

// Close implements pipeline.Closer. Timers of the stages that are still armed
// find the module closed and do nothing.
func (r *Registrar) Close() error {
	if r.table == nil || r.closed.Swap(true) {
		return nil
	}
	r.release()
	if r.table.users--; r.table.users == 0 && r.shared != nil {
		r.shared.Move(r.ids.bindings, -r.table.bindings.Load()) // they go with the table
	}
	return nil
}

// A host is one of the domains.
type host struct {
	name string     // when it is no IP address
	ip   netip.Addr // else
}

func makeHost(s string) host {
	if ip, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return host{ip: ip.Unmap()}
	}
	return host{name: s}
}

// owns reports whether the host of u is one of the domains. Ports do not
// matter.
func (r *Registrar) owns(buf []byte, u *sip.URI) bool {
	if u.Scheme != sip.SchemeSIP && u.Scheme != sip.SchemeSIPS {
		return false
	}
	text := u.Host.Of(buf)
	ip, isIP := u.IP(buf)
	ip = ip.Unmap()
	for i := range r.hosts {
		if h := &r.hosts[i]; isIP && h.ip == ip || !isIP && h.name != "" && parser.EqualFold(text, h.name) {
			return true
		}
	}
	return false
}

var (
	_ pipeline.Provisioner = (*Registrar)(nil)
	_ pipeline.Validator   = (*Registrar)(nil)
	_ pipeline.Closer      = (*Registrar)(nil)
)
