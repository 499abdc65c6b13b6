// Package sipmsg is what the phones of the benchmarks need of SIP messages: to
// read one that was received, to answer it, and to take the route set from it.
// Once a View's slices have grown nothing is allocated.
package sipmsg
