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
	first  *tlsio.Context // of the first listener that has one
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
	next := contexts{byName: maps.Clone(now.byName), first: now.first}
	if next.byName == nil {
		next.byName = make(map[string]*tlsio.Context)
	}
	next.byName[c.Name] = tlsio.NewContext(c)
	n.secure.Store(&next)
	return next.byName[c.Name]
}

// updateTLS makes the TLS configurations of cfgs those that handshakes go by, and forgets others.
func (n *Net) updateTLS(cfgs []ListenerConfig) {
	next := contexts{byName: make(map[string]*tlsio.Context)}
	for _, cfg := range cfgs {
		if cfg.TLS == nil {
			continue
		}
		x := n.contextOf(cfg.TLS)
		x.Update(cfg.TLS)
		next.byName[cfg.TLS.Name] = x
		next.first = cmp.Or(next.first, x)
	}
	n.secure.Store(&next)
}

// dialSecure prepares TLS for a connection that is to be opened, nil when its transport has none. Loops without a Net speak no TLS as clients.
func (l *Loop) dialSecure(t Transport, o *DialOptions) (*secure, error) {
	if !t.Secure() || l.net == nil {
		return nil, nil
	}
	now := l.net.secure.Load()
	x := now.byName[cmp.Or(o.TLS, defaultTLS)]
	if x == nil && o.TLS == "" {
		x = now.first
	}
	if x == nil {
		return nil, ErrNoTLS
	}
	return &secure{context: x}, nil
}
