package pipeline

import "sluice/netio"

// OnPeerCert implements netio.PeerCertHandler: the stages judge the peer of a
// TLS handshake, in chain order, before the connection opens. Stages see
// OnOpen and OnClose only of a connection that none of them refused.
func (e *Engine) OnPeerCert(c *netio.Conn, pc *netio.PeerCert) (ok bool) {
	defer e.guardCallback() // a stage that panics has let nobody in
	if c.Link == nil {
		e.openFlow(c)
	}
	for _, h := range e.chain.peerCert {
		if h.handler.OnPeerCert(c, pc) == Drop {
			return false
		}
	}
	c.Link.(*flow).prove(pc)
	return true
}

var _ netio.PeerCertHandler = (*Engine)(nil)
