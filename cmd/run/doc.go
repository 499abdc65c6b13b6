// Package run is the command line and the life of the server: it reads the
// configuration, builds the Program, opens the listeners, and reacts to
// signals.
//
// Start: the configuration is read and checked; modules are provisioned and
// stages made; the modules' Start hooks run in chain order; then the listeners
// open, and the server is ready.
//
// HUP: the configuration is read and checked, the next Program is built beside
// the running one, the listeners change by difference, and each loop swaps;
// then the Reload hooks of the new Program run. Any error before the swap
// leaves everything as it was and is logged. What is in progress finishes on
// the Program it began with.
//
// USR1: the UserReload hooks run.
//
// TERM and INT: the server is not ready any more, accepts no connection and
// answers 503 to what begins something new; when the last request has its
// answer, or the drain timeout is over, the Terminate hooks run in reverse
// chain order and the loops stop. QUIT does the same without waiting.
package run
