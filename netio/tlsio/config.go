package tlsio

import (
	"crypto/tls"
	"crypto/x509"
	"sync/atomic"
	"time"
)

// ClientAuth is what a server wants of a client's certificate.
type ClientAuth uint8

// The values of ClientAuth.
const (
	ClientNone    ClientAuth = iota // not asked for
	ClientRequest                   // asked for; none, or a bad one, will do and is told
	ClientRequire                   // there must be one; a bad one will do and is told
	ClientVerify                    // there must be a good one
)

// Config is a set of certificates and the rules for handshakes. It does not change once it is used.
type Config struct {
	Name         string            // by which it is known; what changes under a name is one Context
	Certificates []tls.Certificate // of ours; a server needs one, and the first serves those who ask for no name that we have
	Roots        *x509.CertPool    // who vouches for peers; nil: the system's
	ClientAuth   ClientAuth
	TrustServers bool   // as a client: go on with a server that could not be verified, and tell
	MinVersion   uint16 // at least tls.VersionTLS12, which 0 means
	MaxVersion   uint16 // 0: the highest that there is

	Time func() time.Time // by which certificates and sessions are valid; nil: time.Now
}

// clientSessions is how many sessions with servers are remembered, to be resumed.
const clientSessions = 1024

// serverAuth is what is wanted of a server's certificate, as ClientAuth is of a client's.
func (c *Config) serverAuth() ClientAuth {
	if c.TrustServers {
		return ClientNone
	}
	return ClientVerify
}

// Context is a Config that can be replaced while connections live. All goroutines may use it.
type Context struct {
	server  *tls.Config // for good: it holds the keys of session tickets, and renews them daily
	current atomic.Pointer[compiled]
}

// compiled is a Config as crypto/tls wants it.
type compiled struct {
	*Config
	server, client   *tls.Config
	clients, servers rules
}

func (n *compiled) now() time.Time {
	if n.Time != nil {
		return n.Time()
	}
	return time.Now()
}

// NewContext makes a Context.
func NewContext(c *Config) *Context {
	x := &Context{}
	x.server = &tls.Config{
		MinVersion:         tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return x.current.Load().server, nil },
	}
	x.Update(c)
	return x
}

// Update makes c what handshakes go by from now on. Connections stay as they are; what PeerCert.GoodFor tells of them goes by c. A session of
// before is resumed only if c wants the same certificates of clients, by the same authorities; our own sessions with servers are not.
func (x *Context) Update(c *Config) {
	old := x.current.Load()
	if old == nil {
		old = &compiled{}
	}
	if old.Config == c {
		return
	}
	n := &compiled{Config: c, clients: old.clients.next(c.ClientAuth, c.Roots), servers: old.servers.next(c.serverAuth(), c.Roots)}
	n.server = &tls.Config{
		MinVersion: max(c.MinVersion, tls.VersionTLS12),
		MaxVersion: c.MaxVersion,
		ClientCAs:  c.Roots,
		ClientAuth: [...]tls.ClientAuthType{tls.NoClientCert, tls.RequestClientCert, tls.RequireAnyClientCert, tls.RequireAnyClientCert}[c.ClientAuth],
		// What we send is whole messages, in as few records as they fit in.
		DynamicRecordSizingDisabled: true,
		WrapSession:                 n.wrapSession(x.server),
		UnwrapSession:               n.unwrapSession(x.server),
		Time:                        c.Time,
	}
	if offers := newOffers(c.Certificates); len(offers) > 0 {
		n.server.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) { return choose(offers, hello), nil }
	}
	if c.ClientAuth == ClientVerify {
		n.server.VerifyConnection = func(cs tls.ConnectionState) error {
			_, err := verifyChain(cs.PeerCertificates, c.Roots, n.now())
			return refusal(err)
		}
	}
	n.client = &tls.Config{
		Certificates:                c.Certificates,
		MinVersion:                  n.server.MinVersion,
		MaxVersion:                  c.MaxVersion,
		ClientSessionCache:          tls.NewLRUClientSessionCache(clientSessions),
		InsecureSkipVerify:          true, // dialConfig verifies by the rules of SIP
		DynamicRecordSizingDisabled: true,
		Time:                        c.Time,
	}
	x.current.Store(n)
}

// client judges a client.
func (x *Context) client(cs *tls.ConnectionState) *PeerCert {
	n := x.current.Load()
	p := &proof{context: x, at: n.now()}
	until, err := verifyChain(cs.PeerCertificates, n.Roots, p.at)
	p.conclude(&n.clients, until, err)
	pc := newPeerCert(cs, err)
	pc.proof = p
	return pc
}

// dialConfig is the configuration for a connection to the server name, and what tells about that server once the handshake is done.
func (x *Context) dialConfig(name string) (*tls.Config, func(*tls.ConnectionState) *PeerCert) {
	n := x.current.Load()
	config := n.client.Clone()
	config.ServerName = normalHost(name)
	p := &proof{context: x, server: config.ServerName}
	var verified error
	config.VerifyConnection = func(cs tls.ConnectionState) error {
		p.at = n.now()
		var until time.Time
		until, verified = verifyServer(cs.PeerCertificates, n.Roots, p.at, p.server)
		if n.TrustServers {
			p.conclude(&n.servers, endless, nil)
			return nil
		}
		p.conclude(&n.servers, until, verified)
		return refusal(verified)
	}
	return config, func(cs *tls.ConnectionState) *PeerCert {
		pc := newPeerCert(cs, verified)
		pc.Dialled, pc.proof = true, p
		return pc
	}
}

// Retire says that x is in use no more: nobody whom it has verified counts as that any longer.
func (x *Context) Retire() {
	n := *x.current.Load()
	n.clients, n.servers = n.clients.end(), n.servers.end()
	x.current.Store(&n)
}
