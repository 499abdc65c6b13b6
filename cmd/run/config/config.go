package config

import (
	"net/netip"
	"slices"
	"time"
)

// Config is sluice.toml.
type Config struct {
	// File is the name that the configuration was read from.
	File string

	// Server is the process as a whole.
	Server Server `toml:"server"`

	// Listen are the addresses to serve, at least one.
	Listen []Listen `toml:"listen"`

	// TLS are the certificates of secure listeners, and the rules for their
	// peers, by name.
	TLS map[string]TLS `toml:"tls"`

	// WebSocket is what is only for ws and wss.
	WebSocket WebSocket `toml:"websocket"`

	// Proxy are the profiles that requests are forwarded with. Every profile
	// starts from default_proxy. The profiles default_proxy, proxy_in_dialog,
	// proxy_to_users and proxy_out are always there.
	Proxy map[string]Proxy `toml:"proxy" base:"default_proxy"`

	// Pipeline is the chain of stages.
	Pipeline Pipeline `toml:"pipeline"`

	// Stage are the settings of the stages, each in its own schema. Only a
	// stage of the pipeline may have a section.
	Stage map[string]Section `toml:"stage"`

	// Admin is how operators reach the running server.
	Admin Admin `toml:"admin"`

	// Log is what is logged and where to.
	Log Log `toml:"log"`

	root     *node
	warnings []*Error
}

// Server is [server].
type Server struct {
	// Loops is the number of event loops, each with its own share of the
	// connections and transactions; 0 is one per core. A reload does not
	// change it.
	Loops int `toml:"loops" default:"0" min:"0" max:"256"`

	// Domains are the hosts for which this server is responsible, besides the
	// addresses of its listeners and the names that they advertise: host names,
	// or IP addresses with IPv6 in brackets.
	Domains []string `toml:"domains" format:"domain"`

	// User is the user that the server becomes, by name or number, as soon as its
	// listeners are bound and its files are read; it has to be started as root for
	// that. Empty stays who has started it. A reload reads files and binds ports as
	// this user, and does not change it.
	User string `toml:"user"`

	// Group is the group, by name or number; left out it is that of the user.
	Group string `toml:"group"`

	// Name is what responses that the server makes itself carry in their Server
	// header field (RFC 3261 §20.35), and HTTP answers in theirs: product tokens,
	// each with or without a version, a space between. Empty leaves the header
	// field out.
	Name string `toml:"name" default:"sluice"`

	// Secret signs the tokens that Sluice writes into Record-Route and the
	// branches of its Via header fields: at least 32 characters that nobody can
	// guess. Servers that shall know each other's have the same. Empty is a
	// random one at every start, and then the routes of calls that are up end
	// with the process. A reload does not change it.
	Secret string `toml:"secret"`

	// MaxMessageSize is the size in bytes of the largest SIP message that is
	// taken; a larger one is answered 513 or, in a WebSocket, closed with 1009.
	MaxMessageSize int `toml:"max_message_size" default:"65535" min:"1024" max:"65535"`

	// MaxHeadSize is the size in bytes of its start line and header fields, and
	// never more than MaxMessageSize; a message with larger ones is answered 513,
	// and a WebSocket on which it came is closed with 1009.
	MaxHeadSize int `toml:"max_head_size" default:"32768" min:"1024" max:"65535"`

	// MaxBodySize is the same for the body.
	MaxBodySize int `toml:"max_body_size" default:"65535" min:"1024" max:"65535"`

	// MaxConnections is the number of stream connections that the process has
	// at once, accepted and dialled; one more is closed as soon as it is there.
	MaxConnections int `toml:"max_connections" default:"65536" min:"1" max:"16777215"`

	// MaxConnectionsPerSource is the number of connections that one source has at
	// once, of those that the server has accepted; one more is closed as soon as
	// it is there. A source is an IPv4 address, or the /64 of an IPv6 address.
	// The default leaves room for the users behind one address of a carrier's NAT;
	// 0 is no limit.
	MaxConnectionsPerSource int `toml:"max_connections_per_source" default:"1024" min:"0" max:"16777215"`

	// MaxMessagesPerSource is the number of SIP messages, of any transport, and
	// STUN requests that one source may send in a second. A request beyond is
	// answered 503, unless it belongs to what has begun; what is no use is
	// dropped. 0 is no limit.
	MaxMessagesPerSource int `toml:"max_messages_per_source" default:"0" min:"0" max:"1000000"`

	// BanAfter is how often a source may exceed its limits within 10 s before it is
	// banned: its datagrams are dropped unread, its connections closed. 0 bans
	// nobody: who can forge the source of a datagram can have others banned.
	BanAfter int `toml:"ban_after" default:"0" min:"0" max:"1000000"`

	// BanTime is how long a ban lasts.
	BanTime time.Duration `toml:"ban_time" default:"60s" min:"1s" max:"24h"`

	// UnlimitedSources are addresses and prefixes to which none of the limits per
	// source applies, such as those of trunks, and which are never banned.
	UnlimitedSources []netip.Prefix `toml:"unlimited_sources"`

	// MaxTransactions is the number of server transactions that the process has
	// at once, in equal shares for the loops; a request beyond is answered 503.
	MaxTransactions int `toml:"max_transactions" default:"1000000" min:"1" max:"16777215"`

	// MaxParked is the number of requests, branches and handshakes that wait for
	// something outside of their loop, in equal shares for the loops; a request
	// or handshake that would have to wait beyond that is answered 503.
	MaxParked int `toml:"max_parked" default:"65536" min:"1" max:"16777215"`

	// ParkTimeout is how long one of them waits before it goes on without.
	ParkTimeout time.Duration `toml:"park_timeout" default:"10s" min:"100ms" max:"5m"`

	// MaxWriteQueue is the number of bytes that wait for a connection whose
	// peer does not read; beyond, it is closed. A TLS peer may send as many right
	// behind its handshake, before the server is done with that; all such together
	// 64 MiB.
	MaxWriteQueue int `toml:"max_write_queue" default:"1048576" min:"65536" max:"268435456"`

	// MaxWriteMemory is the number of bytes that wait for all connections together,
	// with the answers kept for peers that have ended their sending. A source has an
	// eighth of it at most, or MaxWriteQueue if that is more; beyond, those of its
	// connections are closed that have their average or more waiting. Beyond the whole,
	// this happens to the sources that have most.
	// 0 is no limit, neither for all nor for a source; else it is not less than
	// MaxWriteQueue.
	MaxWriteMemory int `toml:"max_write_memory" default:"268435456" min:"0" max:"1099511627776"`

	// ConnectTimeout is how long a connection that the server opens may take.
	ConnectTimeout time.Duration `toml:"connect_timeout" default:"5s" min:"100ms" max:"60s"`

	// MaxConnecting is the number of connections that the server is opening at
	// once; one more fails, as one does that is refused.
	MaxConnecting int `toml:"max_connecting" default:"2048" min:"1" max:"65536"`

	// MaxConnectingPerAddress is the same for one IP address, so that one that does
	// not answer leaves room for others.
	MaxConnectingPerAddress int `toml:"max_connecting_per_address" default:"512" min:"1" max:"65536"`

	// TCPKeepAlive is how long a connection is silent before TCP asks whether the
	// peer is still there, and after that four times as often. A peer that does not
	// answer, or acknowledges nothing of what it is sent, for twice as long is gone.
	// "0s" never asks.
	TCPKeepAlive time.Duration `toml:"tcp_keepalive" default:"60s" min:"0s" max:"2h"`

	// TLSHandshakeTimeout is how long a TLS handshake may take, on either side.
	TLSHandshakeTimeout time.Duration `toml:"tls_handshake_timeout" default:"10s" min:"100ms" max:"5m"`

	// MaxTLSHandshakes is the number of TLS handshakes under way at once with
	// clients, and as many with servers that the server connects to. When there are
	// more, the one that has waited longest for its peer has to go, or, if that is
	// less than a second, the new one. A source that has more than an eighth gives
	// way to others at once.
	MaxTLSHandshakes int `toml:"max_tls_handshakes" default:"4096" min:"1" max:"1048576"`

	// HeadTimeout is how long a client that has connected may take for its PROXY
	// protocol header and, with ws and wss, its HTTP request.
	HeadTimeout time.Duration `toml:"head_timeout" default:"10s" min:"100ms" max:"5m"`

	// MessageTimeout is how long a peer may take for a SIP message, a WebSocket
	// frame or a TLS record that it has begun to send.
	MessageTimeout time.Duration `toml:"message_timeout" default:"20s" min:"1s" max:"10m"`

	// IdleTimeoutIn is how long a connection that the server has accepted may be
	// silent while no transaction waits; "0s" is for ever. Keep-alives count.
	IdleTimeoutIn time.Duration `toml:"idle_timeout_in" default:"2h" min:"0s" max:"168h"`

	// IdleTimeoutOut is the same for connections that the server has opened.
	IdleTimeoutOut time.Duration `toml:"idle_timeout_out" default:"10m" min:"0s" max:"168h"`

	// CRLFKeepAlive is how long a connection that the server has opened may be
	// silent before it sends a double CRLF (RFC 5626 §4.4.1). The peer has 10 s to
	// send anything, then the connection is closed: not every server answers.
	// "0s" sends none.
	CRLFKeepAlive time.Duration `toml:"crlf_keepalive" default:"0s" min:"0s" max:"1h"`

	// Keep is how often clients that offer to send keep-alives (RFC 6223) are asked
	// to; "0s" does not answer the offer.
	Keep time.Duration `toml:"keep" default:"0s" min:"0s" max:"1h"`

	// AcceptAliases has requests go to a tls client over the connection that it has
	// opened, when its Via offers that (alias, RFC 5923) and its certificate is good.
	// They are those to the address of the client, at the port in its Via, whose URI
	// has a host that the certificate is for.
	AcceptAliases bool `toml:"accept_aliases" default:"true"`

	// OfferAlias puts alias into the Via of requests on tls connections that the
	// server has opened: the other side may send its requests there too, if it
	// takes our certificate.
	OfferAlias bool `toml:"offer_alias" default:"false"`

	// DrainTimeout is how long a stop waits for transactions in progress; "0s"
	// does not wait.
	DrainTimeout time.Duration `toml:"drain_timeout" default:"30s" min:"0s" max:"1h"`
}

// Listen is one [[listen]].
type Listen struct {
	// URL is transport, address and port: "udp://192.0.2.1:5060". Transports
	// are udp, tcp, tls, ws and wss (RFC 7118). The address is an IP address,
	// IPv6 in brackets; port 0 lets the system choose.
	URL URL `toml:"url" required:"true"`

	// Advertise is the host, or host:port, by which peers reach this listener,
	// for Via, Record-Route and Path, when that is not the address of url: behind
	// NAT. A listener on every address (0.0.0.0 or [::]) that advertises nothing
	// tells each peer the address that the peer has sent to or, when we speak first,
	// the one at which the route to the peer begins.
	Advertise string `toml:"advertise" format:"hostport"`

	// ProxyProtocol are the addresses and prefixes of load balancers in front of
	// this listener: a connection from there must begin with a PROXY protocol
	// header, version 1 or 2, before TLS if it has that, and the client that it
	// names counts as the source everywhere. Connections from elsewhere are what
	// they seem to be.
	ProxyProtocol []netip.Prefix `toml:"proxy_protocol"`

	// TLS names the section [tls.NAME] of a tls or wss listener; left out it is
	// [tls.default].
	TLS string `toml:"tls"`

	// ReceiveBuffer is the size in bytes of the kernel's buffer (SO_RCVBUF) for each
	// UDP socket of this listener, or for each connection that it accepts or that is
	// opened in its name. 0 is 4 MiB for UDP, as far as the kernel allows, and what
	// the kernel thinks best for connections.
	ReceiveBuffer int `toml:"receive_buffer" default:"0" min:"0" max:"268435456"`

	// SendBuffer is the same for what is sent (SO_SNDBUF).
	SendBuffer int `toml:"send_buffer" default:"0" min:"0" max:"268435456"`

	// DSCP is the differentiated services code point of all packets that are sent
	// (RFC 2474); RFC 4594 §4.2 gives signalling CS5, which is 40.
	DSCP int `toml:"dscp" default:"0" min:"0" max:"63"`
}

// WebSocket is [websocket].
type WebSocket struct {
	// KeepAliveMechanism is what clients are sent that are silent: a Ping, which
	// they have to answer, a Pong, or nothing (RFC 6455 §5.5.2, §5.5.3).
	KeepAliveMechanism string `toml:"keepalive_mechanism" default:"ping" enum:"none|ping|pong"`

	// KeepAliveTimeout is how long they are silent before that. A client that does
	// not answer a Ping in the same time, or in 30 s if that is less, is closed.
	KeepAliveTimeout time.Duration `toml:"keepalive_timeout" default:"180s" min:"1s" max:"1h"`

	// KeepAliveApplicationData is what stands in these frames, 125 bytes at most;
	// left out, the name of the server.
	KeepAliveApplicationData string `toml:"keepalive_application_data"`

	// MaxHeadSize is the size in bytes of the largest HTTP request that is taken;
	// a larger one is answered 431.
	MaxHeadSize int `toml:"max_head_size" default:"16384" min:"1024" max:"65535"`

	// MaxHandshakes is the number of handshakes in a second; one more is answered
	// 503. 0 is no limit.
	MaxHandshakes int `toml:"max_handshakes" default:"0" min:"0" max:"1000000"`

	// MaxHandshakesPerSource is the same for one source.
	MaxHandshakesPerSource int `toml:"max_handshakes_per_source" default:"0" min:"0" max:"1000000"`

	// Hosts are the names by which clients may know the server, in Host or in an
	// absolute request target: host names or IP addresses with IPv6 in brackets,
	// with a port for that port alone. A handshake for another one is answered
	// 403. An empty list stands for any.
	Hosts []string `toml:"hosts" format:"hostport"`

	// Paths are the paths of the request target, without query, that are served;
	// another one is answered 404. An empty list stands for any.
	Paths []string `toml:"paths" format:"path"`

	// Origins are the origins (RFC 6454) of the pages that may connect, such as
	// "https://example.com", or "null"; a browser that shows another one is
	// answered 403. An empty list stands for any. What is no browser sends no
	// Origin, and is let in.
	Origins []string `toml:"origins" format:"origin"`
}

// Proxy is one [proxy.NAME].
type Proxy struct {
	// DoRecordRouting adds Record-Route to a request that begins a dialog, and
	// Path to a REGISTER.
	DoRecordRouting bool `toml:"do_record_routing" default:"true"`

	// RecordRouteAll adds Record-Route to every request, also inside a dialog.
	// It needs do_record_routing.
	RecordRouteAll bool `toml:"record_route_all" default:"false"`

	// TimerB is how long an INVITE waits for its first response
	// (RFC 3261 §17.1.1.2).
	TimerB time.Duration `toml:"timer_B" default:"32s" min:"2s" max:"64s"`

	// TimerC is how long an INVITE that has had a provisional response waits
	// for the next one, or for its final one (RFC 3261 §16.6 item 11, §16.7
	// item 2). RFC 3261 wants more than three minutes; less will do, because a
	// callee that takes longer has to send a provisional response every minute
	// (§13.3.1.1), and each restarts the timer.
	TimerC time.Duration `toml:"timer_C" default:"120s" min:"8s" max:"180s"`

	// TimerF is how long any other request waits for its final response
	// (RFC 3261 §17.1.2.2).
	TimerF time.Duration `toml:"timer_F" default:"32s" min:"2s" max:"64s"`

	// TimerT1 is the estimate of the round-trip time that retransmissions begin
	// with (RFC 3261 §17.1.1.1). Timers D, H, J, L and M are 64 times as long.
	TimerT1 time.Duration `toml:"timer_T1" default:"500ms" min:"100ms" max:"4s"`

	// TimerT2 is the longest interval between retransmissions (RFC 3261
	// §17.1.2.2).
	TimerT2 time.Duration `toml:"timer_T2" default:"4s" min:"1s" max:"32s"`

	// TimerT4 is the longest life of a message in the network (RFC 3261
	// §17.1.2.2).
	TimerT4 time.Duration `toml:"timer_T4" default:"5s" min:"0s" max:"32s"`

	// SerialForking tries targets of equal q one after the other. Without it
	// they are tried at the same time, and those of lower q after them (RFC
	// 3261 §16.6).
	SerialForking bool `toml:"serial_forking" default:"false"`

	// RecurseOnRedirect tries the contacts of a 3xx instead of passing it on
	// (RFC 3261 §16.7 item 4). Whoever is called then decides where the call
	// goes.
	RecurseOnRedirect bool `toml:"recurse_on_redirect" default:"false"`

	// DNSFailoverOn503 tries the next address after a 503 (RFC 3263 §4.3).
	// With no other address left, or without this, the client gets 500.
	DNSFailoverOn503 bool `toml:"dns_failover_on_503" default:"true"`

	// UseBlacklist has addresses that did not answer, or not by TCP, passed over
	// for a time when there are others to try.
	UseBlacklist bool `toml:"use_blacklist" default:"true"`

	// BlacklistTime is how long an address stays on the blacklist that
	// use_blacklist put there.
	BlacklistTime time.Duration `toml:"blacklist_time" default:"10s" min:"2s" max:"600s"`

	// UDPMTU is the size of a packet on the way to UDP peers: a request that
	// comes within 200 bytes of it goes over TCP, and over UDP only if the peer
	// refuses that (RFC 3261 §18.1.1). 0 sends everything over UDP.
	UDPMTU int `toml:"udp_mtu" default:"1500" min:"0" max:"65535"`
}

// Pipeline is [pipeline].
type Pipeline struct {
	// Stages are the stages that a request passes, in this order, a response in
	// the reverse order.
	Stages []string `toml:"stages" default:"sanity, max-forwards, loose-route, registrar, route, target"`
}

// Admin is [admin].
type Admin struct {
	// HTTP is address and port for metrics, health and readiness. There is no
	// authentication: keep it on loopback or behind something that has. "off"
	// or "" is none, and comes out as "".
	HTTP string `toml:"http" default:"127.0.0.1:8088" format:"addrport"`
}

// Log is [log].
type Log struct {
	// Level is the least severe level that is logged.
	Level string `toml:"level" default:"info" enum:"debug|info|warn|error"`

	// Format is text (key=value) or json, one object per line.
	Format string `toml:"format" default:"text" enum:"text|json"`

	// Output is where the log goes.
	Output string `toml:"output" default:"stderr" enum:"stderr|syslog"`
}

// Settings returns the section of a stage, an empty one if the file has none.
func (c *Config) Settings(stage string) Section {
	if s, ok := c.Stage[stage]; ok {
		return s
	}
	return Section{file: c.File, path: join("stage", stage), known: c.known}
}

// Fault returns an [Error] for something that was found wrong after decoding,
// such as an address that cannot be bound. The path leads to the key: names,
// and indices of lists, as in Fault("address in use", "listen", 1, "url").
func (c *Config) Fault(reason string, path ...any) error {
	return c.fault(reason, path)
}

func (c *Config) fault(reason string, path []any) *Error {
	at, key := c.root.locate("", path)
	return &Error{c.File, at.line, at.column, key, reason}
}

// Warnings are what is not wrong and still should not be, in the order of the
// file.
func (c *Config) Warnings() []*Error {
	list := slices.Clone(c.warnings)
	slices.SortStableFunc(list, inFile)
	return list
}

func (c *Config) warn(reason string, path ...any) {
	c.warnings = append(c.warnings, c.fault(reason, path))
}

// known tells ref tags which names there are.
func (c *Config) known(section, name string) bool {
	switch section {
	case "proxy":
		_, ok := c.Proxy[name]
		return ok
	}
	panic("config: no section for ref tag " + section)
}
