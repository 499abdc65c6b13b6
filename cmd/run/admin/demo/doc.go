// Package demo is the page on which two browser tabs register with this server
// and call each other: hand-written HTML, CSS and JavaScript in page, and
// JsSIP, a SIP phone for browsers, in jssip. All of it is in the binary.
//
// [Handler] answers GET of these paths and of no others:
//
//	/                  the page
//	/demo/NAME         what the page loads
//	/demo/config.json  the [Settings]: where to connect and register
//
// The page loads nothing from elsewhere, and a Content-Security-Policy holds it
// to that: it may open WebSockets to this machine, to the host that it came
// from, and to the server that the Settings name.
package demo
