// Package proxyproto reads the PROXY protocol header that a load balancer
// sends at the beginning of a connection, versions 1 and 2 (HAProxy's
// proxy-protocol.txt). Section numbers are of that text.
//
// [Parse] is called with the bytes received so far until it says something
// other than [parser.ErrMore]. The outcome does not depend on how the bytes were
// split. Nothing is kept between the calls: of an incomplete header at most
// 107 bytes are looked at again.
//
// The header decides what address a peer has, so it must be asked for only where
// a trusted balancer connects, and then it must be there (§2): whether one is
// there is not to be guessed.
//
// Rules, strict where two readers could see two addresses:
//
//   - version 1 is at most [MaxV1] bytes with its CRLF; exactly one space between
//     its words; numbers have no leading zeros; the family says what the addresses
//     are (§2.1). What follows UNKNOWN is ignored
//   - an IPv6 address may end in a dotted IPv4 address, as inet_ntop writes it;
//     it has no zone
//   - version 2 is at most [MaxV2] bytes; the specification allows 65551, but
//     nobody needs more than a client certificate
//   - the block of a LOCAL header, and of one whose family or transport is
//     unspecified, is skipped and not looked at (§2.2)
//   - the type-length-values of any other header are skipped one by one, so they
//     must fill the block; CRC32C, at most once, must be right (§2.2.3)
//   - an IPv4-mapped address counts as IPv4, so that it matches IPv4 rules
package proxyproto
