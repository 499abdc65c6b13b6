// Package link turns the bytes of one stream connection into messages: SIP
// over TCP or TLS, the opening handshake of a WebSocket, and SIP in WebSocket
// frames. It does no I/O and knows no clock: a [Link] is fed what was read
// ([Link.Feed]) and calls its [Sink].
//
// Everything that can arrive whole is used where it lies: a message that is
// complete within one read is not copied. Of one that is not, the bytes are
// copied once into storage of the [Pool] of the loop, and are looked at once,
// however small the reads are. An idle link holds no storage. What the sink is
// told does not depend on how the bytes were split into reads.
//
// A connection through a load balancer may begin with a PROXY protocol header
// ([Link.InitProxied]), by the rules of package proxyproto. Without one, or
// with one that is malformed, the link ends and nothing is answered.
//
// SIP streams:
//
//   - Content-Length is mandatory (RFC 3261 §18.3).
//   - A CRLF before a message is skipped (RFC 3261 §7.5). Two in a row are a
//     keep-alive and are answered with one, as often as they come (RFC 5626
//     §3.5.1, §5.4); the first one after [Link.AppendPing] is its answer.
//   - A message that is malformed, or longer than [Limits.MaxMessage], or whose
//     head or body is longer than [Limits.MaxSIPHead] or [Limits.MaxBody], ends
//     the link: there is no telling where the next one would begin. Its length
//     is known once its head is, so no body is waited for that would be too long.
//   - But a response whose status code is none is dropped alone (RFC 4475
//     §3.1.2.19), if the rest of its head is in order.
//
// The opening handshake (RFC 6455 §4.2, RFC 7118 §4.1), first rule that is
// broken wins, and the connection is closed after the answer:
//
//   - malformed request 400, another major version 505, too many fields or a
//     head over [Limits.MaxHead] 431
//   - Host not there once and well-formed 400 (RFC 9112 §3.2; HTTP/1.0 need not
//     have it)
//   - a method other than GET 405; HTTP/1.0 400, since it knows no Upgrade, but
//     is a version of the HTTP that we speak (RFC 9110 §15.6.6)
//   - no Upgrade field at all 426: a request that is no handshake
//   - Upgrade without "websocket", Connection without "Upgrade", a body, or a
//     key that is not 16 bytes in base64 400
//   - Sec-WebSocket-Version other than 13 426
//   - sub-protocol "sip" (in this case of letters, as in the answer) not
//     offered 400, whether others are or none: RFC 6455 §4.2.1 has it for a
//     handshake that is not as we need it. OverSIP's 501 is for methods (RFC 9110
//     §15.6.2), and a client that offers nothing would not know that it is to
//     speak SIP
//
// Answers have the Server field that [Pool.SetServer] says.
//
// Extensions are never accepted, so there is no permessage-deflate.
//
// WebSocket frames (RFC 6455 §5 to §8), each answered with a Close frame:
//
//   - violations of the framing 1002: no mask, reserved bits and opcodes, a
//     length not encoded the shortest way, control frames that are long or in
//     fragments, data frames out of order, close codes that must not be sent
//   - text, or the reason in a Close frame, that is not UTF-8 1007, at the first
//     byte that no text could have
//   - a message over MaxMessage, or a frame over [Limits.MaxFrame], 1009, when
//     its length is announced; one whose head or body is over its limit also
//     1009, when it is there; the sink may answer it first
//   - a SIP message that is malformed 4000, whose head is not complete 4001,
//     whose body has not the length that Content-Length says 4002, all as
//     OverSIP has it; the sink may answer it first. A response whose status code
//     is none is dropped alone, as on a stream
//   - a Close frame of the peer: its own code
//
// One WebSocket message carries one SIP message (RFC 7118 §5), whose body is the
// rest of it: a Content-Length is not needed. CRLF keep-alives may come in
// messages of their own; a message of no bytes is ignored. After our Close frame
// data is ignored, while Pings are answered until the peer's comes.
package link
