package link

import (
	"sluice/parser"
	"sluice/parser/http1"
	"sluice/parser/proxyproto"
	"sluice/parser/sip"
)

// A Sink is told what a link found. All calls are made from within Feed,
// Accept or Reject, on their goroutine. A sink may call the Append methods,
// End, Accept and Reject of the link, but neither Feed nor Release.
type Sink interface {
	// OnMessage hands over a complete message; m.Buf is exactly its bytes. m
	// and they are valid until return, m longer if Pool.Take makes it so.
	OnMessage(l *Link, m *sip.Message)

	// OnBadMessage tells of a message that is of no use, and why. Only if
	// m.HeadLen() is not 0 can it be answered (400; 505 for ErrVersion; 513 for
	// ErrTooLong, ErrHeadTooLong and ErrBodyTooLong). Of a head that is too long m
	// has the header fields that came, which may be enough to answer. m is valid
	// until return. ErrMore says that a WebSocket
	// message ended before the head of the SIP message did. The link then ends
	// and Close follows, but not for ErrStatus when it is known where the next
	// message begins.
	OnBadMessage(l *Link, m *sip.Message, err parser.Err)

	// OnUpgrade hands over a valid opening handshake. The sink calls Accept or
	// Reject, now or later; r is valid until then.
	OnUpgrade(l *Link, r *http1.Request)

	// Write sends b, which is valid until return, to the peer.
	Write(l *Link, b []byte)

	// Answer sends b in the same way. It answers a keep-alive and may be left
	// out: of several Pings only the last need be answered (RFC 6455 §5.5.3).
	Answer(l *Link, b []byte)

	// Close says that the link has ended: what was written is to be sent, then
	// the connection closed. code is that of the WebSocket closing (RFC 6455
	// §7.4), 1005 if the peer gave none; 0 for what was no WebSocket yet. Who
	// began it, Link.PeerClosed tells.
	Close(l *Link, code int)

	// OnKeepAlive tells that the peer sent a keep-alive, which was answered,
	// or answered one of ours.
	OnKeepAlive(l *Link)

	// OnCount tells what is worth counting.
	OnCount(c Counter)
}

// A ProxySink is a Sink for links that InitProxied made ready.
type ProxySink interface {
	Sink

	// OnProxy tells whom the connection is from, once, before anything else. If
	// h.Local, that is whom it seems to be from.
	OnProxy(l *Link, h proxyproto.Header)
}

// A RefusalSink is a Sink that wants to know of handshakes that are refused.
type RefusalSink interface {
	Sink

	// OnRefuse tells of an answer other than 101, before it is written. why may be
	// empty, or end in LF.
	OnRefuse(l *Link, status int, why string)
}

// A Counter names something that a link saw.
type Counter uint8

// What is counted.
const (
	CounterPing           Counter = iota // a keep-alive of the peer was answered
	CounterPong                          // the peer answered a keep-alive of ours
	CounterBadMessage                    // a malformed SIP message
	CounterTooLong                       // a message longer than allowed
	CounterHeadTooLong                   // one whose start line and header fields are
	CounterBodyTooLong                   // one whose body is
	CounterBadHandshake                  // an HTTP request that was refused by rule
	CounterRequestTooLong                // one of those, whose head is longer than allowed
	CounterUnmasked                      // a WebSocket frame without mask
	CounterBadFrame                      // any other violation of the framing
	CounterBadText                       // a text that is not UTF-8
	CounterBadProxy                      // no PROXY protocol header where one must be, or a malformed one
	NumCounters
)

var counterNames = [NumCounters]string{
	CounterPing:           "ping",
	CounterPong:           "pong",
	CounterBadMessage:     "bad_message",
	CounterTooLong:        "too_long",
	CounterHeadTooLong:    "head_too_long",
	CounterBodyTooLong:    "body_too_long",
	CounterBadHandshake:   "bad_handshake",
	CounterRequestTooLong: "request_too_long",
	CounterUnmasked:       "unmasked",
	CounterBadFrame:       "bad_frame",
	CounterBadText:        "bad_text",
	CounterBadProxy:       "bad_proxy",
}

// String returns the name of c as it stands in a metric.
func (c Counter) String() string {
	if c >= NumCounters {
		return "unknown"
	}
	return counterNames[c]
}
