// Package proc starts a server on a core of its own and reads from /proc what it
// has used.
//
// A server that forks workers (Kamailio) and one that runs threads (Sluice) are
// measured alike: the figures are sums over the process and all its descendants.
package proc
