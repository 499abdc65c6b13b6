package pipeline

import (
	"sluice/netio"
	"sluice/parser"
	"sluice/parser/proxyproto"
	"sluice/pipeline/link"
)

// proxied reports whether the link of c begins with a PROXY protocol header.
// With TLS it comes before the handshake, in OnPreface.
func proxied(c *netio.Conn) bool {
	plain := c.Transport() == netio.TCP || c.Transport() == netio.WS
	return plain && c.Listener().Proxied(c.Remote().Addr())
}

// OnPreface implements netio.PrefaceHandler.
func (e *Engine) OnPreface(c *netio.Conn, b []byte) (n int, more bool) {
	if !c.Listener().Proxied(c.Remote().Addr()) {
		return 0, false
	}
	var h proxyproto.Header
	n, err := proxyproto.Parse(b, &h)
	switch {
	case err == parser.ErrMore:
		return 0, true
	case err != parser.OK:
		e.stats.Inc(e.edge.linkIDs[link.CounterBadProxy])
		c.Close(errBadProxy)
		return 0, false
	case !e.from(c, &h):
		c.Close(errExpelled)
	}
	return n, false
}

var _ netio.PrefaceHandler = (*Engine)(nil)

// OnProxy implements link.ProxySink.
func (f *flow) OnProxy(_ *link.Link, h proxyproto.Header) {
	defer f.e.guardCallback()
	if !f.e.from(f.c, &h) {
		f.close(CauseLimit)
		return
	}
	f.begin()
}

// from makes c a connection of the client that the header names. It reports
// whether that may have one more.
func (e *Engine) from(c *netio.Conn, h *proxyproto.Header) bool {
	if h.Local {
		return true
	}
	others := c.SetRemote(h.Src)
	return e.edge.welcome(h.Src.Addr(), others, e.loop.Now()) == ""
}
