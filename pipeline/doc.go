// Package pipeline is what a message goes through between two sockets: it
// finds the transaction, runs the configured chain of stages, forwards, and
// takes the responses back.
//
// # The way of a request
//
//	OnDatagram, OnData (link)  bytes become a message, indexed where it lies
//	Engine.message             CANCEL, ACK and retransmissions find their transaction
//	Engine.request             a new one gets a server transaction and an Exchange
//	Exchange.runRequest        the request handlers, in chain order
//	Exchange.Forward           100 for an INVITE; edits that all targets share
//	Engine.beginGroup          a Branch for each hop of the highest q
//	Branch.run(stepResolve)    the resolve handlers find the hop's addresses
//	Branch.run(stepTarget)     for one after the other: the target handlers; Via, Record-Route, Request-URI
//	clientTxn                  out, and again until something comes back
//
// and of its response:
//
//	Engine.onResponse          the branch in our Via names loop, slot and generation
//	clientTxn.receive          the client transaction; 100 and repeats end here
//	Branch.run(stepResponse)   the response handlers, in reverse chain order
//	Engine.relayResponse       provisional ones and 2xx go on; of the others the best is kept
//	Engine.advance             no branch is left: the next hops, or the best response
//	serverTxn.send             the server transaction, and out to the client
//
// # Rules
//
// Everything belongs to one loop and runs on it: engine, transactions,
// exchanges, stage instances. What another loop owns is reached by a Mail,
// and found by an index that its name carries: the branch names the loop of a
// transaction, a ConnID that of a connection, a Token that of a parking.
//
// Handled means done. x.Reply and x.Forward are the only ways to act, and
// both return it.
//
// A request has hops, a hop has addresses. Hops of equal q are tried in
// parallel, those of lower q when none of the higher ones accepted; a Fallback
// hop when the one before it failed; addresses of a hop one after the other. A
// 2xx cancels the other branches, a 6xx does and waits for them, and what a
// client cancels is answered when its branches are (RFC 3261 §16.7).
//
// Bytes live in the read buffer until the callback returns. An Exchange that
// is forwarded or suspended copies its request once, and every span stays
// valid; a Branch that suspends copies its response.
//
// Suspend has exactly one wake-up. The stage hands x.Token() to whoever will
// Post it; the generation in it changes at every resume and every release, so
// a spent token cannot wake a later parking. What nobody wakes the guard
// timer does, with EventTimeout. A stage that has no OnResume is taken to say
// Continue when it is woken, and 504 when it is not.
//
// A retransmission never runs a stage: the server transaction is in the table
// before the chain runs, also while a stage is suspended. A parked INVITE is
// answered 100 after 200 ms.
//
// A client that can be reached over its connection only, as those on WebSockets
// (RFC 7118 §5), and closes it while its INVITE waits, has cancelled. A 2xx that
// crosses has nobody to acknowledge it: the callee ends that call himself (RFC
// 3261 §13.3.1.4).
//
// An exchange ends when its final response has gone out, when a stage dropped
// it, or when nothing is left to try; it is released when the callback is
// over, after every Releaser has seen it. Its transactions linger without it,
// to absorb and repeat what the RFC says: they hold a few hundred bytes and,
// where something may have to be sent again, that message.
//
// A client over TLS that has proved by its certificate who it is may have its
// connection stand for the address in its Via (RFC 5923): where a connection to
// that address would be opened, that one is used, whichever loop it belongs to.
// The table of these aliases is shared like bans: maps that never change, each
// replaced as a whole. An attempt whose alias turns out to be gone fails, and
// is made again over a connection that is opened.
//
// What a certificate proves is asked for with each new request, of an alias and
// of a connection that we have opened: it ends with its validity, and with a
// reload after which nobody vouches for it. Calls go on over the old connection.
//
// What follows an INVITE, its CANCEL and the ACK for a failure, goes over the
// INVITE's connection or, when that has closed, over another one to the same
// address; who is reached by a flow is reached by that alone.
//
// A connection has one timer, in its flow. Bytes that arrive only move a time; the
// timer finds out what is due when it fires, and is set anew at once only when
// a deadline comes nearer: a message has begun, a Close frame waits for its
// answer. So a busy connection costs the wheel nothing.
//
// A TCP client that ends its sending is kept until the last of its requests has
// its final response, and is not there for anything else. What it has been sent
// is written at once, so that a connection that is gone after all is known to be
// before the response is given up: it goes where the client's Via says.
//
// A WebSocket is opened when its handshake conforms (package link), is not one
// too many, obeys the HandshakeRules, and no stage refuses it, in this order. A
// server that stops bids its WebSockets farewell and waits for their answers.
//
// Who sends too much is told by tables of fixed size that all loops write to
// with atomic operations: a flood from a million addresses takes no more memory
// than one from ten. Bans are maps that never change, replaced as a whole; when
// one begins each loop looks through its connections, a part of them at a time. A
// connection through a load balancer counts for the client that the PROXY
// protocol header names, and stages hear of it when that is known.
//
// A panic in a stage is caught at the loop's edge, and the exchange is not used
// again. At a request or a target the client gets 500; at a response, a failure
// or a CANCEL the other handlers run as if that one had said Continue.
//
// A Program is immutable. Swap posts the next one to each loop; exchanges
// finish on the Program they began with, and Drained tells when the last one
// has.
package pipeline
