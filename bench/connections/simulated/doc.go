// Command simulated measures what registered WebSocket connections cost the
// server, in numbers for which one machine has no descriptors: the server's own
// loop, links, timers, stages and registrar run in this process on a driver that
// has no sockets and keeps nothing of a connection. So all the heap is theirs,
// but for the socket side (gnet's connection and the kernel's), which command
// connections measures with the rest.
//
// At each of several numbers of connections it reads the heap after a garbage
// collection; the time of a look-up in the registrar for random users, by two
// probes in the chain around it; the time of a request that is forwarded to
// one of them; both again with caches that are emptied each time, and beside
// them one read of memory, which they then mostly consist of; and, for some virtual
// minutes in which every connection is sent Pings and answers, the CPU of a
// Ping and the pauses of garbage collections that are made to run meanwhile.
package main
