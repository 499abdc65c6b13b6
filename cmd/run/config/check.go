package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
)

// Check reports what is wrong between sections.
func (c *Config) Check(fault func(reason string, path ...any)) {
	if len(c.Listen) == 0 {
		fault("no listener: at least one [[listen]] is needed", "listen")
	}
	for i, l := range c.Listen {
		for _, other := range c.Listen[:i] {
			if l.URL.clashes(other.URL) {
				fault(fmt.Sprintf("%s is taken by %s", l.URL, other.URL), "listen", i, "url")
				break
			}
		}
	}
	c.checkTLS(fault)
	c.checkAdmin(fault)
	c.checkTimers()
	for name := range c.Stage {
		if !slices.Contains(c.Pipeline.Stages, name) {
			fault("pipeline.stages has no stage of this name", "stage", name)
		}
	}
}

func (c *Config) checkAdmin(fault func(reason string, path ...any)) {
	a, err := addrPort(c.Admin.HTTP)
	if err != nil {
		return
	}
	for _, l := range c.Listen {
		if l.URL.clashes(URL{TCP, a}) {
			fault(fmt.Sprintf("%s is taken by %s", a, l.URL), "admin", "http")
			break
		}
	}
}

// checkTimers warns of profiles whose first retransmission takes longer than any
// may: they work, but what gets no answer is then repeated faster than at first. A
// profile that has this from default_proxy is not named besides.
func (c *Config) checkTimers() {
	base := c.Proxy["default_proxy"]
	for _, name := range slices.Sorted(maps.Keys(c.Proxy)) {
		p := c.Proxy[name]
		inherited := name != "default_proxy" && p.TimerT1 == base.TimerT1 && p.TimerT2 == base.TimerT2
		if p.TimerT1 > p.TimerT2 && !inherited {
			c.warn(fmt.Sprintf("%s is longer than timer_T2, %s, which is the longest interval between retransmissions", p.TimerT1, p.TimerT2), "proxy", name, "timer_T1")
		}
	}
}

// clashes reports whether u and v would take the same datagrams or connections.
// An address that stands for every address includes those of its family.
func (u URL) clashes(v URL) bool {
	a, b := u.Addr, v.Addr
	if !a.IsValid() || !b.IsValid() || u.Transport.stream() != v.Transport.stream() || a.Port() == 0 || a.Port() != b.Port() {
		return false
	}
	every := func(x netip.Addr) bool { return x.IsUnspecified() && x.Is4() == a.Addr().Is4() }
	return a.Addr() == b.Addr() || a.Addr().Is4() == b.Addr().Is4() && (every(a.Addr()) || every(b.Addr()))
}

// minSecret is how long a secret must be that nobody shall guess.
const minSecret = 32

// Check reports a secret that is too short, a name that breaks the Server
// header field, less room for all connections than for one, and a user that does
// not exist.
func (s *Server) Check(fault func(reason string, path ...any)) {
	if s.Secret != "" && len(s.Secret) < minSecret {
		fault(fmt.Sprintf("is shorter than %d characters", minSecret), "secret")
	}
	if s.Name != "" && !isProducts(s.Name) {
		fault(fmt.Sprintf("%s is not product tokens such as \"sluice/1.0\"", quote(s.Name)), "name")
	}
	if s.MaxWriteMemory > 0 && s.MaxWriteMemory < s.MaxWriteQueue {
		fault("is less than max_write_queue, which one connection may have", "max_write_memory")
	}
	s.account(fault)
}

// Check reports what a listener's transport does not have.
func (l *Listen) Check(fault func(reason string, path ...any)) {
	if len(l.ProxyProtocol) > 0 && l.URL.Transport == UDP {
		fault("is for connections: a udp listener has none", "proxy_protocol")
	}
}

// maxControlPayload is what fits into a control frame (RFC 6455 §5.5).
const maxControlPayload = 125

// Check reports what does not fit into a frame.
func (w *WebSocket) Check(fault func(reason string, path ...any)) {
	if n := len(w.KeepAliveApplicationData); n > maxControlPayload {
		fault(fmt.Sprintf("has %d bytes, more than %d", n, maxControlPayload), "keepalive_application_data")
	}
}

// Check reports parameters that exclude each other.
func (p *Proxy) Check(fault func(reason string, path ...any)) {
	if p.RecordRouteAll && !p.DoRecordRouting {
		fault("needs do_record_routing = true", "record_route_all")
	}
}

// Check reports a chain that cannot be.
func (p *Pipeline) Check(fault func(reason string, path ...any)) {
	if len(p.Stages) == 0 {
		fault("is empty: nothing would answer a request", "stages")
	}
	for i, name := range p.Stages {
		switch {
		case name == "":
			fault("a stage without a name", "stages", i)
		case slices.Contains(p.Stages[:i], name):
			fault(fmt.Sprintf("%s is there twice", quote(name)), "stages", i)
		}
	}
}
