// Package netio is the room of sockets: event loops, listeners, connections, timers' clock, mail between loops, and buffers.
//
// # Loops
//
// A Net runs one Loop per core. A Loop owns whatever comes to it for life: stream connections, timers (package wheel), buffers, and the
// Handler that is made for it. All of a Handler's methods, and everything that is called from them, run on the loop's goroutine, which needs no
// locks. Loops share only Listeners, which never change, and what limits count: with a lock when a connection comes or goes, and when something
// begins to wait for one or no longer does. They talk by Post, which is bounded and does not wait.
//
// One wake-up of a loop: read the clock once, fire due timers, hand out what arrived (a batch of datagrams, the bytes of a stream,
// mail), then settle: one sendmmsg per socket, one write per connection, and OnClose for what was closed. What a callback produces is
// therefore never sent, and what it closes never reported, from within that callback.
//
// # Sockets
//
// UDP: each loop has a socket of its own per listener (SO_REUSEPORT): a source keeps its loop as long as it keeps its 4-tuple. Datagrams
// are read and sent in batches without allocation, past gnet: its poller watches ours, which watches the sockets. A datagram that the system
// refuses is counted, and its sender told if it was sent by SendFor.
//
// Streams: one socket per listener, whose connections are dealt to the loops in turn. Dial opens connections that belong to the dialling
// loop. What a peer does not read waits up to Options.MaxWriteQueue bytes; then it is closed with ErrSlowReader. If more than an eighth of
// Options.MaxWriteMemory waits for one source, those of its connections are closed with ErrSlowReader that have their average or more; if more
// than the whole waits for all, the same goes, with ErrBacklog, for the sources that have most. A connection that is being opened gets ErrBacklog
// in both cases. WS and WSS are plain streams here: the transport is a label.
//
// An IPv6 listener serves IPv6 only. Listeners that are added while the loops run are like those of the start. One that is removed
// (Net.SetListeners) no longer sends either, and its port is free. What has come to it before is read or accepted.
//
// A listener on one address and one on every address, which exclude each other at a port, can take each other's place: the new one is bound
// while the old one serves, and the old one closed then; or nothing has changed. What is sent in the name of a UDP listener that was replaced
// leaves from the one that has its address now. New connections come to the new stream listener at once; the old one has 250 ms for handshakes
// that have begun.
//
// A listener on every address (0.0.0.0, [::]) has a face, a Listener of its own, at each of them: datagrams and connections come to the face
// that the peer has addressed, and what is sent in its name leaves from there. Loop.Facing chooses the face for a peer that we speak to
// first, by the kernel's route to it, which is remembered for ten seconds.
//
// A peer that shuts down its sending side has closed the connection for most: gnet closes at the end of what it reads. Of a TCP connection
// without TLS the handler may keep the other half (HalfCloseHandler, Conn.KeepWriting), to answer what the peer has asked: OnClose then comes
// when the handler has finished, or a write has failed. The socket is a duplicate of gnet's, in no poller, and what it has no room for is
// tried again with every tick, within MaxWriteQueue. What gnet still had to write at the end of reading, and could not even then, is lost: the
// peer is closed with ErrSlowReader. A peer that has closed altogether resets the connection upon what is written. So the connection is looked at
// with every tick until its peer has acknowledged that, for two seconds after the last write: OnClose brings the error of a reset, and
// Conn.Acknowledged tells what need not be written elsewhere. Up to 1,024 connections of a loop are looked at.
//
// A socket that is closed while its peer sends answers with a reset, and what was written last is lost with it. A connection that the handler
// closes with a nil error therefore lingers, if something is pending: what was written in the same callback, or had no room before. Its OnClose
// comes at once and nobody finds it any more, but of its socket only the sending ends, behind what is pending and the close_notify of TLS. What
// comes is thrown away, until the peer ends its sending too, for at most five seconds and 16 MiB. It counts for Options.MaxConns and for its source
// meanwhile. Up to 1,024 of a loop linger, of one source 128 unless Options.Prefer names it; more are closed at once, and so is everything that is
// closed with an error (Net.Close, slow readers, failed handshakes, peers refused) or without a word.
//
// # TLS
//
// Connections of TLS and WSS listeners, and those that are dialled as such, carry TLS (package tlsio): OnData brings plaintext and Write
// takes it, in as few records as a callback's output fits in. PrefaceHandler.OnPreface comes before the handshake,
// PeerCertHandler.OnPeerCert and then OnOpen behind it. It has a deadline on the loop's wheel; one that fails is told by OnClose alone. A
// handshake computes on a goroutine that ends with it; then the record layer runs on the loop. Certificates change with Net.SetListeners,
// under the name of their Config, for the handshakes to come. As a client we verify the server by its domain (DialOptions.ServerName, RFC
// 5922), and nothing of what waited for it is sent to anybody else. Of a record nothing is seen before it is whole: RecordHandler.OnRecord and
// Conn.AwaitsRecord let the handler time that. What has come of it is kept in a pooled buffer that grows with it and goes back with it. An
// idle connection costs 6 to 7 KB with its TLS state, and up to 18 KB more once its peer has sent a record of the largest size: crypto/tls
// keeps a buffer of its own. A record that is received costs one allocation of crypto/tls, 24 bytes, one that is sent none.
//
// # What lives how long
//
// Bytes given to OnDatagram and OnData are valid until the callback returns, a Mail until OnMail returns. A Buf lives until its last
// Release, on the loop that owns it. A Conn may be kept, and tells by its state that it is closed; a ConnID may be kept anywhere and is
// never used twice.
//
// # Goroutines
//
// Besides the loops: a goroutine per TLS handshake under way, up to Options.MaxHandshakes with clients and as many with servers; one ticker,
// which wakes loops that have a due timer; an acceptor per stream listener; one per connection that is being opened, up to Options.MaxDials;
// and gnet's: three per loop, and a pool that enrols connections. On systems other than Linux each UDP socket has a waiter. Net.Close returns
// when all but the pool's are gone.
package netio
