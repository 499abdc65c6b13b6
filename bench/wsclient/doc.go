// Package wsclient is RFC 6455 as far as the SIP clients of the benchmarks need
// it: the handshake of RFC 7118, whole messages in one masked frame out,
// unfragmented frames in. Reading and writing frames allocates nothing but what a
// payload takes that is larger than the buffer given for it.
package wsclient
