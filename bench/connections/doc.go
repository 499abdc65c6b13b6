// Command connections measures what registered WebSocket connections cost the
// server, on real sockets. It starts Sluice on one core, is itself all the
// clients on another, and does this for ws and wss in turn:
//
//	connect    TCP and TLS, the WebSocket handshake, REGISTER: rate and CPU of each
//	idle       heap and resident memory per connection; goroutines with 10 and with all
//	keep alive CPU of the clients' double CRLFs, and of the server's Pings
//	call       random pairs, INVITE 200 ACK BYE 200, at a fixed rate
//	close      all at once: how long until descriptors and memory are back
//
// Every client has an address of its own in 127.0.0.0/8 and a goroutine of its
// own that reads. All that runs is bounded in number and time. A registration
// or a call that fails, or a connection that is lost, makes the exit status 1.
//
// Command simulated, in the folder below, does the same without sockets for
// numbers of connections that one machine's descriptors do not allow.
package main
