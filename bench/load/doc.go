// Command sluice-load is a SIP load generator that plays both phones.
//
// One thread owns every socket: it reads a batch, steps the calls that the batch
// belongs to, and writes what they answered in one batch. A call is a slot in a
// slice; the slot's index and use count are written into its Call-ID, tags and
// branches, so that a message finds its call by index and a message of an
// earlier use is told apart. Requests are texts rendered before the load, with
// that reference patched in. In steady state nothing is allocated.
//
// The generator is a user agent by the book where a proxy can tell: it keeps the
// route set both ways (RFC 3261 §12.1), sends ACK for 2xx and BYE along it,
// acknowledges failures within the transaction (§17.1.1.3), retransmits over UDP
// by T1 and repeats its 2xx until the ACK is there (§13.3.1.4). A call counts as
// done when the BYE is answered and the ACK has reached the callee.
package main
