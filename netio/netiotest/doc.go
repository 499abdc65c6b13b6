// Package netiotest runs a netio.Loop inside a test: no sockets, no goroutines, and a clock that the test moves.
//
// A Harness holds one loop and plays the network for it. What the test does (Datagram, Open, Feed, HalfClose, ClosePeer, Advance, ...) are the
// events of the loop; each returns when the loop is done with it, mail to itself included. What the loop does is collected: Sent,
// Written, Dials. Loops of several harnesses post to each other like real ones; Harness.RunMail and RunMail let them run.
//
// Connections of every transport carry plaintext. OpenPeer and Dial.SucceedPeer tell the handler of a peer's certificate; a listener that was
// given UseTLS does real handshakes.
//
// The harness is stricter than the network: bytes handed to a callback are overwritten after it returns, and so are released buffers,
// so that a handler which keeps what it must not keep is found out; a datagram that the handler wrote to fails the test.
//
//	h := netiotest.NewLoop(t, 0)
//	h.SetHandler(handler)
//	h.Datagram(ln, peer, []byte("..."))
//	got := h.Sent()
package netiotest
