// Package sim runs many calls at once through a real pipeline.Edge, without
// sockets and in virtual time, and checks that the edge keeps its promises.
//
// # The world
//
// A World has one Edge on one or two loops, a dozen phones, and the network
// between them, all of it moved by one queue of events in the order of their
// time. What is random comes from the seed, so a seed replays exactly.
//
//	world.go      the queue of events; options; the run from first call to last timer
//	network.go    datagrams that are lost, doubled and delayed; streams that break
//	phone.go      who takes part: an address, a transport, transactions, dialogs
//	uac.go uas.go the phones' own transactions (RFC 3261 §17), apart from pipeline/txn
//	dialog.go     what both sides of a call remember (§12)
//	caller.go     what callers do: call, cancel, talk, hang up
//	callee.go     what callees do: ring, answer, refuse, keep silent
//	stage.go      the stage that knows where a call may go
//	check*.go     the invariants
//	plant.go      bugs on purpose, which the invariants must find
//	trace.go      what a failing seed prints
//
// # The invariants
//
// The checker stands between the edge and the network: what it looks at is
// what the edge was given and what it sent, so nothing that the network does
// later can excuse or hide a fault. Each invariant has a name, see Invariants.
//
// Everything runs in the goroutine that called Run.
//
// # Running it
//
//	go test ./pipeline/pipelinetest/sim -run Sim                          10,000 calls over 100 seeds
//	go test ./pipeline/pipelinetest/sim -run Sim -sim.seed=7 -v           one seed; a call that fails is printed
//	go test ./pipeline/pipelinetest/sim -run Sim -sim.seed=7 -sim.trace=call3 -v
//	go test ./pipeline/pipelinetest/sim -run Sim -timeout 60m -sim.seeds=10000 -sim.calls=1000000
//
// A run that fails prints the line that replays it.
package sim
