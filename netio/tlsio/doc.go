// Package tlsio is TLS for event loops: crypto/tls over an in-memory connection, without a goroutine per connection.
//
// A Session is TLS on one connection. It has two lives.
//
// # Handshake
//
// crypto/tls runs a handshake in one go and reads from its connection as it needs; when a read fails the handshake has failed. So a handshake
// has a goroutine, from the moment on at which there is something to compute: a server's begins when the first record is whole, so that
// peers who connect and say nothing, or say it a byte at a time, cost their bytes only. There are at most Pool's limit of them, counted in
// thousands; beyond that a new one takes the place of one whose source has more than its share, or that has waited a second for its peer, or, if
// there is none, Feed says ErrBusy and the connection is to be closed. What they compute is bounded apart, by tokens, one per core unless asked
// otherwise: more would only take the cores away from the loops. A goroutine gives its token back while it waits for bytes of the peer, so one
// that stalls costs its memory and nothing else, until the loop's deadline ends it with Abort. The handshakes of Accept and of Dial have places
// and tokens of their own, so that clients who come in masses do not keep us from calling.
//
// What is received during a handshake waits until it is used. A peer that is done sends its data at once, as much as it has, while we may still
// be at it; so what each handshake may keep is 64 KiB, and beyond that Limits.Ahead out of a budget of all. Feed says ErrFlood when that is too much.
//
// (A coroutine that the workers of a pool resume when bytes are there, as iter.Pull makes them, is a goroutine too: it would bound the same
// thing with the same memory and be harder to read.)
//
// The loop hands over what it receives with Feed, and calls Progress when the handshake asks for it through the notify function: there are
// bytes to send, or the handshake is over.
//
// # Records
//
// After the handshake everything runs on the loop. It cuts what it receives into records with RecordLen and gives each to Open; Seal makes
// records of what is to be sent. crypto/tls wants to read on where a record carries no data (a session ticket, a key update); it is told so by an
// error that is Temporary, after which it can be asked again. A test watches over this behaviour for new releases of Go.
//
// A Session keeps no buffer between records but those of crypto/tls, which have the size of the largest record so far.
//
// # Certificates
//
// A Config is one set of certificates and rules, a Context what is alive of it: Update replaces the Config for the handshakes to come, while the
// keys of session tickets stay. A ticket is good as long as the rules for certificates of clients are those by which it came about, and the
// client's certificate is valid; after that there is a full handshake. Who was verified once counts as that by the rules of now, not by
// those of the handshake: PeerCert.GoodFor tells how long. A server chooses its certificate by the algorithms that the client knows,
// and among those by the name that it asks for (SNI): one that RFC 5922 finds or, for browsers, RFC 6125 with its wildcards. A client has to be
// told whom it means to reach, and verifies that by RFC 5922.
package tlsio
