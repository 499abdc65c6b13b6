// Package e2e holds the end-to-end tests: the real binary, started as users
// start it, with real phones on loopback. They run with
//
//	go test -tags e2e ./cmd/run/e2e
//
// The phones are sipp, with the scenarios of testdata/sipp, and phones of the
// tests' own (phone_test.go) that share no code with the server. Peers with
// TLS are openssl, and sipp behind socat. These three have to be installed.
// SLUICE_BIN names a binary to test; without it, one is built.
//
// What a proxy has to get right message by message is in scenes
// (scenes_*_test.go): a caller, its callees and a server with settings of its
// own. Their scenarios are put together from the templates of
// testdata/sipp/scenes, where each side of a scene is a list of what it sends
// and receives. When a scene fails, the log has all messages of its sipps.
//
// These tests have to pass on a machine that is busy. What is to happen is waited
// for, counters too (server.count), with seconds to spare; and where it counts how
// often something is sent, nobody sends it twice for want of a processor (patient,
// once).
//
// A test asserts what a user would see: messages, metrics, exit codes. Every
// server is stopped by TERM and must then end with code 0, without having
// panicked.
package e2e
