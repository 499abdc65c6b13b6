// Command compare measures Sluice, and Kamailio in turns with it.
//
// Each measurement starts a server on one core, waits until it answers, runs
// sluice-load on another core, and stops the server. With -peer every scenario
// alternates between the two servers round by round, so that whatever slows the
// machine down meets both, and ratios are taken within a round only.
package main
