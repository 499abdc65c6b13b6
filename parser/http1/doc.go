// Package http1 reads the one HTTP request a SIP edge gets, the opening
// handshake of a WebSocket, and writes what it is answered.
//
// [Request.Index] is resumable and zero-copy: it is called with a growing
// buffer until it says something other than [parser.ErrMore], looks at each
// byte once however the bytes arrived, and leaves spans into that buffer,
// which it never writes. The outcome does not depend on how the bytes were
// split: a Ragel machine (request.rl, over the rules of ../grammar/http.rl) keeps
// its state in the [Request]. An error is told at the byte where it is, before
// its line has ended.
//
// Rules (RFC 9112), strict where leniency lets two readers see two requests:
//
//   - a line ends in CRLF; a bare CR or a bare LF is [parser.ErrLineEnd] (§2.2)
//   - empty lines before the request line are skipped (§2.2)
//   - one SP between method, target and version (§3)
//   - no space before the colon of a field, no folded values (§5.1, §5.2)
//   - field values hold HTAB, SP, visible characters and bytes from 0x80 (§5.5)
//   - HTTP/1.x is indexed, another major version is [parser.ErrVersion]
//   - at most [MaxHeaders] fields, and [parser.MaxBuffer] bytes
//
// Bodies are not this package's business: a handshake has none.
package http1
