// Package route is stage route: a table of rules that says who may send what
// where.
package route

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
)

func init() {
	pipeline.Register(pipeline.Info{
		ID:    "route",
		New:   func() pipeline.Module { return &Route{} },
		Needs: []pipeline.Fact{pipeline.FactValid},
		Gives: []pipeline.Fact{pipeline.FactRoute},
	})
}

// Route holds the settings of the stage.
type Route struct {
	// Rule lists the rules; the first that matches decides, and where none
	// does the answer is 403.
	Rule []Rule `toml:"rule"`

	rules []rule
}

// A Rule matches a request if every condition that it states holds.
type Rule struct {
	// Methods of which the request's must be one.
	Methods []string `toml:"methods"`
	// Domains of which the host of the Request-URI must be one.
	Domains []string `toml:"domains" format:"domain"`
	// Sources, as networks, of which the peer must be in one.
	Sources []netip.Prefix `toml:"sources"`
	// Transports of which the request must have come by one.
	Transports []string `toml:"transports" enum:"udp|tcp|tls|ws|wss"`

	// NextHop is the URI that the request is sent to; without it the next
	// Route or the Request-URI decides.
	NextHop string `toml:"next_hop"`
	// Proxy names the proxy profile.
	Proxy string `toml:"proxy" ref:"proxy"`
	// Reply, "404 Not Found", answers instead of forwarding.
	Reply string `toml:"reply"`
}

// rule is a Rule made ready.
type rule struct {
	Rule
	methods    []string
	transports uint8 // bit set over netio.Transport
	nextHop    []byte
	target     pipeline.Target // where that leads
	profile    *pipeline.Profile
	reply      sip.Reply
}

// Validate implements pipeline.Validator.
func (r *Route) Validate() error {
	var faults []string
	r.rules = r.rules[:0]
	for i := range r.Rule {
		made := r.Rule[i].compile(func(reason string, path ...any) {
			faults = append(faults, fmt.Sprintf("rule %d: %v: %s", i+1, path[0], reason))
		})
		r.rules = append(r.rules, made)
	}
	if faults != nil {
		return fmt.Errorf("%s", strings.Join(faults, "; "))
	}
	return nil
}

// Check reports what is wrong with the keys of a rule.
func (r *Rule) Check(fault func(reason string, path ...any)) { r.compile(fault) }

// compile makes a rule ready, and reports the keys for which it cannot.
func (r *Rule) compile(fault func(reason string, path ...any)) rule {
	c := rule{Rule: *r}
	if r.Reply != "" && r.NextHop != "" {
		fault("excludes next_hop", "reply")
	}
	for i, t := range r.Transports {
		n, ok := netio.ParseTransport(t)
		if !ok {
			fault(fmt.Sprintf("%q is none of udp, tcp, tls, ws, wss", t), "transports", i)
		}
		c.transports |= 1 << n
	}
	for i, m := range r.Methods {
		if !isToken(m) {
			fault(fmt.Sprintf("%q is no method", m), "methods", i)
		}
		c.methods = append(c.methods, strings.ToUpper(m))
	}
	if r.NextHop != "" {
		var u sip.URI
		c.nextHop = []byte(r.NextHop)
		end, err := sip.ParseURI(c.nextHop, 0, &u)
		if err != parser.OK || end != len(c.nextHop) {
			u = sip.URI{}
		}
		var why pipeline.Cause
		if c.target, why = pipeline.TargetOf(c.nextHop, &u); why != pipeline.CauseNone {
			fault(fmt.Sprintf("%q %s", r.NextHop, whyNowhere(why, &u)), "next_hop")
		}
	}
	if r.Reply != "" {
		c.reply = parseReply(r.Reply)
		if c.reply.Status == 0 {
			fault(fmt.Sprintf("%q is not a status from 300 to 699 and a reason", r.Reply), "reply")
		}
	}
	return c
}

// whyNowhere says why no request can be sent to the URI u.
func whyNowhere(why pipeline.Cause, u *sip.URI) string {
	switch {
	case why == pipeline.CauseUnsupportedURIScheme:
		return "is no sip or sips URI"
	case why == pipeline.CauseNoDNS:
		return "has no IP address: names are not resolved, so give the address of its host as maddr"
	case u.Scheme == sip.SchemeSIPS && u.Transport == sip.TransportUDP:
		return "asks for TLS over udp: a sips URI goes over tls" // RFC 3261 §26.2.2
	}
	return "has a transport by which nobody can be reached: udp, tcp or tls"
}

// parseReply returns what "404 Not Found" says, the zero Reply for nothing that
// can be answered.
func parseReply(text string) sip.Reply {
	code, reason, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(code)
	if err != nil || n < 300 || n > 699 || strings.ContainsAny(reason, "\r\n") {
		return sip.Reply{}
	}
	if reason == "" {
		reason = sip.ReasonPhrase(n)
	}
	return sip.Reply{Status: uint16(n), Reason: reason}
}

// isToken reports whether s can be a method (RFC 3261 §25.1).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("-.!%*_+`'~", r)
	})
}

// DefaultProxy is the profile of a rule that names none, as OverSIP has it.
const DefaultProxy = "proxy_out"

// Provision implements pipeline.Provisioner.
func (r *Route) Provision(s *pipeline.Setup) error {
	var faults []error
	for i := range r.rules {
		c := &r.rules[i]
		if c.nextHop != nil {
			if why := s.Local.WhyUnreachable(&c.target); why != pipeline.CauseNone {
				faults = append(faults, s.Fault(fmt.Sprintf("%q cannot be reached: %s", c.NextHop, noListener(why, c.target.Transport)), "rule", i, "next_hop"))
			}
		}
		name := c.Proxy
		if name == "" {
			name = DefaultProxy
			if s.Profiles[name] == nil {
				name = pipeline.DefaultProfile
			}
		}
		if c.profile = s.Profiles[name]; c.profile == nil {
			faults = append(faults, s.Fault(fmt.Sprintf("there is no profile %q", name), "rule", i, "proxy"))
		}
	}
	return errors.Join(faults...)
}

// noListener says what listener is missing for requests to leave from.
func noListener(why pipeline.Cause, t netio.Transport) string {
	switch why {
	case pipeline.CauseNoIPv4:
		return fmt.Sprintf("no %s listener has an IPv4 address", t)
	case pipeline.CauseNoIPv6:
		return fmt.Sprintf("no %s listener has an IPv6 address", t)
	}
	return fmt.Sprintf("there is no %s listener", t)
}

// NewStage implements pipeline.Module.
func (r *Route) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) {
	return &stage{r.rules}, nil
}

// stage shares its rules with the other loops; they do not change.
type stage struct{ rules []rule }

func (*stage) Name() string { return "route" }

// OnRequest implements pipeline.RequestHandler.
func (s *stage) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	if x.Routed() {
		return pipeline.Continue
	}
	u, err := x.Req.RequestURI()
	if err != parser.OK {
		return x.Reply(sip.BadRequest)
	}
	for i := range s.rules {
		if r := &s.rules[i]; r.matches(x, u) {
			return r.apply(x)
		}
	}
	return x.Reply(sip.Forbidden)
}

func (r *rule) matches(x *pipeline.Exchange, u *sip.URI) bool {
	if r.transports != 0 && r.transports&(1<<x.Transport) == 0 {
		return false
	}
	return (len(r.Sources) == 0 || r.matchesSource(x.Source.Addr().Unmap().WithZone(""))) && // no prefix contains a zone
		(len(r.methods) == 0 || r.matchesMethod(x.Req)) &&
		(len(r.Domains) == 0 || r.matchesDomain(u.Host.Of(x.Req.Buf)))
}

func (r *rule) matchesSource(a netip.Addr) bool {
	for _, p := range r.Sources {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func (r *rule) matchesMethod(m *sip.Message) bool {
	for _, name := range r.methods {
		if string(m.MethodText.Of(m.Buf)) == name {
			return true
		}
	}
	return false
}

func (r *rule) matchesDomain(host []byte) bool {
	for _, d := range r.Domains {
		if parser.EqualFold(host, d) {
			return true
		}
	}
	return false
}

func (r *rule) apply(x *pipeline.Exchange) pipeline.Verdict {
	if r.reply.Status != 0 {
		return x.Reply(r.reply)
	}
	x.SetProfile(r.profile)
	x.AddHop(pipeline.Hop{Next: r.nextHop})
	x.SetRouted()
	return pipeline.Continue
}

var _ pipeline.RequestHandler = (*stage)(nil)
