// Package framing indexes the head of a SIP message with one Ragel machine, names
// of header fields included. It exists to be measured beside parser/sip, which
// searches the ends of lines and looks names up in a table; see the section on
// parsers in bench/README.md.
//
// It knows the ten header fields that a proxy reads of every message, parser/sip
// knows seventy-eight. Heads that break the grammar are refused whole.
package framing
