// Package sip reads and writes SIP messages (RFC 3261) without copying them.
//
// A [Message] is a table of header fields over the bytes that were received:
// spans, never slices, so that it stays valid when the bytes are moved. The
// bytes are never written. [Message.Index] fills the table from a head that may
// come in pieces; what is in a value is parsed when somebody asks for it
// ([Message.TopVia], [Message.From], ...), once, by a Ragel machine generated
// from the grammar in parser/grammar, or straight, with the same result, where
// it has the shape that most have. What differs on the way out is an [Edits]
// list, and [Message.AppendEdited] writes the message with it in one pass: all
// that is not edited leaves as it came, byte for byte.
//
// Nothing here allocates on the message path, but for buffers that grow once.
// Nothing here is safe for use by more than one goroutine: a message belongs to
// its loop.
//
// Lifetimes: a []byte that a method returns is valid as long as the message's
// Buf is; a pointer to a view is valid until Reset; text given to an Edits is
// copied.
//
// What is strict and what is lenient: lines of the head end with CRLF, and a CR or
// LF that stands alone is an error, so no message goes out whose lines another
// hop might take for others than those that were checked here (RFC 3261 §7.1,
// §7.3.1; the body is not looked at). Such a message can still be read and
// answered, and the answer has CRLF throughout. Values are held to the grammar of RFC 3261 §25 with these
// exceptions, which real peers need: a parameter may have an empty value or any
// printable value without separators; a host name may contain an underscore;
// received may hold an IPv6 address with or without brackets; a display name
// without quotes may hold UTF-8; a user may contain '#'. A value that its
// grammar refuses fails only for the one who reads it.
package sip
