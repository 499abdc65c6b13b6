package netio

import (
	"cmp"
	"maps"
	"net/netip"

	"sluice/netio/tlsio"
)

// defaultTLS is the name of the Config that a dial uses when it names none.
const defaultTLS = "default"

// contexts are what is alive of the TLS configurations of a Net. The value never changes.
type contexts struct {
	byName map[string]*tlsio.Context
	usual  *tlsio.Context // of a dial that names none: defaultTLS or, if there is none, that of the first listener that has one
}

func tlsName(cfg ListenerConfig) string {
	if cfg.TLS == nil {
		return ""
	}
	return cfg.TLS.Name
}

// newListener describes a bound address. Its TLS is that of the name, which it may share with others.
func (n *Net) newListener(cfg ListenerConfig, bound netip.AddrPort) (*Listener, error) {
	if cfg.Transport.Secure() && cfg.TLS == nil {
		return nil, ErrNoTLS
	}
	ln, err := NewListener(n.nextIndex, cfg, bound)
	if err != nil {
		return nil, err
	}
	n.nextIndex++
	ln.tls = n.contextOf(cfg.TLS)
	return ln, nil
}

// contextOf finds or makes the Context of a Config's name.
func (n *Net) contextOf(c *tlsio.Config) *tlsio.Context {
	if c == nil {
		return nil
	}
	now := n.secure.Load()
	if x := now.byName[c.Name]; x != nil {
		return x
	}
	next := contexts{byName: maps.Clone(now.byName), usual: now.usual}
	if next.byName == nil {
		next.byName = make(map[string]*tlsio.Context)
	}
	next.byName[c.Name] = tlsio.NewContext(c)
	n.secure.Store(&next)
	return next.byName[c.Name]
}

// updateTLS makes the TLS configurations of cfgs those that handshakes go by, and forgets others, with whom they have vouched for.
func (n *Net) updateTLS(cfgs []ListenerConfig) {
	was, next := n.secure.Load(), contexts{byName: make(map[string]*tlsio.Context)}
	for _, cfg := range cfgs {
		if cfg.TLS == nil {
			continue
		}
		x := n.contextOf(cfg.TLS)
		x.Update(cfg.TLS)
		next.byName[cfg.TLS.Name] = x
		next.usual = cmp.Or(next.byName[defaultTLS], next.usual, x)
	}
	n.secure.Store(&next)
	for name, x := range was.byName {
		if next.byName[name] != x {
			x.Retire()
		}
	}
}

// dialSecure prepares TLS for a connection that is to be opened, nil when its transport has none. Loops without a Net speak no TLS as clients.
func (l *Loop) dialSecure(t Transport, o *DialOptions) (*secure, error) {
	if !t.Secure() || l.net == nil {
		return nil, nil
	}
	now := l.net.secure.Load()
	x := now.usual
	if o.TLS != "" {
		x = now.byName[o.TLS]
	}
	if x == nil {
		return nil, ErrNoTLS
	}
	return &secure{context: x}, nil
}

// UsualTLS tells whether a connection that we have opened goes by the TLS configuration that one would go by now that names none. It has nothing
// to say of one without TLS.
func (c *Conn) UsualTLS() bool {
	return c.tls == nil || c.loop.net == nil || c.tls.context == c.loop.net.secure.Load().usual
}
