package config

import "time"

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
	warnings []string
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

	// Name is what responses that the server makes itself carry in their Server
	// header field (RFC 3261 §20.35): product tokens, each with or without a
	// version, a space between. Empty leaves the header field out.
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

	// MaxConnections is the number of stream connections that the process has
	// at once, accepted and dialled; one more is closed as soon as it is there.
	MaxConnections int `toml:"max_connections" default:"65536" min:"1" max:"16777215"`

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
	// peer does not read; beyond, it is closed.
	MaxWriteQueue int `toml:"max_write_queue" default:"1048576" min:"65536" max:"268435456"`

	// ConnectTimeout is how long a connection that the server opens may take.
	ConnectTimeout time.Duration `toml:"connect_timeout" default:"5s" min:"100ms" max:"60s"`

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
	// NAT, or for a listener on every address (0.0.0.0 or [::]), which needs it.
	Advertise string `toml:"advertise" format:"hostport"`

	// TLS names the section [tls.NAME] of a tls or wss listener; left out it is
	// [tls.default].
	TLS string `toml:"tls"`
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
	at, key := c.root.locate("", path)
	return &Error{c.File, at.line, at.column, key, reason}
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
