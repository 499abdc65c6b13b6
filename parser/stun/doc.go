// Package stun answers the STUN Binding requests that arrive on a SIP UDP
// port: the limited server that RFC 5626 §8 asks for (RFC 8489, which replaces
// RFC 5389; RFC 3489 for old clients).
//
// [Detect] tells STUN from SIP by the first octet. [ParseRequest] takes a whole
// datagram; whatever it refuses is dropped without an answer (RFC 8489 §6.3),
// and so are indications, responses and other methods. [AppendResponse] writes
// the answer to what it took:
//
//   - success with XOR-MAPPED-ADDRESS, or with MAPPED-ADDRESS for a request
//     without the magic cookie, which an RFC 3489 client sent (RFC 5389 §12.2)
//   - error 420 with UNKNOWN-ATTRIBUTES when the request has attributes that
//     must be understood and are not (RFC 8489 §6.3.1). CHANGE-REQUEST and
//     RESPONSE-ADDRESS of RFC 3489 are among these
//   - SOFTWARE when there is a name to give, and FINGERPRINT as the last
//     attribute; to RFC 3489 clients, who know neither, none of the two
//
// Rules:
//
//   - a datagram is one message: nothing is missing, nothing follows
//   - every attribute lies within the message with its padding, whose bytes
//     may be anything (RFC 8489 §14)
//   - FINGERPRINT, when present, is the last attribute and right (§14.7)
//   - the keep-alive usage has no credentials (RFC 5626 §8), so USERNAME, REALM,
//     NONCE and the integrity attributes are understood and ignored: nothing is
//     verified, and the response carries no MESSAGE-INTEGRITY. What follows an
//     integrity attribute is ignored but for FINGERPRINT (§14.5, §14.6)
//
// A response is at most [MaxResponse] bytes, and for a request of 20 bytes
// without SOFTWARE it is 40 (IPv4) or 52 (IPv6): a forged source gets no
// amplification worth having.
package stun
