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
// SIP streams:
//
//   - Content-Length is mandatory (RFC 3261 §18.3).
//   - A CRLF before a message is skipped (RFC 3261 §7.5). Two in a row are a
//     keep-alive and are answered with one, as often as they come (RFC 5626
//     §3.5.1, §5.4); the first one after [Link.AppendPing] is its answer.
//   - A message that is malformed, or longer than [Limits.MaxMessage], ends the
//     link: there is no telling where the next one would begin. Its length is
//     known once its head is, so no body is waited for that would be too long.
//
// The opening handshake (RFC 6455 §4.2, RFC 7118 §4.1), first rule that is
// broken wins, and the connection is closed after the answer:
//
//   - malformed request 400, another major version 505, too many fields or a
//     head over [Limits.MaxHead] 431
//   - a method other than GET 405; HTTP/1.0 400, since it knows no Upgrade
//   - no Upgrade field at all 426: a request that is no handshake
//   - Host not there once and well-formed, Upgrade without "websocket",
//     Connection without "Upgrade", a body, or a key that is not 16 bytes in
//     base64 400
//   - Sec-WebSocket-Version other than 13 426
//   - sub-protocol "sip" (in this case of letters, as in the answer) not
//     offered 400
//
// WebSocket frames (RFC 6455 §5 to §8): no extensions. Violations of the
// framing are answered with close code 1002, invalid UTF-8 in text with 1007,
// a message over MaxMessage with 1009 when its length is announced. One
// WebSocket message carries one SIP message (RFC 7118 §5), whose body is the
// rest of it: a Content-Length is not needed, but must not differ. A malformed
// SIP message does not end the link. CRLF keep-alives may come in messages of
// their own.
package link
