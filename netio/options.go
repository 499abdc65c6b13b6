package netio

import (
	"errors"
	"log/slog"
	"net/netip"
	"runtime"
	"time"

	"sluice/netio/stats"
	"sluice/netio/tlsio"
	"sluice/netio/wheel"
)

// Defaults of Options.
const (
	DefaultMaxConns      = 1 << 17
	DefaultMaxWriteQueue = 1 << 20
	DefaultWriteMemory   = 256 << 20
	DefaultMailboxSize   = 4096
	DefaultDialTimeout   = 5 * time.Second
	DefaultHandshake     = 10 * time.Second
	DefaultMaxDials      = 2048
	DefaultDialsPerAddr  = 512
	DefaultKeepAlive     = time.Minute

	maxLoops = 256 // eight bits of a ConnID
)

// Errors that netio gives to Handler.OnClose or returns.
var (
	ErrSlowReader   = errors.New("netio: peer reads too slowly: write queue is full")
	ErrStopped      = errors.New("netio: stopped")
	ErrTooManyConns = errors.New("netio: too many connections")
	ErrTooManyDials = errors.New("netio: too many connections are being opened")
	ErrBusyAddr     = errors.New("netio: too many connections are being opened to one address")
	ErrNotStream    = errors.New("netio: not a stream transport")
	ErrDraining     = errors.New("netio: draining, listeners no longer change")
)

// ListenerConfig is one address to listen on. An IPv6 address means IPv6 only; listen on both unspecified addresses for both.
type ListenerConfig struct {
	Transport Transport
	Addr      netip.AddrPort // port 0: the kernel chooses
	Advertise string         // host or host:port that peers should see; "": Addr
	Proxies   []netip.Prefix // load balancers, whose connections begin with a PROXY protocol header: before TLS, where there is TLS
	TLS       *tlsio.Config  // of a secure transport, which must have one; what changes under a name is taken over without a new listener

	// Of its sockets: the UDP sockets, connections that are accepted, and those that are opened in its name.
	ReceiveBuffer int // bytes; 0: as large as the kernel lets a UDP socket have it, up to 4 MiB; of a connection, as the kernel thinks best
	SendBuffer    int // the same
	DSCP          int // differentiated services code point of what is sent, 0 to 63 (RFC 2474)
}

// Options configure Open. The zero value of each field means its default.
type Options struct {
	Loops         int // 0: GOMAXPROCS
	Listeners     []ListenerConfig
	MaxConns      int           // stream connections of the process; the last places are kept for those that are dialled, and for whom Prefer names
	Admit         Admission     // who may connect, besides; nil: all
	MaxWriteQueue int           // bytes waiting to be written per connection; beyond it the peer is a slow reader and is closed
	MailboxSize   int           // mails waiting per loop, rounded up to a power of two
	DialTimeout   time.Duration // for a connection to be established
	MaxDials      int           // connections that are being established at a time
	DialsPerAddr  int           // the same to one address
	KeepAlive     time.Duration // silence after which TCP asks whether the peer is still there, and half of what it may leave unacknowledged; negative: never

	HandshakeTimeout time.Duration // for a TLS handshake, from the moment at which the connection is there
	HandshakeWorkers int           // of them that compute at a time, with clients and as many with servers; 0: one per core
	MaxHandshakes    int           // of them that are under way, once the peer has begun, counted in the same way; 0: tlsio.DefaultHandshakes

	// MaxWriteMemory bounds what waits to be written to all connections together, with what the handler keeps for them (Conn.Keeps); negative: no
	// bound. A source has an eighth of it at most, but MaxWriteQueue always, and one that Prefer names as much as there is.
	MaxWriteMemory int

	// Prefer tells for whom places are kept, and to whom no limit of a source applies; nil: nobody. Any goroutine may call it.
	Prefer func(peer netip.Addr) bool

	Logger *slog.Logger
	Stats  *stats.Registry
	Tick   time.Duration // of the timer wheels
}

func (o Options) withDefaults() Options {
	if o.Loops <= 0 {
		o.Loops = runtime.GOMAXPROCS(0)
	}
	o.Loops = min(o.Loops, maxLoops)
	if o.MaxConns <= 0 {
		o.MaxConns = DefaultMaxConns
	}
	if o.MaxWriteQueue <= 0 {
		o.MaxWriteQueue = DefaultMaxWriteQueue
	}
	if o.MaxWriteMemory == 0 {
		o.MaxWriteMemory = DefaultWriteMemory
	}
	if o.MailboxSize <= 0 {
		o.MailboxSize = DefaultMailboxSize
	}
	if o.DialTimeout <= 0 {
		o.DialTimeout = DefaultDialTimeout
	}
	if o.MaxDials <= 0 {
		o.MaxDials = DefaultMaxDials
	}
	if o.DialsPerAddr <= 0 {
		o.DialsPerAddr = DefaultDialsPerAddr
	}
	if o.KeepAlive == 0 {
		o.KeepAlive = DefaultKeepAlive
	}
	if o.HandshakeTimeout <= 0 {
		o.HandshakeTimeout = DefaultHandshake
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Stats == nil {
		o.Stats = stats.New()
	}
	if o.Tick <= 0 {
		o.Tick = wheel.DefaultTick
	}
	return o
}

// handshakes are the bounds of TLS handshakes. A peer like us may send right behind its own what it has queued before.
func (o Options) handshakes() tlsio.Limits {
	return tlsio.Limits{Workers: o.HandshakeWorkers, Handshakes: o.MaxHandshakes, Ahead: o.MaxWriteQueue}
}
