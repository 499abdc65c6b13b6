package sip

// A Reply is the answer to a request: a value, to be passed around and sent by
// whoever owns the transaction.
type Reply struct {
	Status  uint16
	Reason  string
	Headers string // header lines to add, each ended by CRLF
}

// Replies with the reason phrases of RFC 3261 §21 and of the RFCs named.
var (
	Trying                    = reply(100)
	Ringing                   = reply(180)
	SessionProgress           = reply(183)
	OK                        = reply(200)
	Accepted                  = reply(202) // RFC 6665
	MovedTemporarily          = reply(302)
	BadRequest                = reply(400)
	Unauthorized              = reply(401)
	PaymentRequired           = reply(402)
	Forbidden                 = reply(403)
	NotFound                  = reply(404)
	MethodNotAllowed          = reply(405)
	NotAcceptable             = reply(406)
	ProxyAuthRequired         = reply(407)
	RequestTimeout            = reply(408)
	Gone                      = reply(410)
	ConditionalRequestFailed  = reply(412) // RFC 3903
	EntityTooLarge            = reply(413)
	URITooLong                = reply(414)
	UnsupportedMediaType      = reply(415)
	UnsupportedURIScheme      = reply(416)
	BadExtension              = reply(420)
	ExtensionRequired         = reply(421)
	SessionIntervalTooSmall   = reply(422) // RFC 4028
	IntervalTooBrief          = reply(423)
	FlowFailed                = reply(430) // RFC 5626
	FirstHopLacksOutbound     = reply(439) // RFC 5626
	MaxBreadthExceeded        = reply(440) // RFC 5393
	UnresolvableDestination   = reply(478)
	TemporarilyUnavailable    = reply(480)
	NoTransaction             = reply(481)
	LoopDetected              = reply(482)
	TooManyHops               = reply(483)
	AddressIncomplete         = reply(484)
	Ambiguous                 = reply(485)
	BusyHere                  = reply(486)
	RequestTerminated         = reply(487)
	NotAcceptableHere         = reply(488)
	BadEvent                  = reply(489) // RFC 6665
	RequestPending            = reply(491)
	Undecipherable            = reply(493)
	SecurityAgreementRequired = reply(494) // RFC 3329
	ServerInternalError       = reply(500)
	NotImplemented            = reply(501)
	BadGateway                = reply(502)
	ServiceUnavailable        = reply(503)
	ServerTimeout             = reply(504)
	VersionNotSupported       = reply(505)
	MessageTooLarge           = reply(513)
	BusyEverywhere            = reply(600)
	Decline                   = reply(603)
	DoesNotExistAnywhere      = reply(604)
	NotAcceptableAnywhere     = reply(606)
)

func reply(status int) Reply {
	return Reply{Status: uint16(status), Reason: ReasonPhrase(status)}
}

// WithReason returns r with another reason phrase.
func (r Reply) WithReason(s string) Reply {
	r.Reason = s
	return r
}

// WithHeaders returns r with header lines, each ended by CRLF.
func (r Reply) WithHeaders(s string) Reply {
	r.Headers = s
	return r
}

var reasonPhrases = map[int]string{
	100: "Trying",
	180: "Ringing",
	181: "Call Is Being Forwarded",
	182: "Queued",
	183: "Session Progress",
	199: "Early Dialog Terminated",
	200: "OK",
	202: "Accepted",
	204: "No Notification",
	300: "Multiple Choices",
	301: "Moved Permanently",
	302: "Moved Temporarily",
	305: "Use Proxy",
	380: "Alternative Service",
	400: "Bad Request",
	401: "Unauthorized",
	402: "Payment Required",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	406: "Not Acceptable",
	407: "Proxy Authentication Required",
	408: "Request Timeout",
	410: "Gone",
	412: "Conditional Request Failed",
	413: "Request Entity Too Large",
	414: "Request-URI Too Long",
	415: "Unsupported Media Type",
	416: "Unsupported URI Scheme",
	417: "Unknown Resource-Priority",
	420: "Bad Extension",
	421: "Extension Required",
	422: "Session Interval Too Small",
	423: "Interval Too Brief",
	424: "Bad Location Information",
	425: "Bad Alert Message",
	428: "Use Identity Header",
	429: "Provide Referrer Identity",
	430: "Flow Failed",
	433: "Anonymity Disallowed",
	436: "Bad Identity Info",
	437: "Unsupported Credential",
	438: "Invalid Identity Header",
	439: "First Hop Lacks Outbound Support",
	440: "Max-Breadth Exceeded",
	469: "Bad Info Package",
	470: "Consent Needed",
	478: "Unresolvable Destination",
	480: "Temporarily Unavailable",
	481: "Call/Transaction Does Not Exist",
	482: "Loop Detected",
	483: "Too Many Hops",
	484: "Address Incomplete",
	485: "Ambiguous",
	486: "Busy Here",
	487: "Request Terminated",
	488: "Not Acceptable Here",
	489: "Bad Event",
	491: "Request Pending",
	493: "Undecipherable",
	494: "Security Agreement Required",
	500: "Server Internal Error",
	501: "Not Implemented",
	502: "Bad Gateway",
	503: "Service Unavailable",
	504: "Server Time-out",
	505: "Version Not Supported",
	513: "Message Too Large",
	580: "Precondition Failure",
	600: "Busy Everywhere",
	603: "Decline",
	604: "Does Not Exist Anywhere",
	606: "Not Acceptable",
}

// ReasonPhrase returns the reason phrase of status; for a status that is not
// known, that of its class (RFC 3261 §8.1.3.2), and "" for what is no status.
func ReasonPhrase(status int) string {
	if s, ok := reasonPhrases[status]; ok {
		return s
	}
	switch status / 100 {
	case 1:
		return "Session Progress"
	case 2:
		return "OK"
	case 3, 4, 5, 6:
		return reasonPhrases[status/100*100]
	}
	return ""
}
