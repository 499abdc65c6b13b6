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
//	chain.go      the records of a bucket, in bytes
//	flows.go      which users go when a connection closes
//
// # The table
//
// A REGISTER arrives on one loop and the INVITE for its user on another, so
// the table is shared, and read without locks: a bucket is an atomic pointer
// to a chain of records, and a chain that can be reached never changes. A
// writer makes a new chain and publishes it with one compare-and-swap; who loses
// the race does it again. A reader sees the old list of bindings or the new
// one, whole: that is also the atomicity that RFC 3261 §10.3 asks for.
//
// A chain is one allocation without pointers: an index of the records, and
// in each the address-of-record, the bindings with fields of fixed size, and
// their texts. So a look-up goes from the directory of segments to the bucket
// and from there to the chain, and has found everything in a few neighbouring
// cache lines; a garbage collection marks one object for a bucket, and reads none.
// What a look-up returns are slices of the chain: they keep it alive, and stay as
// they are when the user registers anew.
//
// There are 2^20 buckets in 1024 segments; a segment comes into being with
// its first record. So an empty table is 8 KiB, one with a million users has
// 8 MiB of buckets and chains of about one record, and nothing is ever
// rehashed under the readers. Beyond a million users chains get longer, by
// one record for each further million; the index tells which to read. The hash is
// seeded: users cannot be chosen to collide.
//
// # Time
//
// Bindings carry the time at which they end on the clock that all loops
// share, [netio.Loop.Now]. One that has ended is never used. It is taken out
// by the next REGISTER for its user or by a sweep: while there are bindings,
// every loop that sees requests takes the next few segments each second.
package registrar
