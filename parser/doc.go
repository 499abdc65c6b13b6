// Package parser holds what every parser of Sluice shares: spans, error codes
// and character classes.
//
// The parsers below it (sip, http1) are zero-copy: what they find is a [Span]
// into the buffer they were given, and the buffer is never written. A span
// stays valid when the same bytes are moved to another buffer, because it is
// an offset and not a pointer; so a message that must outlive its read buffer
// is copied once and keeps everything that was found in it.
package parser
