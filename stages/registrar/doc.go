// Package registrar is stage registrar: an in-memory registrar (RFC 3261
// §10.3) for the configured domains, and the location service for requests to
// their users (§16.5).
//
//	registrar.go  the module: settings, metrics, what a reload keeps
//	stage.go      which requests are ours; sweeping; connections that close
//	request.go    a REGISTER as it is written: Contact, Path, Require, expiry
//	apply.go      what a REGISTER does to a list of bindings: steps 6 and 7
//	register.go   the update, and the answer: step 8
//	lookup.go     bindings become hops
//	binding.go    what is kept of a Contact
//	table.go      address-of-record to bindings, shared by all loops
//
// # The table
//
// A REGISTER arrives on one loop and the INVITE for its user on another, so
// the table is shared, and read without locks: a bucket is an atomic pointer
// to a chain of records, and a record that can be reached never changes. A
// writer copies the record it changes and those before it in the chain, and
// publishes the new chain with one compare-and-swap; who loses the race does
// it again. A reader sees the old list of bindings or the new one, whole:
// that is also the atomicity that RFC 3261 §10.3 asks for.
//
// There are 2^20 buckets in 1024 segments; a segment comes into being with
// its first record. So an empty table is 8 KiB, one with a million users has
// 8 MiB of buckets and chains of about one record, and nothing is ever
// rehashed under the readers. Beyond a million users chains get longer, by
// one record for each further million. The hash is seeded: users cannot be
// chosen to collide.
//
// # Time
//
// Bindings carry the time at which they end on the clock that all loops
// share, [netio.Loop.Now]. One that has ended is never used. It is taken out
// by the next REGISTER for its user or by a sweep: while there are bindings,
// every loop that sees requests takes the next few segments each second.
package registrar
