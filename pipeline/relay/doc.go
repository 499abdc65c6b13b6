// Package relay holds the rules of RFC 3261 §16 by which a proxy changes what
// it passes on, as functions on messages and their edits: Max-Forwards, the
// routes it takes off and the Record-Route it puts on, and the tokens in them.
//
// Nothing here keeps state, sends or waits; package pipeline does that.
package relay
