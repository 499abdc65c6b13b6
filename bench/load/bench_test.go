package main

import (
	"net/netip"
	"testing"

	"sluice/bench/sipmsg"
)

// BenchmarkMessage is a request rendered, read and answered.
func BenchmarkMessage(b *testing.B) {
	at := place{addr: netip.MustParseAddrPort("127.0.0.1:9"), domain: "localhost", run: testRun}
	caller, callee := newPhone("caller", at, nil), newPhone("callee", at, nil)
	ref := callRef{slot: 3, gen: 4}.text()
	request, response := make([]byte, 0, 4096), make([]byte, 0, 4096)
	var v sipmsg.View
	b.ReportAllocs()
	for b.Loop() {
		request = caller.appendRequest(request[:0], &outgoing{uri: callee.target, to: callee.to}, &ref)
		if !v.Whole(request) {
			b.Fatal("the request does not parse")
		}
		response = v.AppendResponse(response[:0], "200 OK", ref[:], callee.answer)
	}
}
