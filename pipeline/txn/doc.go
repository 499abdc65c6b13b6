// Package txn holds the transaction layer of RFC 3261 §17 as amended by
// RFC 6026: the four state machines, the matching of requests to server
// transactions, and the branch by which responses find their client
// transaction.
//
// Nothing here reads a clock, does I/O, locks or allocates per message:
//
//   - [Step] is the figures of the RFCs as a table: kind, state and event in,
//     next state and actions out. An event for which a figure has no arrow
//     changes nothing.
//   - [Machine] is one transaction: Step plus its deadlines. Time is handed in,
//     as a duration since an epoch of the caller's choice. The owner arms one
//     timer for [Machine.Next] after every call and calls [Machine.Expire] when
//     it is due.
//   - [Table] finds the server transaction of a request (RFC 3261 §17.2.3) by a
//     [Key], which is a copy: the request's buffer may go away.
//   - [BranchKey] writes and reads the branch of our own Via. It names the loop,
//     slot and generation of the client transaction, carries the value for loop
//     detection (RFC 3261 §16.6 step 8), and is authenticated: a response whose
//     branch we did not make is recognized without a look-up.
//
// The transaction user, which builds and sends the messages, carries the
// actions out in the order of their bits: what is to be sent, then what is to
// be told, and [Done] last. The machine never holds a message: "the last
// response" is the owner's to keep.
//
// Everything here belongs to one loop and is used on it alone, but for a
// [BranchKey], which is read-only after it is made and shared by all loops.
package txn
