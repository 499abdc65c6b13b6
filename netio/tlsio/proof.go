package tlsio

import (
	"crypto/tls"
	"crypto/x509"
	"math"
	"sync/atomic"
	"time"
)

// A proof is by which Context a peer was judged, as whom, and when. What came of it is judged anew, by the chain of then, after each change of
// the rules; in between it counts until the chain stops being valid.
type proof struct {
	context *Context
	server  string    // whom we meant to reach
	at      time.Time // of the handshake
	verdict atomic.Pointer[verdict]
}

// A verdict is how long after the handshake a proof is good, by the rules of a number.
type verdict struct {
	number uint64
	good   time.Duration
}

// forever is how long a proof is good whose end is not known.
const forever = time.Duration(math.MaxInt64)

// GoodFor tells how long after the handshake the peer counts as verified, 0 for not at all, where the handshake was that much time ago. It
// computes only when the authorities or the rules of its Context have changed since it was last asked. Of what is no result of a handshake
// Verified is all that there is to tell. Any goroutine may call it.
func (pc *PeerCert) GoodFor(elapsed time.Duration) time.Duration {
	p := pc.proof
	switch {
	case p != nil:
	case pc.Verified == nil:
		return forever
	default:
		return 0
	}
	n := p.context.current.Load()
	r := &n.clients
	if pc.Dialled {
		r = &n.servers
	}
	v := p.verdict.Load()
	if v.number != r.number {
		until, err := r.judge(pc.Dialled, pc.Chain, p.server, p.at.Add(elapsed))
		v = p.conclude(r, until, err)
	}
	return v.good
}

// judge tells until when a peer is good, at a time; who is not has an error.
func (r *rules) judge(server bool, chain []*x509.Certificate, name string, at time.Time) (time.Time, error) {
	switch {
	case r.void, r.auth == ClientNone && !server:
		return time.Time{}, ErrNotVerified // they were asked for no certificate, or would not be
	case r.auth == ClientNone:
		return endless, nil
	case server:
		return verifyServer(chain, r.roots, at, name)
	}
	return verifyChain(chain, r.roots, at)
}

// conclude keeps what was found by rules.
func (p *proof) conclude(r *rules, until time.Time, err error) *verdict {
	v := &verdict{number: r.number}
	if err == nil && !r.void {
		v.good = max(until.Sub(p.at), 0)
	}
	p.verdict.Store(v)
	return v
}

// JudgeClient judges a client by the certificates that it has shown, as at the end of a handshake.
func (x *Context) JudgeClient(chain []*x509.Certificate) *PeerCert {
	return x.client(&tls.ConnectionState{PeerCertificates: chain})
}

// JudgeServer judges the server name by the certificates that it has shown, as at the end of a handshake.
func (x *Context) JudgeServer(chain []*x509.Certificate, name string) *PeerCert {
	cs := tls.ConnectionState{PeerCertificates: chain}
	config, peer := x.dialConfig(name)
	_ = config.VerifyConnection(cs) // peer tells
	return peer(&cs)
}
