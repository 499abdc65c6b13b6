package pipeline

import "sluice/parser/sip"

// A Cause says why a branch or a connection ended without the peer's word.
type Cause uint8

const (
	CauseNone                   Cause = iota
	CauseClientTimeout                // Timer B or F: no response at all (RFC 3261 §17.1)
	CauseInviteTimeout                // Timer C: no final response (RFC 3261 §16.8)
	CauseConnectionError              // the transport could not carry the request
	CauseFlowFailed                   // the flow it had to use is gone (RFC 5626 §5.3)
	CauseNoDNSResolution              // the name has no usable records
	CauseUnsupportedURIScheme         // neither sip nor sips
	CauseUnsupportedTransport         // no listener of ours speaks it
	CauseNoIPv4                       // the target is IPv4 and we are not
	CauseNoIPv6                       // the target is IPv6 and we are not
	CauseNoDNS                        // the target is a name and resolution is off
	CauseDestinationAborted           // a stage aborted the routing
	CauseDestinationBlacklisted       // a stage has it passed over
	CauseTLSValidationFailed          // the peer's certificate is not that of the domain (RFC 5922 §7.2)
	CauseNoResources                  // we could not open a connection: descriptors, ports, a limit
	CauseDestinationMyself            // it leads back to us, and we do not know the user
	CauseSIPSNotAllowed               // a SIPS URI, and the way to it has no TLS (RFC 5630 §5.3)
	CauseTooLarge                     // the request does not fit into a datagram
	CausePeerClosed                   // a connection: closed by the peer
	CauseLocalClosed                  // a connection: closed by us
	CauseTooSlow                      // a connection: what its peer had begun was not complete in time
	CauseIdle                         // a connection: nothing came, and nobody waited for anything
	CauseKeepAliveTimeout             // a connection: its peer did not answer a keep-alive
	CauseLimit                        // a connection: its source exceeds a limit, or is banned
	numCauses
)

var causeNames = [numCauses]string{
	"none", "client_timeout", "invite_timeout", "connection_error", "flow_failed", "no_dns_resolution",
	"unsupported_uri_scheme", "unsupported_transport", "no_ipv4", "no_ipv6", "no_dns", "destination_aborted",
	"destination_blacklisted", "tls_validation_failed", "no_resources", "destination_myself", "sips_not_allowed", "too_large",
	"peer_closed", "local_closed", "too_slow", "idle", "keepalive_timeout", "limit",
}

var causeReplies = [numCauses]sip.Reply{
	CauseClientTimeout:          {Status: 408, Reason: "Client Timeout"},
	CauseInviteTimeout:          {Status: 408, Reason: "INVITE Timeout"},
	CauseConnectionError:        {Status: 500, Reason: "Connection Error"},
	CauseFlowFailed:             {Status: 430, Reason: "Flow Failed"},
	CauseNoDNSResolution:        {Status: 404, Reason: "No DNS Resolution"},
	CauseUnsupportedURIScheme:   {Status: 416, Reason: "Unsupported URI scheme"},
	CauseUnsupportedTransport:   {Status: 478, Reason: "Unsupported transport"},
	CauseNoIPv4:                 {Status: 478, Reason: "Destination Requires Unsupported IPv4"},
	CauseNoIPv6:                 {Status: 478, Reason: "Destination Requires Unsupported IPv6"},
	CauseNoDNS:                  {Status: 478, Reason: "Destination Requires Unsupported DNS Resolution"},
	CauseDestinationAborted:     {Status: 403, Reason: "Destination Aborted"},
	CauseDestinationBlacklisted: {Status: 403, Reason: "Destination Blacklisted"},
	CauseTLSValidationFailed:    {Status: 500, Reason: "TLS Validation Failed"},
	CauseNoResources:            {Status: 500, Reason: "Connection Error"},
	CauseDestinationMyself:      {Status: 404, Reason: "Not Found"},
	CauseSIPSNotAllowed:         sip.TemporarilyUnavailable.WithHeaders("Warning: 380 sluice \"SIPS Not Allowed\"\r\n"),
	CauseTooLarge:               {Status: 513, Reason: "Message Too Large"},
}

// String returns the name that logs and counters use.
func (c Cause) String() string {
	if c >= numCauses {
		return "unknown"
	}
	return causeNames[c]
}

// Reply returns what the client is answered when nothing better came of the
// request, 500 for a cause that belongs to connections.
func (c Cause) Reply() sip.Reply {
	if c >= numCauses || causeReplies[c].Status == 0 {
		return sip.Reply{Status: 500, Reason: "Server Internal Error"}
	}
	return causeReplies[c]
}
