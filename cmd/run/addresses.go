package run

import (
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"sluice/cmd/run/config"
)

// addressesLife is how long the host's addresses are taken to stay what they
// are: a standby that takes over an address is to know it soon.
const addressesLife = 5 * time.Second

// addresses are those of this host, by which requests name a listener that is
// bound to every address. Loops read them.
type addresses struct {
	set atomic.Pointer[map[netip.Addr]struct{}]
}

// has reports whether ip is one of them.
func (a *addresses) has(ip netip.Addr) bool {
	set := a.set.Load()
	if set == nil {
		return false
	}
	_, ok := (*set)[ip]
	return ok
}

// refresh asks the kernel for them.
func (a *addresses) refresh() error {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	set := make(map[netip.Addr]struct{}, len(list))
	for _, addr := range list {
		if p, ok := addr.(*net.IPNet); ok {
			if ip, ok := netip.AddrFromSlice(p.IP); ok {
				set[ip.Unmap()] = struct{}{}
			}
		}
	}
	a.set.Store(&set)
	return nil
}

// everywhere reports whether a listener of cfg is bound to every address.
func everywhere(cfg *config.Config) bool {
	return slices.ContainsFunc(cfg.Listen, func(l config.Listen) bool { return l.URL.Addr.Addr().IsUnspecified() })
}

// lookAround refreshes the host's addresses, if a listener needs them.
func (s *server) lookAround(cfg *config.Config) {
	if !everywhere(cfg) {
		return
	}
	if err := s.local.refresh(); err != nil {
		s.log.Error("asking for the addresses of this host", "error", err)
	}
}
