package pipeline

import (
	"net/netip"
	"time"

	"sluice/netio"
)

// DefaultProfile is the proxy profile that everything starts from.
const DefaultProfile = "default_proxy"

// A Profile is a set of proxy parameters, [proxy.NAME] in the configuration,
// with the names that OverSIP gave them.
type Profile struct {
	Name              string
	DoRecordRouting   bool          // do_record_routing: on requests that may form a dialog
	RecordRouteAll    bool          // record_route_all: on every request
	TimerB            time.Duration // timer_B: INVITE, until the first response
	TimerC            time.Duration // timer_C: INVITE, until the final response
	TimerF            time.Duration // timer_F: other methods, until the final response
	T1                time.Duration // timer_T1: round-trip time that retransmissions begin with; 0: 500 ms
	T2                time.Duration // timer_T2: longest interval between retransmissions; 0: 4 s
	T4                time.Duration // timer_T4: longest life of a message in the network; 0: 5 s
	SerialForking     bool          // hops of equal q are tried one after the other too
	RecurseOnRedirect bool          // a 3xx is not passed on while its contacts can be tried
	NoFailoverOn503   bool          // a 503 is not taken as a reason to try the next address
	UseBlacklist      bool          // addresses that failed are passed over for BlacklistTime
	BlacklistTime     time.Duration // 2 s to 600 s
	UDPMTU            int           // requests over UDP that come within 200 bytes of it go over TCP; 0: never
}

// A Hop is a place to send a request to, before it has an address: the target
// of one branch (RFC 3261 §16.5). Its bytes must live as long as the exchange:
// those of the request do, and so does what is never changed.
type Hop struct {
	RequestURI []byte          // takes the place of the Request-URI; nil keeps it
	Route      []byte          // goes on top as Route (a Path; RFC 3327 §5.3); nil for none
	Next       []byte          // the URI that RFC 3263 is applied to; nil: the top Route, else the Request-URI
	Flow       netio.ConnID    // the connection to use; 0 for none
	Transport  netio.Transport // of Flow
	FlowOnly   bool            // there is no other way: a WebSocket client (RFC 7118 §5)
	Q          uint16          // preference in thousandths; equal ones are tried in parallel (RFC 3261 §16.6)
	Fallback   bool            // another way to where the hop before it leads: for when that fails (RFC 5626 §5.3)

	begun bool // a branch has it
}

// A Target is one attempt: an address, or a connection.
type Target struct {
	Transport netio.Transport
	Addr      netip.AddrPort
	Flow      netio.ConnID // 0: by address
}
